//! When each force could be there: over the town's roads as they are today, with the vehicles it has; as the crow flies only
//! where there is no road network or somebody stands off it, and then it says so. What does not belong here: the search
//! (the crate `road`), who is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::road::route::Spotlight;
use ::road::snap::Spot;
use ::road::towards::{Approach, towards};
use domain::dispatch::{Ride, TravelBy, straight_minutes};
use domain::force::Force;
use domain::geometry::Position;
use domain::ids::ForceId;
use domain::time::Date;
use domain::vehicle::Class;

use crate::road::access::item_of;
use crate::road::net::Net;
use crate::{App, Result};

/// Speeds where no road is known. Units: km/h.
#[derive(Debug, Clone, Copy)]
pub(super) struct Speeds {
    /// Of vehicles.
    pub straight: f64,
    /// Of people on foot, and from the road to the spot.
    pub walk: f64,
}

/// A force as far as it drives: where it stands and the vehicles it has today, each with its class.
#[derive(Debug, Clone)]
struct Start {
    force: ForceId,
    at: Position,
    vehicles: Vec<(String, Option<Class>)>,
}

/// The class a kind of vehicle drives as.
pub(super) fn class_of(item: &str) -> Option<Class> {
    Class::ALL.into_iter().find(|class| item_of(*class) == Some(item))
}

/// Where a force stands; none where nobody put it on the map.
pub(super) fn position_of(force: &Force) -> Option<Position> {
    force.position.map(|at| [f64::from(at.lng_e7) / 1e7, f64::from(at.lat_e7) / 1e7])
}

fn start(force: &Force, today: Date) -> Option<Start> {
    let at = position_of(force)?;
    let there = force
        .vehicles
        .iter()
        .filter(|one| one.from <= today && one.gone.as_ref().is_none_or(|(day, _)| today < *day));
    Some(Start {
        force: force.id.clone(),
        at,
        vehicles: there.map(|one| (one.name.clone(), class_of(&one.item))).collect(),
    })
}

/// Each class from each start as far as roads tell, and from the road to the spot. Units: metres.
type OverRoads = BTreeMap<Class, (Vec<Option<Approach>>, f64)>;

/// Asks the roads: a search backward from the spot for each class somebody has.
fn over_roads(net: &Arc<Net>, starts: &[Start], to: Position, today: Date) -> Result<OverRoads> {
    let mut found = OverRoads::new();
    for class in Class::ALL {
        let has =
            |one: &Start| class == Class::Foot || one.vehicles.iter().any(|(_, own)| *own == Some(class));
        if !starts.iter().any(has) {
            continue;
        }
        let prepared = net.weighed(class, today)?;
        net.shorten(&prepared);
        // The very place: whoever sends must know that the lane to it is too narrow.
        let Some(goal) = net.goal(&prepared, to) else { continue };
        let spot = |one: &Start| net.stand_towards(&prepared, one.at, &goal).filter(|_| has(one));
        let spots: Vec<Option<Spot>> = starts.iter().map(spot).collect();
        let case = (net.vehicle(class)?, &net.situation(today, net.is_wet(today)));
        let approaches = net.searching(|search| {
            towards(&net.drawn.network, case, &prepared, search, (spots.as_slice(), &goal))
        });
        found.insert(class, (approaches, goal.away_m));
    }
    Ok(found)
}

/// Stretches and why; the first two say enough at night.
fn said(lights: &[Spotlight]) -> String {
    let one = |light: &Spotlight| {
        let name = if light.name.is_empty() { "无名道路" } else { &light.name };
        let why: Vec<&str> = light.reasons.iter().map(|reason| reason.message.as_str()).collect();
        format!("{name}（{}）", why.join("，"))
    };
    lights.iter().take(2).map(one).collect::<Vec<_>>().join("、")
}

/// One vehicle, or nobody's: over the roads where they tell, else as the crow flies.
fn ride(
    (name, class): (&str, Option<Class>),
    (from, to): (Position, Position),
    found: Option<(&Approach, f64)>,
    speeds: Speeds,
) -> Ride {
    let is_on_foot = class == Some(Class::Foot);
    let kmh = if is_on_foot { speeds.walk } else { speeds.straight };
    let straight = Ride {
        vehicle: name.to_owned(),
        minutes: Some(straight_minutes(from, to, kmh)),
        why_not: String::new(),
        unsure: String::new(),
        by: TravelBy::Straight,
    };
    match found {
        // Over the fields, where there is no way.
        Some((approach, _)) if is_on_foot && approach.seconds.is_none() => straight,
        Some((approach, away_m)) => Ride {
            // The last stretch beside the road is walked.
            minutes: approach
                .seconds
                .map(|seconds| seconds / 60.0 + away_m / 1_000.0 / speeds.walk.max(0.1) * 60.0),
            why_not: match (approach.seconds, approach.blocked_by.is_empty()) {
                (None, true) => "没有相连的道路".to_owned(),
                (None, false) => said(&approach.blocked_by),
                (Some(_), _) => String::new(),
            },
            unsure: if is_on_foot { String::new() } else { said(&approach.unknown) },
            by: TravelBy::Road,
            ..straight
        },
        None => straight,
    }
}

impl App {
    /// How each force gets to a spot, by force. Closures of today count; what nobody measured is said.
    // Part of ranking, whose use case asked.
    pub(super) async fn rides(
        &self,
        forces: &[&Force],
        to: Option<Position>,
        (today, speeds): (Date, Speeds),
        net: &Arc<Net>,
    ) -> Result<super::Ways> {
        let starts: Vec<Start> = forces.iter().filter_map(|force| start(force, today)).collect();
        let Some(to) = to else { return Ok(BTreeMap::new()) };
        let net = net.clone();
        self.aside(move || {
            let roads = if net.is_empty() { OverRoads::new() } else { over_roads(&net, &starts, to, today)? };
            let rides = starts.iter().enumerate().map(|(n, start)| {
                let found = |class: Option<Class>| {
                    let (approaches, away_m) = roads.get(&class?)?;
                    Some((approaches.get(n)?.as_ref()?, *away_m))
                };
                let on_foot = ("", Some(Class::Foot));
                let all = start.vehicles.iter().map(|(name, class)| (name.as_str(), *class));
                let all = all.chain([on_foot]);
                let ends = (start.at, to);
                (start.force.clone(), all.map(|one| ride(one, ends, found(one.1), speeds)).collect())
            });
            Ok(rides.collect())
        })
        .await
    }
}

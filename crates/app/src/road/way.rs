//! One way over the town's roads, and how far one gets from points or stations. What does not belong here: the network as
//! kept (`net`), whom of the town a vehicle reaches (`access`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::sync::Arc;

use ::road::reach::Reach;
use ::road::route::Way;
use ::road::snap::Spot;
use ::road::{Network, Objective, Reading};
use domain::policy::Action;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::net::{Blocking, Net, class_of, day, position};
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// An outline takes in so much beside the road, m.
const BESIDE_M: f64 = 30.0;

/// From where to where, and by which vehicle.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct RouteAsked {
    /// `LON,LAT`.
    pub from: String,
    /// `LON,LAT`.
    pub to: String,
    /// `engine`, `mini`, `motorcycle` or `foot`.
    pub vehicle: String,
    /// `time` or `distance`.
    pub objective: Option<String>,
    /// Day; today when left out. Of an earlier one roads as surveyed by then.
    pub on: Option<String>,
    /// Whether it is the wet season; as the town's season has that day when left out.
    pub wet: Option<bool>,
}

/// A way.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WayView {
    /// Units: m.
    pub distance_m: f64,
    /// Units: s.
    pub duration_s: f64,
    /// GeoJSON.
    #[schema(value_type = Object)]
    pub geometry: serde_json::Value,
}

/// A way under both readings of what nobody measured.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RouteView {
    /// When what nobody knows passes.
    pub optimistic: Option<WayView>,
    /// When it does not.
    pub pessimistic: Option<WayView>,
    /// What is refused on the way there would otherwise be, or on a better one.
    pub blocked_by: Vec<Blocking>,
    /// There is no way, and the roads of the two points do not hang together.
    pub apart: bool,
    /// What nobody knows on the optimistic way.
    pub unknown: Vec<Blocking>,
}

/// How far from where.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ReachAsked {
    /// `LON,LAT`, several with semicolons; the stations that have such a vehicle when left out.
    pub from: Option<String>,
    /// Units: minutes; the town's number when left out.
    pub minutes: Option<f64>,
    /// `engine`, `mini`, `motorcycle` or `foot`.
    pub vehicle: String,
    /// Day; today when left out. Of an earlier one roads as surveyed by then.
    pub on: Option<String>,
    /// Whether it is the wet season; as the town's season has that day when left out.
    pub wet: Option<bool>,
}

/// How far one gets under one reading.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReachOutline {
    /// GeoJSON polygons around every road reached.
    #[schema(value_type = Object)]
    pub geometry: serde_json::Value,
    /// Length of road reached. Units: km.
    pub road_km: f64,
}

/// How far one gets.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReachView {
    pub minutes: f64,
    /// Starts by name, where they are stations.
    pub stations: Vec<Named>,
    /// No station has such a vehicle on record: it is reckoned from all of them.
    pub assumed: bool,
    /// When what nobody knows passes.
    pub optimistic: ReachOutline,
    /// When it does not.
    pub pessimistic: ReachOutline,
}

/// A junction that is reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReachNode {
    /// Node of the map; of a road of the town's own a number below zero.
    pub node: i64,
    /// Units: s.
    pub seconds: f64,
}

/// How far one gets under one reading, junction by junction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReachNodes {
    /// GeoJSON polygons around every road reached.
    pub polygon: serde_json::Value,
    /// Length of road reached. Units: km.
    pub road_km: f64,
    /// Nearest first.
    pub reached: Vec<ReachNode>,
    pub unreached: Vec<i64>,
}

impl ReachNodes {
    /// What of a network is reached, and what is not.
    pub fn of(network: &Network, reach: &Reach) -> Self {
        let ReachOutline { geometry, road_km } = outlined(network, reach);
        let inside: std::collections::HashSet<u32> = reach.junctions.iter().map(|(n, _)| *n).collect();
        let id = |n: u32| network.junctions.get(n as usize).map(|junction| junction.id);
        let reached = reach.junctions.iter();
        let reached = reached
            .filter_map(|(n, ms)| Some(ReachNode { node: id(*n)?, seconds: f64::from(*ms) / 1000.0 }))
            .collect();
        let all = 0..network.junctions.len() as u32;
        let unreached = all.filter(|n| !inside.contains(n)).filter_map(id).collect();
        Self { polygon: geometry, road_km, reached, unreached }
    }
}

/// How far from where, worked out.
struct Within {
    minutes: f64,
    stations: Vec<Named>,
    assumed: bool,
    net: Arc<Net>,
    optimistic: Reach,
    pessimistic: Reach,
}

/// The outline of what is reached.
fn outlined(network: &Network, reach: &Reach) -> ReachOutline {
    // A sum of nothing is minus zero, and would be shown so.
    let mm = reach.pieces.iter().fold(0.0, |mm, piece| mm + f64::from(piece.to_mm - piece.from_mm));
    let rings = ::road::reach::outline(network, reach, BESIDE_M);
    ReachOutline {
        geometry: serde_json::json!({ "type": "MultiPolygon", "coordinates": rings }),
        road_km: (mm / 1e4).round() / 100.0,
    }
}

fn drawn(way: &Way) -> WayView {
    WayView {
        distance_m: way.distance_m.round(),
        duration_s: way.duration_s.round(),
        geometry: serde_json::json!({ "type": "LineString", "coordinates": way.geometry }),
    }
}

impl App {
    /// A way by a vehicle, under both readings of what nobody measured, with what stands in it by name.
    pub async fn road_route(&self, caller: &Caller, asked: &RouteAsked) -> Result<RouteView> {
        caller.scope(Action::RoadRead)?;
        let class = class_of(&asked.vehicle)?;
        let (from, to) = (position("from", &asked.from)?, position("to", &asked.to)?);
        let day = day(asked.on.as_deref(), self.now().date())?;
        let objective = if asked.objective.as_deref() == Some("distance") {
            Objective::Distance
        } else {
            Objective::Time
        };
        let net = self.road_net_on(day).await?;
        let wet = asked.wet.unwrap_or_else(|| net.is_wet(day));
        self.aside(move || {
            let network = &net.drawn.network;
            let (vehicle, situation) = (net.vehicle(class)?, net.situation(day, wet));
            let prepared = net.weighed_as(class, (day, wet), objective)?;
            net.shorten(&prepared);
            let (from, to) = (net.spot(&prepared, from)?, net.spot(&prepared, to)?);
            let found = net.searching(|search| {
                ::road::route::route(network, vehicle, &situation, &prepared, search, (&from, &to))
            });
            Ok(RouteView {
                optimistic: found.optimistic.as_ref().map(drawn),
                pessimistic: found.pessimistic.as_ref().map(drawn),
                apart: found.optimistic.is_none()
                    && !prepared.hang_together(network, from.segment, to.segment),
                blocked_by: found.blocked_by.iter().map(|light| net.blocking(light)).collect(),
                unknown: found.unknown.iter().map(|light| net.blocking(light)).collect(),
            })
        })
        .await
    }

    /// How far a vehicle gets from points or from the stations that have one.
    pub async fn road_reach(&self, caller: &Caller, asked: &ReachAsked) -> Result<ReachView> {
        let found = self.road_within(caller, asked).await?;
        self.aside(move || {
            let network = &found.net.drawn.network;
            let (optimistic, pessimistic) =
                (outlined(network, &found.optimistic), outlined(network, &found.pessimistic));
            let Within { minutes, stations, assumed, .. } = found;
            Ok(ReachView { minutes, stations, assumed, optimistic, pessimistic })
        })
        .await
    }

    /// The same junction by junction, optimistic first.
    pub async fn road_reach_nodes(&self, caller: &Caller, asked: &ReachAsked) -> Result<[ReachNodes; 2]> {
        let found = self.road_within(caller, asked).await?;
        self.aside(move || {
            let network = &found.net.drawn.network;
            Ok([&found.optimistic, &found.pessimistic].map(|reach| ReachNodes::of(network, reach)))
        })
        .await
    }

    async fn road_within(&self, caller: &Caller, asked: &ReachAsked) -> Result<Within> {
        caller.scope(Action::RoadRead)?;
        let class = class_of(&asked.vehicle)?;
        let today = self.now().date();
        let day = day(asked.on.as_deref(), today)?;
        let mut read = self.db.read(&self.town).await?;
        let minutes = match asked.minutes {
            Some(minutes) if (0.0..=600.0).contains(&minutes) => minutes,
            Some(_) => {
                return Err(Error::field("minutes", "road.minutes", "请写 0 到 600 之间的分钟数"));
            }
            None => f64::from(crate::parameter::number_on(&mut read, super::REACH_MINUTES, today).await?),
        };
        let typed = asked.from.as_deref().unwrap_or_default().split([';', '；']);
        let typed: Vec<[f64; 2]> = typed
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(|text| position("from", text))
            .collect::<Result<_>>()?;
        let (stations, assumed) = match typed.is_empty() {
            true => super::access::stations(&mut read, class, day).await?,
            false => (Vec::new(), false),
        };
        drop(read);
        let net = self.road_net_on(day).await?;
        let wet = asked.wet.unwrap_or_else(|| net.is_wet(day));
        self.aside(move || {
            let network = &net.drawn.network;
            let prepared = net.weighed_as(class, (day, wet), Objective::Time)?;
            let at = stations.iter().map(|station| station.at).chain(typed.iter().copied());
            let starts: Vec<Spot> = match typed.is_empty() {
                // A station off the road starts nobody; a point somebody typed must be told of.
                true => at.filter_map(|at| net.stand(&prepared, at)).collect(),
                false => at.map(|at| net.spot(&prepared, at)).collect::<Result<_>>()?,
            };
            let limit = (minutes * 60_000.0) as u32;
            let within = |reading| {
                net.searching(|search| {
                    ::road::reach::reach(network, &prepared, reading, search, &starts, limit)
                })
            };
            let (optimistic, pessimistic) = (within(Reading::Optimistic), within(Reading::Pessimistic));
            let stations = stations.into_iter().map(|station| station.name).collect();
            Ok(Within { minutes, stations, assumed, net: net.clone(), optimistic, pessimistic })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_gets_nowhere_gets_no_kilometres_far_and_not_minus_none() {
        let nowhere = outlined(&Network::default(), &Reach::default());
        assert!(nowhere.road_km.is_sign_positive(), "{:.1}", nowhere.road_km);
    }
}

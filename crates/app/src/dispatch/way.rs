//! The way of an order: from its force's station over the roads of today with the vehicle that was named, and the water that
//! lies along it. What does not belong here: the search (the crate `road`), when who arrives (`arrival`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::geometry::{Position, along, distance_m};
use domain::ids::DispatchId;
use domain::policy::Action;
use domain::vehicle::Class;
use serde::Serialize;
use utoipa::ToSchema;

use super::arrival::{class_of, position_of};
use crate::incident::card::{WaterNear, usable_water};
use crate::incident::subject;
use crate::names::Spot;
use crate::parameter::number_on;
use crate::road::net::Blocking;
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// Water so far beside the way lies on it: as far as a hydrant covers. A default of the town. Units: metres. Source:
/// handbook of the field, C6.3.
pub(crate) const WAY_METRES: (&str, f64) = ("incident.way_metres", 150.0);
/// Stretches nobody measured that are named.
const SHOWN: usize = 5;

/// Water on the way.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WaterOnWay {
    #[serde(flatten)]
    pub water: WaterNear,
    /// So far from the start, along the way. Units: metres.
    pub along_m: f64,
}

/// The way of an order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DispatchWay {
    pub force: Named,
    pub from: Spot,
    pub to: Spot,
    pub vehicle: String,
    /// Units: metres; of the crow's flight where no road leads there.
    pub distance_m: f64,
    /// Units: minutes; none where no road leads there.
    pub minutes: Option<f64>,
    /// Longitudes and latitudes in order; the two ends alone where no road leads there.
    pub line: Vec<[f64; 2]>,
    /// Whether it runs over roads.
    pub by_road: bool,
    /// Stretches of it nobody measured for this vehicle.
    pub unknown: Vec<Blocking>,
    /// What keeps the vehicle from a way, or from a better one.
    pub blocked_by: Vec<Blocking>,
    /// Usable water along it, in the order it is passed.
    pub water: Vec<WaterOnWay>,
    /// So far beside the way water is looked for. Units: metres.
    pub beside_m: f64,
}

impl App {
    /// The way of an order, to whoever was called or may read the incident.
    ///
    /// Errors: the station or the spot is nowhere on the map.
    pub async fn dispatch_way(&self, caller: &Caller, id: &DispatchId) -> Result<DispatchWay> {
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let order = read.dispatch(id).await?.ok_or(Error::NotFound)?.dispatch;
        let whole = Caller::system().scope(Action::IncidentRead)?;
        let record = read.incident(&order.incident, &whole).await?.ok_or(Error::NotFound)?;
        let is_own = order.person == caller.person && order.state.is_open();
        if !is_own && caller.hats.hat(Action::IncidentRead, &subject(&record)).is_none() {
            return Err(Error::NotFound);
        }
        let nowhere =
            |message: &str| Error::Refused { code: "dispatch.nowhere", message: message.to_owned() };
        let to = record.incident.at.ok_or_else(|| nowhere("警情还没有位置，请先在地图上标出"))?;
        let forces = Caller::system().scope(Action::ForceRead)?;
        let force = read.force(&order.force, &forces).await?.ok_or(Error::NotFound)?.force;
        let from = position_of(&force).ok_or_else(|| nowhere("这支队伍没有登记驻地位置，请补登"))?;
        let item = force.vehicles.iter().find(|one| one.name == order.vehicle).map(|one| one.item.as_str());
        // A vehicle of no class on record is not driven over roads by the book: the way on foot is shown.
        let class = item.and_then(class_of).unwrap_or(Class::Foot);
        let beside_m = f64::from(number_on(&mut read, WAY_METRES, today).await?);
        let all_water = usable_water(&mut read, today).await?;
        drop(read);
        let net = self.road_net().await?;
        let found = self
            .aside(move || {
                if net.is_empty() {
                    return Ok(None);
                }
                let (vehicle, situation) = (net.vehicle(class)?, net.situation(today, net.is_wet(today)));
                let prepared = net.weighed(class, today)?;
                net.shorten(&prepared);
                let Some(goal) = net.goal(&prepared, to) else { return Ok(None) };
                let Some(start) = net.stand_towards(&prepared, from, &goal) else { return Ok(None) };
                let ends = (&start, &goal);
                let network = &net.drawn.network;
                let found = net.searching(|search| {
                    ::road::route::route(network, vehicle, &situation, &prepared, search, ends)
                });
                let named = |lights: &[::road::route::Spotlight]| -> Vec<Blocking> {
                    lights.iter().take(SHOWN).map(|light| net.blocking(light)).collect()
                };
                let (unknown, blocked_by) = (named(&found.unknown), named(&found.blocked_by));
                Ok(Some((found.optimistic, unknown, blocked_by)))
            })
            .await?;
        let (way, unknown, blocked_by) = found.unwrap_or_default();
        let line: Vec<Position> = way.as_ref().map_or_else(|| vec![from, to], |way| way.geometry.clone());
        let mut water: Vec<WaterOnWay> = all_water
            .into_iter()
            .filter_map(|(water, at)| {
                let (away_m, along_m) = along(&line, at).filter(|(away_m, _)| *away_m <= beside_m)?;
                Some(WaterOnWay { water: WaterNear { away_m, ..water }, along_m })
            })
            .collect();
        water.sort_by(|a, b| a.along_m.total_cmp(&b.along_m));
        Ok(DispatchWay {
            force: Named::new(force.id.as_str(), &force.name),
            from: Spot { lon: from[0], lat: from[1] },
            to: Spot { lon: to[0], lat: to[1] },
            vehicle: order.vehicle,
            distance_m: way.as_ref().map_or_else(|| distance_m(from, to), |way| way.distance_m).round(),
            minutes: way.as_ref().map(|way| way.duration_s / 60.0),
            by_road: way.is_some(),
            line,
            unknown,
            blocked_by,
            water,
            beside_m,
        })
    }
}

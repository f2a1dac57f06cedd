//! The town's roads as a network: built aside from the request, kept until a road, the map or a vehicle changes; ways and
//! reach over it. What does not belong here: the network itself (the crate `road`), who reaches whom (`access`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as Guard, OnceLock, PoisonError};

use ::road::drawn::{Drawn, Line};
use ::road::graph::Stats;
use ::road::landmark::Landmarks;
use ::road::osm::Extract;
use ::road::route::{Spotlight, Way};
use ::road::snap::Spot;
use ::road::{Objective, Prepared, Reading, Search, Situation};
use domain::ids::RoadId;
use domain::policy::Action;
use domain::road::Conditions;
use domain::road::scenario::{Change, Scenario};
use domain::road::segment::Segment;
use domain::time::Date;
use domain::vehicle::{Class, Vehicle};
use serde::{Deserialize, Serialize};
use store::road::{RoadFilter, RoadMapRecord};
use tokio::sync::Mutex;
use utoipa::{IntoParams, ToSchema};

use super::vehicle::vehicles_on;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// A road is looked for so far around a point, m.
pub(crate) const NEAR_M: f64 = 500.0;
/// An outline takes in so much beside the road, m.
const BESIDE_M: f64 = 30.0;
/// From so many junctions on a way is looked for by landmarks.
const GUIDED_FROM: usize = 5_000;
/// So many islands are named.
const ISLANDS: usize = 50;
/// What a road without a name is called.
const NAMELESS: &str = "无名道路";
/// Changes of these make the network old.
const TABLES: &[&str] = &["road", "road_map", "parameter"];

/// The network of one moment.
pub(crate) struct Net {
    /// The stretches in the order of the lines.
    pub segments: Vec<Segment>,
    /// The network.
    pub drawn: Drawn,
    /// The vehicles with the town's numbers.
    pub vehicles: Vec<Vehicle>,
    /// The map of roads under it.
    pub map: Option<RoadMapRecord>,
    /// What shows searches the way on it, by vehicle and objective, once somebody asked.
    guides: Once<(Class, bool), Landmarks>,
    /// First and last month of the wet season; 0 where the town sets none.
    pub wet_months: (u16, u16),
    /// Weighed for each class, as soon as somebody asks: by class and day.
    weighed: Once<(Class, Date), Prepared>,
}

/// What is made once for each key: whoever asks for the same waits until it is there, whoever asks for another does not.
struct Once<K, V>(Guard<BTreeMap<K, Arc<OnceLock<Arc<V>>>>>);

impl<K: Ord, V> Once<K, V> {
    fn of(&self, key: K, is_kept: impl Fn(&K) -> bool, make: impl FnOnce() -> V) -> Arc<V> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.contains_key(&key) {
            known.retain(|key, _| is_kept(key));
        }
        let own = known.entry(key).or_default().clone();
        drop(known);
        own.get_or_init(|| Arc::new(make())).clone()
    }
}

impl<K, V> Default for Once<K, V> {
    fn default() -> Self {
        Self(Guard::default())
    }
}

/// The network as kept, and the map it lies on by its content.
#[derive(Default)]
pub struct Kept {
    net: Mutex<Option<(i64, Date, Arc<Net>)>>,
    map: Mutex<Option<(String, Arc<Extract>)>>,
}

impl Net {
    /// A network of these stretches.
    pub fn of(
        segments: Vec<Segment>,
        vehicles: Vec<Vehicle>,
        map: Option<(RoadMapRecord, &Extract)>,
    ) -> Self {
        let line = |segment: &Segment| Line {
            road: segment.road.clone(),
            line: segment.line.clone(),
            closures: segment.closures.iter().map(|closed| closed.closure.clone()).collect(),
        };
        let lines: Vec<Line> = segments.iter().map(line).collect();
        let drawn = Drawn::of(map.as_ref().map(|(_, extract)| *extract), &lines);
        let map = map.map(|(record, _)| record);
        let (guides, weighed) = (Once::default(), Once::default());
        Self { segments, drawn, vehicles, map, wet_months: (0, 0), guides, weighed }
    }

    /// Whether a day lies in the town's wet season, which may run over the new year.
    pub fn is_wet(&self, day: Date) -> bool {
        let month = u16::try_from(chrono::Datelike::month(&day)).unwrap_or(0);
        match self.wet_months {
            (0, _) | (_, 0) => false,
            (from, until) if from <= until => (from..=until).contains(&month),
            (from, until) => month >= from || month <= until,
        }
    }

    /// The same with the changes of a list that nobody made.
    pub fn over(&self, scenario: &Scenario, map: Option<(RoadMapRecord, &Extract)>) -> Self {
        let segments = self.segments.iter().cloned().map(|segment| scenario.over(segment)).collect();
        Self { wet_months: self.wet_months, ..Self::of(segments, self.vehicles.clone(), map) }
    }

    /// One day on it.
    pub fn situation(&self, day: Date, wet: bool) -> Situation {
        Situation { conditions: Conditions { day, wet }, closures: self.drawn.closures.clone() }
    }

    /// Whether no road of the town is known at all.
    pub fn is_empty(&self) -> bool {
        self.drawn.network.segments.is_empty()
    }

    /// The network weighed by time for a class on a day, wet in the town's wet season, once for each.
    ///
    /// Errors: nobody knows such a vehicle.
    pub fn weighed(&self, class: Class, day: Date) -> Result<Arc<Prepared>> {
        let vehicle = self.vehicle(class)?;
        let weigh = || {
            Prepared::new(
                &self.drawn.network,
                vehicle,
                &self.situation(day, self.is_wet(day)),
                Objective::Time,
            )
        };
        // Of other days only what is played is asked; nothing of them is kept.
        Ok(self.weighed.of((class, day), |(_, known)| *known == day, weigh))
    }

    /// The vehicle of a class.
    ///
    /// Errors: nobody knows such a one.
    pub fn vehicle(&self, class: Class) -> Result<&Vehicle> {
        let found = self.vehicles.iter().find(|vehicle| vehicle.class == class);
        found.ok_or_else(|| Error::Internal("the catalogue of vehicles lacks one".to_owned()))
    }

    /// The network as weighed, with landmarks on a large one: they are worth their making from some thousand junctions on,
    /// and hold for every day.
    fn guided(&self, class: Class, prepared: Prepared) -> Prepared {
        if self.drawn.network.junctions.len() < GUIDED_FROM {
            return prepared;
        }
        let key = (class, prepared.objective == Objective::Time);
        let landmarks = self.guides.of(key, |_| true, || Landmarks::of(&self.drawn.network, &prepared));
        prepared.guided(landmarks)
    }

    /// The stretch of the town a stretch of the network is of.
    pub fn segment_of(&self, key: Option<&::road::graph::Key>) -> Option<&Segment> {
        key.and_then(|key| self.drawn.line_of(key)).and_then(|n| self.segments.get(n))
    }

    /// What matters on a way, with the stretch of the town it is on.
    pub fn blocking(&self, light: &Spotlight) -> Blocking {
        let own = self.segment_of(light.segment.as_ref());
        Blocking {
            road: own.map(|segment| Named::new(segment.id.as_str(), segment.road.name.as_str())),
            name: if light.name.is_empty() { NAMELESS.to_owned() } else { light.name.clone() },
            length_m: light.length_m.round(),
            lon: light.lon_lat[0],
            lat: light.lon_lat[1],
            reasons: light.reasons.iter().map(|why| Word::new(why.code, why.message.as_str())).collect(),
        }
    }

    /// The parts that hang together with no other, each by one of its roads.
    fn apart(&self) -> Vec<RoadIsland> {
        let network = &self.drawn.network;
        let island = |one: ::road::graph::Island| {
            let spot = network.index().nearest(network, one.lon_lat, 1.0, |_| true).ok();
            let key = spot.and_then(|spot| network.segments.get(spot.segment as usize)).map(|s| s.key);
            let own = self.segment_of(key.as_ref());
            RoadIsland {
                road: own.map(|segment| Named::new(segment.id.as_str(), segment.road.name.as_str())),
                name: if one.name.is_empty() { NAMELESS.to_owned() } else { one.name },
                lon: one.lon_lat[0],
                lat: one.lon_lat[1],
                segments: one.segments,
                length_m: one.length_m.round(),
            }
        };
        network.islands().into_iter().take(ISLANDS).map(island).collect()
    }

    pub fn spot(&self, prepared: &Prepared, at: [f64; 2]) -> Result<Spot> {
        let network = &self.drawn.network;
        let found = network.index().nearest(network, at, NEAR_M, |segment| prepared.is_open(segment));
        found.map_err(|e| Error::field("from", e.code(), &e.to_string()))
    }
}

/// A stretch that matters, and why.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Blocking {
    /// The stretch of the town; none on a road of the map nobody measured.
    pub road: Option<Named>,
    pub name: String,
    /// Units: m.
    pub length_m: f64,
    pub lon: f64,
    pub lat: f64,
    pub reasons: Vec<Word>,
}

/// Figures of the network.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RoadNetwork {
    /// Stretches of the town.
    pub roads: usize,
    /// Stretches of the network.
    pub segments: usize,
    /// Points of roads for cars.
    pub nodes: usize,
    /// Hops between neighbouring points of roads for cars, each direction one may go counted.
    pub edges: usize,
    pub junctions: usize,
    /// Units: m.
    pub length_m: f64,
    /// Parts that do not hang together.
    pub islands: usize,
    /// Those that do not hang together with the longest, the longest first; at most 50.
    pub apart: Vec<RoadIsland>,
    /// Stretches of the network with a known width.
    pub with_width: usize,
    /// Stretches of the network with a known height.
    pub with_height: usize,
    /// Points where something stands in the way.
    pub barriers: usize,
    /// The map of roads under it, and when it was handed in.
    pub map: Option<RoadMapView>,
    /// What was left out or looks wrong.
    pub problems: Vec<RoadProblem>,
}

/// A part that hangs together with no other, by one of its roads.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RoadIsland {
    /// A stretch of the town in it; none when it is all of the map.
    pub road: Option<Named>,
    /// What a road of it is called.
    pub name: String,
    pub lon: f64,
    pub lat: f64,
    pub segments: usize,
    /// Units: m.
    pub length_m: f64,
}

/// A map of roads that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoadMapView {
    pub name: String,
    pub ways: i64,
    pub recorded_at: String,
}

/// Something that was left out or looks wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoadProblem {
    pub place: String,
    pub code: String,
    pub message: String,
}

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
    /// Day; today when left out.
    pub on: Option<String>,
    /// Whether it is the wet season.
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
    /// Day; today when left out.
    pub on: Option<String>,
    /// Whether it is the wet season.
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

fn drawn(way: &Way) -> WayView {
    WayView {
        distance_m: way.distance_m.round(),
        duration_s: way.duration_s.round(),
        geometry: serde_json::json!({ "type": "LineString", "coordinates": way.geometry }),
    }
}

/// A vehicle by its word.
///
/// Errors: names the field.
pub(crate) fn class_of(word: &str) -> Result<Class> {
    let found = Class::ALL.into_iter().find(|class| class.code() == word.trim());
    found.ok_or_else(|| Error::field("vehicle", "road.vehicle", "没有这类车辆，请从列表中选择"))
}

/// `105.87,29.26`.
pub(super) fn position(field: &str, text: &str) -> Result<[f64; 2]> {
    let pair = text.split_once([',', '，']);
    let read = |(lon, lat): (&str, &str)| Some([lon.trim().parse().ok()?, lat.trim().parse().ok()?]);
    let at = pair.and_then(read).filter(|at: &[f64; 2]| at.iter().all(|degree| degree.is_finite()));
    let at =
        at.ok_or_else(|| Error::field(field, "road.position", "位置请写成 经度,纬度，如 105.87,29.26"))?;
    domain::facility::Shape::Point(at).check().map_err(|e| Error::field(field, e.code(), &e.to_string()))?;
    Ok(at)
}

/// A day as asked for; today when left out.
pub(super) fn day(asked: Option<&str>, today: Date) -> Result<Date> {
    match asked.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(today),
        Some(text) => read_day("on", text),
    }
}

impl App {
    /// The network as it is now.
    // Read by use cases that asked for their own right.
    pub(crate) async fn road_net(&self) -> Result<Arc<Net>> {
        let today = self.now().date();
        // Held while it is built: others want the same and wait for it.
        let mut kept = self.roads.net.lock().await;
        let mut read = self.db.read(&self.town).await?;
        let (head, _) = read.audit_head().await?;
        if let Some((seq, day, net)) = kept.as_mut()
            && *day == today
            && (*seq == head || !read.touched_after(*seq, TABLES).await?)
        {
            *seq = head;
            return Ok(net.clone());
        }
        let whole = Caller::system().scope(Action::RoadRead)?;
        let found = read.roads(&whole, &RoadFilter::default()).await?;
        let segments: Vec<Segment> = found.into_iter().map(|record| record.segment).collect();
        let vehicles = vehicles_on(&mut read, today).await?;
        let wet_from = crate::parameter::number_on(&mut read, super::WET_FROM, today).await?;
        let wet_until = crate::parameter::number_on(&mut read, super::WET_UNTIL, today).await?;
        drop(read);
        let map = self.road_map_now().await?;
        let built = self.aside(move || {
            let map = map.as_ref().map(|(record, extract)| (record.clone(), extract.as_ref()));
            Ok(Net { wet_months: (wet_from, wet_until), ..Net::of(segments, vehicles, map) })
        });
        let net = Arc::new(built.await?);
        *kept = Some((head, today, net.clone()));
        Ok(net)
    }

    /// The network with these stretches closed on a day, for what is only played: built for the one who asks, never kept.
    /// Gives what they are called, too.
    ///
    /// Errors: no such stretch.
    // Part of a rehearsal, which asked.
    pub(crate) async fn road_net_closed(
        &self,
        closed: &[RoadId],
        on: Date,
    ) -> Result<(Arc<Net>, Vec<Named>)> {
        let net = self.road_net().await?;
        let unknown = || Error::field("closed", "rehearsal.road", "没有这条道路，请从列表中选择");
        let named = |road: &RoadId| -> Result<Named> {
            let found = net.segments.iter().find(|segment| segment.id == *road && segment.void.is_none());
            let found = found.ok_or_else(unknown)?;
            Ok(Named::new(road.as_str(), found.road.name.as_str()))
        };
        let names: Vec<Named> = closed.iter().map(named).collect::<Result<_>>()?;
        if names.is_empty() {
            return Ok((net, names));
        }
        let close = |road: &RoadId| Change::Close { road: road.clone(), from: on, until: Some(on) };
        let changes = closed.iter().map(close).collect();
        let scenario =
            Scenario { id: "".into(), name: "推演假定封闭".to_owned(), on: None, changes, void: None };
        let map = self.road_map_now().await?;
        let built = self.aside(move || {
            Ok(net.over(&scenario, map.as_ref().map(|(record, extract)| (record.clone(), extract.as_ref()))))
        });
        Ok((Arc::new(built.await?), names))
    }

    /// The map of roads handed in last, read once.
    // The map under the network is the same for everybody.
    pub(super) async fn road_map_now(&self) -> Result<Option<(RoadMapRecord, Arc<Extract>)>> {
        let record = self.db.read(&self.town).await?.road_map().await?;
        let Some(record) = record else { return Ok(None) };
        let mut kept = self.roads.map.lock().await;
        if let Some((blob, extract)) = kept.as_ref()
            && *blob == record.blob
        {
            return Ok(Some((record, extract.clone())));
        }
        let file = self.blobs.file(&record.blob)?;
        let read = self.aside(move || ::road::osm::read(&file).map_err(|e| refused(&e)));
        let extract = Arc::new(read.await?);
        *kept = Some((record.blob.clone(), extract.clone()));
        Ok(Some((record, extract)))
    }

    /// Figures of the town's network, and what looks wrong.
    pub async fn road_network(&self, caller: &Caller) -> Result<RoadNetwork> {
        caller.scope(Action::RoadRead)?;
        let net = self.road_net().await?;
        let stats: Stats = net.drawn.network.stats();
        let own = |problem: &&::road::Problem| problem.code == "road.crossing_unjoined";
        let problem = |problem: &::road::Problem| RoadProblem {
            place: problem.place.clone(),
            code: problem.code.to_owned(),
            message: problem.message.clone(),
        };
        Ok(RoadNetwork {
            roads: net.segments.len(),
            segments: stats.segments,
            nodes: stats.nodes,
            edges: stats.edges,
            junctions: stats.junctions,
            length_m: stats.length_m.round(),
            islands: stats.islands,
            apart: net.apart(),
            with_width: stats.with_width,
            with_height: stats.with_height,
            barriers: stats.barriers,
            map: net.map.as_ref().map(|map| RoadMapView {
                name: map.name.clone(),
                ways: map.ways,
                recorded_at: map.recorded_at.to_rfc3339(),
            }),
            problems: net.drawn.network.problems.iter().filter(own).map(problem).collect(),
        })
    }

    /// A way by a vehicle, under both readings of what nobody measured, with what stands in it by name.
    pub async fn road_route(&self, caller: &Caller, asked: &RouteAsked) -> Result<RouteView> {
        caller.scope(Action::RoadRead)?;
        let class = class_of(&asked.vehicle)?;
        let (from, to) = (position("from", &asked.from)?, position("to", &asked.to)?);
        let day = day(asked.on.as_deref(), self.now().date())?;
        let wet = asked.wet.unwrap_or(false);
        let objective = if asked.objective.as_deref() == Some("distance") {
            Objective::Distance
        } else {
            Objective::Time
        };
        let net = self.road_net().await?;
        self.aside(move || {
            let network = &net.drawn.network;
            let (vehicle, situation) = (net.vehicle(class)?, net.situation(day, wet));
            let prepared = net.guided(class, Prepared::new(network, vehicle, &situation, objective));
            let (from, to) = (net.spot(&prepared, from)?, net.spot(&prepared, to)?);
            let found = ::road::route::route(
                network,
                vehicle,
                &situation,
                &prepared,
                &mut Search::new(),
                (&from, &to),
            );
            Ok(RouteView {
                optimistic: found.optimistic.as_ref().map(drawn),
                pessimistic: found.pessimistic.as_ref().map(drawn),
                blocked_by: found.blocked_by.iter().map(|light| net.blocking(light)).collect(),
                unknown: found.unknown.iter().map(|light| net.blocking(light)).collect(),
            })
        })
        .await
    }

    /// How far a vehicle gets from points or from the stations that have one.
    pub async fn road_reach(&self, caller: &Caller, asked: &ReachAsked) -> Result<ReachView> {
        caller.scope(Action::RoadRead)?;
        let class = class_of(&asked.vehicle)?;
        let today = self.now().date();
        let day = day(asked.on.as_deref(), today)?;
        let wet = asked.wet.unwrap_or(false);
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
        let net = self.road_net().await?;
        self.aside(move || {
            let network = &net.drawn.network;
            let (vehicle, situation) = (net.vehicle(class)?, net.situation(day, wet));
            let prepared = Prepared::new(network, vehicle, &situation, Objective::Time);
            let at = stations.iter().map(|station| station.at).chain(typed.iter().copied());
            let starts: Vec<Spot> = match typed.is_empty() {
                // A station off the road starts nobody; a point somebody typed must be told of.
                true => at.filter_map(|at| net.spot(&prepared, at).ok()).collect(),
                false => at.map(|at| net.spot(&prepared, at)).collect::<Result<_>>()?,
            };
            let limit = (minutes * 60_000.0) as u32;
            let mut search = Search::new();
            let mut within = |reading| {
                let reach = ::road::reach::reach(network, &prepared, reading, &mut search, &starts, limit);
                let mm: f64 = reach.pieces.iter().map(|piece| f64::from(piece.to_mm - piece.from_mm)).sum();
                let rings = ::road::reach::outline(network, &reach, BESIDE_M);
                ReachOutline {
                    geometry: serde_json::json!({ "type": "MultiPolygon", "coordinates": rings }),
                    road_km: (mm / 1e4).round() / 100.0,
                }
            };
            let (optimistic, pessimistic) = (within(Reading::Optimistic), within(Reading::Pessimistic));
            let stations = stations.into_iter().map(|station| station.name).collect();
            Ok(ReachView { minutes, stations, assumed, optimistic, pessimistic })
        })
        .await
    }
}

/// What the workshop refused, as the caller is told.
pub(super) fn refused(error: &::road::Error) -> Error {
    Error::Refused { code: error.code(), message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_wet_season_may_run_over_the_new_year_and_none_is_set_by_itself() {
        let wet = |months: (u16, u16)| -> Vec<u32> {
            let net = Net { wet_months: months, ..Net::of(Vec::new(), Vec::new(), None) };
            let day = |month: u32| Date::from_ymd_opt(2026, month, 15).expect("a day");
            (1..=12).filter(|month| net.is_wet(day(*month))).collect()
        };
        assert_eq!(wet((0, 0)), [] as [u32; 0]);
        assert_eq!(wet((5, 9)), [5, 6, 7, 8, 9]);
        assert_eq!(wet((11, 2)), [1, 2, 11, 12]);
        assert_eq!(wet((0, 9)), [] as [u32; 0]);
    }

    #[test]
    fn what_takes_long_is_made_once_and_holds_up_only_who_wants_the_same() {
        let (once, made) = (&Once::<u8, u8>::default(), &AtomicUsize::new(0));
        let (begun, has_begun) = channel();
        let (free, held) = channel();
        std::thread::scope(|scope| {
            let slow = scope.spawn(move || {
                once.of(
                    1,
                    |_| true,
                    || {
                        made.fetch_add(1, Ordering::SeqCst);
                        begun.send(()).expect("somebody waits");
                        held.recv().expect("somebody lets go");
                        10
                    },
                )
            });
            has_begun.recv().expect("it began");
            assert_eq!(*once.of(2, |_| true, || 20), 20, "another passes meanwhile");
            let same = scope.spawn(|| once.of(1, |_| true, || made.fetch_add(1, Ordering::SeqCst) as u8));
            free.send(()).expect("it waits");
            assert_eq!((*slow.join().expect("made"), *same.join().expect("given")), (10, 10));
        });
        assert_eq!(made.load(Ordering::SeqCst), 1);
        once.of(3, |key| *key > 2, || 30);
        assert_eq!(*once.of(2, |_| true, || 21), 21, "what is not kept is made anew");
    }
}

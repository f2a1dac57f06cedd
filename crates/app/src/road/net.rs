//! The town's roads as a network: built aside from the request, kept until a road, the map or a vehicle changes. What does
//! not belong here: the network itself (the crate `road`), one way or reach over it (`way`), who reaches whom (`access`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as Guard, OnceLock, PoisonError};

use ::road::drawn::{Drawn, Line, Turning};
use ::road::graph::Stats;
use ::road::osm::Extract;
use ::road::route::Spotlight;
use ::road::snap::{Near, Spot, road, standing, standing_with};
use ::road::{Objective, Prepared, Reading, Search, Situation};
use domain::ids::RoadId;
use domain::policy::Action;
use domain::road::scenario::{Change, Scenario};
use domain::road::segment::{Segment, Turn, stood_on};
use domain::road::{Conditions, Stops};
use domain::time::Date;
use domain::vehicle::{Class, Vehicle};
use serde::Serialize;
use store::Read;
use store::road::{RoadFilter, RoadMapRecord};
use tokio::sync::Mutex;
use utoipa::ToSchema;

use super::vehicle::vehicles_on;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// A road is looked for so far around a point, m.
pub(crate) const NEAR_M: f64 = 500.0;
/// What is wrong with roads of the town's own, not with the map under them.
const OWN: [&str; 2] = ["road.crossing_unjoined", "road.turn_unmet"];
/// As much of what is wrong with a map is told at once.
const MAP_PROBLEMS: usize = 500;
/// From so many junctions on a network is put in order, for ways that are asked again and again.
const ORDERED_FROM: usize = 5_000;
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
    /// First and last month of the wet season; 0 where the town sets none.
    pub wet_months: (u16, u16),
    /// As far as a hose is laid. Units: m.
    pub hose_lay_m: f64,
    /// The day it was built on; none for one that is only thought of.
    today: Option<Date>,
    /// Weighed as soon as somebody asks: by class and day, whether it is wet, whether time is to be least.
    weighed: Once<(Class, Date, bool, bool), Prepared>,
    /// Held by whoever makes its order and shortcuts: one at a time, beside what people wait for.
    making: Guard<()>,
    /// The memories of searches that are done.
    searches: Guard<Vec<Search>>,
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

impl<K: Ord, V> Once<K, V> {
    /// What is made of some keys by now.
    fn made(&self, is_wanted: impl Fn(&K) -> bool) -> Vec<Arc<V>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().filter(|(key, _)| is_wanted(key)).filter_map(|(_, made)| made.get().cloned()).collect()
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
    /// The network of the earlier day that was asked of last.
    past: Mutex<Option<(i64, Date, Arc<Net>)>>,
    map: Mutex<Option<(String, Arc<Extract>)>>,
    ground: Mutex<Option<(String, Arc<super::ground::Drawn>)>>,
}

/// The stretches as lines of a network.
fn lines(segments: &[Segment]) -> Vec<Line> {
    let whole: BTreeMap<&RoadId, &RoadId> =
        segments.iter().filter_map(|own| Some((&own.id, own.part_of.as_ref()?))).collect();
    // A turn into a stretch is one into whatever was cut from it since.
    let is_of = |own: &RoadId, into: &RoadId| {
        let mut up = std::iter::successors(Some(own), |id| whole.get(id).copied()).take(segments.len() + 1);
        up.any(|id| id == into)
    };
    let turning = |turn: &Turn| Turning {
        into: segments
            .iter()
            .enumerate()
            .filter(|(_, own)| is_of(&own.id, &turn.into))
            .map(|(n, _)| n)
            .collect(),
        only: turn.only,
    };
    let line = |segment: &Segment| Line {
        road: segment.road.clone(),
        line: segment.line.clone(),
        closures: segment
            .closures
            .iter()
            .filter(|closed| closed.called_off.is_none())
            .map(|closed| closed.closure.clone())
            .collect(),
        barriers: segment.barriers.iter().map(|barred| (barred.what, barred.at)).collect(),
        turns: segment.turns.iter().map(turning).collect(),
    };
    segments.iter().map(line).collect()
}

impl Net {
    /// A network of these stretches, made out of one before where they were only closed, opened or measured since: a
    /// network takes long to draw, and what is closed changes nothing of where things lie.
    fn after(
        before: Option<&Self>,
        segments: Vec<Segment>,
        vehicles: Vec<Vehicle>,
        map: Option<(RoadMapRecord, &Extract)>,
    ) -> Self {
        let lines = lines(&segments);
        let blob = |map: Option<&RoadMapRecord>| map.map(|record| record.blob.clone());
        let before = before.filter(|own| blob(own.map.as_ref()) == blob(map.as_ref().map(|(own, _)| own)));
        let drawn = before.and_then(|own| own.drawn.again(&lines)).unwrap_or_else(|| {
            let drawn = Drawn::of(map.as_ref().map(|(_, extract)| *extract), &lines);
            // What was mended since changes nothing of the order where everything is joined as before.
            if let Some(own) = before {
                drawn.network.share_order(&own.drawn.network);
            }
            drawn
        });
        let map = map.map(|(record, _)| record);
        Self {
            segments,
            drawn,
            vehicles,
            map,
            wet_months: (0, 0),
            hose_lay_m: 0.0,
            today: None,
            weighed: Once::default(),
            making: Guard::default(),
            searches: Guard::default(),
        }
    }

    /// Whether a day lies in the town's wet season.
    pub fn is_wet(&self, day: Date) -> bool {
        super::is_in_wet(self.wet_months, day)
    }

    /// The same with the changes of a list that nobody made.
    pub fn over(&self, scenario: &Scenario, map: Option<(RoadMapRecord, &Extract)>) -> Self {
        let segments = self.segments.iter().flat_map(|segment| scenario.over(segment)).collect();
        let own = Self::after(Some(self), segments, self.vehicles.clone(), map);
        Self { wet_months: self.wet_months, hose_lay_m: self.hose_lay_m, ..own }
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
        self.weighed_as(class, (day, self.is_wet(day)), Objective::Time)
    }

    /// The same on a day that is wet or not, for what is to be least.
    ///
    /// Errors: nobody knows such a vehicle.
    pub fn weighed_as(
        &self,
        class: Class,
        (day, wet): (Date, bool),
        objective: Objective,
    ) -> Result<Arc<Prepared>> {
        let vehicle = self.vehicle(class)?;
        let weigh = || Prepared::new(&self.drawn.network, vehicle, &self.situation(day, wet), objective);
        // Another day is only played with, and makes room for the next.
        let is_kept = |known: Date| known == day || Some(known) == self.today;
        let key = (class, day, wet, objective == Objective::Time);
        Ok(self.weighed.of(key, |(_, known, ..)| is_kept(*known), weigh))
    }

    /// Does something with the memory of a search, which is as large as the network and so kept.
    pub fn searching<T>(&self, work: impl FnOnce(&mut Search) -> T) -> T {
        let kept = || self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let mut search = kept().pop().unwrap_or_default();
        let done = work(&mut search);
        kept().push(search);
        done
    }

    /// The vehicle of a class.
    ///
    /// Errors: nobody knows such a one.
    pub fn vehicle(&self, class: Class) -> Result<&Vehicle> {
        let found = self.vehicles.iter().find(|vehicle| vehicle.class == class);
        found.ok_or_else(|| Error::Internal("the catalogue of vehicles lacks one".to_owned()))
    }

    /// Makes the order of a large network and shortcuts of all that was weighed for today, on a thread of its own, one at a
    /// time: until that is done ways are only found more slowly. Small networks and other days need none.
    pub fn shorten(self: &Arc<Self>, prepared: &Prepared) {
        let is_worth_it = self.today.is_some() && self.drawn.network.junctions.len() >= ORDERED_FROM;
        if !is_worth_it || prepared.has_shortcuts() || self.making.try_lock().is_err() {
            return;
        }
        let own = self.clone();
        std::thread::spawn(move || {
            let Ok(_alone) = own.making.try_lock() else { return };
            own.drawn.network.make_order();
            let todays = || own.weighed.made(|(_, day, ..)| Some(*day) == own.today).into_iter();
            while let Some(next) = todays().find(|prepared| !prepared.has_shortcuts()) {
                next.make_shortcuts(&own.drawn.network);
            }
        });
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
            lon: degrees(light.lon_lat[0]),
            lat: degrees(light.lon_lat[1]),
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
                lon: degrees(one.lon_lat[0]),
                lat: degrees(one.lon_lat[1]),
                segments: one.segments,
                length_m: one.length_m.round(),
            }
        };
        network.islands().into_iter().take(ISLANDS).map(island).collect()
    }

    /// How far from a point a vehicle stands, and how far off a road is looked for.
    pub fn near(&self) -> Near {
        Near { stand_m: self.hose_lay_m, look_m: NEAR_M }
    }

    /// Where a vehicle stands for somebody's place: on a road it passes within a hose of it, else on the nearest there is.
    pub fn stand(&self, prepared: &Prepared, at: [f64; 2]) -> Option<Spot> {
        standing(&self.drawn.network, prepared, Reading::Optimistic, at, self.near()).ok()
    }

    /// Where a vehicle stands that goes to a spot: beside two roads that do not hang together on the one that leads there.
    pub fn stand_towards(&self, prepared: &Prepared, at: [f64; 2], goal: &Spot) -> Option<Spot> {
        let of = (at, std::slice::from_ref(goal));
        standing_with(&self.drawn.network, prepared, Reading::Optimistic, of, self.near()).ok()
    }

    /// Whether there is a road of any kind where one is looked for around a point.
    pub fn has_road_near(&self, at: [f64; 2]) -> bool {
        let network = &self.drawn.network;
        network.index().nearest(network, at, NEAR_M, |_| true).is_ok()
    }

    /// The road of a place somebody has to get to, whatever is the matter with it.
    pub fn goal(&self, prepared: &Prepared, at: [f64; 2]) -> Option<Spot> {
        road(&self.drawn.network, prepared, at, self.near()).ok()
    }

    /// The very road a point lies on, as whoever points at it means.
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
    /// What of the map under the roads was not taken as it stands there, by way, tag and value: the first 500.
    pub map_problems: Vec<RoadProblem>,
    /// Of these in all.
    pub map_problems_n: usize,
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

/// A position as it is told, to the decimetre: what reckoning leaves behind that is no part of it. Units: degrees.
fn degrees(exact: f64) -> f64 {
    (exact * 1e6).round() / 1e6
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
        let before = kept.as_ref().map(|(.., net)| net.clone());
        let net = self.road_net_drawn(read, today, before).await?;
        *kept = Some((head, today, net.clone()));
        Ok(net)
    }

    /// The network a day is asked of: of an earlier one its roads as they were surveyed by then, as the map shows them, and the
    /// vehicles of then; of today and any day to come the network as it is now.
    // Read by use cases that asked for their own right.
    pub(crate) async fn road_net_on(&self, day: Date) -> Result<Arc<Net>> {
        let now = self.road_net().await?;
        if day >= self.now().date() {
            return Ok(now);
        }
        let mut kept = self.roads.past.lock().await;
        let mut read = self.db.read(&self.town).await?;
        let (head, _) = read.audit_head().await?;
        if let Some((seq, known, net)) = kept.as_mut()
            && *known == day
            && (*seq == head || !read.touched_after(*seq, TABLES).await?)
        {
            *seq = head;
            return Ok(net.clone());
        }
        let net = self.road_net_drawn(read, day, Some(now)).await?;
        *kept = Some((head, day, net.clone()));
        Ok(net)
    }

    /// Draws the network of a day, out of one before where that is close.
    // Read by use cases that asked for their own right.
    async fn road_net_drawn(&self, mut read: Read, day: Date, before: Option<Arc<Net>>) -> Result<Arc<Net>> {
        let today = self.now().date();
        let whole = Caller::system().scope(Action::RoadRead)?;
        let found = read.roads(&whole, &RoadFilter::default()).await?;
        let lives = if day < today { read.road_lives().await? } else { BTreeMap::new() };
        let stood = |now: Segment| match lives.get(&now.id) {
            Some(life) => stood_on(life, day),
            None => Some(now),
        };
        let mut segments: Vec<Segment> = found.into_iter().filter_map(|one| stood(one.segment)).collect();
        // Of two that lie along one road of the map the later survey is laid over the other.
        segments.sort_by_key(|segment| segment.surveyed_on);
        let vehicles = vehicles_on(&mut read, day).await?;
        let wet_months = super::wet_months(&mut read, today).await?;
        let hose_lay_m = f64::from(crate::parameter::number_on(&mut read, super::HOSE_LAY_M, today).await?);
        drop(read);
        let map = self.road_map_now().await?;
        let built = self.aside(move || {
            let map = map.as_ref().map(|(record, extract)| (record.clone(), extract.as_ref()));
            let own = Net::after(before.as_deref(), segments, vehicles, map);
            // A day that is over is only looked back at.
            Ok(Net { wet_months, hose_lay_m, today: Some(today).filter(|_| day == today), ..own })
        });
        Ok(Arc::new(built.await?))
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
        let close = |road: &RoadId| Change::Close {
            road: road.clone(),
            from: on,
            until: Some(on),
            stops: Stops::Everybody,
        };
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

    /// The map of roads handed in last as the ground under other things, read once.
    // The ground is nobody's row.
    pub(crate) async fn road_ground(&self) -> Result<Option<Arc<super::ground::Drawn>>> {
        let record = self.db.read(&self.town).await?.road_map().await?;
        let Some(record) = record else { return Ok(None) };
        let mut kept = self.roads.ground.lock().await;
        if let Some((blob, drawn)) = kept.as_ref()
            && *blob == record.blob
        {
            return Ok(Some(drawn.clone()));
        }
        let file = self.blobs.file(&record.blob)?;
        let read = self.aside(move || ::road::osm::ground::read(&file).map_err(|e| refused(&e)));
        let ground = read.await?;
        let drawn = self.aside(move || Ok(super::ground::Drawn::of(ground))).await?;
        let drawn = Arc::new(drawn);
        *kept = Some((record.blob.clone(), drawn.clone()));
        Ok(Some(drawn))
    }

    /// Figures of the town's network, and what looks wrong.
    pub async fn road_network(&self, caller: &Caller) -> Result<RoadNetwork> {
        caller.scope(Action::RoadRead)?;
        let net = self.road_net().await?;
        let stats: Stats = net.drawn.network.stats();
        let own = |problem: &&::road::Problem| OWN.contains(&problem.code);
        let of_map = || net.drawn.network.problems.iter().filter(|one| !own(one));
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
            map_problems_n: of_map().count(),
            map_problems: of_map().take(MAP_PROBLEMS).map(problem).collect(),
        })
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

    /// A made-up town of 72 lines by 72, a road along each, with the motorcycle of the catalogue.
    fn lattice() -> Net {
        use ::road::osm::{Extract, Node, Way};
        use domain::road::{Fitness, Kind, OneWay, Road};
        let side = 72_i64;
        let at = |n: i64| n as f64 * 0.001;
        let node = |id: i64| Node { lon_lat: [150.0 + at(id % side), 29.0 + at(id / side)], barrier: None };
        let road = |n: i64| Road {
            kind: if n % 9 == 0 { Kind::Primary } else { Kind::Unclassified },
            name: String::new(),
            one_way: OneWay::No,
            bridge: false,
            covered: false,
            private: false,
            fitness: Fitness { width_m: (n % 5 != 0).then_some(3.0), ..Fitness::default() },
        };
        let across = |n: i64| (n, (0..side).map(|k| n * side + k).collect());
        let down = |n: i64| (side + n, (0..side).map(|k| k * side + n).collect());
        let lines = (0..side).flat_map(|n| [across(n), down(n)]);
        let extract = Extract {
            ways: lines.map(|(id, nodes)| Way { id, nodes, road: road(id) }).collect(),
            nodes: (0..side * side).map(|id| (id, node(id))).collect(),
            ..Extract::default()
        };
        let record = RoadMapRecord {
            id: "m1".to_owned(),
            blob: String::new(),
            name: "网格.osm".to_owned(),
            ways: 2 * side,
            recorded_by: String::new(),
            recorded_at: domain::time::Timestamp::default(),
        };
        let (vehicles, problems) = exchange::vehicle_catalog::read(exchange::shipped::VEHICLES);
        assert!(problems.is_empty());
        Net { today: Some(day()), ..Net::after(None, Vec::new(), vehicles, Some((record, &extract))) }
    }

    fn day() -> Date {
        Date::from_ymd_opt(2026, 11, 27).expect("a day")
    }

    #[test]
    fn a_large_network_is_put_in_order_beside_whoever_asks_and_answers_the_same() {
        let net = Arc::new(lattice());
        assert!(net.drawn.network.junctions.len() >= ORDERED_FROM);
        let prepared = net.weighed(Class::Motorcycle, day()).expect("a motorcycle");
        let spot = |lon: f64, lat: f64| net.spot(&prepared, [lon, lat]).expect("a road");
        let ends =
            [(spot(150.003, 29.002), spot(150.06, 29.066)), (spot(150.07, 29.001), spot(150.0, 29.0304))];
        let ways = || {
            let best = |(from, to)| {
                net.searching(|search| {
                    ::road::route::best(&net.drawn.network, &prepared, Reading::Optimistic, search, from, to)
                })
            };
            ends.iter().map(|(from, to)| best((from, to)).expect("a way").cost()).collect::<Vec<_>>()
        };
        let before = ways();
        assert!(!prepared.has_shortcuts(), "nobody waits for them");
        net.shorten(&prepared);
        let made = (0..600).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            prepared.has_shortcuts()
        });
        assert!(made, "within a minute");
        assert_eq!(ways(), before);

        // Tomorrow is only asked in passing.
        let tomorrow =
            net.weighed(Class::Motorcycle, day().succ_opt().expect("a day")).expect("a motorcycle");
        net.shorten(&tomorrow);
        assert!(!tomorrow.has_shortcuts());
        let today = net.weighed(Class::Motorcycle, day()).expect("a motorcycle");
        assert!(today.has_shortcuts(), "today's are kept meanwhile");
    }

    #[test]
    fn a_closure_keeps_the_network_and_what_is_only_thought_of_does_too() {
        use domain::road::segment::{Closed, Rank};
        use domain::road::{Closure, Fitness, Kind, OneWay, Road};
        let stretch = |id: &str, line: &[[f64; 2]]| Segment {
            id: id.into(),
            code: id.to_owned(),
            road: Road {
                kind: Kind::Unclassified,
                name: id.to_owned(),
                one_way: OneWay::No,
                bridge: false,
                covered: false,
                private: false,
                fitness: Fitness { width_m: Some(5.0), ..Fitness::default() },
            },
            rank: Rank::ALL[0],
            territory: "500151100201".into(),
            org: "o1".into(),
            line: line.to_vec(),
            barriers: Vec::new(),
            turns: Vec::new(),
            surface: None,
            not_for_engine: false,
            source: String::new(),
            surveyed_on: None,
            part_of: None,
            closures: Vec::new(),
            since: day(),
            void: None,
        };
        let (a, b) = ([105.870, 29.260], [105.880, 29.260]);
        let segments = vec![
            stretch("r1", &[a, b]),
            stretch("r2", &[a, [105.875, 29.265], b]),
            stretch("r3", &[b, [105.89, 29.26]]),
        ];
        let seconds = |net: &Net| {
            let prepared = net.weighed(Class::Motorcycle, day()).expect("a motorcycle");
            let ends = [a, [105.889, 29.26]].map(|at| net.spot(&prepared, at).expect("a road"));
            let network = &net.drawn.network;
            let way = net.searching(|search| {
                ::road::route::best(network, &prepared, Reading::Optimistic, search, &ends[0], &ends[1])
            });
            way.map(|way| way.cost())
        };
        let bikes = || super::super::vehicle::shipped().to_vec();
        let before = Net::after(None, segments.clone(), bikes(), None);
        let mut closed = segments.clone();
        let closure =
            Closure { from: day(), until: None, reason: "塌方".to_owned(), stops: Stops::Everybody };
        let recorded_at = domain::time::Timestamp::start_of(day());
        closed[0].closures.push(Closed { closure, by: "p1".into(), recorded_at, called_off: None });
        let after = Net::after(Some(&before), closed.clone(), bikes(), None);
        assert!(Arc::ptr_eq(&before.drawn.network, &after.drawn.network), "the same network, index and all");
        let fresh = Net::after(None, closed, bikes(), None);
        assert_eq!(seconds(&after), seconds(&fresh));
        assert!(seconds(&after) > seconds(&before), "by the other road");
        let list =
            |changes| Scenario { id: "s1".into(), name: "甲".to_owned(), on: None, changes, void: None };
        let shut = list(vec![Change::Close {
            road: "r1".into(),
            from: day(),
            until: None,
            stops: Stops::Everybody,
        }]);
        let over = before.over(&shut, None);
        assert!(Arc::ptr_eq(&before.drawn.network, &over.drawn.network));
        assert_eq!(seconds(&over), seconds(&fresh));
        let wide = list(vec![Change::Measure {
            road: "r1".into(),
            limit: domain::road::Limit::Width,
            value: 1.0,
            part: None,
        }]);
        let over = before.over(&wide, None);
        assert_eq!(seconds(&over), seconds(&fresh), "as good as closed");
        assert_eq!(seconds(&before.over(&list(Vec::new()), None)), seconds(&before));
        let moved = Net::after(Some(&before), vec![stretch("r1", &[a, b])], bikes(), None);
        assert!(!Arc::ptr_eq(&before.drawn.network, &moved.drawn.network));
    }

    #[test]
    fn a_wet_season_may_run_over_the_new_year_and_none_is_set_by_itself() {
        let wet = |months: (u16, u16)| -> Vec<u32> {
            let net = Net { wet_months: months, ..Net::after(None, Vec::new(), Vec::new(), None) };
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

//! What if: lists of changes to roads, water and stations, kept, and what would come of them by name: who would be gained
//! or lost, by which vehicle, with minutes before and after. Today's answers never see them. What does not belong here:
//! how it is reckoned (`access`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use ::road::osm::Extract;
use domain::facility::water::Waters;
use domain::ids::ScenarioId;
use domain::policy::{Action, Subject};
use domain::road::Limit;
use domain::road::scenario::{Change, Scenario, ScenarioRefusal};
use domain::vehicle::Class;
use serde::{Deserialize, Serialize};
use store::Read;
use store::facility::FacilityFilter;
use store::road::{RoadMapRecord, ScenarioRecord};
use utoipa::{IntoParams, ToSchema};

use super::access::{AccessAsked, AccessReport, AccessRow, AccessWay, Ground, Station, reckon};
use super::net::Net;
use super::pump::{ScenarioUncounted, uncounted};
use super::{MOST, given, read_stops, short, unknown};
use crate::boundary::outside::refuse_far;
use crate::view::{Named, Word, read_day};
use crate::{App, Caller, Error, Result};

/// One change as typed in and shown.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct ScenarioChange {
    /// `measure`, `close`, `open`, `station`, `water` or `flow`.
    pub what: String,
    /// The stretch.
    pub road: Option<String>,
    /// `width`, `height`, `load`, `slope` or `turning_radius`.
    pub limit: Option<String>,
    /// In the limit's unit; of a water point m³, or L/s of its flow.
    pub value: Option<f64>,
    pub from: Option<String>,
    pub until: Option<String>,
    /// Whom a closure stops: `everybody` or `vehicles`; everybody when left out.
    pub stops: Option<String>,
    /// What the station is called; of anything else what it is called on record.
    pub name: Option<String>,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    /// The water point.
    pub facility: Option<String>,
    /// The two ends of the part that is measured, as longitude and latitude; the whole stretch when left out.
    #[schema(value_type = Option<Vec<Vec<f64>>>)]
    pub part: Option<[[f64; 2]; 2]>,
    /// How long that part is, as shown. Units: m.
    pub part_m: Option<f64>,
}

/// A list to keep.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct ScenarioInput {
    pub name: String,
    /// The day it is asked of; when left out today, or the first day of closures that all lie ahead.
    pub on: Option<String>,
    pub changes: Vec<ScenarioChange>,
    /// The version that was read; none for a new one.
    pub version: Option<i64>,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScenarioView {
    pub id: String,
    pub name: String,
    pub on: Option<String>,
    pub changes: Vec<ScenarioChange>,
    pub void: Option<String>,
    pub recorded_by: String,
    pub recorded_at: String,
    pub version: i64,
}

/// Why a list goes.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct ScenarioVoid {
    pub reason: String,
    pub version: i64,
}

/// What a list is held against.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ScenarioAsked {
    /// Another list; the town as it is when left out.
    pub against: Option<String>,
    /// Whether it is the wet season; as the town's season has that day when left out.
    pub wet: Option<bool>,
}

/// Somebody who would be reached otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScenarioRow {
    /// `group`, `place` or `house`.
    pub kind: String,
    pub target: Named,
    pub village: Named,
    /// How many live in a village group, or may be at a place at once; none where nobody counted.
    pub people: Option<u32>,
    /// Households of a village group; none where nobody counted, and of places.
    pub households: Option<u32>,
    pub vehicle: String,
    /// `gained`: it did not arrive and does for sure, at whatever time; `perhaps_gained`: it does if what nobody measured
    /// passes; `assured`: it did only then and does for sure; `doubtful`: it did for sure and does only then; `lost`: it did,
    /// for sure or then, and does not; `faster` and `slower`: it arrives either way, sooner or later. `brought` and
    /// `withdrawn`: it arrives either way, but on one side nobody has such a vehicle and it is only reckoned from all
    /// stations, so the minutes are not held against each other.
    pub change: String,
    pub before: AccessWay,
    pub after: AccessWay,
}

impl ScenarioRow {
    /// Whether somebody has such a vehicle on both sides, or on neither, or it gets there on one only.
    fn is_held(&self) -> bool {
        !matches!(self.change.as_str(), "brought" | "withdrawn")
    }

    /// Whether the vehicle arrives in time for sure only now.
    fn is_in_time(&self) -> bool {
        self.is_held() && self.before.verdict != "sure" && self.after.verdict == "sure"
    }

    /// Whether the vehicle arrived in time for sure and does no longer.
    pub(super) fn is_out_of_time(&self) -> bool {
        self.is_held() && self.before.verdict == "sure" && self.after.verdict != "sure"
    }
}

/// A group that would have other water.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScenarioWater {
    pub target: Named,
    pub village: Named,
    /// None for what a hose reaches.
    pub vehicle: Option<String>,
    /// Units: m³.
    pub before_m3: f64,
    /// Units: m³.
    pub after_m3: f64,
    /// Units: L/s.
    pub before_l_s: f64,
    /// Units: L/s.
    pub after_l_s: f64,
}

/// How many are gained and lost by a kind of vehicle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScenarioCount {
    pub vehicle: Word,
    /// Nobody has one, while other vehicles are on record, nor does the list bring one: it is reckoned from all stations.
    pub assumed: bool,
    /// It did not arrive and does for sure.
    pub gained: usize,
    /// People who live in the village groups gained, as far as they were counted.
    pub gained_residents: u32,
    /// People at the places gained, as far as they were counted; they may live in a group that is counted, too.
    pub gained_people: u32,
    /// It did not arrive and does if what nobody measured passes.
    pub perhaps_gained: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub perhaps_gained_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub perhaps_gained_people: u32,
    /// It arrived only if what nobody measured passes, and does for sure.
    pub assured: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub assured_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub assured_people: u32,
    /// It arrived for sure, and does only if what nobody measured passes.
    pub doubtful: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub doubtful_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub doubtful_people: u32,
    /// It arrived, for sure or perhaps, and does not.
    pub lost: usize,
    /// People who live in the village groups lost, as far as they were counted.
    pub lost_residents: u32,
    /// People at the places lost, as far as they were counted.
    pub lost_people: u32,
    pub faster: usize,
    pub slower: usize,
    /// It arrives where nobody had one and it was only reckoned.
    pub brought: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub brought_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub brought_people: u32,
    /// It arrived, and nobody has one any more: it is only reckoned.
    pub withdrawn: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub withdrawn_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub withdrawn_people: u32,
    /// Of those gained, lost, faster or slower in time for sure only now.
    pub in_time: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub in_time_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub in_time_people: u32,
    /// Of those gained, lost, faster or slower in time for sure no longer.
    pub out_of_time: usize,
    /// People who live in the village groups among them, as far as they were counted.
    pub out_of_time_residents: u32,
    /// People at the places among them, as far as they were counted.
    pub out_of_time_people: u32,
}

impl ScenarioCount {
    /// Counts the rows of one kind of vehicle.
    fn of(vehicle: &Word, assumed: bool, rows: &[ScenarioRow]) -> Self {
        let own: Vec<&ScenarioRow> = rows.iter().filter(|row| row.vehicle == vehicle.code).collect();
        let told = |is: &dyn Fn(&ScenarioRow) -> bool| {
            let those = || own.iter().filter(|row| is(row));
            let people = |is_group: bool| {
                let those = those().filter(|row| (row.kind == "group") == is_group);
                those.filter_map(|row| row.people).fold(0, u32::saturating_add)
            };
            (those().count(), people(true), people(false))
        };
        let changed = |change: &str| told(&|row| row.change == change);
        let (gained, gained_residents, gained_people) = changed("gained");
        let (perhaps_gained, perhaps_gained_residents, perhaps_gained_people) = changed("perhaps_gained");
        let (assured, assured_residents, assured_people) = changed("assured");
        let (doubtful, doubtful_residents, doubtful_people) = changed("doubtful");
        let (lost, lost_residents, lost_people) = changed("lost");
        let (brought, brought_residents, brought_people) = changed("brought");
        let (withdrawn, withdrawn_residents, withdrawn_people) = changed("withdrawn");
        let (in_time, in_time_residents, in_time_people) = told(&ScenarioRow::is_in_time);
        let (out_of_time, out_of_time_residents, out_of_time_people) = told(&ScenarioRow::is_out_of_time);
        Self {
            vehicle: vehicle.clone(),
            assumed,
            gained,
            gained_residents,
            gained_people,
            perhaps_gained,
            perhaps_gained_residents,
            perhaps_gained_people,
            assured,
            assured_residents,
            assured_people,
            doubtful,
            doubtful_residents,
            doubtful_people,
            lost,
            lost_residents,
            lost_people,
            faster: changed("faster").0,
            slower: changed("slower").0,
            brought,
            brought_residents,
            brought_people,
            withdrawn,
            withdrawn_residents,
            withdrawn_people,
            in_time,
            in_time_residents,
            in_time_people,
            out_of_time,
            out_of_time_residents,
            out_of_time_people,
        }
    }
}

/// What would come of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScenarioResult {
    pub scenario: ScenarioView,
    /// What it is held against; none for the town as it is.
    pub against: Option<Named>,
    /// The one day both are reckoned for.
    pub on: String,
    /// Whether both are reckoned as in the wet season.
    pub wet: bool,
    /// Of the two lists those nothing of which holds on that day: what they close is closed on others.
    pub idle: Vec<Named>,
    /// Town setting. Units: minutes.
    pub minutes: f64,
    pub counts: Vec<ScenarioCount>,
    pub rows: Vec<ScenarioRow>,
    pub water: Vec<ScenarioWater>,
    /// Changes, by their place in the list, of a stretch that is no longer there or a part that no longer lies on it: they
    /// changed nothing.
    pub astray: Vec<usize>,
    /// Changes of water points that give none that day whatever the list says of them: they changed nothing.
    pub uncounted: Vec<ScenarioUncounted>,
}

fn limit_of(word: &str) -> Result<Limit> {
    Ok(match word {
        "width" => Limit::Width,
        "height" => Limit::Height,
        "load" => Limit::Load,
        "slope" => Limit::Slope,
        "turning_radius" => Limit::TurningRadius,
        _ => return Err(unknown("limit")),
    })
}

/// A change as typed, of something there is.
async fn read_change(read: &mut Read, caller: &Caller, asked: &ScenarioChange) -> Result<Change> {
    let scope = caller.scope(Action::RoadRead)?;
    let road = async |read: &mut Read| -> Result<domain::ids::RoadId> {
        let id = asked.road.as_deref().and_then(given).unwrap_or_default().into();
        let there = read.road(&id, &scope).await?.is_some_and(|record| record.segment.void.is_none());
        if there { Ok(id) } else { Err(unknown("road")) }
    };
    let day = |field: &str, text: &Option<String>| {
        text.as_deref().and_then(given).map(|text| read_day(field, text)).transpose()
    };
    Ok(match asked.what.as_str() {
        "measure" => {
            let road = road(read).await?;
            if let (Some(ends), Some(record)) = (asked.part, read.road(&road, &scope).await?) {
                record.segment.part(ends)?;
            }
            Change::Measure {
                road,
                limit: limit_of(asked.limit.as_deref().unwrap_or_default())?,
                value: asked.value.ok_or_else(|| unknown("value"))?,
                part: asked.part,
            }
        }
        "close" => Change::Close {
            road: road(read).await?,
            from: day("from", &asked.from)?.ok_or_else(|| unknown("from"))?,
            until: day("until", &asked.until)?,
            stops: read_stops(asked.stops.as_deref())?,
        },
        "open" => Change::Open { road: road(read).await? },
        "station" => {
            let name = asked.name.as_deref().and_then(given).ok_or_else(|| unknown("name"))?;
            let (lon, lat) = asked.lon.zip(asked.lat).ok_or_else(|| unknown("lon"))?;
            short(&[("name", name)], MOST[0])?;
            Change::Station { name: name.to_owned(), at: [lon, lat] }
        }
        what @ ("water" | "flow") => {
            let id = asked.facility.as_deref().and_then(given).unwrap_or_default().into();
            let scope = caller.scope(Action::FacilityRead)?;
            let there = read.facility(&id, &scope).await?;
            if there.is_none_or(|record| record.facility.water.is_none()) {
                return Err(unknown("facility"));
            }
            let value = asked.value.ok_or_else(|| unknown("value"))?;
            match what {
                "water" => Change::Water { facility: id, usable_m3: value },
                _ => Change::Flow { facility: id, flow_l_s: value },
            }
        }
        _ => return Err(unknown("what")),
    })
}

fn limit_word(limit: Limit) -> &'static str {
    match limit {
        Limit::Width => "width",
        Limit::Height => "height",
        Limit::Load => "load",
        Limit::Slope => "slope",
        Limit::TurningRadius => "turning_radius",
    }
}

/// A list as shown, with what roads and water points are called.
async fn view(read: &mut Read, caller: &Caller, record: &ScenarioRecord) -> Result<ScenarioView> {
    let s = &record.scenario;
    let roads = read.roads(&caller.scope(Action::RoadRead)?, &Default::default()).await?;
    let facilities = match caller.hats.scope(Action::FacilityRead) {
        Some(scope) => read.facilities(&scope, &FacilityFilter::default(), None, i64::MAX).await?,
        None => Vec::new(),
    };
    let road = |id: &domain::ids::RoadId| {
        let found = roads.iter().find(|one| one.segment.id == *id);
        (Some(id.to_string()), found.map(|one| one.segment.road.name.clone()))
    };
    let change = |change: &Change| match change {
        Change::Measure { road: id, limit, value, part } => {
            let ((road, name), limit) = (road(id), Some(limit_word(*limit).to_owned()));
            let own = roads.iter().find(|one| one.segment.id == *id);
            let ends = own.zip(*part).and_then(|(own, ends)| own.segment.part(ends).ok());
            ScenarioChange {
                what: "measure".into(),
                road,
                name,
                limit,
                value: Some(*value),
                part: *part,
                part_m: ends.map(|(from, to)| (to - from).round()),
                ..Default::default()
            }
        }
        Change::Close { road: id, from, until, stops } => {
            let (road, name) = road(id);
            let (from, until) = (Some(from.to_string()), until.map(|day| day.to_string()));
            let stops = Some(stops.code().to_owned());
            ScenarioChange { what: "close".into(), road, name, from, until, stops, ..Default::default() }
        }
        Change::Open { road: id } => {
            let (road, name) = road(id);
            ScenarioChange { what: "open".into(), road, name, ..Default::default() }
        }
        Change::Station { name, at: [lon, lat] } => ScenarioChange {
            what: "station".into(),
            name: Some(name.clone()),
            lon: Some(*lon),
            lat: Some(*lat),
            ..Default::default()
        },
        Change::Water { facility, usable_m3: value } | Change::Flow { facility, flow_l_s: value } => {
            let known = facilities.iter().find(|one| one.facility.id == *facility);
            let what = if matches!(change, Change::Water { .. }) { "water" } else { "flow" };
            ScenarioChange {
                what: what.into(),
                facility: Some(facility.to_string()),
                name: known.map(|one| one.facility.name.clone()),
                value: Some(*value),
                ..Default::default()
            }
        }
    };
    Ok(ScenarioView {
        id: s.id.to_string(),
        name: s.name.clone(),
        on: s.on.map(|day| day.to_string()),
        changes: s.changes.iter().map(change).collect(),
        void: s.void.clone(),
        recorded_by: record.recorded_by.clone(),
        recorded_at: record.recorded_at.to_rfc3339(),
        version: record.version,
    })
}

/// What a way takes at least more or less to be told: the least that is shown, a tenth of a minute. Units: s.
const NOTICED_S: f64 = 6.0;
/// Verdicts, the worst first.
const VERDICTS: [&str; 5] = ["never", "perhaps_late", "late", "perhaps", "sure"];

/// Whether a vehicle arrives: 0 not at all, 1 only if what nobody measured passes, 2 for sure.
fn arrives(way: &AccessWay) -> u8 {
    match (way.careful_seconds, way.seconds) {
        (Some(_), _) => 2,
        (None, Some(_)) => 1,
        (None, None) => 0,
    }
}

/// How a way compares with what it was. What nobody has gets nowhere, so its minutes are not held against those of what a
/// list brings.
fn compare(before: &AccessWay, after: &AccessWay) -> Option<&'static str> {
    let (was, is) = (arrives(before), arrives(after));
    match (before.nobodys, after.nobodys) {
        (true, false) if is == 0 => return None,
        (false, true) if was == 0 => return None,
        (true, false) if was > 0 => return Some("brought"),
        (false, true) if is > 0 => return Some("withdrawn"),
        _ => {}
    }
    match (was, is) {
        (0, 0) => return None,
        (0, 1) => return Some("perhaps_gained"),
        (0, _) => return Some("gained"),
        (_, 0) => return Some("lost"),
        (1, 2) => return Some("assured"),
        (2, 1) => return Some("doubtful"),
        _ => {}
    }
    // A verdict is told however few seconds it hangs on.
    let rank = |way: &AccessWay| VERDICTS.iter().position(|verdict| *verdict == way.verdict);
    match rank(before).cmp(&rank(after)) {
        std::cmp::Ordering::Less => return Some("faster"),
        std::cmp::Ordering::Greater => return Some("slower"),
        std::cmp::Ordering::Equal => {}
    }
    let longer = |old: Option<f64>, new: Option<f64>| {
        let by_s = new? - old?;
        (by_s.abs() >= NOTICED_S).then_some(by_s)
    };
    let by_s = longer(before.careful_seconds, after.careful_seconds)
        .or_else(|| longer(before.seconds, after.seconds))?;
    Some(if by_s < 0.0 { "faster" } else { "slower" })
}

/// What is otherwise in one report than in another.
fn difference(before: &AccessReport, after: &AccessReport) -> (Vec<ScenarioRow>, Vec<ScenarioWater>) {
    let (mut rows, mut water) = (Vec::new(), Vec::new());
    for (old, new) in before.rows.iter().zip(&after.rows) {
        for (then, now) in old.ways.iter().zip(&new.ways) {
            let Some(change) = compare(then, now) else { continue };
            rows.push(ScenarioRow {
                kind: new.kind.clone(),
                target: new.target.clone(),
                village: new.village.clone(),
                people: new.people,
                households: new.households,
                vehicle: now.vehicle.clone(),
                change: change.to_owned(),
                before: then.clone(),
                after: now.clone(),
            });
        }
        let other = |vehicle: Option<&str>, before: (f64, f64), after: (f64, f64)| {
            let ((before_m3, before_l_s), (after_m3, after_l_s)) = (before, after);
            (new.kind == "group" && before != after).then(|| ScenarioWater {
                target: new.target.clone(),
                village: new.village.clone(),
                vehicle: vehicle.map(str::to_owned),
                before_m3,
                after_m3,
                before_l_s,
                after_l_s,
            })
        };
        water.extend(other(None, (old.hose_m3, old.hose_l_s), (new.hose_m3, new.hose_l_s)));
        let of = |row: &AccessRow, vehicle: &str| {
            let own = row.water.iter().find(|one| one.vehicle == vehicle);
            own.map_or((0.0, 0.0), |one| (one.shuttle_m3, one.shuttle_l_s))
        };
        for class in [Class::Engine, Class::Mini, Class::Motorcycle] {
            let vehicle = class.code();
            water.extend(other(Some(vehicle), of(old, vehicle), of(new, vehicle)));
        }
    }
    (rows, water)
}

/// What is otherwise under a list.
pub(super) struct Compared {
    pub on: String,
    pub wet: bool,
    pub minutes: f64,
    pub counts: Vec<ScenarioCount>,
    pub rows: Vec<ScenarioRow>,
    pub water: Vec<ScenarioWater>,
}

impl Compared {
    /// Holds a list, with the ground it changes, against the town as it is or against another list. Takes a while.
    pub fn of(
        (now, map): (&Net, Option<(RoadMapRecord, &Extract)>),
        (against, before): (Option<&Scenario>, &Ground),
        (scenario, after): (&Scenario, &Ground),
    ) -> Result<Self> {
        let with = |scenario: &Scenario| now.over(scenario, map.clone());
        let old = match against {
            None => reckon(now, before)?,
            Some(other) => reckon(&with(other), before)?,
        };
        let new = reckon(&with(scenario), after)?;
        let (rows, water) = difference(&old, &new);
        let is_told = after.is_told();
        let counts = new.vehicles.iter();
        let counts =
            counts.map(|one| ScenarioCount::of(&one.vehicle, one.assumed && is_told, &rows)).collect();
        Ok(Self { on: new.on, wet: new.wet, minutes: new.minutes, counts, rows, water })
    }
}

impl Ground {
    /// The same with the stations and water of a list.
    pub(super) fn over(mut self, scenario: Option<&Scenario>) -> Self {
        let Some(scenario) = scenario else { return self };
        let station =
            |(name, at): (&str, [f64; 2])| Station { name: Named::new("", name), at, planned: true };
        let planned: Vec<Station> = scenario.stations().map(station).collect();
        let is_told = self.is_told();
        for (_, stations, assumed) in &mut self.stations {
            // A planned station has every kind of vehicle. It alone has what nobody else has; while nobody has told of any,
            // all stations count alike.
            if *assumed && is_told && !planned.is_empty() {
                stations.clear();
                *assumed = false;
            }
            stations.extend(planned.iter().cloned());
        }
        for facility in &mut self.water {
            let (id, water) = (facility.id.clone(), facility.water.as_mut());
            if let Some(water) = water {
                water.usable_m3 = scenario.water(&id).or(water.usable_m3);
                water.flow_l_s = scenario.flow(&id).or(water.flow_l_s);
            }
        }
        // A pump house gives nothing where its intake does.
        self.waters = Waters::of(self.water.iter().chain(&self.pipes));
        self
    }
}

impl App {
    /// Every list, the newest first.
    pub async fn scenarios(&self, caller: &Caller) -> Result<Vec<ScenarioView>> {
        caller.scope(Action::RoadPlan)?;
        let mut read = self.db.read(&self.town).await?;
        let mut out = Vec::new();
        for record in read.scenarios().await? {
            out.push(view(&mut read, caller, &record).await?);
        }
        Ok(out)
    }

    /// One list.
    pub async fn scenario(&self, caller: &Caller, id: &ScenarioId) -> Result<ScenarioView> {
        caller.scope(Action::RoadPlan)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.scenario(id).await?.ok_or(Error::NotFound)?;
        view(&mut read, caller, &record).await
    }

    /// Keeps a list, a new one or one that is changed.
    ///
    /// Errors: it has no name or no changes; something changed is not there, or cannot be so; somebody was quicker.
    pub async fn keep_scenario(
        &self,
        caller: &Caller,
        id: Option<&ScenarioId>,
        asked: ScenarioInput,
    ) -> Result<ScenarioView> {
        caller.scope(Action::RoadPlan)?;
        let hat = caller.hat(Action::RoadPlan, &Subject::town())?.clone();
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut changes = Vec::new();
        for change in &asked.changes {
            changes.push(read_change(&mut tx, caller, change).await?);
        }
        let stations = changes.iter().filter_map(|change| match change {
            Change::Station { at, .. } => Some(*at),
            _ => None,
        });
        let stations: Vec<_> = stations.collect();
        if !stations.is_empty() {
            let town = self.town_area(&mut tx).await?;
            for at in stations {
                refuse_far(town.as_ref(), "lon", &[at])?;
            }
        }
        let on = asked.on.as_deref().and_then(given).map(|text| read_day("on", text)).transpose()?;
        let name = asked.name.trim().to_owned();
        short(&[("name", name.as_str())], MOST[0])?;
        let kept = match id {
            None => None,
            Some(id) => Some(self.scenario_seen(caller, &mut tx, id, asked.version.unwrap_or(0)).await?),
        };
        let own =
            kept.as_ref().map_or_else(|| ScenarioId::from(self.new_id()), |kept| kept.scenario.id.clone());
        let scenario = Scenario { id: own, name, on, changes, void: None }.checked()?;
        let mut record = match kept {
            None => ScenarioRecord {
                scenario,
                voided_at: None,
                recorded_by: caller.name.clone(),
                version: 1,
                recorded_at: now,
            },
            Some(kept) => ScenarioRecord { scenario, ..kept },
        };
        let act = if id.is_none() {
            tx.insert_scenario(&record).await?;
            "road_scenario.add"
        } else {
            tx.save_scenario(&record).await?;
            record.version += 1;
            "road_scenario.change"
        };
        let shown = view(&mut tx, caller, &record).await?;
        let audit = caller.audit_as(&hat, act, ("road_scenario", &shown.id), "", now);
        Ok(tx.commit(audit, shown).await?)
    }

    /// Voids a list.
    ///
    /// Errors: nobody said why; somebody was quicker.
    pub async fn void_scenario(
        &self,
        caller: &Caller,
        id: &ScenarioId,
        asked: ScenarioVoid,
    ) -> Result<ScenarioView> {
        caller.scope(Action::RoadPlan)?;
        let hat = caller.hat(Action::RoadPlan, &Subject::town())?.clone();
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let mut record = self.scenario_seen(caller, &mut tx, id, asked.version).await?;
        let reason = given(&asked.reason).ok_or(ScenarioRefusal::NoReason)?;
        short(&[("reason", reason)], MOST[1])?;
        record.scenario.void = Some(reason.to_owned());
        record.voided_at = Some(now);
        tx.save_scenario(&record).await?;
        record.version += 1;
        let shown = view(&mut tx, caller, &record).await?;
        let mut audit = caller.audit_as(&hat, "road_scenario.void", ("road_scenario", id.as_str()), "", now);
        audit.reason = reason.to_owned();
        Ok(tx.commit(audit, shown).await?)
    }

    async fn scenario_seen(
        &self,
        caller: &Caller,
        read: &mut Read,
        id: &ScenarioId,
        version: i64,
    ) -> Result<ScenarioRecord> {
        let record = read.scenario(id).await?.filter(|kept| kept.voided_at.is_none());
        let record = record.ok_or(Error::NotFound)?;
        if record.version != version {
            return Err(Error::stale(&view(read, caller, &record).await?));
        }
        Ok(record)
    }

    /// What would come of a list, held against the town as it is or against another list.
    pub async fn scenario_result(
        &self,
        caller: &Caller,
        id: &ScenarioId,
        asked: &ScenarioAsked,
    ) -> Result<ScenarioResult> {
        caller.scope(Action::RoadPlan)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let record = read.scenario(id).await?.ok_or(Error::NotFound)?;
        let against = match asked.against.as_deref().and_then(given) {
            None => None,
            Some(other) => Some(read.scenario(&other.into()).await?.ok_or(Error::NotFound)?.scenario),
        };
        let shown = view(&mut read, caller, &record).await?;
        let day = match &against {
            None => record.scenario.day(today),
            Some(other) => record.scenario.day_with(other, today),
        };
        let of = AccessAsked {
            on: Some(day.to_string()),
            wet: asked.wet,
            village: None,
            places: Some(true),
            houses: None,
        };
        let before = Ground::read(&mut read, caller, &of, today).await?.over(against.as_ref());
        let after = Ground::read(&mut read, caller, &of, today).await?.over(Some(&record.scenario));
        let uncounted = uncounted(&mut read, caller, &record.scenario, &after).await?;
        drop(read);
        let now = self.road_net_on(day).await?;
        let map = self.road_map_now().await?;
        let name = |list: &Scenario| Named::new(list.id.as_str(), list.name.as_str());
        let named = against.as_ref().map(name);
        let idle = [Some(&record.scenario), against.as_ref()].into_iter().flatten();
        let idle = idle.filter(|list| !list.holds_on(day)).map(name).collect();
        let scenario = record.scenario;
        let astray = scenario.astray(&now.segments);
        let compared = self.aside(move || {
            let map = map.as_ref().map(|(record, extract)| (record.clone(), extract.as_ref()));
            Compared::of((&now, map), (against.as_ref(), &before), (&scenario, &after))
        });
        let Compared { on, wet, minutes, counts, rows, water } = compared.await?;
        let (scenario, against) = (shown, named);
        Ok(ScenarioResult {
            scenario,
            against,
            on,
            wet,
            idle,
            minutes,
            counts,
            rows,
            water,
            astray,
            uncounted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A way by what it takes under either reading, against a limit of ten minutes.
    fn way(seconds: Option<f64>, careful_seconds: Option<f64>) -> AccessWay {
        let within = |seconds: Option<f64>| seconds.is_some_and(|seconds| seconds <= 600.0);
        let verdict = match (within(careful_seconds), within(seconds), seconds.or(careful_seconds)) {
            (true, ..) => "sure",
            (_, true, _) => "perhaps",
            (.., Some(_)) if careful_seconds.is_none() => "perhaps_late",
            (.., Some(_)) => "late",
            (.., None) => "never",
        };
        AccessWay {
            vehicle: "engine".to_owned(),
            verdict: verdict.to_owned(),
            minutes: seconds.map(|s| (s / 6.0).round() / 10.0),
            careful_minutes: careful_seconds.map(|s| (s / 6.0).round() / 10.0),
            station: None,
            away_m: None,
            blocked_by: Vec::new(),
            assumed: false,
            nobodys: false,
            seconds,
            careful_seconds,
        }
    }

    #[test]
    fn what_is_sure_perhaps_or_not_at_all_is_told_apart_and_the_same_from_either_side() {
        let (never, perhaps, sure) = (way(None, None), way(Some(300.0), None), way(Some(300.0), Some(300.0)));
        let late = way(Some(900.0), Some(900.0));
        for (before, after, there, back) in [
            (&never, &sure, "gained", "lost"),
            (&never, &late, "gained", "lost"),
            (&never, &perhaps, "perhaps_gained", "lost"),
            (&perhaps, &sure, "assured", "doubtful"),
            (&perhaps, &late, "assured", "doubtful"),
            (&late, &sure, "faster", "slower"),
        ] {
            assert_eq!((compare(before, after), compare(after, before)), (Some(there), Some(back)));
        }
        for same in [&never, &perhaps, &sure, &late] {
            assert_eq!(compare(same, same), None);
        }
    }

    #[test]
    fn a_verdict_that_changes_is_told_and_so_are_seconds_under_either_reading() {
        let both = |seconds: f64, careful: f64| way(Some(seconds), Some(careful));
        assert_eq!(
            compare(&both(599.0, 599.0), &both(602.0, 602.0)),
            Some("slower"),
            "both are 10.0 minutes"
        );
        assert_eq!(
            compare(&both(500.0, 700.0), &both(700.0, 700.0)),
            Some("slower"),
            "perhaps in time, and late"
        );
        assert_eq!(compare(&both(300.0, 500.0), &both(200.0, 500.0)), Some("faster"), "of the other reading");
        assert_eq!(compare(&both(300.0, 500.0), &both(301.0, 502.0)), None, "nobody would notice");
        assert_eq!(compare(&way(Some(300.0), None), &way(Some(290.0), None)), Some("faster"));
    }

    #[test]
    fn what_nobody_has_gets_nowhere_beside_what_a_list_brings() {
        let real = way(Some(500.0), Some(500.0));
        let nobodys = AccessWay { nobodys: true, assumed: true, ..way(Some(300.0), Some(300.0)) };
        assert_eq!(
            (compare(&nobodys, &real), compare(&real, &nobodys)),
            (Some("brought"), Some("withdrawn"))
        );
        let far = way(Some(690.0), Some(690.0));
        assert_eq!(compare(&nobodys, &far), Some("brought"), "0.8 minutes nobody drove are not slower");
        assert_eq!(compare(&nobodys, &way(None, None)), None, "nor does it arrive then");
        // Where it could not get from any station whoever gets there is gained.
        let nowhere = AccessWay { nobodys: true, assumed: true, ..way(None, None) };
        assert_eq!((compare(&nowhere, &real), compare(&real, &nowhere)), (Some("gained"), Some("lost")));
        let row = |before: &AccessWay, after: &AccessWay| ScenarioRow {
            kind: "group".to_owned(),
            target: Named::new("g1", "一组"),
            village: Named::new("v1", "老街"),
            people: Some(80),
            households: None,
            vehicle: "engine".to_owned(),
            change: compare(before, after).unwrap_or_default().to_owned(),
            before: before.clone(),
            after: after.clone(),
        };
        let rows = [row(&nobodys, &real), row(&nowhere, &real), row(&nobodys, &far)];
        let count = ScenarioCount::of(&Word::new("engine", ""), false, &rows);
        assert_eq!((count.gained, count.gained_residents, count.brought), (1, 80, 2));
        assert_eq!((count.in_time, count.out_of_time), (1, 0), "what nobody had was never in time");
        let slower = AccessWay { nobodys: true, assumed: true, ..real };
        assert_eq!(compare(&nobodys, &slower), Some("slower"), "assumed in both they are compared as such");
    }
}

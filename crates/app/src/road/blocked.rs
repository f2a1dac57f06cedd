//! Lanes somebody says are blocked: open reports and hazards that lie on a road of the town, and who could not be reached
//! today if that road were closed; reckoned by itself as soon as one comes in, and kept. It is a proposal: whoever answers
//! for the road decides, and closes it by a step of the road; only then does today's reach change. What does not belong here: how it is reckoned (`access`), closing (`road`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use std::collections::BTreeSet;

use domain::geometry::Position;
use domain::ids::{HazardId, PlaceId, ReportCaseId};
use domain::policy::{Action, Scope};
use domain::report_case::{Matter, Stage};
use domain::road::Stops;
use domain::road::scenario::{Change, Scenario};
use domain::road::segment::nearest;
use domain::time::Date;
use serde::{Deserialize, Serialize};
use store::Read;
use store::hazard::HazardFilter;
use store::report_case::{ReportCaseFilter, ReportCaseRecord};
use store::road::{RoadFilter, RoadRecord};
use utoipa::ToSchema;

use super::access::{AccessAsked, Ground};
use super::scenario::compared::{Compared, ScenarioCount, ScenarioRow};
use super::subject;
use crate::job::{Asker, JobKind, Running};
use crate::names::Names;
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// A report so far from a road is on it: the yard in front of a house, the corner of a square. Units: m.
const ON_ROAD_M: f64 = 100.0;
/// So many of those cut off are named in a list.
const NAMED: usize = 8;
/// What tells that lanes were looked through.
const RECONCILER: &str = "road.blocked";
/// Changes of these may have brought a lane.
const TABLES: &[&str] = &["report_case", "hazard", "road"];
/// Reports, and hazards, looked through.
const MOST: i64 = 500;
/// 消防车通道占堵、车道不满足通行. Source: the catalogue of hazards, H02.1 and H02.3.
const LANE_HAZARDS: [&str; 2] = ["H02.1", "H02.3"];
/// Their category.
const LANE_CATEGORY: &str = "02";
/// What comes of a closure, the worst first.
const WORST: [&str; 3] = ["lost", "doubtful", "slower"];
/// Stages in which a report may still be so.
const OPEN_STAGES: [Stage; 4] = [Stage::Received, Stage::Accepted, Stage::Assigned, Stage::Doubted];

/// A lane somebody says is blocked.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BlockedLane {
    /// `report_case` or `hazard`.
    pub kind: String,
    /// Id of the report or hazard.
    pub id: String,
    /// Its number.
    pub code: String,
    /// What was said.
    pub text: String,
    /// When it came in or was found.
    pub at: String,
    pub lon: f64,
    pub lat: f64,
    /// The road it lies on; none when no road of the town is near.
    pub road: Option<Named>,
    /// Whom the road belongs to.
    pub owner: Option<Named>,
    /// From the road. Units: m.
    pub away_m: f64,
    /// The road is closed today already.
    pub closed: bool,
    /// The caller may close the road.
    pub may_close: bool,
    /// What was reckoned when it came in; none while that is not done.
    pub effect: Option<LaneEffect>,
}

/// Who was found cut off when a lane was reckoned, as far as the caller may see them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LaneEffect {
    /// The day it was reckoned for.
    pub on: String,
    /// Groups, places and houses some vehicle would no longer reach, or no longer in time.
    pub lost: usize,
    /// People at the places among them, as far as they were counted.
    pub people: u32,
    /// People who live in the village groups among them, as far as they were counted.
    pub residents: u32,
    /// The first of them by name.
    pub names: Vec<String>,
    /// Others, some vehicle would reach no longer for sure, only if what nobody measured passes.
    pub doubtful: usize,
    /// People at the places among these others, as far as they were counted.
    pub doubtful_people: u32,
    /// People who live in the village groups among these others, as far as they were counted.
    pub doubtful_residents: u32,
    /// The first of these others by name.
    pub doubtful_names: Vec<String>,
}

/// What a job reckons of: which report or hazard, and the road it lies on.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Order {
    kind: String,
    id: String,
}

/// What is kept of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct KeptEffect {
    on: String,
    lost: Vec<KeptTarget>,
    /// None of them is lost by another vehicle.
    doubtful: Vec<KeptTarget>,
}

/// One who would be cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeptTarget {
    kind: String,
    id: String,
    name: String,
    people: Option<u32>,
}

/// A lane is reckoned once on each road it is found to lie on.
fn key_of(lane: &BlockedLane, road: &Named) -> String {
    format!("{} {} {}", lane.kind, lane.id, road.id)
}

impl KeptEffect {
    fn of(effect: &BlockedEffect) -> Self {
        let those = |is: &dyn Fn(&ScenarioRow) -> bool| {
            let mut found: Vec<KeptTarget> = Vec::new();
            // What nobody has arrives nowhere today.
            for row in effect.rows.iter().filter(|row| !row.before.nobodys && is(row)) {
                let target = KeptTarget {
                    kind: row.kind.clone(),
                    id: row.target.id.clone(),
                    name: row.target.name.clone(),
                    people: row.people,
                };
                if !found.contains(&target) {
                    found.push(target);
                }
            }
            found
        };
        let is_doubtful = |row: &ScenarioRow| row.change == "doubtful";
        let lost = those(&|row| row.change == "lost" || (row.is_out_of_time() && !is_doubtful(row)));
        let mut doubtful = those(&is_doubtful);
        doubtful.retain(|one| !lost.contains(one));
        Self { on: effect.on.clone(), lost, doubtful }
    }

    /// What of it may be seen by whom only these places are open to; all village groups are.
    fn seen(self, places: &BTreeSet<String>) -> LaneEffect {
        let Self { on, mut lost, mut doubtful } = self;
        let may = |one: &KeptTarget| one.kind == "group" || places.contains(&one.id);
        lost.retain(may);
        doubtful.retain(may);
        let people = |those: &[KeptTarget], is_group: bool| {
            let those = those.iter().filter(|one| (one.kind == "group") == is_group);
            those.filter_map(|one| one.people).fold(0, u32::saturating_add)
        };
        let names = |those: &[KeptTarget]| those.iter().take(NAMED).map(|one| one.name.clone()).collect();
        LaneEffect {
            on,
            lost: lost.len(),
            people: people(&lost, false),
            residents: people(&lost, true),
            names: names(&lost),
            doubtful: doubtful.len(),
            doubtful_people: people(&doubtful, false),
            doubtful_residents: people(&doubtful, true),
            doubtful_names: names(&doubtful),
        }
    }
}

/// Lanes somebody says are blocked.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BlockedLanes {
    pub items: Vec<BlockedLane>,
}

/// Who could not be reached today if the road were closed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BlockedEffect {
    pub lane: BlockedLane,
    pub on: String,
    /// Town setting. Units: minutes.
    pub minutes: f64,
    pub counts: Vec<ScenarioCount>,
    /// Groups, places and houses that are reached otherwise: those cut off first, then those in doubt, then the slower.
    pub rows: Vec<ScenarioRow>,
}

/// What was said, before the road it lies on is known.
struct Said {
    kind: &'static str,
    id: String,
    code: String,
    text: String,
    at: String,
    position: Position,
}

/// Where a place of the register lies, if it says so.
async fn of_place(read: &mut Read, id: &PlaceId) -> Result<Option<Position>> {
    let whole = Caller::system().scope(Action::PlaceRead)?;
    let place = read.place(id, &whole).await?;
    Ok(place.and_then(|record| record.place.location).map(|at| [at.lon_deg, at.lat_deg]))
}

/// Where a report says it is: a point, a facility's, its place's.
async fn of_report(read: &mut Read, record: &ReportCaseRecord) -> Result<Option<Position>> {
    let site = &record.case.site;
    if site.point.is_some() {
        return Ok(site.point);
    }
    if let Some(id) = &site.facility {
        let whole = Caller::system().scope(Action::FacilityRead)?;
        let known = read.facility(id, &whole).await?;
        return Ok(known.and_then(|record| record.facility.shape).and_then(|shape| shape.middle()));
    }
    match &site.place {
        Some(place) => of_place(read, place).await,
        None => Ok(None),
    }
}

fn may_stand(record: &ReportCaseRecord) -> bool {
    record.case.matter == Matter::BlockedExit && OPEN_STAGES.contains(&record.case.stage)
}

async fn said_by_report(read: &mut Read, record: &ReportCaseRecord) -> Result<Option<Said>> {
    let Some(position) = of_report(read, record).await? else { return Ok(None) };
    Ok(Some(Said {
        kind: "report_case",
        id: record.case.id.to_string(),
        code: record.case.code.clone(),
        text: record.case.content.clone(),
        at: record.case.received_at.to_rfc3339(),
        position,
    }))
}

/// Reports of blocked lanes that may still be so.
async fn reports(read: &mut Read, scope: &Scope) -> Result<Vec<Said>> {
    let stages: Vec<&str> = OPEN_STAGES.iter().map(|stage| stage.code()).collect();
    let filter = ReportCaseFilter {
        stages: Some(stages.join(",")),
        matters: Some(Matter::BlockedExit.code().to_owned()),
        ..ReportCaseFilter::default()
    };
    let mut found = Vec::new();
    for record in read.report_cases(scope, &filter, None, MOST).await? {
        found.extend(said_by_report(read, &record).await?);
    }
    Ok(found)
}

/// Hazards of lanes that are not settled.
async fn hazards(read: &mut Read, scope: &Scope) -> Result<Vec<Said>> {
    let filter =
        HazardFilter { category: Some(LANE_CATEGORY.to_owned()), open: true, ..HazardFilter::default() };
    let mut found = Vec::new();
    for one in read.hazards(scope, &filter, None, MOST).await? {
        if !LANE_HAZARDS.contains(&one.hazard_code.as_str()) {
            continue;
        }
        let Some(position) = of_place(read, &one.place).await? else { continue };
        found.push(Said {
            kind: "hazard",
            id: one.id.to_string(),
            code: one.filing.code.clone(),
            text: one.description.clone(),
            at: one.found_at.to_rfc3339(),
            position,
        });
    }
    Ok(found)
}

/// The road a point lies on, and how far from it.
fn road_at(roads: &[RoadRecord], at: Position) -> Option<(&RoadRecord, f64)> {
    let near = roads.iter().map(|record| (record, nearest(&record.segment.line, at).2));
    near.filter(|(_, away_m)| *away_m <= ON_ROAD_M).min_by(|a, b| a.1.total_cmp(&b.1))
}

async fn lane(
    read: &mut Read,
    caller: &Caller,
    (roads, names): (&[RoadRecord], &Names),
    said: Said,
    today: Date,
) -> Result<BlockedLane> {
    let found = road_at(roads, said.position);
    let may_close = match found {
        Some((record, _)) => caller.hats.hat(Action::RoadReport, &subject(read, record).await?).is_some(),
        None => false,
    };
    let named =
        |record: &RoadRecord| Named::new(record.segment.id.as_str(), record.segment.road.name.as_str());
    Ok(BlockedLane {
        kind: said.kind.to_owned(),
        id: said.id,
        code: said.code,
        text: said.text,
        at: said.at,
        lon: said.position[0],
        lat: said.position[1],
        road: found.map(|(record, _)| named(record)),
        owner: found.map(|(record, _)| names.named_org(&record.segment.org)),
        away_m: found.map_or(0.0, |(_, away_m)| away_m.round()),
        closed: found.is_some_and(|(record, _)| record.segment.closed_on(today).is_some()),
        may_close,
        effect: None,
    })
}

/// Lanes that reports and hazards the caller may see say are blocked, the newest first, without what came of them.
async fn lanes(read: &mut Read, caller: &Caller, today: Date) -> Result<Vec<BlockedLane>> {
    let scope = caller.scope(Action::RoadRead)?;
    let mut said = Vec::new();
    if let Some(scope) = caller.hats.scope(Action::ReportCaseRead) {
        said.extend(reports(read, &scope).await?);
    }
    if let Some(scope) = caller.hats.scope(Action::HazardRead) {
        said.extend(hazards(read, &scope).await?);
    }
    said.sort_by(|a, b| b.at.cmp(&a.at));
    let mut items = Vec::new();
    if said.is_empty() {
        return Ok(items);
    }
    let roads = read.roads(&scope, &RoadFilter::default()).await?;
    let names = Names::read(read).await?;
    for one in said {
        items.push(lane(read, caller, (&roads, &names), one, today).await?);
    }
    Ok(items)
}

/// How many open ones lie on roads the caller may close and has not.
pub(crate) async fn waiting(read: &mut Read, caller: &Caller, today: Date) -> Result<usize> {
    if caller.hats.scope(Action::RoadReport).is_none() || caller.hats.scope(Action::RoadRead).is_none() {
        return Ok(0);
    }
    let found = lanes(read, caller, today).await?;
    Ok(found.iter().filter(|lane| lane.may_close && !lane.closed).count())
}

impl App {
    /// Lanes that reports and hazards the caller may see say are blocked, the newest first.
    pub async fn blocked_lanes(&self, caller: &Caller) -> Result<BlockedLanes> {
        caller.scope(Action::RoadRead)?;
        let mut read = self.db.read(&self.town).await?;
        let mut items = lanes(&mut read, caller, self.now().date()).await?;
        if items.is_empty() {
            return Ok(BlockedLanes { items });
        }
        let places: BTreeSet<String> = match caller.hats.scope(Action::PlaceRead) {
            None => BTreeSet::new(),
            Some(scope) => read.place_spots(&scope).await?.into_iter().map(|spot| spot.id).collect(),
        };
        for one in &mut items {
            let Some(key) = one.road.as_ref().map(|road| key_of(one, road)) else { continue };
            let job = read.job_by_key(JobKind::RoadBlock.code(), &key).await?;
            let kept =
                job.and_then(|job| serde_json::from_str::<Option<KeptEffect>>(&job.result).ok().flatten());
            one.effect = kept.map(|kept| kept.seen(&places));
        }
        Ok(BlockedLanes { items })
    }

    /// Has every lane that came in since the last time reckoned, and says how many those are.
    // tidy(caller): the program itself; what is reckoned is a proposal and no part of the record.
    pub async fn reckon_blocked_lanes(&self) -> Result<usize> {
        let now = self.now();
        let system = Caller::system();
        let mut read = self.db.read(&self.town).await?;
        let known = read.reconciled(RECONCILER).await?;
        let (head, _) = read.audit_head().await?;
        if let Some(known) = &known
            && (known.audit_seq == head || !read.touched_after(known.audit_seq, TABLES).await?)
        {
            return Ok(0);
        }
        let found = lanes(&mut read, &system, now.date()).await?;
        let mut fresh = Vec::new();
        for lane in found.into_iter().filter(|lane| !lane.closed) {
            let Some(key) = lane.road.as_ref().map(|road| key_of(&lane, road)) else { continue };
            if read.job_by_key(JobKind::RoadBlock.code(), &key).await?.is_none() {
                fresh.push((key, Order { kind: lane.kind, id: lane.id }));
            }
        }
        drop(read);
        let mut tx = self.db.write(&self.town).await?;
        for (key, order) in &fresh {
            self.queue(&mut tx, &Asker::of(&system, ""), JobKind::RoadBlock, key, order, 0).await?;
        }
        tx.note_reconciled(RECONCILER, head, now, i64::try_from(fresh.len()).unwrap_or(i64::MAX)).await?;
        tx.commit_machinery().await?;
        Ok(fresh.len())
    }

    /// Works at a job of [`App::reckon_blocked_lanes`]. What was settled in between is reckoned no more.
    pub(crate) async fn carry_out_block(&self, running: &Running) -> Result<serde_json::Value> {
        let Order { kind, id } = running.input()?;
        let kept = match self.blocked_effect(&Caller::system(), &kind, &id).await {
            Ok(effect) => Some(KeptEffect::of(&effect)),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        };
        serde_json::to_value(kept).map_err(|e| Error::Internal(e.to_string()))
    }

    /// Who could not be reached today if the road one of them lies on were closed: by name, before and after.
    ///
    /// Errors: no such report or hazard that may still be so; no road of the town is near.
    pub async fn blocked_effect(&self, caller: &Caller, kind: &str, id: &str) -> Result<BlockedEffect> {
        let scope = caller.scope(Action::RoadRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let said = match kind {
            "report_case" => {
                let scope = caller.scope(Action::ReportCaseRead)?;
                let record = read.report_case(&ReportCaseId::from(id), &scope).await?;
                match record.filter(may_stand) {
                    Some(record) => said_by_report(&mut read, &record).await?,
                    None => None,
                }
            }
            "hazard" => {
                let scope = caller.scope(Action::HazardRead)?;
                let id = HazardId::from(id);
                hazards(&mut read, &scope).await?.into_iter().find(|one| one.id == id.as_str())
            }
            _ => None,
        };
        let said = said.ok_or(Error::NotFound)?;
        let roads = read.roads(&scope, &RoadFilter::default()).await?;
        let names = Names::read(&mut read).await?;
        let lane = lane(&mut read, caller, (&roads, &names), said, today).await?;
        let Some(road) = lane.road.clone() else {
            return Err(Error::Refused {
                code: "road.none_near",
                message: "这处 100 米内没有登记的道路，请先登记道路或核对位置".to_owned(),
            });
        };
        // What is said to block a lane stands in the way of vehicles; people walk past it.
        let stops = Stops::Vehicles;
        let close = Change::Close { road: road.id.as_str().into(), from: today, until: None, stops };
        let scenario =
            Scenario { id: "".into(), name: lane.code.clone(), on: None, changes: vec![close], void: None };
        let of = AccessAsked { places: Some(true), ..AccessAsked::default() };
        let ground = Ground::read(&mut read, caller, &of, today).await?;
        drop(read);
        let now = self.road_net().await?;
        let map = self.road_map_now().await?;
        let compared = self.aside(move || {
            let map = map.as_ref().map(|(record, extract)| (record.clone(), extract.as_ref()));
            Compared::of((&now, map), (None, &ground), (&scenario, &ground))
        });
        let Compared { on, minutes, counts, mut rows, .. } = compared.await?;
        // Whoever is cut off first, then whoever is in doubt, then the slower.
        rows.sort_by_key(|row| WORST.iter().position(|change| *change == row.change).unwrap_or(WORST.len()));
        Ok(BlockedEffect { lane, on, minutes, counts, rows })
    }
}

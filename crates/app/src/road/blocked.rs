//! Lanes somebody says are blocked: open reports and hazards that lie on a road of the town, and who could not be reached
//! today if that road were closed. It is a proposal: whoever answers for the road decides, and closes it by a step of the
//! road; only then does today's reach change. What does not belong here: how it is reckoned (`access`), closing (`road`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

use domain::geometry::Position;
use domain::ids::{HazardId, PlaceId, ReportCaseId};
use domain::policy::{Action, Scope};
use domain::report_case::{Matter, Stage};
use domain::road::scenario::{Change, Scenario};
use domain::road::segment::nearest;
use domain::time::Date;
use serde::Serialize;
use store::Read;
use store::hazard::HazardFilter;
use store::report_case::{ReportCaseFilter, ReportCaseRecord};
use store::road::{RoadFilter, RoadRecord};
use utoipa::ToSchema;

use super::access::{AccessAsked, Ground};
use super::scenario::{Compared, ScenarioCount, ScenarioRow};
use super::subject;
use crate::names::Names;
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// A report so far from a road is on it: the yard in front of a house, the corner of a square. Units: m.
const ON_ROAD_M: f64 = 100.0;
/// Reports, and hazards, looked through.
const MOST: i64 = 500;
/// 消防车通道占堵、车道不满足通行. Source: the catalogue of hazards, H02.1 and H02.3.
const LANE_HAZARDS: [&str; 2] = ["H02.1", "H02.3"];
/// Their category.
const LANE_CATEGORY: &str = "02";
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
    /// Groups, places and houses that are reached otherwise, by name.
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
    })
}

impl App {
    /// Lanes that reports and hazards the caller may see say are blocked, the newest first.
    pub async fn blocked_lanes(&self, caller: &Caller) -> Result<BlockedLanes> {
        let scope = caller.scope(Action::RoadRead)?;
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let roads = read.roads(&scope, &RoadFilter::default()).await?;
        let names = Names::read(&mut read).await?;
        let mut said = Vec::new();
        if let Some(scope) = caller.hats.scope(Action::ReportCaseRead) {
            said.extend(reports(&mut read, &scope).await?);
        }
        if let Some(scope) = caller.hats.scope(Action::HazardRead) {
            said.extend(hazards(&mut read, &scope).await?);
        }
        said.sort_by(|a, b| b.at.cmp(&a.at));
        let mut items = Vec::new();
        for one in said {
            items.push(lane(&mut read, caller, (&roads, &names), one, today).await?);
        }
        Ok(BlockedLanes { items })
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
        let close = Change::Close { road: road.id.as_str().into(), from: today, until: None };
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
        let Compared { on, minutes, counts, rows, .. } = compared.await?;
        Ok(BlockedEffect { lane, on, minutes, counts, rows })
    }
}

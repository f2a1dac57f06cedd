//! What if: lists of changes to roads, water and stations, kept, and what would come of them by name: who would be gained
//! or lost, by which vehicle, with minutes before and after. Today's answers never see them. What does not belong here:
//! what comes of one held against another (`compared`), how it is reckoned (`access`).
#![allow(missing_docs, reason = "the fields are those of the interface, each named as it is sent")]

pub mod compared;

use domain::ids::ScenarioId;
use domain::policy::{Action, Subject};
use domain::road::Limit;
use domain::road::scenario::{Change, Scenario, ScenarioRefusal};
use serde::{Deserialize, Serialize};
use store::Read;
use store::facility::{FacilityFilter, FacilityRecord};
use store::road::{RoadRecord, ScenarioRecord};
use utoipa::{IntoParams, ToSchema};

use super::access::{AccessAsked, Ground};
use super::net::NEAR_M;
use super::{MOST, given, read_stops, short, unknown};
use crate::boundary::outside::refuse_far;
use crate::view::{Named, read_day};
use crate::{App, Caller, Error, Result};
use compared::{Compared, uncounted};
pub use compared::{ScenarioCount, ScenarioRow, ScenarioUncounted, ScenarioWater};

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

/// What lists speak of.
struct Known {
    roads: Vec<RoadRecord>,
    facilities: Vec<FacilityRecord>,
}

impl Known {
    // Part of the pages whose right was asked already.
    async fn read(read: &mut Read, caller: &Caller) -> Result<Self> {
        let roads = read.roads(&caller.scope(Action::RoadRead)?, &Default::default()).await?;
        let facilities = match caller.hats.scope(Action::FacilityRead) {
            Some(scope) => read.facilities(&scope, &FacilityFilter::default(), None, i64::MAX).await?,
            None => Vec::new(),
        };
        Ok(Self { roads, facilities })
    }
}

/// A list as shown, with what roads and water points are called.
fn view(Known { roads, facilities }: &Known, record: &ScenarioRecord) -> ScenarioView {
    let s = &record.scenario;
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
    ScenarioView {
        id: s.id.to_string(),
        name: s.name.clone(),
        on: s.on.map(|day| day.to_string()),
        changes: s.changes.iter().map(change).collect(),
        void: s.void.clone(),
        recorded_by: record.recorded_by.clone(),
        recorded_at: record.recorded_at.to_rfc3339(),
        version: record.version,
    }
}

impl App {
    /// Every list, the newest first.
    pub async fn scenarios(&self, caller: &Caller) -> Result<Vec<ScenarioView>> {
        caller.scope(Action::RoadPlan)?;
        let mut read = self.db.read(&self.town).await?;
        let known = Known::read(&mut read, caller).await?;
        Ok(read.scenarios().await?.iter().map(|record| view(&known, record)).collect())
    }

    /// One list.
    pub async fn scenario(&self, caller: &Caller, id: &ScenarioId) -> Result<ScenarioView> {
        caller.scope(Action::RoadPlan)?;
        let mut read = self.db.read(&self.town).await?;
        let record = read.scenario(id).await?.ok_or(Error::NotFound)?;
        Ok(view(&Known::read(&mut read, caller).await?, &record))
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
        let net = self.road_net().await?;
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
                // Nobody sets out from where no road is; an answer without anybody would say that the station is of no use.
                if !net.is_empty() && !net.has_road_near(at) {
                    let text = format!(
                        "设想的站点周围 {NEAR_M} 米内没有登记的道路，车辆开不出来，请把站点放到路边，或先登记道路"
                    );
                    return Err(Error::field("lon", "scenario.off_road", &text));
                }
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
        let shown = view(&Known::read(&mut tx, caller).await?, &record);
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
        let shown = view(&Known::read(&mut tx, caller).await?, &record);
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
            return Err(Error::stale(&view(&Known::read(read, caller).await?, &record)));
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
        let shown = view(&Known::read(&mut read, caller).await?, &record);
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

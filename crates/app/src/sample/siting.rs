//! The sample town's argued need of fire stations: where a second one would cover most beside the one in the market town,
//! worked out over the roads as they are, and the report that was issued on it. What does not belong here: how it is
//! worked out (`siting`), the other reports (`meeting`).

use domain::org::{Level, Role};
use domain::siting::{Candidate, Measure, Model, Purpose, Question, Study, Weights};
use domain::time::Timestamp;
use domain::vehicle::Class;
use store::Audit;
use store::siting::SitingRecord;

use super::{VILLAGES, id, meeting};
use crate::org::Roster;
use crate::siting::{demands, work_out};
use crate::{App, Error, Result};

/// How many days ago the question was asked; the report followed a week later.
const ASKED: u64 = 70;
const ISSUED: u64 = 63;
/// As far as an engine is to come within. Units: s.
const WITHIN: u32 = 600;

/// Works the study out, keeps it, and issues the report on it.
pub(super) async fn fill(app: &App, roster: &Roster) -> Result<()> {
    let clerk = roster.assignments.iter().find(|held| held.role == Role::OfficeClerk && held.to.is_none());
    let town = roster.territories.iter().find(|node| node.level == Level::Town);
    let (Some(clerk), Some(town)) = (clerk, town) else { return Ok(()) };
    let today = app.now().date();
    let ago = |days: u64| today.checked_sub_days(chrono::Days::new(days)).unwrap_or(today);
    let net = app.road_net().await?;
    let mut tx = app.db.write(&app.town).await?;
    if tx.plan_on(today).await?.is_none() {
        return Ok(());
    }
    let (demands, unplaced) = demands(&mut tx, &Default::default()).await?;
    let candidate = |(nth, (word, _, (lon, lat))): (usize, &(&str, usize, (f64, f64)))| Candidate {
        name: if nth == 0 { "镇消防站（现有）".to_owned() } else { format!("{word}候选点") },
        at: [*lon, *lat],
        fixed: nth == 0,
    };
    let study = Study {
        id: id("siting station").into(),
        title: "青峰镇消防站建设需求论证（演示数据）".to_owned(),
        purpose: Purpose::Station,
        question: Question { model: Model::Mclp, sites: 2, radius: WITHIN },
        weights: Weights { base: 1, person: 1, fire: 20 },
        measure: Measure::RoadTime,
        vehicle: Some(Class::Engine),
        candidates: VILLAGES.iter().enumerate().map(candidate).collect(),
        demands,
        by_group: false,
        unplaced,
        reason: "镇消防站到部分村超过十分钟，论证是否增设一处。".to_owned(),
        org: clerk.org.clone(),
        outcome: None,
        void: None,
    };
    let study = study.register().map_err(|e| Error::Internal(format!("the sample broke a rule: {e}")))?;
    let at = Timestamp::start_of(ago(ASKED)).plus_ms(10 * 3_600_000);
    let outcome = work_out(&study, Some(&net), at.plus_ms(60_000))?;
    let record = SitingRecord {
        study: Study { outcome: Some(outcome), ..study },
        path: town.path.clone(),
        voided_at: None,
        recorded_by: "演示数据".to_owned(),
        version: 1,
        recorded_at: at,
    };
    tx.insert_siting(&record).await?;
    let audit = Audit {
        action: "siting.ask",
        object_kind: "siting",
        object_id: record.study.id.to_string(),
        territory: record.path.clone(),
        actor: clerk.person.to_string(),
        actor_name: record.recorded_by.clone(),
        hat: clerk.id.to_string(),
        happened_at: at,
        at,
        reason: String::new(),
        detail: "{}".to_owned(),
    };
    tx.commit(audit, ()).await?;
    meeting::station_need(app, roster, &record.study, ago(ISSUED)).await
}

//! Special fire plans as rows: a version as JSON with columns to find it by, and what happened to it, appended only. What
//! does not belong here: whether a step is allowed (`domain::fire_plan`).

use domain::fire_plan::{Event, FirePlan};
use domain::ids::FirePlanId;
use domain::policy::Scope;
use domain::time::Timestamp;

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

/// A version as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct FirePlanRecord {
    /// The version.
    pub plan: FirePlan,
    /// Territory path of the town.
    pub path: String,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    /// Who made it.
    pub recorded_by: String,
    /// Row version: the number of its last event.
    pub version: i64,
    /// When it was made.
    pub recorded_at: Timestamp,
}

impl FirePlanRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let plan: FirePlan = row.json("content")?;
        if plan.stage.code() != row.text("stage")? || i64::from(plan.edition) != row.int("edition")? {
            return Err(row.inconsistent("stage"));
        }
        Ok(Self {
            plan,
            path: row.text("path")?,
            voided_at: row.opt_instant("voided_at")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let p = &self.plan;
        Ok(cols! {
            edition: i64::from(p.edition), title: &p.title, stage: p.stage.code(), org: p.org.as_str(),
            path: &self.path, in_force_on: p.approval.as_ref().map(|given| given.on),
            superseded_on: p.superseded_on, voided_at: self.voided_at, content: json(p)?,
        })
    }
}

impl Read {
    /// The version of this id, within the scope.
    pub async fn fire_plan(&mut self, id: &FirePlanId, scope: &Scope) -> Result<Option<FirePlanRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.row(format!("SELECT * FROM fire_plan{sql}"), list)
            .await?
            .as_ref()
            .map(FirePlanRecord::from_row)
            .transpose()
    }

    /// Every version within the scope, the newest first, voided ones too.
    pub async fn fire_plans(&mut self, scope: &Scope) -> Result<Vec<FirePlanRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM fire_plan{sql} ORDER BY edition DESC"), list)
            .await?
            .iter()
            .map(FirePlanRecord::from_row)
            .collect()
    }

    /// What happened to a version, in the order it was recorded.
    pub async fn fire_plan_events(&mut self, id: &FirePlanId) -> Result<Vec<Event>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM fire_plan_event WHERE town = $1 AND plan = $2 ORDER BY seq";
        self.rows(sql, args![town.as_str(), id.as_str()])
            .await?
            .iter()
            .map(|row| row.json("content"))
            .collect()
    }
}

impl Write {
    /// A new version with its first event.
    pub async fn insert_fire_plan(&mut self, record: &FirePlanRecord, event: &Event) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("fire_plan", record.plan.id.as_str(), row).await?;
        self.insert_fire_plan_event(&record.plan.id, event).await
    }

    /// A version after a step with the event that made it, if it still has the row version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_fire_plan(&mut self, record: &FirePlanRecord, event: &Event) -> Result<()> {
        self.update("fire_plan", record.plan.id.as_str(), record.version, record.cols()?).await?;
        self.insert_fire_plan_event(&record.plan.id, event).await
    }

    async fn insert_fire_plan_event(&mut self, id: &FirePlanId, event: &Event) -> Result<()> {
        let row = cols! {
            plan: id.as_str(), seq: event.seq, step: event.act.code(), happened_on: event.on,
            recorded_at: event.recorded_at, content: json(event)?,
        };
        self.insert("fire_plan_event", &format!("{id}-{}", event.seq), row).await
    }
}

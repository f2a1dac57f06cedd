//! The town's plans as rows: the text of each version and the days it was in force, and the changes proposed, one duty
//! each. What does *not* belong here: reading the text (`exchange::plan_file`), settings the town made since (`parameter`).

use domain::time::{Date, Timestamp};

use crate::parameter::Decision;
use crate::value::word;
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A version of the plan as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanVersion {
    /// Our id.
    pub id: String,
    /// 标题.
    pub title: String,
    /// The plan file's text.
    pub source: String,
    /// First day in force.
    pub from: Date,
    /// Last day in force; none while it runs.
    pub to: Option<Date>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: String,
}

impl PlanVersion {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            title: row.text("title")?,
            source: row.text("source")?,
            from: row.date("valid_from")?,
            to: row.opt_date("valid_to")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }
}

/// A change of the plan as proposed and decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanProposal {
    /// Our id.
    pub id: String,
    /// Id of the duty it adds, writes anew or ends.
    pub duty: String,
    /// The duty as a plan file writes it; empty where it ends.
    pub source: String,
    /// First day.
    pub from: Date,
    /// How far it got.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who decided, and when.
    pub decided: Option<(String, Timestamp)>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl PlanProposal {
    fn from_row(row: &Row) -> Result<Self> {
        let decided_by = row.text("decided_by")?;
        Ok(Self {
            id: row.text("id")?,
            duty: row.text("duty")?,
            source: row.text("source")?,
            from: row.date("from_on")?,
            decision: row.word("state")?,
            reason: row.text("reason")?,
            proposed_by: row.text("proposed_by")?,
            decided: row.opt_instant("decided_at")?.map(|at| (decided_by, at)),
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        Ok(cols! {
            duty: &self.duty, source: &self.source, from_on: self.from, state: word(&self.decision)?,
            reason: &self.reason, proposed_by: &self.proposed_by, decided_by: "", decided_at: None::<Timestamp>,
            version: 1_i64, recorded_at: self.recorded_at,
        })
    }
}

impl Read {
    /// Every proposed change, newest first.
    pub async fn plan_proposals(&mut self) -> Result<Vec<PlanProposal>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM plan_proposal WHERE town = $1 ORDER BY recorded_at DESC, id DESC",
            args![town.as_str()],
        )
        .await?
        .iter()
        .map(PlanProposal::from_row)
        .collect()
    }

    /// The proposed change of this id.
    pub async fn plan_proposal(&mut self, id: &str) -> Result<Option<PlanProposal>> {
        self.by_id("plan_proposal", id).await?.as_ref().map(PlanProposal::from_row).transpose()
    }

    /// The plan in force on a day; before the first, that first. Of two for the same day the one recorded later holds.
    pub async fn plan_on(&mut self, on: Date) -> Result<Option<PlanVersion>> {
        let town = self.town.clone();
        let found = self
            .row(
                "SELECT * FROM plan_version WHERE town = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2) \
                 ORDER BY recorded_at DESC, id DESC LIMIT 1",
                args![town.as_str(), on],
            )
            .await?;
        let found = match found {
            Some(row) => Some(row),
            None => {
                self.row(
                    "SELECT * FROM plan_version WHERE town = $1 AND (valid_to IS NULL OR valid_to >= valid_from) \
                     ORDER BY valid_from, recorded_at DESC, id DESC LIMIT 1",
                    args![town.as_str()],
                )
                .await?
            }
        };
        found.as_ref().map(PlanVersion::from_row).transpose()
    }

    /// Every version, newest first.
    pub async fn plan_versions(&mut self) -> Result<Vec<PlanVersion>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM plan_version WHERE town = $1 ORDER BY recorded_at DESC, id DESC",
            args![town.as_str()],
        )
        .await?
        .iter()
        .map(PlanVersion::from_row)
        .collect()
    }
}

impl Write {
    /// A change of the plan, as proposed.
    pub async fn insert_plan_proposal(&mut self, proposal: &PlanProposal) -> Result<()> {
        self.insert("plan_proposal", &proposal.id, proposal.cols()?).await
    }

    /// Records what was decided about a change, if nobody decided since.
    pub async fn decide_plan_proposal(
        &mut self,
        id: &str,
        version: i64,
        decision: Decision,
        by: &str,
        at: Timestamp,
    ) -> Result<()> {
        let row = cols! { state: word(&decision)?, decided_by: by, decided_at: at };
        self.update("plan_proposal", id, version, row).await
    }

    /// A new version of the plan.
    pub async fn insert_plan_version(&mut self, plan: &PlanVersion) -> Result<()> {
        let row = cols! {
            title: &plan.title, source: &plan.source, valid_from: plan.from, valid_to: plan.to, version: 1_i64,
            recorded_at: plan.recorded_at, recorded_by: &plan.recorded_by,
        };
        self.insert("plan_version", &plan.id, row).await
    }

    /// Ends a version: `to` is its last day, and it never was in force when that lies before its first.
    pub async fn end_plan_version(&mut self, id: &str, version: i64, to: Date) -> Result<()> {
        self.update("plan_version", id, version, cols! { valid_to: to }).await
    }
}

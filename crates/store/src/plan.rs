//! The town's plans as rows: the text of each version and the days it was in force. What does *not* belong here:
//! reading the text (`exchange::plan_file`), settings the town made since (`parameter`).

use domain::time::{Date, Timestamp};

use crate::{Read, Result, Row, Write, args, cols};

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

impl Read {
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

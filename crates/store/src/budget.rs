//! Budget lines with what was spent on them, as rows. What does not belong here: the rules of money (`domain::budget`).

use domain::budget::BudgetLine;
use domain::ids::BudgetLineId;
use domain::time::Timestamp;

use crate::value::json;
use crate::{Read, Result, Row, Value, Write, args, cols};

/// A line as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRecord {
    /// The line.
    pub line: BudgetLine,
    /// When it was taken back.
    pub voided_at: Option<Timestamp>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl BudgetRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let line: BudgetLine = row.json("content")?;
        let voided_at = row.opt_instant("voided_at")?;
        if line.void.is_some() != voided_at.is_some() {
            return Err(row.inconsistent("voided_at"));
        }
        Ok(Self { line, voided_at, version: row.int("version")?, recorded_at: row.instant("recorded_at")? })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let l = &self.line;
        Ok(cols! {
            year: l.year, kind: &l.kind, org: l.org.as_str(), approved_on: l.approved_on, voided_at: self.voided_at,
            content: json(l)?,
        })
    }
}

impl Read {
    /// The line of this id. Money belongs to the town as a whole.
    pub async fn budget_line(&mut self, id: &BudgetLineId) -> Result<Option<BudgetRecord>> {
        self.by_id("budget_line", id.as_str()).await?.as_ref().map(BudgetRecord::from_row).transpose()
    }

    /// Every line of a year, those taken back too, in the order they were approved.
    pub async fn budget_lines(&mut self, year: i32) -> Result<Vec<BudgetRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM budget_line WHERE town = $1 AND year = $2 ORDER BY approved_on, id",
            args![town.as_str(), year],
        )
        .await?
        .iter()
        .map(BudgetRecord::from_row)
        .collect()
    }

    /// The years there are lines of, newest first.
    pub async fn budget_years(&mut self) -> Result<Vec<i32>> {
        let town = self.town.clone();
        let sql = "SELECT DISTINCT year FROM budget_line WHERE town = $1 ORDER BY year DESC";
        let rows = self.rows(sql, args![town.as_str()]).await?;
        rows.iter().map(|row| i32::try_from(row.int("year")?).map_err(|_| row.inconsistent("year"))).collect()
    }
}

impl Write {
    /// A new line.
    pub async fn insert_budget_line(&mut self, record: &BudgetRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(cols! { version: 1_i64, recorded_at: record.recorded_at });
        self.insert("budget_line", record.line.id.as_str(), row).await
    }

    /// A line after a change, if it still has the version it was read with.
    pub async fn update_budget_line(&mut self, record: &BudgetRecord) -> Result<()> {
        self.update("budget_line", record.line.id.as_str(), record.version, record.cols()?).await
    }
}

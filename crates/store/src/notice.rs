//! The township's own notice as it attached it, one text for each plan, and where each clause stands in it. What does
//! *not* belong here: finding the clauses (`exchange::plan_file`).

use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::value::json;
use crate::{Read, Result, Row, Write, cols};

/// Where a clause stands in the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Code of the clause.
    pub clause: String,
    /// Units: bytes of the text.
    pub start: usize,
    /// End. Units: bytes.
    pub end: usize,
}

/// A notice as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRecord {
    /// Code of the plan it belongs to; also its id.
    pub plan: String,
    /// 标题.
    pub title: String,
    /// The whole text.
    pub body: String,
    /// Where the clauses stand.
    pub passages: Vec<Passage>,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: String,
}

impl NoticeRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            plan: row.text("plan")?,
            title: row.text("title")?,
            body: row.text("body")?,
            passages: row.json("spans")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, crate::Value)>> {
        Ok(cols! {
            plan: &self.plan, title: &self.title, body: &self.body, spans: json(&self.passages)?,
            recorded_at: self.recorded_at, recorded_by: &self.recorded_by,
        })
    }
}

impl Read {
    /// The notice of a plan.
    pub async fn notice(&mut self, plan: &str) -> Result<Option<NoticeRecord>> {
        self.by_id("notice", plan).await?.as_ref().map(NoticeRecord::from_row).transpose()
    }
}

impl Write {
    /// Attaches a notice to a plan that has none.
    pub async fn insert_notice(&mut self, notice: &NoticeRecord) -> Result<()> {
        let mut row = notice.cols()?;
        row.extend(cols! { version: 1_i64 });
        self.insert("notice", &notice.plan, row).await
    }

    /// Stores a corrected text, if nobody changed it since.
    pub async fn update_notice(&mut self, notice: &NoticeRecord) -> Result<()> {
        self.update("notice", &notice.plan, notice.version, notice.cols()?).await
    }
}

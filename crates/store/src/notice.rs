//! The township's own notice as it attached it, one text for each plan, where each clause stands in it, and what a
//! person said about each thing found in it. What does *not* belong here: finding them (`domain::notice`).

use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::value::{json, word};
use crate::{Read, Result, Row, Write, args, cols};

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

/// What a person says about something found in the notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// 采纳: it is so, and will be acted on.
    Accepted,
    /// 不成立: the reader was mistaken.
    Dismissed,
    /// 说明: it is so, and there is a reason.
    Explained,
}

/// What was said about one thing found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulingRecord {
    /// Our id: what it is about, hashed, so that it survives a corrected text.
    pub id: String,
    /// Code of the plan.
    pub plan: String,
    /// Kind of finding.
    pub kind: String,
    /// Labels of the clauses, joined by blanks.
    pub clauses: String,
    /// The words it is about.
    pub quote: String,
    /// What was said.
    pub ruling: Ruling,
    /// Why.
    pub note: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Name of who said it.
    pub recorded_by: String,
}

impl RulingRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            plan: row.text("plan")?,
            kind: row.text("kind")?,
            clauses: row.text("clauses")?,
            quote: row.text("quote")?,
            ruling: row.word("ruling")?,
            note: row.text("note")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, crate::Value)>> {
        Ok(cols! {
            plan: &self.plan, kind: &self.kind, clauses: &self.clauses, quote: &self.quote,
            ruling: word(&self.ruling)?, note: &self.note, recorded_at: self.recorded_at,
            recorded_by: &self.recorded_by,
        })
    }
}

impl Read {
    /// Everything said about what was found in the notice of a plan.
    pub async fn notice_rulings(&mut self, plan: &str) -> Result<Vec<RulingRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM notice_ruling WHERE town = $1 AND plan = $2 ORDER BY id",
            args![town.as_str(), plan],
        )
        .await?
        .iter()
        .map(RulingRecord::from_row)
        .collect()
    }

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

    /// Says something about a finding for the first time.
    pub async fn insert_notice_ruling(&mut self, ruling: &RulingRecord) -> Result<()> {
        let mut row = ruling.cols()?;
        row.extend(cols! { version: 1_i64 });
        self.insert("notice_ruling", &ruling.id, row).await
    }

    /// Says something else about it, if nobody did since.
    pub async fn update_notice_ruling(&mut self, ruling: &RulingRecord) -> Result<()> {
        self.update("notice_ruling", &ruling.id, ruling.version, ruling.cols()?).await
    }

    /// Stores a corrected text, if nobody changed it since.
    pub async fn update_notice(&mut self, notice: &NoticeRecord) -> Result<()> {
        self.update("notice", &notice.plan, notice.version, notice.cols()?).await
    }
}

//! Waivers as rows: a duty that one subject need not fulfil between two days, and why. What does *not* belong here:
//! what a waiver does to the figures (`domain::fulfilment`).

use domain::time::{Date, Timestamp};

use crate::{Read, Result, Row, Write, args, cols};

/// A waiver as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverRecord {
    /// Our id.
    pub id: String,
    /// Code of the duty, as `C10.3`.
    pub duty: String,
    /// Id of the subject it is waived for; empty for every subject of the duty.
    pub subject: String,
    /// First day.
    pub from: Date,
    /// Last day, inclusive; `None` without end.
    pub to: Option<Date>,
    /// Which kind of waiver.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When it was voided, and why.
    pub voided: Option<(Timestamp, String)>,
}

impl WaiverRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let void_reason = row.text("void_reason")?;
        Ok(Self {
            id: row.text("id")?,
            duty: row.text("duty")?,
            subject: row.text("subject")?,
            from: row.date("from_on")?,
            to: row.opt_date("to_on")?,
            kind: row.text("kind")?,
            reason: row.text("reason")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
            voided: row.opt_instant("voided_at")?.map(|at| (at, void_reason)),
        })
    }
}

impl Read {
    /// The waiver of this id.
    pub async fn waiver(&mut self, id: &str) -> Result<Option<WaiverRecord>> {
        self.by_id("waiver", id).await?.as_ref().map(WaiverRecord::from_row).transpose()
    }

    /// Every waiver, void ones too, newest first.
    pub async fn waivers(&mut self) -> Result<Vec<WaiverRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM waiver WHERE town = $1 ORDER BY recorded_at DESC, id DESC",
            args![town.as_str()],
        )
        .await?
        .iter()
        .map(WaiverRecord::from_row)
        .collect()
    }
}

impl Write {
    /// A new waiver.
    pub async fn insert_waiver(&mut self, w: &WaiverRecord) -> Result<()> {
        let row = cols! {
            duty: &w.duty, subject: &w.subject, from_on: w.from, to_on: w.to, kind: &w.kind, reason: &w.reason,
            recorded_by: &w.recorded_by, version: 1_i64, recorded_at: w.recorded_at,
            voided_at: None::<Timestamp>, void_reason: "",
        };
        self.insert("waiver", &w.id, row).await
    }

    /// Takes a waiver back; it stays on record.
    pub async fn void_waiver(&mut self, id: &str, version: i64, at: Timestamp, reason: &str) -> Result<()> {
        let row = cols! { voided_at: at, void_reason: reason };
        self.update("waiver", id, version, row).await
    }
}

//! Requests to take a ledger out, as rows. What does *not* belong here: who may agree to one (`domain::policy`), and what
//! a request allows (`domain::export`).

use domain::export::Export;
use domain::ids::AccountId;
use domain::time::Timestamp;

use crate::value::json;
use crate::{Error, Read, Result, Row, Write, args, cols};

/// A request as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRecord {
    /// The request.
    pub export: Export,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl ExportRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let export: Export = row.json("content")?;
        let id = row.text("id")?;
        if export.id != id || export.asker.as_str() != row.text("asker")? {
            return Err(Error::Inconsistent { table: "export", column: "content".to_owned(), id });
        }
        Ok(Self { export, version: row.int("version")?, recorded_at: row.instant("recorded_at")? })
    }
}

impl Read {
    /// The request of this id.
    pub async fn export(&mut self, id: &str) -> Result<Option<ExportRecord>> {
        self.by_id("export", id).await?.as_ref().map(ExportRecord::from_row).transpose()
    }

    /// Requests, newest first, at most `most`; only those of `asker` when one is named.
    pub async fn exports(&mut self, asker: Option<&AccountId>, most: i64) -> Result<Vec<ExportRecord>> {
        let town = self.town.clone();
        self.rows(
            "SELECT * FROM export WHERE town = $1 AND (asker = $2 OR $2 = '') ORDER BY recorded_at DESC, id DESC LIMIT $3",
            args![town.as_str(), asker.map_or("", AccountId::as_str), most],
        )
        .await?
        .iter()
        .map(ExportRecord::from_row)
        .collect()
    }

    /// How many wait for somebody other than `asker` to decide.
    pub async fn exports_waiting(&mut self, other_than: &AccountId) -> Result<i64> {
        let town = self.town.clone();
        let row = self
            .row(
                "SELECT COUNT(*) AS n FROM export WHERE town = $1 AND is_decided = 0 AND asker <> $2",
                args![town.as_str(), other_than.as_str()],
            )
            .await?;
        row.map_or(Ok(0), |row| row.int("n"))
    }
}

impl Write {
    /// A new request.
    pub async fn insert_export(&mut self, record: &ExportRecord) -> Result<()> {
        let row = cols! {
            asker: record.export.asker.as_str(), is_decided: 0_i64, content: json(&record.export)?,
            version: 1_i64, recorded_at: record.recorded_at,
        };
        self.insert("export", &record.export.id, row).await
    }

    /// Changes a request of this version.
    pub async fn update_export(&mut self, record: &ExportRecord) -> Result<()> {
        let row = cols! {
            is_decided: i64::from(record.export.decision.is_some()), content: json(&record.export)?,
        };
        self.update("export", &record.export.id, record.version, row).await
    }
}

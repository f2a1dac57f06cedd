//! Siting studies as rows: the study as JSON. What does not belong here: what may be asked (`domain::siting`), the answer
//! (`road`).

use domain::ids::SitingId;
use domain::policy::Scope;
use domain::siting::Study;
use domain::time::Timestamp;

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, cols};

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

/// A study as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct SitingRecord {
    /// The study.
    pub study: Study,
    /// Territory path of the town.
    pub path: String,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    /// Who asked.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was asked.
    pub recorded_at: Timestamp,
}

impl SitingRecord {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            study: row.json("content")?,
            path: row.text("path")?,
            voided_at: row.opt_instant("voided_at")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let s = &self.study;
        Ok(cols! {
            title: &s.title, org: s.org.as_str(), path: &self.path, voided_at: self.voided_at, content: json(s)?,
        })
    }
}

impl Read {
    /// The study of this id, within the scope.
    pub async fn siting(&mut self, id: &SitingId, scope: &Scope) -> Result<Option<SitingRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.row(format!("SELECT * FROM siting{sql}"), list)
            .await?
            .as_ref()
            .map(SitingRecord::from_row)
            .transpose()
    }

    /// The newest studies within the scope, voided ones too.
    pub async fn sitings(&mut self, scope: &Scope, most: i64) -> Result<Vec<SitingRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.within(&COLUMNS, scope);
        let most = only.mark(most);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM siting{sql} ORDER BY recorded_at DESC, id DESC LIMIT {most}"), list)
            .await?
            .iter()
            .map(SitingRecord::from_row)
            .collect()
    }
}

impl Write {
    /// A study as it was asked.
    pub async fn insert_siting(&mut self, record: &SitingRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("siting", record.study.id.as_str(), row).await
    }

    /// A study with what came of it, or voided, if it still has the row version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_siting(&mut self, record: &SitingRecord) -> Result<()> {
        self.update("siting", record.study.id.as_str(), record.version, record.cols()?).await
    }
}

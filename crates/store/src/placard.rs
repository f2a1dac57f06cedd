//! Placards as rows: the placard as JSON, with columns to find and show it by. What does not belong here: whether one is
//! still right (`domain::placard`).

use domain::ids::PlacardId;
use domain::placard::Placard;
use domain::policy::Scope;
use domain::time::Timestamp;

use crate::scope::{Columns, Where};
use crate::value::{json, word};
use crate::{Read, Result, Row, Value, Write, args, cols};

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

/// A placard as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacardRecord {
    /// The placard.
    pub placard: Placard,
    /// Who made it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was made.
    pub recorded_at: Timestamp,
}

/// Which placards to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlacardFilter {
    /// Only at or below this territory path.
    pub path: Option<String>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Those taken down too.
    pub with_void: bool,
}

impl PlacardRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let placard: Placard = row.json("content")?;
        if placard.code != row.text("code")? || placard.id.as_str() != row.text("id")? {
            return Err(row.inconsistent("content"));
        }
        Ok(Self {
            placard,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let p = &self.placard;
        Ok(cols! {
            kind: word(&p.kind)?, about: &p.about, path: &p.path, org: p.org.as_ref().map(|org| org.as_str()),
            code: &p.code, voided_at: p.voided.as_ref().map(|void| void.at), content: json(p)?,
        })
    }
}

impl Read {
    /// The placard of this id, within the scope.
    pub async fn placard(&mut self, id: &PlacardId, scope: &Scope) -> Result<Option<PlacardRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM placard{sql}"), list).await?;
        row.as_ref().map(PlacardRecord::from_row).transpose()
    }

    /// The placard somebody stands before: it is posted in public, so nobody's rights are asked.
    pub async fn placard_by_code(&mut self, code: &str) -> Result<Option<PlacardRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM placard WHERE town = $1 AND code = $2";
        let row = self.row(sql, args![town.as_str(), code]).await?;
        row.as_ref().map(PlacardRecord::from_row).transpose()
    }

    /// Placards within the scope, by territory, those of the whole village first.
    pub async fn placards(&mut self, scope: &Scope, filter: &PlacardFilter) -> Result<Vec<PlacardRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("kind", filter.kind.as_deref());
        if let Some(path) = &filter.path {
            only.below("path", path);
        }
        if !filter.with_void {
            only.and("voided_at IS NULL");
        }
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM placard{sql} ORDER BY path, recorded_at, id"), list)
            .await?
            .iter()
            .map(PlacardRecord::from_row)
            .collect()
    }
}

impl Write {
    /// A new placard.
    pub async fn insert_placard(&mut self, record: &PlacardRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("placard", record.placard.id.as_str(), row).await
    }

    /// A placard after a step, if it still has the version it was read with.
    pub async fn update_placard(&mut self, record: &PlacardRecord) -> Result<()> {
        self.update("placard", record.placard.id.as_str(), record.version, record.cols()?).await
    }
}

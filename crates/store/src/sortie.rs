//! Sorties as rows: the record as JSON, with columns to search and to tell rights by. What does not belong here: whether a
//! record makes sense (`domain::sortie`).

use domain::ids::{ForceId, OrgId, SortieId};
use domain::policy::Scope;
use domain::sortie::Sortie;
use domain::time::Timestamp;

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, cols};

/// The place is the one the station serves: who may see the station sees where it went.
pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "place" };

/// A sortie as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortieRecord {
    /// The record.
    pub sortie: Sortie,
    /// Who keeps the station.
    pub org: OrgId,
    /// Where the station is.
    pub path: String,
    /// The place the station serves.
    pub serves: Option<String>,
    /// Who recorded it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl SortieRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let sortie: Sortie = row.json("content")?;
        if sortie.force.as_str() != row.text("force")? || sortie.called_at != row.instant("called_at")? {
            return Err(row.inconsistent("content"));
        }
        Ok(Self {
            sortie,
            org: row.text("org")?.into(),
            path: row.text("path")?,
            serves: row.opt_text("place")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let s = &self.sortie;
        Ok(cols! {
            force: s.force.as_str(), org: self.org.as_str(), path: &self.path, place: self.serves.clone(),
            called_at: s.called_at, voided_at: s.void.as_ref().map(|(at, _)| *at), content: json(s)?,
        })
    }
}

impl Read {
    /// The sortie of this id, within the scope.
    pub async fn sortie(&mut self, id: &SortieId, scope: &Scope) -> Result<Option<SortieRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM sortie{sql}"), list).await?;
        row.as_ref().map(SortieRecord::from_row).transpose()
    }

    /// Sorties called before `before` (exclusive, by moment and id), newest first, within the scope; those of one station
    /// when it is named. Void ones are listed, too.
    pub async fn sorties(
        &mut self,
        scope: &Scope,
        force: Option<&ForceId>,
        before: Option<(Timestamp, SortieId)>,
        limit: i64,
    ) -> Result<Vec<SortieRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("force", force.map(ForceId::as_str));
        only.within(&COLUMNS, scope);
        if let Some((at, id)) = before {
            let (at, id) = (only.mark(at), only.mark(id.as_str()));
            only.and(&format!("(called_at, id) < ({at}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM sortie{sql} ORDER BY called_at DESC, id DESC LIMIT {most}"), list)
            .await?
            .iter()
            .map(SortieRecord::from_row)
            .collect()
    }
}

impl Write {
    /// A new sortie.
    pub async fn insert_sortie(&mut self, record: &SortieRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("sortie", record.sortie.id.as_str(), row).await
    }

    /// A sortie after it was voided, if it still has the version it was read with.
    pub async fn update_sortie(&mut self, record: &SortieRecord) -> Result<()> {
        self.update("sortie", record.sortie.id.as_str(), record.version, record.cols()?).await
    }
}

//! Projects as rows: the project as JSON. What does not belong here: whether a step is allowed (`domain::project`).

use domain::ids::ProjectId;
use domain::policy::Scope;
use domain::project::{Project, Stage};
use domain::time::Timestamp;

use crate::scope::{Columns, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, cols};

pub(crate) const COLUMNS: Columns = Columns { path: "path", org: "org", place: "" };

/// A project as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectRecord {
    /// The project.
    pub project: Project,
    /// Territory path of the town.
    pub path: String,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    /// Who recorded it first.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl ProjectRecord {
    fn from_row(row: &Row) -> Result<Self> {
        let project: Project = row.json("content")?;
        let voided_at = row.opt_instant("voided_at")?;
        if project.stage.code() != row.text("stage")? {
            return Err(row.inconsistent("stage"));
        }
        if (project.stage == Stage::Void) != voided_at.is_some() {
            return Err(row.inconsistent("voided_at"));
        }
        Ok(Self {
            project,
            path: row.text("path")?,
            voided_at,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let p = &self.project;
        Ok(cols! {
            code: &p.code, title: &p.title, org: p.org.as_str(), path: &self.path, stage: p.stage.code(),
            voided_at: self.voided_at, content: json(p)?,
        })
    }
}

impl Read {
    /// The project of this id, within the scope.
    pub async fn project(&mut self, id: &ProjectId, scope: &Scope) -> Result<Option<ProjectRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM project{sql}"), list).await?;
        row.as_ref().map(ProjectRecord::from_row).transpose()
    }

    /// Every project within the scope, the newest first, voided ones too. A town has some dozens.
    pub async fn projects(&mut self, scope: &Scope) -> Result<Vec<ProjectRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.within(&COLUMNS, scope);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM project{sql} ORDER BY recorded_at DESC, id DESC"), list)
            .await?
            .iter()
            .map(ProjectRecord::from_row)
            .collect()
    }
}

impl Write {
    /// A new project.
    pub async fn insert_project(&mut self, record: &ProjectRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("project", record.project.id.as_str(), row).await
    }

    /// A project after a step, if it still has the row version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn save_project(&mut self, record: &ProjectRecord) -> Result<()> {
        self.update("project", record.project.id.as_str(), record.version, record.cols()?).await
    }
}

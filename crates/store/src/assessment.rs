//! Assessments of factories and warehouses as rows. What does not belong here: what may be recorded (`domain::assessment`).

use domain::assessment::Assessment;
use domain::ids::{AssessmentId, PlaceId};
use domain::policy::Scope;
use domain::time::Timestamp;

use crate::scope::{OF_A_PLACE, Where};
use crate::value::json;
use crate::{Read, Result, Row, Value, Write, cols};

/// An assessment as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentRecord {
    /// The assessment.
    pub assessment: Assessment,
    /// Territory path of its place.
    pub path: String,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    /// Who recorded it.
    pub recorded_by: String,
    /// Row version.
    pub version: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl AssessmentRecord {
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let assessment: Assessment = row.json("content")?;
        if assessment.on != row.date("done_on")? {
            return Err(row.inconsistent("done_on"));
        }
        Ok(Self {
            assessment,
            path: row.text("path")?,
            voided_at: row.opt_instant("voided_at")?,
            recorded_by: row.text("recorded_by")?,
            version: row.int("version")?,
            recorded_at: row.instant("recorded_at")?,
        })
    }

    fn cols(&self) -> Result<Vec<(&'static str, Value)>> {
        let a = &self.assessment;
        Ok(cols! {
            place: a.place.as_str(), org: a.org.as_str(), path: &self.path, done_on: a.on, voided_at: self.voided_at,
            content: json(a)?,
        })
    }
}

impl Read {
    /// The assessment of this id, within the scope.
    pub async fn assessment(&mut self, id: &AssessmentId, scope: &Scope) -> Result<Option<AssessmentRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("id", Some(id.as_str()));
        only.within(&OF_A_PLACE, scope);
        let (sql, list) = only.finish();
        let row = self.row(format!("SELECT * FROM assessment{sql}"), list).await?;
        row.as_ref().map(AssessmentRecord::from_row).transpose()
    }

    /// Assessments of one place, or of all within the scope, the latest first; void ones too.
    pub async fn assessments(
        &mut self,
        scope: &Scope,
        place: Option<&PlaceId>,
        limit: i64,
    ) -> Result<Vec<AssessmentRecord>> {
        let mut only = Where::town("town", self.town.as_str());
        only.is("place", place.map(PlaceId::as_str));
        only.within(&OF_A_PLACE, scope);
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let sql = format!("SELECT * FROM assessment{sql} ORDER BY done_on DESC, id DESC LIMIT {most}");
        self.rows(sql, list).await?.iter().map(AssessmentRecord::from_row).collect()
    }
}

impl Write {
    /// A new assessment.
    pub async fn insert_assessment(&mut self, record: &AssessmentRecord) -> Result<()> {
        let mut row = record.cols()?;
        row.extend(
            cols! { version: 1_i64, recorded_at: record.recorded_at, recorded_by: &record.recorded_by },
        );
        self.insert("assessment", record.assessment.id.as_str(), row).await
    }

    /// An assessment that was treated or voided, if it still has the version it was read with.
    ///
    /// Errors: [`crate::Error::Conflict`] when somebody was quicker.
    pub async fn update_assessment(&mut self, record: &AssessmentRecord) -> Result<()> {
        self.update("assessment", record.assessment.id.as_str(), record.version, record.cols()?).await
    }
}

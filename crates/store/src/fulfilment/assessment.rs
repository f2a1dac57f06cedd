//! Assessments as facts of their places on the day they were made; void ones are none.

use domain::fulfilment::Span;
use domain::plan::SubjectKind;
use domain::time::Timestamp;

use super::Gathered;
use crate::assessment::AssessmentRecord;
use crate::{Read, Result, args};

impl Read {
    /// Source: C16.5.
    pub(super) async fn gather_assessments(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT * FROM assessment WHERE town = $1 AND voided_at IS NULL ORDER BY done_on, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let record = AssessmentRecord::from_row(row)?;
            let one = &record.assessment;
            let place = out.facts.subject(SubjectKind::Place, one.place.as_str());
            let (mut tags, mut also) = out.roll.acting(&[one.org.to_string()].into());
            also.extend(out.roll.around(&record.path, out.town));
            tags.push(format!("conclusion:{}", one.conclusion.code()));
            let at = record.recorded_at.max(Timestamp::start_of(one.on));
            let on = Span::between(one.on, one.on);
            out.put("assessment.done", one.id.as_str(), place, &also, on, at, &tags)?;
        }
        Ok(())
    }
}

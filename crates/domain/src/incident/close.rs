//! What must be so before nothing is left to do. What does not belong here: the steps before it.

use super::{Around, Incident, IncidentRefusal, Stage};

impl Incident {
    /// Whether it may be closed once it was handed over. `out`: who is still on record as there or on the way, in words.
    ///
    /// Errors: somebody is still out; it must be gone through again first.
    pub fn may_close(&self, around: Around, out: &[String]) -> Result<(), IncidentRefusal> {
        if self.stage != Stage::HandedOver {
            // What the stage does not allow the step itself refuses.
            return Ok(());
        }
        if !out.is_empty() {
            return Err(IncidentRefusal::StillOut(out.join("、"), out.len()));
        }
        let reasons = self.review_reasons(around);
        if self.review.is_none() && !reasons.is_empty() {
            let reasons: Vec<&str> = reasons.into_iter().map(|one| one.label()).collect();
            return Err(IncidentRefusal::ReviewFirst(reasons.join("、")));
        }
        Ok(())
    }
}

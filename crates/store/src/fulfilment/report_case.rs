//! Reports as events: each came on a day, and on another the reporter was answered. One that went into another was answered
//! when that one was. What does not belong here: their rows (`report_case`).

use std::collections::HashMap;

use domain::fulfilment::Span;
use domain::plan::SubjectKind;
use domain::report_case::Stage;

use super::Gathered;
use crate::report_case::ReportCaseRecord;
use crate::{Read, Result, args};

impl Read {
    /// Every report but those voided: whether it was screened or not, its clock runs from the day it came.
    pub(super) async fn gather_report_cases(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT * FROM report_case WHERE town = $1 AND stage <> 'void' ORDER BY received_at, id";
        let rows = self.rows(sql, args![town.as_str()]).await?;
        let all = rows.iter().map(ReportCaseRecord::from_row).collect::<Result<Vec<_>>>()?;
        let answered: HashMap<&str, _> =
            all.iter().map(|one| (one.case.id.as_str(), one.case.replied_at)).collect();
        for record in &all {
            let case = &record.case;
            let id = case.id.as_str();
            let on = case.received_at.date();
            let around = out.roll.around(&record.path, out.town);
            let event = out.facts.add_subject(SubjectKind::Event, id, Span::since(on), 1.0, &around);
            let tags = [format!("channel:{}", case.channel.code())];
            out.put(
                "report_case.accepted",
                id,
                Some(event),
                &[],
                Span::since(on),
                record.recorded_at,
                &tags,
            )?;
            let replied = match (&case.merged_into, case.stage) {
                (Some(into), Stage::Merged) => answered.get(into.as_str()).copied().flatten(),
                _ => case.replied_at,
            };
            if let Some(at) = replied {
                // One that went in later was told at once.
                let told = at.max(case.received_at);
                out.put("report_case.replied", id, Some(event), &[], Span::since(told.date()), told, &[])?;
            }
        }
        Ok(())
    }
}

//! What sectors have in common and new trades as events: each was identified or appeared on a day, and on another the sector
//! was told or a body was named. What does not belong here: their rows (`sector`).

use domain::fulfilment::Span;
use domain::plan::SubjectKind;
use domain::sector::RiskStage;
use domain::time::Timestamp;

use super::Gathered;
use crate::{Read, Result};

/// What the event of a sector is known by.
pub const SECTOR: &str = "noun:sector";

impl Read {
    /// Every risk and trade that stands. Source: C13.4, C13.7.
    pub(super) async fn gather_sectors(&mut self, out: &mut Gathered) -> Result<()> {
        for record in self.sector_risks().await? {
            let risk = &record.risk;
            if risk.stage == RiskStage::Void {
                continue;
            }
            let id = risk.id.as_str();
            let (tags, mut around) = out.roll.acting(&[risk.org.to_string()].into());
            around.push(out.town);
            let since = Span::since(risk.identified_on);
            let event = out.facts.add_subject(SubjectKind::Event, id, since, 1.0, &around);
            out.facts.add_label(event, SECTOR, since);
            let tag = ["risk:industry".to_owned()];
            out.put("risk.identified", id, Some(event), &[], since, record.recorded_at, &tag)?;
            if let Some(notice) = &risk.notice {
                let mut tags = tags;
                tags.push("doc:sector_notice".to_owned());
                let (on, at): (Span, Timestamp) = (Span::since(notice.on), notice.recorded_at);
                out.put("document.signed", id, Some(event), &[], on, at, &tags)?;
            }
        }
        for record in self.sector_rulings().await? {
            let ruling = &record.ruling;
            if ruling.void.is_some() {
                continue;
            }
            let id = ruling.id.as_str();
            let since = Span::since(ruling.appeared_on);
            let event = out.facts.add_subject(SubjectKind::Event, id, since, 1.0, &[out.town]);
            out.facts.add_label(event, SECTOR, since);
            out.put("industry.appeared", id, Some(event), &[], since, record.recorded_at, &[])?;
            if let Some(decided) = &ruling.decided {
                let tag = ["decision:sector".to_owned()];
                let (on, at) = (Span::since(decided.on), decided.recorded_at);
                out.put("decision.recorded", id, Some(event), &[], on, at, &tag)?;
            }
        }
        Ok(())
    }
}

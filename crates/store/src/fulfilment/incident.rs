//! Fires as events: one that was real and is closed sets duties off, a notable one more of them. What does not belong here:
//! their rows (`incident`); who decides that one is notable.

use std::collections::HashMap;

use domain::fulfilment::Span;
use domain::incident::Mark;
use domain::plan::SubjectKind;
use domain::time::Timestamp;

use super::Gathered;
use crate::incident::IncidentRecord;
use crate::{Read, Result, args};

/// What the event of a fire is known by.
pub const INCIDENT: &str = "noun:incident";

impl Read {
    /// Every closed incident that burnt, but rehearsals. Source: C4.7, C9.5; whether it is notable was said by whoever wrote
    /// down what was seen.
    pub(super) async fn gather_incidents(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT incident, recorded_at FROM incident_event WHERE town = $1 AND step = 'close'";
        let mut closed: HashMap<String, Timestamp> = HashMap::new();
        self.each(sql, args![town.as_str()], |row| {
            closed.insert(row.text("incident")?, row.instant("recorded_at")?);
            Ok(())
        })
        .await?;
        let sql = "SELECT * FROM incident WHERE town = $1 AND stage = 'closed' ORDER BY alarm_at, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let record = IncidentRecord::from_row(row)?;
            let incident = &record.incident;
            if incident.rehearsal || !incident.kind.burns() {
                continue;
            }
            let id = incident.id.as_str();
            let since = Span::since(incident.mark(Mark::Alarm).unwrap_or(record.recorded_at).date());
            let known = closed.get(id).copied().unwrap_or(record.recorded_at);
            let around = out.roll.around(&record.path, out.town);
            let event = out.facts.add_subject(SubjectKind::Event, id, since, 1.0, &around);
            out.facts.add_label(event, INCIDENT, since);
            let tags: &[String] = if incident.initial.notable { &["notable".to_owned()] } else { &[] };
            out.put("incident.recorded", id, Some(event), &[], since, known, tags)?;
        }
        Ok(())
    }
}

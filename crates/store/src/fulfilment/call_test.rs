//! Call tests and sorties as facts of the station: one that answered in time was tested that day.

use domain::call_test::Outcome;
use domain::fulfilment::Span;
use domain::plan::SubjectKind;

use super::Gathered;
use crate::call_test::{CallStationRecord, CallTestRecord};
use crate::sortie::SortieRecord;
use crate::{Read, Result, args};

impl Read {
    pub(super) async fn gather_calls(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT * FROM call_test WHERE town = $1 ORDER BY started_at, id";
        let mut tests = std::collections::HashMap::new();
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let record = CallTestRecord::from_row(row)?;
            tests.insert(record.test.id.clone(), record.test);
        }
        let sql = "SELECT * FROM call_station WHERE town = $1 ORDER BY recorded_at, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let record = CallStationRecord::from_row(row)?;
            let test = tests.get(&record.station.test).ok_or_else(|| row.inconsistent("test"))?;
            let Some(first) =
                record.station.first().filter(|_| record.station.outcome(test) == Outcome::InTime)
            else {
                continue;
            };
            let on = test.started_at.date();
            let subject = out.facts.subject(SubjectKind::Station, record.station.force.as_str());
            let around = out.roll.around(&record.path, out.town);
            let id = record.station.test.as_str();
            // For how long a test holds is the duty's to say (`C3.5.valid_days`).
            out.put("call.tested", id, subject, &around, Span::since(on), first.at, &[])?;
        }
        Ok(())
    }

    pub(super) async fn gather_sorties(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT * FROM sortie WHERE town = $1 ORDER BY called_at, id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let record = SortieRecord::from_row(row)?;
            let on = record.sortie.called_at.date();
            let subject = out.facts.subject(SubjectKind::Station, record.sortie.force.as_str());
            let around = out.roll.around(&record.path, out.town);
            let void_on = record.sortie.void.as_ref().map(|(at, _)| at.date());
            let (id, at) = (record.sortie.id.as_str(), record.recorded_at);
            let span = Span::between(on, on);
            if record.sortie.incident == domain::sortie::Incident::DronePatrol {
                // A flight is its organisation's, and no answer to a call.
                let whose = out.facts.subject(SubjectKind::Org, record.org.as_str());
                out.put_until("flight.done", id, whose, &[], span, at, void_on, &[])?;
                continue;
            }
            out.put_until("sortie.done", id, subject, &around, span, at, void_on, &[])?;
        }
        Ok(())
    }
}

//! Places proposed to be stopped as facts: the risk that was seen is an event, what the competent body decided answers it.
//! What does not belong here: their rows (`stop_use`).

use std::collections::BTreeMap;

use domain::fulfilment::Span;
use domain::plan::SubjectKind;
use domain::stop_use::{Act, Event};

use super::Gathered;
use crate::stop_use::StopUseRecord;
use crate::{Read, Result, args};

/// What the event of a proposal is known by.
pub const STOP_USE: &str = "noun:stop_use";

impl Read {
    /// Every proposal and its decision. Source: C16.6.
    pub(super) async fn gather_stop_uses(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT e.* FROM stop_use_event e WHERE e.town = $1 ORDER BY e.stop_use, e.seq";
        let mut lives: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        self.each(sql, args![town.as_str()], |row| {
            lives.entry(row.text("stop_use")?).or_default().push(row.json("content")?);
            Ok(())
        })
        .await?;
        let sql = "SELECT * FROM stop_use WHERE town = $1 AND stage <> 'withdrawn' ORDER BY id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let record = StopUseRecord::from_row(row)?;
            let id = record.matter.id.as_str();
            let life = lives.get(id).map_or(&[][..], Vec::as_slice);
            let Some(first) = life.first() else { continue };
            let around = out.roll.around(&record.path, out.town);
            let since = Span::since(first.on);
            let event = out.facts.add_subject(SubjectKind::Event, id, since, 1.0, &around);
            out.facts.add_label(event, STOP_USE, since);
            let tag = ["risk:stop_use".to_owned()];
            out.put("risk.identified", id, Some(event), &[], since, first.recorded_at, &tag)?;
            if let Some(decided) = life.iter().find(|one| matches!(one.act, Act::Decide { .. })) {
                let tag = ["decision:stop_use".to_owned()];
                let (on, at) = (Span::since(decided.on), decided.recorded_at);
                out.put("decision.recorded", id, Some(event), &[], on, at, &tag)?;
            }
        }
        Ok(())
    }
}

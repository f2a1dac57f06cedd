//! Whistles as events: each called bodies to a site on a day, and was answered on the day the last of them had come. What does
//! not belong here: their rows (`whistle`); consultations, which call nobody to a site, are counted in the rate of arrivals only.

use std::collections::{BTreeMap, BTreeSet};

use domain::fulfilment::Span;
use domain::plan::SubjectKind;
use domain::whistle::{Act, Event};

use super::Gathered;
use crate::whistle::WhistleRecord;
use crate::{Read, Result, args};

/// What the event of a whistle is known by.
pub const WHISTLE: &str = "noun:whistle";

impl Read {
    /// Every whistle that was sent to a site and not voided. Source: C13.1.
    pub(super) async fn gather_whistles(&mut self, out: &mut Gathered) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT * FROM whistle_event WHERE town = $1 AND step IN ('arrive', 'reroute') ORDER BY whistle, seq";
        let mut lives: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        self.each(sql, args![town.as_str()], |row| {
            lives.entry(row.text("whistle")?).or_default().push(row.json("content")?);
            Ok(())
        })
        .await?;
        let sql =
            "SELECT * FROM whistle WHERE town = $1 AND sent_at IS NOT NULL AND stage <> 'void' ORDER BY id";
        for row in &self.rows(sql, args![town.as_str()]).await? {
            let record = WhistleRecord::from_row(row)?;
            let whistle = &record.whistle;
            let Some(sent) = whistle.sent_at.filter(|_| whistle.on_site) else { continue };
            let id = whistle.id.as_str();
            let around = out.roll.around(&record.path, out.town);
            let since = Span::since(sent.date());
            let event = out.facts.add_subject(SubjectKind::Event, id, since, 1.0, &around);
            out.facts.add_label(event, WHISTLE, since);
            let tag = [format!("urgency:{}", whistle.kind)];
            out.put("whistle.raised", id, Some(event), &[], since, sent, &tag)?;
            let there: Option<Vec<_>> = whistle.called().map(|body| body.arrived.as_ref()).collect();
            let Some(last) = there.and_then(|all| all.iter().map(|one| one.at).max()) else { continue };
            let orgs: BTreeSet<String> = whistle.called().map(|body| body.org.to_string()).collect();
            let (tags, also) = out.roll.acting(&orgs);
            // Known since the last of them was written down, or whoever did not come was replaced.
            let life = lives.get(id).map_or(&[][..], Vec::as_slice);
            let is_of = |one: &&Event| match &one.act {
                Act::Arrive { org, .. } => orgs.contains(org.as_str()),
                _ => true,
            };
            let known = life.iter().filter(is_of).map(|one| one.at).max().unwrap_or(last);
            out.put("whistle.arrived", id, Some(event), &also, Span::since(last.date()), known, &tags)?;
        }
        Ok(())
    }
}

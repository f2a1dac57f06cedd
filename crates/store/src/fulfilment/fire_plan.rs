//! Special fire plans as facts: in force, countersigned, taken into the spatial and forest plans, with a place for what
//! every village must have. What does not belong here: their rows (`fire_plan`).
//!
//! Source: C5.1–C5.5.

use std::collections::BTreeMap;

use domain::fire_plan::{Act, Event, Frame};
use domain::fulfilment::Span;
use domain::time::{Date, Timestamp};

use super::{Gathered, end_of};
use crate::fire_plan::FirePlanRecord;
use crate::{Read, Result, args};

impl Read {
    /// Every version that was in force. Those voided by this day are left out.
    pub(super) async fn gather_fire_plans(&mut self, out: &mut Gathered, as_of: Date) -> Result<()> {
        let town = self.town.clone();
        let sql = "SELECT plan, content FROM fire_plan_event WHERE town = $1 ORDER BY plan, seq";
        let mut lives: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        for row in &self.rows(sql, args![town.as_str()]).await? {
            lives.entry(row.text("plan")?).or_default().push(row.json("content")?);
        }
        let sql = "SELECT * FROM fire_plan WHERE town = $1 AND (voided_at IS NULL OR voided_at >= $2) \
                   ORDER BY edition";
        for row in &self.rows(sql, args![town.as_str(), end_of(as_of)]).await? {
            let record = FirePlanRecord::from_row(row)?;
            let life = lives.get(record.plan.id.as_str()).map_or(&[][..], Vec::as_slice);
            out.fire_plan(&record, life)?;
        }
        Ok(())
    }
}

impl Gathered {
    fn fire_plan(&mut self, record: &FirePlanRecord, life: &[Event]) -> Result<()> {
        let plan = &record.plan;
        let Some((from, to)) = plan.in_force() else { return Ok(()) };
        if to.is_some_and(|to| to < from) {
            return Ok(());
        }
        let (id, town, span) = (plan.id.as_str(), Some(self.town), Span { from, to });
        let approved = life.iter().rev().find(|event| matches!(event.act, Act::Approve { .. }));
        let at = approved.map_or(record.recorded_at, |event| event.recorded_at);
        let void_on = record.voided_at.map(Timestamp::date);
        let mut put = |kind: &str, subject, span, at, tags: &[&str]| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            self.put_until(kind, id, subject, &[], span, at, void_on, &tags)
        };
        put("document.signed", town, span, at, &["doc:fire_plan"])?;
        for signature in &plan.signatures {
            // The body that signed counts, whatever the organisation is called today.
            let body = format!("org:{}", signature.body);
            put("document.countersigned", town, span, at, &["doc:fire_plan", &body])?;
        }
        for extract in &plan.extracts {
            let tag = match extract.frame {
                Frame::Spatial => "doc:spatial_plan_extract",
                Frame::Forest => "doc:forest_plan_extract",
            };
            let from = extract.on.max(from);
            if to.is_none_or(|to| from <= to) {
                put("document.signed", town, Span { from, to }, extract.recorded_at, &[tag])?;
            }
        }
        for item in plan.items.iter().filter(|item| item.is_placed()) {
            let Some(matter) = item.kind.matter() else { continue };
            let village = self.roll.territories.get(item.village.as_str()).copied();
            let tags = [matter.tag().to_owned()];
            self.put_until("plan.item", id, village, &[], span, at, void_on, &tags)?;
        }
        Ok(())
    }
}

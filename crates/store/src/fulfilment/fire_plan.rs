//! Special fire plans as facts: in force, countersigned, taken into the spatial and forest plans item by item, with a place
//! for what every village must have. What does not belong here: their rows (`fire_plan`).
//!
//! Source: C5.1–C5.5.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::fire_plan::{Act, Event, Frame};
use domain::fulfilment::{Span, SubjectIx};
use domain::plan::SubjectKind;
use domain::time::{Date, Timestamp};

use super::facility::PLANNED;
use super::{Gathered, end_of};
use crate::fire_plan::FirePlanRecord;
use crate::{Read, Result, args};

/// What an item of a plan is known by; as a subject it goes by the version's id and its own.
pub const FIRE_PLAN: &str = "noun:fire_plan";
/// Between the two.
const ITEM: char = '~';

/// The version of a plan that a subject is an item of.
pub fn version_of(subject: &str) -> &str {
    subject.split_once(ITEM).map_or(subject, |(version, _)| version)
}

impl Read {
    /// What items of fire plans are called, by the ids they go by as subjects.
    pub(super) async fn fire_plan_items(&mut self, ids: &[&str]) -> Result<HashMap<String, String>> {
        let versions: BTreeSet<&str> = ids.iter().filter_map(|id| Some(id.split_once(ITEM)?.0)).collect();
        let mut found = HashMap::new();
        for version in versions {
            let Some(record) = self.fire_plan_of(version).await? else { continue };
            for item in record.plan.items {
                found.insert(format!("{version}{ITEM}{}", item.id), item.name);
            }
        }
        Ok(found)
    }

    async fn fire_plan_of(&mut self, id: &str) -> Result<Option<FirePlanRecord>> {
        let town = self.town.clone();
        let sql = "SELECT * FROM fire_plan WHERE town = $1 AND id = $2";
        let rows = self.rows(sql, args![town.as_str(), id]).await?;
        rows.first().map(FirePlanRecord::from_row).transpose()
    }

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
        // Each item is owed to the plan that must take it in, and shows until its article there is named.
        for one in plan.inclusions(life) {
            let village = one.item.village.as_str();
            let mut around: Vec<SubjectIx> =
                self.roll.territories.get(village).copied().into_iter().collect();
            around.push(self.town);
            around.dedup();
            let exists = Span { from: one.from, to: one.to };
            let subject = format!("{id}{ITEM}{}", one.item.id);
            let item = self.facts.add_subject(SubjectKind::Event, &subject, exists, 1.0, &around);
            let (label, tag) = match one.item.kind.frame() {
                Frame::Spatial => ("plan_item:spatial", "doc:spatial_plan_extract"),
                Frame::Forest => ("plan_item:forest", "doc:forest_plan_extract"),
            };
            for label in [FIRE_PLAN, label] {
                self.facts.add_label(item, label, exists);
            }
            if let Some((from, at)) = one.since {
                let (span, tags) = (Span { from, to: one.to }, [tag.to_owned()]);
                self.put_until("document.signed", id, Some(item), &[], span, at, void_on, &tags)?;
            }
        }
        let named = plan.items.iter().filter_map(|item| item.facility.as_ref());
        for facility in named {
            if let Some(facility) = self.facts.subject(SubjectKind::Facility, facility.as_str()) {
                self.facts.add_label(facility, PLANNED, span);
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

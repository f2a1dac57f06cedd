//! Facilities as subjects and facts: built as planned, good, kept by somebody, reached by water. What does not belong
//! here: their rows (`facility`).

use std::collections::{BTreeMap, BTreeSet};

use domain::facility::coverage::covered_days;
use domain::facility::network::{Network, Node, is_part};
use domain::facility::{
    Act, Event, Facility, Held, Shape, Stage, good_days, kept_days, sound_days, standing_days,
};
use domain::fulfilment::{FactIx, Span, SubjectIx};
use domain::geometry::Position;
use domain::ids::FacilityId;
use domain::plan::SubjectKind;
use domain::time::{Date, Timestamp};

use super::acts::Told;
use super::{Gathered, end_of};
use crate::facility::FacilityRecord;
use crate::{Read, Result, args};

/// What a village with a central supply of water is known by, and the class of the facility that says so.
/// Source: C6.3, C6.5.
const CENTRAL_WATER: &str = "central_water";
/// What somebody planned: not what stood when the record began, unless a fire plan in force names it. What is measured as
/// "built of what was planned" counts only these. Source: C6.4, C7.1, C7.2, C7.3.
pub(super) const PLANNED: &str = "tag:planned";
/// What covers a supply area. Source: C6.3.
const HYDRANT: &str = "hydrant";

impl Read {
    /// Every facility planned or standing. Those voided by this day are left out.
    pub(super) async fn gather_facilities(&mut self, out: &mut Gathered, as_of: Date) -> Result<()> {
        let town = self.town.clone();
        let lives = self.facility_lives().await?;
        let sql =
            "SELECT * FROM facility WHERE town = $1 AND (voided_at IS NULL OR voided_at >= $2) ORDER BY id";
        let mut nodes = Vec::new();
        let mut supply = Supply::default();
        for row in &self.rows(sql, args![town.as_str(), end_of(as_of)]).await? {
            let record = FacilityRecord::from_row(row)?;
            let life = lives.get(&record.facility.id).map_or(&[][..], Vec::as_slice);
            out.facility(&record, life)?;
            supply.take(&record.facility, life);
            if is_part(&record.facility.class) {
                nodes.push(node(&record.facility, life));
            }
        }
        out.network(nodes, &lives)?;
        out.covered(&supply)
    }

    /// Takes in a check after its commit; anything else that happens to a facility may change what held before.
    pub async fn gather_facility(&mut self, out: &mut Gathered, id: &FacilityId) -> Result<Told> {
        let events = self.facility_events(id).await?;
        let town = self.town.clone();
        let sql = "SELECT * FROM facility WHERE town = $1 AND id = $2";
        let Some(row) = self.row(sql, args![town.as_str(), id.as_str()]).await? else {
            return Ok(Told::Anew);
        };
        let record = FacilityRecord::from_row(&row)?;
        let subject = out.facts.subject(SubjectKind::Facility, id.as_str());
        match (events.last().map(|event| &event.act), subject) {
            (Some(Act::Maintain { .. }), _) => Ok(Told::Added(Vec::new())),
            // What a hydrant covers is told of the area.
            (Some(Act::Check { .. }), _)
                if record.facility.class == HYDRANT && out.facts.has_source("facility.covered") =>
            {
                Ok(Told::Anew)
            }
            (Some(Act::Check { good: true }), Some(subject)) => {
                let last = good_days(&events).into_iter().last();
                let added = last.map(|held| out.good(&record.facility, subject, &held)).transpose()?;
                Ok(Told::Added(added.flatten().into_iter().collect()))
            }
            _ => Ok(Told::Anew),
        }
    }
}

/// Supply areas somebody drew, and the hydrants that are to cover them. A supply that is only a spot says nothing of how far
/// it reaches: of it there are no data.
#[derive(Default)]
struct Supply {
    areas: Vec<(FacilityId, Vec<Vec<Position>>, Span)>,
    hydrants: Vec<(Position, Vec<Held>)>,
}

impl Supply {
    fn take(&mut self, facility: &Facility, life: &[Event]) {
        match (facility.class.as_str(), &facility.shape, standing_days(life)) {
            (CENTRAL_WATER, Some(Shape::Polygon(rings)), Some(standing)) => {
                self.areas.push((facility.id.clone(), rings.clone(), standing.span));
            }
            (HYDRANT, Some(Shape::Point(at)), _) => self.hydrants.push((*at, good_days(life))),
            _ => {}
        }
    }
}

fn node(facility: &Facility, life: &[Event]) -> Node {
    Node::of(facility, sound_days(life).into_iter().map(|held| held.span).collect())
}

/// When it was planned or found, until it was retired: the days something is owed for it.
fn wanted_days(life: &[Event]) -> Option<Span> {
    let first = life.iter().find(|event| event.stage != Stage::Proposed)?;
    let end = life.iter().find(|event| event.stage == Stage::Retired);
    Some(Span { from: first.on, to: end.map(|event| event.on) })
}

impl Gathered {
    fn facility(&mut self, record: &FacilityRecord, life: &[Event]) -> Result<()> {
        let facility = &record.facility;
        let Some(exists) = wanted_days(life) else { return Ok(()) };
        let around = self.roll.around(&record.path, self.town);
        let id = facility.id.as_str();
        let subject = self.facts.add_subject(SubjectKind::Facility, id, exists, facility.size(), &around);
        let void_on = record.voided_at.map(Timestamp::date);
        self.facts.add_label(subject, &format!("class:{}", facility.class), exists);
        if life.first().is_some_and(|event| event.stage != Stage::Found) {
            self.facts.add_label(subject, PLANNED, exists);
        }
        if let Some(standing) = standing_days(life) {
            self.facts.add_label(subject, "tag:built", standing.span);
            if facility.class == CENTRAL_WATER {
                let is_village = |ix: &&SubjectIx| {
                    self.facts.subject_id(**ix).is_some_and(|(kind, _)| kind == SubjectKind::Village)
                };
                for village in around.iter().filter(is_village).copied().collect::<Vec<_>>() {
                    self.facts.add_label(village, "tag:central_water", standing.span);
                }
            }
            let (at, tags) = (standing.recorded_at, [format!("facility:{}", facility.class)]);
            self.put_until(
                "facility.planned_built",
                id,
                Some(subject),
                &[],
                standing.span,
                at,
                void_on,
                &tags,
            )?;
        }
        for held in good_days(life) {
            self.good(facility, subject, &held)?;
        }
        for (keeping, held) in kept_days(life) {
            for (duty, org) in [("owner", &keeping.owner), ("maintainer", &keeping.maintainer)] {
                let (mut tags, _) = self.roll.acting(&BTreeSet::from([org.to_string()]));
                tags.push(format!("duty:{duty}"));
                let at = held.recorded_at;
                self.put_until(
                    "responsibility.signed",
                    id,
                    Some(subject),
                    &[],
                    held.span,
                    at,
                    void_on,
                    &tags,
                )?;
            }
        }
        Ok(())
    }

    /// A check station that nobody approved only persuades, however good it is. Source: C7.5.
    fn good(&mut self, facility: &Facility, subject: SubjectIx, held: &Held) -> Result<Option<FactIx>> {
        if facility.only_persuades() {
            return Ok(None);
        }
        let (id, tags) = (facility.id.as_str(), [format!("facility:{}", facility.class)]);
        self.put("facility.in_service", id, Some(subject), &[], held.span, held.recorded_at, &tags)
    }

    /// Which supply areas are covered by hydrants, and when. Only where an area was drawn anybody can know. Source: C6.3.
    fn covered(&mut self, supply: &Supply) -> Result<()> {
        if !supply.areas.is_empty() {
            self.facts.connect(["facility.covered"]);
        }
        for (id, rings, standing) in &supply.areas {
            let Some(subject) = self.facts.subject(SubjectKind::Facility, id.as_str()) else { continue };
            self.facts.add_label(subject, "tag:supply_area", *standing);
            for held in covered_days(rings, &supply.hydrants) {
                let (id, at) = (id.as_str(), held.recorded_at);
                self.put("facility.covered", id, Some(subject), &[], held.span, at, &[])?;
            }
        }
        Ok(())
    }

    fn network(&mut self, nodes: Vec<Node>, lives: &BTreeMap<FacilityId, Vec<Event>>) -> Result<()> {
        let net = Network::of(nodes);
        for (id, days) in net.reached_days() {
            let subject = self.facts.subject(SubjectKind::Facility, id.as_str());
            let life = lives.get(id).map_or(&[][..], Vec::as_slice);
            let at = standing_days(life).map(|held| held.recorded_at).unwrap_or_default();
            for span in days {
                self.put("facility.connected", id.as_str(), subject, &[], span, at, &[])?;
            }
        }
        Ok(())
    }
}

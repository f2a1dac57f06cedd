//! Stretches of road as subjects and facts: which vehicle could pass on which days, as it was known. What does not belong
//! here: their rows (`road`), the judgement (`domain::road`).

use std::collections::BTreeMap;

use domain::fulfilment::Span;
use domain::ids::RoadId;
use domain::plan::SubjectKind;
use domain::road::segment::{Event, Passable, life_of_piece, needing_other_days, passable_days};
use domain::time::{Date, Timestamp};
use domain::vehicle::{Class, Vehicle};

use super::{Gathered, end_of};
use crate::road::RoadRecord;
use crate::{Read, Result, args};

impl Read {
    /// Every stretch of road with the days these vehicles could pass it. Those voided by this day are left out. A stretch
    /// counts by its length. Source: C6.6–C6.8.
    pub async fn gather_roads(
        &mut self,
        out: &mut Gathered,
        vehicles: &[Vehicle],
        as_of: Date,
    ) -> Result<()> {
        let town = self.town.clone();
        let lives = self.road_lives().await?;
        let sql = "SELECT * FROM road WHERE town = $1 AND (voided_at IS NULL OR voided_at >= $2) ORDER BY id";
        for row in &self.rows(sql, args![town.as_str(), end_of(as_of)]).await? {
            let record = RoadRecord::from_row(row)?;
            out.road(&record, &whole_life(&lives, &record.segment.id), vehicles)?;
        }
        Ok(())
    }
}

/// What happened to a stretch, and to those it was cut from before it was.
fn whole_life(lives: &BTreeMap<RoadId, Vec<Event>>, id: &RoadId) -> Vec<Event> {
    let own = lives.get(id).map_or(&[][..], Vec::as_slice);
    // Of the first event: it was entered as a piece, or not.
    match own.first().and_then(|first| first.segment.part_of.as_ref()).filter(|whole| *whole != id) {
        Some(whole) => life_of_piece(&whole_life(lives, whole), own),
        None => own.to_vec(),
    }
}

impl Gathered {
    fn road(&mut self, record: &RoadRecord, life: &[Event], vehicles: &[Vehicle]) -> Result<()> {
        let (segment, Some(first)) = (&record.segment, life.first()) else { return Ok(()) };
        let around = self.roll.around(&record.path, self.town);
        let id = segment.id.as_str();
        let exists = Span { from: first.on, to: None };
        let size = segment.length_m().max(1.0);
        let subject = self.facts.add_subject(SubjectKind::Road, id, exists, size, &around);
        self.facts.add_label(subject, &format!("class:{}", segment.rank.code()), exists);
        let void_on = record.voided_at.map(Timestamp::date);
        for vehicle in vehicles {
            if vehicle.class == Class::Engine {
                // A label has no day on which it became known: the last word counts.
                let last = |one: &Passable| one.until_known.is_none();
                for one in needing_other_days(life, vehicle).iter().filter(|one| last(one)) {
                    self.facts.add_label(subject, "tag:not_for_engine", one.held.span);
                }
            }
            if vehicle.class == Class::Foot {
                continue;
            }
            let tags = [format!("vehicle:{}", vehicle.class.code())];
            for one in passable_days(life, vehicle) {
                let (span, at) = (one.held.span, one.held.recorded_at);
                let void_on = [one.until_known, void_on].into_iter().flatten().min();
                self.put_until("road.passable", id, Some(subject), &[], span, at, void_on, &tags)?;
            }
        }
        Ok(())
    }
}

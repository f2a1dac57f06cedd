//! A line that runs along stretches on record under another name: somebody is asked whether it is the same road, measured
//! again, or another beside it; the same takes its place there, and what was stays in the history. What does not belong
//! here: which stretches they are and what a survey does to them (`domain::road::along`).

use std::collections::BTreeMap;

use domain::geometry::{Bounds, Position};
use domain::ids::RoadId;
use domain::policy::Action;
use domain::road::along::{Beside, NEAR_M, Span, beside, bounds};
use domain::road::laid::Laid;
use domain::road::segment::{Act, Segment, nearest};
use domain::time::{Date, Timestamp};
use serde::Serialize;
use store::Write;
use store::road::{RoadFilter, RoadRecord};

use super::import::RoadImportPart;
use super::view::RoadInput;
use super::{event, given, known_path, known_turns, next_code, read_input, subject};
use crate::view::Named;
use crate::{App, Caller, Error, Result};

/// What somebody said of a line that runs along stretches on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// It is the same road, measured again.
    Same,
    /// It is another road.
    New,
}

impl Said {
    /// By its word.
    ///
    /// Errors: there is no such word.
    pub(super) fn read(field: &str, word: &str) -> Result<Self> {
        match word {
            "same" => Ok(Self::Same),
            "new" => Ok(Self::New),
            _ => Err(super::unknown(field)),
        }
    }
}

/// A stretch on record a line runs along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoadAlong {
    /// The stretch.
    pub road: Named,
    /// Its number.
    pub code: String,
    /// How long the piece is on which the two run along each other. Units: m.
    pub length_m: u32,
    /// Whether that is the whole stretch; otherwise it would be cut.
    pub whole: bool,
    /// On what the two differ there, and what would be taken were it the same road.
    pub parts: Vec<RoadImportPart>,
}

/// A row that runs along stretches on record and is called otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoadQuestion {
    /// Row as Excel shows it; of GeoJSON the number of the feature.
    pub row: u32,
    /// What the stretch is called there.
    pub name: String,
    /// The stretches.
    pub along: Vec<RoadAlong>,
    /// How much of it runs along none. Units: m.
    pub rest_m: u32,
}

/// Stretches on record by where they lie, with those that come meanwhile.
#[derive(Default)]
pub(super) struct Lying(Vec<(RoadId, Vec<Position>, Bounds)>);

impl Lying {
    pub(super) fn of(records: &[RoadRecord]) -> Self {
        let mut own = Self::default();
        for record in records {
            own.put(&record.segment);
        }
        own
    }

    /// A stretch as it lies now.
    pub(super) fn put(&mut self, segment: &Segment) {
        let Some(bounds) = bounds(&segment.line) else { return };
        let fresh = (segment.id.clone(), segment.line.clone(), bounds);
        match self.0.iter_mut().find(|(id, ..)| *id == segment.id) {
            Some(known) => *known = fresh,
            None => self.0.push(fresh),
        }
    }

    /// What a line runs along, and the ids of those.
    pub(super) fn beside(&self, line: &[Position]) -> Option<(Beside, Vec<RoadId>)> {
        let known: Vec<_> = self.0.iter().map(|(_, line, bounds)| (line.as_slice(), *bounds)).collect();
        let found = beside(line, &known)?;
        let ids = found.spans.iter().filter_map(|span| Some(self.0.get(span.on)?.0.clone())).collect();
        Some((found, ids))
    }
}

/// How much it is in whole metres.
pub(super) fn metres(length_m: f64) -> u32 {
    length_m.round().clamp(0.0, f64::from(u32::MAX)) as u32
}

/// What is asked of a row, with what would become of each stretch were it the same road.
pub(super) fn question(
    (row, name): (u32, &str),
    (found, records): (&Beside, &[RoadRecord]),
    coming: &Segment,
    said: impl Fn(&str) -> bool,
    today: Date,
) -> RoadQuestion {
    let one = |(span, record): (&Span, &RoadRecord)| {
        let segment = &record.segment;
        RoadAlong {
            road: Named::new(segment.id.as_str(), segment.road.name.as_str()),
            code: segment.code.clone(),
            length_m: metres(span.length_m()),
            whole: span.is_whole,
            parts: span.lay(segment, coming, &said, today).laid.iter().map(RoadImportPart::of).collect(),
        }
    };
    RoadQuestion {
        row,
        name: name.to_owned(),
        along: found.spans.iter().zip(records).map(one).collect(),
        rest_m: metres(found.rest.iter().map(|line| domain::road::along::length_m(line)).sum()),
    }
}

/// Why a line that runs along stretches on record is not entered unasked.
pub(super) fn refused(found: &Beside, records: &[RoadRecord]) -> Error {
    let named = |(span, record): (&Span, &RoadRecord)| {
        let segment = &record.segment;
        format!("{}（{}）{} 米", segment.road.name, segment.code, metres(span.length_m()))
    };
    let roads = found.spans.iter().zip(records).map(named).collect::<Vec<_>>().join("、");
    let message = format!("与已测路段 {roads} 走向重合：请选择是同一条路的复测，还是另一条路");
    Error::field("along", "road.along", &message)
}

impl App {
    /// The stretches a line runs along, as they are on record.
    // Part of a write that somebody else commits.
    pub(super) async fn roads_along(&self, tx: &mut Write, ids: &[RoadId]) -> Result<Vec<RoadRecord>> {
        let whole = Caller::system().scope(Action::RoadRead)?;
        let mut records = Vec::new();
        for id in ids {
            records.push(tx.road(id, &whole).await?.ok_or(Error::NotFound)?);
        }
        Ok(records)
    }

    /// Lays a line somebody drew over the stretches it runs along, when he said it is the same road, and enters what runs along
    /// none; gives the first of those that were measured. None when it runs along none, or is another road.
    ///
    /// Errors: nobody said what it is; nothing on record is older.
    // Part of a write that somebody else commits.
    pub(super) async fn add_along(
        &self,
        caller: &Caller,
        tx: &mut Write,
        asked: &RoadInput,
        now: Timestamp,
    ) -> Result<Option<RoadRecord>> {
        caller.scope(Action::RoadChange)?;
        let decided = said(asked)?;
        // Two who draw the same road at once look one after the other.
        tx.hold_town().await?;
        let coming = known_turns(tx, read_input(asked, None, now.date())?, now.date()).await?;
        known_path(tx, &coming.territory).await?;
        self.refuse_far(tx, "geometry", &coming.line).await?;
        if decided == Some(Said::New) {
            return Ok(None);
        }
        let known = tx.roads(&Caller::system().scope(Action::RoadRead)?, &RoadFilter::default()).await?;
        let Some((found, ids)) = Lying::of(&known).beside(&coming.line) else { return Ok(None) };
        let records = self.roads_along(tx, &ids).await?;
        if decided.is_none() {
            return Err(refused(&found, &records));
        }
        let done =
            self.lay_along(caller, tx, (&found, records), &coming, |part| says(asked, part), now).await?;
        let changed = done.into_iter().find(|(_, laid)| laid.iter().any(|one| one.taken));
        if changed.is_none() && found.rest.is_empty() {
            return Err(Error::field(
                "surveyed_on",
                "road.along_older",
                "这次测量不晚于已测路段，没有可更新的内容：请核对测量日期",
            ));
        }
        let mut first = changed.and_then(|(stretches, _)| stretches.into_iter().next());
        for rest in rest_of(asked, &found) {
            let added = self.add_road_in(caller, tx, &rest, None, now).await?;
            first.get_or_insert(added);
        }
        Ok(first)
    }

    /// Asks of a stretch that is drawn anew whether it is another road than those it runs along now and did not before.
    ///
    /// Errors: nobody said; it is the same road, which is measured where it is on record.
    // Part of a write that somebody else commits.
    pub(super) async fn ask_redrawn(
        &self,
        tx: &mut Write,
        asked: &RoadInput,
        (old, fresh): (&Segment, &Segment),
    ) -> Result<()> {
        let decided = said(asked)?;
        if decided == Some(Said::New) {
            return Ok(());
        }
        let mut known = tx.roads(&Caller::system().scope(Action::RoadRead)?, &RoadFilter::default()).await?;
        known.retain(|one| one.segment.id != old.id);
        let had = Lying::of(&known).beside(&old.line).map(|(_, ids)| ids).unwrap_or_default();
        known.retain(|one| !had.contains(&one.segment.id));
        let Some((found, ids)) = Lying::of(&known).beside(&fresh.line) else { return Ok(()) };
        let records = self.roads_along(tx, &ids).await?;
        match decided {
            None => Err(refused(&found, &records)),
            Some(_) => Err(Error::field(
                "along",
                "road.along_redrawn",
                "同一条路不登记两次：请作废这条路段并写明原因，再到重合的路段上登记复测",
            )),
        }
    }

    /// Lays a survey over the stretches it runs along: each keeps its number, the piece that was measured takes the values.
    /// Gives each of them as it is now, measured piece first, with what differed.
    // Part of a write that somebody else commits.
    pub(super) async fn lay_along(
        &self,
        caller: &Caller,
        tx: &mut Write,
        (found, records): (&Beside, Vec<RoadRecord>),
        coming: &Segment,
        said: impl Fn(&str) -> bool,
        now: Timestamp,
    ) -> Result<Vec<(Vec<RoadRecord>, Vec<Laid>)>> {
        let today = now.date();
        let text = format!("按走向重合的“{}”复测", coming.road.name);
        let mut done: Vec<(Vec<RoadRecord>, Vec<Laid>)> = Vec::new();
        // A stretch that was cut a moment ago goes on under its id as its first piece.
        let mut cut: BTreeMap<RoadId, RoadRecord> = BTreeMap::new();
        for (span, record) in found.spans.iter().zip(records) {
            let record = cut.remove(&record.segment.id).unwrap_or(record);
            caller.hat(Action::RoadChange, &subject(tx, &record).await?)?;
            let measured = span.lay(&record.segment, coming, &said, today);
            if !measured.laid.iter().any(|one| one.taken) {
                done.push((vec![record], measured.laid));
                continue;
            }
            let mut written = Vec::new();
            // All pieces begin with the survey that cuts them: before it the stretch was whole, and no day has neither.
            let since = measured.pieces.get(measured.measured).map_or(today, |piece| piece.since);
            let act = if measured.pieces.len() > 1 { Act::Split } else { Act::Change };
            for (n, piece) in measured.pieces.into_iter().enumerate() {
                let is_measured = n == measured.measured;
                let mut own = RoadRecord { segment: Segment { since, ..piece }, ..record.clone() };
                if n == 0 {
                    own.segment = own.segment.register(today)?;
                    self.save_road_act(caller, tx, &mut own, act, (since, now), &text).await?;
                    cut.insert(own.segment.id.clone(), own.clone());
                } else {
                    own.segment.part_of = Some(record.segment.id.clone());
                    own.segment.id = RoadId::from(self.new_id());
                    own.segment.code = next_code(tx).await?;
                    own.segment = own.segment.register(today)?;
                    (own.version, own.recorded_at) = (1, now);
                    own.recorded_by.clone_from(&caller.name);
                    let event = event(caller, &own.segment, (1, Act::Register), since, now, &text);
                    tx.insert_road(&own, &event).await?;
                }
                written.insert(if is_measured { 0 } else { written.len() }, own);
            }
            done.push((written, measured.laid));
        }
        Ok(done)
    }
}

/// What somebody said of the line he drew, if anything.
///
/// Errors: a word that says nothing.
fn said(asked: &RoadInput) -> Result<Option<Said>> {
    asked.along.as_deref().and_then(given).map(|word| Said::read("along", word)).transpose()
}

/// Whether somebody who drew a line says anything of this: a box that was not ticked says nothing, and what class a road is
/// that is on record is not said by drawing it again.
fn says(asked: &RoadInput, part: &str) -> bool {
    match part {
        "rank" => false,
        "kind" => asked.kind.as_deref().and_then(given).is_some(),
        "one_way" => asked.one_way.as_deref().and_then(given).is_some_and(|word| word != "no"),
        "bridge" => asked.bridge,
        "covered" => asked.covered,
        "private" => asked.private,
        "not_for_engine" => asked.not_for_engine,
        "barriers" => asked.barriers.as_ref().is_some_and(|all| !all.is_empty()),
        "turns" => asked.turns.as_ref().is_some_and(|all| !all.is_empty()),
        _ => true,
    }
}

/// What somebody decided of rows, by their numbers.
///
/// Errors: a word that says nothing.
pub(super) fn decided(decisions: &BTreeMap<String, String>) -> Result<BTreeMap<u32, Said>> {
    let one = |(row, word): (&String, &String)| -> Result<(u32, Said)> {
        let row = row.parse().map_err(|_| super::unknown("decisions"))?;
        Ok((row, Said::read("decisions", word)?))
    };
    decisions.iter().map(one).collect()
}

/// What of a line runs along nothing on record, as it would be typed in: the first piece keeps the number, and what stands in
/// the line goes where it lies.
pub(super) fn rest_of(asked: &RoadInput, found: &Beside) -> Vec<RoadInput> {
    let one = |(n, line): (usize, &Vec<Position>)| RoadInput {
        code: asked.code.clone().filter(|_| n == 0),
        geometry: serde_json::json!({ "type": "LineString", "coordinates": line }),
        barriers: asked.barriers.as_ref().map(|all| {
            all.iter().filter(|one| nearest(line, [one.lon, one.lat]).2 <= NEAR_M).cloned().collect()
        }),
        ..asked.clone()
    };
    found.rest.iter().enumerate().map(one).collect()
}

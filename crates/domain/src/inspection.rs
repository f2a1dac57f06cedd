//! Inspections: who looked at which place with which list, what each item came to, and the hazards that failed items
//! become. A record is checked as a whole and never overwritten. Position and time are evidence, never a condition.
//! What does not belong here: making lists (`checklist`), owing visits (`task`), driving hazards on (`hazard`).

mod problem;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use problem::InspectionProblem;

use crate::geometry::distance_m;
use crate::hazard::{EARLIEST, Find, HazardCode, Level, Photo, Position};
use crate::ids::{AssignmentId, InspectionId, PersonId, PhotoId, PlaceId, TaskId, TownCode};
use crate::time::{Date, Timestamp};

/// How far a phone's clock may run ahead before it is remarked on. Units: milliseconds; our own choice.
const CLOCK_TOLERANCE_MS: i64 = 10 * 60 * 1000;

/// In what power a place is looked at. Papers, signatures and the number of officers differ, the screen does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// 治理检查 by village, grid or department: no coercion.
    Governance,
    /// 法定消防安全检查 by the township. Source: 消防法 art. 31.
    Statutory,
    /// 执法检查, from which a case may follow: two officers who show their certificates.
    Enforcement,
}

/// Why the place is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// 日常.
    Routine,
    /// 专项.
    Special,
    /// 联合.
    Joint,
    /// 复查.
    Recheck,
    /// 督查.
    Supervision,
    /// 举报核查.
    Report,
    /// 节前.
    BeforeHoliday,
}

/// One of those who looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspector {
    /// The person.
    pub person: PersonId,
    /// The hat worn.
    pub assignment: AssignmentId,
    /// 执法证号, if one was used.
    pub certificate_no: Option<String>,
}

/// What the place's own people put under the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Companion {
    /// 已签字.
    Signed {
        /// 陪同人.
        name: String,
        /// The signature.
        signature: PhotoId,
    },
    /// 拒签, or nobody there to sign.
    NotSigned {
        /// Why.
        reason: String,
    },
}

/// A list and the edition the phone worked with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pin {
    /// The block, as `B` or `N`.
    pub code: String,
    /// Its edition.
    pub edition: String,
}

/// What an item came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "value", rename_all = "snake_case")]
pub enum Verdict {
    /// 合格.
    Pass,
    /// 不合格.
    Fail,
    /// 不适用.
    NotApplicable {
        /// Why.
        reason: String,
    },
    /// 未查.
    NotChecked {
        /// Why.
        reason: String,
    },
}

/// The answer to one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The item, as `B06`.
    pub item: String,
    /// What it came to.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What was read off, with its unit, where the item measures something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    /// What else was seen.
    #[serde(default)]
    pub note: String,
    /// Pictures.
    #[serde(default)]
    pub photos: Vec<PhotoId>,
    /// 当场改正: pictures of a minor failing put right within the visit; none when it was not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed: Vec<PhotoId>,
}

/// What was filled in on site, under an id the phone made: handing it in twice is handing it in once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Made by the phone.
    pub id: InspectionId,
    /// The town.
    pub town: TownCode,
    /// The place.
    pub place: PlaceId,
    /// The task it answers, if any.
    pub task: Option<TaskId>,
    /// In what power.
    pub power: Power,
    /// Why.
    pub occasion: Occasion,
    /// Who looked.
    pub inspectors: Vec<Inspector>,
    /// Whether certificates were shown (出示证件).
    pub showed_certificates: bool,
    /// Who signed, or why not.
    pub companion: Companion,
    /// The lists it was filled in with.
    pub pins: Vec<Pin>,
    /// The answers.
    pub answers: Vec<Answer>,
    /// Pictures of the gate and of the whole; recommended.
    pub photos: Vec<PhotoId>,
    /// Where, if the phone knew.
    pub position: Option<Position>,
    /// When it began, by the phone's clock.
    pub started_at: Timestamp,
    /// When it ended, by the phone's clock.
    pub ended_at: Timestamp,
}

/// What the pinned lists say of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRule {
    /// The item's text.
    pub text: String,
    /// Whether it must be answered.
    pub is_mandatory: bool,
    /// Whether a picture is recommended whatever the answer.
    pub is_photo_recommended: bool,
    /// The hazard a failure is.
    pub hazard_code: Option<HazardCode>,
    /// The level a failure suggests; never 重大.
    pub suggested: Level,
}

/// The lists a place gets today, merged: which editions, which items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PinnedList {
    /// The editions.
    pub pins: BTreeSet<Pin>,
    /// The items by code.
    pub items: BTreeMap<String, ItemRule>,
}

/// What an inspection came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 无隐患.
    Clear,
    /// 有隐患.
    Hazards,
    /// 无法检查: no item could be looked at.
    NotPossible,
}

/// Something a reviewer should know, which refuses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Flag {
    /// The phone's clock ran ahead of the platform's.
    ClockAhead {
        /// By how much.
        ahead_ms: i64,
    },
    /// Dated earlier than the phone's count since it was last told the time leaves room for.
    ClockBehind {
        /// By how much at least.
        behind_ms: i64,
    },
    /// Recorded on a later date than it happened.
    LateEntry,
    /// No picture of the gate or the whole.
    NoOverview,
    /// No picture where one is recommended.
    PhotoRecommended {
        /// The item.
        item: String,
    },
    /// The phone was farther from the place than the town allows for, its own inaccuracy taken off.
    FarAway {
        /// How far. Units: metres.
        metres: u32,
    },
    /// Mandatory items left unchecked, with reasons.
    PartlyChecked {
        /// How many.
        items: usize,
    },
    /// A grid manager on patrol who has not passed the training of clause 11.6. Source: handbook T8.
    Untrained {
        /// Who.
        person: PersonId,
    },
    /// Somebody on an enforcement check whom the leader let through without the training.
    Exempted {
        /// Who.
        person: PersonId,
        /// Why.
        reason: String,
        /// Last day of the exemption.
        until: Date,
    },
}

/// A record that was accepted, in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// What was filled in.
    pub record: Record,
    /// What it came to.
    pub outcome: Outcome,
    /// When the platform learned of it.
    pub recorded_at: Timestamp,
    /// 1 as handed in, one more for each correction. Earlier versions stay.
    pub version: u32,
    /// Why there is a later version than the first.
    pub correction: Option<Correction>,
    /// What a reviewer should know.
    pub flags: Vec<Flag>,
}

/// Why a record was corrected (更正).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Who corrected.
    pub by: PersonId,
    /// Why.
    pub reason: String,
}

/// A failed item on its way to becoming a hazard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HazardDraft {
    /// What was found; recurrence is still to be looked up.
    pub find: Find,
    /// The level the item suggests.
    pub suggested: Level,
    /// When it was seen, never later than when it was recorded.
    pub found_at: Timestamp,
    /// What it looked like put right on the spot; none when it was not.
    pub fixed: Vec<Photo>,
}

/// How a record handed in compares with what is there under its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// Nothing is there.
    New,
    /// The same record came before: answer as then, change nothing.
    Again,
    /// Another record has this id.
    Conflict,
}

/// Checks a record as a whole and accepts it.
///
/// Errors: every problem at once, so that the phone can show each beside its item.
pub fn finish(
    record: Record,
    list: &PinnedList,
    now: Timestamp,
) -> Result<Inspection, Vec<InspectionProblem>> {
    accept(record, list, now, 1, None)
}

/// Compares a record handed in with the first version kept under its id.
pub fn receive(first: Option<&Inspection>, record: &Record) -> Receipt {
    match first {
        None => Receipt::New,
        Some(kept) if kept.record == *record => Receipt::Again,
        Some(_) => Receipt::Conflict,
    }
}

impl Inspection {
    /// Makes the next version, with a reason; this one stays as it is.
    ///
    /// Errors: as [`finish`]; also when the reason is blank, or it is about another visit or place.
    pub fn corrected(
        &self,
        record: Record,
        by: PersonId,
        reason: &str,
        list: &PinnedList,
        now: Timestamp,
    ) -> Result<Self, Vec<InspectionProblem>> {
        let mut problems = Vec::new();
        if reason.trim().is_empty() {
            problems.push(InspectionProblem::CorrectionReasonMissing);
        }
        if record.id != self.record.id || record.place != self.record.place {
            problems.push(InspectionProblem::OtherVisit);
        }
        let correction = Correction { by, reason: reason.trim().to_owned() };
        match accept(record, list, now, self.version + 1, Some(correction)) {
            Ok(next) if problems.is_empty() => Ok(next),
            Ok(_) => Err(problems),
            Err(more) => {
                problems.extend(more);
                Err(problems)
            }
        }
    }

    /// The items that failed.
    pub fn failed_items(&self) -> impl Iterator<Item = &Answer> {
        self.record.answers.iter().filter(|answer| answer.verdict == Verdict::Fail)
    }

    /// The hazards this version adds to what `before` already gave; all of them when there is none before.
    pub fn hazard_drafts(&self, list: &PinnedList, before: Option<&Self>) -> Vec<HazardDraft> {
        let known: BTreeSet<&str> =
            before.into_iter().flat_map(Self::failed_items).map(|answer| answer.item.as_str()).collect();
        self.failed_items()
            .filter(|answer| !known.contains(answer.item.as_str()))
            .filter_map(|answer| Some(self.draft(answer, list.items.get(&answer.item)?)))
            .collect()
    }

    fn draft(&self, answer: &Answer, rule: &ItemRule) -> HazardDraft {
        let note = answer.note.trim();
        let photo = |id: &PhotoId| Photo { id: id.clone(), item: Some(answer.item.clone()) };
        let find = Find {
            town: self.record.town.clone(),
            place: self.record.place.clone(),
            item: Some(answer.item.clone()),
            code: rule.hazard_code.clone().unwrap_or_else(HazardCode::other),
            description: if note.is_empty() { format!("不符合：{}", rule.text) } else { note.to_owned() },
            photos: answer.photos.iter().map(photo).collect(),
            recurrence_of: None,
            sortie: None,
        };
        // Only the fire rescue organ determines 重大, whatever a list may suggest.
        let suggested = rule.suggested.min(Level::MajorSuspect);
        HazardDraft {
            find,
            suggested,
            found_at: self.record.ended_at.min(self.recorded_at),
            fixed: answer.fixed.iter().map(photo).collect(),
        }
    }
}

fn accept(
    record: Record,
    list: &PinnedList,
    now: Timestamp,
    version: u32,
    correction: Option<Correction>,
) -> Result<Inspection, Vec<InspectionProblem>> {
    let mut problems = people_problems(&record);
    problems.extend(clock_problems(&record));
    problems.extend(answer_problems(&record, list));
    if !problems.is_empty() {
        return Err(problems);
    }
    let flags = flags(&record, list, now);
    let outcome = outcome(&record.answers);
    Ok(Inspection { record, outcome, recorded_at: now, version, correction, flags })
}

/// Source of the two officers and their certificates: 行政处罚法 (2021) arts. 42 and 55, 消防法 art. 53; of those without one
/// who help them: the plan, clause 11. Whether these may help is the gate's business (`gate`).
fn people_problems(record: &Record) -> Vec<InspectionProblem> {
    let mut problems = Vec::new();
    let people: BTreeSet<&PersonId> = record.inspectors.iter().map(|inspector| &inspector.person).collect();
    if people.is_empty() {
        problems.push(InspectionProblem::NobodyInspected);
    }
    if record.power == Power::Enforcement {
        let is_certified =
            |one: &&Inspector| one.certificate_no.as_deref().is_some_and(|n| !n.trim().is_empty());
        let certified = record.inspectors.iter().filter(is_certified);
        let officers: BTreeSet<&PersonId> = certified.map(|inspector| &inspector.person).collect();
        if officers.len() < 2 {
            problems.push(InspectionProblem::TwoOfficersNeeded);
        }
        if !record.showed_certificates || officers.is_empty() {
            problems.push(InspectionProblem::CertificatesNotShown);
        }
    }
    match &record.companion {
        Companion::Signed { name, .. } if name.trim().is_empty() => {
            problems.push(InspectionProblem::CompanionUnnamed);
        }
        Companion::NotSigned { reason } if reason.trim().is_empty() => {
            problems.push(InspectionProblem::RefusalUnexplained);
        }
        Companion::Signed { .. } | Companion::NotSigned { .. } => {}
    }
    problems
}

fn clock_problems(record: &Record) -> Vec<InspectionProblem> {
    let mut problems = Vec::new();
    if record.started_at < EARLIEST {
        problems.push(InspectionProblem::HappenedBefore2023);
    }
    if record.ended_at < record.started_at {
        problems.push(InspectionProblem::EndedBeforeStarted);
    }
    problems
}

fn answer_problems(record: &Record, list: &PinnedList) -> Vec<InspectionProblem> {
    let pins: BTreeSet<Pin> = record.pins.iter().cloned().collect();
    let mut problems: Vec<_> = pins
        .symmetric_difference(&list.pins)
        .map(|pin| InspectionProblem::OtherEdition { code: pin.code.clone(), edition: pin.edition.clone() })
        .collect();
    let mut answered = BTreeSet::new();
    for answer in &record.answers {
        let item = || answer.item.clone();
        if !answered.insert(answer.item.as_str()) {
            problems.push(InspectionProblem::AnsweredTwice { item: item() });
        }
        if !list.items.contains_key(&answer.item) {
            problems.push(InspectionProblem::UnknownItem { item: item() });
        }
        let is_minor = list.items.get(&answer.item).is_none_or(|rule| rule.suggested == Level::General);
        if !answer.fixed.is_empty() && (answer.verdict != Verdict::Fail || !is_minor) {
            problems.push(InspectionProblem::NotFixedOnSpot { item: item() });
        }
        match &answer.verdict {
            Verdict::Fail if answer.photos.is_empty() => {
                problems.push(InspectionProblem::PhotoMissing { item: item() });
            }
            Verdict::NotApplicable { reason } | Verdict::NotChecked { reason }
                if reason.trim().is_empty() =>
            {
                problems.push(InspectionProblem::ReasonMissing { item: item() });
            }
            Verdict::Pass | Verdict::Fail | Verdict::NotApplicable { .. } | Verdict::NotChecked { .. } => {}
        }
    }
    let unanswered =
        list.items.iter().filter(|(item, rule)| rule.is_mandatory && !answered.contains(item.as_str()));
    problems.extend(unanswered.map(|(item, _)| InspectionProblem::Unanswered { item: item.clone() }));
    problems
}

/// Whether a record was made farther from its place than `within_m`, as something for a reviewer to know: position is
/// evidence and no condition. None when the phone or the register does not know where. Source: handbook of the field, §4.1.
///
/// Units: metres; `place` is longitude and latitude in degrees.
pub fn far_away(position: Option<Position>, place: Option<[f64; 2]>, within_m: u32) -> Option<Flag> {
    let (at, place) = (position?, place?);
    let here = [f64::from(at.lng_e7) / 1e7, f64::from(at.lat_e7) / 1e7];
    let metres = distance_m(here, place);
    let sure = metres - f64::from(at.accuracy_m.unwrap_or(0));
    (sure > f64::from(within_m)).then_some(Flag::FarAway { metres: metres.round() as u32 })
}

/// Whether a record is dated before it can have ended, as something for a reviewer to know. `earliest`: see
/// [`crate::time::Timing::between`].
pub fn clock_behind(record: &Record, earliest: Timestamp) -> Option<Flag> {
    let behind_ms = earliest.0.saturating_sub(record.ended_at.0);
    (behind_ms > CLOCK_TOLERANCE_MS).then_some(Flag::ClockBehind { behind_ms })
}

fn outcome(answers: &[Answer]) -> Outcome {
    if answers.iter().any(|answer| answer.verdict == Verdict::Fail) {
        return Outcome::Hazards;
    }
    if answers.iter().any(|answer| answer.verdict == Verdict::Pass) {
        return Outcome::Clear;
    }
    Outcome::NotPossible
}

fn flags(record: &Record, list: &PinnedList, now: Timestamp) -> Vec<Flag> {
    let mut flags = Vec::new();
    let ahead_ms = record.ended_at.0.saturating_sub(now.0);
    if ahead_ms > CLOCK_TOLERANCE_MS {
        flags.push(Flag::ClockAhead { ahead_ms });
    }
    if record.ended_at.date() < now.date() {
        flags.push(Flag::LateEntry);
    }
    if record.photos.is_empty() {
        flags.push(Flag::NoOverview);
    }
    let rule = |answer: &Answer| list.items.get(&answer.item);
    let bare = record.answers.iter().filter(|answer| {
        let was_looked_at = matches!(answer.verdict, Verdict::Pass | Verdict::Fail);
        was_looked_at && answer.photos.is_empty() && rule(answer).is_some_and(|r| r.is_photo_recommended)
    });
    flags.extend(bare.map(|answer| Flag::PhotoRecommended { item: answer.item.clone() }));
    let skipped = record.answers.iter().filter(|answer| {
        matches!(answer.verdict, Verdict::NotChecked { .. }) && rule(answer).is_some_and(|r| r.is_mandatory)
    });
    let items = skipped.count();
    if items > 0 {
        flags.push(Flag::PartlyChecked { items });
    }
    flags
}

//! Facts that follow from a hazard, its events and a date: overdue, due soon, recurrence, timeline, photo pairs. None of
//! them is stored. What does not belong here: anything that changes a hazard.

use std::collections::BTreeMap;

use chrono::Months;
use serde::{Deserialize, Serialize};

use super::event::{Actor, Event, Step};
use super::terms::{Fix, HazardCode, Level, Measure, Rectification};
use super::{Hazard, RECHECK_WORKING_DAYS, State};
use crate::calendar::Calendar;
use crate::ids::{HazardId, PhotoId, PlaceId};
use crate::time::{Date, Timestamp};

/// Within how many months after closing the same trouble counts as a recurrence. Source: definition of metric M11.
const RECURRENCE_MONTHS: u32 = 12;

/// What the store keeps in columns of its own, to search and sort by. Everything else is in the events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Columns {
    /// [`Level::code`]; none until graded.
    pub level: Option<&'static str>,
    /// [`State::code`].
    pub state: &'static str,
    /// [`Measure::code`]; none without a running or finished measure.
    pub measure: Option<&'static str>,
    /// The deadline in force.
    pub deadline_on: Option<Date>,
    /// The first deadline ever set.
    pub original_deadline_on: Option<Date>,
    /// Last date for the re-check.
    pub recheck_due_on: Option<Date>,
    /// [`super::Extension::code`]; none without a measure.
    pub extension: Option<&'static str>,
    /// The closed hazard this one repeats.
    pub recurrence_of: Option<HazardId>,
    /// How many events made it: the version to compare on writing.
    pub version: u32,
}

impl Hazard {
    /// The columns of this hazard.
    pub fn columns(&self) -> Columns {
        let running = self.rectification();
        Columns {
            level: self.level.map(Level::code),
            state: self.state.code(),
            measure: running.map(|r| r.measure.code()),
            deadline_on: running.map(|r| r.deadline_on),
            original_deadline_on: self.original_deadline_on,
            recheck_due_on: running.map(|r| r.recheck_due_on),
            extension: running.map(|r| r.extension.code()),
            recurrence_of: self.find.recurrence_of.clone(),
            version: self.version,
        }
    }

    /// The last date on which the unit may still have to do with it: that of the re-check after the deadline in force,
    /// extension included, however early a fix came in; none where nothing is asked of the unit any more.
    pub fn unit_until(&self, calendar: &Calendar) -> Option<Date> {
        let running = self.rectification().filter(|_| self.is_open())?;
        let looked_at = calendar.working_day_after(running.deadline_on, RECHECK_WORKING_DAYS);
        Some(looked_at.unwrap_or(running.deadline_on).max(running.recheck_due_on))
    }

    /// What has to be fixed, at any stage that knows it.
    pub fn rectification(&self) -> Option<&Rectification> {
        match &self.state {
            State::MeasureOrdered(rectification) | State::Rectifying(rectification) => Some(rectification),
            State::FixSubmitted { rectification, .. }
            | State::Rechecking { rectification, .. }
            | State::Passed { rectification, .. }
            | State::Closed { rectification, .. } => Some(rectification),
            State::Transferred { rectification, .. } => rectification.as_ref(),
            State::Found
            | State::Graded
            | State::LongTermControl { .. }
            | State::Reopened
            | State::False
            | State::Voided => None,
        }
    }

    /// The fix under re-check or accepted.
    pub fn fix(&self) -> Option<&Fix> {
        match &self.state {
            State::FixSubmitted { fix, .. } => Some(fix),
            State::Rechecking { fix, .. } | State::Passed { fix, .. } | State::Closed { fix, .. } => {
                fix.as_ref()
            }
            _ => None,
        }
    }

    /// Whether somebody still has to do something about it.
    pub fn is_open(&self) -> bool {
        !Stage::ENDED.contains(&self.state.stage())
    }

    /// The deadline of a fix still awaited.
    pub fn awaited_on(&self) -> Option<Date> {
        match &self.state {
            State::MeasureOrdered(running) | State::Rectifying(running) => Some(running.deadline_on),
            _ => None,
        }
    }

    /// Whether the fix is awaited and its deadline has passed.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.awaited_on().is_some_and(|deadline_on| deadline_on < today)
    }

    /// How far past the deadline the fix is, or was when handed in. Units: calendar days; 0 when in time.
    pub fn days_over(&self, today: Date) -> u32 {
        let Some(running) = self.rectification() else { return 0 };
        let until = match (&self.state, self.fix()) {
            (State::Transferred { on, .. }, _) => *on,
            (_, Some(fix)) => fix.at.date(),
            (
                State::Passed { recheck: Some(recheck), .. } | State::Closed { recheck: Some(recheck), .. },
                None,
            ) => recheck.at.date(),
            _ => today,
        };
        u32::try_from((until - running.deadline_on).num_days()).unwrap_or(0)
    }

    /// Whether the fix is awaited within so many calendar days, today included.
    pub fn is_due_soon(&self, today: Date, within_days: u16) -> bool {
        self.awaited_on().is_some_and(|deadline_on| {
            (0..=i64::from(within_days)).contains(&(deadline_on - today).num_days())
        })
    }

    /// Whether somebody should have looked again by now, and has not.
    pub fn is_recheck_overdue(&self, today: Date) -> bool {
        let is_awaited = matches!(
            self.state,
            State::MeasureOrdered(_)
                | State::Rectifying(_)
                | State::FixSubmitted { .. }
                | State::Rechecking { .. }
        );
        is_awaited && self.rectification().is_some_and(|running| running.recheck_due_on < today)
    }

    /// Whether it was closed by the first deadline; none while open. Extension and new deadlines do not help.
    pub fn is_closed_in_original_time(&self) -> Option<bool> {
        let closed_on = self.state.closed_on()?;
        Some(closed_on <= self.original_deadline_on?)
    }

    /// Where it stands, in one Chinese phrase for lists and pages.
    pub fn stage_label(&self, today: Date) -> String {
        let mut label = self.state.label().to_owned();
        if self.is_open() && !self.escalations.is_empty() {
            label.push_str("·督办");
        }
        if self.is_overdue(today) {
            label.push_str(&format!("·逾期 {} 天", self.days_over(today)));
        } else if self.is_recheck_overdue(today) {
            label.push_str("·复查逾期");
        }
        label
    }

    /// Photos before and after, item by item; a photo that names no item belongs to the hazard's own.
    pub fn photo_pairs(&self) -> Vec<PhotoPair> {
        let mut pairs: BTreeMap<Option<String>, PhotoPair> = BTreeMap::new();
        let after = self.fix().map(|fix| fix.photos.as_slice()).unwrap_or_default();
        let sides = self.find.photos.iter().map(|p| (p, true)).chain(after.iter().map(|p| (p, false)));
        for (photo, is_before) in sides {
            let item = photo.item.clone().or_else(|| self.find.item.clone());
            let pair =
                pairs.entry(item.clone()).or_insert_with(|| PhotoPair { item, ..PhotoPair::default() });
            let side = if is_before { &mut pair.before } else { &mut pair.after };
            side.push(photo.id.clone());
        }
        pairs.into_values().collect()
    }
}

/// The pictures of one item before and after the fix.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoPair {
    /// The checklist item.
    pub item: Option<String>,
    /// As found.
    pub before: Vec<PhotoId>,
    /// As fixed.
    pub after: Vec<PhotoId>,
}

/// A stage without its evidence: the words that lists count by and rows are found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the state of the same name")]
pub enum Stage {
    Found,
    Graded,
    MeasureOrdered,
    Rectifying,
    FixSubmitted,
    Rechecking,
    Passed,
    Closed,
    Transferred,
    LongTermControl,
    Reopened,
    False,
    Voided,
}

impl Stage {
    /// The one of a code, as it is kept.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }

    /// Every one, in the order of a hazard's life.
    pub const ALL: [Self; 13] = [
        Self::Found,
        Self::Graded,
        Self::MeasureOrdered,
        Self::Rectifying,
        Self::FixSubmitted,
        Self::Rechecking,
        Self::Passed,
        Self::Closed,
        Self::Transferred,
        Self::LongTermControl,
        Self::Reopened,
        Self::False,
        Self::Voided,
    ];
    /// Nobody has to do anything any more.
    pub const ENDED: [Self; 3] = [Self::Closed, Self::False, Self::Voided];
    /// A fix is awaited.
    pub const AWAITED: [Self; 2] = [Self::MeasureOrdered, Self::Rectifying];
    /// A fix is there and somebody has to look.
    pub const HANDED_IN: [Self; 2] = [Self::FixSubmitted, Self::Rechecking];
    /// Nobody has told the unit yet, although the hazard is graded.
    pub const UNTOLD: [Self; 2] = [Self::Graded, Self::Reopened];

    /// The stage in Chinese.
    pub fn label(self) -> &'static str {
        match self {
            Self::Found => "已发现",
            Self::Graded => "已定级",
            Self::MeasureOrdered => "已发通知",
            Self::Rectifying => "整改中",
            Self::FixSubmitted => "待复查",
            Self::Rechecking => "复查中",
            Self::Passed => "待销案",
            Self::Closed => "已销案",
            Self::Transferred => "已移送",
            Self::LongTermControl => "长期管控",
            Self::Reopened => "已重新打开",
            Self::False => "不属实",
            Self::Voided => "已作废",
        }
    }

    /// The stage as stored and sent.
    pub fn code(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Graded => "graded",
            Self::MeasureOrdered => "measure_ordered",
            Self::Rectifying => "rectifying",
            Self::FixSubmitted => "fix_submitted",
            Self::Rechecking => "rechecking",
            Self::Passed => "passed",
            Self::Closed => "closed",
            Self::Transferred => "transferred",
            Self::LongTermControl => "long_term_control",
            Self::Reopened => "reopened",
            Self::False => "false",
            Self::Voided => "voided",
        }
    }
}

impl State {
    /// The stage alone.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Found => Stage::Found,
            Self::Graded => Stage::Graded,
            Self::MeasureOrdered(_) => Stage::MeasureOrdered,
            Self::Rectifying(_) => Stage::Rectifying,
            Self::FixSubmitted { .. } => Stage::FixSubmitted,
            Self::Rechecking { .. } => Stage::Rechecking,
            Self::Passed { .. } => Stage::Passed,
            Self::Closed { .. } => Stage::Closed,
            Self::Transferred { .. } => Stage::Transferred,
            Self::LongTermControl { .. } => Stage::LongTermControl,
            Self::Reopened => Stage::Reopened,
            Self::False => Stage::False,
            Self::Voided => Stage::Voided,
        }
    }

    /// The stage in Chinese.
    pub fn label(&self) -> &'static str {
        self.stage().label()
    }

    /// The stage as stored and sent.
    pub fn code(&self) -> &'static str {
        self.stage().code()
    }
}

/// How like the earlier hazard is, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sameness {
    /// The same hazard category, which already makes a recurrence.
    Category,
    /// The same code of the dictionary.
    Code,
    /// The same checklist item.
    Item,
}

/// A closed hazard that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    /// The closed one.
    pub of: HazardId,
    /// How like it is.
    pub sameness: Sameness,
}

/// Finds the closed hazard a new find repeats: same place, same category, closed within twelve months before.
/// The likest wins, among equals the last closed.
pub fn recurrence<'a>(
    place: &PlaceId,
    item: Option<&str>,
    code: &HazardCode,
    found_on: Date,
    earlier: impl IntoIterator<Item = &'a Hazard>,
) -> Option<Recurrence> {
    earlier
        .into_iter()
        .filter(|past| past.find.place == *place)
        .filter_map(|past| {
            let closed_on = past.state.closed_on()?;
            let until = closed_on.checked_add_months(Months::new(RECURRENCE_MONTHS))?;
            let sameness = sameness(item, code, past)?;
            (closed_on <= found_on && found_on <= until).then_some((sameness, closed_on, past))
        })
        .max_by_key(|(sameness, closed_on, _)| (*sameness, *closed_on))
        .map(|(sameness, _, past)| Recurrence { of: past.id.clone(), sameness })
}

fn sameness(item: Option<&str>, code: &HazardCode, past: &Hazard) -> Option<Sameness> {
    if item.is_some() && item == past.find.item.as_deref() {
        return Some(Sameness::Item);
    }
    if *code == past.find.code {
        return Some(Sameness::Code);
    }
    (code.category() == past.find.code.category()).then_some(Sameness::Category)
}

/// One line of a hazard's page: what happened, when, and when that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The step.
    pub step: Step,
    /// Contents in a sentence; may be empty.
    pub detail: String,
    /// Who.
    pub actor: Actor,
    /// When it happened.
    pub happened_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The paper, by number.
    pub document_no: Option<String>,
    /// Whether it was recorded on a later date than it happened.
    pub is_late_entry: bool,
}

/// The events as people read them: by when things happened, and in the order of recording where that is equal.
pub fn timeline(events: &[Event]) -> Vec<Fact> {
    let mut sorted: Vec<&Event> = events.iter().collect();
    sorted.sort_by_key(|event| (event.act.happened_at, event.version));
    sorted
        .into_iter()
        .map(|event| Fact {
            step: event.kind.step(),
            detail: event.kind.detail(),
            actor: event.act.actor.clone(),
            happened_at: event.act.happened_at,
            recorded_at: event.recorded_at,
            document_no: event.act.document_no.clone(),
            is_late_entry: event.is_late_entry(),
        })
        .collect()
}

impl Measure {
    /// The measure in Chinese; only an order carries the word of an order.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Advice { .. } => "督促整改",
            Self::Order { .. } => "责令改正",
            Self::OrganNotice(_) => "重大火灾隐患整改通知",
        }
    }
}

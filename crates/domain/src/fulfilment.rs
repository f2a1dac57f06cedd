//! Fulfilment: what was due, met, late, partial, missing, waived, not applicable, without data, as it was known on a
//! day. Computed from the plan and the record of one town, never stored. What does not belong here: reading the
//! record (`store`), who may see it (`policy`).
//!
//! Rules (the measurement model of the duty catalogue):
//! - An occurrence is duty × subject × window. It is *due* once its window, with any grace, is over; before that it is
//!   open or already done ([`Status::Ahead`]), and neither enters the ratio.
//! - Ratio = Σ weight × score / Σ weight over what is due; met 1, late and partial by the town's parameters, unmet 0.
//!   Waived and not applicable leave the denominator and are counted beside it.
//! - Who entered too late in a window owes nothing in it; what was done in time all the same counts as done, so that a
//!   record never makes less of a figure.
//! - A standing duty scores the share of its days on which it was held.
//! - Without a source of data there is no score at all, neither 0 nor 1.
//! - What is only encouraged, or weighs nothing, is reported and never scored: it is in no figure of several duties, neither
//!   above nor below the line, and is counted beside them.
//! - A fact counts from the day it was *recorded*; which window it serves is decided by the day it *happened*.

pub mod board;
pub mod facts;
mod judge;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    calendar::Calendar,
    period::Window,
    plan::{Duty, Plan, SCORE_LATE, SCORE_PARTIAL},
    time::Date,
};
pub use facts::{FactIx, FactRefusal, Facts, NewFact, Span, SubjectIx};
use judge::Judge;

/// How one occurrence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// 未到期: the window has not begun.
    NotDue,
    /// 进行中: the window (with grace) is not over, and not all is done.
    Open,
    /// 已提前落实: all is done before the window is over.
    Ahead,
    /// 已落实.
    Met,
    /// 逾期落实.
    Late,
    /// 部分落实.
    Partial,
    /// 未落实.
    Unmet,
    /// 豁免.
    Waived,
    /// 不适用: entered too late, left before it was due, or only encouraged and not done.
    NotApplicable,
    /// 无数据: no source for the facts it asks for.
    NoData,
}

impl Status {
    /// All statuses.
    pub const ALL: [Self; 10] = [
        Self::NotDue,
        Self::Open,
        Self::Ahead,
        Self::Met,
        Self::Late,
        Self::Partial,
        Self::Unmet,
        Self::Waived,
        Self::NotApplicable,
        Self::NoData,
    ];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotDue => "not_due",
            Self::Open => "open",
            Self::Ahead => "ahead",
            Self::Met => "met",
            Self::Late => "late",
            Self::Partial => "partial",
            Self::Unmet => "unmet",
            Self::Waived => "waived",
            Self::NotApplicable => "not_applicable",
            Self::NoData => "no_data",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotDue => "未到期",
            Self::Open => "进行中",
            Self::Ahead => "已提前落实",
            Self::Met => "已落实",
            Self::Late => "逾期落实",
            Self::Partial => "部分落实",
            Self::Unmet => "未落实",
            Self::Waived => "豁免",
            Self::NotApplicable => "不适用",
            Self::NoData => "无数据",
        }
    }
}

/// Why an occurrence is [`Status::NotApplicable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotOwed {
    /// The subject entered, or the duty began to count, too late in the window.
    EnteredLate,
    /// The subject left before it was due.
    Left,
    /// Only encouraged, and not done.
    Encouraged,
}

impl NotOwed {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::EnteredLate, Self::Left, Self::Encouraged];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::EnteredLate => "entered_late",
            Self::Left => "left",
            Self::Encouraged => "encouraged",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::EnteredLate => "本期较晚才列入或起计，做了才计入",
            Self::Left => "到期前已退出",
            Self::Encouraged => "倡导事项，没有做的不计",
        }
    }
}

/// A duty excused for a time, with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Id of the record.
    pub id: String,
    /// The duty.
    pub duty: String,
    /// The subject; none for all.
    pub subject: Option<SubjectIx>,
    /// First day.
    pub from: Date,
    /// Last day. A window is excused when its last day lies in the waiver.
    pub to: Date,
    /// Day it was recorded.
    pub recorded_on: Date,
    /// Why, for people.
    pub reason: String,
}

impl Waiver {
    fn covers(&self, subject: SubjectIx, due: Date) -> bool {
        self.subject.is_none_or(|one| one == subject) && self.from <= due && due <= self.to
    }
}

/// Why a duty is excused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaiverKind {
    /// 暂缓: it will be done later.
    Postponed,
    /// 客观无法开展: nobody could do it in that time.
    Impossible,
    /// 已由其他工作覆盖: another act has the same effect.
    Covered,
}

impl WaiverKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Postponed, Self::Impossible, Self::Covered];

    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Postponed => "postponed",
            Self::Impossible => "impossible",
            Self::Covered => "covered",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Postponed => "暂缓",
            Self::Impossible => "客观无法开展",
            Self::Covered => "已由其他工作覆盖",
        }
    }

    /// The one with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// What `done` and `needed` of a duty's occurrences are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CountedIn {
    /// 天: a standing duty.
    Days,
    /// 人: different people.
    People,
    /// 个单位: different bodies.
    Bodies,
    /// 类: different sorts of something.
    Sorts,
    /// 项: records.
    Records,
}

impl CountedIn {
    /// Stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::People => "people",
            Self::Bodies => "bodies",
            Self::Sorts => "sorts",
            Self::Records => "records",
        }
    }

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Days => "天",
            Self::People => "人",
            Self::Bodies => "个单位",
            Self::Sorts => "类",
            Self::Records => "项",
        }
    }
}

/// One duty for one subject in one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// For whom or what.
    pub subject: SubjectIx,
    /// Position in the windows of its [`DutyReport`].
    pub window: u32,
    /// How it stands.
    pub status: Status,
    /// How much is done. Units: facts, or days for a standing duty.
    pub done: u32,
    /// How much is needed, in the same unit.
    pub needed: u32,
    /// Why it is not applicable; none with any other status.
    pub not_owed: Option<NotOwed>,
}

impl Occurrence {
    fn is_not_owed(&mut self, why: NotOwed) {
        self.status = Status::NotApplicable;
        self.not_owed = Some(why);
    }
}

/// Counts of occurrences by status, and the score of what is due.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    /// In the order of [`Status`].
    counts: [u32; 10],
    /// Σ weight × score over what is due and scored.
    pub scored: f64,
    /// Σ weight over what is due and scored.
    pub weight: f64,
    /// Occurrences of duties that are not scored, in none of the counts.
    beside: u32,
}

/// A ratio in percent as it is shown everywhere: cut off after a tenth, never rounded. Only the whole is 100, and only
/// nothing is 0.
pub fn percent(ratio: f64) -> f64 {
    match ratio {
        ratio if ratio >= 1.0 => 100.0,
        ratio if ratio > 0.0 => ((ratio * 1000.0 + 1e-9).floor() / 10.0).clamp(0.1, 99.9),
        _ => 0.0,
    }
}

/// By how much something falls short at most, in percent: cut upwards after a tenth, for what is promised must hold.
pub fn percent_at_most(ratio: f64) -> f64 {
    (ratio.max(0.0) * 1000.0 - 1e-9).ceil().max(0.0) / 10.0
}

impl Tally {
    /// How many occurrences have this status.
    pub fn count(&self, status: Status) -> u32 {
        self.counts.get(status as usize).copied().unwrap_or(0)
    }

    /// Occurrences that were due and not excused: met, late, partial and unmet.
    pub fn due(&self) -> u32 {
        [Status::Met, Status::Late, Status::Partial, Status::Unmet]
            .map(|status| self.count(status))
            .iter()
            .sum()
    }

    /// All occurrences, without those counted beside.
    pub fn total(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// 不计入: occurrences of duties that are not scored, where several duties are summed up.
    pub fn beside(&self) -> u32 {
        self.beside
    }

    /// Fulfilment from 0 to 1; none when nothing was due, when there is no data, and for what is only encouraged.
    pub fn ratio(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.scored / self.weight)
    }

    /// Counts one more occurrence; with a score it also enters the ratio.
    pub fn add(&mut self, status: Status, score: Option<f64>, weight: f64) {
        if let Some(count) = self.counts.get_mut(status as usize) {
            *count += 1;
        }
        if let Some(score) = score {
            self.scored += score * weight;
            self.weight += weight;
        }
    }

    /// Adds another tally, each of its due occurrences weighing `weight` whatever unit it was weighed in before. What
    /// weighs nothing is counted beside.
    pub fn add_weighted(&mut self, other: &Self, weight: f64) {
        self.beside += other.beside;
        if weight <= 0.0 {
            self.beside += other.total();
            return;
        }
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine += theirs;
        }
        if let Some(ratio) = other.ratio() {
            let due = f64::from(other.due()) * weight;
            self.scored += ratio * due;
            self.weight += due;
        }
    }
}

/// One duty over the dates asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct DutyReport {
    /// Id of the duty.
    pub duty: String,
    /// Windows its occurrences refer to; for an event duty one for each event.
    pub windows: Vec<Window>,
    /// By subject, then window.
    pub occurrences: Vec<Occurrence>,
    /// Summed up. A subject's size is its weight where the duty says so.
    pub tally: Tally,
    /// False: shown as 无数据 even where no occurrence could be listed.
    pub has_data: bool,
}

/// All duties of the plan, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// One for each duty of the plan.
    pub duties: Vec<DutyReport>,
}

impl Report {
    /// One duty.
    pub fn duty(&self, id: &str) -> Option<&DutyReport> {
        self.duties.iter().find(|report| report.duty == id)
    }

    /// A clause: every due occurrence of its duties, weighed by the duty's weight.
    pub fn clause(&self, plan: &Plan, clause: &str) -> Tally {
        self.sum(plan, |duty| duty.clause == clause)
    }

    /// The whole plan.
    pub fn whole(&self, plan: &Plan) -> Tally {
        self.sum(plan, |_| true)
    }

    fn sum(&self, plan: &Plan, chosen: impl Fn(&Duty) -> bool) -> Tally {
        let mut tally = Tally::default();
        for (duty, report) in plan.duties.iter().zip(&self.duties).filter(|(duty, _)| chosen(duty)) {
            tally.add_weighted(&report.tally, duty.scored_weight());
        }
        tally
    }
}

/// A recorded fact behind a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRef {
    /// Kind of fact.
    pub kind: &'static str,
    /// Id of the record.
    pub id: String,
    /// Day it happened.
    pub happened_on: Date,
    /// Day it was recorded.
    pub recorded_on: Date,
    /// Whether the figure is made of it; false for what came besides once enough was there, or not in time.
    pub counts: bool,
}

/// What is asked: the duties of a plan between two dates, as known on a day.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The plan in force.
    pub plan: &'a Plan,
    /// The town's record.
    pub facts: &'a Facts,
    /// Waivers, known or not on the day.
    pub waivers: &'a [Waiver],
    /// Working days.
    pub calendar: &'a Calendar,
    /// The day of knowledge, the whole day included: what was recorded later is not seen.
    pub as_of: Date,
    /// Windows that touch the days from here …
    pub from: Date,
    /// … to here.
    pub to: Date,
}

impl Question<'_> {
    /// Judges every duty.
    pub fn evaluate(&self) -> Report {
        Report { duties: self.plan.duties.iter().map(|duty| self.evaluate_duty(duty)).collect() }
    }

    /// Judges one duty.
    pub fn evaluate_duty(&self, duty: &Duty) -> DutyReport {
        let judge = Judge::new(self, duty);
        let mut report = DutyReport {
            duty: duty.id.clone(),
            windows: judge.dues.iter().map(|due| due.window.clone()).collect(),
            occurrences: Vec::new(),
            tally: Tally::default(),
            has_data: judge.has_data,
        };
        let kinds: BTreeSet<_> = duty.subjects.kinds.iter().copied().collect();
        let mut subjects: Vec<_> =
            kinds.into_iter().flat_map(|kind| self.facts.of_kind(kind)).copied().collect();
        subjects.sort();
        for subject in subjects {
            if duty.trigger.is_some() {
                judge.events(subject, &mut report.windows, &mut report.occurrences);
            } else {
                judge.subject(subject, &mut report.occurrences);
            }
        }
        report.tally = self.tally(&judge, &report.occurrences, |_| true);
        report
    }

    /// Brings a report up to date after one more fact in the record; says which duties were judged again.
    ///
    /// Only the duties that ask for this kind of fact are touched, and of them only the subjects it is credited to.
    pub fn reevaluate(&self, report: &mut Report, fact: FactIx) -> Vec<String> {
        let Some(row) = self.facts.row(fact.0) else { return Vec::new() };
        let mut touched = Vec::new();
        for (duty, old) in self.plan.duties.iter().zip(&mut report.duties) {
            let judge = Judge::new(self, duty);
            if !judge.listens_to(row.kind) {
                continue;
            }
            touched.push(duty.id.clone());
            // A source just connected changes every subject; events carry windows of their own.
            if duty.trigger.is_some() || old.has_data != judge.has_data {
                *old = self.evaluate_duty(duty);
                continue;
            }
            for subject in
                self.facts.credited_of(row).iter().copied().filter(|subject| judge.may_owe(*subject))
            {
                let mut fresh = Vec::new();
                judge.subject(subject, &mut fresh);
                let from = old.occurrences.partition_point(|known| known.subject < subject);
                let to = old.occurrences.partition_point(|known| known.subject <= subject);
                old.occurrences.splice(from..to, fresh);
            }
            old.tally = self.tally(&judge, &old.occurrences, |_| true);
        }
        touched
    }

    /// The figure of one duty for the subjects inside another, e.g. one village.
    pub fn tally_in(&self, report: &DutyReport, whole: SubjectIx) -> Tally {
        let Some(duty) = self.plan.duty(&report.duty) else { return Tally::default() };
        let judge = Judge::new(self, duty);
        self.tally(&judge, &report.occurrences, |subject| self.facts.lies_in(subject, whole))
    }

    /// Opens a figure: the facts about a duty, a subject and a window, oldest first, each with whether it counts.
    pub fn drill(&self, duty: &str, subject: SubjectIx, window_key: &str) -> Vec<FactRef> {
        let Some(duty) = self.plan.duty(duty) else { return Vec::new() };
        let judge = Judge::new(self, duty);
        let windows = match &duty.trigger {
            Some(trigger) => judge.event_windows(subject, trigger),
            None => judge.dues.iter().map(|due| due.window.clone()).collect(),
        };
        let Some(window) = windows.iter().find(|window| window.key == window_key) else { return Vec::new() };
        judge
            .evidence(subject, window)
            .into_iter()
            .filter_map(|(ix, counts)| self.fact_ref(ix, counts))
            .collect()
    }

    /// What the figures of a duty's occurrences are counted in.
    pub fn counted_in(&self, duty: &Duty) -> CountedIn {
        if self.is_standing(duty) {
            return CountedIn::Days;
        }
        let mut sorts = duty.needs.iter().map(|need| match need.distinct.as_deref() {
            Some("person:") => CountedIn::People,
            Some("org:") => CountedIn::Bodies,
            Some(_) => CountedIn::Sorts,
            None => CountedIn::Records,
        });
        let first = sorts.next().unwrap_or(CountedIn::Records);
        if sorts.all(|sort| sort == first) { first } else { CountedIn::Records }
    }

    fn fact_ref(&self, ix: u32, counts: bool) -> Option<FactRef> {
        let row = self.facts.row(ix)?;
        Some(FactRef {
            kind: crate::plan::facts::FACT_KINDS.get(usize::from(row.kind))?.name,
            id: self.facts.id(ix).to_owned(),
            happened_on: row.happened_on,
            recorded_on: row.recorded_on,
            counts,
        })
    }

    fn tally(&self, judge: &Judge, all: &[Occurrence], chosen: impl Fn(SubjectIx) -> bool) -> Tally {
        let mut tally = Tally::default();
        let chosen = all.iter().filter(|occurrence| chosen(occurrence.subject));
        self.score(judge.duty, judge.standing, chosen, |occurrence, score, weight| {
            tally.add(occurrence.status, score, weight);
        });
        tally
    }

    /// Hands on each occurrence with its score, none when it is not scored, and its weight.
    fn score<'o>(
        &self,
        duty: &Duty,
        standing: bool,
        all: impl IntoIterator<Item = &'o Occurrence>,
        mut each: impl FnMut(&Occurrence, Option<f64>, f64),
    ) {
        let late = self.plan.setting(SCORE_LATE, self.as_of);
        let partial = self.plan.setting(SCORE_PARTIAL, self.as_of);
        for occurrence in all {
            let score = match occurrence.status {
                Status::Met => Some(1.0),
                Status::Late => Some(late),
                Status::Partial if standing => {
                    Some(f64::from(occurrence.done) / f64::from(occurrence.needed.max(1)))
                }
                Status::Partial => Some(partial),
                Status::Unmet => Some(0.0),
                _ => None,
            };
            let sized = duty.by_size.then(|| self.facts.get(occurrence.subject)).flatten();
            let weight = sized.map_or(1.0, |subject| subject.size);
            each(occurrence, score.filter(|_| duty.is_scored()), weight);
        }
    }
}

#[cfg(test)]
mod tests;

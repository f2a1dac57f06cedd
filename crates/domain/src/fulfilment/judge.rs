//! One duty, one subject: which days or windows were met. What does not belong here: summing up (the parent room).

use chrono::Datelike;

use super::{
    NotOwed, Occurrence, Question, Status, Waiver,
    facts::{Facts, Row, Span, SubjectIx},
};
use crate::{
    calendar::Calendar,
    period::{Period, Unit, Window},
    plan::{Duty, ENTRY_CUTOFF_DAY, Need, Number, Plan, Selector, Trigger},
    time::Date,
};

/// Labels of a selector or a need as words of the record.
struct Filter {
    all: Vec<u32>,
    any: Vec<u32>,
    none: Vec<u32>,
    /// Asks for a word nobody carries.
    impossible: bool,
}

impl Filter {
    fn new(facts: &Facts, all: &[String], any: &[String], none: &[String]) -> Self {
        let words = |labels: &[String]| -> Vec<u32> {
            labels.iter().filter_map(|label| facts.known_word(label)).collect()
        };
        let (found_all, found_any) = (words(all), words(any));
        let impossible = found_all.len() < all.len() || (found_any.is_empty() && !any.is_empty());
        Self { all: found_all, any: found_any, none: words(none), impossible }
    }

    fn fits(&self, carries: impl Fn(u32) -> bool) -> bool {
        !self.impossible
            && self.all.iter().all(|word| carries(*word))
            && (self.any.is_empty() || self.any.iter().any(|word| carries(*word)))
            && !self.none.iter().any(|word| carries(*word))
    }
}

struct Wanted<'a> {
    need: &'a Need,
    kind: Option<u16>,
    filter: Filter,
    /// For each word, whether it is counted when different values are asked for.
    distinct: Option<Vec<bool>>,
}

/// Stretches of days, sorted and without overlap.
type Days = Vec<(Date, Date)>;

/// A window with everything that depends on its date alone.
pub(super) struct Due {
    pub window: Window,
    period: Period,
    next: Option<Window>,
    minimums: Vec<u32>,
    grace_end: Date,
    late_end: Date,
}

/// A duty made ready to be judged against one record.
pub(super) struct Judge<'a> {
    question: &'a Question<'a>,
    pub duty: &'a Duty,
    wanted: Vec<Wanted<'a>>,
    chosen: Filter,
    waivers: Vec<&'a Waiver>,
    /// Due windows of the calendar; empty for events.
    pub dues: Vec<Due>,
    pub standing: bool,
    pub has_data: bool,
    owed_from: Date,
}

impl<'a> Judge<'a> {
    pub fn new(question: &'a Question<'a>, duty: &'a Duty) -> Self {
        let facts = question.facts;
        let wanted: Vec<Wanted> = duty
            .needs
            .iter()
            .map(|need| Wanted {
                need,
                kind: facts.kind(&need.fact),
                filter: Filter::new(facts, &need.all, &need.any, &need.none),
                distinct: need.distinct.as_ref().map(|prefix| facts.words_with_prefix(prefix)),
            })
            .collect();
        let trigger = duty.trigger.as_ref().map(|trigger| facts.kind(&trigger.fact));
        let mut kinds = wanted.iter().map(|wanted| wanted.kind).chain(trigger);
        let has_data = duty.available && kinds.all(|kind| kind.is_some_and(|kind| facts.is_connected(kind)));
        let Selector { all, any, none, .. } = &duty.subjects;
        let dues: Vec<Due> = windows(question.plan, duty, question.from, question.to)
            .into_iter()
            .map(|(window, period)| due(question.plan, duty, window, period))
            .collect();
        Self {
            question,
            duty,
            wanted,
            chosen: Filter::new(facts, all, any, none),
            waivers: question
                .waivers
                .iter()
                .filter(|waiver| waiver.duty == duty.id && waiver.recorded_on <= question.as_of)
                .collect(),
            standing: dues.iter().any(|due| matches!(due.period, Period::Standing(_))),
            dues,
            has_data,
            owed_from: question.plan.owed_from(duty, question.as_of),
        }
    }

    /// The kinds of fact that can change this duty.
    pub fn listens_to(&self, kind: u16) -> bool {
        let trigger = self.duty.trigger.as_ref().and_then(|trigger| self.question.facts.kind(&trigger.fact));
        trigger == Some(kind) || self.wanted.iter().any(|wanted| wanted.kind == Some(kind))
    }

    /// Whether this kind of subject may owe the duty.
    pub fn may_owe(&self, subject: SubjectIx) -> bool {
        self.question.facts.get(subject).is_some_and(|found| self.duty.subjects.kinds.contains(&found.kind))
    }

    /// Every occurrence of one subject, in the order of the windows.
    pub fn subject(&self, subject: SubjectIx, out: &mut Vec<Occurrence>) {
        let stays = self.stays(subject);
        if stays.is_empty() {
            return;
        }
        let mut held: Option<(&[u32], Days)> = None;
        for (due, n) in self.dues.iter().zip(0u32..) {
            let Some((first, last)) = stay_in(&stays, &due.window) else { continue };
            let mut occurrence = begun(subject, n);
            if !self.has_data {
                occurrence.status = Status::NoData;
            } else if self.standing {
                if held.as_ref().is_none_or(|(known, _)| *known != due.minimums) {
                    held = Some((&due.minimums, self.held_days(subject, &due.minimums)));
                }
                let days = held.as_ref().map_or(&[][..], |(_, days)| days.as_slice());
                self.judge_days(subject, &cut(&stays, &due.window), days, &mut occurrence);
            } else {
                self.judge_window(subject, due, last, &mut occurrence);
                // Done in time counts whoever owes it; done late would score less than not owing it at all.
                let is_done = matches!(occurrence.status, Status::Met | Status::Ahead);
                if !is_done && self.enters_too_late(first, due) {
                    occurrence.is_not_owed(NotOwed::EnteredLate);
                }
            }
            self.encouraged(&mut occurrence);
            out.push(occurrence);
        }
    }

    /// Every occurrence set off by the facts of one subject; its windows are appended to `windows`.
    pub fn events(&self, subject: SubjectIx, windows: &mut Vec<Window>, out: &mut Vec<Occurrence>) {
        let Some(trigger) = &self.duty.trigger else { return };
        if !self.has_data {
            return;
        }
        let stays = self.stays(subject);
        for window in self.event_windows(subject, trigger) {
            let Some((_, last)) = stay_in(&stays, &window) else { continue };
            let n = u32::try_from(windows.len()).unwrap_or(u32::MAX);
            let mut occurrence = begun(subject, n);
            let due = due(self.question.plan, self.duty, window, Period::Event);
            self.judge_window(subject, &due, last, &mut occurrence);
            self.encouraged(&mut occurrence);
            windows.push(due.window);
            out.push(occurrence);
        }
    }

    /// The windows set off by one subject's facts: from the day it happened over the time allowed.
    pub fn event_windows(&self, subject: SubjectIx, trigger: &Trigger) -> Vec<Window> {
        let facts = self.question.facts;
        let filter = Filter::new(facts, &trigger.all, &[], &[]);
        let Some(kind) = facts.kind(&trigger.fact) else { return Vec::new() };
        let mut out = Vec::new();
        for ix in facts.about(kind, subject) {
            let Some(row) = facts.row(*ix) else { continue };
            let from = row.happened_on;
            let asked = self.question.from.max(self.owed_from) <= from && from <= self.question.to;
            // A fact is credited to whatever lies around it; it sets off only what is owed for the thing itself.
            if !asked || !self.is_known(row) || !filter.fits(|word| facts.tags_of(row).contains(&word)) {
                continue;
            }
            let within = self.number(&trigger.within, from);
            let to = if trigger.working_days {
                let days = u16::try_from(within).unwrap_or(u16::MAX);
                working_days_after(self.question.calendar, from, days)
            } else {
                later(from, within)
            };
            out.push(Window { key: format!("E-{}", facts.id(*ix)), from, to });
        }
        out
    }

    /// Facts about one window, in time or late, oldest first, each with whether the figure is made of it: of a standing duty
    /// whatever held in it, else the first that were needed.
    pub fn evidence(&self, subject: SubjectIx, window: &Window) -> Vec<(u32, bool)> {
        let period = self.dues.first().map_or(Period::Event, |due| due.period.clone());
        let due = due(self.question.plan, self.duty, window.clone(), period);
        let end = due.late_end.min(self.question.as_of);
        // Whether it was done late is decided by what was there when the grace was over.
        let is_late =
            !self.reached(subject, &due, due.grace_end).1 && self.reached(subject, &due, due.late_end).1;
        let counted_end = if is_late { due.late_end } else { due.grace_end }.min(self.question.as_of);
        let mut out: Vec<(u32, bool)> = Vec::new();
        for (wanted, minimum) in self.wanted.iter().zip(&due.minimums) {
            let holds = wanted.need.held || self.standing;
            let facts = self.facts_of(wanted, subject).filter(|(_, row)| {
                let happened = row.happened_on <= end;
                let in_window = row.happened_on >= window.from;
                happened && (in_window || (holds && self.end_of(row, wanted.need) >= window.from))
            });
            let reached = if wanted.need.held {
                self.held_on(wanted, subject, counted_end)
            } else {
                let own = self.count(wanted, subject, window.from, counted_end.min(window.to));
                own + self.beyond(wanted, subject, &due, counted_end, *minimum)
            };
            let mut left = reached.min(*minimum);
            let mut seen = Vec::new();
            for (ix, row) in facts {
                let is_there = row.happened_on <= counted_end
                    && (!wanted.need.held || self.end_of(row, wanted.need) >= counted_end);
                let mut counts = self.standing;
                for value in self.values(wanted, ix, row) {
                    if !self.standing && is_there && left > 0 && !seen.contains(&value) {
                        seen.push(value);
                        left -= 1;
                        counts = true;
                    }
                }
                out.push((ix, counts));
            }
        }
        // What serves several needs counts if it counts for one.
        out.sort_by_key(|(ix, counts)| {
            (self.question.facts.row(*ix).map(|row| row.happened_on), *ix, !counts)
        });
        out.dedup_by_key(|(ix, _)| *ix);
        out
    }

    /// When the subject is one of those chosen. An end still to come is not known yet.
    fn stays(&self, subject: SubjectIx) -> Days {
        let Some(found) = self.question.facts.get(subject) else { return Vec::new() };
        if self.chosen.impossible {
            return Vec::new();
        }
        let words = self.chosen.all.iter().chain(&self.chosen.any).chain(&self.chosen.none);
        let labels: Vec<(u32, Span)> = words
            .flat_map(|word| found.labels.iter().filter(move |(carried, _)| carried == word).copied())
            .collect();
        let last = |span: Span| span.to.filter(|to| *to < self.question.as_of).unwrap_or(Date::MAX);
        let start = found.exists.from.max(self.owed_from);
        let end = last(found.exists);
        let mut turns = vec![start];
        for (_, span) in &labels {
            turns.push(span.from);
            turns.extend(last(*span).succ_opt());
        }
        turns.retain(|turn| start <= *turn && *turn <= end);
        turns.sort();
        turns.dedup();
        let mut out: Days = Vec::new();
        for (n, turn) in turns.iter().enumerate() {
            let until = turns.get(n + 1).and_then(|next| next.pred_opt()).unwrap_or(end);
            let carries = |word| {
                labels
                    .iter()
                    .any(|(carried, span)| *carried == word && span.from <= *turn && *turn <= last(*span))
            };
            if !self.chosen.fits(carries) {
                continue;
            }
            match out.last_mut().filter(|(_, to)| to.succ_opt() == Some(*turn)) {
                Some((_, to)) => *to = until,
                None => out.push((*turn, until)),
            }
        }
        out
    }

    /// Handbook §1.0: who enters on or after the cut-off day does not owe that month; for other periods the second
    /// half counts as too late. What he does in it counts all the same.
    fn enters_too_late(&self, first: Date, due: &Due) -> bool {
        let Due { window, period, .. } = due;
        if first == window.from {
            return false;
        }
        if matches!(period, Period::Every(Unit::Month) | Period::EveryIn(Unit::Month, _)) {
            return f64::from(first.day()) >= self.question.plan.setting(ENTRY_CUTOFF_DAY, window.from);
        }
        (first - window.from).num_days() * 2 >= window.days()
    }

    fn judge_window(&self, subject: SubjectIx, due: &Due, last: Date, out: &mut Occurrence) {
        let as_of = self.question.as_of;
        let Due { window, grace_end, late_end, .. } = due;
        out.needed = due.minimums.iter().sum();
        if as_of < window.from {
            out.status = Status::NotDue;
            self.waive(subject, window, out);
            return;
        }
        let (done, met) = self.reached(subject, due, *grace_end);
        out.done = done;
        if met {
            out.status = if as_of > window.to { Status::Met } else { Status::Ahead };
            return;
        }
        // Before what was done late: that would score less than not owing it at all.
        if last < window.to && last < as_of {
            return out.is_not_owed(NotOwed::Left);
        }
        if as_of > *grace_end && late_end > grace_end && self.reached(subject, due, *late_end).1 {
            out.status = Status::Late;
            return;
        }
        out.status = match () {
            () if as_of <= *grace_end => Status::Open,
            () if out.done > 0 => Status::Partial,
            () => Status::Unmet,
        };
        self.waive(subject, window, out);
    }

    /// How much was reached by `end`, and whether all of it. What lies beyond the window counts only as far as the
    /// next window does not need it itself.
    fn reached(&self, subject: SubjectIx, due: &Due, end: Date) -> (u32, bool) {
        let window = &due.window;
        let end = end.min(self.question.as_of);
        let (mut done, mut met) = (0, true);
        for (wanted, minimum) in self.wanted.iter().zip(&due.minimums) {
            let count = if wanted.need.held {
                self.held_on(wanted, subject, end)
            } else {
                let own = self.count(wanted, subject, window.from, end.min(window.to));
                own + self.beyond(wanted, subject, due, end, *minimum)
            };
            done += count.min(*minimum);
            met &= count >= *minimum;
        }
        (done, met)
    }

    fn beyond(&self, wanted: &Wanted, subject: SubjectIx, due: &Due, end: Date, minimum: u32) -> u32 {
        let window = &due.window;
        let Some(after) = window.to.succ_opt().filter(|after| *after <= end) else { return 0 };
        let Some(next) = &due.next else { return self.count(wanted, subject, after, end) };
        let before_next = next.from.pred_opt().unwrap_or(next.from).min(end);
        let free = self.count(wanted, subject, after, before_next);
        let in_next = self.count(wanted, subject, next.from, next.to.min(self.question.as_of));
        let borrowed = self.count(wanted, subject, next.from, end.min(next.to));
        let usable = free + borrowed.min(in_next.saturating_sub(minimum));
        if wanted.distinct.is_none() {
            return usable;
        }
        // A value already reached in the window adds nothing when it comes again.
        let own = self.count(wanted, subject, window.from, window.to);
        let new = self.count(wanted, subject, window.from, end.min(next.to)).saturating_sub(own);
        usable.min(new)
    }

    /// A waiver excuses what was not done; what was done, late or in part, is shown as it is.
    fn waive(&self, subject: SubjectIx, window: &Window, out: &mut Occurrence) {
        let excusable = matches!(out.status, Status::NotDue | Status::Open | Status::Unmet);
        if excusable && self.waivers.iter().any(|waiver| waiver.covers(subject, window.to)) {
            out.status = Status::Waived;
        }
    }

    fn encouraged(&self, out: &mut Occurrence) {
        if self.duty.informational && matches!(out.status, Status::Unmet | Status::Partial) {
            out.is_not_owed(NotOwed::Encouraged);
        }
    }

    /// `stays`: the days of the window on which the subject owes it.
    fn judge_days(
        &self,
        subject: SubjectIx,
        stays: &[(Date, Date)],
        held: &[(Date, Date)],
        out: &mut Occurrence,
    ) {
        let owed = intersect(stays, &[(Date::MIN, self.question.as_of)]);
        if owed.is_empty() {
            return;
        }
        let done = intersect(&owed, held);
        let waived = intersect(&owed, &self.waived_days(subject));
        // Days both waived and held count as held, so a waiver never takes away.
        out.done = days(&done);
        out.needed = days(&owed) - (days(&waived) - days(&intersect(&waived, &done)));
        out.status = match () {
            () if out.needed == 0 => Status::Waived,
            () if out.done >= out.needed => Status::Met,
            () if out.done > 0 => Status::Partial,
            () => Status::Unmet,
        };
    }

    fn waived_days(&self, subject: SubjectIx) -> Days {
        let mine = self.waivers.iter().filter(|waiver| waiver.subject.is_none_or(|one| one == subject));
        let mut spans: Vec<_> = mine.map(|w| (w.from, w.to)).filter(|(from, to)| from <= to).collect();
        spans.sort();
        merge(spans)
    }

    /// The days on which every need was held.
    fn held_days(&self, subject: SubjectIx, minimums: &[u32]) -> Days {
        let mut out: Option<Days> = None;
        for (wanted, minimum) in self.wanted.iter().zip(minimums) {
            let days = self.days_with(wanted, subject, *minimum);
            out = Some(match out {
                None => days,
                Some(sofar) => intersect(&sofar, &days),
            });
        }
        out.unwrap_or_default()
    }

    /// The days on which at least `minimum` facts (or different values) were in force.
    fn days_with(&self, wanted: &Wanted, subject: SubjectIx, minimum: u32) -> Days {
        let mut turns: Vec<(Date, bool, u32)> = Vec::new();
        for (ix, row) in self.facts_of(wanted, subject) {
            let end = self.end_of(row, wanted.need);
            if end < row.happened_on {
                continue;
            }
            for value in self.values(wanted, ix, row) {
                turns.push((row.happened_on, true, value));
                turns.extend(end.succ_opt().map(|after| (after, false, value)));
            }
        }
        turns.sort();
        let mut in_force: Vec<(u32, u32)> = Vec::new();
        let mut out = Vec::new();
        let mut since: Option<Date> = None;
        let mut turns = turns.into_iter().peekable();
        while let Some((day, begins, value)) = turns.next() {
            match in_force.iter_mut().find(|(known, _)| *known == value) {
                Some((_, count)) if begins => *count += 1,
                Some((_, count)) => *count = count.saturating_sub(1),
                None => in_force.push((value, 1)),
            }
            in_force.retain(|(_, count)| *count > 0);
            if turns.peek().is_some_and(|(next, ..)| *next == day) {
                continue;
            }
            let enough = u32::try_from(in_force.len()).unwrap_or(u32::MAX) >= minimum;
            match since {
                None if enough => since = Some(day),
                Some(from) if !enough => {
                    out.extend(day.pred_opt().map(|to| (from, to)));
                    since = None;
                }
                _ => {}
            }
        }
        out.extend(since.map(|from| (from, Date::MAX)));
        out
    }

    /// What a fact counts as: itself, or the values of the tags asked for.
    fn values(&self, wanted: &Wanted, ix: u32, row: &Row) -> Vec<u32> {
        let Some(counted) = &wanted.distinct else { return vec![ix] };
        let tags = self.question.facts.tags_of(row).iter().copied();
        tags.filter(|tag| counted.get(*tag as usize) == Some(&true)).collect()
    }

    fn count(&self, wanted: &Wanted, subject: SubjectIx, from: Date, to: Date) -> u32 {
        if from > to {
            return 0;
        }
        let facts = self.between(wanted, subject, from, to);
        self.number_of(wanted, facts)
    }

    fn held_on(&self, wanted: &Wanted, subject: SubjectIx, day: Date) -> u32 {
        let facts = self.between(wanted, subject, Date::MIN, day);
        self.number_of(wanted, facts.filter(|(_, row)| self.end_of(row, wanted.need) >= day))
    }

    fn number_of<'f>(&self, wanted: &Wanted, facts: impl Iterator<Item = (u32, &'f Row)>) -> u32 {
        if wanted.distinct.is_none() {
            return u32::try_from(facts.count()).unwrap_or(u32::MAX);
        }
        let mut values: Vec<u32> = facts.flat_map(|(ix, row)| self.values(wanted, ix, row)).collect();
        values.sort_unstable();
        values.dedup();
        u32::try_from(values.len()).unwrap_or(u32::MAX)
    }

    /// Known facts that fit the need.
    fn facts_of<'s>(
        &'s self,
        wanted: &'s Wanted,
        subject: SubjectIx,
    ) -> impl Iterator<Item = (u32, &'s Row)> {
        self.between(wanted, subject, Date::MIN, Date::MAX)
    }

    fn between<'s>(
        &'s self,
        wanted: &'s Wanted,
        subject: SubjectIx,
        from: Date,
        to: Date,
    ) -> impl Iterator<Item = (u32, &'s Row)> {
        let facts = self.question.facts;
        let all = wanted.kind.map_or(&[][..], |kind| facts.about(kind, subject));
        let start = all.partition_point(|ix| facts.row(*ix).is_some_and(|row| row.happened_on < from));
        let rest = all.get(start..).unwrap_or_default();
        rest.iter()
            .filter_map(move |ix| Some((*ix, facts.row(*ix)?)))
            .take_while(move |(_, row)| row.happened_on <= to)
            .filter(|(_, row)| {
                self.is_known(row) && wanted.filter.fits(|word| facts.tags_of(row).contains(&word))
            })
    }

    fn is_known(&self, row: &Row) -> bool {
        let as_of = self.question.as_of;
        row.recorded_on <= as_of && row.happened_on <= as_of && row.void_on.is_none_or(|void| void > as_of)
    }

    /// Last day a fact is in force: what it says itself, cut by what the duty accepts.
    fn end_of(&self, row: &Row, need: &Need) -> Date {
        let own = row.until.unwrap_or(Date::MAX);
        match &need.valid_days {
            None => own,
            Some(days) => {
                let days = self.number(days, row.happened_on);
                own.min(later(row.happened_on, days.saturating_sub(1)))
            }
        }
    }

    fn number(&self, number: &Number, date: Date) -> u32 {
        self.question.plan.number(number, date).unwrap_or(0)
    }
}

/// Nothing known of it yet.
fn begun(subject: SubjectIx, window: u32) -> Occurrence {
    Occurrence { subject, window, status: Status::NotDue, done: 0, needed: 0, not_owed: None }
}

fn due(plan: &Plan, duty: &Duty, window: Window, period: Period) -> Due {
    let on = window.from;
    let number = |number: &Number| plan.number(number, on).unwrap_or(0);
    let grace_end = later(window.to, number(&duty.grace_days));
    let late_end = match &duty.late_days {
        Some(days) => later(grace_end, number(days)),
        None if period == Period::Event => Date::MAX,
        None => grace_end,
    };
    let minimums = duty.needs.iter().map(|need| number(&need.minimum).max(1)).collect();
    Due { next: period.window_after(window.to), minimums, grace_end, late_end, window, period }
}

/// The windows of the calendar that are due between two days; a window belongs to the period in force on its first
/// day.
fn windows(plan: &Plan, duty: &Duty, from: Date, to: Date) -> Vec<(Window, Period)> {
    let versions = plan.periods(&duty.rhythm);
    let mut out: Vec<(Window, Period)> = Vec::new();
    for (n, (since, period)) in versions.iter().enumerate() {
        let until = versions.get(n + 1).and_then(|(next, _)| next.pred_opt()).unwrap_or(Date::MAX);
        let found = period.occurrences(from.max(*since), to.min(until));
        let own = found.into_iter().filter(|window| n == 0 || window.from >= *since);
        out.extend(own.map(|window| (window, period.clone())));
    }
    out
}

fn later(date: Date, days: u32) -> Date {
    date.checked_add_days(chrono::Days::new(u64::from(days))).unwrap_or(Date::MAX)
}

fn working_days_after(calendar: &Calendar, from: Date, days: u16) -> Date {
    calendar.working_day_after(from, days).unwrap_or(Date::MAX)
}

fn days(spans: &[(Date, Date)]) -> u32 {
    spans.iter().map(|(from, to)| u32::try_from((*to - *from).num_days() + 1).unwrap_or(0)).sum()
}

fn cut(stays: &[(Date, Date)], window: &Window) -> Days {
    intersect(stays, &[(window.from, window.to)])
}

/// First day of the stay within the window, and the last day of the stay that reaches furthest.
fn stay_in(stays: &[(Date, Date)], window: &Window) -> Option<(Date, Date)> {
    let mut inside = stays.iter().filter(|(from, to)| *from <= window.to && window.from <= *to);
    let (first, mut last) = inside.next().copied()?;
    for (_, to) in inside {
        last = *to;
    }
    Some((first.max(window.from), last.min(window.to)))
}

fn merge(sorted: Days) -> Days {
    let mut out: Days = Vec::new();
    for (from, to) in sorted {
        match out.last_mut().filter(|(_, end)| from <= *end) {
            Some((_, end)) => *end = (*end).max(to),
            None => out.push((from, to)),
        }
    }
    out
}

/// Days in both; both sorted and without overlap.
fn intersect(a: &[(Date, Date)], b: &[(Date, Date)]) -> Days {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut out = Vec::new();
    while let (Some((a_from, a_to)), Some((b_from, b_to))) = (a.peek(), b.peek()) {
        let (from, to) = ((*a_from).max(*b_from), (*a_to).min(*b_to));
        if from <= to {
            out.push((from, to));
        }
        if a_to < b_to {
            a.next();
        } else {
            b.next();
        }
    }
    out
}

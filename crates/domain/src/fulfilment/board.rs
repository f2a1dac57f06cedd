//! A report cut up for the board: by territory and by month, limited to what somebody may see. What does not belong
//! here: judging occurrences (the parent room), who may see which territory (`policy`).

use std::collections::HashMap;

use super::{Occurrence, Question, Report, Status, SubjectIx, Tally};
use crate::{
    period::{Period, Window},
    plan::{Duty, SubjectKind},
    time::Date,
};

/// A stretch of days, both included.
pub type Stretch = (Date, Date);

/// Which territory each subject of a record lies in, for cutting figures up quickly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Areas {
    /// The territories, in the order of columns.
    pub whole: Vec<SubjectIx>,
    /// By position of the subject, the column it belongs to; none for what belongs to the whole town.
    of: Vec<Option<u16>>,
}

impl Areas {
    /// Sorts the subjects of a record by the territory of this kind they lie in.
    pub fn of(facts: &super::Facts, kind: SubjectKind, whole: Vec<SubjectIx>) -> Self {
        let mut areas = Self { whole, of: Vec::new() };
        areas.grow(facts, kind);
        areas
    }

    /// Takes in the subjects that came since.
    pub fn grow(&mut self, facts: &super::Facts, kind: SubjectKind) {
        let columns: HashMap<SubjectIx, u16> = self.whole.iter().copied().zip(0u16..).collect();
        let column = |subject| columns.get(&facts.enclosing(subject, kind)?).copied();
        self.of.extend(facts.subjects().skip(self.of.len()).map(|(subject, _)| column(subject)));
    }

    /// The column of a subject; none for what belongs to the whole town.
    pub fn column(&self, subject: SubjectIx) -> Option<usize> {
        self.of.get(subject.position()).copied().flatten().map(usize::from)
    }
}

/// What is shown: the days, and the territories somebody may see.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Territory of each subject.
    pub areas: &'a Areas,
    /// Columns that may be seen; none for the whole town.
    pub only: Option<&'a [usize]>,
    /// Windows that touch these days.
    pub days: Stretch,
    /// Months for the trend: what fell due in them.
    pub months: &'a [Stretch],
}

/// One duty, or several, cut up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// All that is seen.
    pub whole: Tally,
    /// By territory.
    pub areas: Vec<Tally>,
    /// By the month in which it fell due.
    pub months: Vec<Tally>,
    /// The first day by which something that is still open must be done, grace included.
    pub next_due: Option<Date>,
}

impl Row {
    /// Nothing yet, for so many territories and months.
    pub fn empty(areas: usize, months: usize) -> Self {
        Self {
            whole: Tally::default(),
            areas: vec![Tally::default(); areas],
            months: vec![Tally::default(); months],
            next_due: None,
        }
    }

    /// Adds another row, each of its due occurrences weighing `weight`. Nobody is held to a day by what weighs nothing.
    pub fn add_weighted(&mut self, other: &Self, weight: f64) {
        self.whole.add_weighted(&other.whole, weight);
        for (mine, theirs) in self.areas.iter_mut().zip(&other.areas) {
            mine.add_weighted(theirs, weight);
        }
        for (mine, theirs) in self.months.iter_mut().zip(&other.months) {
            mine.add_weighted(theirs, weight);
        }
        if weight > 0.0 {
            self.next_due = self.next_due.into_iter().chain(other.next_due).min();
        }
    }
}

impl View<'_> {
    /// Whether the subject is among what may be seen.
    pub fn shows(&self, subject: SubjectIx) -> bool {
        match self.only {
            None => true,
            Some(only) => self.areas.column(subject).is_some_and(|column| only.contains(&column)),
        }
    }

    /// Whether a window touches the days asked for.
    pub fn touches(&self, window: &Window) -> bool {
        window.from <= self.days.1 && self.days.0 <= window.to
    }
}

impl Question<'_> {
    /// The report as rows of the board, one for each duty of the plan.
    pub fn board(&self, report: &Report, view: &View) -> Vec<Row> {
        self.plan.duties.iter().zip(&report.duties).map(|(duty, found)| self.row(duty, found, view)).collect()
    }

    fn row(&self, duty: &Duty, found: &super::DutyReport, view: &View) -> Row {
        let mut row = Row::empty(view.areas.whole.len(), view.months.len());
        // What each window counts for is told once, not for every occurrence.
        let windows: Vec<(bool, Option<usize>, Date)> = found
            .windows
            .iter()
            .map(|window| {
                let month = view.months.iter().position(|(from, to)| *from <= window.to && window.to <= *to);
                (view.touches(window), month, self.due_on(duty, window))
            })
            .collect();
        let shown = found.occurrences.iter().filter(|occurrence| view.shows(occurrence.subject));
        self.score(duty, self.is_standing(duty), shown, |occurrence, score, weight| {
            let Some((touches, month, due_on)) = windows.get(occurrence.window as usize) else { return };
            if let Some(tally) = month.and_then(|month| row.months.get_mut(month)) {
                tally.add(occurrence.status, score, weight);
            }
            if !touches {
                return;
            }
            row.whole.add(occurrence.status, score, weight);
            if occurrence.status == Status::Open {
                row.next_due = row.next_due.into_iter().chain([*due_on]).min();
            }
            let column = view.areas.column(occurrence.subject);
            if let Some(tally) = column.and_then(|column| row.areas.get_mut(column)) {
                tally.add(occurrence.status, score, weight);
            }
        });
        row
    }

    /// The last day on which something counts as done in time: the window's, and the grace the town gives.
    pub fn due_on(&self, duty: &Duty, window: &Window) -> Date {
        let grace = self.plan.number(&duty.grace_days, window.from).unwrap_or(0);
        window.to.checked_add_days(chrono::Days::new(grace.into())).unwrap_or(window.to)
    }

    pub(super) fn is_standing(&self, duty: &Duty) -> bool {
        let mut periods = self.plan.periods(&duty.rhythm).into_iter();
        periods.any(|(_, period)| matches!(period, Period::Standing(_)))
    }

    /// The occurrences of one duty that a view shows, in the order of the report.
    pub fn shown<'r>(
        &self,
        found: &'r super::DutyReport,
        view: &'r View,
    ) -> impl Iterator<Item = (&'r Occurrence, &'r Window)> {
        found.occurrences.iter().filter_map(|occurrence| {
            let window = found.windows.get(occurrence.window as usize)?;
            (view.touches(window) && view.shows(occurrence.subject)).then_some((occurrence, window))
        })
    }
}

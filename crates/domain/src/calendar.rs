//! Working days: weekends, public holidays and the make-up days that are worked although they are Saturdays or
//! Sundays. Deadlines are civil dates of Asia/Shanghai, never instants. What does not belong here: which deadline a
//! rule gives (that is the rule's own room, e.g. `hazard`).

use std::collections::{BTreeMap, BTreeSet};

pub use chrono::NaiveDate as Date;
use chrono::{Datelike, Days, Weekday};
use serde::{Deserialize, Serialize};

/// What an official notice says about one date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// 放假: a day off, whatever its weekday.
    Holiday,
    /// 调休上班: a working day although it is a Saturday or a Sunday.
    Workday,
}

/// The town's working-day calendar: which dates are off or worked beside the weekly rhythm.
///
/// A year for which the State Council has published no notice is *unknown*: the weekly rhythm is used for it and
/// [`Calendar::is_announced`] says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    days: BTreeMap<Date, DayKind>,
    announced: BTreeSet<i32>,
}

/// A number of working days was asked for that leads out of the representable calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("日期超出可计算的范围，请检查天数")]
pub struct OutOfRange;

impl Calendar {
    /// A calendar that knows only the weekly rhythm: Monday to Friday are worked.
    pub fn weekdays() -> Self {
        Self::default()
    }

    /// Adds what a notice says of some dates; each year mentioned counts as announced.
    pub fn with(mut self, days: impl IntoIterator<Item = (Date, DayKind)>) -> Self {
        for (date, kind) in days {
            self.announced.insert(date.year());
            self.days.insert(date, kind);
        }
        self
    }

    /// A year as another calendar has it, instead of what this one says of it; the year counts as announced.
    pub fn instead(mut self, year: i32, other: Self) -> Self {
        self.days.retain(|date, _| date.year() != year);
        self.days.extend(other.days.into_iter().filter(|(date, _)| date.year() == year));
        self.announced.insert(year);
        self
    }

    /// Whether the public holidays of this year are known.
    pub fn is_announced(&self, year: i32) -> bool {
        self.announced.contains(&year)
    }

    /// The last year whose public holidays are known; none when no notice is.
    pub fn announced_to(&self) -> Option<i32> {
        self.announced.last().copied()
    }

    /// Whether offices work on this date.
    pub fn is_working_day(&self, date: Date) -> bool {
        match self.days.get(&date) {
            Some(DayKind::Holiday) => false,
            Some(DayKind::Workday) => true,
            None => !matches!(date.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    /// The `n`-th working day after `start`, the first working day after it being day 1.
    ///
    /// Units: `n` counts working days; 0 gives `start` itself.
    /// Errors: [`OutOfRange`] when the date cannot be represented.
    /// Source: 行政处罚法 (2021) art. 85, "two, three, five and seven days" are working days.
    pub fn working_day_after(&self, start: Date, n: u16) -> Result<Date, OutOfRange> {
        let mut date = start;
        let mut left = n;
        while left > 0 {
            date = date.checked_add_days(Days::new(1)).ok_or(OutOfRange)?;
            if self.is_working_day(date) {
                left -= 1;
            }
        }
        Ok(date)
    }

    /// The `n`-th working day counting back from `today`, which is the first if it is one: before it lies everything
    /// that happened `n` or more working days ago.
    ///
    /// Units: `n` counts working days; 0 gives `today` itself.
    /// Errors: [`OutOfRange`] when the date cannot be represented.
    pub fn working_day_back(&self, today: Date, n: u16) -> Result<Date, OutOfRange> {
        let (mut date, mut left) = (today, n);
        while left > 0 {
            if self.is_working_day(date) {
                left -= 1;
            }
            if left > 0 {
                date = date.pred_opt().ok_or(OutOfRange)?;
            }
        }
        Ok(date)
    }

    /// How many working days lie in the half-open span `(from, to]`; 0 when `to` is not after `from`.
    pub fn working_days_between(&self, from: Date, to: Date) -> u32 {
        let mut count = 0;
        let mut date = from;
        while date < to {
            let Some(next) = date.checked_add_days(Days::new(1)) else { break };
            date = next;
            if self.is_working_day(date) {
                count += 1;
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(y: i32, m: u32, d: u32) -> Date {
        Date::from_ymd_opt(y, m, d).expect("a date written in a test exists")
    }

    /// Spring Festival 2026: 15–23 February off, Saturday 14 and Saturday 28 worked.
    fn spring_festival_2026() -> Calendar {
        Calendar::weekdays()
            .with((15..=23).map(|d| (date(2026, 2, d), DayKind::Holiday)))
            .with([(date(2026, 2, 14), DayKind::Workday), (date(2026, 2, 28), DayKind::Workday)])
    }

    #[test]
    fn a_deadline_skips_weekends_and_declared_holidays() {
        let friday = date(2026, 2, 13);
        assert_eq!(spring_festival_2026().working_day_after(friday, 1), Ok(date(2026, 2, 14)));
        assert_eq!(spring_festival_2026().working_day_after(friday, 2), Ok(date(2026, 2, 24)));
        assert_eq!(Calendar::weekdays().working_day_after(friday, 1), Ok(date(2026, 2, 16)));
    }

    #[test]
    fn a_year_put_in_replaces_what_was_known_of_it_and_no_other() {
        let new_year = Calendar::weekdays().with([(date(2027, 1, 1), DayKind::Holiday)]);
        let both = spring_festival_2026().instead(2027, new_year);
        assert_eq!(both.announced_to(), Some(2027));
        assert!(!both.is_working_day(date(2027, 1, 1)) && !both.is_working_day(date(2026, 2, 16)));
        let corrected = Calendar::weekdays().with([(date(2026, 2, 17), DayKind::Holiday)]);
        let corrected = both.instead(2026, corrected);
        assert!(corrected.is_working_day(date(2026, 2, 16)) && !corrected.is_working_day(date(2026, 2, 17)));
        assert!(!corrected.is_working_day(date(2027, 1, 1)));
    }

    #[test]
    fn what_lies_behind_the_last_notice_is_provisional() {
        assert_eq!(spring_festival_2026().announced_to(), Some(2026));
        assert_eq!(Calendar::weekdays().announced_to(), None);
    }

    #[test]
    fn a_make_up_saturday_is_worked() {
        assert!(spring_festival_2026().is_working_day(date(2026, 2, 28)));
        assert!(!Calendar::weekdays().is_working_day(date(2026, 2, 28)));
    }

    #[test]
    fn a_year_without_a_notice_says_so() {
        assert!(spring_festival_2026().is_announced(2026));
        assert!(!spring_festival_2026().is_announced(2027));
    }

    proptest! {
        #[test]
        fn what_lies_before_the_nth_day_back_is_n_working_days_ago(ago in 0u64..40, n in 1u16..12) {
            let off = Calendar::weekdays().with((1..=7).map(|d| (
                Date::from_ymd_opt(2026, 10, d).expect("a date written in a test exists"), DayKind::Holiday)));
            let today = Date::from_ymd_opt(2026, 10, 14).expect("a date written in a test exists");
            let day = today - Days::new(ago);
            let is_before = day < off.working_day_back(today, n).expect("in range");
            prop_assert_eq!(is_before, off.working_days_between(day, today) >= u32::from(n));
        }
    }

    proptest! {
        #[test]
        fn counting_back_what_was_counted_forward_agrees(offset in 0u64..900, n in 0u16..60) {
            let start = date(2025, 1, 1) + Days::new(offset);
            let calendar = spring_festival_2026();
            let end = calendar.working_day_after(start, n).expect("in range");
            prop_assert_eq!(calendar.working_days_between(start, end), u32::from(n));
            prop_assert!(n == 0 || calendar.is_working_day(end));
        }
    }
}

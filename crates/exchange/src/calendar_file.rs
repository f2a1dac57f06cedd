//! The public-holiday file (`catalog/calendar-cn.toml`): TOML in, a working-day calendar and every problem out. What
//! does not belong here: counting days (`domain::calendar`), deciding which years a town adopts (`app`).

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use chrono::{Datelike, Weekday};
use domain::calendar::{Calendar, DayKind};
use domain::time::{Date, parse_date};
use toml::{Table, Value};

/// A holiday longer than this is a typing mistake. Units: days.
const LONGEST_HOLIDAY_DAYS: i64 = 31;

/// What a holiday file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarFile {
    /// The calendar, without the rows that have a problem.
    pub calendar: Calendar,
    /// The notice each year was taken from.
    pub sources: BTreeMap<i32, String>,
    /// The holidays of each year as they are written, without the rows that have a problem.
    pub holidays: BTreeMap<i32, Vec<Holiday>>,
}

/// A holiday of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    /// 节日.
    pub name: String,
    /// First day off.
    pub from: Date,
    /// Last day off.
    pub to: Date,
    /// Saturdays and Sundays worked for it.
    pub worked: Vec<Date>,
}

/// One row of a holiday file that cannot be taken, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarProblem {
    /// Not TOML at all.
    #[error("节假日文件不是有效的 TOML：{detail}；请修正后重新导入")]
    Syntax {
        /// The parser's words, with line and column.
        detail: String,
    },
    /// A section without a usable year.
    #[error("第 {section} 个 [[year]] 没有年份或年份不是整数；请补填 year")]
    YearMissing {
        /// Counted from one.
        section: usize,
    },
    /// The same year twice.
    #[error("{year} 年出现两次；请合并为一个 [[year]]")]
    YearTwice {
        /// The year.
        year: i32,
    },
    /// A year that does not say which notice it was taken from.
    #[error("{year} 年没有注明来源通知；请补填 source")]
    SourceMissing {
        /// The year.
        year: i32,
    },
    /// A date that is missing or none.
    #[error("{year} 年“{name}”的 {field} 不是日期；请写成 2026-02-15 的样子")]
    DateMissing {
        /// The year.
        year: i32,
        /// The holiday.
        name: String,
        /// The field.
        field: &'static str,
    },
    /// A date of another year than its section's.
    #[error("{year} 年“{name}”写有 {date}，不在本年之内；请移到相应年份")]
    OtherYear {
        /// The year.
        year: i32,
        /// The holiday.
        name: String,
        /// The date.
        date: Date,
    },
    /// It ends before it begins, or lasts too long.
    #[error("{year} 年“{name}”从 {from} 到 {to}，起止不对；请核对通知")]
    Span {
        /// The year.
        year: i32,
        /// The holiday.
        name: String,
        /// First date.
        from: Date,
        /// Last date.
        to: Date,
    },
    /// A make-up day that is a weekday anyway.
    #[error("{date} 不是周六或周日，不会是调休上班日；请核对通知")]
    NotWeekend {
        /// The date.
        date: Date,
    },
    /// A date said to be off and worked, or listed twice.
    #[error("{date} 重复登记；请只保留一处")]
    DayTwice {
        /// The date.
        date: Date,
    },
}

impl CalendarProblem {
    /// The stable code programs switch on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "calendar.syntax",
            Self::YearMissing { .. } => "calendar.year_missing",
            Self::YearTwice { .. } => "calendar.year_twice",
            Self::SourceMissing { .. } => "calendar.source_missing",
            Self::DateMissing { .. } => "calendar.date_missing",
            Self::OtherYear { .. } => "calendar.other_year",
            Self::Span { .. } => "calendar.span",
            Self::NotWeekend { .. } => "calendar.not_weekend",
            Self::DayTwice { .. } => "calendar.day_twice",
        }
    }
}

/// Reads a holiday file; every problem is returned, not the first only.
pub fn read(text: &str) -> (CalendarFile, Vec<CalendarProblem>) {
    let root: Table = match text.parse() {
        Ok(root) => root,
        Err(error) => {
            let detail = error.to_string().trim().replace('\n', " ");
            return (CalendarFile::default(), vec![CalendarProblem::Syntax { detail }]);
        }
    };
    let mut reading = Reading::default();
    for (index, section) in tables(&root, "year").enumerate() {
        reading.section(index + 1, section);
    }
    let calendar = Calendar::weekdays().with(std::mem::take(&mut reading.days));
    let Reading { sources, holidays, problems, .. } = reading;
    (CalendarFile { calendar, sources, holidays }, problems)
}

#[derive(Default)]
struct Reading {
    days: BTreeMap<Date, DayKind>,
    sources: BTreeMap<i32, String>,
    holidays: BTreeMap<i32, Vec<Holiday>>,
    seen: BTreeSet<i32>,
    problems: Vec<CalendarProblem>,
}

impl Reading {
    fn section(&mut self, section: usize, table: &Table) {
        let year = table.get("year").and_then(Value::as_integer).and_then(|y| i32::try_from(y).ok());
        let Some(year) = year else {
            self.problems.push(CalendarProblem::YearMissing { section });
            return;
        };
        if !self.seen.insert(year) {
            self.problems.push(CalendarProblem::YearTwice { year });
            return;
        }
        match table.get("source").and_then(Value::as_str).map(str::trim) {
            Some(source) if !source.is_empty() => {
                self.sources.insert(year, source.to_owned());
            }
            _ => self.problems.push(CalendarProblem::SourceMissing { year }),
        }
        for holiday in tables(table, "holiday") {
            self.holiday(year, holiday);
        }
    }

    fn holiday(&mut self, year: i32, table: &Table) {
        let name = table.get("name").and_then(Value::as_str).unwrap_or("未命名").to_owned();
        let from = self.date(year, &name, "from", table.get("from"));
        let to = self.date(year, &name, "to", table.get("to"));
        let span = from.zip(to);
        if let Some((from, to)) = span {
            if !(0..LONGEST_HOLIDAY_DAYS).contains(&(to - from).num_days()) {
                self.problems.push(CalendarProblem::Span { year, name, from, to });
                return;
            }
            for date in from.iter_days().take_while(|date| *date <= to) {
                self.day(date, DayKind::Holiday);
            }
        }
        let mut worked = Vec::new();
        for value in table.get("worked").and_then(Value::as_array).into_iter().flatten() {
            let Some(date) = self.date(year, &name, "worked", Some(value)) else { continue };
            if matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
                self.day(date, DayKind::Workday);
                worked.push(date);
            } else {
                self.problems.push(CalendarProblem::NotWeekend { date });
            }
        }
        if let Some((from, to)) = span {
            self.holidays.entry(year).or_default().push(Holiday { name, from, to, worked });
        }
    }

    fn day(&mut self, date: Date, kind: DayKind) {
        match self.days.entry(date) {
            Entry::Occupied(_) => self.problems.push(CalendarProblem::DayTwice { date }),
            Entry::Vacant(free) => {
                free.insert(kind);
            }
        }
    }

    fn date(&mut self, year: i32, name: &str, field: &'static str, value: Option<&Value>) -> Option<Date> {
        let read = match value {
            Some(Value::Datetime(datetime)) => parse_date(&datetime.to_string()),
            Some(Value::String(text)) => parse_date(text.trim()),
            _ => None,
        };
        let Some(date) = read else {
            self.problems.push(CalendarProblem::DateMissing { year, name: name.to_owned(), field });
            return None;
        };
        if date.year() != year {
            self.problems.push(CalendarProblem::OtherYear { year, name: name.to_owned(), date });
            return None;
        }
        Some(date)
    }
}

fn tables<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../catalog/calendar-cn.toml");

    fn date(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn problems(body: &str) -> Vec<&'static str> {
        read(body).1.iter().map(CalendarProblem::code).collect()
    }

    #[test]
    fn the_shipped_file_is_sound_and_cites_every_year() {
        let (file, problems) = read(SHIPPED);
        assert_eq!(problems, []);
        assert_eq!(file.sources.keys().copied().collect::<Vec<_>>(), [2023, 2024, 2025, 2026]);
        assert!(!file.calendar.is_announced(2027), "an unannounced year says so");
    }

    /// Counted by hand: weekdays of the year, less holidays on weekdays, plus make-up days.
    #[test]
    fn a_year_has_as_many_working_days_as_the_notice_leaves() {
        let calendar = read(SHIPPED).0.calendar;
        let hand_count =
            [(2023, 260 - 18 + 7), (2024, 262 - 19 + 8), (2025, 261 - 18 + 5), (2026, 261 - 19 + 6)];
        for (year, working_days) in hand_count {
            let eve = date(&format!("{}-12-31", year - 1));
            assert_eq!(
                calendar.working_days_between(eve, date(&format!("{year}-12-31"))),
                working_days,
                "{year}"
            );
        }
    }

    #[test]
    fn three_working_days_from_the_eve_of_spring_festival_end_after_it() {
        let calendar = read(SHIPPED).0.calendar;
        assert_eq!(calendar.working_day_after(date("2026-02-13"), 3), Ok(date("2026-02-25")));
        assert_eq!(calendar.working_day_after(date("2025-09-30"), 3), Ok(date("2025-10-11")));
    }

    #[test]
    fn every_bad_row_is_named_and_the_good_ones_are_kept() {
        let text = r#"
            [[year]]
            year = 2026
            [[year.holiday]]
            name = "春节"
            from = 2026-02-15
            to = 2026-02-23
            worked = [2026-02-14, 2026-02-16, 2026-03-02, "二月"]
            [[year.holiday]]
            name = "元旦"
            from = 2027-01-01
            to = 2026-01-03
            [[year.holiday]]
            name = "国庆节"
            from = 2026-10-07
            to = 2026-10-01
            [[year.holiday]]
            name = "又是春节"
            from = 2026-02-23
            to = 2026-02-23
            [[year]]
            source = "某通知"
            [[year]]
            year = 2026
            source = "某通知"
        "#;
        assert_eq!(
            problems(text),
            [
                "calendar.source_missing",
                "calendar.not_weekend",
                "calendar.not_weekend",
                "calendar.date_missing",
                "calendar.other_year",
                "calendar.span",
                "calendar.day_twice",
                "calendar.year_missing",
                "calendar.year_twice",
            ]
        );
        let calendar = read(text).0.calendar;
        assert!(calendar.is_working_day(date("2026-02-14")));
        assert!(!calendar.is_working_day(date("2026-02-16")));
    }

    #[test]
    fn what_is_not_toml_says_where() {
        let (file, problems) = read("[[year]\nyear = ");
        assert_eq!(file, CalendarFile::default());
        assert!(
            matches!(problems.as_slice(), [CalendarProblem::Syntax { detail }] if detail.contains("line 1"))
        );
    }
}

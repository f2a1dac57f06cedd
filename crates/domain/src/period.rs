//! Periods: how often a duty falls due, cut into windows that tile the calendar without gap or overlap. A window is
//! named by a key people can read (`2026-Q3`, `2026-W31`). What does not belong here: whether a window was met
//! (`fulfilment`), working days (`calendar`), the length of a legal time limit (the rule's own room).

use std::{fmt, str::FromStr};

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::time::{Date, parse_date};

/// A plain unit of the calendar. Weeks are ISO weeks, Monday to Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// 年.
    Year,
    /// 半年: January to June, July to December.
    HalfYear,
    /// 季度.
    Quarter,
    /// 月.
    Month,
    /// 周, Monday to Sunday.
    Week,
    /// 日.
    Day,
}

/// A stretch of every year, both days included; it crosses New Year when `to` lies before `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct YearSpan {
    /// First day as (month, day).
    pub from: (u32, u32),
    /// Last day as (month, day); 29 February is the 28th in a common year.
    pub to: (u32, u32),
}

/// A named season, e.g. the forest fire season: one or more stretches of every year.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Season {
    /// Code used in plan files and window keys.
    pub code: String,
    /// Name for people, e.g. 森林防火期.
    pub name: String,
    /// Its stretches, in the order of the year, not overlapping.
    pub spans: Vec<YearSpan>,
}

/// How often something falls due.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Period {
    /// One single window.
    Once {
        /// First day.
        from: Date,
        /// Last day, the due date.
        by: Date,
    },
    /// Every unit of the calendar.
    Every(Unit),
    /// Every unit as far as it lies in a season; a unit cut by the season's edge is shortened.
    ///
    /// When the season leaves and returns within one unit, the later windows are named `2026.2`, `2026.3`.
    EveryIn(Unit, Season),
    /// One window for each stretch of the season: a campaign.
    Campaign(Season),
    /// Held day by day; the unit is only the stretch reported at once.
    Standing(Unit),
    /// After each triggering fact; the windows come from the facts, not from the calendar.
    Event,
}

/// One due window. Both days belong to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// Key people read: `2026`, `2026-H1`, `2026-Q3`, `2026-07`, `2026-W31`, `2026-07-15`, `2026-forest-1`.
    pub key: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

impl Window {
    /// Whether the date lies in the window.
    pub fn contains(&self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }

    /// Length. Units: days, at least 1 for a window of the calendar.
    pub fn days(&self) -> i64 {
        (self.to - self.from).num_days() + 1
    }
}

impl Unit {
    /// All units, longest first.
    pub const ALL: [Self; 6] =
        [Self::Year, Self::HalfYear, Self::Quarter, Self::Month, Self::Week, Self::Day];

    /// The name in plan files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::HalfYear => "half_year",
            Self::Quarter => "quarter",
            Self::Month => "month",
            Self::Week => "week",
            Self::Day => "day",
        }
    }

    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Year => "每年",
            Self::HalfYear => "每半年",
            Self::Quarter => "每季度",
            Self::Month => "每月",
            Self::Week => "每周",
            Self::Day => "每日",
        }
    }

    /// Reads the name in plan files.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.code() == code)
    }

    /// The window this date lies in; the single day itself at the edge of the representable calendar.
    pub fn window_of(self, date: Date) -> Window {
        let from = self.start_of(date);
        let to = self.next_start(from).and_then(|next| next.pred_opt()).unwrap_or(date);
        Window { key: self.key_of(from), from, to }
    }

    fn start_of(self, date: Date) -> Date {
        let first_of = |month| NaiveDate::from_ymd_opt(date.year(), month, 1).unwrap_or(date);
        match self {
            Self::Year => first_of(1),
            Self::HalfYear => first_of(if date.month() <= 6 { 1 } else { 7 }),
            Self::Quarter => first_of((date.month() - 1) / 3 * 3 + 1),
            Self::Month => first_of(date.month()),
            Self::Week => {
                let back = u64::from(date.weekday().num_days_from_monday());
                date.checked_sub_days(Days::new(back)).unwrap_or(date)
            }
            Self::Day => date,
        }
    }

    fn next_start(self, from: Date) -> Option<Date> {
        match self {
            Self::Year => from.checked_add_months(Months::new(12)),
            Self::HalfYear => from.checked_add_months(Months::new(6)),
            Self::Quarter => from.checked_add_months(Months::new(3)),
            Self::Month => from.checked_add_months(Months::new(1)),
            Self::Week => from.checked_add_days(Days::new(7)),
            Self::Day => from.succ_opt(),
        }
    }

    fn key_of(self, from: Date) -> String {
        let year = from.year();
        match self {
            Self::Year => format!("{year:04}"),
            Self::HalfYear => format!("{year:04}-H{}", if from.month() <= 6 { 1 } else { 2 }),
            Self::Quarter => format!("{year:04}-Q{}", (from.month() - 1) / 3 + 1),
            Self::Month => format!("{year:04}-{:02}", from.month()),
            Self::Week => format!("{:04}-W{:02}", from.iso_week().year(), from.iso_week().week()),
            Self::Day => from.format("%Y-%m-%d").to_string(),
        }
    }
}

impl YearSpan {
    /// The stretch that begins in this year.
    pub fn in_year(self, year: i32) -> Option<(Date, Date)> {
        let end_year = if self.to < self.from { year + 1 } else { year };
        Some((day_of(year, self.from)?, day_of(end_year, self.to)?))
    }

    /// Whether both days exist in a leap year.
    pub fn is_valid(self) -> bool {
        NaiveDate::from_ymd_opt(2024, self.from.0, self.from.1).is_some()
            && NaiveDate::from_ymd_opt(2024, self.to.0, self.to.1).is_some()
    }
}

impl Season {
    /// Whether the stretches exist and none overlaps another, across New Year included.
    pub fn is_valid(&self) -> bool {
        if self.spans.is_empty() || !self.spans.iter().all(|span| span.is_valid()) {
            return false;
        }
        let mut all: Vec<_> = (2023..=2026)
            .flat_map(|year| self.spans.iter().filter_map(move |span| span.in_year(year)))
            .collect();
        all.sort();
        all.iter().zip(all.iter().skip(1)).all(|((_, end), (start, _))| end < start)
    }

    /// Its stretches that touch the dates, oldest first, each with the key of its campaign.
    fn stretches(&self, from: Date, to: Date) -> Vec<Window> {
        let mut out: Vec<Window> = (from.year() - 1..=to.year())
            .flat_map(|year| {
                self.spans.iter().zip(1..).filter_map(move |(span, n)| {
                    let (start, end) = span.in_year(year)?;
                    Some(Window { key: format!("{year:04}-{}-{n}", self.code), from: start, to: end })
                })
            })
            .filter(|window| window.from <= to && from <= window.to)
            .collect();
        out.sort_by_key(|window| window.from);
        out
    }
}

impl Period {
    /// The window this date lies in; none outside a season, outside a single window, and for events.
    pub fn window_of(&self, date: Date) -> Option<Window> {
        match self {
            Self::Once { from, by } => {
                let window = Window { key: "once".into(), from: *from, to: *by };
                window.contains(date).then_some(window)
            }
            Self::Every(unit) | Self::Standing(unit) => Some(unit.window_of(date)),
            Self::EveryIn(unit, season) => {
                let whole = unit.window_of(date);
                let stretches = season.stretches(whole.from, whole.to);
                let (stretch, nth) = stretches.iter().zip(1..).find(|(stretch, _)| stretch.contains(date))?;
                let key = if nth == 1 { whole.key } else { format!("{}.{nth}", whole.key) };
                Some(Window { key, from: whole.from.max(stretch.from), to: whole.to.min(stretch.to) })
            }
            Self::Campaign(season) => season.stretches(date, date).into_iter().next(),
            Self::Event => None,
        }
    }

    /// The window after one that ends on `date`; none when there is no later one.
    pub fn window_after(&self, date: Date) -> Option<Window> {
        let next = date.succ_opt()?;
        match self {
            Self::Once { .. } | Self::Event => None,
            Self::Every(unit) | Self::Standing(unit) => Some(unit.window_of(next)),
            Self::EveryIn(_, season) | Self::Campaign(season) => {
                let far = next.checked_add_months(Months::new(24))?;
                let stretch = season.stretches(next, far).into_iter().next()?;
                self.window_of(stretch.from.max(next))
            }
        }
    }

    /// All windows that touch the dates `from..=to`, oldest first, whole (not cut at `from` and `to`).
    pub fn occurrences(&self, from: Date, to: Date) -> Vec<Window> {
        if from > to {
            return Vec::new();
        }
        if let Self::Once { from: start, by } = self {
            let window = Window { key: "once".into(), from: *start, to: *by };
            return if *start <= to && from <= *by { vec![window] } else { Vec::new() };
        }
        let mut out = Vec::new();
        let mut next = self.window_of(from).or_else(|| self.window_after(from));
        while let Some(window) = next.take() {
            if window.from > to {
                break;
            }
            next = self.window_after(window.to);
            out.push(window);
        }
        out
    }

    /// The name for people, e.g. 每季度.
    pub fn label(&self) -> String {
        match self {
            Self::Once { by, .. } => format!("{by} 前一次"),
            Self::Every(unit) => unit.label().into(),
            Self::EveryIn(unit, season) => format!("{}内{}", season.name, unit.label()),
            Self::Campaign(season) => format!("每个{}", season.name),
            Self::Standing(_) => "长期保持".into(),
            Self::Event => "事件触发".into(),
        }
    }
}

/// Reads a key of the plain calendar: `2026`, `2026-H1`, `2026-Q3`, `2026-07`, `2026-W31`, `2026-07-15`.
pub fn parse_key(key: &str) -> Option<(Unit, Window)> {
    let year: i32 = key.get(..4)?.parse().ok()?;
    let first = NaiveDate::from_ymd_opt(year, 1, 1)?;
    let rest = key.get(4..)?;
    let month_start = |months: u32| first.checked_add_months(Months::new(months));
    let (unit, date) = match rest.as_bytes() {
        [] => (Unit::Year, first),
        [b'-', b'H', ..] => {
            (Unit::HalfYear, month_start(6 * rest.get(2..)?.parse::<u32>().ok()?.checked_sub(1)?)?)
        }
        [b'-', b'Q', ..] => {
            (Unit::Quarter, month_start(3 * rest.get(2..)?.parse::<u32>().ok()?.checked_sub(1)?)?)
        }
        [b'-', b'W', ..] => {
            let week = rest.get(2..)?.parse().ok()?;
            (Unit::Week, NaiveDate::from_isoywd_opt(year, week, Weekday::Mon)?)
        }
        [b'-', _, _] => (Unit::Month, NaiveDate::from_ymd_opt(year, rest.get(1..)?.parse().ok()?, 1)?),
        _ => (Unit::Day, parse_date(key)?),
    };
    let window = unit.window_of(date);
    (window.key == key).then_some((unit, window))
}

fn day_of(year: i32, (month, day): (u32, u32)) -> Option<Date> {
    let day =
        if (month, day) == (2, 29) && NaiveDate::from_ymd_opt(year, 2, 29).is_none() { 28 } else { day };
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Why the text of a period cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodProblem {
    /// Not one of the forms a plan file knows.
    #[error(
        "周期“{0}”无法识别，请写 year、half_year、quarter、month、week、day、standing、event、“day in 季节”、“season 季节”或“once 起..止”"
    )]
    Unknown(String),
    /// A season that the plan does not declare.
    #[error("季节“{0}”没有在本文件的 season 中声明，请先声明或改正代码")]
    Season(String),
    /// The first day lies after the last.
    #[error("起始日期晚于截止日期，请调整先后")]
    Backwards,
}

impl PeriodProblem {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "period.unknown",
            Self::Season(_) => "period.season",
            Self::Backwards => "period.backwards",
        }
    }
}

/// Reads a period as plan files write it.
///
/// Forms: a unit (`month`), `standing` or `standing month`, `event`, `day in SEASON`, `season SEASON`,
/// `once 2026-01-01..2026-06-30`. Errors: [`PeriodProblem`].
pub fn parse(text: &str, seasons: &[Season]) -> Result<Period, PeriodProblem> {
    let unknown = || PeriodProblem::Unknown(text.to_owned());
    let season = |code: &str| {
        let found = seasons.iter().find(|season| season.code == code).cloned();
        found.ok_or_else(|| PeriodProblem::Season(code.to_owned()))
    };
    let unit = |code: &str| Unit::from_code(code).ok_or_else(unknown);
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["standing"] => Ok(Period::Standing(Unit::Quarter)),
        ["standing", every] => Ok(Period::Standing(unit(every)?)),
        ["event"] => Ok(Period::Event),
        ["season", code] => Ok(Period::Campaign(season(code)?)),
        [every, "in", code] => Ok(Period::EveryIn(unit(every)?, season(code)?)),
        ["once", dates] => {
            let (from, by) = dates.split_once("..").ok_or_else(unknown)?;
            let from = parse_date(from).ok_or_else(unknown)?;
            let by = parse_date(by).ok_or_else(unknown)?;
            if from > by { Err(PeriodProblem::Backwards) } else { Ok(Period::Once { from, by }) }
        }
        [every] => Ok(Period::Every(unit(every)?)),
        _ => Err(unknown()),
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once { from, by } => write!(f, "once {from}..{by}"),
            Self::Every(unit) => f.write_str(unit.code()),
            Self::EveryIn(unit, season) => write!(f, "{} in {}", unit.code(), season.code),
            Self::Campaign(season) => write!(f, "season {}", season.code),
            Self::Standing(Unit::Quarter) => f.write_str("standing"),
            Self::Standing(unit) => write!(f, "standing {}", unit.code()),
            Self::Event => f.write_str("event"),
        }
    }
}

impl FromStr for Unit {
    type Err = PeriodProblem;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_code(text).ok_or_else(|| PeriodProblem::Unknown(text.to_owned()))
    }
}

/// A window as people call it: `2026年11月`, `2026年第4季度`; by its days where it has no such name.
pub fn window_label(key: &str, from: NaiveDate, to: NaiveDate) -> String {
    let Some((unit, window)) = parse_key(key).filter(|(_, window)| (window.from, window.to) == (from, to))
    else {
        return format!("{from} 至 {to}");
    };
    let year = from.format("%Y年");
    match unit {
        Unit::Year => year.to_string(),
        Unit::HalfYear => format!("{year}{}", if key.ends_with("H1") { "上半年" } else { "下半年" }),
        Unit::Quarter => format!("{year}第{}季度", key.chars().last().unwrap_or_default()),
        Unit::Month => window.from.format("%Y年%-m月").to_string(),
        Unit::Week => format!("{} 至 {} 周", from.format("%-m月%-d日"), to.format("%-m月%-d日")),
        Unit::Day => window.from.format("%Y年%-m月%-d日").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(y: i32, m: u32, d: u32) -> Date {
        Date::from_ymd_opt(y, m, d).expect("a date written in a test exists")
    }

    fn forest() -> Season {
        Season {
            code: "forest".into(),
            name: "防火期".into(),
            spans: vec![YearSpan { from: (1, 1), to: (5, 10) }, YearSpan { from: (7, 10), to: (10, 10) }],
        }
    }

    fn winter() -> Season {
        Season {
            code: "winter".into(),
            name: "冬季".into(),
            spans: vec![YearSpan { from: (11, 1), to: (2, 29) }],
        }
    }

    fn keys(windows: &[Window]) -> Vec<&str> {
        windows.iter().map(|window| window.key.as_str()).collect()
    }

    #[test]
    fn windows_carry_keys_people_read() {
        for (unit, key, from, to) in [
            (Unit::Year, "2026", date(2026, 1, 1), date(2026, 12, 31)),
            (Unit::HalfYear, "2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
            (Unit::Quarter, "2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
            (Unit::Month, "2026-08", date(2026, 8, 1), date(2026, 8, 31)),
            (Unit::Week, "2026-W32", date(2026, 8, 3), date(2026, 8, 9)),
            (Unit::Day, "2026-08-05", date(2026, 8, 5), date(2026, 8, 5)),
        ] {
            let window = unit.window_of(date(2026, 8, 5));
            assert_eq!((window.key.as_str(), window.from, window.to), (key, from, to));
        }
    }

    #[test]
    fn the_first_days_of_january_may_belong_to_last_years_week() {
        assert_eq!(Unit::Week.window_of(date(2027, 1, 1)).key, "2026-W53");
    }

    #[test]
    fn a_quarter_range_lists_the_quarters_it_touches() {
        let found = Period::Every(Unit::Quarter).occurrences(date(2025, 12, 31), date(2026, 7, 1));
        assert_eq!(keys(&found), ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]);
    }

    #[test]
    fn a_season_cuts_the_units_at_its_edges() {
        let found = Period::EveryIn(Unit::Month, forest()).occurrences(date(2026, 4, 1), date(2026, 8, 1));
        let cut: Vec<_> = found.iter().map(|w| (w.key.as_str(), w.from, w.to)).collect();
        assert_eq!(
            cut,
            [
                ("2026-04", date(2026, 4, 1), date(2026, 4, 30)),
                ("2026-05", date(2026, 5, 1), date(2026, 5, 10)),
                ("2026-07", date(2026, 7, 10), date(2026, 7, 31)),
                ("2026-08", date(2026, 8, 1), date(2026, 8, 31)),
            ]
        );
    }

    #[test]
    fn a_winter_campaign_crosses_new_year_and_knows_leap_days() {
        let found = Period::Campaign(winter()).occurrences(date(2026, 1, 1), date(2028, 12, 31));
        assert_eq!(keys(&found), ["2025-winter-1", "2026-winter-1", "2027-winter-1", "2028-winter-1"]);
        assert_eq!(found.get(1).map(|w| w.to), Some(date(2027, 2, 28)));
        assert_eq!(found.get(2).map(|w| w.to), Some(date(2028, 2, 29)));
    }

    #[test]
    fn overlapping_stretches_are_no_season() {
        assert!(forest().is_valid() && winter().is_valid());
        let mut overlapping = winter();
        overlapping.spans.push(YearSpan { from: (2, 1), to: (3, 1) });
        assert!(!overlapping.is_valid());
        assert!(
            !Season {
                code: "x".into(),
                name: "x".into(),
                spans: vec![YearSpan { from: (2, 30), to: (3, 1) }]
            }
            .is_valid()
        );
    }

    #[test]
    fn texts_of_periods_read_and_print_the_same() {
        let seasons = [forest(), winter()];
        for text in [
            "year",
            "half_year",
            "quarter",
            "month",
            "week",
            "day",
            "standing",
            "standing month",
            "event",
            "day in forest",
            "season winter",
            "once 2026-01-01..2026-06-30",
        ] {
            assert_eq!(parse(text, &seasons).map(|period| period.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn a_text_that_is_no_period_says_why() {
        let seasons = [forest()];
        for (text, code) in [
            ("每月", "period.unknown"),
            ("monthly", "period.unknown"),
            ("day in summer", "period.season"),
            ("once 2026-06-30..2026-01-01", "period.backwards"),
            ("once 2026-13-01..2026-14-01", "period.unknown"),
            ("", "period.unknown"),
        ] {
            assert_eq!(parse(text, &seasons).map_err(|problem| problem.code()), Err(code), "{text}");
        }
    }

    #[test]
    fn keys_that_name_no_window_are_refused() {
        for key in
            ["2026-H0", "2026-H3", "2026-Q0", "2026-Q5", "2026-13", "2026-W54", "2026-7", "x", "青峰", ""]
        {
            assert_eq!(parse_key(key), None, "{key}");
        }
    }

    fn any_period() -> impl Strategy<Value = Period> {
        let unit = proptest::sample::select(Unit::ALL.to_vec());
        let season = proptest::sample::select(vec![forest(), winter()]);
        prop_oneof![
            unit.clone().prop_map(Period::Every),
            unit.clone().prop_map(Period::Standing),
            (unit, season.clone()).prop_map(|(unit, season)| Period::EveryIn(unit, season)),
            season.prop_map(Period::Campaign),
        ]
    }

    proptest! {
        #[test]
        fn every_day_lies_in_exactly_the_windows_it_should(
            period in any_period(), offset in 0u64..2000, length in 0u64..900
        ) {
            let from = date(2023, 1, 1) + Days::new(offset);
            let to = from + Days::new(length);
            let windows = period.occurrences(from, to);
            let seasonal = matches!(period, Period::EveryIn(..) | Period::Campaign(_));
            for (earlier, later) in windows.iter().zip(windows.iter().skip(1)) {
                prop_assert!(earlier.to < later.from, "overlap");
                prop_assert!(seasonal || earlier.to + Days::new(1) == later.from, "gap");
            }
            let mut day = from;
            while day <= to {
                let holding: Vec<_> = windows.iter().filter(|window| window.contains(day)).collect();
                prop_assert!(holding.len() <= 1);
                prop_assert_eq!(holding.first().map(|w| (*w).clone()), period.window_of(day));
                prop_assert!(seasonal || holding.len() == 1);
                day = day + Days::new(1);
            }
        }

        #[test]
        fn no_text_makes_a_key_panic(text in "\\PC{0,12}") {
            let _ = parse_key(&text);
        }
    }

    #[test]
    fn windows_are_called_as_people_call_them() {
        let day = |text: &str| crate::time::parse_date(text).expect("a date written in a test exists");
        for (key, from, to, label) in [
            ("2026-11", "2026-11-01", "2026-11-30", "2026年11月"),
            ("2026-Q4", "2026-10-01", "2026-12-31", "2026年第4季度"),
            ("2026-H1", "2026-01-01", "2026-06-30", "2026年上半年"),
            ("2026-W48", "2026-11-23", "2026-11-29", "11月23日 至 11月29日 周"),
            ("2026-05", "2026-05-01", "2026-05-10", "2026-05-01 至 2026-05-10"),
            ("E-x", "2026-05-01", "2026-05-10", "2026-05-01 至 2026-05-10"),
        ] {
            assert_eq!(window_label(key, day(from), day(to)), label);
        }
    }
}

//! 户数人数: how many households and people a village group had on the day somebody counted them. A later count does not
//! change an earlier one; what holds on a day is the newest made by then. What does not belong here: who is at one place
//! (`place`), where a group lives (`app`).

use crate::time::Date;

/// More people than any village group has: beyond it somebody mistyped.
const MOST_PEOPLE: u32 = 20_000;

/// One count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residents {
    /// The day it holds from.
    pub counted_on: Date,
    /// 户数.
    pub households: u32,
    /// 人数, who live there.
    pub people: u32,
    /// By whose word, as a yearly return of the village.
    pub source: String,
}

/// Why a count is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResidentsRefusal {
    /// Counted tomorrow.
    #[error("统计日期还没有到，请核对日期")]
    NotYet,
    /// Nobody says whose number it is.
    #[error("请写明来源，如村委会户籍年报")]
    NoSource,
    /// More than can be.
    #[error("一个村民小组的户数、人数应在 0 到 20000 之间，请核对")]
    TooMany,
    /// Households in which nobody lives.
    #[error("有人居住但户数是 0，请核对户数")]
    NoHouseholds,
}

impl ResidentsRefusal {
    /// Stable dotted code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotYet => "group_count.not_yet",
            Self::NoSource => "group_count.no_source",
            Self::TooMany => "group_count.too_many",
            Self::NoHouseholds => "group_count.no_households",
        }
    }
}

impl Residents {
    /// Checks a count that is to be kept.
    ///
    /// Errors: made tomorrow; no source; more than can be; people without a household.
    pub fn checked(self, today: Date) -> Result<Self, ResidentsRefusal> {
        if self.counted_on > today {
            return Err(ResidentsRefusal::NotYet);
        }
        if self.source.trim().is_empty() {
            return Err(ResidentsRefusal::NoSource);
        }
        if self.people.max(self.households) > MOST_PEOPLE {
            return Err(ResidentsRefusal::TooMany);
        }
        if self.people > 0 && self.households == 0 {
            return Err(ResidentsRefusal::NoHouseholds);
        }
        Ok(Self { source: self.source.trim().to_owned(), ..self })
    }
}

/// The count that holds on a day: the newest made by then, of two of one day the one recorded later. Counts come in the order
/// they were recorded.
pub fn holding<'a>(counts: impl Iterator<Item = &'a Residents>, on: Date) -> Option<&'a Residents> {
    counts.filter(|one| one.counted_on <= on).max_by_key(|one| one.counted_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        crate::time::parse_date(text).expect("a date")
    }

    fn count(on: &str, households: u32, people: u32) -> Residents {
        Residents { counted_on: day(on), households, people, source: "户籍年报".to_owned() }
    }

    #[test]
    fn what_holds_is_the_newest_count_made_by_the_day_and_a_correction_of_one_day_the_later() {
        let counts = [count("2024-12-31", 30, 80), count("2025-12-31", 29, 71), count("2025-12-31", 29, 72)];
        let on = |date: &str| holding(counts.iter(), day(date)).map(|one| one.people);
        assert_eq!(on("2024-06-01"), None);
        assert_eq!(on("2025-06-01"), Some(80));
        assert_eq!(on("2026-11-27"), Some(72));
    }

    #[test]
    fn a_count_that_cannot_be_is_refused() {
        let code = |one: Residents| one.checked(day("2026-11-27")).err().map(ResidentsRefusal::code);
        assert_eq!(code(count("2026-11-27", 30, 80)), None);
        assert_eq!(code(count("2026-11-28", 30, 80)), Some("group_count.not_yet"));
        assert_eq!(code(count("2026-01-01", 30, 80_000)), Some("group_count.too_many"));
        assert_eq!(code(count("2026-01-01", 0, 8)), Some("group_count.no_households"));
        assert_eq!(code(count("2026-01-01", 30, 25)), None, "who is away is not counted");
        let nobody = Residents { source: " ".to_owned(), ..count("2026-01-01", 30, 80) };
        assert_eq!(code(nobody), Some("group_count.no_source"));
    }
}

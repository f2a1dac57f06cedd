//! Which code a territory may have, and when it is given up. A village entered by mistake is never deleted: it is closed from
//! a day on, with a reason, and keeps its history.

use super::{Level, OrgRefusal};
use crate::time::Date;

/// 停用: since when a territory is no more, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// The first day on which it is no more.
    pub on: Date,
    /// Why.
    pub reason: String,
}

/// What still lies in a territory and below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holds {
    /// Territories below it that are not closed.
    pub below: i64,
    /// Organisations that are there.
    pub orgs: i64,
    /// Posts that are there.
    pub posts: i64,
    /// Assignments that have not ended.
    pub assignments: i64,
    /// Places that are neither void nor gone.
    pub places: i64,
    /// Lists of it with somebody on them.
    pub lists: i64,
    /// Facilities that are neither void nor retired.
    pub facilities: i64,
    /// Forces that are not closed.
    pub forces: i64,
    /// Devices that are neither void nor retired.
    pub devices: i64,
    /// Stretches of road that are not void.
    pub roads: i64,
}

impl Closing {
    /// Gives a territory up from a day on.
    ///
    /// Errors: it is the town; no reason; the day has not come; something still lies in it.
    pub fn of(
        level: Level,
        (on, reason): (Date, &str),
        today: Date,
        holds: Holds,
    ) -> Result<Self, OrgRefusal> {
        if level <= Level::Town {
            return Err(OrgRefusal::TownStays);
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(OrgRefusal::NoReason);
        }
        if on > today {
            return Err(OrgRefusal::ClosedLater);
        }
        if holds != Holds::default() {
            return Err(OrgRefusal::StillHolds(holds));
        }
        Ok(Self { on, reason: reason.to_owned() })
    }
}

/// Checks the code of a new territory by its floor: a village goes on from the town's first nine digits, what lies below
/// from the code above it. One of our own, until the state's is known, must not look like the state's.
/// Source: 统计用区划代码, twelve digits of which nine are the town's; no number of digits is fixed below the village.
///
/// Errors: the code is none of this floor here.
pub fn check_code(
    level: Level,
    code: &str,
    (town, above): (&str, &str),
    provisional: bool,
) -> Result<(), OrgRefusal> {
    match level {
        Level::District | Level::Town => Ok(()),
        Level::Village => {
            let nine = town.get(..9).unwrap_or(town);
            let is_village = code.strip_prefix(nine).is_some_and(|rest| match rest.strip_prefix('P') {
                Some(own) => provisional && is_digits(own, 2, 2),
                None => is_digits(rest, 3, 3) && rest != "000",
            });
            let refused = || OrgRefusal::VillageCode { town: nine.to_owned() };
            is_village.then_some(()).ok_or_else(refused)
        }
        Level::Grid | Level::Group | Level::Building => {
            let goes_on = code.strip_prefix(above).is_some_and(|rest| {
                let rest = rest.strip_prefix('-').unwrap_or(rest);
                let rest = rest.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(rest);
                is_digits(rest, 1, 12)
            });
            let is_own = provisional
                && code.starts_with(|c: char| c.is_ascii_alphabetic())
                && (2..=20).contains(&code.len())
                && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            let refused = || OrgRefusal::PartCode { above: above.to_owned() };
            (goes_on || is_own).then_some(()).ok_or_else(refused)
        }
    }
}

fn is_digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOWN: &str = "500118100000";
    const VILLAGE: &str = "500118100201";

    #[test]
    fn a_code_goes_on_from_the_one_above() {
        // Floor, code, above, provisional, whether it is taken.
        for (level, code, above, provisional, taken) in [
            (Level::Village, VILLAGE, TOWN, false, true),
            (Level::Village, VILLAGE, TOWN, true, true),
            (Level::Village, "500118100P07", TOWN, true, true),
            (Level::Village, "500118100P07", TOWN, false, false),
            (Level::Village, "500118100P7", TOWN, true, false),
            (Level::Village, TOWN, TOWN, false, false),
            (Level::Village, "77", TOWN, true, false),
            (Level::Village, "12", TOWN, false, false),
            (Level::Village, "-1", TOWN, true, false),
            (Level::Village, "500118100abc", TOWN, true, false),
            (Level::Village, "510000000000", TOWN, false, false),
            (Level::Village, "5001181002011", TOWN, false, false),
            (Level::Village, "500118100２０１", TOWN, false, false),
            (Level::Grid, "500118100201001", VILLAGE, false, true),
            (Level::Grid, "500118100P01001", "500118100P01", true, true),
            (Level::Grid, "500118100202001", VILLAGE, false, false),
            (Level::Grid, VILLAGE, VILLAGE, false, false),
            (Level::Grid, "77", VILLAGE, true, false),
            (Level::Grid, "g-2", VILLAGE, true, true),
            (Level::Grid, "g-2", VILLAGE, false, false),
            (Level::Grid, "-1", VILLAGE, true, false),
            (Level::Group, "500118100P01001-Z01", "500118100P01001", true, true),
            (Level::Building, "500118100P01001-L01", "500118100P01001", true, true),
            (Level::Building, "500118100P01001-楼", "500118100P01001", true, false),
        ] {
            let found = check_code(level, code, (TOWN, above), provisional);
            assert_eq!(found.is_ok(), taken, "{level:?} {code} {provisional}");
            assert!(found.err().is_none_or(|refusal| refusal.code() == "territory.code"), "{code}");
        }
    }

    #[test]
    fn a_territory_is_given_up_when_nothing_lies_in_it() {
        let day = |text: &str| crate::time::parse_date(text).expect("a date written in a test exists");
        let (today, empty) = (day("2026-09-21"), Holds::default());
        let close =
            |level, on: &str, reason: &str, holds| Closing::of(level, (day(on), reason), today, holds);
        let well = close(Level::Village, "2026-09-01", " 录重了 ", empty);
        assert_eq!(well, Ok(Closing { on: day("2026-09-01"), reason: "录重了".to_owned() }));
        let refused = |found: Result<Closing, OrgRefusal>| found.err().map(|refusal| refusal.code());
        let two = Holds { places: 2, ..empty };
        for (found, code) in [
            (close(Level::Town, "2026-09-01", "x", empty), "territory.town_stays"),
            (close(Level::Village, "2026-09-01", " ", empty), "territory.no_reason"),
            (close(Level::Village, "2026-09-22", "x", empty), "territory.closed_later"),
            (close(Level::Grid, "2026-09-21", "x", two), "territory.still_holds"),
        ] {
            assert_eq!(refused(found), Some(code));
        }
    }
}

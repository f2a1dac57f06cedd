//! Somebody on a post who is away for some days: he stays its holder and keeps his rights, he only does not count as there.
//! Whoever acts for him meanwhile stands on the post beside him, with an end. What does not belong here: who leaves a post
//! (`end`), members of forces by the day of the week (`force`).

use serde::{Deserialize, Serialize};

use super::{Assignment, OrgRefusal};
use crate::time::Date;

/// Away for some days, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Why, as far as one likes to say.
    pub reason: String,
}

impl Away {
    /// Whether it holds a day.
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// Until when, in words for people. Why is his own and theirs who grant it, so it is not said where people are called.
    pub fn until(&self) -> String {
        format!("请假至 {}", self.to)
    }
}

impl Assignment {
    /// Why he is not there on a day; none when he is.
    pub fn absence(&self, day: Date) -> Option<&Away> {
        self.away.iter().find(|one| one.holds(day))
    }

    /// Whether he acts on one of the days on which somebody else is away. Who was relieved before he began acts on none.
    pub fn acts_during(&self, away: &Away) -> bool {
        self.acting
            && self.from <= away.to
            && self.to.is_none_or(|last| last >= away.from && last >= self.from)
    }

    /// He will be away, or is.
    ///
    /// Errors: the days end before they begin or lie outside of his time on the post; he is away on one of them already.
    pub fn go_away(mut self, away: Away) -> Result<Self, OrgRefusal> {
        if away.to < away.from {
            return Err(OrgRefusal::AwayEnds);
        }
        if !self.is_valid_on(away.from) || !self.is_valid_on(away.to) {
            return Err(OrgRefusal::AwayOutside);
        }
        if let Some(one) = self.away.iter().find(|one| one.from <= away.to && away.from <= one.to) {
            return Err(OrgRefusal::AwayTwice { from: one.from, to: one.to });
        }
        self.away.push(away);
        self.away.sort_by_key(|one| (one.from, one.to));
        Ok(self)
    }

    /// He is back early, or does not go: what has not begun is taken back, what has ends the day before. Gives the absence
    /// as it was.
    ///
    /// Errors: he is not away from that day, or it is over.
    pub fn come_back(mut self, from: Date, today: Date) -> Result<(Self, Away), OrgRefusal> {
        let at = self.away.iter().position(|one| one.from == from && one.to >= today);
        let at = at.ok_or(OrgRefusal::NotAway)?;
        let mut was = self.away.remove(at);
        let before = was.clone();
        if let Some(yesterday) = today.pred_opt().filter(|yesterday| from <= *yesterday) {
            was.to = yesterday;
            self.away.insert(at, was);
        }
        Ok((self, before))
    }

    /// Who acted for somebody away is relieved when that one is back: he was on the post until the day before, or on no day
    /// at all where he had not begun. Who does not act stays as he is.
    pub fn relieve(mut self, away: &Away, today: Date) -> Option<Self> {
        let acts_for = self.acting && self.to == Some(away.to) && self.from >= away.from;
        if !acts_for || away.to < today {
            return None;
        }
        let last = if self.from < today { today.pred_opt() } else { self.from.pred_opt() };
        self.to = Some(last?);
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::org::Role;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    fn held() -> Assignment {
        Assignment {
            away: Vec::new(),
            id: "a".into(),
            person: "p".into(),
            post: "post".into(),
            role: Role::VillageStaff,
            org: "village".into(),
            territory: "500118100201".into(),
            path: "500118100000/500118100201".to_owned(),
            place: None,
            acting: false,
            from: day("2026-01-01"),
            to: Some(day("2026-12-31")),
            basis: String::new(),
        }
    }

    fn away(from: &str, to: &str) -> Away {
        Away { from: day(from), to: day(to), reason: String::new() }
    }

    #[test]
    fn who_is_away_stays_the_holder_and_is_not_there() {
        let one = held().go_away(away("2026-09-21", "2026-09-25")).expect("days of his");
        for (on, is) in
            [("2026-09-20", false), ("2026-09-21", true), ("2026-09-25", true), ("2026-09-26", false)]
        {
            assert_eq!(one.absence(day(on)).is_some(), is, "{on}");
            assert!(one.is_valid_on(day(on)), "{on}: his rights stay");
        }
        assert_eq!(one.absence(day("2026-09-21")).map(Away::until).as_deref(), Some("请假至 2026-09-25"));
    }

    #[test]
    fn days_that_cannot_be_are_refused() {
        assert_eq!(held().go_away(away("2026-09-25", "2026-09-21")), Err(OrgRefusal::AwayEnds));
        assert_eq!(held().go_away(away("2025-12-31", "2026-01-02")), Err(OrgRefusal::AwayOutside));
        assert_eq!(held().go_away(away("2026-12-30", "2027-01-01")), Err(OrgRefusal::AwayOutside));
        let one = held().go_away(away("2026-09-21", "2026-09-25")).expect("days of his");
        let twice = OrgRefusal::AwayTwice { from: day("2026-09-21"), to: day("2026-09-25") };
        assert_eq!(one.clone().go_away(away("2026-09-25", "2026-09-28")), Err(twice));
        assert!(one.go_away(away("2026-09-26", "2026-09-28")).is_ok(), "the day after is free");
    }

    #[test]
    fn who_is_back_early_counts_from_that_day_and_his_deputy_is_relieved() {
        let days = away("2026-09-21", "2026-09-25");
        let one = held().go_away(days.clone()).expect("days of his");
        let (back, was) = one.clone().come_back(day("2026-09-21"), day("2026-09-23")).expect("is away");
        assert_eq!((back.away, &was), (vec![away("2026-09-21", "2026-09-22")], &days));
        let (never, _) = one.clone().come_back(day("2026-09-21"), day("2026-09-21")).expect("has not gone");
        assert!(never.away.is_empty());
        let late = one.clone().come_back(day("2026-09-21"), day("2026-09-26"));
        assert_eq!(late.map(|_| ()), Err(OrgRefusal::NotAway), "is over");
        assert_eq!(one.come_back(day("2026-09-22"), day("2026-09-22")).map(|_| ()), Err(OrgRefusal::NotAway));

        let acts =
            Assignment { acting: true, from: day("2026-09-21"), to: Some(day("2026-09-25")), ..held() };
        let until = |today: &str| acts.clone().relieve(&days, day(today)).and_then(|one| one.to);
        assert_eq!(until("2026-09-23"), Some(day("2026-09-22")));
        assert_eq!(until("2026-09-20"), Some(day("2026-09-20")), "never began");
        assert_eq!(until("2026-09-26"), None, "is over");
        assert!(acts.acts_during(&days) && acts.acts_during(&away("2026-09-25", "2026-09-30")));
        assert!(!acts.acts_during(&away("2026-09-26", "2026-09-30")), "acts no more");
        let relieved = acts.clone().relieve(&days, day("2026-09-20"));
        assert!(relieved.is_some_and(|one| !one.acts_during(&days)), "never began");
        assert!(!Assignment { acting: false, ..acts.clone() }.acts_during(&days), "holds the post himself");
        assert_eq!(Assignment { acting: false, ..acts.clone() }.relieve(&days, day("2026-09-23")), None);
        let other = Assignment { to: Some(day("2026-10-31")), ..acts };
        assert_eq!(other.relieve(&days, day("2026-09-23")), None, "acts for another reason");
    }
}

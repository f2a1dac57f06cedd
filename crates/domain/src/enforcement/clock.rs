//! Every statutory period of a penalty case: how long, counted how, by which article; and the days it ends on. What does
//! not belong here: what may still be done when one is over (`machine`).
//!
//! Source: 行政处罚法 (2021) art. 85: periods of two, three, five and seven days are working days, others calendar days;
//! 行政强制法 (2011) art. 69: there, periods of up to ten days are working days. 行政诉讼法 art. 101, 行政复议法 (2023) art. 88
//! with 民事诉讼法 (2023) art. 85: a period before the organ of review or a court that ends on a day off ends on the first
//! day worked after it.

use chrono::{Days, Months};
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, OutOfRange};
use crate::org::words;
use crate::place::Confidence;
use crate::time::Date;

words! {
    /// A period of the law.
    Clock {
        Decision "decision" "作出处罚决定"
        Preservation "preservation" "处理先行登记保存的证据"
        HearingRequest "hearing_request" "要求听证"
        HearingNotice "hearing_notice" "听证前通知"
        Service "service" "送达决定书"
        PublicNotice "public_notice" "公告送达"
        Payment "payment" "缴纳罚款"
        HandIn "hand_in" "当场收缴的罚款交回"
        Reconsideration "reconsideration" "申请行政复议"
        Litigation "litigation" "提起行政诉讼"
        LitigationAfterReview "litigation_after_review" "不服复议决定提起诉讼"
        Demand "demand" "催告后履行"
        CourtApplication "court_application" "申请法院强制执行"
        Limitation "limitation" "追究时效"
        LimitationHarm "limitation_harm" "追究时效（危害生命健康、金融安全且有后果）"
    }
}

words! {
    /// How a period is counted.
    Unit {
        Working "working" "个工作日"
        Calendar "calendar" "日"
        Month "month" "个月"
        Year "year" "年"
    }
}

/// How long a period is, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub n: u16,
    /// Of what.
    pub unit: Unit,
    /// The article.
    pub law: &'static str,
    /// How far it was checked.
    pub confidence: Confidence,
}

/// What is added for every day a fine is late, in hundredths of the fine. Source: 行政处罚法 (2021) art. 72.
pub const LATE_PERCENT: i64 = 3;

impl Clock {
    /// Its length and its article.
    pub fn limit(self) -> Limit {
        use Confidence::{Likely, Sure};
        let (n, unit, law, confidence) = match self {
            Self::Decision => (90, Unit::Calendar, "行政处罚法第六十条", Sure),
            Self::Preservation => (7, Unit::Working, "行政处罚法第五十六条、第八十五条", Sure),
            Self::HearingRequest => (5, Unit::Working, "行政处罚法第六十四条第一项、第八十五条", Sure),
            Self::HearingNotice => (7, Unit::Working, "行政处罚法第六十四条第二项、第八十五条", Sure),
            Self::Service => (7, Unit::Working, "行政处罚法第六十一条、第八十五条", Sure),
            Self::PublicNotice => (30, Unit::Calendar, "民事诉讼法第九十五条、行政处罚法第六十一条", Likely),
            Self::Payment => (15, Unit::Calendar, "行政处罚法第六十七条", Sure),
            Self::HandIn => (2, Unit::Working, "行政处罚法第七十一条、第八十五条", Sure),
            Self::Reconsideration => (60, Unit::Calendar, "行政复议法第二十条", Likely),
            Self::Litigation => (6, Unit::Month, "行政诉讼法第四十六条", Likely),
            Self::LitigationAfterReview => (15, Unit::Calendar, "行政诉讼法第四十五条", Likely),
            // Up to ten days are working days there; counting fewer would let the organ go to court too early.
            Self::Demand => (10, Unit::Working, "行政强制法第五十四条、第六十九条", Likely),
            Self::CourtApplication => (3, Unit::Month, "行政强制法第五十三条", Sure),
            Self::Limitation => (2, Unit::Year, "行政处罚法第三十六条", Sure),
            Self::LimitationHarm => (5, Unit::Year, "行政处罚法第三十六条", Sure),
        };
        Limit { n, unit, law, confidence }
    }

    /// Whether its last day moves when it is a day off: so it is before the organ of review and before courts. The
    /// penalty law says nothing of the kind for the periods it sets itself.
    fn moves_off_days(self) -> bool {
        matches!(
            self,
            Self::Reconsideration | Self::Litigation | Self::LitigationAfterReview | Self::CourtApplication
        )
    }

    /// Whether the organ has something to do before it ends, or as soon as it has: it keeps the period itself, or waits for the
    /// party's before it may go on.
    pub fn is_watched(self) -> bool {
        match self {
            Self::Decision
            | Self::Preservation
            | Self::HearingRequest
            | Self::HearingNotice
            | Self::Service
            | Self::Payment
            | Self::HandIn
            | Self::Demand
            | Self::CourtApplication => true,
            Self::PublicNotice
            | Self::Reconsideration
            | Self::Litigation
            | Self::LitigationAfterReview
            | Self::Limitation
            | Self::LimitationHarm => false,
        }
    }

    /// Whether it is a right of the party that ends by itself: who does not use it owes nothing and is late with nothing.
    pub fn lapses(self) -> bool {
        matches!(
            self,
            Self::HearingRequest | Self::Reconsideration | Self::Litigation | Self::LitigationAfterReview
        )
    }

    /// The last day of the period that begins with `start`, the day after it being day one.
    ///
    /// Errors: [`OutOfRange`] when the date cannot be represented.
    pub fn due(self, start: Date, calendar: &Calendar) -> Result<Date, OutOfRange> {
        let Limit { n, unit, .. } = self.limit();
        let last = match unit {
            Unit::Working => calendar.working_day_after(start, n),
            Unit::Calendar => start.checked_add_days(Days::new(n.into())).ok_or(OutOfRange),
            Unit::Month => start.checked_add_months(Months::new(n.into())).ok_or(OutOfRange),
            Unit::Year => start.checked_add_months(Months::new(u32::from(n) * 12)).ok_or(OutOfRange),
        }?;
        if self.moves_off_days() && !calendar.is_working_day(last) {
            return calendar.working_day_after(last, 1);
        }
        Ok(last)
    }
}

/// A time that does not count, because a law, regulation or rule says so. Source: 行政处罚法 (2021) art. 60.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// First day that does not count.
    pub from: Date,
    /// The day it counts again; none while it stands still.
    pub to: Option<Date>,
    /// The provision.
    pub basis: String,
}

/// The days of pauses up to a day, each counted once. Units: days.
pub fn paused_days(pauses: &[Pause], today: Date) -> u64 {
    let mut spans: Vec<(Date, Date)> =
        pauses.iter().map(|one| (one.from, one.to.unwrap_or(today).min(today))).collect();
    spans.sort();
    let (mut total, mut reached) = (0, Date::MIN);
    for (from, to) in spans {
        let from = from.max(reached);
        if to > from {
            total += (to - from).num_days().unsigned_abs();
            reached = to;
        }
    }
    total
}

/// The last day for a decision on a case filed on a day: what was paused is added, a day a law allows instead replaces it.
///
/// Errors: [`OutOfRange`] when the date cannot be represented.
pub fn decision_due(
    filed_on: Date,
    pauses: &[Pause],
    extended_to: Option<Date>,
    today: Date,
    calendar: &Calendar,
) -> Result<Date, OutOfRange> {
    let due = Clock::Decision.due(filed_on, calendar)?;
    let due = due.checked_add_days(Days::new(paused_days(pauses, today))).ok_or(OutOfRange)?;
    Ok(extended_to.map_or(due, |to| to.max(due)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::DayKind;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a date written in a test exists")
    }

    /// Spring Festival and National Day 2026 as the notice of the State Council says.
    fn calendar() -> Calendar {
        let run = |from: &str, to: &str| {
            let (mut at, last) = (day(from), day(to));
            let mut days = Vec::new();
            while at <= last {
                days.push((at, DayKind::Holiday));
                at = at.succ_opt().expect("there is a next day");
            }
            days
        };
        let worked = ["2026-02-14", "2026-02-28", "2026-09-20", "2026-10-10"]
            .map(|text| (day(text), DayKind::Workday));
        Calendar::weekdays()
            .with(run("2026-02-15", "2026-02-23"))
            .with(run("2026-04-04", "2026-04-06"))
            .with(run("2026-09-25", "2026-09-27"))
            .with(run("2026-10-01", "2026-10-07"))
            .with(worked)
    }

    #[test]
    fn what_the_party_may_do_is_nobodys_delay_when_it_does_not() {
        use super::super::Running;
        for clock in Clock::ALL.iter().copied() {
            let (from, due) = (day("2026-09-01"), day("2026-09-08"));
            let open = Running { clock, from, due, done: None };
            let is_right = clock.lapses();
            assert_eq!(
                (open.is_late(due), open.has_lapsed(due)),
                (false, false),
                "{clock:?} on its last day"
            );
            let after = day("2026-09-09");
            assert_eq!(
                (open.is_late(after), open.has_lapsed(after)),
                (!is_right, is_right),
                "{clock:?} after it"
            );
            let kept = Running { done: Some(due), ..open };
            assert_eq!((kept.is_late(after), kept.has_lapsed(after)), (false, false), "{clock:?} kept");
        }
    }

    /// Every clock of the law, from before a holiday, over it, and where no holiday lies.
    #[test]
    fn every_statutory_clock_ends_on_the_day_the_law_says() {
        use Clock::*;
        let table: &[(Clock, &str, &str)] = &[
            (Decision, "2026-01-05", "2026-04-05"),
            (Decision, "2026-09-21", "2026-12-20"),
            (Preservation, "2026-02-11", "2026-02-27"),
            (Preservation, "2026-03-02", "2026-03-11"),
            (Preservation, "2026-09-29", "2026-10-14"),
            (HearingRequest, "2026-02-12", "2026-02-26"),
            (HearingRequest, "2026-09-29", "2026-10-12"),
            (HearingRequest, "2026-09-18", "2026-09-24"),
            (HearingNotice, "2026-02-12", "2026-02-28"),
            (HearingNotice, "2026-03-30", "2026-04-09"),
            (HearingNotice, "2026-09-28", "2026-10-13"),
            (Service, "2026-02-13", "2026-03-02"),
            (Service, "2026-06-01", "2026-06-10"),
            (Service, "2026-09-30", "2026-10-15"),
            (Payment, "2026-02-10", "2026-02-25"),
            (Payment, "2026-02-28", "2026-03-15"),
            (Payment, "2026-09-24", "2026-10-09"),
            (HandIn, "2026-02-13", "2026-02-24"),
            (HandIn, "2026-09-18", "2026-09-21"),
            (HandIn, "2026-09-30", "2026-10-09"),
            (PublicNotice, "2026-09-01", "2026-10-01"),
            (Reconsideration, "2026-01-31", "2026-04-01"),
            (Reconsideration, "2026-02-04", "2026-04-07"),
            (Reconsideration, "2026-12-18", "2027-02-16"),
            (Litigation, "2026-04-01", "2026-10-08"),
            (Litigation, "2026-08-31", "2027-03-01"),
            (LitigationAfterReview, "2026-02-02", "2026-02-24"),
            (LitigationAfterReview, "2026-09-16", "2026-10-08"),
            (LitigationAfterReview, "2026-06-01", "2026-06-16"),
            (Demand, "2026-02-12", "2026-03-04"),
            (Demand, "2026-09-30", "2026-10-20"),
            (CourtApplication, "2026-07-01", "2026-10-08"),
            (CourtApplication, "2026-11-30", "2027-03-01"),
            (CourtApplication, "2026-12-01", "2027-03-01"),
            (Limitation, "2024-02-29", "2026-02-28"),
            (LimitationHarm, "2021-09-20", "2026-09-20"),
        ];
        let calendar = calendar();
        for (clock, start, due) in table {
            assert_eq!(clock.due(day(start), &calendar), Ok(day(due)), "{} from {start}", clock.code());
        }
        for clock in Clock::ALL {
            assert!(table.iter().any(|(one, ..)| one == clock), "{} is in the table", clock.code());
            assert!(clock.limit().law.contains('第'), "{} names its article", clock.code());
        }
        // Whatever counts in working days is in the table over both holidays.
        for (holiday, first, last) in
            [("Spring Festival", "2026-02-15", "2026-02-23"), ("National Day", "2026-10-01", "2026-10-07")]
        {
            for clock in Clock::ALL.iter().filter(|one| one.limit().unit == Unit::Working) {
                let over =
                    |(one, start, due): &(Clock, &str, &str)| one == clock && *start < first && *due > last;
                assert!(table.iter().any(over), "{} over {holiday}", clock.code());
            }
        }
    }

    /// Line by line what the field's handbook §4.10 says of times, and which clock it is.
    #[test]
    fn the_handbooks_times_are_ours() {
        use Clock::*;
        for (line, clock, n, unit) in [
            ("先行登记保存: 7 wd to decide", Preservation, 7, Unit::Working),
            ("hearing: request ≤5 wd after notice", HearingRequest, 5, Unit::Working),
            ("notice ≥7 wd before hearing", HearingNotice, 7, Unit::Working),
            ("decision ≤90 d from filing (60)", Decision, 90, Unit::Calendar),
            ("service ≤7 wd if absent (61)", Service, 7, Unit::Working),
            ("fine payable 15 d (67)", Payment, 15, Unit::Calendar),
            ("on-spot collection handed in ≤2 wd (68-69)", HandIn, 2, Unit::Working),
            ("demand notice 10 d (AEL 54)", Demand, 10, Unit::Working),
            ("court enforcement within 3 months (AEL 53)", CourtApplication, 3, Unit::Month),
            ("reconsideration 60 d", Reconsideration, 60, Unit::Calendar),
            ("litigation 6 months", Litigation, 6, Unit::Month),
            ("prescription 2 years (36)", Limitation, 2, Unit::Year),
            ("5 years if life/health/financial security harmed", LimitationHarm, 5, Unit::Year),
        ] {
            let limit = clock.limit();
            assert_eq!((limit.n, limit.unit), (n, unit), "{line}");
        }
        assert_eq!(LATE_PERCENT, 3, "late fine +3 %/day (72)");
    }

    #[test]
    fn short_days_of_the_penalty_law_are_working_days_and_long_ones_are_not() {
        for clock in Clock::ALL {
            let limit = clock.limit();
            if limit.law.starts_with("行政处罚法") && limit.unit != Unit::Year {
                assert_eq!(limit.unit == Unit::Working, matches!(limit.n, 2 | 3 | 5 | 7), "{}", clock.code());
            }
        }
    }

    #[test]
    fn time_that_stands_still_is_added_once() {
        let pause = |from: &str, to: Option<&str>| Pause {
            from: day(from),
            to: to.map(day),
            basis: "鉴定期间不计入（规章规定）".to_owned(),
        };
        let calendar = calendar();
        let due = |pauses: &[Pause], today: &str| {
            decision_due(day("2026-01-05"), pauses, None, day(today), &calendar).expect("in range")
        };
        assert_eq!(due(&[], "2026-02-01"), day("2026-04-05"));
        let one = pause("2026-01-20", Some("2026-02-09"));
        assert_eq!(due(std::slice::from_ref(&one), "2026-03-01"), day("2026-04-25"));
        let overlapping = pause("2026-02-01", Some("2026-02-14"));
        assert_eq!(due(&[one, overlapping], "2026-03-01"), day("2026-04-30"), "no day twice");
        assert_eq!(due(&[pause("2026-01-20", None)], "2026-01-30"), day("2026-04-15"), "it still stands");
        let later =
            decision_due(day("2026-01-05"), &[], Some(day("2026-05-31")), day("2026-02-01"), &calendar);
        assert_eq!(later, Ok(day("2026-05-31")));
    }
}

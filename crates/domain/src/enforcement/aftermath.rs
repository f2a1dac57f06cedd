//! What follows a decision that reached the party: until when it has to pay, what a fine grows by, until when it may go to
//! review or to court, until when the organ may ask the court. What does not belong here: the steps (`machine`), how long
//! each period is (`clock`).
//!
//! Source: 行政处罚法 (2021) arts. 61, 67, 72, 73; 行政强制法 (2011) arts. 53, 54; 行政诉讼法 arts. 45, 46; 行政复议法 (2023)
//! art. 20.

use serde::{Deserialize, Deserializer, Serialize};

use super::clock::LATE_PERCENT;
use super::{Case, CaseRefusal, Clock, Outcome, Procedure, Step};
use crate::calendar::Calendar;
use crate::org::words;
use crate::time::Date;

/// 公告送达, as ways of service are written.
const PUBLIC_NOTICE: &str = "public_notice";

words! {
    /// How a review or a suit ended.
    Ending {
        Upheld "upheld" "维持处罚决定"
        Changed "changed" "变更处罚决定"
        SetAside "set_aside" "撤销处罚决定"
        Withdrawn "withdrawn" "当事人撤回申请或者撤诉"
    }
}

impl Ending {
    /// An ending as it was written; a yes or no of before says whether the decision was upheld.
    pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Upheld(bool),
            Ending(Ending),
        }
        Ok(match Written::deserialize(from)? {
            Written::Upheld(true) => Self::Upheld,
            Written::Upheld(false) => Self::SetAside,
            Written::Ending(ending) => ending,
        })
    }
}

/// 行政复议 or 行政诉讼.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contest {
    /// Whether a court was asked; otherwise the organ of review.
    pub court: bool,
    /// When it began.
    pub on: Date,
    /// The day the party received its result, and which; none while it is open.
    pub ended: Option<(Date, Ending)>,
}

impl Contest {
    /// Contests as they were written; before there could be several, one stood alone as its two days.
    pub(super) fn read_all<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Self>, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            All(Vec<Contest>),
            One(Option<(Date, Option<Date>)>),
        }
        Ok(match Written::deserialize(from)? {
            Written::All(all) => all,
            Written::One(None) => Vec::new(),
            // What set the decision aside ended the case, so the decision stood.
            Written::One(Some((on, ended))) => {
                vec![Self { court: false, on, ended: ended.map(|day| (day, Ending::Upheld)) }]
            }
        })
    }

    fn runs_on(&self, day: Date) -> bool {
        self.on <= day && self.ended.is_none_or(|(ended, _)| day <= ended)
    }
}

/// The day a decision counts as served: by public notice only when the notice has hung its time.
///
/// Errors: a date that cannot be represented.
/// Source: 行政处罚法 (2021) art. 61, 民事诉讼法 (2023) art. 95.
pub(super) fn served_on(way: &str, on: Date, calendar: &Calendar) -> Result<Date, CaseRefusal> {
    if is_public_notice(way) { Ok(Clock::PublicNotice.due(on, calendar)?) } else { Ok(on) }
}

pub(super) fn is_public_notice(way: &str) -> bool {
    way == PUBLIC_NOTICE
}

impl Case {
    /// The fine as it was decided, or changed by review or court. Units: fen.
    fn fine_fen(&self) -> i64 {
        self.decision.as_ref().map_or(0, |one| one.penalty.fine_fen)
    }

    /// What of the fine is still owed, without what it grew by. Units: fen.
    pub fn owed_fen(&self) -> i64 {
        (self.fine_fen() - self.paid_fen).max(0)
    }

    pub(super) fn punishes(&self) -> bool {
        self.decision.as_ref().is_some_and(|one| one.outcome == Outcome::Punish)
    }

    pub(super) fn is_settled(&self) -> bool {
        let rest = self.decision.as_ref().is_none_or(|one| !one.penalty.has_more_than_money());
        !self.punishes() || (self.owed_fen() == 0 && (rest || self.performed))
    }

    /// The review or suit whose result is not known yet.
    pub(super) fn open_contest(&self) -> Option<&Contest> {
        self.contests.last().filter(|one| one.ended.is_none())
    }

    /// Whether the party may still go somewhere: once to review, once to court, to court last.
    pub(super) fn may_be_contested(&self) -> bool {
        self.contests.last().is_none_or(|last| last.ended.is_some() && !last.court)
    }

    /// The last day to pay; none where there is no fine.
    ///
    /// Errors: a date that cannot be represented.
    pub(super) fn payment_due(&self, calendar: &Calendar) -> Result<Option<Date>, CaseRefusal> {
        let Some(served) = self.served_on.filter(|_| self.fine_fen() > 0) else { return Ok(None) };
        let due = Clock::Payment.due(served, calendar)?;
        Ok(Some(self.deferred_to.map_or(due, |to| to.max(due))))
    }

    /// What the fine has grown by up to a day, paid or not: for each day it was late, of what was owed on that day, never
    /// more than the fine itself; days of a review or suit do not count. Units: fen.
    ///
    /// Errors: a date that cannot be represented.
    /// Source: 行政处罚法 (2021) arts. 72, 73.
    pub fn grown_fen(&self, on: Date, calendar: &Calendar) -> Result<i64, CaseRefusal> {
        let Some(due) = self.payment_due(calendar)? else { return Ok(0) };
        let fine = self.fine_fen();
        // Before payments were kept one by one only their sum was.
        let unlisted = self.paid_fen - self.payments.iter().map(|(_, fen)| fen).sum::<i64>();
        let owed_on = |day: Date| {
            let paid = self.payments.iter().filter(|(at, _)| *at < day).map(|(_, fen)| fen).sum::<i64>();
            (fine - unlisted - paid).max(0)
        };
        let (mut day, mut hundredths) = (due, 0i128);
        while day < on && hundredths < i128::from(fine) * 100 {
            day = day.succ_opt().ok_or(CaseRefusal::Range)?;
            if !self.contests.iter().any(|one| one.runs_on(day)) {
                hundredths += i128::from(owed_on(day)) * i128::from(LATE_PERCENT);
            }
        }
        Ok(i64::try_from(hundredths / 100).unwrap_or(i64::MAX).min(fine))
    }

    /// What the fine has grown by and is not paid. Units: fen.
    ///
    /// Errors: a date that cannot be represented.
    pub fn late_owed_fen(&self, on: Date, calendar: &Calendar) -> Result<i64, CaseRefusal> {
        Ok((self.grown_fen(on, calendar)? - self.late_paid_fen).max(0))
    }

    /// The last day the party may go to review or to court.
    ///
    /// Errors: a date that cannot be represented.
    pub(super) fn remedy_until(&self, calendar: &Calendar) -> Result<Option<Date>, CaseRefusal> {
        let Some(served) = self.served_on else { return Ok(None) };
        let litigation = Clock::Litigation.due(served, calendar)?;
        Ok(Some(match self.contests.last().and_then(|one| Some((one.court, one.ended?))) {
            None => litigation.max(Clock::Reconsideration.due(served, calendar)?),
            Some((true, (ended, _))) => ended,
            // Who takes back his request for review may still sue within the time he had.
            Some((false, (ended, Ending::Withdrawn))) => litigation.max(ended),
            Some((false, (ended, _))) => Clock::LitigationAfterReview.due(ended, calendar)?,
        }))
    }

    /// From when the organ's time to ask the court runs: when nothing can be contested any more, and no payment is put off.
    ///
    /// Errors: a date that cannot be represented.
    /// Source: 行政强制法 art. 53; 行政处罚法 (2021) art. 72.
    pub(super) fn court_from(&self, calendar: &Calendar) -> Result<Option<Date>, CaseRefusal> {
        Ok(self.remedy_until(calendar)?.map(|until| self.deferred_to.map_or(until, |to| to.max(until))))
    }

    /// That the court may be asked on a day.
    ///
    /// Errors: a contest is open, nothing was demanded, a period still runs or is over.
    pub(super) fn may_apply(&self, on: Date, calendar: &Calendar) -> Result<(), CaseRefusal> {
        if self.open_contest().is_some() {
            return Err(CaseRefusal::Contested { step: Step::Apply });
        }
        let Some(demanded) = self.demanded_on else { return Err(CaseRefusal::NotDemanded) };
        if let Some(due) = self.payment_due(calendar)?.filter(|due| on <= *due) {
            return Err(CaseRefusal::PaymentRunning { due });
        }
        let earliest = Clock::Demand.due(demanded, calendar)?.succ_opt().ok_or(CaseRefusal::Range)?;
        if on < earliest {
            return Err(CaseRefusal::DemandRunning { earliest });
        }
        if let Some(until) = self.remedy_until(calendar)?.filter(|until| on <= *until) {
            return Err(CaseRefusal::RemedyRunning { until });
        }
        if let Some(from) = self.court_from(calendar)? {
            let until = Clock::CourtApplication.due(from, calendar)?;
            if on > until {
                return Err(CaseRefusal::CourtTooLate { until });
            }
        }
        Ok(())
    }

    /// That the file may be closed.
    ///
    /// Errors: something is still open.
    pub(super) fn may_close(&self) -> Result<(), CaseRefusal> {
        if self.open_contest().is_some() {
            return Err(CaseRefusal::Contested { step: Step::Close });
        }
        if self.in_hand_since.is_some() {
            return Err(CaseRefusal::NotHandedIn);
        }
        if self.procedure == Procedure::Summary && !self.reported {
            return Err(CaseRefusal::NotReported);
        }
        if !self.is_settled() && !self.executed {
            return Err(CaseRefusal::Unperformed);
        }
        Ok(())
    }
}

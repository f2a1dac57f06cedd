//! 移送和挂牌督办台账: what follows outside the hazard's own life when it was handed to the district fire rescue organ or listed
//! for supervision: by when it had to go, the receipt, the deadline of a listing, and who lifted it. What does not belong
//! here: the hazard's steps (`hazard`), on whose events this is read.
//!
//! Source: handbook of the field §4.2 (`town_listed`, `district_listed`, transfer of what is suspected to be major).

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, OutOfRange};
use crate::hazard::{EscalationKind, Event, EventKind, Level, Receiver};
use crate::ids::{HazardId, PersonId};
use crate::org::words;
use crate::time::{Date, Timestamp};

words! {
    /// What is followed.
    Kind {
        Transfer "transfer" "移送区消防救援机构"
        TownListed "town_listed" "镇级挂牌督办"
        DistrictListed "district_listed" "区级挂牌督办"
    }
}

words! {
    /// What is written down about it.
    Step {
        Receipt "receipt" "登记移送回执"
        Deadline "deadline" "定督办期限"
        Lift "lift" "解除挂牌"
    }
}

/// Something written down; appended, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Id.
    pub id: String,
    /// About which hazard.
    pub hazard: HazardId,
    /// About what of it.
    pub kind: Kind,
    /// What.
    pub step: Step,
    /// On which day.
    pub on: Date,
    /// The deadline set.
    pub due_on: Option<Date>,
    /// Who gave the receipt, or lifted it.
    pub body: String,
    /// Number of the paper.
    pub document_no: String,
    /// What was said.
    pub text: String,
    /// Who wrote it down.
    pub by: PersonId,
    /// When.
    pub recorded_at: Timestamp,
}

/// A suspicion of 重大 and its way to the organ that may determine it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Since when it is suspected.
    pub suspected_on: Option<Date>,
    /// When it went, and with which letter.
    pub sent: Option<(Date, String)>,
    /// Whether an answer came.
    pub answered: bool,
    /// The receipt.
    pub receipt: Option<Entry>,
}

impl Transfer {
    /// Reads it from a hazard's events, oldest first, and what was written down; none where nothing was suspected or sent.
    pub fn of(events: &[Event], entries: &[Entry]) -> Option<Self> {
        let mut out = Self { suspected_on: None, sent: None, answered: false, receipt: None };
        for event in events {
            let on = event.act.happened_at.date();
            match &event.kind {
                EventKind::Graded { level: Level::MajorSuspect, .. } => {
                    // A new suspicion after an answer begins anew.
                    if out.answered {
                        out = Self { suspected_on: None, sent: None, answered: false, receipt: None };
                    }
                    out.suspected_on = out.suspected_on.or(Some(on));
                }
                EventKind::Graded { .. } if out.sent.is_none() => out.suspected_on = None,
                EventKind::Transferred { to: Receiver::FireRescue, .. } => {
                    out.sent = Some((on, event.act.document_no.clone().unwrap_or_default()));
                    out.answered = false;
                }
                EventKind::TransferAnswered { .. } => out.answered = out.sent.is_some(),
                _ => {}
            }
        }
        let since = out.sent.as_ref().map(|(on, _)| *on);
        let mut receipts =
            entries.iter().filter(|one| one.kind == Kind::Transfer && one.step == Step::Receipt);
        out.receipt = receipts.rfind(|one| since.is_some_and(|sent| one.on >= sent)).cloned();
        (out.suspected_on.is_some() || out.sent.is_some()).then_some(out)
    }

    /// The last day it had to go; none where nobody suspected.
    ///
    /// Units: `allowed` working days from the suspicion, a parameter of the town.
    /// Errors: [`OutOfRange`] for a day beyond the calendar.
    pub fn due_on(&self, allowed: u16, calendar: &Calendar) -> Result<Option<Date>, OutOfRange> {
        self.suspected_on.map(|on| calendar.working_day_after(on, allowed)).transpose()
    }

    /// Whether it went, or has not gone, after that day.
    pub fn is_late(&self, due_on: Option<Date>, today: Date) -> bool {
        let went = self.sent.as_ref().map_or(today, |(on, _)| *on);
        due_on.is_some_and(|due| went > due)
    }
}

/// A listing for supervision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Town or district.
    pub kind: Kind,
    /// Since when.
    pub since: Date,
    /// The paper it was listed by.
    pub document_no: String,
    /// By when it must be put right; none while nobody has said.
    pub due_on: Option<Date>,
    /// Who lifted it.
    pub lifted: Option<Entry>,
}

impl Listing {
    /// The listings of a hazard, in the order they were made.
    pub fn of(events: &[Event], entries: &[Entry]) -> Vec<Self> {
        let kind = |escalation: EscalationKind| match escalation {
            EscalationKind::TownListed => Some(Kind::TownListed),
            EscalationKind::DistrictListed => Some(Kind::DistrictListed),
            _ => None,
        };
        let listed = events.iter().filter_map(|event| match &event.kind {
            EventKind::Escalated { escalation, .. } => {
                Some((kind(*escalation)?, event.act.happened_at.date(), event.act.document_no.clone()))
            }
            _ => None,
        });
        listed
            .map(|(kind, since, document_no)| {
                let of = |step: Step| entries.iter().rfind(move |one| one.kind == kind && one.step == step);
                Self {
                    kind,
                    since,
                    document_no: document_no.unwrap_or_default(),
                    due_on: of(Step::Deadline).and_then(|one| one.due_on),
                    lifted: of(Step::Lift).cloned(),
                }
            })
            .collect()
    }

    /// Whether it is not lifted and its deadline is over.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.lifted.is_none() && self.due_on.is_some_and(|due| due < today)
    }
}

/// Why an entry is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocketRefusal {
    /// Nothing to give a receipt for.
    #[error("这处隐患没有移送区消防救援机构，不能登记回执，请先登记移送")]
    NotSent,
    /// Not listed in this way.
    #[error("这处隐患没有这一级的挂牌督办，请刷新后查看")]
    NotListed,
    /// Lifted already.
    #[error("这项挂牌督办已经解除，不能再办理，请刷新后再看")]
    Lifted,
    /// A day that cannot be.
    #[error("日期不能晚于今天，也不能早于移送或者挂牌的 {0}，督办期限应晚于挂牌日，请核对")]
    WrongDay(Date),
    /// Something was not said.
    #[error("请写明{0}")]
    Missing(&'static str),
    /// The hazard is not put right.
    #[error("隐患还没有销案，解除挂牌须写明理由")]
    StillOpen,
    /// The town lifts what the district listed.
    #[error("区级挂牌督办由区级解除，请填写作出决定的机关和文号")]
    NotTheTown,
}

impl DocketRefusal {
    /// Stable dotted code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSent => "docket.not_sent",
            Self::NotListed => "docket.not_listed",
            Self::Lifted => "docket.lifted",
            Self::WrongDay(_) => "docket.day",
            Self::Missing(_) => "docket.missing",
            Self::StillOpen => "docket.still_open",
            Self::NotTheTown => "docket.not_the_town",
        }
    }
}

/// What an entry is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The hazard's events, oldest first.
    pub events: &'a [Event],
    /// What was written down before.
    pub entries: &'a [Entry],
    /// Whether the hazard is put right.
    pub is_closed: bool,
    /// Today.
    pub today: Date,
    /// Names of the town's own bodies: none of them lifts what the district listed.
    pub own: &'a [String],
}

impl Entry {
    /// Whether it may be written down.
    pub fn check(self, known: &Known<'_>) -> Result<Self, DocketRefusal> {
        let said = |text: &str, what| match text.trim().is_empty() {
            true => Err(DocketRefusal::Missing(what)),
            false => Ok(()),
        };
        let since = match self.step {
            Step::Receipt => {
                let transfer = Transfer::of(known.events, known.entries).and_then(|one| one.sent);
                let (sent, _) =
                    transfer.filter(|_| self.kind == Kind::Transfer).ok_or(DocketRefusal::NotSent)?;
                said(&self.body, "出具回执的单位或者签收人")?;
                sent
            }
            Step::Deadline | Step::Lift => {
                let mut all = Listing::of(known.events, known.entries).into_iter();
                let listing = all.rfind(|one| one.kind == self.kind).ok_or(DocketRefusal::NotListed)?;
                if listing.lifted.is_some() {
                    return Err(DocketRefusal::Lifted);
                }
                listing.since
            }
        };
        if self.on > known.today || self.on < since {
            return Err(DocketRefusal::WrongDay(since));
        }
        match self.step {
            Step::Receipt => {}
            Step::Deadline => {
                let due = self.due_on.ok_or(DocketRefusal::Missing("督办期限"))?;
                if due <= since {
                    return Err(DocketRefusal::WrongDay(since));
                }
            }
            Step::Lift if self.kind == Kind::DistrictListed => {
                let body = self.body.trim();
                let own = known.own.iter().any(|name| name == body);
                if body.is_empty() || own || self.document_no.trim().is_empty() {
                    return Err(DocketRefusal::NotTheTown);
                }
            }
            Step::Lift if !known.is_closed && self.text.trim().is_empty() => {
                return Err(DocketRefusal::StillOpen);
            }
            Step::Lift => {}
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hazard::{Act, Actor};
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).expect("a day")
    }

    fn event(version: u32, on: &str, kind: EventKind) -> Event {
        let at = Timestamp::start_of(day(on));
        let actor = Actor::Unit { person: None, name: "甲".to_owned() };
        let act =
            Act { actor, happened_at: at, position: None, document_no: Some("演示〔1〕号".to_owned()) };
        Event { hazard: "h".into(), version, act, recorded_at: at, kind }
    }

    fn suspected(on: &str) -> Event {
        let kind = EventKind::Graded { level: Level::MajorSuspect, confirmed: true, reason: String::new() };
        event(2, on, kind)
    }

    fn sent(on: &str) -> Event {
        event(3, on, EventKind::Transferred { to: Receiver::FireRescue, reason: "疑似重大".to_owned() })
    }

    fn listed(escalation: EscalationKind) -> Event {
        event(4, "2026-09-10", EventKind::Escalated { escalation, reason: "逾期".to_owned() })
    }

    fn entry(kind: Kind, step: Step, on: &str) -> Entry {
        Entry {
            id: "e".to_owned(),
            hazard: "h".into(),
            kind,
            step,
            on: day(on),
            due_on: None,
            body: String::new(),
            document_no: String::new(),
            text: String::new(),
            by: "p".into(),
            recorded_at: Timestamp(0),
        }
    }

    fn check(events: &[Event], entries: &[Entry], one: Entry) -> Result<Entry, DocketRefusal> {
        let own = ["青峰镇人民政府".to_owned()];
        let today = day("2026-10-08");
        one.check(&Known { events, entries, is_closed: false, today, own: &own })
    }

    #[test]
    fn a_suspicion_goes_to_the_organ_within_one_working_day_and_comes_back_with_a_receipt() {
        let calendar = Calendar::weekdays();
        let friday = [suspected("2026-09-11")];
        let waiting = Transfer::of(&friday, &[]).expect("suspected");
        let due = waiting.due_on(1, &calendar).expect("in range");
        assert_eq!(due, Some(day("2026-09-14")), "Monday");
        assert!(!waiting.is_late(due, day("2026-09-14")) && waiting.is_late(due, day("2026-09-15")));
        let gone = [suspected("2026-09-11"), sent("2026-09-14")];
        let there = Transfer::of(&gone, &[]).expect("sent");
        assert!(!there.is_late(due, day("2027-01-01")), "it went in time, whatever the day");
        let mut receipt = entry(Kind::Transfer, Step::Receipt, "2026-09-15");
        assert_eq!(check(&friday, &[], receipt.clone()), Err(DocketRefusal::NotSent));
        assert!(matches!(check(&gone, &[], receipt.clone()), Err(DocketRefusal::Missing(_))));
        receipt.body = "区消防救援大队值班员".to_owned();
        let kept = check(&gone, &[], receipt.clone()).expect("a receipt");
        assert_eq!(
            Transfer::of(&gone, &[kept]).and_then(|one| one.receipt).map(|one| one.on),
            Some(day("2026-09-15"))
        );
        receipt.on = day("2026-09-13");
        assert_eq!(check(&gone, &[], receipt), Err(DocketRefusal::WrongDay(day("2026-09-14"))));
    }

    #[test]
    fn what_the_district_listed_is_lifted_by_the_district() {
        let events = [listed(EscalationKind::DistrictListed)];
        let mut lift = entry(Kind::DistrictListed, Step::Lift, "2026-10-01");
        lift.text = "已整改".to_owned();
        for (body, no) in [("", "1"), ("青峰镇人民政府", "1"), ("区人民政府", "")] {
            lift.body = body.to_owned();
            lift.document_no = no.to_owned();
            assert_eq!(check(&events, &[], lift.clone()), Err(DocketRefusal::NotTheTown), "{body}");
        }
        lift.document_no = "区督解〔1〕号".to_owned();
        let kept = check(&events, &[], lift.clone()).expect("lifted");
        assert_eq!(check(&events, &[kept], lift), Err(DocketRefusal::Lifted));
    }

    #[test]
    fn a_listing_has_a_deadline_and_is_lifted_early_only_with_a_reason() {
        let events = [listed(EscalationKind::TownListed)];
        let mut term = entry(Kind::TownListed, Step::Deadline, "2026-09-11");
        assert!(matches!(check(&events, &[], term.clone()), Err(DocketRefusal::Missing(_))));
        term.due_on = Some(day("2026-09-10"));
        assert!(matches!(check(&events, &[], term.clone()), Err(DocketRefusal::WrongDay(_))));
        term.due_on = Some(day("2026-09-30"));
        let term = check(&events, &[], term).expect("a deadline");
        let all = Listing::of(&events, std::slice::from_ref(&term));
        assert!(all[0].is_overdue(day("2026-10-01")) && !all[0].is_overdue(day("2026-09-30")));
        let mut lift = entry(Kind::TownListed, Step::Lift, "2026-10-08");
        assert_eq!(check(&events, &[], lift.clone()), Err(DocketRefusal::StillOpen));
        lift.text = "转为停产搬迁".to_owned();
        let lift = check(&events, &[], lift).expect("lifted");
        assert!(!Listing::of(&events, &[term, lift])[0].is_overdue(day("2026-10-09")));
        let other = entry(Kind::DistrictListed, Step::Lift, "2026-10-08");
        assert_eq!(check(&events, &[], other), Err(DocketRefusal::NotListed));
    }
}

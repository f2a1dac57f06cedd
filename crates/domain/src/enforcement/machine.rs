//! Which step may be taken when, and what it makes of the case. `check` asks what does not depend on what is filled in, so
//! that a page can show a closed door with its reason; `take` asks the rest. What does not belong here: who may (`authority`),
//! what follows a decision (`aftermath`).

use super::aftermath::{Contest, Ending, is_public_notice, served_on};
use super::clock::decision_due;
use super::{
    Act, AuthorityItem, Case, CaseRefusal, Claim, Clock, Decision, Heard, Hearing, LargeFrom, Notice,
    Outcome, Paid, PartyKind, Pause, Penalty, PenaltyKind, Procedure, Stage, Step,
};
use crate::calendar::Calendar;
use crate::ids::PersonId;
use crate::time::Date;

/// Most a citizen may be fined on the spot. Units: fen. Source: 行政处罚法 (2021) art. 51.
pub(super) const SPOT_CITIZEN_FEN: i64 = 20_000;
/// Most an organisation may be fined on the spot. Units: fen. Source: as above.
pub(super) const SPOT_ORGANISATION_FEN: i64 = 300_000;
/// Most that is collected on the spot without another reason. Units: fen. Source: 行政处罚法 (2021) art. 68.
const SPOT_COLLECT_FEN: i64 = 10_000;
/// Below this age nobody is punished. Units: years. Source: 行政处罚法 (2021) art. 30.
const PUNISHABLE_AGE: u8 = 14;

/// What a step is decided with.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The day it happened.
    pub on: Date,
    /// Today.
    pub today: Date,
    /// Working days.
    pub calendar: &'a Calendar,
    /// The item the case rests on.
    pub item: &'a AuthorityItem,
    /// Who takes the step.
    pub by: &'a PersonId,
    /// Whether he is known to be qualified in law.
    pub lawyer: bool,
    /// Whether the same act was fined in another case.
    pub fined_before: bool,
    /// From which sum on a fine opens a hearing, as the town set it.
    pub large_from: LargeFrom,
    /// What was said with it.
    pub text: &'a str,
}

/// A period that runs or ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// Which.
    pub clock: Clock,
    /// The day it began.
    pub from: Date,
    /// Its last day.
    pub due: Date,
    /// The day what it asks for was done; none while it runs.
    pub done: Option<Date>,
}

impl Running {
    /// Whether its last day passed, or had passed, before what it asks for was done.
    pub fn is_late(&self, today: Date) -> bool {
        self.done.unwrap_or(today) > self.due && !self.has_lapsed(today)
    }

    /// Whether the party did not use its right in time: nobody waits for it any more.
    pub fn has_lapsed(&self, today: Date) -> bool {
        self.clock.lapses() && self.done.is_none_or(|done| done > self.due) && today > self.due
    }
}

impl Case {
    /// Whether nothing more can happen to it.
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Closed | Stage::Refused | Stage::Withdrawn | Stage::Transferred)
    }

    fn is_paused(&self) -> bool {
        self.pauses.iter().any(|one| one.to.is_none())
    }

    fn open_claim(&self) -> Option<&Claim> {
        self.claims.iter().find(|one| one.granted.is_none())
    }

    /// Whether the case wants a legal review. Source: 行政处罚法 (2021) art. 58.
    pub fn needs_review(&self) -> bool {
        !self.grounds.is_empty() || matches!(self.hearing, Some(Hearing::Held { .. }))
    }

    /// Until when the party may ask for a hearing; none where it has no right to one.
    pub fn hearing_until(&self, calendar: &Calendar) -> Result<Option<Date>, CaseRefusal> {
        match &self.notice {
            Some(notice) if notice.hearing => Ok(Some(Clock::HearingRequest.due(notice.on, calendar)?)),
            _ => Ok(None),
        }
    }

    fn is_time_barred(&self, calendar: &Calendar) -> Result<(), CaseRefusal> {
        let clock = if self.harmed { Clock::LimitationHarm } else { Clock::Limitation };
        if self.found_on > clock.due(self.ended_on, calendar)? {
            return Err(CaseRefusal::TimeBarred { ended_on: self.ended_on, years: clock.limit().n });
        }
        Ok(())
    }

    /// That the hearing is out of the way.
    fn hearing_settled(&self, step: Step, on: Date, calendar: &Calendar) -> Result<(), CaseRefusal> {
        match (&self.hearing, self.hearing_until(calendar)?) {
            (_, None) | (Some(Hearing::Waived | Hearing::Held { .. }), _) => Ok(()),
            (Some(_), _) => Err(CaseRefusal::HearingDue { step }),
            (None, Some(until)) if on <= until => Err(CaseRefusal::HearingRunning { until }),
            (None, Some(_)) => Ok(()),
        }
    }

    /// What has to be done before the party may be punished.
    fn ripe(&self, on: Date, today: Date, calendar: &Calendar) -> Result<(), CaseRefusal> {
        if self.stage != Stage::Notified {
            return Err(CaseRefusal::NotNotified);
        }
        if self.heard.is_none() {
            return Err(CaseRefusal::NotHeard);
        }
        self.hearing_settled(Step::Decide, on, calendar)?;
        if self.needs_review() && self.reviewed != Some(true) {
            return Err(CaseRefusal::NotReviewed);
        }
        if self.grave && self.discussed.is_empty() {
            return Err(CaseRefusal::NotDiscussed);
        }
        self.in_time(on, today, calendar)
    }

    fn in_time(&self, on: Date, today: Date, calendar: &Calendar) -> Result<(), CaseRefusal> {
        let Some(filed) = self.filed_on else { return Ok(()) };
        let due = decision_due(filed, &self.pauses, self.extended_to, today, calendar)?;
        if on > due {
            return Err(CaseRefusal::DecisionLate { due });
        }
        Ok(())
    }

    /// Every step that belongs to where the case stands, whether it may be taken now or not.
    pub fn offered(&self) -> Vec<Step> {
        let fits = |step: &&Step| self.belongs(**step);
        Step::ALL.iter().filter(fits).copied().collect()
    }

    /// Whether a step belongs to where the case stands at all.
    fn belongs(&self, step: Step) -> bool {
        use Stage::{Clue, Decided, Filed, Investigated, Notified, Served};
        let is_ordinary = self.procedure == Procedure::Ordinary;
        let before_decision = matches!(self.stage, Clue | Filed | Investigated | Notified);
        let under_way = matches!(self.stage, Filed | Investigated | Notified);
        let hearing = self.stage == Notified && self.notice.as_ref().is_some_and(|one| one.hearing);
        let punished = self.stage == Served && self.punishes();
        let more = || self.decision.as_ref().is_some_and(|one| one.penalty.has_more_than_money());
        match step {
            Step::Open => false,
            Step::ClaimRecusal => before_decision && self.open_claim().is_none(),
            Step::DecideRecusal => self.open_claim().is_some(),
            Step::File => self.stage == Clue && is_ordinary,
            Step::Refuse => self.stage == Clue,
            Step::Convert => self.stage == Clue && !is_ordinary,
            Step::Investigate | Step::Report => self.stage == Filed,
            Step::Preserve => self.stage == Filed && self.preserved_on.is_none(),
            Step::Release => self.preserved_on.is_some() && under_way,
            Step::Pause => under_way && !self.is_paused(),
            Step::Resume => self.is_paused(),
            Step::Extend => under_way,
            Step::Notify => matches!(self.stage, Investigated | Notified),
            Step::Hear => self.stage == Notified && self.heard.is_none(),
            Step::AskHearing | Step::WaiveHearing => hearing && self.hearing.is_none(),
            Step::CallHearing | Step::EndHearing => {
                hearing && matches!(self.hearing, Some(Hearing::Asked { .. } | Hearing::Called { .. }))
            }
            Step::HoldHearing => hearing && matches!(self.hearing, Some(Hearing::Called { .. })),
            Step::Review => self.stage == Notified && self.reviewed != Some(true),
            Step::Discuss => self.stage == Notified && self.discussed.is_empty(),
            Step::Decide => matches!(self.stage, Investigated | Notified),
            Step::DecideOnSpot => self.stage == Clue && !is_ordinary,
            Step::ReportSpot => !is_ordinary && self.stage == Served && !self.reported,
            Step::Serve => self.stage == Decided,
            Step::Pay => punished && self.owed_fen() > 0,
            // Whether anything grew hangs on the day.
            Step::PayLate => punished && self.decision.as_ref().is_some_and(|one| one.penalty.fine_fen > 0),
            Step::HandIn => self.in_hand_since.is_some(),
            Step::Defer => punished && self.owed_fen() > 0 && self.applied_on.is_none(),
            Step::Perform => punished && more() && !self.performed,
            Step::Contest => punished && self.may_be_contested(),
            Step::EndContest => self.open_contest().is_some(),
            Step::Demand => punished && !self.is_settled() && self.demanded_on.is_none(),
            Step::Apply => punished && !self.is_settled() && self.applied_on.is_none(),
            Step::Execute => self.applied_on.is_some() && !self.executed,
            Step::Close => self.stage == Served,
            Step::Withdraw | Step::Transfer => before_decision,
        }
    }

    /// Whether a step may be taken, as far as that does not depend on what is said with it.
    ///
    /// Errors: the rule that closes the door.
    pub fn check(&self, step: Step, on: Date, today: Date, calendar: &Calendar) -> Result<(), CaseRefusal> {
        if step == Step::Convert && self.procedure == Procedure::Ordinary {
            return Err(CaseRefusal::OrdinaryAlready);
        }
        if step == Step::Convert && self.decision.is_some() {
            return Err(CaseRefusal::SpotDecided);
        }
        if self.is_over() || !self.belongs(step) {
            return Err(CaseRefusal::NotNow { step, stage: self.stage });
        }
        if on > today || on < self.last_on {
            return Err(CaseRefusal::WrongDay { last: self.last_on });
        }
        let toward_end = matches!(
            step,
            Step::Report | Step::Notify | Step::Decide | Step::DecideOnSpot | Step::HoldHearing
        );
        if toward_end && self.open_claim().is_some() {
            return Err(CaseRefusal::RecusalOpen { step });
        }
        if toward_end && self.is_paused() {
            return Err(CaseRefusal::Paused { step });
        }
        match step {
            Step::File | Step::DecideOnSpot => self.is_time_barred(calendar),
            Step::Report if !self.investigated => Err(CaseRefusal::NothingInvestigated),
            Step::Report | Step::Decide if self.preserved_on.is_some() => Err(CaseRefusal::StillPreserved),
            Step::AskHearing => match self.hearing_until(calendar)? {
                Some(until) if on > until => Err(CaseRefusal::HearingTooLate { until }),
                Some(_) => Ok(()),
                None => Err(CaseRefusal::NoHearingRight),
            },
            Step::HoldHearing => match self.hearing {
                Some(Hearing::Called { at, .. }) if on < at => Err(CaseRefusal::HearingNotYet { on: at }),
                _ => Ok(()),
            },
            Step::Review | Step::Discuss => {
                if self.heard.is_none() {
                    return Err(CaseRefusal::NotHeard);
                }
                self.hearing_settled(step, on, calendar)
            }
            Step::Decide if self.stage == Stage::Notified => self.ripe(on, today, calendar),
            Step::Demand | Step::Close if self.served_on.is_some_and(|served| on < served) => {
                Err(CaseRefusal::NoticeHangs { until: self.served_on.unwrap_or(on) })
            }
            Step::Demand => match self.payment_due(calendar)? {
                _ if self.open_contest().is_some() => Err(CaseRefusal::Contested { step }),
                Some(due) if on <= due => Err(CaseRefusal::PaymentRunning { due }),
                _ => Ok(()),
            },
            Step::PayLate if self.late_owed_fen(on, calendar)? == 0 => Err(CaseRefusal::NothingLate),
            Step::Apply => self.may_apply(on, calendar),
            Step::Close => self.may_close(),
            _ => Ok(()),
        }
    }

    /// The step the case waits for from who decides or reviews; none while its officers have to go on, or the party.
    pub fn awaited(&self, today: Date, calendar: &Calendar) -> Option<Step> {
        let may = |step: Step| self.check(step, today, today, calendar).is_ok();
        let is_passed = !self.needs_review() || self.reviewed == Some(true);
        if self.is_over() {
            return None;
        }
        if self.open_claim().is_some() {
            return Some(Step::DecideRecusal);
        }
        match self.stage {
            Stage::Clue if self.procedure == Procedure::Ordinary => {
                Some(if may(Step::File) { Step::File } else { Step::Refuse })
            }
            Stage::Notified if self.needs_review() && self.reviewed.is_none() => {
                may(Step::Review).then_some(Step::Review)
            }
            Stage::Notified if is_passed && self.grave && self.discussed.is_empty() => {
                may(Step::Discuss).then_some(Step::Discuss)
            }
            Stage::Notified => may(Step::Decide).then_some(Step::Decide),
            _ => None,
        }
    }

    /// Whether the paper of a step may go out: the step can be taken, or it was and the paper writes it down. A decision to
    /// punish wants all that a penalty wants; proof of service is also for the notice before it. The papers of no step
    /// (the index) want a file.
    ///
    /// Errors: the rule that closes the door.
    pub fn check_paper(
        &self,
        step: Option<Step>,
        is_taken: bool,
        today: Date,
        calendar: &Calendar,
    ) -> Result<(), CaseRefusal> {
        let Some(step) = step else {
            let has_file = self.filed_on.is_some() || self.decision.is_some();
            return if has_file { Ok(()) } else { Err(CaseRefusal::NotFiled) };
        };
        match step {
            Step::Decide if is_taken && !self.punishes() => return Err(CaseRefusal::NotPunished),
            Step::Decide if !is_taken => {
                self.check(step, today, today, calendar)?;
                return self.ripe(today, today, calendar);
            }
            Step::Serve if self.belongs(Step::Notify) || self.decision.is_some() => return Ok(()),
            _ => {}
        }
        match self.check(step, today, today, calendar) {
            Err(CaseRefusal::NotNow { .. }) if is_taken => Ok(()),
            checked => checked,
        }
    }

    /// Whether the paper of a step may be written already: the case stands where the step belongs, or it was taken. What
    /// is still to be done before it goes out, [`Self::check_paper`] says.
    ///
    /// Errors: the case does not stand there.
    pub fn check_draft(&self, step: Option<Step>, is_taken: bool) -> Result<(), CaseRefusal> {
        match step {
            Some(Step::Serve) if self.belongs(Step::Notify) || self.decision.is_some() => Ok(()),
            Some(step) if !is_taken && (self.is_over() || !self.belongs(step)) => {
                Err(CaseRefusal::NotNow { step, stage: self.stage })
            }
            _ => Ok(()),
        }
    }

    /// What a penalty must keep to, whatever the procedure.
    fn check_penalty(&self, penalty: &Penalty, known: &Known<'_>) -> Result<(), CaseRefusal> {
        let is_fine = penalty.kinds.contains(&PenaltyKind::Fine);
        if penalty.kinds.is_empty() || is_fine != (penalty.fine_fen > 0) {
            return Err(CaseRefusal::NoPenalty);
        }
        if self.party.kind == PartyKind::Citizen && self.party.age.is_some_and(|age| age < PUNISHABLE_AGE) {
            return Err(CaseRefusal::UnderAge);
        }
        if is_fine && known.fined_before {
            return Err(CaseRefusal::FinedBefore);
        }
        known.item.allows(&self.party, penalty)
    }

    /// That the right to a hearing was told where the penalty gives one.
    fn check_hearing(&self, penalty: &Penalty, told: bool, known: &Known<'_>) -> Result<(), CaseRefusal> {
        if told || !penalty.opens_hearing() {
            return Ok(());
        }
        let unset = known.large_from.of(self.party.kind).is_none();
        let only_the_fine = !Penalty { large: false, ..penalty.clone() }.opens_hearing();
        Err(match unset && only_the_fine {
            true => CaseRefusal::LargeUnset { kind: self.party.kind },
            false => CaseRefusal::HearingNotOffered,
        })
    }

    /// The case after a step.
    ///
    /// Errors: the rule that forbids it.
    pub fn take(mut self, act: &Act, known: &Known<'_>) -> Result<Self, CaseRefusal> {
        let Known { on, today, calendar, .. } = *known;
        let step = act.step();
        self.check(step, on, today, calendar)?;
        let said = known.text.trim();
        let must_say = matches!(
            step,
            Step::ClaimRecusal
                | Step::Refuse
                | Step::Convert
                | Step::Preserve
                | Step::Release
                | Step::Pause
                | Step::Extend
                | Step::Report
                | Step::HoldHearing
                | Step::EndHearing
                | Step::Defer
                | Step::Perform
                | Step::EndContest
                | Step::Execute
                | Step::Withdraw
                | Step::Transfer
                | Step::Investigate
                | Step::Decide
                | Step::DecideOnSpot
        );
        if must_say && said.is_empty() {
            return Err(CaseRefusal::Missing { what: what_to_say(step) });
        }
        // What moves the term is a provision, and whoever reads the file can look it up. Source: 行政处罚法 (2021) art. 60.
        if matches!(step, Step::Pause | Step::Extend) && !said.contains('条') {
            return Err(CaseRefusal::NoProvision { step });
        }
        match act {
            Act::Open => {}
            Act::ClaimRecusal { officer } => {
                if !self.officers.contains(officer) {
                    return Err(CaseRefusal::NotOnCase);
                }
                self.claims.push(Claim { officer: officer.clone(), reason: said.to_owned(), granted: None });
            }
            Act::DecideRecusal { granted, replacement } => self.recuse(*granted, replacement.as_ref())?,
            Act::File => {
                self.filed_on = Some(on);
                self.stage = Stage::Filed;
            }
            Act::Refuse => self.stage = Stage::Refused,
            // A clue still: whether it is filed the head decides, and every step of the ordinary procedure follows.
            Act::Convert => self.procedure = Procedure::Ordinary,
            Act::Investigate { shown, two } => {
                if !two {
                    return Err(CaseRefusal::Alone);
                }
                if !shown {
                    return Err(CaseRefusal::NotShown);
                }
                self.investigated = true;
            }
            Act::Preserve => self.preserved_on = Some(on),
            Act::Release => self.preserved_on = None,
            Act::Pause => self.pauses.push(Pause { from: on, to: None, basis: said.to_owned() }),
            Act::Resume => {
                for pause in self.pauses.iter_mut().filter(|one| one.to.is_none()) {
                    pause.to = Some(on);
                }
            }
            Act::Extend { until } => {
                if *until <= on {
                    return Err(CaseRefusal::Missing { what: "晚于今天的延长期限" });
                }
                // What was granted in time is written down with the day it was granted.
                if let Some(filed) = self.filed_on {
                    let due =
                        decision_due(filed, &self.pauses, self.extended_to, known.today, known.calendar)?;
                    if on > due {
                        return Err(CaseRefusal::ExtendedLate { due });
                    }
                }
                self.extended_to = Some(*until);
            }
            Act::Report { grounds, grave } => {
                self.grounds.clone_from(grounds);
                self.grave = *grave;
                self.stage = Stage::Investigated;
            }
            Act::Notify { penalty, defence_until, hearing } => {
                self.check_penalty(penalty, known)?;
                let penalty = known.large_from.judged(penalty, self.party.kind);
                self.check_hearing(&penalty, *hearing, known)?;
                if *defence_until < on {
                    return Err(CaseRefusal::Missing { what: "不早于告知之日的陈述申辩期限" });
                }
                let defence_until = *defence_until;
                self.notice = Some(Notice { on, penalty, defence_until, hearing: *hearing });
                // Told anew, the party is heard anew.
                (self.heard, self.hearing, self.reviewed) = (None, None, None);
                self.discussed.clear();
                self.stage = Stage::Notified;
            }
            Act::Hear { how, .. } => {
                let until = self.notice.as_ref().map(|one| one.defence_until);
                if *how == Heard::NotMade
                    && let Some(until) = until.filter(|until| on <= *until)
                {
                    return Err(CaseRefusal::DefenceRunning { until });
                }
                if *how == Heard::Made && said.is_empty() {
                    return Err(CaseRefusal::Missing { what: "陈述申辩的内容和复核意见" });
                }
                self.heard = Some(*how);
            }
            Act::AskHearing => self.hearing = Some(Hearing::Asked { on }),
            Act::WaiveHearing => self.hearing = Some(Hearing::Waived),
            Act::CallHearing { on: at, chair } => {
                // 七个工作日前: neither the day of the notice nor that of the hearing is one of the seven. Whoever reads it
                // otherwise loses a day; read too short, the hearing and the decision after it fall.
                let told = Clock::HearingNotice.due(on, calendar)?;
                let earliest = told.succ_opt().ok_or(CaseRefusal::Range)?;
                if *at < earliest {
                    return Err(CaseRefusal::HearingTooSoon { earliest });
                }
                if self.officers.contains(chair) {
                    return Err(CaseRefusal::ChairInvestigated);
                }
                self.hearing = Some(Hearing::Called { at: *at, chair: chair.clone() });
            }
            Act::HoldHearing => self.hearing = Some(Hearing::Held { at: on }),
            Act::EndHearing { absent } => {
                if *absent {
                    match self.hearing {
                        Some(Hearing::Called { at, .. }) if on < at => {
                            return Err(CaseRefusal::HearingNotYet { on: at });
                        }
                        Some(Hearing::Called { .. }) => {}
                        _ => return Err(CaseRefusal::HearingNotCalled),
                    }
                }
                self.hearing = Some(Hearing::Waived);
            }
            Act::Review { passed, experienced } => {
                if !known.lawyer && !experienced {
                    return Err(CaseRefusal::ReviewerUnqualified);
                }
                if !passed && said.is_empty() {
                    return Err(CaseRefusal::Missing { what: "审核意见" });
                }
                self.reviewed = Some(*passed);
            }
            Act::Discuss { people } => {
                let mut there: Vec<String> = people.iter().map(|one| one.trim().to_owned()).collect();
                there.retain(|one| !one.is_empty());
                there.dedup();
                if there.len() < 2 {
                    return Err(CaseRefusal::DiscussedAlone);
                }
                self.discussed = there;
            }
            Act::Decide { outcome, penalty } => self.decide(*outcome, penalty.as_ref(), known)?,
            Act::DecideOnSpot { penalty, heard } => self.decide_on_spot(penalty, *heard, known)?,
            Act::ReportSpot => self.reported = true,
            Act::Serve { way, to } => {
                if to.trim().is_empty() {
                    return Err(CaseRefusal::Missing {
                        what: if is_public_notice(way) { "公告的载体和位置" } else { "签收人" },
                    });
                }
                self.served_on = Some(served_on(way, on, calendar)?);
                self.stage = Stage::Served;
            }
            Act::Pay { amount_fen, how } => self.pay(*amount_fen, *how, on)?,
            Act::PayLate { amount_fen } => {
                let owed_fen = self.late_owed_fen(on, calendar)?;
                if *amount_fen <= 0 || *amount_fen > owed_fen {
                    return Err(CaseRefusal::WrongAmount { owed_fen });
                }
                self.late_paid_fen += amount_fen;
            }
            Act::HandIn => self.in_hand_since = None,
            Act::Defer { until } => {
                if *until <= on {
                    return Err(CaseRefusal::Missing { what: "晚于今天的缴款期限" });
                }
                self.deferred_to = Some(*until);
            }
            Act::Perform => self.performed = true,
            Act::Contest { court } => {
                if !court && !self.contests.is_empty() {
                    return Err(CaseRefusal::ReviewedOnce);
                }
                self.contests.push(Contest { court: *court, on, ended: None });
            }
            Act::EndContest { ending, penalty } => self.end_contest(*ending, penalty.as_ref(), on)?,
            Act::Demand => self.demanded_on = Some(on),
            Act::Apply => self.applied_on = Some(on),
            Act::Execute => self.executed = true,
            Act::Close => {
                if said.is_empty() && !self.executed && self.late_owed_fen(on, calendar)? > 0 {
                    return Err(CaseRefusal::Missing { what: "加处罚款没有缴清而结案的理由" });
                }
                self.stage = Stage::Closed;
            }
            Act::Withdraw => self.stage = Stage::Withdrawn,
            Act::Transfer { to } => {
                if to.trim().is_empty() {
                    return Err(CaseRefusal::Missing { what: "接收机关" });
                }
                self.sent_to = to.trim().to_owned();
                self.stage = Stage::Transferred;
            }
        }
        self.last_on = on;
        Ok(self)
    }

    fn recuse(&mut self, granted: bool, replacement: Option<&PersonId>) -> Result<(), CaseRefusal> {
        let claim = self.claims.iter_mut().find(|one| one.granted.is_none());
        let Some(claim) = claim else { return Err(CaseRefusal::NoClaim) };
        if granted {
            let Some(next) = replacement else {
                return Err(CaseRefusal::Missing { what: "接替的执法人员" });
            };
            if self.officers.contains(next) {
                return Err(CaseRefusal::TwoOfficers);
            }
            let leaves = claim.officer.clone();
            self.officers.retain(|one| *one != leaves);
            self.officers.push(next.clone());
        }
        claim.granted = Some(granted);
        // Who had to stand back once does not come back by a later request.
        let is_back = |person: &PersonId| {
            self.claims.iter().any(|one| one.granted == Some(true) && one.officer == *person)
        };
        if self.officers.iter().any(is_back) {
            return Err(CaseRefusal::RecusedBefore);
        }
        Ok(())
    }

    fn decide(
        &mut self,
        outcome: Outcome,
        penalty: Option<&Penalty>,
        known: &Known<'_>,
    ) -> Result<(), CaseRefusal> {
        let penalty = match outcome {
            Outcome::Punish => {
                self.ripe(known.on, known.today, known.calendar)?;
                let Some(penalty) = penalty else { return Err(CaseRefusal::NoPenalty) };
                self.check_penalty(penalty, known)?;
                if self.notice.as_ref().is_some_and(|told| penalty.is_harsher_than(&told.penalty)) {
                    return Err(CaseRefusal::Harsher);
                }
                // Also when the town has set its sum since, or lowered it: then the party is told anew.
                let penalty = known.large_from.judged(penalty, self.party.kind);
                self.check_hearing(&penalty, self.notice.as_ref().is_some_and(|told| told.hearing), known)?;
                penalty
            }
            _ => {
                self.in_time(known.on, known.today, known.calendar)?;
                Penalty::default()
            }
        };
        self.decision = Some(Decision { on: known.on, outcome, penalty });
        self.stage = Stage::Decided;
        Ok(())
    }

    /// Decided, handed over and on record in one act. Source: 行政处罚法 (2021) arts. 51, 52.
    fn decide_on_spot(
        &mut self,
        penalty: &Penalty,
        heard: bool,
        known: &Known<'_>,
    ) -> Result<(), CaseRefusal> {
        self.check_penalty(penalty, known)?;
        let most = match self.party.kind {
            PartyKind::Citizen => SPOT_CITIZEN_FEN,
            PartyKind::Organisation => SPOT_ORGANISATION_FEN,
        };
        let only_small =
            penalty.kinds.iter().all(|kind| matches!(kind, PenaltyKind::Fine | PenaltyKind::Warning));
        if penalty.fine_fen > most || !only_small {
            return Err(CaseRefusal::NotSummary);
        }
        // Nothing so small is a large fine by itself; where the town set less than the spot allows, it is one.
        let reaches = |from: i64| penalty.fine_fen > 0 && penalty.fine_fen >= from;
        if penalty.large || known.large_from.of(self.party.kind).is_some_and(reaches) {
            return Err(CaseRefusal::SpotLarge);
        }
        if !heard {
            return Err(CaseRefusal::SpotNotHeard);
        }
        self.heard = Some(Heard::Made);
        self.decision = Some(Decision { on: known.on, outcome: Outcome::Punish, penalty: penalty.clone() });
        self.served_on = Some(known.on);
        self.stage = Stage::Served;
        Ok(())
    }

    fn end_contest(
        &mut self,
        ending: Ending,
        penalty: Option<&Penalty>,
        on: Date,
    ) -> Result<(), CaseRefusal> {
        match ending {
            Ending::SetAside => self.stage = Stage::Withdrawn,
            Ending::Changed => {
                let changed = penalty.filter(|one| {
                    !one.kinds.is_empty() && one.kinds.contains(&PenaltyKind::Fine) == (one.fine_fen > 0)
                });
                let Some(changed) = changed else { return Err(CaseRefusal::NoPenalty) };
                if let Some(decision) = &mut self.decision {
                    decision.penalty = changed.clone();
                }
            }
            Ending::Upheld | Ending::Withdrawn => {}
        }
        if let Some(open) = self.contests.last_mut() {
            open.ended = Some((on, ending));
        }
        Ok(())
    }

    fn pay(&mut self, amount_fen: i64, how: Paid, on: Date) -> Result<(), CaseRefusal> {
        let owed_fen = self.owed_fen();
        if amount_fen <= 0 || amount_fen > owed_fen {
            return Err(CaseRefusal::WrongAmount { owed_fen });
        }
        let fine = self.decision.as_ref().map_or(0, |one| one.penalty.fine_fen);
        let may = match how {
            Paid::Bank | Paid::SpotRemote => true,
            Paid::SpotSmall => fine <= SPOT_COLLECT_FEN && self.procedure == Procedure::Summary,
            Paid::SpotHard => self.procedure == Procedure::Summary,
        };
        if !may {
            return Err(CaseRefusal::NoSpotCollection);
        }
        self.paid_fen += amount_fen;
        self.payments.push((on, amount_fen));
        if how != Paid::Bank {
            self.in_hand_since = self.in_hand_since.or(Some(on));
        }
        Ok(())
    }

    /// Every period that runs or ran, in the order of the law.
    ///
    /// Errors: a date that cannot be represented.
    pub fn clocks(
        &self,
        events: &[super::Event],
        today: Date,
        calendar: &Calendar,
    ) -> Result<Vec<Running>, CaseRefusal> {
        let day_of = |step: Step| events.iter().rev().find(|one| one.act.step() == step).map(|one| one.on);
        let mut clocks = Vec::new();
        let mut put = |clock: Clock, from: Date, due: Date, done: Option<Date>| {
            clocks.push(Running { clock, from, due, done });
        };
        let over = self.is_over().then_some(self.last_on);
        let limitation = if self.harmed { Clock::LimitationHarm } else { Clock::Limitation };
        put(limitation, self.ended_on, limitation.due(self.ended_on, calendar)?, Some(self.found_on));
        if let Some(filed) = self.filed_on {
            let due = decision_due(filed, &self.pauses, self.extended_to, today, calendar)?;
            put(Clock::Decision, filed, due, self.decision.as_ref().map(|one| one.on).or(over));
        }
        if let Some(from) = day_of(Step::Preserve) {
            let done = if self.preserved_on.is_some() { None } else { day_of(Step::Release) };
            put(Clock::Preservation, from, Clock::Preservation.due(from, calendar)?, done.or(over));
        }
        if let (Some(notice), Some(until)) = (&self.notice, self.hearing_until(calendar)?) {
            let done = day_of(Step::AskHearing).or(day_of(Step::WaiveHearing));
            put(Clock::HearingRequest, notice.on, until, done.or(over));
        }
        if let Some(Hearing::Called { at, .. }) = self.hearing
            && let Some(from) = day_of(Step::CallHearing)
        {
            put(Clock::HearingNotice, from, at, None);
        }
        if let Some(decision) = self.decision.as_ref().filter(|_| self.procedure == Procedure::Ordinary) {
            put(
                Clock::Service,
                decision.on,
                Clock::Service.due(decision.on, calendar)?,
                day_of(Step::Serve).or(self.served_on).or(over),
            );
        }
        let hung = events.iter().rev().find_map(|one| match &one.act {
            super::Act::Serve { way, .. } if is_public_notice(way) => Some(one.on),
            _ => None,
        });
        if let (Some(from), Some(served)) = (hung, self.served_on) {
            put(Clock::PublicNotice, from, served, (served <= today).then_some(served).or(over));
        }
        if let (Some(served), true) = (self.served_on, self.punishes()) {
            let paid = (self.owed_fen() == 0).then(|| day_of(Step::Pay)).flatten();
            if let Some(due) = self.payment_due(calendar)? {
                put(Clock::Payment, served, due, paid.or(over));
            }
            if let Some(from) = self.in_hand_since {
                put(Clock::HandIn, from, Clock::HandIn.due(from, calendar)?, None);
            }
            let contested = self.contests.first().map(|one| one.on);
            for clock in [Clock::Reconsideration, Clock::Litigation] {
                put(clock, served, clock.due(served, calendar)?, contested.or(over));
            }
            for (n, review) in self.contests.iter().enumerate().filter(|(_, one)| !one.court) {
                let sued = self.contests.get(n + 1).map(|one| one.on);
                if let Some((ended, Ending::Upheld | Ending::Changed)) = review.ended {
                    let clock = Clock::LitigationAfterReview;
                    put(clock, ended, clock.due(ended, calendar)?, sued.or(over));
                }
            }
            if let Some(from) = self.demanded_on {
                put(Clock::Demand, from, Clock::Demand.due(from, calendar)?, self.applied_on.or(over));
                if let Some(from) = self.court_from(calendar)? {
                    let due = Clock::CourtApplication.due(from, calendar)?;
                    put(Clock::CourtApplication, from, due, self.applied_on.or(over));
                }
            }
        }
        Ok(clocks)
    }
}

/// What a step has to be accompanied by, as the field is called.
fn what_to_say(step: Step) -> &'static str {
    match step {
        Step::ClaimRecusal => "应当回避的理由",
        Step::Convert => "不能当场处罚的情形（事实尚待查清、超出当场处罚的种类或者幅度等）",
        Step::Preserve => "保存的物品清单",
        Step::Release => "处理结果",
        Step::Pause => "不计入期限的依据（法律、法规、规章条款）",
        Step::Extend => "延长的依据（法律、法规、规章条款）",
        Step::Report => "调查结论和处理建议",
        Step::HoldHearing => "听证意见",
        Step::Investigate => "调查情况",
        Step::Decide | Step::DecideOnSpot => "认定的事实和证据",
        Step::EndContest => "复议决定或者裁判结果",
        Step::EndHearing => "撤回听证要求或者不出席、中途退出的情况",
        Step::Perform | Step::Execute => "履行情况",
        _ => "理由",
    }
}

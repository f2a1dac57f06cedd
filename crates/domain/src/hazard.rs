//! Hazards: what was found wrong, who must fix it, by when, and who looked again. A step consumes the hazard and
//! returns the next one with the event that made it, or refuses. Pure rules only: no SQL, no clock, and no question of
//! who is signed in. Overdue and its kind are not stored; see `facts`.

mod event;
mod facts;
mod ladder;
mod refusal;
mod replay;
mod terms;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use event::{Act, Actor, EARLIEST, Event, EventKind, Find, Look, Position, Standing, Step, Term};
pub use facts::{Columns, Fact, PhotoPair, Recurrence, Sameness, Stage, recurrence, timeline};
pub use ladder::{Declined, Ladder, Proposal, Surroundings, Why};
pub use refusal::HazardRefusal;
pub use replay::ReplayFault;
pub use terms::{
    Days, Determination, Escalation, EscalationKind, Extension, Fix, FixChannel, HazardCode, LegalBasis,
    Level, MayOrder, Measure, Photo, Receiver, Recheck, Rectification, ServeMethod, TransferAnswer,
    blocks_passage, is_freed_in_time,
};

use crate::calendar::Calendar;
use crate::ids::{HazardId, InspectionId, PersonId, PhotoId};
use crate::time::{Date, Timestamp};

/// Working days for a re-check, after the deadline or after a fix was handed in. Source: 消防监督检查规定 art. 20, which
/// gives the number: no parameter of the town.
pub const RECHECK_WORKING_DAYS: u16 = 3;

/// Where a hazard stands, with the evidence that brought it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum State {
    /// 已发现: seen, not yet graded.
    Found,
    /// 已定级: graded, no measure yet.
    Graded,
    /// 已发通知: the unit was told, receipt not yet recorded.
    MeasureOrdered(Rectification),
    /// 整改中: the unit has the notice, or a re-check failed.
    Rectifying(Rectification),
    /// 待复查: a fix was handed in.
    FixSubmitted {
        /// What was to be fixed.
        rectification: Rectification,
        /// What was handed in.
        fix: Fix,
    },
    /// 复查中: somebody took the re-check on.
    Rechecking {
        /// What was to be fixed.
        rectification: Rectification,
        /// What was handed in, if anything.
        fix: Option<Fix>,
    },
    /// 待销案: the re-check passed.
    Passed {
        /// What was to be fixed.
        rectification: Rectification,
        /// What was handed in, if anything.
        fix: Option<Fix>,
        /// Who saw it fixed; none when it was put right on the spot, before the eyes of who found it.
        recheck: Option<Recheck>,
    },
    /// 已销案.
    Closed {
        /// What was to be fixed.
        rectification: Rectification,
        /// What was handed in, if anything.
        fix: Option<Fix>,
        /// Who saw it fixed; none when it was put right on the spot, before the eyes of who found it.
        recheck: Option<Recheck>,
        /// When it was closed.
        closed_on: Date,
    },
    /// 已移送.
    Transferred {
        /// To whom.
        to: Receiver,
        /// Since when.
        on: Date,
        /// The letter.
        document_no: String,
        /// What goes on meanwhile.
        rectification: Option<Rectification>,
    },
    /// 长期管控: cannot be fixed soon, kept safe and looked at again.
    LongTermControl {
        /// When it is looked at again.
        review_on: Date,
    },
    /// 已重新打开: closed or dismissed wrongly; wants a new measure.
    Reopened,
    /// 不属实.
    False,
    /// 已作废: recorded by mistake.
    Voided,
}

/// A fire hazard (火灾隐患) at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    /// Its id.
    pub id: HazardId,
    /// What was found where.
    pub find: Find,
    /// Who found it; none when the unit did, by code.
    pub found_by: Option<PersonId>,
    /// When it was found.
    pub found_at: Timestamp,
    /// Its level; none until graded.
    pub level: Option<Level>,
    /// Whether the level stands: general levels do, others once the office has confirmed.
    pub level_confirmed: bool,
    /// Since when it is suspected to be major: the clock of the transfer.
    pub suspected_on: Option<Date>,
    /// Where it stands.
    pub state: State,
    /// The first deadline ever set; extension and failed re-checks never move it.
    pub original_deadline_on: Option<Date>,
    /// Steps of the escalation ladder taken.
    pub escalations: Vec<Escalation>,
    /// How often a re-check failed.
    pub failed_rechecks: u32,
    /// When one last did.
    pub failed_on: Option<Date>,
    /// Steps of the ladder that were due and set aside.
    pub declined: Vec<Declined>,
    /// Every photo handed in so far, so that none counts twice.
    pub photos_seen: Vec<PhotoId>,
    /// How many events made it.
    pub version: u32,
}

/// The hazard after a step, and the event to keep.
pub type Stepped = Result<(Hazard, Event), HazardRefusal>;

impl Hazard {
    /// Records a find. Staff and the unit itself may.
    ///
    /// Errors: a photo is missing when an item failed; the description is blank; the times make no sense.
    pub fn found(id: HazardId, find: Find, act: Act, now: Timestamp) -> Stepped {
        check_clock(&act, now)?;
        written(&find.description, "隐患描述")?;
        if find.item.is_some() {
            pictured(&find.photos, Step::Found)?;
        }
        let event = Event { hazard: id, version: 1, act, recorded_at: now, kind: EventKind::Found(find) };
        let hazard = Self::begun_by(&event).map_err(|_| not_now(Step::Found, "未登记"))?;
        Ok((hazard, event))
    }

    /// Grades the hazard, or grades it anew with a reason.
    ///
    /// Errors: [`HazardRefusal::MajorNotYours`] for 重大, which only a transfer's answer can bring;
    /// [`HazardRefusal::OfficeOnly`] when an inspector lowers what the office confirmed.
    pub fn grade(self, act: Act, level: Level, reason: &str, now: Timestamp) -> Stepped {
        self.begin(Step::Graded, &act, now)?;
        act.actor.staff(Step::Graded)?;
        if level == Level::Major {
            return Err(HazardRefusal::MajorNotYours);
        }
        if self.level == Some(Level::Major) {
            return Err(HazardRefusal::LevelFixed);
        }
        if self.level.is_some() {
            written(reason, "改定等级的理由")?;
        }
        let lowers_confirmed = self.level_confirmed && Some(level) < self.level;
        if lowers_confirmed && !act.actor.is_office() {
            return Err(HazardRefusal::OfficeOnly { act: "降低已确认的等级" });
        }
        let confirmed = !level.needs_confirmation() || act.actor.is_office();
        self.step(act, now, EventKind::Graded { level, confirmed, reason: reason.trim().to_owned() })
    }

    /// Confirms a level above general, as the office.
    pub fn confirm_level(self, act: Act, now: Timestamp) -> Stepped {
        self.begin(Step::LevelConfirmed, &act, now)?;
        act.actor.staff(Step::LevelConfirmed)?;
        if !act.actor.is_office() {
            return Err(HazardRefusal::OfficeOnly { act: Step::LevelConfirmed.label() });
        }
        match self.level {
            Some(level) if self.level_confirmed => Err(HazardRefusal::NothingToConfirm { level }),
            Some(_) => self.step(act, now, EventKind::LevelConfirmed),
            None => Err(self.not_now(Step::LevelConfirmed)),
        }
    }

    /// Records that an inspection met it again (再次发现) while it is still open: one trouble stays one hazard. A visit that
    /// is recorded late may have met it before it was found.
    pub fn seen_again(
        self,
        act: Act,
        inspection: InspectionId,
        description: &str,
        photos: Vec<Photo>,
        now: Timestamp,
    ) -> Stepped {
        if !self.state.admits(Step::SeenAgain) {
            return Err(self.not_now(Step::SeenAgain));
        }
        check_clock(&act, now)?;
        act.actor.staff(Step::SeenAgain)?;
        self.fresh(&photos, Step::SeenAgain)?;
        let description = description.trim().to_owned();
        self.step(act, now, EventKind::SeenAgain { inspection, description, photos })
    }

    /// Records that it was put right within the visit (当场改正): asked for by word of mouth and noted in the record, with no
    /// notice, no deadline and no re-check. Source: handbook of the field, §4.2 row 1; 消防监督检查规定 art. 19.
    ///
    /// Errors: [`HazardRefusal::NotMinor`] unless the level is general; a picture of it put right is missing or was used.
    pub fn fix_on_spot(self, act: Act, photos: Vec<Photo>, text: &str, now: Timestamp) -> Stepped {
        self.begin(Step::FixedOnSpot, &act, now)?;
        act.actor.staff(Step::FixedOnSpot)?;
        match self.level {
            Some(Level::General) => {}
            Some(level) => return Err(HazardRefusal::NotMinor { level }),
            None => return Err(self.not_now(Step::FixedOnSpot)),
        }
        written(text, "当场提出的要求")?;
        self.fresh(&photos, Step::FixedOnSpot)?;
        self.step(act, now, EventKind::FixedOnSpot { photos, text: text.trim().to_owned() })
    }

    /// Advises the unit to fix it (督促整改通知). Anyone who inspects may.
    ///
    /// Units: `allowed` counts from the date of the act, the next day being day 1; zero is on the spot.
    /// Errors: [`HazardRefusal::OrderWordInAdvice`] when the text borrows the word of an order;
    /// [`HazardRefusal::LevelUnconfirmed`] while the office has not confirmed a level above general.
    pub fn advise(self, act: Act, text: &str, allowed: Days, now: Timestamp, calendar: &Calendar) -> Stepped {
        self.begin(Step::Advised, &act, now)?;
        act.actor.staff(Step::Advised)?;
        self.level_stands(Step::Advised)?;
        written(text, "整改建议")?;
        // A space between the two reads the same.
        if text.split_whitespace().collect::<String>().contains("责令") {
            return Err(HazardRefusal::OrderWordInAdvice);
        }
        let term = Term::count(allowed, act.happened_at.date(), calendar)?;
        self.step(act, now, EventKind::Advised { text: text.trim().to_owned(), term })
    }

    /// Orders the unit to fix it (责令改正), instead of advice or in its place.
    ///
    /// Units: as for [`Hazard::advise`].
    /// Errors: [`HazardRefusal::NoAuthority`] when the proof names another officer or another time;
    /// [`HazardRefusal::LevelUnconfirmed`] as for advice.
    pub fn order(
        self,
        act: Act,
        authority: MayOrder,
        text: &str,
        allowed: Days,
        now: Timestamp,
        calendar: &Calendar,
    ) -> Stepped {
        self.begin(Step::Ordered, &act, now)?;
        let on = act.happened_at.date();
        let (person, _) = act.actor.staff(Step::Ordered)?;
        if *person != authority.officer || !authority.is_valid_on(on) {
            return Err(HazardRefusal::NoAuthority);
        }
        if let Some(running) = self.rectification()
            && !matches!(running.measure, Measure::Advice { .. })
        {
            return Err(self.not_now(Step::Ordered));
        }
        self.level_stands(Step::Ordered)?;
        written(text, "改正要求")?;
        let term = Term::count(allowed, on, calendar)?;
        self.step(act, now, EventKind::Ordered { text: text.trim().to_owned(), authority, term })
    }

    /// Records that the unit received the notice.
    pub fn serve(self, act: Act, method: ServeMethod, now: Timestamp) -> Stepped {
        self.begin(Step::Served, &act, now)?;
        act.actor.staff(Step::Served)?;
        self.step(act, now, EventKind::Served { method })
    }

    /// Asks for the one extension, before the deadline. The unit may, or staff for it.
    ///
    /// Units: `days` of the kind first allowed.
    pub fn ask_extension(self, act: Act, days: u16, reason: &str, now: Timestamp) -> Stepped {
        let running = self.running(Step::ExtensionAsked, &act, now)?;
        match running.extension {
            Extension::None => {}
            Extension::Asked { .. } => return Err(HazardRefusal::ExtensionPending),
            Extension::Granted => return Err(HazardRefusal::ExtendedOnce),
        }
        if running.allowed.is_none() {
            return Err(HazardRefusal::DeadlineNotYours);
        }
        if act.happened_at.date() > running.deadline_on {
            return Err(HazardRefusal::ExtensionTooLate { deadline_on: running.deadline_on });
        }
        if days == 0 {
            return Err(HazardRefusal::ExtensionTooLong { days, at_most: u16::MAX });
        }
        written(reason, "延期理由")?;
        self.step(act, now, EventKind::ExtensionAsked { days, reason: reason.trim().to_owned() })
    }

    /// Grants the extension asked for; the original deadline stays on the record.
    ///
    /// Units: `at_most` in days, from the town's parameter; see [`Rectification::extension_cap`].
    /// Errors: the decider issued nothing here, filed the request, or it asks for more than `at_most`; the term of an order
    /// is decided by who could give one.
    pub fn grant_extension(
        self,
        act: Act,
        authority: Option<&MayOrder>,
        at_most: u16,
        now: Timestamp,
        calendar: &Calendar,
    ) -> Stepped {
        let step = Step::ExtensionGranted;
        let running = self.running(step, &act, now)?;
        let days = self.decidable(&act, authority, step)?;
        let Some(allowed) = running.allowed else { return Err(HazardRefusal::DeadlineNotYours) };
        if days > at_most {
            return Err(HazardRefusal::ExtensionTooLong { days, at_most });
        }
        let term = Term::count(allowed.same_kind(days), running.deadline_on, calendar)?;
        let kind = EventKind::ExtensionGranted {
            deadline_on: term.deadline_on,
            recheck_due_on: term.recheck_due_on,
        };
        self.step(act, now, kind)
    }

    /// Refuses the extension asked for; the deadline stands.
    pub fn refuse_extension(
        self,
        act: Act,
        authority: Option<&MayOrder>,
        reason: &str,
        now: Timestamp,
    ) -> Stepped {
        self.running(Step::ExtensionRefused, &act, now)?;
        self.decidable(&act, authority, Step::ExtensionRefused)?;
        written(reason, "不同意延期的理由")?;
        self.step(act, now, EventKind::ExtensionRefused { reason: reason.trim().to_owned() })
    }

    /// Hands in a fix, by the unit or by staff for it. The re-check clock runs from the day it is recorded, for only
    /// then can anybody act on it.
    ///
    /// Errors: [`HazardRefusal::PhotoMissing`]; [`HazardRefusal::PhotoReused`] for a picture handed in before.
    pub fn submit_fix(
        self,
        act: Act,
        channel: FixChannel,
        photos: Vec<Photo>,
        note: &str,
        now: Timestamp,
        calendar: &Calendar,
    ) -> Stepped {
        self.begin(Step::FixSubmitted, &act, now)?;
        self.fresh(&photos, Step::FixSubmitted)?;
        let recheck_due_on = calendar.working_day_after(now.date(), RECHECK_WORKING_DAYS)?;
        let note = note.trim().to_owned();
        self.step(act, now, EventKind::FixSubmitted { channel, photos, note, recheck_due_on })
    }

    /// Takes the re-check on. Whether the right people went is asked when they report.
    pub fn start_recheck(self, act: Act, now: Timestamp) -> Stepped {
        self.begin(Step::RecheckStarted, &act, now)?;
        act.actor.staff(Step::RecheckStarted)?;
        self.recheckable(&act)?;
        self.step(act, now, EventKind::RecheckStarted)
    }

    /// Records that somebody else looked and it is fixed.
    ///
    /// Errors: [`HazardRefusal::SamePerson`] unless one of those present neither found nor fixed it.
    pub fn pass_recheck(self, act: Act, look: Look, now: Timestamp) -> Stepped {
        self.begin(Step::RecheckPassed, &act, now)?;
        self.looked(&act, &look, Step::RecheckPassed)?;
        self.step(act, now, EventKind::RecheckPassed(look))
    }

    /// Records that it is not fixed, and sets a new deadline. The original deadline and the extension stay used.
    ///
    /// Errors: as [`Hazard::pass_recheck`]; for a determined major hazard the organ's document is required.
    pub fn fail_recheck(
        self,
        act: Act,
        look: Look,
        allowed: Days,
        now: Timestamp,
        calendar: &Calendar,
    ) -> Stepped {
        self.begin(Step::RecheckFailed, &act, now)?;
        self.looked(&act, &look, Step::RecheckFailed)?;
        written(&look.note, "复查意见")?;
        if self.level == Some(Level::Major) {
            documented(&act, "重新确定重大火灾隐患的期限")?;
        }
        let term = Term::count(allowed, act.happened_at.date(), calendar)?;
        self.step(act, now, EventKind::RecheckFailed { look, term })
    }

    /// Closes (销案), as the issuer of the measure or the office.
    ///
    /// Errors: for a determined major hazard the organ's document is required; [`HazardRefusal::LevelUnconfirmed`] when
    /// somebody raised the level on the way and the office has not confirmed it.
    pub fn close(self, act: Act, now: Timestamp) -> Stepped {
        self.begin(Step::Closed, &act, now)?;
        self.issued_by(&act, Step::Closed)?;
        self.level_stands(Step::Closed)?;
        if self.level == Some(Level::Major) {
            documented(&act, "重大火灾隐患销案")?;
        }
        self.step(act, now, EventKind::Closed)
    }

    /// Hands the hazard over by letter. A suspicion of 重大 goes only after the office has confirmed it.
    pub fn transfer(self, act: Act, to: Receiver, reason: &str, now: Timestamp) -> Stepped {
        self.begin(Step::Transferred, &act, now)?;
        act.actor.staff(Step::Transferred)?;
        if self.level == Some(Level::MajorSuspect) {
            self.level_stands(Step::Transferred)?;
        }
        written(reason, "移送理由")?;
        documented(&act, Step::Transferred.label())?;
        self.step(act, now, EventKind::Transferred { to, reason: reason.trim().to_owned() })
    }

    /// Records what came back: determined as major by the fire rescue organ, or returned.
    pub fn answer_transfer(
        self,
        act: Act,
        answer: TransferAnswer,
        now: Timestamp,
        calendar: &Calendar,
    ) -> Stepped {
        let step = Step::TransferAnswered;
        self.begin(step, &act, now)?;
        act.actor.staff(step)?;
        let State::Transferred { to, .. } = &self.state else { return Err(self.not_now(step)) };
        let recheck_due_on = match &answer {
            TransferAnswer::Major(_) if *to != Receiver::FireRescue => {
                return Err(HazardRefusal::MajorNotYours);
            }
            TransferAnswer::Major(found) if found.document_no.trim().is_empty() => {
                return Err(HazardRefusal::DocumentMissing { act: "登记重大火灾隐患认定" });
            }
            TransferAnswer::Major(found) => {
                Some(calendar.working_day_after(found.deadline_on, RECHECK_WORKING_DAYS)?)
            }
            TransferAnswer::Returned { level, .. } if *level > Level::Larger => {
                return Err(HazardRefusal::MajorNotYours);
            }
            TransferAnswer::Returned { .. } if self.level == Some(Level::Major) => {
                return Err(HazardRefusal::LevelFixed);
            }
            TransferAnswer::Returned { reason, .. } => {
                written(reason, "退回理由")?;
                None
            }
        };
        self.step(act, now, EventKind::TransferAnswered { answer, recheck_due_on })
    }

    /// Takes a step of the escalation ladder, beside whatever else goes on.
    ///
    /// Errors: what others decide needs their document; district listing needs a determined major hazard.
    pub fn escalate(self, act: Act, escalation: EscalationKind, reason: &str, now: Timestamp) -> Stepped {
        self.begin(Step::Escalated, &act, now)?;
        act.actor.staff(Step::Escalated)?;
        if escalation == EscalationKind::DistrictListed && self.level != Some(Level::Major) {
            return Err(HazardRefusal::ListingNeedsMajor);
        }
        if self.escalations.iter().any(|taken| taken.kind == escalation) {
            return Err(HazardRefusal::AlreadyEscalated);
        }
        written(reason, "升级督办的理由")?;
        if escalation.needs_document() {
            documented(&act, escalation.label())?;
        }
        self.step(act, now, EventKind::Escalated { escalation, reason: reason.trim().to_owned() })
    }

    /// Sets a step of the ladder aside that is due (暂不升级), saying why. It is put to people again when another re-check fails
    /// or another deadline passes.
    pub fn decline_escalation(
        self,
        act: Act,
        escalation: EscalationKind,
        reason: &str,
        now: Timestamp,
    ) -> Stepped {
        self.begin(Step::EscalationDeclined, &act, now)?;
        act.actor.staff(Step::EscalationDeclined)?;
        if self.escalations.iter().any(|taken| taken.kind == escalation) {
            return Err(HazardRefusal::AlreadyEscalated);
        }
        written(reason, "暂不升级的理由")?;
        let reason = reason.trim().to_owned();
        self.step(act, now, EventKind::EscalationDeclined { escalation, reason })
    }

    /// Puts under long-term control what cannot be fixed soon, with a date to look at it again.
    pub fn control_long_term(self, act: Act, measures: &str, review_on: Date, now: Timestamp) -> Stepped {
        self.begin(Step::LongTermControlled, &act, now)?;
        act.actor.staff(Step::LongTermControlled)?;
        written(measures, "管控措施")?;
        documented(&act, Step::LongTermControlled.label())?;
        if self.level == Some(Level::Major) {
            return Err(HazardRefusal::DeadlineNotYours);
        }
        if review_on <= now.date() {
            return Err(HazardRefusal::ReviewNotAhead { review_on });
        }
        let measures = measures.trim().to_owned();
        self.step(act, now, EventKind::LongTermControlled { measures, review_on })
    }

    /// Opens again what was closed or dismissed wrongly, as when a sample check finds it unfixed.
    pub fn reopen(self, act: Act, reason: &str, now: Timestamp) -> Stepped {
        self.ended(Step::Reopened, act, reason, now, |reason| EventKind::Reopened { reason })
    }

    /// Finds that there was no hazard (不属实).
    pub fn dismiss(self, act: Act, reason: &str, now: Timestamp) -> Stepped {
        self.ended(Step::Dismissed, act, reason, now, |reason| EventKind::Dismissed { reason })
    }

    /// Takes a find back because the record it came from was corrected (更正), as not real.
    ///
    /// Errors: [`HazardRefusal::MeasureIssued`] once the unit was told or another body has it;
    /// [`HazardRefusal::OfficeOnly`] when the office had confirmed its level and somebody else corrects.
    pub fn take_back(self, act: Act, reason: &str, now: Timestamp) -> Stepped {
        if !self.state.admits(Step::Dismissed) {
            return Err(HazardRefusal::MeasureIssued { stage: self.state.label() });
        }
        let was_confirmed = self.level_confirmed && self.level.is_some_and(Level::needs_confirmation);
        if was_confirmed && !act.actor.is_office() {
            return Err(HazardRefusal::OfficeOnly { act: "撤销已确认等级的隐患" });
        }
        self.dismiss(act, reason, now)
    }

    /// Voids (作废) a record made by mistake. Nothing is deleted.
    pub fn void(self, act: Act, reason: &str, now: Timestamp) -> Stepped {
        self.ended(Step::Voided, act, reason, now, |reason| EventKind::Voided { reason })
    }

    fn ended(
        self,
        step: Step,
        act: Act,
        reason: &str,
        now: Timestamp,
        kind: fn(String) -> EventKind,
    ) -> Stepped {
        self.begin(step, &act, now)?;
        act.actor.staff(step)?;
        written(reason, "理由")?;
        self.step(act, now, kind(reason.trim().to_owned()))
    }

    fn step(self, act: Act, now: Timestamp, kind: EventKind) -> Stepped {
        let (step, stage) = (kind.step(), self.state.label());
        let event = Event { hazard: self.id.clone(), version: self.version + 1, act, recorded_at: now, kind };
        let next = self.followed_by(&event).map_err(|_| not_now(step, stage))?;
        Ok((next, event))
    }

    /// What every step asks first: does the stage admit it, and do the times make sense.
    fn begin(&self, step: Step, act: &Act, now: Timestamp) -> Result<(), HazardRefusal> {
        if !self.state.admits(step) {
            return Err(self.not_now(step));
        }
        check_clock(act, now)?;
        if act.happened_at < self.found_at {
            return Err(HazardRefusal::HappenedBefore { earlier: "发现隐患" });
        }
        Ok(())
    }

    fn running(&self, step: Step, act: &Act, now: Timestamp) -> Result<&Rectification, HazardRefusal> {
        self.begin(step, act, now)?;
        self.rectification().ok_or_else(|| self.not_now(step))
    }

    /// The days of a request this actor may decide.
    fn decidable(&self, act: &Act, authority: Option<&MayOrder>, step: Step) -> Result<u16, HazardRefusal> {
        let (person, _) = act.actor.staff(step)?;
        self.issued_by(act, step)?;
        // The term is part of the order: whoever could not have given it does not move it.
        let ordered = |running: &Rectification| matches!(running.measure, Measure::Order { .. });
        let on = act.happened_at.date();
        if self.rectification().is_some_and(ordered)
            && !authority.is_some_and(|shown| shown.officer == *person && shown.is_valid_on(on))
        {
            return Err(HazardRefusal::OrderTerm { act: step.label() });
        }
        match self.rectification().map(|running| &running.extension) {
            Some(Extension::Asked { by: Some(asker), .. }) if asker == person => {
                Err(HazardRefusal::SamePerson { act: "申请并批准延期" })
            }
            Some(Extension::Asked { days, .. }) => Ok(*days),
            _ => Err(HazardRefusal::NoExtensionAsked),
        }
    }

    fn issued_by(&self, act: &Act, step: Step) -> Result<(), HazardRefusal> {
        let (_, org) = act.actor.staff(step)?;
        let issuer = self.rectification().and_then(|running| match &running.measure {
            Measure::Advice { issuer, .. } | Measure::Order { issuer, .. } => Some(issuer),
            Measure::OrganNotice(_) => None,
        });
        if act.actor.is_office() || issuer.is_none_or(|issuer| issuer == org) {
            return Ok(());
        }
        Err(HazardRefusal::IssuerOnly { act: step.label() })
    }

    /// A level above general is an inspector's proposal until the office confirms it: nothing is told to the unit and
    /// nothing closed on a proposal. Source: handbook of the field, §3.3, "inspector, confirmed by office".
    fn level_stands(&self, step: Step) -> Result<(), HazardRefusal> {
        match self.level {
            Some(level) if level.needs_confirmation() && !self.level_confirmed => {
                Err(HazardRefusal::LevelUnconfirmed { level, act: step.label() })
            }
            _ => Ok(()),
        }
    }

    /// A re-check needs something handed in, or a deadline that has passed.
    fn recheckable(&self, act: &Act) -> Result<(), HazardRefusal> {
        let (State::MeasureOrdered(running) | State::Rectifying(running)) = &self.state else {
            return Ok(());
        };
        if act.happened_at.date() <= running.deadline_on {
            return Err(HazardRefusal::RecheckTooEarly { deadline_on: running.deadline_on });
        }
        Ok(())
    }

    fn looked(&self, act: &Act, look: &Look, step: Step) -> Result<(), HazardRefusal> {
        let (person, _) = act.actor.staff(step)?;
        self.recheckable(act)?;
        let fix = self.fix();
        if fix.is_some_and(|fix| act.happened_at < fix.at) {
            return Err(HazardRefusal::HappenedBefore { earlier: "提交整改" });
        }
        let fixer = fix.and_then(|fix| fix.by.as_ref());
        let is_independent = |who: &PersonId| Some(who) != self.found_by.as_ref() && Some(who) != fixer;
        if !std::iter::once(person).chain(&look.with).any(is_independent) {
            return Err(HazardRefusal::SamePerson { act: "发现、整改并复查" });
        }
        self.fresh(&look.photos, step)
    }

    fn fresh(&self, photos: &[Photo], step: Step) -> Result<(), HazardRefusal> {
        pictured(photos, step)?;
        if photos.iter().any(|photo| self.photos_seen.contains(&photo.id)) {
            return Err(HazardRefusal::PhotoReused);
        }
        Ok(())
    }

    fn not_now(&self, step: Step) -> HazardRefusal {
        not_now(step, self.state.label())
    }
}

impl Rectification {
    /// The longest extension, as a share of the time first allowed; none when a document names the date.
    ///
    /// Units: `share_percent` of the days, rounded down; a parameter of the town.
    pub fn extension_cap(&self, share_percent: u16) -> Option<u16> {
        let days = u32::from(self.allowed?.count()) * u32::from(share_percent) / 100;
        u16::try_from(days).ok()
    }
}

impl State {
    /// Whether a step can be taken from here: the whole machine in one table. What is met again after a re-check passed
    /// is a new trouble, not this one.
    pub fn admits(&self, step: Step) -> bool {
        use Step as S;
        let steps: &[Step] = match self {
            Self::Found => &[S::Graded, S::SeenAgain, S::Dismissed, S::Voided],
            Self::Graded => &[
                S::Graded,
                S::LevelConfirmed,
                S::SeenAgain,
                S::FixedOnSpot,
                S::Advised,
                S::Ordered,
                S::Transferred,
                S::Escalated,
                S::EscalationDeclined,
                S::LongTermControlled,
                S::Dismissed,
                S::Voided,
            ],
            Self::MeasureOrdered(_) => &[
                S::Graded,
                S::LevelConfirmed,
                S::SeenAgain,
                S::Ordered,
                S::Served,
                S::ExtensionAsked,
                S::ExtensionGranted,
                S::ExtensionRefused,
                S::FixSubmitted,
                S::RecheckStarted,
                S::RecheckPassed,
                S::RecheckFailed,
                S::Transferred,
                S::Escalated,
                S::EscalationDeclined,
                S::LongTermControlled,
                S::Voided,
            ],
            Self::Rectifying(_) => &[
                S::Graded,
                S::LevelConfirmed,
                S::SeenAgain,
                S::Ordered,
                S::ExtensionAsked,
                S::ExtensionGranted,
                S::ExtensionRefused,
                S::FixSubmitted,
                S::RecheckStarted,
                S::RecheckPassed,
                S::RecheckFailed,
                S::Transferred,
                S::Escalated,
                S::EscalationDeclined,
                S::LongTermControlled,
                S::Voided,
            ],
            Self::FixSubmitted { .. } => &[
                S::LevelConfirmed,
                S::SeenAgain,
                S::RecheckStarted,
                S::RecheckPassed,
                S::RecheckFailed,
                S::Escalated,
                S::EscalationDeclined,
                S::Voided,
            ],
            Self::Rechecking { .. } => &[
                S::LevelConfirmed,
                S::SeenAgain,
                S::RecheckPassed,
                S::RecheckFailed,
                S::Escalated,
                S::EscalationDeclined,
                S::Voided,
            ],
            Self::Passed { .. } => &[S::LevelConfirmed, S::Closed, S::Voided],
            Self::Closed { .. } => &[S::Reopened, S::Voided],
            Self::Transferred { .. } => {
                &[S::SeenAgain, S::TransferAnswered, S::Escalated, S::EscalationDeclined, S::Voided]
            }
            Self::LongTermControl { .. } | Self::Reopened => &[
                S::Graded,
                S::LevelConfirmed,
                S::SeenAgain,
                S::Advised,
                S::Ordered,
                S::Transferred,
                S::Escalated,
                S::EscalationDeclined,
                S::LongTermControlled,
                S::Voided,
            ],
            Self::False => &[S::Reopened, S::Voided],
            Self::Voided => &[],
        };
        steps.contains(&step)
    }
}

fn not_now(step: Step, stage: &'static str) -> HazardRefusal {
    HazardRefusal::NotNow { act: step.label(), stage }
}

fn check_clock(act: &Act, now: Timestamp) -> Result<(), HazardRefusal> {
    if act.happened_at > now {
        return Err(HazardRefusal::HappenedAfterRecorded);
    }
    if act.happened_at < EARLIEST {
        return Err(HazardRefusal::HappenedBefore2023);
    }
    Ok(())
}

fn written(text: &str, what: &'static str) -> Result<(), HazardRefusal> {
    if text.trim().is_empty() { Err(HazardRefusal::TextMissing { what }) } else { Ok(()) }
}

fn pictured(photos: &[Photo], step: Step) -> Result<(), HazardRefusal> {
    if photos.is_empty() { Err(HazardRefusal::PhotoMissing { act: step.label() }) } else { Ok(()) }
}

fn documented(act: &Act, what: &'static str) -> Result<(), HazardRefusal> {
    let is_given = act.document_no.as_deref().is_some_and(|number| !number.trim().is_empty());
    if is_given { Ok(()) } else { Err(HazardRefusal::DocumentMissing { act: what }) }
}

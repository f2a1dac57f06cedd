//! What an event makes of a hazard: the only place where its fields change, so that a hazard rebuilt from its events is
//! the hazard that made them. What does not belong here: whether the step was allowed (`hazard`).

use super::event::{Actor, Event, EventKind, Look, Step, Term};
use super::ladder::Declined;
use super::terms::{
    Days, Escalation, Extension, Fix, FixChannel, Level, Measure, Photo, Recheck, Rectification,
    TransferAnswer,
};
use super::{Hazard, State};
use crate::ids::OrgId;
use crate::time::Date;

/// A chain of events that makes no sense: something is wrong with the store, not with what people did.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayFault {
    /// No event at all, or the first is not the finding.
    #[error("隐患记录缺少“发现”一步，请运行数据检查")]
    NoFinding,
    /// A version is missing, doubled or belongs to another hazard.
    #[error("隐患记录第 {expected} 步缺失（读到第 {found} 步），请运行数据检查")]
    Gap {
        /// The version wanted.
        expected: u32,
        /// The version met.
        found: u32,
    },
    /// The stage before does not admit the step.
    #[error("隐患记录第 {version} 步与前一步不符，请运行数据检查")]
    Impossible {
        /// The version of the step.
        version: u32,
    },
}

impl ReplayFault {
    /// The stable code programs switch on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFinding => "hazard.replay_no_finding",
            Self::Gap { .. } => "hazard.replay_gap",
            Self::Impossible { .. } => "hazard.replay_impossible",
        }
    }
}

impl Hazard {
    /// Rebuilds a hazard from its events, oldest version first.
    ///
    /// Errors: [`ReplayFault`] when the chain is broken.
    pub fn from_events<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Self, ReplayFault> {
        let mut events = events.into_iter();
        let first = events.next().ok_or(ReplayFault::NoFinding)?;
        events.try_fold(Self::begun_by(first)?, Self::followed_by)
    }

    pub(super) fn begun_by(event: &Event) -> Result<Self, ReplayFault> {
        let EventKind::Found(find) = &event.kind else { return Err(ReplayFault::NoFinding) };
        if event.version != 1 {
            return Err(ReplayFault::Gap { expected: 1, found: event.version });
        }
        Ok(Self {
            id: event.hazard.clone(),
            found_by: event.act.actor.person().cloned(),
            found_at: event.act.happened_at,
            level: None,
            level_confirmed: false,
            suspected_on: None,
            state: State::Found,
            original_deadline_on: None,
            escalations: Vec::new(),
            failed_rechecks: 0,
            failed_on: None,
            declined: Vec::new(),
            photos_seen: find.photos.iter().map(|photo| photo.id.clone()).collect(),
            version: 1,
            find: find.clone(),
        })
    }

    pub(super) fn followed_by(mut self, event: &Event) -> Result<Self, ReplayFault> {
        let impossible = || ReplayFault::Impossible { version: event.version };
        if event.version != self.version + 1 || event.hazard != self.id {
            return Err(ReplayFault::Gap { expected: self.version + 1, found: event.version });
        }
        let step = event.kind.step();
        if !self.state.admits(step) {
            return Err(impossible());
        }
        self.version = event.version;
        self.take_in(event);
        self.state = next_state(self.state, event).ok_or_else(impossible)?;
        let deadline_on = self.rectification().map(|running| running.deadline_on);
        self.original_deadline_on = self.original_deadline_on.or(deadline_on);
        Ok(self)
    }

    /// Everything an event changes beside the stage.
    fn take_in(&mut self, event: &Event) {
        let on = event.act.happened_at.date();
        match &event.kind {
            EventKind::Graded { level, confirmed, .. } => {
                if *level != Level::MajorSuspect {
                    self.suspected_on = None;
                } else if self.suspected_on.is_none() {
                    self.suspected_on = Some(on);
                }
                (self.level, self.level_confirmed) = (Some(*level), *confirmed);
                if self.state == State::Found {
                    self.state = State::Graded;
                }
            }
            EventKind::LevelConfirmed => self.level_confirmed = true,
            EventKind::SeenAgain { photos, .. }
            | EventKind::FixedOnSpot { photos, .. }
            | EventKind::FixSubmitted { photos, .. } => self.see(photos),
            EventKind::RecheckPassed(look) => self.see(&look.photos),
            EventKind::RecheckFailed { look, .. } => {
                self.see(&look.photos);
                self.failed_rechecks += 1;
                self.failed_on = Some(on);
            }
            EventKind::TransferAnswered { answer, .. } => {
                let level = match answer {
                    TransferAnswer::Major(_) => Level::Major,
                    TransferAnswer::Returned { level, .. } => *level,
                };
                (self.level, self.level_confirmed, self.suspected_on) = (Some(level), true, None);
            }
            EventKind::Escalated { escalation, .. } => self.escalations.push(Escalation {
                kind: *escalation,
                on,
                document_no: event.act.document_no.clone(),
            }),
            EventKind::EscalationDeclined { escalation, .. } => self.declined.push(Declined {
                kind: *escalation,
                failed_rechecks: self.failed_rechecks,
                deadline_on: self.rectification().map(|running| running.deadline_on),
            }),
            _ => {}
        }
    }

    fn see(&mut self, photos: &[Photo]) {
        self.photos_seen.extend(photos.iter().map(|photo| photo.id.clone()));
    }
}

/// The stage after an event; none when the stage lacks what the event builds on.
fn next_state(state: State, event: &Event) -> Option<State> {
    let on = event.act.happened_at.date();
    Some(match &event.kind {
        EventKind::Found(_) => return None,
        EventKind::Graded { .. }
        | EventKind::LevelConfirmed
        | EventKind::SeenAgain { .. }
        | EventKind::Escalated { .. }
        | EventKind::EscalationDeclined { .. } => state,
        EventKind::FixedOnSpot { photos, text } => {
            let measure = Measure::Advice { text: text.clone(), issuer: issuer(&event.act.actor)? };
            // Asked for and done within the visit: its day is the deadline, and nobody has to come back.
            let rectification = Rectification {
                measure,
                allowed: Some(Days::Calendar(0)),
                deadline_on: on,
                recheck_due_on: on,
                extension: Extension::None,
            };
            let fix = Fix {
                channel: FixChannel::Staff,
                by: None,
                at: event.act.happened_at,
                photos: photos.clone(),
                note: text.clone(),
            };
            State::Passed { rectification, fix: Some(fix), recheck: None }
        }
        EventKind::Advised { text, term } => {
            let measure = Measure::Advice { text: text.clone(), issuer: issuer(&event.act.actor)? };
            State::MeasureOrdered(counted(measure, term))
        }
        EventKind::Ordered { text, authority, term } => {
            let measure = Measure::Order {
                text: text.clone(),
                issuer: issuer(&event.act.actor)?,
                authority: authority.clone(),
            };
            State::MeasureOrdered(counted(measure, term))
        }
        EventKind::Served { .. } => State::Rectifying(state.into_rectification()?),
        EventKind::ExtensionAsked { days, reason } => {
            let by = match &event.act.actor {
                Actor::Staff { person, .. } => Some(person.clone()),
                Actor::Unit { .. } => None,
            };
            let asked = Extension::Asked { days: *days, reason: reason.clone(), by };
            state.with_rectification(|running| running.extension = asked)?
        }
        EventKind::ExtensionGranted { deadline_on, recheck_due_on } => {
            state.with_rectification(|running| {
                running.extension = Extension::Granted;
                (running.deadline_on, running.recheck_due_on) = (*deadline_on, *recheck_due_on);
            })?
        }
        EventKind::ExtensionRefused { .. } => {
            state.with_rectification(|running| running.extension = Extension::None)?
        }
        EventKind::FixSubmitted { channel, photos, note, recheck_due_on } => {
            let mut rectification = state.into_rectification()?;
            rectification.recheck_due_on = *recheck_due_on;
            let by = match &event.act.actor {
                Actor::Staff { person, .. } => Some(person.clone()),
                Actor::Unit { person, .. } => person.clone(),
            };
            let fix = Fix {
                channel: *channel,
                by,
                at: event.act.happened_at,
                photos: photos.clone(),
                note: note.clone(),
            };
            State::FixSubmitted { rectification, fix }
        }
        EventKind::RecheckStarted => {
            let (rectification, fix) = state.into_rectification_and_fix()?;
            State::Rechecking { rectification, fix }
        }
        EventKind::RecheckPassed(look) => {
            let (rectification, fix) = state.into_rectification_and_fix()?;
            State::Passed { rectification, fix, recheck: Some(seen_by(event, look)?) }
        }
        EventKind::RecheckFailed { term, .. } => {
            State::Rectifying(set_anew(state.into_rectification()?, term))
        }
        EventKind::Closed => {
            let State::Passed { rectification, fix, recheck } = state else { return None };
            State::Closed { rectification, fix, recheck, closed_on: on }
        }
        EventKind::Transferred { to, .. } => State::Transferred {
            to: *to,
            on,
            document_no: event.act.document_no.clone()?,
            rectification: state.into_rectification(),
        },
        EventKind::TransferAnswered { answer, recheck_due_on } => {
            match (answer, state.into_rectification()) {
                (TransferAnswer::Major(found), _) => State::MeasureOrdered(Rectification {
                    deadline_on: found.deadline_on,
                    recheck_due_on: (*recheck_due_on)?,
                    allowed: None,
                    measure: Measure::OrganNotice(found.clone()),
                    extension: Extension::None,
                }),
                (TransferAnswer::Returned { .. }, Some(running)) => State::Rectifying(running),
                (TransferAnswer::Returned { .. }, None) => State::Graded,
            }
        }
        EventKind::LongTermControlled { review_on, .. } => State::LongTermControl { review_on: *review_on },
        EventKind::Reopened { .. } => State::Reopened,
        EventKind::Dismissed { .. } => State::False,
        EventKind::Voided { .. } => State::Voided,
    })
}

fn counted(measure: Measure, term: &Term) -> Rectification {
    Rectification {
        measure,
        allowed: Some(term.allowed),
        deadline_on: term.deadline_on,
        recheck_due_on: term.recheck_due_on,
        extension: Extension::None,
    }
}

/// A new deadline after a failed re-check: a granted extension stays used, an open request is settled by it.
fn set_anew(rectification: Rectification, term: &Term) -> Rectification {
    let extension = match rectification.extension {
        Extension::Granted => Extension::Granted,
        Extension::None | Extension::Asked { .. } => Extension::None,
    };
    // A date the organ set has no kind of days to extend by, and a failed re-check gives it none.
    let allowed: Option<Days> = rectification.allowed.map(|_| term.allowed);
    Rectification {
        allowed,
        deadline_on: term.deadline_on,
        recheck_due_on: term.recheck_due_on,
        extension,
        measure: rectification.measure,
    }
}

fn issuer(actor: &Actor) -> Option<OrgId> {
    actor.staff(Step::Advised).ok().map(|(_, org)| org.clone())
}

fn seen_by(event: &Event, look: &Look) -> Option<Recheck> {
    let mut by = vec![event.act.actor.person()?.clone()];
    by.extend(look.with.iter().cloned());
    Some(Recheck {
        by,
        at: event.act.happened_at,
        photos: look.photos.clone(),
        note: look.note.trim().to_owned(),
    })
}

impl State {
    fn into_rectification(self) -> Option<Rectification> {
        match self {
            Self::MeasureOrdered(rectification) | Self::Rectifying(rectification) => Some(rectification),
            Self::FixSubmitted { rectification, .. }
            | Self::Rechecking { rectification, .. }
            | Self::Passed { rectification, .. }
            | Self::Closed { rectification, .. } => Some(rectification),
            Self::Transferred { rectification, .. } => rectification,
            Self::Found
            | Self::Graded
            | Self::LongTermControl { .. }
            | Self::Reopened
            | Self::False
            | Self::Voided => None,
        }
    }

    fn into_rectification_and_fix(self) -> Option<(Rectification, Option<Fix>)> {
        match self {
            Self::FixSubmitted { rectification, fix } => Some((rectification, Some(fix))),
            Self::Rechecking { rectification, fix } => Some((rectification, fix)),
            other => other.into_rectification().map(|rectification| (rectification, None)),
        }
    }

    fn with_rectification(self, change: impl FnOnce(&mut Rectification)) -> Option<Self> {
        match self {
            Self::MeasureOrdered(mut running) => {
                change(&mut running);
                Some(Self::MeasureOrdered(running))
            }
            Self::Rectifying(mut running) => {
                change(&mut running);
                Some(Self::Rectifying(running))
            }
            _ => None,
        }
    }

    /// The stage's civil date of closing, if it has one.
    pub fn closed_on(&self) -> Option<Date> {
        match self {
            Self::Closed { closed_on, .. } => Some(*closed_on),
            _ => None,
        }
    }
}

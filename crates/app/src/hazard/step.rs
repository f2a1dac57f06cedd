//! Steps of a hazard's life: which of them somebody may take now, and taking one. What does not belong here: the rules
//! of a step (`domain::hazard`), what pages see (`view`).

use domain::calendar::Calendar;
use domain::hazard::{
    Act, Actor, Days, EscalationKind, Event, FixChannel, Hazard, HazardRefusal, Level, Look, MayOrder, Photo,
    Position, Receiver, ServeMethod, State, Step, Stepped, TransferAnswer,
};
use domain::ids::{HazardId, PersonId, PhotoId};
use domain::message::Urgency;
use domain::org::{Assignment, Role};
use domain::policy::Action;
use domain::time::{Date, Timestamp};
use store::photo::Picture;
use store::{Read, Write};

use crate::calendar::calendar;
use crate::enforcement::order::{Shown, may_order};
use crate::hazard::view::HazardView;
use crate::hazard::{Loaded, extension_share, load, suggested_days};
use crate::message::{News, answering};
use crate::{App, Caller, Error, Result};

/// What somebody wants to do to a hazard.
#[derive(Debug, Clone)]
pub struct Taking {
    /// The version he saw.
    pub version: u32,
    /// When it happened; now when not said.
    pub happened_at: Option<Timestamp>,
    /// The paper, by number.
    pub document_no: Option<String>,
    /// Where, as evidence.
    pub position: Option<Position>,
    /// The step.
    pub what: What,
}

/// A time for a fix as somebody said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HowLong {
    /// With the kind of days.
    Days(Days),
    /// So many of the days that count otherwise: of the kind first allowed, or of the town's own time.
    Count(u16),
}

impl HowLong {
    fn of(self, otherwise: Days) -> Days {
        match self {
            Self::Days(days) => days,
            Self::Count(count) => otherwise.same_kind(count),
        }
    }
}

/// A step with what it needs.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is the step of the same name in `domain::hazard`")]
pub enum What {
    Grade {
        level: Level,
        reason: String,
    },
    ConfirmLevel,
    Advise {
        text: String,
        days: Option<HowLong>,
    },
    Order {
        text: String,
        days: Option<HowLong>,
        certificate_no: String,
        authority_item: String,
        with: Vec<PersonId>,
    },
    Serve {
        method: ServeMethod,
    },
    AskExtension {
        days: u16,
        reason: String,
    },
    GrantExtension,
    RefuseExtension {
        reason: String,
    },
    SubmitFix {
        photos: Vec<PhotoId>,
        note: String,
    },
    StartRecheck,
    PassRecheck {
        with: Vec<PersonId>,
        photos: Vec<PhotoId>,
        note: String,
    },
    FailRecheck {
        with: Vec<PersonId>,
        photos: Vec<PhotoId>,
        note: String,
        days: Option<HowLong>,
    },
    Close,
    Transfer {
        to: Receiver,
        reason: String,
    },
    AnswerTransfer {
        answer: TransferAnswer,
    },
    Escalate {
        kind: EscalationKind,
        reason: String,
    },
    DeclineEscalation {
        kind: EscalationKind,
        reason: String,
    },
    ControlLongTerm {
        measures: String,
        review_on: Date,
    },
    Reopen {
        reason: String,
    },
    Dismiss {
        reason: String,
    },
    Void {
        reason: String,
    },
}

/// Steps by the code they are asked for with, in the order of a hazard's life.
const CODES: [(&str, Step); 21] = [
    ("grade", Step::Graded),
    ("confirm_level", Step::LevelConfirmed),
    ("advise", Step::Advised),
    ("order", Step::Ordered),
    ("serve", Step::Served),
    ("ask_extension", Step::ExtensionAsked),
    ("grant_extension", Step::ExtensionGranted),
    ("refuse_extension", Step::ExtensionRefused),
    ("submit_fix", Step::FixSubmitted),
    ("start_recheck", Step::RecheckStarted),
    ("pass_recheck", Step::RecheckPassed),
    ("fail_recheck", Step::RecheckFailed),
    ("close", Step::Closed),
    ("transfer", Step::Transferred),
    ("answer_transfer", Step::TransferAnswered),
    ("escalate", Step::Escalated),
    ("decline_escalation", Step::EscalationDeclined),
    ("control_long_term", Step::LongTermControlled),
    ("reopen", Step::Reopened),
    ("dismiss", Step::Dismissed),
    ("void", Step::Voided),
];

/// The name a step goes into the record under.
pub(crate) fn audit_action(step: Step) -> &'static str {
    match step {
        Step::Found => "hazard.found",
        Step::Graded => "hazard.graded",
        Step::LevelConfirmed => "hazard.level_confirmed",
        Step::SeenAgain => "hazard.seen_again",
        Step::FixedOnSpot => "hazard.fixed_on_spot",
        Step::Advised => "hazard.advised",
        Step::Ordered => "hazard.ordered",
        Step::Served => "hazard.served",
        Step::ExtensionAsked => "hazard.extension_asked",
        Step::ExtensionGranted => "hazard.extension_granted",
        Step::ExtensionRefused => "hazard.extension_refused",
        Step::FixSubmitted => "hazard.fix_submitted",
        Step::RecheckStarted => "hazard.recheck_started",
        Step::RecheckPassed => "hazard.recheck_passed",
        Step::RecheckFailed => "hazard.recheck_failed",
        Step::Closed => "hazard.closed",
        Step::Transferred => "hazard.transferred",
        Step::TransferAnswered => "hazard.transfer_answered",
        Step::Escalated => "hazard.escalated",
        Step::EscalationDeclined => "hazard.escalation_declined",
        Step::LongTermControlled => "hazard.long_term_controlled",
        Step::Reopened => "hazard.reopened",
        Step::Dismissed => "hazard.dismissed",
        Step::Voided => "hazard.voided",
    }
}

/// The rights any one of which lets somebody take a step.
fn rights(step: Step) -> &'static [Action] {
    match step {
        Step::Found => &[Action::HazardFind],
        // Noted in an inspection, never by themselves.
        Step::SeenAgain | Step::FixedOnSpot => &[Action::InspectionRecord],
        Step::Graded => &[Action::HazardGrade],
        Step::LevelConfirmed => &[Action::HazardConfirm],
        Step::Advised => &[Action::HazardAdvise],
        Step::Ordered => &[Action::HazardOrder],
        // Who may write the notice may hand it over.
        Step::Served => &[Action::HazardAdvise, Action::HazardOrder],
        Step::ExtensionAsked | Step::FixSubmitted => &[Action::HazardFix],
        // The term is part of the order: who may order decides it, the district's fire rescue body included.
        Step::ExtensionGranted | Step::ExtensionRefused => &[Action::HazardExtend, Action::HazardOrder],
        Step::RecheckStarted | Step::RecheckPassed | Step::RecheckFailed => &[Action::HazardRecheck],
        Step::Closed => &[Action::HazardClose],
        Step::Transferred | Step::TransferAnswered => &[Action::HazardTransfer],
        Step::Escalated | Step::EscalationDeclined | Step::LongTermControlled => &[Action::HazardEscalate],
        Step::Reopened | Step::Dismissed | Step::Voided => &[Action::HazardVoid],
    }
}

/// The hat under which the caller takes a step here.
fn hat_for<'a>(caller: &'a Caller, step: Step, loaded: &Loaded) -> Result<&'a Assignment> {
    let worn = rights(step).iter().find_map(|right| caller.hats.hat(*right, &loaded.subject));
    worn.ok_or_else(|| {
        let message = match step {
            Step::Ordered => "责令改正须由两名以上持有执法证件的人员实施（行政处罚法第四十二条、方案第十一条 C11.4），您的岗位不能办理；请改用督促整改，或请持证人员办理".to_owned(),
            _ => format!("您的岗位不能对本隐患{}；需要时请联系有权办理的单位", step.label()),
        };
        Error::Forbidden { code: "policy.forbidden", message }
    })
}

fn is_unit(role: Role) -> bool {
    matches!(role, Role::UnitResponsible | Role::UnitManager | Role::PropertyManager | Role::Landlord)
}

/// What the caller does under a hat; a unit's own people act for the unit, not for the town.
fn act_of(caller: &Caller, hat: &Assignment, taking: &Taking, now: Timestamp) -> Act {
    let act = caller.act(hat, taking.happened_at.unwrap_or(now), taking.position);
    let actor = if is_unit(hat.role) {
        Actor::Unit { person: Some(caller.person.clone()), name: caller.name.clone() }
    } else {
        act.actor
    };
    let document_no = taking.document_no.as_deref().map(str::trim).filter(|no| !no.is_empty());
    Act { actor, document_no: document_no.map(str::to_owned), ..act }
}

/// What a step is decided with.
struct Terms<'a> {
    now: Timestamp,
    calendar: &'a Calendar,
    /// Time for the fix unless said otherwise.
    days: Days,
    /// The most an extension may be.
    cap: u16,
    /// The proof of authority, for an order and its term.
    authority: Option<MayOrder>,
    /// Pictures, with the items they show.
    photos: Vec<Photo>,
    channel: FixChannel,
}

fn decide(hazard: Hazard, act: Act, what: &What, terms: Terms<'_>) -> Stepped {
    let (now, calendar) = (terms.now, terms.calendar);
    let within = |said: Option<HowLong>| said.map_or(terms.days, |said| said.of(terms.days));
    match what {
        What::Grade { level, reason } => hazard.grade(act, *level, reason, now),
        What::ConfirmLevel => hazard.confirm_level(act, now),
        What::Advise { text, days } => hazard.advise(act, text, within(*days), now, calendar),
        What::Order { text, days, .. } => {
            let authority = terms.authority.ok_or(HazardRefusal::NoAuthority)?;
            hazard.order(act, authority, text, within(*days), now, calendar)
        }
        What::Serve { method } => hazard.serve(act, *method, now),
        What::AskExtension { days, reason } => {
            if *days > terms.cap {
                return Err(HazardRefusal::ExtensionTooLong { days: *days, at_most: terms.cap });
            }
            hazard.ask_extension(act, *days, reason, now)
        }
        What::GrantExtension => {
            hazard.grant_extension(act, terms.authority.as_ref(), terms.cap, now, calendar)
        }
        What::RefuseExtension { reason } => {
            hazard.refuse_extension(act, terms.authority.as_ref(), reason, now)
        }
        What::SubmitFix { note, .. } => {
            hazard.submit_fix(act, terms.channel, terms.photos, note, now, calendar)
        }
        What::StartRecheck => hazard.start_recheck(act, now),
        What::PassRecheck { with, note, .. } => {
            let look = Look { with: with.clone(), photos: terms.photos, note: note.trim().to_owned() };
            hazard.pass_recheck(act, look, now)
        }
        What::FailRecheck { with, note, days, .. } => {
            let look = Look { with: with.clone(), photos: terms.photos, note: note.trim().to_owned() };
            hazard.fail_recheck(act, look, within(*days), now, calendar)
        }
        What::Close => hazard.close(act, now),
        What::Transfer { to, reason } => hazard.transfer(act, *to, reason, now),
        What::AnswerTransfer { answer } => hazard.answer_transfer(act, answer.clone(), now, calendar),
        What::Escalate { kind, reason } => hazard.escalate(act, *kind, reason, now),
        What::DeclineEscalation { kind, reason } => hazard.decline_escalation(act, *kind, reason, now),
        What::ControlLongTerm { measures, review_on } => {
            hazard.control_long_term(act, measures, *review_on, now)
        }
        What::Reopen { reason } => hazard.reopen(act, reason, now),
        What::Dismiss { reason } => hazard.dismiss(act, reason, now),
        What::Void { reason } => hazard.void(act, reason, now),
    }
}

impl What {
    /// The step this is.
    pub fn step(&self) -> Step {
        match self {
            Self::Grade { .. } => Step::Graded,
            Self::ConfirmLevel => Step::LevelConfirmed,
            Self::Advise { .. } => Step::Advised,
            Self::Order { .. } => Step::Ordered,
            Self::Serve { .. } => Step::Served,
            Self::AskExtension { .. } => Step::ExtensionAsked,
            Self::GrantExtension => Step::ExtensionGranted,
            Self::RefuseExtension { .. } => Step::ExtensionRefused,
            Self::SubmitFix { .. } => Step::FixSubmitted,
            Self::StartRecheck => Step::RecheckStarted,
            Self::PassRecheck { .. } => Step::RecheckPassed,
            Self::FailRecheck { .. } => Step::RecheckFailed,
            Self::Close => Step::Closed,
            Self::Transfer { .. } => Step::Transferred,
            Self::AnswerTransfer { .. } => Step::TransferAnswered,
            Self::Escalate { .. } => Step::Escalated,
            Self::DeclineEscalation { .. } => Step::EscalationDeclined,
            Self::ControlLongTerm { .. } => Step::LongTermControlled,
            Self::Reopen { .. } => Step::Reopened,
            Self::Dismiss { .. } => Step::Dismissed,
            Self::Void { .. } => Step::Voided,
        }
    }

    fn photos(&self) -> &[PhotoId] {
        match self {
            Self::SubmitFix { photos, .. }
            | Self::PassRecheck { photos, .. }
            | Self::FailRecheck { photos, .. } => photos,
            _ => &[],
        }
    }

    fn colleagues(&self) -> &[PersonId] {
        match self {
            Self::PassRecheck { with, .. } | Self::FailRecheck { with, .. } | Self::Order { with, .. } => {
                with
            }
            _ => &[],
        }
    }

    /// Why, for the record.
    fn reason(&self) -> &str {
        match self {
            Self::Grade { reason, .. }
            | Self::AskExtension { reason, .. }
            | Self::RefuseExtension { reason }
            | Self::Transfer { reason, .. }
            | Self::Escalate { reason, .. }
            | Self::DeclineEscalation { reason, .. }
            | Self::Reopen { reason }
            | Self::Dismiss { reason }
            | Self::Void { reason } => reason,
            _ => "",
        }
    }

    /// A step as it might be asked for, with everything filled in that people fill in: what is refused then is refused
    /// whatever they write.
    fn likely(step: Step, hazard: &Hazard, today: Date) -> Option<Self> {
        let text = || "试".to_owned();
        let photos = || vec![PhotoId::from("likely")];
        let with = || vec![PersonId::from("likely")];
        let days = Some(HowLong::Days(Days::Calendar(7)));
        Some(match step {
            Step::Found | Step::SeenAgain | Step::FixedOnSpot => return None,
            // The level it has: an inspector may not lower what the office confirmed, but may keep or raise it.
            Step::Graded => Self::Grade { level: hazard.level.unwrap_or(Level::General), reason: text() },
            Step::LevelConfirmed => Self::ConfirmLevel,
            Step::Advised => Self::Advise { text: text(), days },
            Step::Ordered => Self::Order {
                text: text(),
                days,
                certificate_no: String::new(),
                authority_item: text(),
                with: with(),
            },
            Step::Served => Self::Serve { method: ServeMethod::Direct },
            Step::ExtensionAsked => Self::AskExtension { days: 1, reason: text() },
            Step::ExtensionGranted => Self::GrantExtension,
            Step::ExtensionRefused => Self::RefuseExtension { reason: text() },
            Step::FixSubmitted => Self::SubmitFix { photos: photos(), note: String::new() },
            Step::RecheckStarted => Self::StartRecheck,
            Step::RecheckPassed => Self::PassRecheck { with: with(), photos: photos(), note: text() },
            Step::RecheckFailed => Self::FailRecheck { with: with(), photos: photos(), note: text(), days },
            Step::Closed => Self::Close,
            Step::Transferred => Self::Transfer { to: Receiver::FireRescue, reason: text() },
            Step::TransferAnswered => Self::AnswerTransfer {
                answer: match (&hazard.state, hazard.level) {
                    (State::Transferred { to: Receiver::FireRescue, .. }, Some(Level::Major)) => {
                        TransferAnswer::Major(domain::hazard::Determination {
                            document_no: text(),
                            edition: String::new(),
                            elements: Vec::new(),
                            deadline_on: today,
                        })
                    }
                    _ => TransferAnswer::Returned { level: Level::General, reason: text() },
                },
            },
            Step::Escalated => Self::Escalate { kind: left(hazard)?, reason: text() },
            // What is due is told by the ladder; here it is only asked whether one could be set aside at all.
            Step::EscalationDeclined => Self::DeclineEscalation { kind: left(hazard)?, reason: text() },
            Step::LongTermControlled => {
                Self::ControlLongTerm { measures: text(), review_on: today.succ_opt()? }
            }
            Step::Reopened => Self::Reopen { reason: text() },
            Step::Dismissed => Self::Dismiss { reason: text() },
            Step::Voided => Self::Void { reason: text() },
        })
    }
}

/// A step of the ladder that was not taken; listing by the district, which has a rule of its own, last.
fn left(hazard: &Hazard) -> Option<EscalationKind> {
    let taken = |kind: &EscalationKind| hazard.escalations.iter().any(|e| e.kind == *kind);
    let kinds = [
        EscalationKind::JointControl,
        EscalationKind::SectorDeadline,
        EscalationKind::TownListed,
        EscalationKind::CaseFiled,
        EscalationKind::TempSeal,
        EscalationKind::StopUse,
        EscalationKind::PowerGasCut,
        EscalationKind::DistrictListed,
    ];
    kinds.into_iter().find(|kind| !taken(kind))
}

/// The steps this caller may take now: policy, state and the rules of each step agree. `proof` is what he could order
/// with.
pub(super) fn actions(
    caller: &Caller,
    loaded: &Loaded,
    proof: Option<&MayOrder>,
    (cap, calendar): (u16, &Calendar),
    now: Timestamp,
) -> Vec<&'static str> {
    let may = |step: Step| -> Option<()> {
        let hazard = &loaded.hazard;
        if !hazard.state.admits(step) {
            return None;
        }
        let hat = hat_for(caller, step, loaded).ok()?;
        let what = What::likely(step, hazard, now.date())?;
        let document_no = Some("试".to_owned());
        let taking = Taking { version: hazard.version, happened_at: None, document_no, position: None, what };
        let act = act_of(caller, hat, &taking, now);
        let photos = taking.what.photos().iter().map(|id| Photo { id: id.clone(), item: None }).collect();
        let terms = Terms {
            now,
            calendar,
            days: Days::Calendar(7),
            cap,
            authority: proof.cloned(),
            photos,
            channel: FixChannel::Staff,
        };
        decide(hazard.clone(), act, &taking.what, terms).ok().map(|_| ())
    };
    let mut all: Vec<&'static str> =
        CODES.iter().filter(|(_, step)| may(*step).is_some()).map(|(code, _)| *code).collect();
    let can_link = caller.hats.hat(Action::HazardLink, &loaded.subject).is_some();
    if can_link && is_told(&loaded.hazard) {
        all.extend(["link", "remind"]);
    }
    all
}

/// The pictures of a step, with the items they show.
///
/// Errors: one of them was taken for something else, or was handed in here before, with whatever written into it.
pub(crate) async fn fresh_photos(
    read: &mut Read,
    hazard: &Hazard,
    ids: &[PhotoId],
) -> Result<(Vec<Photo>, Vec<Picture>)> {
    let here = read.photos(ids).await?;
    if here.iter().any(|p| p.object_kind != "hazard" || p.object_id != hazard.id.as_str()) {
        return Err(Error::Refused {
            code: "hazard.photo_elsewhere",
            message: "照片是为别的记录拍摄的，不能用在这里；请现场重新拍摄".to_owned(),
        });
    }
    let before = read.photos(&hazard.photos_seen).await?;
    if here.iter().any(|new| before.iter().any(|old| old.is_same_as(new))) {
        return Err(HazardRefusal::PhotoReused.into());
    }
    let item = |id: &PhotoId| {
        here.iter().find(|p| p.id == *id).map(|p| p.item.clone()).filter(|item| !item.is_empty())
    };
    Ok((ids.iter().map(|id| Photo { id: id.clone(), item: item(id) }).collect(), here))
}

impl App {
    /// Takes a step and gives the hazard's page as it then is.
    ///
    /// Errors: the hazard is at another version, and the page as it now is comes with the refusal; the caller may not;
    /// the rules refuse.
    pub async fn step_hazard(&self, caller: &Caller, id: &HazardId, taking: Taking) -> Result<HazardView> {
        let now = self.now();
        let mut tx = self.write(caller).await?;
        let loaded = load(&mut tx, caller, id).await?;
        if loaded.hazard.version != taking.version {
            return Err(Error::stale(&loaded.page(caller, &mut tx, now).await?));
        }
        let step = taking.what.step();
        let hat = hat_for(caller, step, &loaded)?;
        let act = act_of(caller, hat, &taking, now);
        let calendar = calendar(&mut tx).await?;
        let terms = terms(&mut tx, caller, &loaded, &taking, hat, (now, &calendar)).await?;
        let (hazard, event) = decide(loaded.hazard.clone(), act, &taking.what, terms)?;
        write_step(&mut tx, &hazard, &event).await?;
        self.tell_beside(&mut tx, caller, &loaded, &event).await?;
        let mut audit =
            caller.audit_as(hat, audit_action(step), ("hazard", id.as_str()), &loaded.filing.path, now);
        audit.happened_at = event.act.happened_at;
        audit.reason = taking.what.reason().to_owned();
        let page = Loaded { hazard, ..loaded }.page(caller, &mut tx, now).await?;
        Ok(tx.commit(audit, page).await?)
    }
}

impl App {
    /// Tells those named as having taken part that they were: what they did not do they can say so of.
    // Part of the write of the step.
    async fn tell_beside(
        &self,
        tx: &mut Write,
        caller: &Caller,
        loaded: &Loaded,
        event: &Event,
    ) -> Result<()> {
        let named = event.kind.beside().iter().filter(|who| **who != caller.person).cloned();
        let text = format!(
            "您被登记为场所 {} 一处隐患{}的同行人员（{}），没有参加的请告知消安办",
            loaded.place.place.code,
            event.kind.step().label(),
            caller.name,
        );
        let tag = format!("beside-{}", event.version);
        let about = ("hazard", event.hazard.as_str());
        self.notify(tx, named, &News { about, tag: &tag, urgency: Urgency::Notice, text: &text }).await
    }
}

/// Takes the step that something else brings about, within its write; gives whether it was taken. Where the hazard does not
/// stand at it, or the caller may not, nothing happens here: what brought it about stands on its own.
pub(crate) async fn follow(
    tx: &mut Write,
    caller: &Caller,
    id: &HazardId,
    taking: &Taking,
    now: Timestamp,
) -> Result<bool> {
    let loaded = match load(tx, caller, id).await {
        Err(Error::NotFound | Error::Forbidden { .. }) => return Ok(false),
        other => other?,
    };
    let step = taking.what.step();
    if !loaded.hazard.state.admits(step) {
        return Ok(false);
    }
    let Ok(hat) = hat_for(caller, step, &loaded) else { return Ok(false) };
    let calendar = calendar(tx).await?;
    let terms = match terms(tx, caller, &loaded, taking, hat, (now, &calendar)).await {
        Err(Error::Refused { .. } | Error::Forbidden { .. }) => return Ok(false),
        other => other?,
    };
    let act = act_of(caller, hat, taking, now);
    let Ok((hazard, event)) = decide(loaded.hazard, act, &taking.what, terms) else { return Ok(false) };
    write_step(tx, &hazard, &event).await?;
    Ok(true)
}

/// Writes a step; whoever was faster is a stale edit like any other.
pub(crate) async fn write_step(tx: &mut Write, hazard: &Hazard, event: &Event) -> Result<()> {
    Ok(tx.save_step(hazard, event).await?)
}

/// Reads what a step is decided with.
async fn terms<'a>(
    read: &mut Read,
    caller: &Caller,
    loaded: &Loaded,
    taking: &Taking,
    hat: &Assignment,
    (now, calendar): (Timestamp, &'a Calendar),
) -> Result<Terms<'a>> {
    let hazard = &loaded.hazard;
    let names = crate::names::Names::read(read).await?;
    if !taking.what.colleagues().is_empty() {
        let on = taking.happened_at.unwrap_or(now).date();
        let reading = answering(read, Action::HazardRead, on).await?;
        for who in taking.what.colleagues() {
            if !names.knows(who) {
                return Err(Error::field("with", "hazard.colleague", "同行人员不在人员库中，请重新选择"));
            }
            // Whoever keeps only the program, or has left, is no second pair of eyes.
            if !reading.iter().any(|(_, person)| person == who) {
                let text =
                    format!("{}当日没有任职或无权查看隐患，不能作为同行人员，请换一位", names.person(who));
                return Err(Error::field("with", "hazard.colleague_post", &text));
            }
        }
    }
    let authority = match &taking.what {
        What::Order { certificate_no, authority_item, with, .. } => {
            let on = taking.happened_at.unwrap_or(now).date();
            let shown = Shown { certificate_no, item: authority_item, with };
            Some(may_order(read, caller, &shown, &loaded.filing.path, on).await?)
        }
        What::GrantExtension | What::RefuseExtension { .. } => {
            loaded.may_order(caller, read, now.date()).await?
        }
        _ => None,
    };
    // A new deadline after a failed re-check is counted in the days that were allowed before, not in today's default.
    let before = hazard.rectification().and_then(|running| running.allowed);
    let days = match before.filter(|_| matches!(taking.what, What::FailRecheck { .. })) {
        Some(allowed) => allowed,
        None => suggested_days(read, hazard.level.unwrap_or(Level::General), now.date()).await?,
    };
    Ok(Terms {
        now,
        calendar,
        days,
        cap: extension_cap(hazard, extension_share(read, now.date()).await?),
        authority,
        photos: fresh_photos(read, hazard, taking.what.photos()).await?.0,
        channel: if is_unit(hat.role) { FixChannel::Unit } else { FixChannel::Staff },
    })
}

/// The longest extension; 0 where a document names the date.
pub(crate) fn extension_cap(hazard: &Hazard, share_percent: u16) -> u16 {
    hazard.rectification().and_then(|running| running.extension_cap(share_percent)).unwrap_or(0)
}

/// Whether something is running that the unit was told of.
pub(crate) fn is_told(hazard: &Hazard) -> bool {
    hazard.is_open() && hazard.rectification().is_some()
}

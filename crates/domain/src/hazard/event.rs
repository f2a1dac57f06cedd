//! What happened to a hazard: who did which step, when it happened and when it was recorded. What does not belong here:
//! whether a step is allowed (`hazard`).

use serde::{Deserialize, Serialize};

use super::refusal::HazardRefusal;
use super::terms::{
    EscalationKind, FixChannel, HazardCode, Level, MayOrder, Photo, Receiver, ServeMethod, TransferAnswer,
};
use crate::calendar::OutOfRange;
use crate::ids::{AssignmentId, HazardId, InspectionId, OrgId, PersonId, PlaceId, SortieId, TownCode};
use crate::time::{Date, Timestamp};

/// 1 January 2023, 00:00 in the town: nothing earlier can be a fact of this platform.
pub const EARLIEST: Timestamp = Timestamp(1_672_502_400_000);

/// A position as evidence, never as a condition. Units: ten-millionths of a degree (WGS-84), metres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Longitude.
    pub lng_e7: i32,
    /// Latitude.
    pub lat_e7: i32,
    /// Radius the device claims, when it claims one.
    pub accuracy_m: Option<u32>,
}

/// In which quality staff act; `policy` derives it from the assignment on the date of the act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Village, grid, department, police or enforcement staff who inspect.
    Inspector,
    /// 消安办(消防工作站).
    Office,
    /// 区消防救援机构.
    FireRescue,
}

/// Who acts, under which hat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "side", rename_all = "snake_case")]
pub enum Actor {
    /// A person on a post.
    Staff {
        /// The person.
        person: PersonId,
        /// The hat worn, kept on the record after the assignment ends.
        assignment: AssignmentId,
        /// The organisation acted for.
        org: OrgId,
        /// The quality it gives.
        standing: Standing,
    },
    /// The inspected unit, by account or by the code on its notice.
    Unit {
        /// The account's person; none when the code was used.
        person: Option<PersonId>,
        /// The name given.
        name: String,
    },
}

impl Actor {
    /// The person, if known.
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Staff { person, .. } => Some(person),
            Self::Unit { person, .. } => person.as_ref(),
        }
    }

    pub(super) fn is_office(&self) -> bool {
        matches!(self, Self::Staff { standing: Standing::Office, .. })
    }

    pub(super) fn staff(&self, step: Step) -> Result<(&PersonId, &OrgId), HazardRefusal> {
        match self {
            Self::Staff { person, org, .. } => Ok((person, org)),
            Self::Unit { .. } => Err(HazardRefusal::UnitOnlySubmits { act: step.label() }),
        }
    }
}

/// The circumstances of one act: who, when, where, on which paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Who.
    pub actor: Actor,
    /// When it happened; when it was recorded is the caller's `now`.
    pub happened_at: Timestamp,
    /// Where, if the device said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The paper made or received, by number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_no: Option<String>,
}

/// One step of a hazard's life, complete enough to rebuild the hazard without a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Whose life.
    pub hazard: HazardId,
    /// The hazard's version after this event; the finding is 1.
    pub version: u32,
    /// Who, when, where, on which paper.
    #[serde(flatten)]
    pub act: Act,
    /// When the platform learned of it.
    pub recorded_at: Timestamp,
    /// What.
    pub kind: EventKind,
}

impl Event {
    /// Whether it was recorded on a later date than it happened.
    pub fn is_late_entry(&self) -> bool {
        self.recorded_at.date() > self.act.happened_at.date()
    }
}

/// What a step changed, with every date already counted out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum EventKind {
    /// 发现.
    Found(Find),
    /// 定级.
    Graded {
        /// The level.
        level: Level,
        /// Whether it stands without further confirmation.
        confirmed: bool,
        /// Why, when a level is changed.
        reason: String,
    },
    /// 等级确认.
    LevelConfirmed,
    /// 再次发现: an inspection met it again while it was still open.
    SeenAgain {
        /// The inspection that met it.
        inspection: InspectionId,
        /// What was seen this time.
        description: String,
        /// What it looked like this time.
        photos: Vec<Photo>,
    },
    /// 当场改正: minor, and put right before the eyes of who inspected.
    FixedOnSpot {
        /// What it looked like afterwards; at least one.
        photos: Vec<Photo>,
        /// What was asked of the unit, by word of mouth.
        text: String,
    },
    /// 督促整改.
    Advised {
        /// The measure's text.
        text: String,
        /// The time allowed.
        term: Term,
    },
    /// 责令改正.
    Ordered {
        /// The order's text.
        text: String,
        /// By what right.
        authority: MayOrder,
        /// The time allowed.
        term: Term,
    },
    /// 送达.
    Served {
        /// How.
        method: ServeMethod,
    },
    /// 申请延期.
    ExtensionAsked {
        /// Days of the kind first allowed.
        days: u16,
        /// Why.
        reason: String,
    },
    /// 同意延期.
    ExtensionGranted {
        /// The new deadline.
        deadline_on: Date,
        /// The re-check date that follows.
        recheck_due_on: Date,
    },
    /// 不同意延期.
    ExtensionRefused {
        /// Why.
        reason: String,
    },
    /// 提交整改.
    FixSubmitted {
        /// How it came in.
        channel: FixChannel,
        /// At least one.
        photos: Vec<Photo>,
        /// What was done.
        note: String,
        /// Last date for the re-check.
        recheck_due_on: Date,
    },
    /// 开始复查.
    RecheckStarted,
    /// 复查合格.
    RecheckPassed(Look),
    /// 复查不合格.
    RecheckFailed {
        /// What was seen.
        look: Look,
        /// The new time allowed.
        term: Term,
    },
    /// 销案.
    Closed,
    /// 移送.
    Transferred {
        /// To whom.
        to: Receiver,
        /// Why.
        reason: String,
    },
    /// 移送答复.
    TransferAnswered {
        /// What they answered.
        answer: TransferAnswer,
        /// The re-check date that follows from a determined deadline.
        recheck_due_on: Option<Date>,
    },
    /// 升级督办.
    Escalated {
        /// Which step.
        escalation: EscalationKind,
        /// Why.
        reason: String,
    },
    /// 暂不升级.
    EscalationDeclined {
        /// Which step of the ladder.
        escalation: EscalationKind,
        /// Why not now.
        reason: String,
    },
    /// 长期管控.
    LongTermControlled {
        /// What keeps it safe meanwhile.
        measures: String,
        /// When it is looked at again.
        review_on: Date,
    },
    /// 重新打开.
    Reopened {
        /// Why.
        reason: String,
    },
    /// 不属实.
    Dismissed {
        /// Why.
        reason: String,
    },
    /// 作废.
    Voided {
        /// Why.
        reason: String,
    },
}

/// What was found where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Find {
    /// The town.
    pub town: TownCode,
    /// The place.
    pub place: PlaceId,
    /// The failed checklist item, when it came from one.
    pub item: Option<String>,
    /// The code of the hazard dictionary.
    pub code: HazardCode,
    /// What was seen.
    pub description: String,
    /// What it looked like; at least one when an item failed.
    pub photos: Vec<Photo>,
    /// The closed hazard this one repeats, as [`super::recurrence`] says.
    pub recurrence_of: Option<HazardId>,
    /// The flight it was seen from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sortie: Option<SortieId>,
}

/// A time allowed, counted out over the calendar of the day it was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// What was allowed.
    pub allowed: super::terms::Days,
    /// Its last date.
    pub deadline_on: Date,
    /// Last date for the re-check if nothing is submitted before.
    pub recheck_due_on: Date,
}

/// What a re-check saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Who was there beside the actor.
    pub with: Vec<PersonId>,
    /// At least one.
    pub photos: Vec<Photo>,
    /// The finding.
    pub note: String,
}

/// The name of a step, without its contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the event kind of the same name")]
pub enum Step {
    Found,
    Graded,
    LevelConfirmed,
    SeenAgain,
    FixedOnSpot,
    Advised,
    Ordered,
    Served,
    ExtensionAsked,
    ExtensionGranted,
    ExtensionRefused,
    FixSubmitted,
    RecheckStarted,
    RecheckPassed,
    RecheckFailed,
    Closed,
    Transferred,
    TransferAnswered,
    Escalated,
    EscalationDeclined,
    LongTermControlled,
    Reopened,
    Dismissed,
    Voided,
}

impl Step {
    /// Every step that can follow the finding, in the order of a hazard's life.
    pub const ALL: [Self; 23] = [
        Self::Graded,
        Self::LevelConfirmed,
        Self::SeenAgain,
        Self::FixedOnSpot,
        Self::Advised,
        Self::Ordered,
        Self::Served,
        Self::ExtensionAsked,
        Self::ExtensionGranted,
        Self::ExtensionRefused,
        Self::FixSubmitted,
        Self::RecheckStarted,
        Self::RecheckPassed,
        Self::RecheckFailed,
        Self::Closed,
        Self::Transferred,
        Self::TransferAnswered,
        Self::Escalated,
        Self::EscalationDeclined,
        Self::LongTermControlled,
        Self::Reopened,
        Self::Dismissed,
        Self::Voided,
    ];

    /// The step in Chinese, as a verb a sentence can use.
    pub fn label(self) -> &'static str {
        match self {
            Self::Found => "登记隐患",
            Self::Graded => "定级",
            Self::LevelConfirmed => "确认等级",
            Self::SeenAgain => "登记再次发现",
            Self::FixedOnSpot => "登记当场改正",
            Self::Advised => "督促整改",
            Self::Ordered => "责令改正",
            Self::Served => "登记送达",
            Self::ExtensionAsked => "申请延期",
            Self::ExtensionGranted => "同意延期",
            Self::ExtensionRefused => "不同意延期",
            Self::FixSubmitted => "提交整改",
            Self::RecheckStarted => "开始复查",
            Self::RecheckPassed => "判定复查合格",
            Self::RecheckFailed => "判定复查不合格",
            Self::Closed => "销案",
            Self::Transferred => "移送",
            Self::TransferAnswered => "登记移送答复",
            Self::Escalated => "升级督办",
            Self::EscalationDeclined => "暂不升级",
            Self::LongTermControlled => "转长期管控",
            Self::Reopened => "重新打开",
            Self::Dismissed => "认定不属实",
            Self::Voided => "作废",
        }
    }

    /// The step as stored and sent; also the suffix of its audit action.
    pub fn code(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Graded => "graded",
            Self::LevelConfirmed => "level_confirmed",
            Self::SeenAgain => "seen_again",
            Self::FixedOnSpot => "fixed_on_spot",
            Self::Advised => "advised",
            Self::Ordered => "ordered",
            Self::Served => "served",
            Self::ExtensionAsked => "extension_asked",
            Self::ExtensionGranted => "extension_granted",
            Self::ExtensionRefused => "extension_refused",
            Self::FixSubmitted => "fix_submitted",
            Self::RecheckStarted => "recheck_started",
            Self::RecheckPassed => "recheck_passed",
            Self::RecheckFailed => "recheck_failed",
            Self::Closed => "closed",
            Self::Transferred => "transferred",
            Self::TransferAnswered => "transfer_answered",
            Self::Escalated => "escalated",
            Self::EscalationDeclined => "escalation_declined",
            Self::LongTermControlled => "long_term_controlled",
            Self::Reopened => "reopened",
            Self::Dismissed => "dismissed",
            Self::Voided => "voided",
        }
    }
}

impl EventKind {
    /// Who took part beside the actor: who looked again with him, who ordered with him.
    pub fn beside(&self) -> &[PersonId] {
        match self {
            Self::RecheckPassed(look) | Self::RecheckFailed { look, .. } => &look.with,
            Self::Ordered { authority, .. } => &authority.with,
            _ => &[],
        }
    }

    /// The step this is.
    pub fn step(&self) -> Step {
        match self {
            Self::Found(_) => Step::Found,
            Self::Graded { .. } => Step::Graded,
            Self::LevelConfirmed => Step::LevelConfirmed,
            Self::SeenAgain { .. } => Step::SeenAgain,
            Self::FixedOnSpot { .. } => Step::FixedOnSpot,
            Self::Advised { .. } => Step::Advised,
            Self::Ordered { .. } => Step::Ordered,
            Self::Served { .. } => Step::Served,
            Self::ExtensionAsked { .. } => Step::ExtensionAsked,
            Self::ExtensionGranted { .. } => Step::ExtensionGranted,
            Self::ExtensionRefused { .. } => Step::ExtensionRefused,
            Self::FixSubmitted { .. } => Step::FixSubmitted,
            Self::RecheckStarted => Step::RecheckStarted,
            Self::RecheckPassed(_) => Step::RecheckPassed,
            Self::RecheckFailed { .. } => Step::RecheckFailed,
            Self::Closed => Step::Closed,
            Self::Transferred { .. } => Step::Transferred,
            Self::TransferAnswered { .. } => Step::TransferAnswered,
            Self::Escalated { .. } => Step::Escalated,
            Self::EscalationDeclined { .. } => Step::EscalationDeclined,
            Self::LongTermControlled { .. } => Step::LongTermControlled,
            Self::Reopened { .. } => Step::Reopened,
            Self::Dismissed { .. } => Step::Dismissed,
            Self::Voided { .. } => Step::Voided,
        }
    }

    /// The sentence a timeline shows beside the step; empty when the step says it all.
    pub fn detail(&self) -> String {
        match self {
            Self::Found(find) => find.description.clone(),
            Self::SeenAgain { description, .. } => description.clone(),
            Self::FixedOnSpot { text, .. } => text.clone(),
            Self::Graded { level, reason, .. } if reason.is_empty() => level.label().to_owned(),
            Self::Graded { level, reason, .. } => format!("{}：{reason}", level.label()),
            Self::Advised { text, term } | Self::Ordered { text, term, .. } => {
                format!("{text}（期限 {}）", term.deadline_on)
            }
            Self::ExtensionAsked { days, reason } => format!("{days} 天：{reason}"),
            Self::ExtensionGranted { deadline_on, .. } => format!("延至 {deadline_on}"),
            Self::FixSubmitted { note, .. } => note.clone(),
            Self::RecheckPassed(look) => look.note.clone(),
            Self::RecheckFailed { look, term } => format!("{}（新期限 {}）", look.note, term.deadline_on),
            Self::Transferred { to, reason } => format!("{}：{reason}", to.label()),
            Self::TransferAnswered { answer: TransferAnswer::Major(d), .. } => {
                format!("认定为重大火灾隐患（{}，期限 {}）", d.document_no, d.deadline_on)
            }
            Self::TransferAnswered { answer: TransferAnswer::Returned { level, reason }, .. } => {
                format!("退回，按{}办理：{reason}", level.label())
            }
            Self::Escalated { escalation, reason } | Self::EscalationDeclined { escalation, reason } => {
                format!("{}：{reason}", escalation.label())
            }
            Self::LongTermControlled { measures, review_on } => format!("{measures}（复核 {review_on}）"),
            Self::ExtensionRefused { reason }
            | Self::Reopened { reason }
            | Self::Dismissed { reason }
            | Self::Voided { reason } => reason.clone(),
            Self::LevelConfirmed | Self::Served { .. } | Self::RecheckStarted | Self::Closed => String::new(),
        }
    }
}

impl Term {
    /// Counts a time allowed from the date of the act.
    ///
    /// Errors: [`OutOfRange`] when a date cannot be represented.
    pub(super) fn count(
        allowed: super::terms::Days,
        from: Date,
        calendar: &crate::calendar::Calendar,
    ) -> Result<Self, OutOfRange> {
        let deadline_on = allowed.after(from, calendar)?;
        let recheck_due_on = calendar.working_day_after(deadline_on, super::RECHECK_WORKING_DAYS)?;
        Ok(Self { allowed, deadline_on, recheck_due_on })
    }
}

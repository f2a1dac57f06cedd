//! Tasks: one visit somebody owes one place. Assigned, accepted, started, handed in, reviewed; or found impossible and
//! referred. Overdue follows from the date and is not stored. What does not belong here: why the task exists
//! (`inspection_plan`) and what was seen (`inspection`).

mod inherit;
mod refusal;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use refusal::TaskRefusal;

use crate::hazard::{Act, Actor, EARLIEST};
use crate::ids::{InspectionId, OrgId, PersonId, PlaceId, PostId, TaskId};
use crate::time::{Date, Timestamp};

/// Why a visit could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnableReason {
    /// 停业.
    OutOfBusiness,
    /// 锁门.
    Locked,
    /// 拒绝.
    Refused,
}

impl UnableReason {
    /// The reason in Chinese.
    pub fn label(self) -> &'static str {
        match self {
            Self::OutOfBusiness => "停业",
            Self::Locked => "锁门",
            Self::Refused => "拒绝检查",
        }
    }
}

/// One vain visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VainVisit {
    /// Who stood before the door.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Why it was in vain.
    pub reason: UnableReason,
    /// What else is to be said.
    pub note: String,
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum State {
    /// 待派: nobody in particular owes it yet.
    Pending,
    /// 已派: somebody was named, who has not answered.
    Assigned {
        /// Who is to go.
        to: PersonId,
        /// Since when: the clock of acceptance.
        on: Date,
    },
    /// 已接.
    Accepted {
        /// Who goes.
        by: PersonId,
    },
    /// 检查中: on site.
    InProgress {
        /// Who is there.
        by: PersonId,
        /// Since when.
        since: Timestamp,
    },
    /// 已提交: the record is in and was drawn for review.
    Submitted {
        /// Who went.
        by: PersonId,
        /// The record.
        inspection: InspectionId,
        /// When it was handed in: what counts for being on time.
        on: Date,
    },
    /// 已完成: reviewed, or handed in and not drawn for review.
    Done {
        /// Who went.
        by: PersonId,
        /// The record.
        inspection: InspectionId,
        /// When it was handed in.
        on: Date,
    },
    /// 无法检查: to be assigned again.
    Unable,
    /// 已转联合行动: too many vain visits.
    Referred,
    /// 已取消.
    Cancelled {
        /// Why.
        reason: String,
    },
}

impl State {
    /// The stage in Chinese.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Pending => "待派",
            Self::Assigned { .. } => "已派待接",
            Self::Accepted { .. } => "已接",
            Self::InProgress { .. } => "检查中",
            Self::Submitted { .. } => "已提交",
            Self::Done { .. } => "已完成",
            Self::Unable => "无法检查",
            Self::Referred => "已转联合行动",
            Self::Cancelled { .. } => "已取消",
        }
    }

    /// The stage as stored and sent.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Assigned { .. } => "assigned",
            Self::Accepted { .. } => "accepted",
            Self::InProgress { .. } => "in_progress",
            Self::Submitted { .. } => "submitted",
            Self::Done { .. } => "done",
            Self::Unable => "unable",
            Self::Referred => "referred",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

/// The dates within which a visit counts for its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First date.
    pub from: Date,
    /// Last date: the day it is due.
    pub due_on: Date,
}

impl Window {
    /// A window.
    ///
    /// Errors: [`TaskRefusal::WindowReversed`] when it ends before it begins.
    pub fn new(from: Date, due_on: Date) -> Result<Self, TaskRefusal> {
        if due_on < from {
            return Err(TaskRefusal::WindowReversed { from, due_on });
        }
        Ok(Self { from, due_on })
    }
}

/// A task: one visit to one place, owed by one organisation or by several together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The place.
    pub place: PlaceId,
    /// The organisation that leads.
    pub lead: OrgId,
    /// The others of a joint task; the visit is one, and counts for each.
    pub joint: Vec<OrgId>,
    /// When the visit counts.
    pub window: Window,
    /// Where it stands.
    pub state: State,
    /// Visits that were in vain, oldest first.
    pub vain: Vec<VainVisit>,
    /// The post by which somebody owes it: it stays with the post when the holder changes. None in what was given
    /// before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostId>,
    /// How many events made it.
    pub version: u32,
}

/// What happened to a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Which task.
    pub task: TaskId,
    /// The task's version after this event; its creation is version 0.
    pub version: u32,
    /// Who, when, where.
    #[serde(flatten)]
    pub act: Act,
    /// When the platform learned of it.
    pub recorded_at: Timestamp,
    /// What.
    pub kind: EventKind,
}

/// What a step of a task changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum EventKind {
    /// 派发, first or again.
    Assigned {
        /// To whom.
        to: PersonId,
    },
    /// 接受.
    Accepted,
    /// 到场.
    Started,
    /// 提交.
    Submitted {
        /// The record.
        inspection: InspectionId,
        /// Whether it was drawn for review (抽查); before there was a sample, every record was.
        #[serde(default = "always")]
        is_drawn: bool,
    },
    /// 审核通过.
    Reviewed,
    /// 审核退回.
    SentBack {
        /// Why.
        reason: String,
    },
    /// 无法检查.
    Unable {
        /// Why.
        reason: UnableReason,
        /// What else is to be said.
        note: String,
        /// Whether it went to joint action with this.
        is_referred: bool,
    },
    /// 取消.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// 随岗接办: the post's new holder goes on with it.
    Inherited {
        /// Who owed it before.
        from: PersonId,
        /// The post.
        post: PostId,
    },
}

/// The task after a step, and the event to keep.
pub type Stepped = Result<(Task, Event), TaskRefusal>;

impl Task {
    /// A task nobody in particular owes yet.
    pub fn pending(id: TaskId, place: PlaceId, lead: OrgId, joint: Vec<OrgId>, window: Window) -> Self {
        let joint = joint.into_iter().filter(|org| *org != lead).collect();
        Self {
            id,
            place,
            lead,
            joint,
            window,
            state: State::Pending,
            vain: Vec::new(),
            post: None,
            version: 0,
        }
    }

    /// Whether this organisation owes the visit, alone or jointly.
    pub fn is_of(&self, org: &OrgId) -> bool {
        self.lead == *org || self.joint.contains(org)
    }

    /// Names who is to go, first or again; also takes a task back from somebody who has not yet started, and sends
    /// people to what was referred to joint action.
    pub fn assign(self, act: Act, to: PersonId, now: Timestamp) -> Stepped {
        self.check(&act, now)?;
        match self.state {
            State::Pending
            | State::Assigned { .. }
            | State::Accepted { .. }
            | State::Unable
            | State::Referred => {}
            _ => return Err(self.not_now("派发")),
        }
        let state = State::Assigned { to: to.clone(), on: act.happened_at.date() };
        Ok(self.step(act, now, EventKind::Assigned { to }, state))
    }

    /// Takes the task on. The person named does; an open task, anyone of the organisations that owe it.
    pub fn accept(self, act: Act, now: Timestamp) -> Stepped {
        self.check(&act, now)?;
        let (person, org) = staff(&act)?;
        match &self.state {
            State::Assigned { to, .. } if *to == person => {}
            State::Assigned { .. } => return Err(TaskRefusal::NotYours),
            State::Pending if self.is_of(&org) => {}
            State::Pending => return Err(TaskRefusal::OtherOrg),
            _ => return Err(self.not_now("接受")),
        }
        Ok(self.step(act, now, EventKind::Accepted, State::Accepted { by: person }))
    }

    /// Begins on site. A position is kept if given and never asked for.
    pub fn start(self, act: Act, now: Timestamp) -> Stepped {
        self.check(&act, now)?;
        let State::Accepted { .. } = self.state else { return Err(self.not_now("开始检查")) };
        let by = self.own(&act)?;
        let since = act.happened_at;
        Ok(self.step(act, now, EventKind::Started, State::InProgress { by, since }))
    }

    /// Hands the record in: a record drawn for review waits for it, any other ends the task. A phone without signal
    /// may hand in at once what it accepted and did.
    ///
    /// Units: `review_percent` of the records are drawn; a parameter of the town. Source: handbook of the field, §4.1.
    pub fn submit(self, act: Act, inspection: InspectionId, review_percent: u16, now: Timestamp) -> Stepped {
        self.check(&act, now)?;
        let (State::Accepted { .. } | State::InProgress { .. }) = self.state else {
            return Err(self.not_now("提交"));
        };
        let by = self.own(&act)?;
        if act.happened_at.date() < self.window.from {
            return Err(TaskRefusal::TooEarly { from: self.window.from });
        }
        let on = act.happened_at.date();
        let is_drawn = is_drawn(&self.id, &inspection, review_percent);
        let kind = EventKind::Submitted { inspection: inspection.clone(), is_drawn };
        let state = match is_drawn {
            true => State::Submitted { by, inspection, on },
            false => State::Done { by, inspection, on },
        };
        Ok(self.step(act, now, kind, state))
    }

    /// Accepts the record after review.
    ///
    /// Errors: [`TaskRefusal::OwnWork`] and [`TaskRefusal::OwnPlan`] when the reviewer is [`Involved`].
    pub fn review(self, act: Act, involved: &Involved, now: Timestamp) -> Stepped {
        self.check(&act, now)?;
        let (by, inspection, on) = self.reviewable(&act, involved)?;
        Ok(self.step(act, now, EventKind::Reviewed, State::Done { by, inspection, on }))
    }

    /// Sends the record back to whoever made it. Errors: as [`Task::review`].
    pub fn send_back(self, act: Act, reason: &str, involved: &Involved, now: Timestamp) -> Stepped {
        self.check(&act, now)?;
        let (by, ..) = self.reviewable(&act, involved)?;
        let reason = written(reason, "退回理由")?;
        Ok(self.step(act, now, EventKind::SentBack { reason }, State::Accepted { by }))
    }

    /// Says that the visit could not be made.
    ///
    /// Units: `refer_after` vain visits, this one included, send the task to joint action; a parameter of the town.
    pub fn unable(
        self,
        act: Act,
        reason: UnableReason,
        note: &str,
        refer_after: u16,
        now: Timestamp,
    ) -> Stepped {
        self.check(&act, now)?;
        let (State::Accepted { .. } | State::InProgress { .. }) = self.state else {
            return Err(self.not_now("登记无法检查"));
        };
        let by = self.own(&act)?;
        let note = note.trim().to_owned();
        let visit = VainVisit { by, at: act.happened_at, reason, note: note.clone() };
        let is_referred = self.vain.len() + 1 >= usize::from(refer_after);
        let state = if is_referred { State::Referred } else { State::Unable };
        let kind = EventKind::Unable { reason, note, is_referred };
        let (mut task, event) = self.step(act, now, kind, state);
        task.vain.push(visit);
        Ok((task, event))
    }

    /// Cancels what need not be done any more.
    pub fn cancel(self, act: Act, reason: &str, now: Timestamp) -> Stepped {
        self.check(&act, now)?;
        if matches!(self.state, State::Submitted { .. } | State::Done { .. } | State::Cancelled { .. }) {
            return Err(self.not_now("取消"));
        }
        let reason = written(reason, "取消理由")?;
        Ok(self.step(act, now, EventKind::Cancelled { reason: reason.clone() }, State::Cancelled { reason }))
    }

    /// Whether the visit is still owed.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, State::Submitted { .. } | State::Done { .. } | State::Cancelled { .. })
    }

    /// Whether the visit is still owed and its last date has passed.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.is_open() && self.window.due_on < today
    }

    /// Whether the visit was handed in by its last date; none while owed or when cancelled.
    pub fn is_on_time(&self) -> Option<bool> {
        match &self.state {
            State::Submitted { on, .. } | State::Done { on, .. } => Some(*on <= self.window.due_on),
            _ => None,
        }
    }

    /// Since how many working days somebody was named and has not answered; none when nobody is waited for.
    pub fn unanswered_days(&self, today: Date, calendar: &crate::calendar::Calendar) -> Option<u32> {
        let State::Assigned { on, .. } = self.state else { return None };
        Some(calendar.working_days_between(on, today))
    }

    /// Whether nobody answered within so many working days; a parameter of the town, as is what follows.
    pub fn is_unanswered(&self, today: Date, allowed: u16, calendar: &crate::calendar::Calendar) -> bool {
        self.unanswered_days(today, calendar).is_some_and(|days| days > u32::from(allowed))
    }

    /// Whether this person may review the record, who is neither the visitor nor the planner.
    ///
    /// Errors: as [`Task::review`].
    pub fn admits_reviewer(&self, person: &PersonId, involved: &Involved) -> Result<(), TaskRefusal> {
        let State::Submitted { by, .. } = &self.state else { return Err(self.not_now("审核")) };
        if person == by || involved.visitors.contains(person) {
            return Err(TaskRefusal::OwnWork);
        }
        match involved.planner.as_ref() == Some(person) {
            true => Err(TaskRefusal::OwnPlan),
            false => Ok(()),
        }
    }

    fn reviewable(
        &self,
        act: &Act,
        involved: &Involved,
    ) -> Result<(PersonId, InspectionId, Date), TaskRefusal> {
        let (person, _) = staff(act)?;
        self.admits_reviewer(&person, involved)?;
        match &self.state {
            State::Submitted { by, inspection, on } => Ok((by.clone(), inspection.clone(), *on)),
            _ => Err(self.not_now("审核")),
        }
    }

    /// The person who took the task on, if it is this actor.
    fn own(&self, act: &Act) -> Result<PersonId, TaskRefusal> {
        let (person, _) = staff(act)?;
        match &self.state {
            State::Accepted { by } | State::InProgress { by, .. } if *by == person => Ok(person),
            _ => Err(TaskRefusal::NotYours),
        }
    }

    fn check(&self, act: &Act, now: Timestamp) -> Result<(), TaskRefusal> {
        staff(act)?;
        if act.happened_at > now {
            return Err(TaskRefusal::HappenedAfterRecorded);
        }
        if act.happened_at < EARLIEST {
            return Err(TaskRefusal::HappenedBefore2023);
        }
        Ok(())
    }

    fn step(self, act: Act, now: Timestamp, kind: EventKind, state: State) -> (Self, Event) {
        let version = self.version + 1;
        let event = Event { task: self.id.clone(), version, act, recorded_at: now, kind };
        (Self { state, version, ..self }, event)
    }

    fn not_now(&self, act: &'static str) -> TaskRefusal {
        TaskRefusal::NotNow { act, stage: self.state.label() }
    }
}

/// Who does not review a record. Source: handbook of the field, §4.1, nobody is planner and sole reviewer of own work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Involved {
    /// Who planned the visit: handed the plan in, or gave the task by hand.
    pub planner: Option<PersonId>,
    /// Everybody named in the record as having been there.
    pub visitors: Vec<PersonId>,
}

/// Whether a record is in the review sample: the same for the same ids, whoever asks and whenever.
///
/// Units: `percent` of records; 100 and more is every one.
pub fn is_drawn(task: &TaskId, inspection: &InspectionId, percent: u16) -> bool {
    // FNV-1a, folded once more so that its last digits depend on every letter.
    let letters = task.as_str().bytes().chain([0]).chain(inspection.as_str().bytes());
    let sum = letters.fold(0xcbf2_9ce4_8422_2325_u64, |sum, letter| {
        (sum ^ u64::from(letter)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (sum ^ (sum >> 32)) % 100 < u64::from(percent)
}

/// What records handed in before there was a sample read as.
fn always() -> bool {
    true
}

fn staff(act: &Act) -> Result<(PersonId, OrgId), TaskRefusal> {
    match &act.actor {
        Actor::Staff { person, org, .. } => Ok((person.clone(), org.clone())),
        Actor::Unit { .. } => Err(TaskRefusal::StaffOnly),
    }
}

fn written(text: &str, what: &'static str) -> Result<String, TaskRefusal> {
    let text = text.trim();
    if text.is_empty() { Err(TaskRefusal::TextMissing { what }) } else { Ok(text.to_owned()) }
}

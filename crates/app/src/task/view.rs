//! Tasks as pages see them.

use std::collections::{BTreeSet, HashMap};

use domain::ids::PersonId;
use domain::policy::{Action, Subject};
use domain::task::{Event, EventKind, Involved, State};
use domain::time::{Date, Timestamp, Timing};
use serde::Serialize;
use store::place::PlaceRecord;
use store::task::StoredTask;
use utoipa::ToSchema;

use super::{DUE_SOON_DAYS, Holders, Loaded, doing_hat};
use crate::Caller;
use crate::names::{Names, PlaceBrief};
use crate::operation::BetweenView;
use crate::view::Named;

/// A task in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TaskRow {
    /// Id.
    pub id: String,
    /// The number people use.
    pub code: String,
    /// Kind of visit.
    pub kind: String,
    /// In Chinese.
    pub kind_label: String,
    /// Where.
    pub place: PlaceBrief,
    /// Who leads.
    pub lead: Named,
    /// Who joins.
    pub joint: Vec<Named>,
    /// First day.
    pub from: String,
    /// Last day.
    pub due_on: String,
    /// Stage.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// Who owes it: the holder of the post, once the one named has left it.
    pub assignee: Option<Named>,
    /// Who left it behind with the post; none while the one named is on it.
    pub left_by: Option<Named>,
    /// Whether it is owed and its last day has passed.
    pub overdue: bool,
    /// By how many days.
    pub days_over: i64,
    /// Whether it is owed and soon due.
    pub due_soon: bool,
    /// The record it came to.
    pub inspection: Option<String>,
    /// Working days since it was given to somebody who has not answered; none when nobody is waited for.
    pub unaccepted_days: Option<u32>,
    /// How often somebody stood before a closed door.
    pub vain_visits: usize,
    /// Version.
    pub version: u32,
    /// What the caller may do: `assign`, `accept`, `start`, `inspect`, `unable`, `review`, `send_back`, `cancel`.
    pub actions: Vec<&'static str>,
}

/// A page of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TaskPage {
    /// Rows.
    pub items: Vec<TaskRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// How many there are.
    pub total: Option<i64>,
}

/// Some tasks.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Tasks {
    /// Rows.
    pub items: Vec<TaskRow>,
}

/// Something that happened to a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaskEventView {
    /// The step.
    pub label: String,
    /// More about it.
    pub detail: String,
    /// Who.
    pub by: String,
    /// When it happened.
    pub happened_at: String,
    /// When it was recorded.
    pub recorded_at: String,
    /// Between which instants it was done, as far as the phone could show; none for what was not done on one.
    pub between: Option<BetweenView>,
}

/// A task with its history.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TaskView {
    /// The task.
    #[serde(flatten)]
    pub row: TaskRow,
    /// Its history, oldest first.
    pub events: Vec<TaskEventView>,
}

/// What a kind of visit is called.
pub fn kind_label(kind: &str) -> &str {
    match kind {
        "routine" => "日常检查",
        "special" => "专项检查",
        "joint" => "联合检查",
        "recheck" => "复查",
        "supervision" => "督查",
        "report" => "举报核查",
        "before_holiday" => "节前检查",
        "police" => "派出所检查",
        "enforcement" => "执法检查",
        other => other,
    }
}

impl TaskRow {
    pub(super) fn of(
        caller: &Caller,
        stored: &StoredTask,
        place: &PlaceRecord,
        subject: &Subject,
        (involved, holders): (&Involved, &Holders),
        names: &Names,
        today: Date,
    ) -> Self {
        let task = &stored.task;
        let calendar = &holders.calendar;
        let holders = holders.of(task);
        let (assignee, inspection) = match &task.state {
            State::Assigned { to, .. } => (Some(to), None),
            State::Accepted { by } | State::InProgress { by, .. } => (Some(by), None),
            State::Submitted { by, inspection, .. } | State::Done { by, inspection, .. } => {
                (Some(by), Some(inspection.to_string()))
            }
            State::Pending | State::Unable | State::Referred | State::Cancelled { .. } => (None, None),
        };
        let left_by = assignee.filter(|_| task.is_left_behind(&holders));
        let assignee = if left_by.is_some() { holders.first() } else { assignee };
        let overdue = task.is_overdue(today);
        let left = (task.window.due_on - today).num_days();
        Self {
            id: task.id.to_string(),
            code: stored.filing.code.clone(),
            kind: stored.filing.kind.clone(),
            kind_label: kind_label(&stored.filing.kind).to_owned(),
            place: PlaceBrief::of(place, names),
            lead: names.named_org(&task.lead),
            joint: task.joint.iter().map(|org| names.named_org(org)).collect(),
            from: task.window.from.to_string(),
            due_on: task.window.due_on.to_string(),
            state: task.state.code().to_owned(),
            state_label: task.state.label().to_owned(),
            assignee: assignee.map(|id| Named::new(id.to_string(), names.person(id))),
            left_by: left_by.map(|id| Named::new(id.to_string(), names.person(id))),
            overdue,
            days_over: if overdue { -left } else { 0 },
            due_soon: task.is_open() && (0..=DUE_SOON_DAYS).contains(&left),
            inspection,
            unaccepted_days: task.unanswered_days(today, calendar),
            vain_visits: task.vain.len(),
            version: task.version,
            actions: actions(caller, stored, subject, involved, &holders, today),
        }
    }
}

/// What the caller may do with a task now.
fn actions(
    caller: &Caller,
    stored: &StoredTask,
    subject: &Subject,
    involved: &Involved,
    holders: &BTreeSet<PersonId>,
    today: Date,
) -> Vec<&'static str> {
    let task = &stored.task;
    let me = &caller.person;
    let mine = task.is_owed_by(me, holders);
    let may = |action| caller.hat(action, subject).is_ok();
    let does = doing_hat(caller, task, subject, today).ok();
    let mut actions = Vec::new();
    match &task.state {
        State::Pending if does.is_some_and(|hat| task.is_of(&hat.org)) => {
            actions.extend(["accept", "inspect"]);
        }
        State::Assigned { .. } if mine && does.is_some() => actions.extend(["accept", "inspect"]),
        State::Accepted { .. } if mine && does.is_some() => {
            actions.extend(["start", "inspect", "unable"]);
        }
        State::InProgress { .. } if mine && does.is_some() => actions.extend(["inspect", "unable"]),
        State::Submitted { .. } if may(Action::TaskReview) && task.admits_reviewer(me, involved).is_ok() => {
            actions.extend(["review", "send_back"]);
        }
        _ => {}
    }
    if may(Action::TaskAssign) {
        if matches!(
            task.state,
            State::Pending
                | State::Assigned { .. }
                | State::Accepted { .. }
                | State::Unable
                | State::Referred
        ) {
            actions.push("assign");
        }
        if task.is_open() {
            actions.push("cancel");
        }
    }
    actions
}

impl TaskEventView {
    fn of(event: &Event, names: &Names) -> Self {
        let (label, detail) = match &event.kind {
            EventKind::Assigned { to } => ("派发", format!("派给 {}", names.person(to))),
            EventKind::Accepted => ("接受", String::new()),
            EventKind::Started => ("到场", String::new()),
            EventKind::Submitted { is_drawn, .. } => {
                ("提交检查", if *is_drawn { "抽中审核" } else { "未抽中，免审" }.to_owned())
            }
            EventKind::Reviewed => ("审核通过", String::new()),
            EventKind::SentBack { reason } => ("审核退回", reason.clone()),
            EventKind::Unable { reason, note, is_referred } => {
                let mut detail = reason.label().to_owned();
                if !note.is_empty() {
                    detail.push_str(&format!("：{note}"));
                }
                if *is_referred {
                    detail.push_str("；多次未能检查，转联合行动");
                }
                ("无法检查", detail)
            }
            EventKind::Cancelled { reason } => ("取消", reason.clone()),
            EventKind::Inherited { from, .. } => ("随岗接办", format!("原承办人 {}", names.person(from))),
        };
        Self {
            label: label.to_owned(),
            detail,
            by: event.act.actor.person().map(|person| names.person(person)).unwrap_or_default(),
            happened_at: event.act.happened_at.to_rfc3339(),
            recorded_at: event.recorded_at.to_rfc3339(),
            between: None,
        }
    }
}

impl TaskView {
    pub(crate) fn of(caller: &Caller, loaded: &Loaded, names: &Names, today: Date) -> Self {
        let Loaded { stored, place, subject, involved, holders } = loaded;
        let row = TaskRow::of(caller, stored, place, subject, (involved, holders), names, today);
        let events = loaded.stored.events.iter().map(|event| TaskEventView::of(event, names)).collect();
        Self { row, events }
    }

    /// The same with what was shown of when each step was done.
    pub(super) fn timed(mut self, stored: &StoredTask, shown: &HashMap<u32, (Timing, Timestamp)>) -> Self {
        for (view, event) in self.events.iter_mut().zip(&stored.events) {
            view.between = shown.get(&event.version).map(BetweenView::of);
        }
        self
    }
}

//! Tasks as kept: the task and its events as JSON, with columns to search and sort by. What does not belong here: whether
//! a step is allowed (`domain::task`).

use domain::ids::{InspectionPlanId, OrgId, PersonId, PlaceId, PostId, TaskId};
use domain::policy::Scope;
use domain::task::{Event, State, Task};
use domain::time::{Date, Timestamp};

use crate::scope::{OF_A_PLACE, Where, like, of_places};
use crate::{Error, Read, Result, Row, Write, cols};

/// What is filed with a task beside its own life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFiling {
    /// The number people use.
    pub code: String,
    /// The plan it comes from, if any.
    pub plan: Option<InspectionPlanId>,
    /// Territory path of the place.
    pub path: String,
    /// What kind of visit.
    pub kind: String,
    /// The visit of a plan it was made from; a second task of the same visit is a conflict.
    pub plan_item: Option<String>,
}

/// A task as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTask {
    /// The task.
    pub task: Task,
    /// How it is filed.
    pub filing: TaskFiling,
    /// What happened to it, oldest first.
    pub events: Vec<Event>,
}

/// Which tasks to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Only these `State::code`s, commas between them.
    pub state: Option<String>,
    /// Only of this place.
    pub place: Option<PlaceId>,
    /// Only of this person.
    pub assignee: Option<PersonId>,
    /// The day on which it is asked what that person owes: then what a former holder of his post left behind is his,
    /// and what he left behind himself is not. None: only whether he was named.
    pub owed_on: Option<Date>,
    /// Only owed by the holder of this post.
    pub post: Option<PostId>,
    /// Only those still owed by a post that nobody holds on this day.
    pub unheld_on: Option<Date>,
    /// Only those still owed.
    pub open: bool,
    /// Only of this plan.
    pub plan: Option<InspectionPlanId>,
    /// Only at places of this village.
    pub village: Option<String>,
    /// Only led by this organisation.
    pub org: Option<OrgId>,
    /// Only with this text in the number or in the place's name, code or initials.
    pub text: Option<String>,
    /// Only those still owed whose last date has passed as of this date.
    pub overdue_as_of: Option<Date>,
    /// Only those given to somebody before this date who has not answered.
    pub unanswered_since: Option<Date>,
    /// Only those nobody was given yet whose window begins by this date.
    pub to_assign_by: Option<Date>,
    /// Last due first, in place of first due first.
    pub newest: bool,
}

fn broken(column: &str, id: &TaskId) -> Error {
    Error::Inconsistent { table: "task", column: column.to_owned(), id: id.to_string() }
}

fn json<T: serde::Serialize>(value: &T, column: &str, id: &TaskId) -> Result<String> {
    serde_json::to_string(value).map_err(|_| broken(column, id))
}

/// That an organisation goes along on a joint visit another leads.
fn joins(only: &mut Where, org: &OrgId) -> String {
    let named = only.mark(like("%", &format!("\"{}\"", org.as_str()), "%"));
    format!("(kind = 'joint' AND content LIKE {named} ESCAPE '!')")
}

/// Only tasks somebody may see: as all that is of a place, and joint ones of his organisations.
fn owed_within(only: &mut Where, scope: &Scope) {
    let orgs: Vec<OrgId> = scope.orgs().cloned().collect();
    let joint = orgs.iter().map(|org| joins(only, org)).collect();
    only.within_or(&OF_A_PLACE, scope, joint);
}

/// What is no longer owed.
const ENDED: &str = "state IN ('submitted', 'done', 'cancelled')";

/// That this person holds the task's post on a day, by marks.
fn holds(person: &str, day: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM assignment a WHERE a.town = $1 AND a.post = task.post AND a.person = {person} \
         AND a.from_on <= {day} AND (a.to_on IS NULL OR a.to_on >= {day}))"
    )
}

/// That a person owes the task on a day: he was named and is still on its post, or he is on the post of somebody who
/// was named and no longer is. By marks.
fn owed_by(person: &str, day: &str) -> String {
    let (mine, his) = (holds(person, day), holds("task.assignee", day));
    format!(
        "(assignee = {person} AND (post IS NULL OR {ENDED} OR {mine}) \
         OR NOT {ENDED} AND post IS NOT NULL AND assignee <> '' AND assignee <> {person} AND NOT {his} AND {mine})"
    )
}

fn assignee(state: &State) -> &str {
    match state {
        State::Assigned { to, .. } => to.as_str(),
        State::Accepted { by }
        | State::InProgress { by, .. }
        | State::Submitted { by, .. }
        | State::Done { by, .. } => by.as_str(),
        State::Pending | State::Unable | State::Referred | State::Cancelled { .. } => "",
    }
}

fn step_columns(task: &Task, events: &[Event]) -> Result<Vec<(&'static str, crate::Value)>> {
    let inspection = match &task.state {
        State::Submitted { inspection, .. } | State::Done { inspection, .. } => inspection.as_str(),
        _ => "",
    };
    let assigned_on = match &task.state {
        State::Assigned { on, .. } => Some(*on),
        _ => None,
    };
    Ok(cols! {
        assignee: assignee(&task.state), post: task.post.as_ref().map(PostId::as_str), state: task.state.code(),
        inspection: inspection, assigned_on: assigned_on,
        content: json(task, "content", &task.id)?, events: json(&events, "events", &task.id)?,
    })
}

impl StoredTask {
    /// Reads a row, whose content must be of the version the row claims.
    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let task: Task = row.json("content")?;
        let events: Vec<Event> = row.json("events")?;
        let is_whole = events.iter().zip(1..).all(|(event, n)| event.version == n && event.task == task.id)
            && events.len() == usize::try_from(task.version).unwrap_or(usize::MAX);
        if !is_whole || row.int("version")? != i64::from(task.version) {
            return Err(broken("version", &task.id));
        }
        if row.text("state")? != task.state.code() || row.date("due_on")? != task.window.due_on {
            return Err(broken("state", &task.id));
        }
        let plan = row.text("plan")?;
        let filing = TaskFiling {
            code: row.text("code")?,
            plan: (!plan.is_empty()).then(|| plan.into()),
            path: row.text("path")?,
            kind: row.text("kind")?,
            plan_item: row.opt_text("plan_item")?,
        };
        Ok(Self { task, filing, events })
    }
}

impl Read {
    /// The task of this id.
    pub async fn task(&mut self, id: &TaskId) -> Result<Option<StoredTask>> {
        self.by_id("task", id.as_str()).await?.as_ref().map(StoredTask::from_row).transpose()
    }

    /// Tasks due after `after` (exclusive, by date and id), first due first, within the scope; last due first and those
    /// before it where the filter asks so.
    pub async fn tasks(
        &mut self,
        scope: &Scope,
        filter: &TaskFilter,
        after: Option<(Date, TaskId)>,
        limit: i64,
    ) -> Result<Vec<StoredTask>> {
        let (beyond, order) = if filter.newest { ("<", "due_on DESC, id DESC") } else { (">", "due_on, id") };
        let mut only = self.task_filter(scope, filter);
        if let Some((due_on, id)) = after {
            let (due_on, id) = (only.mark(due_on), only.mark(id.as_str()));
            only.and(&format!("(due_on, id) {beyond} ({due_on}, {id})"));
        }
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        self.rows(format!("SELECT * FROM task{sql} ORDER BY {order} LIMIT {most}"), list)
            .await?
            .iter()
            .map(StoredTask::from_row)
            .collect()
    }

    /// How many tasks a filter finds within the scope.
    pub async fn task_count(&mut self, scope: &Scope, filter: &TaskFilter) -> Result<i64> {
        let (sql, list) = self.task_filter(scope, filter).finish();
        match self.row(format!("SELECT COUNT(*) AS n FROM task{sql}"), list).await? {
            Some(row) => row.int("n"),
            None => Ok(0),
        }
    }

    fn task_filter(&self, scope: &Scope, filter: &TaskFilter) -> Where {
        let mut only = Where::town("town", self.town().as_str());
        owed_within(&mut only, scope);
        let equal = [
            ("post", filter.post.as_ref().map(PostId::as_str)),
            ("plan", filter.plan.as_ref().map(InspectionPlanId::as_str)),
            ("org", filter.org.as_ref().map(OrgId::as_str)),
        ];
        for (column, wanted) in equal {
            only.is(column, wanted);
        }
        only.is_place("place", filter.place.as_ref());
        only.is_one_of("state", filter.state.as_deref());
        if let Some(date) = filter.unanswered_since {
            let date = only.mark(date);
            only.and(&format!("state = 'assigned' AND assigned_on < {date}"));
        }
        if let Some(date) = filter.to_assign_by {
            let date = only.mark(date);
            only.and(&format!("state = 'pending' AND from_on <= {date}"));
        }
        match (&filter.assignee, filter.owed_on) {
            (Some(person), Some(day)) => {
                let (person, day) = (only.mark(person.as_str()), only.mark(day));
                only.and(&owed_by(&person, &day));
            }
            (Some(person), None) => only.is("assignee", Some(person.as_str())),
            (None, _) => {}
        }
        if let Some(day) = filter.unheld_on {
            let day = only.mark(day);
            only.and(&format!(
                "NOT {ENDED} AND assignee <> '' AND post IS NOT NULL AND NOT EXISTS (SELECT 1 FROM assignment a \
                 WHERE a.town = $1 AND a.post = task.post AND a.from_on <= {day} \
                 AND (a.to_on IS NULL OR a.to_on >= {day}))"
            ));
        }
        if filter.open {
            only.and(&format!("NOT {ENDED}"));
        }
        if let Some(date) = filter.overdue_as_of {
            let date = only.mark(date);
            only.and(&format!("state NOT IN ('submitted', 'done', 'cancelled') AND due_on < {date}"));
        }
        of_places(&mut only, filter.village.as_deref(), filter.text.as_deref(), &["code"]);
        only
    }

    /// What a person still owes, by himself or by his posts, and then what nobody in particular owes of these organisations
    /// within the scope, led by one of them or joined in, as far as it begins by a later day: each first due first.
    /// What is a person's own is never left behind for what is anybody's.
    pub async fn tasks_to_do(
        &mut self,
        person: &PersonId,
        (orgs, scope): (&[OrgId], &Scope),
        (today, begins_by): (Date, Date),
        limit: i64,
    ) -> Result<Vec<StoredTask>> {
        let mut only = Where::town("town", self.town().as_str());
        only.and("state NOT IN ('done', 'cancelled')");
        let begins = only.mark(begins_by);
        only.and(&format!("from_on <= {begins}"));
        let (day, me) = (only.mark(today), only.mark(person.as_str()));
        only.and(&owed_by(&me, &day));
        let mut found = self.first_due(only, limit).await?;
        if orgs.is_empty() {
            return Ok(found);
        }
        let mut only = Where::town("town", self.town().as_str());
        only.and("state = 'pending'");
        let begins = only.mark(begins_by);
        only.and(&format!("from_on <= {begins}"));
        let mut any = Vec::new();
        for org in orgs {
            let lead = only.mark(org.as_str());
            any.push(format!("org = {lead}"));
            any.push(joins(&mut only, org));
        }
        only.and(&format!("({})", any.join(" OR ")));
        owed_within(&mut only, scope);
        let left = limit - i64::try_from(found.len()).unwrap_or(limit);
        found.extend(self.first_due(only, left.max(0)).await?);
        Ok(found)
    }

    async fn first_due(&mut self, mut only: Where, limit: i64) -> Result<Vec<StoredTask>> {
        let most = only.mark(limit);
        let (sql, list) = only.finish();
        let rows =
            self.rows(format!("SELECT * FROM task{sql} ORDER BY due_on, id LIMIT {most}"), list).await?;
        rows.iter().map(StoredTask::from_row).collect()
    }

    /// Tasks nobody has begun whose window touches these days: what bodies could go to together.
    pub async fn tasks_open_between(&mut self, from: Date, to: Date) -> Result<Vec<StoredTask>> {
        let town = self.town().clone();
        let list = crate::args![town.as_str(), from, to];
        self.rows(
            "SELECT * FROM task WHERE town = $1 AND due_on >= $2 AND from_on <= $3 \
             AND state IN ('pending', 'assigned', 'accepted') ORDER BY due_on, id",
            list,
        )
        .await?
        .iter()
        .map(StoredTask::from_row)
        .collect()
    }
}

impl Write {
    /// A new task, to which nothing has happened yet.
    pub async fn insert_task(&mut self, task: &Task, filing: &TaskFiling, now: Timestamp) -> Result<()> {
        let mut row = cols! {
            code: &filing.code, plan: filing.plan.as_ref().map_or("", InspectionPlanId::as_str),
            place: task.place.as_str(), org: task.lead.as_str(), path: &filing.path, kind: &filing.kind,
            plan_item: filing.plan_item.as_deref(),
            from_on: task.window.from, due_on: task.window.due_on, version: task.version, recorded_at: now,
        };
        row.extend(step_columns(task, &[])?);
        self.insert("task", task.id.as_str(), row).await
    }

    /// The task after a step, with the event that made it, if nobody took a step since.
    ///
    /// Errors: [`Error::Conflict`] when the task is not at the version before the event's.
    pub async fn save_task_step(&mut self, task: &Task, event: &Event) -> Result<()> {
        let conflict = || Error::Conflict { table: "task", id: task.id.to_string() };
        let before = self.task(&task.id).await?.ok_or_else(conflict)?;
        if event.version != task.version || event.task != task.id {
            return Err(broken("version", &task.id));
        }
        let mut events = before.events;
        events.push(event.clone());
        let row = step_columns(task, &events)?;
        self.update("task", task.id.as_str(), i64::from(task.version) - 1, row).await
    }
}

//! Tasks: listed by what is owed, given to somebody, taken on, done, reviewed. What does not belong here: whether a step
//! is allowed (`domain::task`), making tasks from plans (`inspection_plan`).

mod view;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::Datelike;
use domain::calendar::Calendar;
use domain::gate::Part;
use domain::hazard::Position;
use domain::ids::{InspectionPlanId, OrgId, PersonId, PlaceId, PostId, TaskId};
use domain::org::Assignment;
use domain::policy::{Action, Hats, Subject};
use domain::task::{Event, EventKind, Involved, State, Task, TaskRefusal, UnableReason, Window};
use domain::time::{Date, Timestamp};
use serde::Deserialize;
use store::place::PlaceRecord;
use store::task::{StoredTask, TaskFiling, TaskFilter};
use store::{Read, Write};
use utoipa::ToSchema;

pub use view::{TaskEventView, TaskPage, TaskRow, TaskView, Tasks, kind_label};

use crate::calendar::calendar;
use crate::hazard::list::soon;
use crate::names::Names;
use crate::parameter::number_on;
use crate::place::{at_place, goes_on, place_in_scope, place_subject};
use crate::{App, Caller, Error, Result};

/// A window that ends within so many days is due soon; our own choice.
pub(crate) const DUE_SOON_DAYS: i64 = 3;
/// Vain visits that send a task to joint action, where the town has not said otherwise. Source: handbook of the field,
/// §4.1 (P), as for what follows.
pub(crate) const REFER_AFTER: (&str, f64) = ("task.refer_after", 2.0);
/// Share of the records that are drawn for review. Units: per cent.
pub(crate) const REVIEW_PERCENT: (&str, f64) = ("task.review_percent", 10.0);
/// Working days without an answer after which somebody is reminded of a task given to him.
pub(crate) const REMIND_AFTER: (&str, f64) = ("task.remind_after", 2.0);
/// Working days without an answer after which those who give out tasks see it.
pub(crate) const ESCALATE_AFTER: (&str, f64) = ("task.escalate_after", 4.0);
/// The kind of visit that is enforcement, which the gate of clause 11 guards.
pub(crate) const ENFORCEMENT: &str = "enforcement";
/// Kinds of visit a task by hand may be.
const KINDS: &[&str] = &[
    "routine",
    "special",
    "joint",
    "recheck",
    "supervision",
    "report",
    "before_holiday",
    "police",
    ENFORCEMENT,
];

/// Which tasks are asked for.
#[derive(Debug, Clone, Default)]
pub struct TasksAsked {
    /// Stages, commas between them.
    pub state: Option<String>,
    /// Only those nobody took on: `remind` for longer than a reminder waits, `escalate` for longer than those who give
    /// out tasks wait.
    pub unaccepted: Option<String>,
    /// Person, or `me`.
    pub assignee: Option<String>,
    /// Place.
    pub place: Option<PlaceId>,
    /// Plan.
    pub plan: Option<InspectionPlanId>,
    /// Village.
    pub village: Option<String>,
    /// Organisation that leads.
    pub org: Option<OrgId>,
    /// Only what is overdue.
    pub overdue: bool,
    /// Only what is owed by a post that nobody holds.
    pub unheld: bool,
    /// Only what waits to be given to somebody and begins soon, of what the caller may give.
    pub to_assign: bool,
    /// Text.
    pub q: Option<String>,
    /// Last due first, in place of first due first.
    pub newest: bool,
    /// Where the last page ended.
    pub after: Option<String>,
    /// Rows of a page.
    pub limit: i64,
}

/// A task made by hand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TaskInput {
    /// Place.
    pub place: String,
    /// Kind of visit.
    pub kind: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub due_on: String,
    /// Who is to go.
    #[serde(default)]
    pub assignee: Option<String>,
    /// Why.
    #[serde(default)]
    pub note: String,
}

/// A step of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskStep {
    /// 接受.
    Accept,
    /// 到场.
    Start,
    /// 审核通过.
    Review,
    /// 审核退回.
    SendBack {
        /// Why.
        reason: String,
    },
    /// 取消.
    Cancel {
        /// Why.
        reason: String,
    },
    /// 无法检查.
    Unable {
        /// Why.
        reason: UnableReason,
        /// What else is to be said.
        note: String,
    },
}

impl TaskStep {
    fn audit(&self) -> &'static str {
        match self {
            Self::Accept => "task.accept",
            Self::Start => "task.start",
            Self::Review => "task.review",
            Self::SendBack { .. } => "task.send_back",
            Self::Cancel { .. } => "task.cancel",
            Self::Unable { .. } => "task.unable",
        }
    }

    fn action(&self) -> Action {
        match self {
            Self::Accept | Self::Start | Self::Unable { .. } => Action::TaskDo,
            Self::Review | Self::SendBack { .. } => Action::TaskReview,
            Self::Cancel { .. } => Action::TaskAssign,
        }
    }
}

/// A task with where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub stored: StoredTask,
    pub place: PlaceRecord,
    pub subject: Subject,
    /// Who does not review it.
    pub involved: Involved,
    /// Who is on the post that owes it.
    pub holders: Holders,
}

/// Who is on the posts of some tasks today, and by which working days one waits for their answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holders {
    by_post: HashMap<PostId, BTreeSet<PersonId>>,
    pub(crate) calendar: Arc<Calendar>,
}

impl Holders {
    async fn read(read: &mut Read, tasks: &[StoredTask], today: Date) -> Result<Self> {
        let posts: BTreeSet<PostId> = tasks.iter().filter_map(|one| one.task.post.clone()).collect();
        let mut holders: HashMap<PostId, BTreeSet<PersonId>> = HashMap::new();
        if !posts.is_empty() {
            let posts: Vec<PostId> = posts.into_iter().collect();
            for held in read.holders_on(&posts, today).await? {
                holders.entry(held.post).or_default().insert(held.person);
            }
        }
        Ok(Self { by_post: holders, calendar: calendar(read).await? })
    }

    /// Who is on the post that owes a task.
    pub(crate) fn of(&self, task: &Task) -> BTreeSet<PersonId> {
        task.post.as_ref().and_then(|post| self.by_post.get(post)).cloned().unwrap_or_default()
    }
}

/// The day a person's posts have to reach a task: whoever begins before the task does may be given it today.
fn given_on(from: Date, today: Date) -> Date {
    today.max(from)
}

/// What somebody is looked for to do: tasks that are there, or one to be made at a place.
#[derive(Debug, Clone, Default)]
pub struct Doing {
    /// The tasks.
    pub tasks: Vec<TaskId>,
    /// The place of the one to be made.
    pub place: Option<PlaceId>,
}

/// What posts have to reach, and on which day, for their holder to be given all of it.
pub(crate) struct Reached(Vec<(Subject, Date)>);

impl Reached {
    /// Whether somebody may do all of it by what he holds: the very rule by which giving is refused.
    pub(crate) fn by(&self, held: &[Assignment]) -> bool {
        self.0
            .iter()
            .all(|(subject, day)| Hats::on(held.iter().cloned(), *day).hat(Action::TaskDo, subject).is_some())
    }
}

impl Doing {
    /// What it takes; none where nothing in particular is asked for.
    ///
    /// Errors: the caller may not see one of the tasks, or the place.
    pub(crate) async fn takes(
        &self,
        read: &mut Read,
        caller: &Caller,
        today: Date,
    ) -> Result<Option<Reached>> {
        let mut all = Vec::new();
        for id in &self.tasks {
            let loaded = load(read, caller, id, today).await?;
            all.push((loaded.subject, given_on(loaded.stored.task.window.from, today)));
        }
        if let Some(id) = &self.place {
            let (_, mut subject) = place_in_scope(read, caller, Action::PlaceRead, id).await?;
            let hat = caller.hats.hat(Action::TaskHandDown, &subject);
            let hat = hat.or_else(|| caller.hats.hat(Action::TaskAssign, &subject));
            subject.orgs.extend(hat.map(|hat| hat.org.clone()));
            all.push((subject, today));
        }
        Ok((!all.is_empty()).then_some(Reached(all)))
    }
}

/// The post by which a person owes a task: one of an organisation that owes it, before any other by which he may do it.
///
/// Errors: none of his posts reaches the place.
async fn post_for(
    read: &mut Read,
    task: &Task,
    (place, subject): (&str, &Subject),
    person: &PersonId,
    today: Date,
) -> Result<PostId> {
    let today = given_on(task.window.from, today);
    let held = read.assignments_of(person).await?.into_iter().map(|record| record.assignment);
    let hats = Hats::on(held, today);
    let may = |hat: &&Assignment| Hats::on([(*hat).clone()], today).hat(Action::TaskDo, subject).is_some();
    let owes = hats.all().iter().find(|hat| task.is_of(&hat.org) && may(hat));
    let hat = owes.or_else(|| hats.hat(Action::TaskDo, subject));
    // Whoever's posts do not reach the place could neither accept the task nor hand in what he saw there.
    hat.map(|hat| hat.post.clone()).ok_or_else(|| {
        let text = format!("此人的岗位管不到“{place}”，收到任务也无法办理，请另选本辖区或本单位的人");
        Error::field("assignee", "task.out_of_reach", &text)
    })
}

/// Goes on with what a former holder of the caller's post left behind; any other task stays as it is.
async fn inherited(
    tx: &mut Write,
    task: Task,
    holders: &BTreeSet<PersonId>,
    act: domain::hazard::Act,
    now: Timestamp,
) -> Result<(Task, Option<Event>)> {
    let heir = act.actor.person().is_some_and(|person| holders.contains(person));
    if !heir || !task.is_left_behind(holders) {
        return Ok((task, None));
    }
    let (task, event) = task.inherit(act, holders, now)?;
    tx.save_task_step(&task, &event).await?;
    Ok((task, Some(event)))
}

/// Where a task stands as far as rights are concerned.
pub(crate) async fn task_subject(read: &mut Read, task: &Task, place: &PlaceRecord) -> Result<Subject> {
    let mut subject = place_subject(read, place).await?;
    subject.orgs.insert(task.lead.clone());
    subject.orgs.extend(task.joint.iter().cloned());
    Ok(subject)
}

/// The task of this id, if the caller may see it.
pub(crate) async fn load(read: &mut Read, caller: &Caller, id: &TaskId, today: Date) -> Result<Loaded> {
    let scope = caller.scope(Action::TaskRead)?;
    let stored = read.task(id).await?.ok_or(Error::NotFound)?;
    let owing = std::iter::once(stored.task.lead.clone()).chain(stored.task.joint.iter().cloned());
    let (place, subject) = at_place(read, &stored.task.place, owing).await?;
    if !scope.admits(&subject) {
        return Err(Error::NotFound);
    }
    let place = goes_on(read, place).await?;
    let involved = involved(read, &stored).await?;
    let holders = Holders::read(read, std::slice::from_ref(&stored), today).await?;
    Ok(Loaded { stored, place, subject, involved, holders })
}

/// Who does not review a record that waits for it: whoever handed the plan in or first gave the task by hand, and
/// everybody named in the record.
async fn involved(read: &mut Read, stored: &StoredTask) -> Result<Involved> {
    let State::Submitted { inspection, .. } = &stored.task.state else { return Ok(Involved::default()) };
    let record = read.inspection(inspection).await?.map(|(done, _)| done.record);
    let visitors = record.into_iter().flat_map(|record| record.inspectors).map(|one| one.person);
    let is_given = |event: &&Event| matches!(event.kind, EventKind::Assigned { .. });
    let planner = match &stored.filing.plan {
        Some(plan) => read.plan_submitter(plan).await?,
        None => stored.events.iter().find(is_given).and_then(|event| event.act.actor.person().cloned()),
    };
    Ok(Involved { planner, visitors: visitors.collect() })
}

/// The day before which a task was given that nobody answered for more than so many working days.
pub(crate) async fn unanswered_since(read: &mut Read, allowed: (&str, f64), today: Date) -> Result<Date> {
    let allowed = number_on(read, allowed, today).await?;
    Ok(calendar(read).await?.working_day_back(today, allowed.saturating_add(1))?)
}

/// The hat under which somebody does a task: one of an organisation that owes it, before any other.
pub(crate) fn doing_hat<'a>(
    caller: &'a Caller,
    task: &Task,
    subject: &Subject,
    today: Date,
) -> Result<&'a Assignment> {
    let owes = caller.hats.all().iter().find(|hat| {
        task.is_of(&hat.org) && Hats::on([(*hat).clone()], today).hat(Action::TaskDo, subject).is_some()
    });
    match owes {
        Some(hat) => Ok(hat),
        None => caller.hat(Action::TaskDo, subject),
    }
}

/// The number of the next task of this window, as `RW-2026-00042`: of the year the visit may begin in, whenever its plan was
/// approved.
pub(crate) async fn next_code(tx: &mut Write, window: Window) -> Result<String> {
    let series = format!("RW-{}", window.from.year());
    Ok(format!("{series}-{:05}", tx.next_number(&series).await?))
}

/// The rows of these tasks, in this order.
pub(crate) async fn rows(
    read: &mut Read,
    caller: &Caller,
    names: &Names,
    tasks: &[StoredTask],
    today: Date,
) -> Result<Vec<TaskRow>> {
    let mut ids: Vec<PlaceId> = tasks.iter().map(|one| one.task.place.clone()).collect();
    ids.sort();
    ids.dedup();
    let mut places: HashMap<PlaceId, (PlaceRecord, Subject)> = HashMap::new();
    for record in read.places_by_id(&ids).await? {
        let subject = place_subject(read, &record).await?;
        places.insert(record.place.id.clone(), (goes_on(read, record).await?, subject));
    }
    let holders = Holders::read(read, tasks, today).await?;
    let mut rows = Vec::with_capacity(tasks.len());
    for stored in tasks {
        let Some((place, subject)) = places.get(&stored.task.place) else { continue };
        let mut subject = subject.clone();
        subject.orgs.insert(stored.task.lead.clone());
        subject.orgs.extend(stored.task.joint.iter().cloned());
        let involved = involved(read, stored).await?;
        rows.push(TaskRow::of(caller, stored, place, &subject, (&involved, &holders), names, today));
    }
    Ok(rows)
}

fn cursor(text: &str) -> Result<(Date, TaskId)> {
    let wrong = || Error::field("after", "page.cursor", "翻页位置不对，请从第一页重新查看");
    let (date, id) = text.split_once('_').ok_or_else(wrong)?;
    Ok((domain::time::parse_date(date).ok_or_else(wrong)?, id.into()))
}

impl App {
    /// A page of tasks the caller may see, first due first.
    pub async fn tasks(&self, caller: &Caller, asked: &TasksAsked) -> Result<TaskPage> {
        let scope = caller.scope(if asked.to_assign { Action::TaskAssign } else { Action::TaskRead })?;
        let today = self.now().date();
        let assignee = asked.assignee.as_deref().filter(|text| !text.is_empty());
        let mut read = self.db.read(&self.town).await?;
        let unanswered_since = match asked.unaccepted.as_deref().filter(|text| !text.is_empty()) {
            None => None,
            Some("remind") => Some(unanswered_since(&mut read, REMIND_AFTER, today).await?),
            Some("escalate") => Some(unanswered_since(&mut read, ESCALATE_AFTER, today).await?),
            Some(_) => {
                let text = "请选择超时未接或长期未接的任务";
                return Err(Error::field("unaccepted", "task.unaccepted", text));
            }
        };
        let filter = TaskFilter {
            state: asked.state.clone().filter(|text| !text.is_empty()),
            place: asked.place.clone(),
            assignee: assignee.map(|who| if who == "me" { caller.person.clone() } else { who.into() }),
            plan: asked.plan.clone(),
            village: asked.village.clone(),
            org: asked.org.clone(),
            text: asked.q.clone(),
            overdue_as_of: asked.overdue.then_some(today),
            unanswered_since,
            owed_on: Some(today),
            unheld_on: asked.unheld.then_some(today),
            to_assign_by: asked.to_assign.then(|| soon(today)),
            newest: asked.newest,
            ..TaskFilter::default()
        };
        let after = asked.after.as_deref().filter(|text| !text.is_empty()).map(cursor).transpose()?;
        let mut found = read.tasks(&scope, &filter, after, asked.limit + 1).await?;
        let size = usize::try_from(asked.limit).unwrap_or(usize::MAX);
        let more = found.len() > size;
        found.truncate(size);
        let last = found.last().filter(|_| more);
        let next = last.map(|one| format!("{}_{}", one.task.window.due_on, one.task.id));
        let total = read.task_count(&scope, &filter).await?;
        let names = Names::read(&mut read).await?;
        let items = rows(&mut read, caller, &names, &found, today).await?;
        Ok(TaskPage { items, next, total: Some(total) })
    }

    /// One task with everything that happened to it.
    pub async fn task(&self, caller: &Caller, id: &TaskId) -> Result<TaskView> {
        let mut read = self.db.read(&self.town).await?;
        let loaded = load(&mut read, caller, id, self.now().date()).await?;
        let names = Names::read(&mut read).await?;
        let shown = read.step_timings("task", id.as_str()).await?;
        Ok(TaskView::of(caller, &loaded, &names, self.now().date()).timed(&loaded.stored, &shown))
    }

    /// A task by hand, given to somebody at once if he is named.
    ///
    /// Errors: the caller may not give tasks at this place; the window is reversed.
    pub async fn add_task(&self, caller: &Caller, input: &TaskInput) -> Result<TaskView> {
        let now = self.now();
        if !KINDS.contains(&input.kind.as_str()) {
            return Err(Error::field("kind", "task.kind", "请选择任务种类"));
        }
        let day = |field: &str, text: &str| {
            domain::time::parse_date(text)
                .ok_or_else(|| Error::field(field, "date.invalid", "日期请写成 2026-11-25 的样子"))
        };
        let window = Window::new(day("from", &input.from)?, day("due_on", &input.due_on)?)?;
        let mut tx = self.write(caller).await?;
        let id = PlaceId::from(input.place.as_str());
        let (place, subject) = place_in_scope(&mut tx, caller, Action::PlaceRead, &id).await?;
        if place.voided.is_some() && place.same_as.is_none() {
            return Err(Error::field(
                "place",
                "task.place_void",
                "这个场所已作废，不能派检查任务，请核对场所",
            ));
        }
        let hat = match caller.hats.hat(Action::TaskHandDown, &subject) {
            Some(hat) => hat,
            None => caller.hat(Action::TaskAssign, &subject)?,
        };
        let act = caller.act(hat, now, None);
        let task = Task::pending(self.new_id().into(), id, hat.org.clone(), Vec::new(), window);
        let filing = TaskFiling {
            code: next_code(&mut tx, window).await?,
            plan: None,
            path: place.path.clone(),
            kind: input.kind.clone(),
            plan_item: None,
        };
        tx.insert_task(&task, &filing, now).await?;
        let mut stored = StoredTask { task, filing, events: Vec::new() };
        if let Some(to) = input.assignee.as_deref().filter(|to| !to.is_empty()) {
            let to = known_person(&mut tx, to).await?;
            may_go(&mut tx, &stored.filing.kind, &to, now.date()).await?;
            let subject = task_subject(&mut tx, &stored.task, &place).await?;
            let post =
                post_for(&mut tx, &stored.task, (&place.place.name, &subject), &to, now.date()).await?;
            let (task, event) = stored.task.clone().of_post(Some(post)).assign(act, to, now)?;
            tx.save_task_step(&task, &event).await?;
            stored.task = task;
            stored.events.push(event);
        }
        let subject = task_subject(&mut tx, &stored.task, &place).await?;
        let names = Names::read(&mut tx).await?;
        let mut audit = caller.audit_as(hat, "task.add", ("task", stored.task.id.as_str()), &place.path, now);
        audit.reason = input.note.trim().to_owned();
        let holders = Holders::read(&mut tx, std::slice::from_ref(&stored), now.date()).await?;
        let loaded = Loaded { stored, place, subject, involved: Involved::default(), holders };
        let view = TaskView::of(caller, &loaded, &names, now.date());
        Ok(tx.commit(audit, view).await?)
    }

    /// Gives tasks to somebody: all or none.
    pub async fn assign_tasks(&self, caller: &Caller, tasks: &[(TaskId, u32)], to: &str) -> Result<Tasks> {
        let now = self.now();
        if tasks.is_empty() || tasks.len() > 200 {
            return Err(Error::field("tasks", "task.how_many", "一次请选择 1 到 200 项任务"));
        }
        let mut tx = self.write(caller).await?;
        let to = known_person(&mut tx, to).await?;
        let names = Names::read(&mut tx).await?;
        let mut changed = Vec::new();
        let mut audit = None;
        for (id, version) in tasks {
            let loaded = load(&mut tx, caller, id, now.date()).await?;
            let hat = caller.hat(Action::TaskAssign, &loaded.subject)?;
            fresh(caller, &loaded, *version, &names, now.date())?;
            may_go(&mut tx, &loaded.stored.filing.kind, &to, now.date()).await?;
            let act = caller.act(hat, now, None);
            let task = loaded.stored.task.clone();
            let post = post_for(&mut tx, &task, (&loaded.place.place.name, &loaded.subject), &to, now.date())
                .await?;
            let (task, event) = task.of_post(Some(post)).assign(act, to.clone(), now)?;
            tx.save_task_step(&task, &event).await?;
            audit = Some(caller.audit_as(
                hat,
                "task.assign",
                ("task", id.as_str()),
                &loaded.stored.filing.path,
                now,
            ));
            changed.push(after(loaded.stored, task, event));
        }
        let items = rows(&mut tx, caller, &names, &changed, now.date()).await?;
        let audit = audit.ok_or(Error::NotFound)?;
        Ok(tx.commit(audit, Tasks { items }).await?)
    }

    /// A step of a task by the caller.
    ///
    /// Errors: a stale version comes with the task as it now stands; what the rules refuse.
    pub async fn step_task(
        &self,
        caller: &Caller,
        id: &TaskId,
        version: u32,
        happened_at: Option<Timestamp>,
        step: TaskStep,
    ) -> Result<TaskView> {
        let now = self.now();
        let today = now.date();
        let mut tx = self.write(caller).await?;
        let mut loaded = load(&mut tx, caller, id, today).await?;
        let names = Names::read(&mut tx).await?;
        let hat = match step.action() {
            Action::TaskDo => doing_hat(caller, &loaded.stored.task, &loaded.subject, today)?,
            action => caller.hat(action, &loaded.subject)?,
        };
        fresh(caller, &loaded, version, &names, today)?;
        if matches!(step, TaskStep::Accept | TaskStep::Start) {
            may_go(&mut tx, &loaded.stored.filing.kind, &caller.person, today).await?;
        }
        // A phone's clock may run ahead; what it says happened cannot lie after now.
        let act = caller.act(hat, happened_at.unwrap_or(now).min(now), None::<Position>);
        let name = step.audit();
        let mut before = loaded.stored.task.clone();
        if step.action() == Action::TaskDo {
            let holders = loaded.holders.of(&before);
            let (task, event) = inherited(&mut tx, before, &holders, act.clone(), now).await?;
            loaded.stored.events.extend(event);
            before = match step {
                // Who takes on what nobody in particular owed does so by a post, with which it then stays.
                TaskStep::Accept if task.post.is_none() => task.of_post(Some(hat.post.clone())),
                _ => task,
            };
        }
        let mut reason = String::new();
        let (task, event) = match step {
            TaskStep::Accept => before.accept(act, now)?,
            TaskStep::Start => before.start(act, now)?,
            TaskStep::Review => before.review(act, &loaded.involved, now)?,
            TaskStep::SendBack { reason: why } => {
                reason.clone_from(&why);
                before.send_back(act, &why, &loaded.involved, now)?
            }
            TaskStep::Cancel { reason: why } => {
                reason.clone_from(&why);
                before.cancel(act, &why, now)?
            }
            TaskStep::Unable { reason: why, note } => {
                let refer_after = number_on(&mut tx, REFER_AFTER, today).await?;
                before.unable(act, why, &note, refer_after, now)?
            }
        };
        tx.save_task_step(&task, &event).await?;
        let mut audit = caller.audit_as(hat, name, ("task", id.as_str()), &loaded.stored.filing.path, now);
        audit.happened_at = event.act.happened_at;
        audit.reason = reason;
        let loaded = Loaded { stored: after(loaded.stored, task, event), ..loaded };
        let view = TaskView::of(caller, &loaded, &names, today);
        Ok(tx.commit(audit, view).await?)
    }
}

fn after(before: StoredTask, task: Task, event: Event) -> StoredTask {
    let mut events = before.events;
    events.push(event);
    StoredTask { task, events, ..before }
}

fn fresh(caller: &Caller, loaded: &Loaded, version: u32, names: &Names, today: Date) -> Result<()> {
    if loaded.stored.task.version == version {
        return Ok(());
    }
    Err(Error::stale(&TaskView::of(caller, loaded, names, today)))
}

/// A person of the town who may be given something.
async fn known_person(read: &mut Read, id: &str) -> Result<PersonId> {
    let whole = Caller::system().scope(Action::PersonRead)?;
    match read.person(&id.into(), &whole).await? {
        Some(known) if known.person.active => Ok(known.person.id),
        _ => Err(Error::field("to", "task.person_unknown", "没有这个人或已离任，请重新选择承办人")),
    }
}

/// That somebody may be sent on a visit of this kind.
///
/// Errors: it is enforcement, and the gate of clause 11 keeps him out.
async fn may_go(read: &mut Read, kind: &str, person: &PersonId, today: Date) -> Result<()> {
    if kind == ENFORCEMENT {
        crate::gate::admit(read, person, Part::Assistant, today).await?;
    }
    Ok(())
}

/// Moves a task on with a record that came in: taken on first if nobody had said so. Says why not when it cannot. A record
/// somebody has to look at ends nothing before it was reviewed, whatever the share that is drawn.
pub(crate) async fn hand_in(
    tx: &mut Write,
    caller: &Caller,
    loaded: &Loaded,
    (inspection, is_doubtful): (&domain::ids::InspectionId, bool),
    happened_at: Timestamp,
    now: Timestamp,
) -> Result<Option<TaskRefusal>> {
    let hat = doing_hat(caller, &loaded.stored.task, &loaded.subject, now.date())?;
    let act = caller.act(hat, happened_at.min(now), None);
    let mut steps = Vec::new();
    let mut task = loaded.stored.task.clone();
    let holders = loaded.holders.of(&task);
    if task.is_left_behind(&holders) && holders.contains(&caller.person) {
        let (next, event) = task.inherit(act.clone(), &holders, now)?;
        steps.push((next.clone(), event));
        task = next;
    }
    if matches!(task.state, State::Pending) {
        task = task.of_post(Some(hat.post.clone()));
    }
    if matches!(task.state, State::Pending | State::Assigned { .. }) {
        match task.accept(act.clone(), now) {
            Ok((next, event)) => {
                steps.push((next.clone(), event));
                task = next;
            }
            Err(refusal) => return Ok(Some(refusal)),
        }
    }
    let percent = if is_doubtful { 100 } else { number_on(tx, REVIEW_PERCENT, now.date()).await? };
    match task.submit(act, inspection.clone(), percent, now) {
        Ok(step) => steps.push(step),
        Err(refusal) => return Ok(Some(refusal)),
    }
    for (task, event) in &steps {
        tx.save_task_step(task, event).await?;
    }
    Ok(None)
}

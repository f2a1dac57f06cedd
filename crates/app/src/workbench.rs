//! The workbench: what waits for the caller today, counted and listed, each within the right that lets him deal with it.
//! What does not belong here: dealing with it (`task`, `hazard`, `inspection_plan`).

use domain::inspection_plan::{Span, State as PlanState};
use domain::policy::Action;
use domain::task::{EventKind, State as TaskState};
use domain::time::Date;
use serde::Serialize;
use store::Read;
use store::task::{StoredTask, TaskFilter};
use utoipa::ToSchema;

use crate::hazard::HazardRow;
use crate::hazard::list::{Asked, rows as hazard_rows};
use crate::names::Names;
use crate::task::{TaskRow, rows as task_rows};
use crate::view::Named;
use crate::{App, Caller, Result};

/// Rows of each list.
const MOST: usize = 20;
/// Tasks read to find those.
const READ: i64 = 200;

/// A number on the workbench.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WorkbenchCount {
    /// Code.
    pub code: String,
    /// Chinese.
    pub label: String,
    /// How many.
    pub n: i64,
    /// `late`, `due` or `plain`.
    pub tone: String,
    /// The list behind it.
    pub href: String,
}

/// The time a plan is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WaitingSpan {
    /// 年度.
    Year {
        /// The year.
        year: i32,
    },
    /// 月度.
    Month {
        /// The year.
        year: i32,
        /// 1 to 12.
        month: u32,
    },
    /// 专项.
    Special {
        /// What it is about.
        title: String,
        /// First day.
        from: String,
        /// Last day.
        to: String,
    },
}

/// A plan that waits for approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaitingPlan {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Whose plan.
    pub org: Named,
    /// For which time.
    pub span: WaitingSpan,
    /// In Chinese.
    pub span_label: String,
    /// Stage.
    pub state: String,
    /// In Chinese.
    pub state_label: String,
    /// The year it is listed under.
    pub year: i32,
    /// Visits it promises.
    pub visits_n: usize,
    /// Places they go to.
    pub places_n: usize,
    /// Not counted here; the plan's page does.
    pub uncovered_n: Option<usize>,
    /// Row version.
    pub version: i64,
    /// What the caller may do with it here.
    pub actions: Vec<String>,
}

/// What waits for the caller.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkbenchView {
    /// Numbers.
    pub counts: Vec<WorkbenchCount>,
    /// His tasks whose window is open.
    pub today: Vec<TaskRow>,
    /// Late tasks: his own, and those he may give to others.
    pub overdue_tasks: Vec<TaskRow>,
    /// Fixes that are late or due within a week.
    pub hazards_due: Vec<HazardRow>,
    /// Hazards that wait for somebody to look again.
    pub rechecks: Vec<HazardRow>,
    /// Levels that wait for the office's word.
    pub to_confirm: Vec<HazardRow>,
    /// Plans he may approve.
    pub plans: Vec<WaitingPlan>,
    /// His tasks whose record was sent back.
    pub returned: Vec<TaskRow>,
}

/// Hazards that a right lets the caller deal with, those with the nearest deadline first, and how many there are.
async fn hazards(
    read: &mut Read,
    caller: &Caller,
    rights: &[Action],
    asked: Asked,
    names: &Names,
    today: Date,
) -> Result<(i64, Vec<HazardRow>)> {
    let Some(scope) = rights.iter().find_map(|right| caller.hats.scope(*right)) else {
        return Ok((0, Vec::new()));
    };
    let filter = asked.filter(today);
    let n = read.hazard_count(&scope, &filter).await?;
    let listed = read.hazards_by_deadline(&scope, &filter, MOST as i64).await?;
    Ok((n, hazard_rows(read, &listed, names, today).await?))
}

/// Plans that wait for the caller's approval.
async fn plans(read: &mut Read, caller: &Caller, names: &Names, today: Date) -> Result<Vec<WaitingPlan>> {
    use chrono::Datelike;
    let Some(scope) = caller.hats.scope(Action::PlanApprove) else { return Ok(Vec::new()) };
    let mut waiting = Vec::new();
    for year in [today.year(), today.year() + 1] {
        for record in read.inspection_plans(year, None, &scope).await? {
            let PlanState::Submitted { by, .. } = &record.plan.state else { continue };
            let items = read.plan_items(&record.plan.id).await?;
            let mut places: Vec<_> = items.iter().map(|item| item.item.place.clone()).collect();
            places.sort();
            places.dedup();
            let (span, span_label) = match &record.plan.span {
                Span::Annual { year } => (WaitingSpan::Year { year: *year }, format!("{year} 年")),
                Span::Monthly { year, month } => {
                    (WaitingSpan::Month { year: *year, month: *month }, format!("{year} 年 {month} 月"))
                }
                Span::Special { subject, from, to } => (
                    WaitingSpan::Special {
                        title: subject.clone(),
                        from: from.to_string(),
                        to: to.to_string(),
                    },
                    format!("{from} 至 {to}"),
                ),
            };
            let is_own = *by == caller.person;
            waiting.push(WaitingPlan {
                id: record.plan.id.to_string(),
                title: record.title.clone(),
                org: names.named_org(&record.plan.org),
                span,
                span_label,
                state: "submitted".to_owned(),
                state_label: record.plan.state.label().to_owned(),
                year: record.year,
                visits_n: items.len(),
                places_n: places.len(),
                uncovered_n: None,
                version: record.version,
                actions: if is_own { Vec::new() } else { vec!["approve".to_owned(), "send_back".to_owned()] },
            });
        }
    }
    Ok(waiting)
}

/// Whether the last thing that happened to a task was that its record was sent back.
fn is_returned(stored: &StoredTask) -> bool {
    stored.events.last().is_some_and(|event| matches!(event.kind, EventKind::SentBack { .. }))
}

/// The tasks of a workbench.
struct Owed {
    today: Vec<StoredTask>,
    overdue: Vec<StoredTask>,
    overdue_n: i64,
    returned: Vec<StoredTask>,
    n: i64,
    to_review: i64,
}

async fn owed(read: &mut Read, caller: &Caller, today: Date) -> Result<Owed> {
    let mut owed = Owed {
        today: Vec::new(),
        overdue: Vec::new(),
        overdue_n: 0,
        returned: Vec::new(),
        n: 0,
        to_review: 0,
    };
    let Some(scope) = caller.hats.scope(Action::TaskRead) else { return Ok(owed) };
    let mine = TaskFilter { assignee: Some(caller.person.clone()), ..TaskFilter::default() };
    // Owed on any day: late on the last one there is.
    let open = TaskFilter { overdue_as_of: Date::from_ymd_opt(9999, 12, 31), ..mine.clone() };
    owed.n = read.task_count(&scope, &open).await?;
    let all = read.tasks(&scope, &open, None, READ).await?;
    let is_now =
        |one: &&StoredTask| one.task.window.from <= today && !one.task.is_overdue(today) && !is_returned(one);
    owed.today = all.iter().filter(is_now).take(MOST).cloned().collect();
    owed.returned = all.iter().filter(|one| is_returned(one)).take(MOST).cloned().collect();
    // Who gives out tasks minds everybody's.
    let (wide, late) = match caller.hats.scope(Action::TaskAssign) {
        Some(wide) => (wide, TaskFilter { overdue_as_of: Some(today), ..TaskFilter::default() }),
        None => (scope, TaskFilter { overdue_as_of: Some(today), ..mine }),
    };
    owed.overdue_n = read.task_count(&wide, &late).await?;
    owed.overdue = read.tasks(&wide, &late, None, MOST as i64).await?;
    if let Some(reviewed) = caller.hats.scope(Action::TaskReview) {
        let submitted = TaskFilter { state: Some("submitted".to_owned()), ..TaskFilter::default() };
        let waiting = read.tasks(&reviewed, &submitted, None, READ).await?;
        let others = |one: &&StoredTask| matches!(&one.task.state, TaskState::Submitted { by, .. } if *by != caller.person);
        owed.to_review = i64::try_from(waiting.iter().filter(others).count()).unwrap_or(i64::MAX);
    }
    Ok(owed)
}

impl App {
    /// What waits for the caller.
    pub async fn workbench(&self, caller: &Caller) -> Result<WorkbenchView> {
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let names = Names::read(&mut read).await?;
        let owed = owed(&mut read, caller, today).await?;
        let due = Asked { due: true, ..Asked::default() };
        // Who sees to the fix, and otherwise who decides about its deadline.
        let minders = [Action::HazardFix, Action::HazardExtend];
        let (due_n, hazards_due) = hazards(&mut read, caller, &minders, due, &names, today).await?;
        let again = Asked { recheck: true, ..Asked::default() };
        let (again_n, rechecks) =
            hazards(&mut read, caller, &[Action::HazardRecheck], again, &names, today).await?;
        let unsure = Asked { to_confirm: true, ..Asked::default() };
        let (unsure_n, to_confirm) =
            hazards(&mut read, caller, &[Action::HazardConfirm], unsure, &names, today).await?;
        let plans = plans(&mut read, caller, &names, today).await?;
        let late_n = hazards_due.iter().filter(|row| row.overdue).count();
        let counts = counts(caller, &owed, (due_n, late_n > 0), again_n, unsure_n, plans.len());
        Ok(WorkbenchView {
            counts,
            today: task_rows(&mut read, caller, &names, &owed.today, today).await?,
            overdue_tasks: task_rows(&mut read, caller, &names, &owed.overdue, today).await?,
            hazards_due,
            rechecks,
            to_confirm,
            plans,
            returned: task_rows(&mut read, caller, &names, &owed.returned, today).await?,
        })
    }
}

/// The numbers of those things the caller may deal with at all.
fn counts(
    caller: &Caller,
    owed: &Owed,
    (due_n, is_late): (i64, bool),
    again_n: i64,
    unsure_n: i64,
    plans_n: usize,
) -> Vec<WorkbenchCount> {
    let may = |rights: &[Action]| rights.iter().any(|right| caller.hats.scope(*right).is_some());
    let count = |code: &str, label: &str, n: i64, tone: &str, href: &str| WorkbenchCount {
        code: code.to_owned(),
        label: label.to_owned(),
        n,
        tone: if n == 0 { "plain" } else { tone }.to_owned(),
        href: href.to_owned(),
    };
    let mut counts = Vec::new();
    if may(&[Action::TaskRead]) {
        counts.push(count("tasks", "我的任务", owed.n, "plain", "/tasks?assignee=me"));
        let all = if may(&[Action::TaskAssign]) {
            "/tasks?overdue=true"
        } else {
            "/tasks?assignee=me&overdue=true"
        };
        counts.push(count("overdue_tasks", "逾期任务", owed.overdue_n, "late", all));
    }
    if may(&[Action::TaskReview]) {
        counts.push(count("reviews", "待审核检查", owed.to_review, "due", "/tasks?state=submitted"));
    }
    if may(&[Action::HazardFix, Action::HazardExtend]) {
        let tone = if is_late { "late" } else { "due" };
        counts.push(count("hazards", "到期逾期隐患", due_n, tone, "/hazards?due=true"));
    }
    if may(&[Action::HazardRecheck]) {
        counts.push(count("rechecks", "待复查隐患", again_n, "due", "/hazards?recheck=true"));
    }
    if may(&[Action::HazardConfirm]) {
        counts.push(count("to_confirm", "待确认等级", unsure_n, "due", "/hazards?to_confirm=true"));
    }
    if may(&[Action::PlanApprove]) {
        let n = i64::try_from(plans_n).unwrap_or(i64::MAX);
        counts.push(count("plans", "待审批计划", n, "due", "/inspection-plans"));
    }
    counts
}

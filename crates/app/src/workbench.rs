//! The workbench: what waits for the caller today, counted and listed, each within the right that lets him deal with it.
//! What does not belong here: dealing with it (`task`, `hazard`, `inspection_plan`).

use std::collections::{BTreeMap, BTreeSet};

use domain::enforcement::Step as CaseStep;
use domain::inspection_plan::{Span, State as PlanState};
use domain::policy::Action;
use domain::task::EventKind;
use domain::time::Date;
use serde::Serialize;
use store::Read;
use store::force::ForceFilter;
use store::report::ReportFilter;
use store::task::{StoredTask, TaskFilter};
use utoipa::ToSchema;

use crate::handover::{HandoverRow, rows as handover_rows, waiting_for};
use crate::hazard::HazardRow;
use crate::hazard::list::{Asked, rows as hazard_rows, soon};
use crate::names::Names;
use crate::parameter::WaitingParameter;
use crate::post::WaitingPost;
use crate::task::{ESCALATE_AFTER, REMIND_AFTER, TaskRow, rows as task_rows, unanswered_since};
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
    /// Places it leaves with too few visits, as its page says.
    pub uncovered_n: Option<usize>,
    /// Row version.
    pub version: i64,
    /// What the caller may do with it here.
    pub actions: Vec<String>,
}

/// Who is there today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OnDuty {
    /// Who has the watch; nobody when none took it.
    pub watch: Option<Named>,
    /// People on today's rosters of the town's own forces.
    pub roster: Vec<Named>,
}

/// What waits for the caller.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkbenchView {
    /// Numbers.
    pub counts: Vec<WorkbenchCount>,
    /// Who is there today, for whoever may see incidents and the town's forces.
    pub on_duty: Option<OnDuty>,
    /// His tasks whose window is open.
    pub today: Vec<TaskRow>,
    /// Late tasks: his own, and those he may give to others.
    pub overdue_tasks: Vec<TaskRow>,
    /// Tasks given to him that he has not answered for too long.
    pub unaccepted: Vec<TaskRow>,
    /// Tasks he may give to others that nobody has answered for longer still.
    pub escalated: Vec<TaskRow>,
    /// Tasks for joint action, after too many vain visits.
    pub referred: Vec<TaskRow>,
    /// Records drawn for review that he may review.
    pub reviews: Vec<TaskRow>,
    /// His tasks whose record was sent back.
    pub returned: Vec<TaskRow>,
    /// Fixes that are late or due within a week.
    pub hazards_due: Vec<HazardRow>,
    /// Finds nobody has graded.
    pub to_grade: Vec<HazardRow>,
    /// Levels that wait for the office's word.
    pub to_confirm: Vec<HazardRow>,
    /// Graded hazards of which nobody has told the unit.
    pub to_advise: Vec<HazardRow>,
    /// Requests for an extension.
    pub extensions: Vec<HazardRow>,
    /// Hazards that wait for somebody to look again.
    pub rechecks: Vec<HazardRow>,
    /// Hazards for which a step of the ladder of escalation is due.
    pub to_escalate: Vec<HazardRow>,
    /// Hazards seen fixed that wait to be closed.
    pub to_close: Vec<HazardRow>,
    /// Plans he may approve.
    pub plans: Vec<WaitingPlan>,
    /// Proposals for the town's parameters that he may decide.
    pub parameters: Vec<WaitingParameter>,
    /// Handovers that wait for his signature.
    pub handovers: Vec<HandoverRow>,
    /// Posts short or about to be, and vacant ones with something open, where he may appoint.
    pub posts: Vec<WaitingPost>,
}

/// Of hazards that wait for a step: which number, what it is called, whose right, which, how urgent, where they are
/// listed.
struct Step {
    code: &'static str,
    label: &'static str,
    rights: &'static [Action],
    asked: fn() -> Asked,
    href: &'static str,
}

/// In the order of a hazard's life.
const STEPS: [Step; 8] = [
    Step {
        code: "hazards",
        label: "到期逾期隐患",
        // Who sees to the fix, and otherwise who decides about its deadline.
        rights: &[Action::HazardFix, Action::HazardExtend],
        asked: || Asked { due: true, ..Asked::default() },
        href: "/hazards?due=true",
    },
    Step {
        code: "to_grade",
        label: "待定级隐患",
        rights: &[Action::HazardGrade],
        asked: || Asked { state: Some("found".to_owned()), ..Asked::default() },
        href: "/hazards?state=found",
    },
    Step {
        code: "to_confirm",
        label: "待确认等级",
        rights: &[Action::HazardConfirm],
        asked: || Asked { to_confirm: true, ..Asked::default() },
        href: "/hazards?to_confirm=true",
    },
    Step {
        code: "to_advise",
        label: "待通知整改",
        rights: &[Action::HazardAdvise, Action::HazardOrder],
        asked: || Asked { to_advise: true, ..Asked::default() },
        href: "/hazards?to_advise=true",
    },
    Step {
        code: "extensions",
        label: "待批延期",
        rights: &[Action::HazardExtend, Action::HazardOrder],
        asked: || Asked { extension_asked: true, ..Asked::default() },
        href: "/hazards?extension_asked=true",
    },
    Step {
        code: "rechecks",
        label: "待复查隐患",
        rights: &[Action::HazardRecheck],
        asked: || Asked { recheck: true, ..Asked::default() },
        href: "/hazards?recheck=true",
    },
    Step {
        code: "to_escalate",
        label: "该升级督办的隐患",
        rights: &[Action::HazardEscalate],
        asked: || Asked { to_escalate: true, ..Asked::default() },
        href: "/hazards?to_escalate=true",
    },
    Step {
        code: "to_close",
        label: "待销案隐患",
        rights: &[Action::HazardClose],
        asked: || Asked { state: Some("passed".to_owned()), ..Asked::default() },
        href: "/hazards?state=passed",
    },
];

/// The hazards that wait for a step the caller may take, those with the nearest deadline first, and how many there are;
/// none when he may take it nowhere.
async fn hazards(
    read: &mut Read,
    caller: &Caller,
    step: &Step,
    names: &Names,
    today: Date,
) -> Result<Option<(i64, Vec<HazardRow>)>> {
    let Some(scope) = step.rights.iter().find_map(|right| caller.hats.scope(*right)) else {
        return Ok(None);
    };
    let filter = (step.asked)().filter(read, &scope, today).await?;
    let n = read.hazard_count(&scope, &filter).await?;
    let listed = read.hazards_by_deadline(&scope, &filter, MOST as i64).await?;
    Ok(Some((n, hazard_rows(read, &listed, names, today).await?)))
}

/// Plans that wait for the caller's approval.
async fn plans(read: &mut Read, caller: &Caller, names: &Names, today: Date) -> Result<Vec<WaitingPlan>> {
    use chrono::Datelike;
    let Some(scope) = caller.hats.scope(Action::PlanApprove) else { return Ok(Vec::new()) };
    let mut waiting = Vec::new();
    for year in [today.year(), today.year() + 1] {
        for mut record in read.inspection_plans(year, None, &scope).await? {
            let PlanState::Submitted { by, .. } = record.plan.state.clone() else { continue };
            let items = read.plan_items(&record.plan.id).await?;
            record.plan.items = items.into_iter().map(|kept| kept.item).collect();
            let left_out = crate::inspection_plan::left_out(read, &record.plan, today).await?;
            let items = &record.plan.items;
            let mut places: Vec<_> = items.iter().map(|item| item.place.clone()).collect();
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
            let is_own = by == caller.person;
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
                uncovered_n: left_out.map(|found| found.gaps.len()),
                version: record.version,
                actions: if is_own { Vec::new() } else { vec!["approve".to_owned(), "send_back".to_owned()] },
            });
        }
    }
    Ok(waiting)
}

/// Who has the watch, and who is on the rosters of the forces that serve the whole town.
async fn on_duty(read: &mut Read, caller: &Caller, names: &Names, today: Date) -> Result<Option<OnDuty>> {
    let sees = caller.hats.scope(Action::IncidentRead).is_some();
    let Some(scope) = caller.hats.scope(Action::ForceRead).filter(|scope| sees && scope.is_whole()) else {
        return Ok(None);
    };
    let held: Vec<_> = read.assignments().await?.into_iter().map(|one| one.assignment).collect();
    let watch = crate::incident::watch::standing(read, &held, today).await?;
    let person = |id: &domain::ids::PersonId| Named::new(id.as_str(), names.person(id));
    let forces = read.forces(&scope, &ForceFilter::default()).await?;
    // A force of the town lies directly below it; those of villages lie deeper.
    let depth = |path: &str| path.split('/').filter(|one| !one.is_empty()).count();
    let least = forces.iter().map(|one| depth(&one.path)).min();
    let own = forces.iter().filter(|one| one.force.is_in_use(today) && Some(depth(&one.path)) == least);
    let own: BTreeMap<_, _> = own.map(|one| (&one.force.id, &one.force)).collect();
    let duties = read.force_duties(None, (today, today)).await?;
    let there = duties
        .iter()
        .filter(|one| own.get(&one.duty.force).is_some_and(|force| force.is_there(&held, &one.duty)));
    let people: BTreeSet<_> = there.map(|one| &one.duty.person).collect();
    Ok(Some(OnDuty {
        watch: watch.as_ref().and_then(|watch| watch.watcher()).map(person),
        roster: people.into_iter().map(person).collect(),
    }))
}

/// Whether the last thing that happened to a task was that its record was sent back.
fn is_returned(stored: &StoredTask) -> bool {
    stored.events.last().is_some_and(|event| matches!(event.kind, EventKind::SentBack { .. }))
}

/// Tasks that a right lets the caller deal with, first due first, and how many there are; none without the right.
async fn tasks(
    read: &mut Read,
    caller: &Caller,
    right: Action,
    filter: &TaskFilter,
    names: &Names,
    today: Date,
) -> Result<Option<(i64, Vec<TaskRow>)>> {
    let Some(scope) = caller.hats.scope(right) else { return Ok(None) };
    let n = read.task_count(&scope, filter).await?;
    let listed = read.tasks(&scope, filter, None, MOST as i64).await?;
    Ok(Some((n, task_rows(read, caller, names, &listed, today).await?)))
}

/// Records drawn for review that the caller may review, which is nobody who planned or made the visit.
async fn reviews(
    read: &mut Read,
    caller: &Caller,
    names: &Names,
    today: Date,
) -> Result<Option<(i64, Vec<TaskRow>)>> {
    let Some(scope) = caller.hats.scope(Action::TaskReview) else { return Ok(None) };
    let submitted = TaskFilter { state: Some("submitted".to_owned()), ..TaskFilter::default() };
    let waiting = read.tasks(&scope, &submitted, None, READ).await?;
    let mut rows = task_rows(read, caller, names, &waiting, today).await?;
    rows.retain(|row| row.actions.contains(&"review"));
    let n = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    rows.truncate(MOST);
    Ok(Some((n, rows)))
}

/// The caller's own tasks: how many, those of today, those whose record was sent back.
async fn own_tasks(
    read: &mut Read,
    caller: &Caller,
    mine: &TaskFilter,
    names: &Names,
    today: Date,
) -> Result<Option<(i64, Vec<TaskRow>, Vec<TaskRow>)>> {
    let Some(scope) = caller.hats.scope(Action::TaskRead) else { return Ok(None) };
    // Owed on any day: late on the last one there is.
    let open = TaskFilter { overdue_as_of: Date::from_ymd_opt(9999, 12, 31), ..mine.clone() };
    let n = read.task_count(&scope, &open).await?;
    let all = read.tasks(&scope, &open, None, READ).await?;
    let (returned, others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_returned);
    let is_now = |one: &StoredTask| one.task.window.from <= today && !one.task.is_overdue(today);
    let now: Vec<_> = others.into_iter().filter(is_now).take(MOST).collect();
    let returned: Vec<_> = returned.into_iter().take(MOST).collect();
    let now = task_rows(read, caller, names, &now, today).await?;
    Ok(Some((n, now, task_rows(read, caller, names, &returned, today).await?)))
}

/// A number of the workbench; one that is zero is plain.
fn count(code: &str, label: &str, n: i64, tone: &str, href: &str) -> WorkbenchCount {
    WorkbenchCount {
        code: code.to_owned(),
        label: label.to_owned(),
        n,
        tone: if n == 0 { "plain" } else { tone }.to_owned(),
        href: href.to_owned(),
    }
}

fn many<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

impl App {
    /// What waits for the caller.
    pub async fn workbench(&self, caller: &Caller) -> Result<WorkbenchView> {
        let today = self.now().date();
        let mut read = self.db.read(&self.town).await?;
        let read = &mut read;
        let names = &Names::read(read).await?;
        let remind = unanswered_since(read, REMIND_AFTER, today).await?;
        let escalate = unanswered_since(read, ESCALATE_AFTER, today).await?;
        let mut counts = Vec::new();
        let mut listed =
            |code: &str, label: &str, tone: &str, href: &str, found: Option<(i64, Vec<TaskRow>)>| {
                let Some((n, rows)) = found else { return Vec::new() };
                counts.push(count(code, label, n, tone, href));
                rows
            };

        let mine = TaskFilter {
            assignee: Some(caller.person.clone()),
            owed_on: Some(today),
            ..TaskFilter::default()
        };
        let own = own_tasks(read, caller, &mine, names, today).await?;
        let own_n = own.as_ref().map(|(n, ..)| (*n, Vec::new()));
        listed("tasks", "我的任务", "plain", "/tasks?assignee=me", own_n);
        let (_, now, returned) = own.unwrap_or_default();
        // Who gives out tasks minds everybody's, and so does who approves the town's plans: he asks who is late.
        let gives = caller.hats.scope(Action::TaskAssign);
        let leads = caller.hats.scope(Action::PlanApprove).is_some_and(|scope| scope.is_whole());
        let late = TaskFilter { overdue_as_of: Some(today), ..TaskFilter::default() };
        let (right, late, href) = match &gives {
            Some(_) => (Action::TaskAssign, late, "/tasks?overdue=true"),
            None if leads => (Action::TaskRead, late, "/tasks?overdue=true"),
            None => {
                let own = TaskFilter { overdue_as_of: Some(today), ..mine.clone() };
                (Action::TaskRead, own, "/tasks?assignee=me&overdue=true")
            }
        };
        let found = tasks(read, caller, right, &late, names, today).await?;
        let overdue_tasks = listed("overdue_tasks", "逾期任务", "late", href, found);
        let waiting = TaskFilter { unanswered_since: Some(remind), ..mine };
        let found = tasks(read, caller, Action::TaskRead, &waiting, names, today).await?;
        let href = "/tasks?assignee=me&unaccepted=remind";
        let unaccepted = listed("unaccepted", "超时未接任务", "late", href, found);
        let waiting = TaskFilter { unanswered_since: Some(escalate), ..TaskFilter::default() };
        let found = tasks(read, caller, Action::TaskAssign, &waiting, names, today).await?;
        let escalated = listed("escalated", "派发后长期未接", "late", "/tasks?unaccepted=escalate", found);
        // Joint action is for those who dispose of the whole town's tasks to arrange.
        let found = match gives.is_some_and(|scope| scope.is_whole()) {
            true => {
                let joint = TaskFilter { state: Some("referred".to_owned()), ..TaskFilter::default() };
                tasks(read, caller, Action::TaskAssign, &joint, names, today).await?
            }
            false => None,
        };
        let referred = listed("referred", "待联合行动", "due", "/tasks?state=referred", found);
        let found = reviews(read, caller, names, today).await?;
        let reviews = listed("reviews", "待审核检查", "due", "/tasks?state=submitted", found);

        let mut waits: BTreeMap<&str, Vec<HazardRow>> = BTreeMap::new();
        for step in &STEPS {
            let Some((n, rows)) = hazards(read, caller, step, names, today).await? else { continue };
            let is_late = step.code == "hazards" && rows.iter().any(|row| row.overdue);
            let tone = if is_late { "late" } else { "due" };
            counts.push(count(step.code, step.label, n, tone, step.href));
            waits.insert(step.code, rows);
        }
        let mut hazards = |code: &str| waits.remove(code).unwrap_or_default();

        let signing = waiting_for(read, caller).await?;
        let handovers = handover_rows(read, caller, &signing, today).await?;
        if !handovers.is_empty() {
            counts.push(count("handovers", "待签交接单", many(&handovers), "due", "/handovers?waiting=true"));
        }
        let unheld = TaskFilter { unheld_on: Some(today), ..TaskFilter::default() };
        if let Some((n, _)) = tasks(read, caller, Action::TaskAssign, &unheld, names, today).await?
            && n > 0
        {
            counts.push(count("unheld", "岗位空缺无人承办的任务", n, "late", "/tasks?unheld=true"));
        }
        // A plan that was approved leaves tasks nobody goes to before somebody gives them out.
        let pending = TaskFilter { to_assign_by: Some(soon(today)), ..TaskFilter::default() };
        if let Some(scope) = caller.hats.scope(Action::TaskAssign) {
            let n = read.task_count(&scope, &pending).await?;
            if n > 0 {
                counts.push(count("to_assign", "待派任务", n, "due", "/tasks?to_assign=true"));
            }
        }
        let posts = crate::post::waiting(read, caller, today).await?;
        if let Some(posts) = &posts {
            let n = |fits: fn(&WaitingPost) -> bool| {
                i64::try_from(posts.iter().filter(|post| fits(post)).count()).unwrap_or(i64::MAX)
            };
            counts.push(count(
                "posts_short",
                "缺员岗位",
                n(|post| post.light == "red"),
                "late",
                "/posts?gap=missing",
            ));
            counts.push(count(
                "posts_soon",
                "将缺或无人可替的岗位",
                n(|post| post.light == "amber"),
                "due",
                "/posts?gap=warned",
            ));
            let left: i64 = posts.iter().map(|post| post.open).sum();
            if left > 0 {
                counts.push(count(
                    "unheld_work",
                    "岗位空缺无人承办的事项",
                    left,
                    "late",
                    "/posts?gap=missing",
                ));
            }
        }
        let mut posts = posts.unwrap_or_default();
        posts.truncate(MOST);
        let certificates = crate::certificate::waiting(read, caller, today).await?;
        if certificates > 0 {
            let href = "/certificates?expiring=true";
            counts.push(count("certificates", "临期和过期证件", certificates, "due", href));
        }
        let plans = plans(read, caller, names, today).await?;
        if caller.hats.scope(Action::PlanApprove).is_some() {
            counts.push(count("plans", "待审批计划", many(&plans), "due", "/inspection-plans"));
        }
        let uncovered = crate::inspection_plan::cover::waiting(read, caller, today).await?;
        if let Some(n) = uncovered.filter(|n| *n > 0) {
            counts.push(count("plans_uncovered", "计划批准后漏排的场所", n, "due", "/inspection-plans"));
        }
        let parameters = crate::parameter::waiting(read, caller, names, today).await?;
        if caller.hats.scope(Action::ParameterDecide).is_some() {
            counts.push(count("parameters", "待审定参数", many(&parameters), "due", "/parameters"));
        }
        let exports = crate::export::request::waiting(read, caller).await?;
        if exports > 0 {
            counts.push(count("exports", "待批导出", exports, "due", "/exports"));
        }
        let (owed, to_verify) = crate::follow_up::waiting(read, caller).await?;
        if owed > 0 {
            counts.push(count("follow_ups", "我的督办事项", owed as i64, "due", "/follow-ups?mine=true"));
        }
        if to_verify > 0 {
            let href = "/follow-ups?state=done";
            counts.push(count("follow_ups_to_verify", "待核实督办事项", to_verify as i64, "due", href));
        }
        if let Some((n, is_late)) = crate::placard::owed(read, caller, today).await?
            && n > 0
        {
            let tone = if is_late { "late" } else { "due" };
            counts.push(count("placards", "待换公示牌", n as i64, tone, "/placards?standing=owed"));
        }
        if caller.hats.scope(Action::ReportIssue).is_some() {
            let submitted = ReportFilter { state: Some("submitted".to_owned()), ..ReportFilter::default() };
            let n = read.reports(&submitted, None, READ).await?.len() as i64;
            if n > 0 {
                counts.push(count("reports", "待签发报告", n, "due", "/reports?state=submitted"));
            }
        }
        let (wanting, expiring) = crate::force::waiting(read, caller, today).await?;
        if wanting > 0 {
            counts.push(count("force_gaps", "站队缺项或待清点", wanting, "due", "/forces?gaps=true"));
        }
        if expiring > 0 {
            counts.push(count("force_certificates", "站队证件临期", expiring, "due", "/forces"));
        }
        let (to_accept, owed_late) = crate::contract::waiting(read, caller, today).await?;
        if to_accept > 0 {
            counts.push(count("deliverables", "待验收服务成果", to_accept, "due", "/contracts"));
        }
        if owed_late > 0 {
            counts.push(count("deliverables_late", "逾期未交付成果", owed_late, "late", "/contracts"));
        }
        let campaigns = crate::campaign::waiting(read, caller, today).await?;
        if campaigns > 0 {
            counts.push(count(
                "campaigns_late",
                "到期未结束专项",
                campaigns,
                "late",
                "/campaigns?state=running",
            ));
        }
        let (drills_late, drills_held) = crate::drill::waiting(read, caller, today).await?;
        if drills_late > 0 {
            counts.push(count("drills_late", "逾期未开展演练", drills_late, "late", "/drills?overdue=true"));
        }
        if drills_held > 0 {
            counts.push(count("drills_held", "待讲评演练", drills_held, "due", "/drills?state=held"));
        }
        let [received, to_approve, to_issue] = crate::paper::waiting(read, caller, today).await?;
        if received > 0 {
            counts.push(count("papers_received", "待办理文件", received, "due", "/papers/received"));
        }
        if to_approve > 0 {
            counts.push(count("papers_to_approve", "待批准文书", to_approve, "due", "/papers?state=draft"));
        }
        if to_issue > 0 {
            counts.push(count("papers_to_issue", "待印发文书", to_issue, "due", "/papers?state=approved"));
        }
        let templates = crate::paper::templates_waiting(read, caller).await?;
        if templates > 0 {
            counts.push(count("paper_templates", "待审定文书模板", templates, "due", "/papers/templates"));
        }
        let (to_call, calls) = crate::call_test::waiting(read, caller, today).await?;
        if calls > 0 {
            counts.push(count("calls", "呼叫测试等我应答", calls, "late", "/call-tests"));
        }
        if to_call > 0 {
            counts.push(count("calls_due", "应呼叫测试的站队", to_call, "late", "/call-tests"));
        }
        let alarms = crate::incident::watch::waiting(read, caller).await?;
        if alarms > 0 {
            counts.push(count("alarms", "待核实警情", alarms, "late", "/duty"));
        }
        let unlearned = crate::incident::reviews_owed(read, caller, today).await?;
        if unlearned > 0 {
            counts.push(count(
                "incident_reviews",
                "逾期未复盘的警情",
                unlearned,
                "late",
                "/incidents?review=overdue",
            ));
        }
        let orders = crate::dispatch::waiting(read, caller).await?;
        if orders > 0 {
            counts.push(count("dispatches", "调派等我应答", orders, "late", "/duty/mine"));
        }
        if let Some([late, at_fault, reported]) = crate::facility::waiting(read, caller, today).await? {
            if late > 0 {
                counts.push(count(
                    "facility_checks",
                    "逾期未查设施",
                    late,
                    "late",
                    "/facilities/due?mine=true",
                ));
            }
            if at_fault > 0 {
                let href = "/facilities?stage=fault,repairing&mine=true";
                counts.push(count("facility_faults", "故障待修设施", at_fault, "late", href));
            }
            if reported > 0 {
                let href = "/facilities?reported=true&mine=true";
                counts.push(count("facility_reports", "群众报告待核实设施", reported, "due", href));
            }
        }
        let lanes = crate::road::blocked::waiting(read, caller, today).await?;
        if lanes > 0 {
            counts.push(count("lanes_blocked", "堵塞通道待核处", lanes as i64, "due", "/roads/blocked"));
        }
        let [silent, troubled] = crate::device::waiting(read, caller, self.now()).await?;
        if troubled > 0 {
            let href = "/devices?state=troubled&mine=true";
            counts.push(count("devices_troubled", "故障、屏蔽或电量低的设备", troubled, "due", href));
        }
        if silent > 0 {
            counts.push(count(
                "devices_silent",
                "失联设备",
                silent,
                "late",
                "/devices?state=silent&mine=true",
            ));
        }
        let [to_screen, to_look, to_answer, late] =
            crate::report_case::waiting(read, caller, self.now()).await?;
        for (code, label, n, tone, href) in [
            (
                "reports_to_screen",
                "待筛查派办举报",
                to_screen,
                "due",
                "/report-cases?stage=received,accepted",
            ),
            (
                "reports_to_look",
                "待核实办理举报",
                to_look,
                "due",
                "/report-cases?stage=assigned,doubted&mine=true",
            ),
            ("reports_to_answer", "待答复举报", to_answer, "due", "/report-cases?stage=handled,emergency"),
            ("reports_late", "超期举报", late, "late", "/report-cases?overdue=true"),
        ] {
            if n > 0 {
                counts.push(count(code, label, n, tone, href));
            }
        }
        let [to_send, to_come, to_leader, to_district] =
            crate::whistle::waiting(read, caller, self.now()).await?;
        for (code, label, n, tone, href) in [
            ("whistles_to_send", "待确认派哨", to_send, "due", "/whistles?stage=raised"),
            ("whistles_to_come", "待报到吹哨单", to_come, "due", "/whistles?mine=true"),
            ("whistles_leader", "逾期未应答，报分管领导", to_leader, "late", "/whistles?silent=true"),
            ("whistles_district", "逾期未应答，提请区级", to_district, "late", "/whistles?silent=true"),
        ] {
            if n > 0 {
                counts.push(count(code, label, n, tone, href));
            }
        }
        let [transfers, listings] = crate::docket::waiting(read, caller, self.now()).await?;
        if transfers > 0 {
            counts.push(count("docket_transfers", "待移送或者待回执", transfers, "late", "/docket"));
        }
        if listings > 0 {
            counts.push(count("docket_listings", "挂牌督办逾期或者未定期限", listings, "late", "/docket"));
        }
        let cases = crate::enforcement::due(read, caller, today).await?;
        if !cases.is_empty() {
            let late = cases.iter().any(|one| one.next_clock.as_ref().is_some_and(|clock| clock.late));
            let tone = if late { "late" } else { "due" };
            counts.push(count(
                "cases_due",
                "办案期限将到或者已过的案件",
                many(&cases),
                tone,
                "/cases?due=true",
            ));
        }
        let awaiting = crate::enforcement::awaiting(read, caller, today).await?;
        let to_review = awaiting.iter().filter(|(step, _)| *step == CaseStep::Review).count();
        for (code, label, n) in [
            ("cases_to_decide", "待我审批的案件", awaiting.len() - to_review),
            ("cases_to_review", "待我法制审核的案件", to_review),
        ] {
            if n > 0 {
                counts.push(count(code, label, n as i64, "due", "/cases?awaited=true"));
            }
        }
        let houses = crate::house::waiting(read, caller).await?;
        if houses > 0 {
            counts.push(count("house_checks", "等我单位核验的自建房", houses, "due", "/houses?mine=true"));
        }
        let to_look = crate::stop_use::waiting(read, caller, today).await?;
        if to_look > 0 {
            let href = "/stop-uses?stage=stopped,return_asked,checked";
            counts.push(count("stop_use_patrols", "逾期未巡查的停用场所", to_look, "late", href));
        }
        let (to_decide, returned_n) = crate::evidence::waiting(read, caller, self.now()).await?;
        if caller.hats.scope(Action::EvidenceDecide).is_some() {
            counts.push(count("evidence", "待认定佐证", to_decide, "due", "/evidence?view=inbox"));
        }
        if returned_n > 0 {
            let href = "/evidence?view=mine&state=rejected";
            counts.push(count("evidence_returned", "退回的佐证", returned_n, "late", href));
        }
        let on_duty = on_duty(read, caller, names, today).await?;
        Ok(WorkbenchView {
            on_duty,
            today: now,
            overdue_tasks,
            unaccepted,
            escalated,
            referred,
            reviews,
            returned,
            hazards_due: hazards("hazards"),
            to_grade: hazards("to_grade"),
            to_confirm: hazards("to_confirm"),
            to_advise: hazards("to_advise"),
            extensions: hazards("extensions"),
            rechecks: hazards("rechecks"),
            to_escalate: hazards("to_escalate"),
            to_close: hazards("to_close"),
            plans,
            parameters,
            handovers,
            posts,
            counts,
        })
    }
}

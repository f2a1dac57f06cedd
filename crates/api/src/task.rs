//! Tasks: lists, one, by hand, giving and stepping.

use app::task::{TaskInput, TaskPage, TaskStep, TaskView, Tasks, TasksAsked};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::task::UnableReason;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::{FormatQuery, attachment};
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{page_size, read_opt_instant, wrong};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(assign))
        .routes(routes!(show))
        .routes(routes!(accept))
        .routes(routes!(start))
        .routes(routes!(review))
        .routes(routes!(send_back))
        .routes(routes!(cancel))
        .routes(routes!(unable))
        .routes(routes!(export))
}

/// Which tasks.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TaskQuery {
    /// Stages, commas between them.
    state: Option<String>,
    /// Only those nobody took on: `remind` or `escalate`, by how long.
    unaccepted: Option<String>,
    /// Person, or `me`.
    assignee: Option<String>,
    /// Place.
    place: Option<String>,
    /// Plan.
    plan: Option<String>,
    /// Village.
    village: Option<String>,
    /// Organisation that leads.
    org: Option<String>,
    /// Only what is overdue.
    overdue: Option<bool>,
    /// Only what is owed by a post that nobody holds.
    unheld: Option<bool>,
    /// Only what waits to be given to somebody and begins within a week, of what the caller may give.
    to_assign: Option<bool>,
    /// Text.
    q: Option<String>,
    /// Last due first, in place of first due first.
    newest: Option<bool>,
    /// Rows of a page.
    limit: Option<i64>,
    /// Where the last page ended.
    after: Option<String>,
}

impl TaskQuery {
    /// What is asked for, and which page of it.
    fn read(self) -> TasksAsked {
        TasksAsked {
            state: self.state,
            unaccepted: self.unaccepted,
            assignee: self.assignee,
            place: filled(self.place).map(Into::into),
            plan: filled(self.plan).map(Into::into),
            village: filled(self.village),
            org: filled(self.org).map(Into::into),
            overdue: self.overdue.unwrap_or(false),
            unheld: self.unheld.unwrap_or(false),
            to_assign: self.to_assign.unwrap_or(false),
            q: filled(self.q),
            newest: self.newest.unwrap_or(false),
            after: self.after,
            limit: page_size(self.limit),
        }
    }
}

/// Tasks for somebody.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TaskAssignment {
    tasks: Vec<TaskAt>,
    /// Person.
    to: String,
}

/// A task at a version.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TaskAt {
    id: String,
    version: u32,
}

/// A step without more to say.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TaskStepInput {
    version: u32,
    /// When it happened, if not now.
    happened_at: Option<String>,
}

/// A step with a reason.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TaskReason {
    version: u32,
    reason: String,
}

/// A visit in vain.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TaskUnable {
    version: u32,
    /// `out_of_business`, `locked` or `refused`.
    reason: String,
    #[serde(default)]
    note: String,
    /// When it happened, if not now.
    happened_at: Option<String>,
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// 检查任务
#[utoipa::path(get, path = "/api/v1/tasks", tag = "task", params(TaskQuery),
    responses((status = 200, body = TaskPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<TaskQuery>,
) -> Answer<Json<TaskPage>> {
    Ok(Json(doors.app.tasks(&caller, &asked.read()).await?))
}

/// 导出任务清单
#[utoipa::path(get, path = "/api/v1/exports/tasks", tag = "task", params(FormatQuery, TaskQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn export(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<FormatQuery>,
    Query(asked): Query<TaskQuery>,
) -> Answer<Response> {
    let format = form.of_list(&doors)?;
    let (name, bytes) = doors.app.export_tasks(&caller, asked.read(), format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// 新建任务
#[utoipa::path(post, path = "/api/v1/tasks", tag = "task", request_body = TaskInput,
    responses((status = 200, body = TaskView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<TaskInput>,
) -> Answer<Json<TaskView>> {
    Ok(Json(doors.app.add_task(&caller, &asked).await?))
}

/// 派发任务
#[utoipa::path(post, path = "/api/v1/tasks/assign", tag = "task", request_body = TaskAssignment,
    responses((status = 200, body = Tasks), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn assign(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<TaskAssignment>,
) -> Answer<Json<Tasks>> {
    let tasks: Vec<_> = asked.tasks.into_iter().map(|one| (one.id.into(), one.version)).collect();
    Ok(Json(doors.app.assign_tasks(&caller, &tasks, &asked.to).await?))
}

/// 一项任务
#[utoipa::path(get, path = "/api/v1/tasks/{id}", tag = "task", params(("id" = String, Path)),
    responses((status = 200, body = TaskView), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<TaskView>> {
    Ok(Json(doors.app.task(&caller, &id.into()).await?))
}

async fn step(
    doors: &Doors,
    caller: &app::Caller,
    id: String,
    asked: &TaskStepInput,
    step: TaskStep,
) -> Answer<Json<TaskView>> {
    let happened_at = read_opt_instant("happened_at", asked.happened_at.as_deref())?;
    Ok(Json(doors.app.step_task(caller, &id.into(), asked.version, happened_at, step).await?))
}

/// 接受
#[utoipa::path(post, path = "/api/v1/tasks/{id}/accept", tag = "task", params(("id" = String, Path)),
    request_body = TaskStepInput,
    responses((status = 200, body = TaskView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn accept(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<TaskStepInput>,
) -> Answer<Json<TaskView>> {
    step(&doors, &caller, id, &asked, TaskStep::Accept).await
}

/// 到场开始
#[utoipa::path(post, path = "/api/v1/tasks/{id}/start", tag = "task", params(("id" = String, Path)),
    request_body = TaskStepInput,
    responses((status = 200, body = TaskView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn start(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<TaskStepInput>,
) -> Answer<Json<TaskView>> {
    step(&doors, &caller, id, &asked, TaskStep::Start).await
}

/// 审核通过
#[utoipa::path(post, path = "/api/v1/tasks/{id}/review", tag = "task", params(("id" = String, Path)),
    request_body = TaskStepInput,
    responses((status = 200, body = TaskView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn review(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<TaskStepInput>,
) -> Answer<Json<TaskView>> {
    step(&doors, &caller, id, &asked, TaskStep::Review).await
}

/// 审核退回
#[utoipa::path(post, path = "/api/v1/tasks/{id}/send-back", tag = "task", params(("id" = String, Path)),
    request_body = TaskReason,
    responses((status = 200, body = TaskView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn send_back(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<TaskReason>,
) -> Answer<Json<TaskView>> {
    let plain = TaskStepInput { version: asked.version, happened_at: None };
    step(&doors, &caller, id, &plain, TaskStep::SendBack { reason: asked.reason }).await
}

/// 取消
#[utoipa::path(post, path = "/api/v1/tasks/{id}/cancel", tag = "task", params(("id" = String, Path)),
    request_body = TaskReason,
    responses((status = 200, body = TaskView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn cancel(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<TaskReason>,
) -> Answer<Json<TaskView>> {
    let plain = TaskStepInput { version: asked.version, happened_at: None };
    step(&doors, &caller, id, &plain, TaskStep::Cancel { reason: asked.reason }).await
}

/// 无法检查
#[utoipa::path(post, path = "/api/v1/tasks/{id}/unable", tag = "task", params(("id" = String, Path)),
    request_body = TaskUnable,
    responses((status = 200, body = TaskView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn unable(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<TaskUnable>,
) -> Answer<Json<TaskView>> {
    let reason = match asked.reason.as_str() {
        "out_of_business" => UnableReason::OutOfBusiness,
        "locked" => UnableReason::Locked,
        "refused" => UnableReason::Refused,
        _ => return Err(wrong("reason", "task.unable_reason", "请选择停业、锁门或拒绝检查")),
    };
    let plain = TaskStepInput { version: asked.version, happened_at: asked.happened_at };
    step(&doors, &caller, id, &plain, TaskStep::Unable { reason, note: asked.note }).await
}

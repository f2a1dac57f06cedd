//! Inspection plans from draft to tasks, and going together.

use app::inspection_plan::{JointOfferView, PlanInput, PlanItemInput, PlanRow, PlanStep, PlanView};
use app::task::TaskView;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::{FormatQuery, attachment};
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show))
        .routes(routes!(propose))
        .routes(routes!(items))
        .routes(routes!(submit))
        .routes(routes!(approve))
        .routes(routes!(reopen))
        .routes(routes!(send_back))
        .routes(routes!(void))
        .routes(routes!(export))
        .routes(routes!(export_visits))
        .routes(routes!(supplement))
        .routes(routes!(offers))
        .routes(routes!(accept_offer))
}

/// Which plans.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlanQuery {
    /// Year; this one when left out.
    year: Option<i32>,
    /// Whose.
    org: Option<String>,
    /// State.
    state: Option<String>,
}

/// Plans.
#[derive(Serialize, ToSchema)]
pub(crate) struct Plans {
    items: Vec<PlanRow>,
}

/// A plan at a version.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PlanAt {
    version: i64,
}

/// A draft at a version, to be filled.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PlanFill {
    version: i64,
    /// What people set by hand is replaced, too; otherwise it stays.
    #[serde(default)]
    anew: bool,
}

/// A plan at a version, and why.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PlanReason {
    version: i64,
    reason: String,
}

/// The visits of a draft.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PlanItemsInput {
    items: Vec<PlanItemInput>,
    version: i64,
}

/// Which month.
#[derive(Deserialize, IntoParams)]
pub(crate) struct OfferQuery {
    year: i32,
    /// 1 to 12.
    month: u32,
}

/// Offers.
#[derive(Serialize, ToSchema)]
pub(crate) struct JointOffers {
    items: Vec<JointOfferView>,
}

/// An offer taken.
#[derive(Deserialize, ToSchema)]
pub(crate) struct JointAccept {
    /// The tasks to be one.
    tasks: Vec<String>,
    /// Organisation that leads.
    lead: String,
}

/// 检查计划
#[utoipa::path(get, path = "/api/v1/inspection-plans", tag = "inspection_plan", params(PlanQuery),
    responses((status = 200, body = Plans), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<PlanQuery>,
) -> Answer<Json<Plans>> {
    let org = asked.org.filter(|text| !text.is_empty()).map(Into::into);
    let state = asked.state.filter(|text| !text.is_empty());
    let items = doors.app.inspection_plans(&caller, asked.year, org.as_ref(), state.as_deref()).await?;
    Ok(Json(Plans { items }))
}

/// 导出检查计划
#[utoipa::path(get, path = "/api/v1/exports/inspection-plans", tag = "inspection_plan", params(FormatQuery, PlanQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn export(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<FormatQuery>,
    Query(asked): Query<PlanQuery>,
) -> Answer<Response> {
    let format = form.of_list(&doors)?;
    let org = asked.org.filter(|text| !text.is_empty()).map(Into::into);
    let state = asked.state.filter(|text| !text.is_empty());
    let which = (asked.year, org.as_ref(), state.as_deref());
    let (name, bytes) = doors.app.export_inspection_plans(&caller, which, format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// 导出一份计划的检查安排
#[utoipa::path(get, path = "/api/v1/exports/inspection-plans/{id}", tag = "inspection_plan",
    params(("id" = String, Path), FormatQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn export_visits(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Query(form): Query<FormatQuery>,
) -> Answer<Response> {
    let format = form.of_list(&doors)?;
    let (name, bytes) = doors.app.export_plan_visits(&caller, &id.into(), format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// 新建计划
#[utoipa::path(post, path = "/api/v1/inspection-plans", tag = "inspection_plan", request_body = PlanInput,
    responses((status = 200, body = PlanView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<PlanInput>,
) -> Answer<Json<PlanView>> {
    Ok(Json(doors.app.add_inspection_plan(&caller, &asked).await?))
}

/// 一份计划
#[utoipa::path(get, path = "/api/v1/inspection-plans/{id}", tag = "inspection_plan", params(("id" = String, Path)),
    responses((status = 200, body = PlanView), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<PlanView>> {
    Ok(Json(doors.app.inspection_plan(&caller, &id.into()).await?))
}

/// 按频次生成
///
/// What people set by hand stays unless `anew` is asked for.
#[utoipa::path(post, path = "/api/v1/inspection-plans/{id}/propose", tag = "inspection_plan",
    params(("id" = String, Path)), request_body = PlanFill,
    responses((status = 200, body = PlanView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn propose(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlanFill>,
) -> Answer<Json<PlanView>> {
    Ok(Json(doors.app.propose_inspection_plan(&caller, &id.into(), asked.version, asked.anew).await?))
}

/// 调整内容
#[utoipa::path(put, path = "/api/v1/inspection-plans/{id}/items", tag = "inspection_plan",
    params(("id" = String, Path)), request_body = PlanItemsInput,
    responses((status = 200, body = PlanView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn items(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlanItemsInput>,
) -> Answer<Json<PlanView>> {
    let items = asked.items.iter().map(PlanItemInput::read).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(doors.app.set_plan_items(&caller, &id.into(), items, asked.version).await?))
}

async fn step(
    doors: &Doors,
    caller: &app::Caller,
    id: String,
    version: i64,
    step: PlanStep,
) -> Answer<Json<PlanView>> {
    Ok(Json(doors.app.step_inspection_plan(caller, &id.into(), version, step).await?))
}

/// 报审
#[utoipa::path(post, path = "/api/v1/inspection-plans/{id}/submit", tag = "inspection_plan",
    params(("id" = String, Path)), request_body = PlanAt,
    responses((status = 200, body = PlanView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn submit(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlanAt>,
) -> Answer<Json<PlanView>> {
    step(&doors, &caller, id, asked.version, PlanStep::Submit).await
}

/// 批准并生成任务
#[utoipa::path(post, path = "/api/v1/inspection-plans/{id}/approve", tag = "inspection_plan",
    params(("id" = String, Path)), request_body = PlanAt,
    responses((status = 200, body = PlanView), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn approve(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlanAt>,
) -> Answer<Json<PlanView>> {
    step(&doors, &caller, id, asked.version, PlanStep::Approve).await
}

/// 重新起草
#[utoipa::path(post, path = "/api/v1/inspection-plans/{id}/reopen", tag = "inspection_plan",
    params(("id" = String, Path)), request_body = PlanAt,
    responses((status = 200, body = PlanView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn reopen(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlanAt>,
) -> Answer<Json<PlanView>> {
    step(&doors, &caller, id, asked.version, PlanStep::Reopen).await
}

/// 退回
#[utoipa::path(post, path = "/api/v1/inspection-plans/{id}/send-back", tag = "inspection_plan",
    params(("id" = String, Path)), request_body = PlanReason,
    responses((status = 200, body = PlanView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn send_back(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlanReason>,
) -> Answer<Json<PlanView>> {
    step(&doors, &caller, id, asked.version, PlanStep::SendBack(asked.reason)).await
}

/// 作废
#[utoipa::path(post, path = "/api/v1/inspection-plans/{id}/void", tag = "inspection_plan",
    params(("id" = String, Path)), request_body = PlanReason,
    responses((status = 200, body = PlanView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlanReason>,
) -> Answer<Json<PlanView>> {
    step(&doors, &caller, id, asked.version, PlanStep::Void(asked.reason)).await
}

/// 生成补充计划
///
/// A draft of what an approved plan of this year does not cover now.
#[utoipa::path(post, path = "/api/v1/inspection-plans/{id}/supplement", tag = "inspection_plan",
    params(("id" = String, Path)), request_body = PlanAt,
    responses((status = 200, body = PlanView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn supplement(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlanAt>,
) -> Answer<Json<PlanView>> {
    Ok(Json(doors.app.supplement_plan(&caller, &id.into(), asked.version).await?))
}

/// 可合并的检查
#[utoipa::path(get, path = "/api/v1/joint-offers", tag = "inspection_plan", params(OfferQuery),
    responses((status = 200, body = JointOffers), (status = 403, body = Problem)))]
async fn offers(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<OfferQuery>,
) -> Answer<Json<JointOffers>> {
    Ok(Json(JointOffers { items: doors.app.joint_offers(&caller, asked.year, asked.month).await? }))
}

/// 合并为联合检查
#[utoipa::path(post, path = "/api/v1/joint-offers/accept", tag = "inspection_plan", request_body = JointAccept,
    responses((status = 200, body = TaskView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn accept_offer(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<JointAccept>,
) -> Answer<Json<TaskView>> {
    let tasks: Vec<_> = asked.tasks.into_iter().map(Into::into).collect();
    Ok(Json(doors.app.accept_joint_offer(&caller, &tasks, &asked.lead.into()).await?))
}

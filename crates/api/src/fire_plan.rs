//! Special fire plans: versions, their items, steps and differences.

use app::fire_plan::view::{
    FirePlanDifference, FirePlanInput, FirePlanList, FirePlanOptions, FirePlanStep, FirePlanView,
};
use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(options))
        .routes(routes!(one, change))
        .routes(routes!(step))
        .routes(routes!(difference))
}

/// 消防专项规划各版本
#[utoipa::path(get, path = "/api/v1/fire-plans", tag = "fire_plan",
    responses((status = 200, body = FirePlanList), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<FirePlanList>> {
    Ok(Json(doors.app.fire_plans(&caller).await?))
}

/// 新建规划版本
#[utoipa::path(post, path = "/api/v1/fire-plans", tag = "fire_plan", request_body = FirePlanInput,
    responses((status = 200, body = FirePlanView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<FirePlanInput>,
) -> Answer<Json<FirePlanView>> {
    Ok(Json(doors.app.add_fire_plan(&caller, asked).await?))
}

/// 编制规划所需选项
#[utoipa::path(get, path = "/api/v1/fire-plans/options", tag = "fire_plan",
    responses((status = 200, body = FirePlanOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<FirePlanOptions>> {
    Ok(Json(doors.app.fire_plan_options(&caller).await?))
}

/// 一个规划版本
#[utoipa::path(get, path = "/api/v1/fire-plans/{id}", tag = "fire_plan", params(("id" = String, Path)),
    responses((status = 200, body = FirePlanView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<FirePlanView>> {
    Ok(Json(doors.app.fire_plan(&caller, &id.into()).await?))
}

/// 修改规划草案
#[utoipa::path(put, path = "/api/v1/fire-plans/{id}", tag = "fire_plan", params(("id" = String, Path)),
    request_body = FirePlanInput,
    responses((status = 200, body = FirePlanView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<FirePlanInput>,
) -> Answer<Json<FirePlanView>> {
    Ok(Json(doors.app.change_fire_plan(&caller, &id.into(), asked).await?))
}

/// 办理规划
#[utoipa::path(post, path = "/api/v1/fire-plans/{id}/steps", tag = "fire_plan", params(("id" = String, Path)),
    request_body = FirePlanStep,
    responses((status = 200, body = FirePlanView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<FirePlanStep>,
) -> Answer<Json<FirePlanView>> {
    Ok(Json(doors.app.step_fire_plan(&caller, &id.into(), asked).await?))
}

/// 两个版本的差异
#[utoipa::path(get, path = "/api/v1/fire-plans/{id}/difference/{before}", tag = "fire_plan",
    params(("id" = String, Path), ("before" = String, Path)),
    responses((status = 200, body = FirePlanDifference), (status = 404, body = Problem)))]
async fn difference(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, before)): Path<(String, String)>,
) -> Answer<Json<FirePlanDifference>> {
    let (before, after) = (before.into(), id.into());
    Ok(Json(doors.app.fire_plan_difference(&caller, (&before, &after)).await?))
}

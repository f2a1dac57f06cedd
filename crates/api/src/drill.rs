//! Drills: planned, held, looked at, closed.

use app::drill::{
    DrillAsked, DrillAssessInput, DrillHeldInput, DrillInput, DrillOptions, DrillPage, DrillView,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::page_size;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, plan))
        .routes(routes!(options))
        .routes(routes!(one, change))
        .routes(routes!(hold))
        .routes(routes!(assess))
        .routes(routes!(close))
        .routes(routes!(cancel))
}

/// Which drills.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `planned`, `held`, `assessed`, `closed`, `cancelled`; several with commas.
    state: Option<String>,
    /// Scenario.
    scenario: Option<String>,
    /// Only what should have been held by now.
    #[serde(default)]
    overdue: bool,
    /// Text in the title.
    q: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows.
    limit: Option<i64>,
}

/// A step that says no more than why.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DrillStepInput {
    #[serde(default)]
    reason: String,
    version: i64,
}

/// 演练
#[utoipa::path(get, path = "/api/v1/drills", tag = "drill", params(Which),
    responses((status = 200, body = DrillPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<DrillPage>> {
    let asked = DrillAsked {
        state: asked.state,
        scenario: asked.scenario.filter(|code| !code.is_empty()),
        overdue: asked.overdue,
        text: asked.q.filter(|q| !q.trim().is_empty()),
        after: asked.after,
        limit: page_size(asked.limit),
    };
    Ok(Json(doors.app.drills(&caller, &asked).await?))
}

/// 安排演练所需选项
#[utoipa::path(get, path = "/api/v1/drills/options", tag = "drill",
    responses((status = 200, body = DrillOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<DrillOptions>> {
    Ok(Json(doors.app.drill_options(&caller).await?))
}

/// 安排演练
#[utoipa::path(post, path = "/api/v1/drills", tag = "drill", request_body = DrillInput,
    responses((status = 200, body = DrillView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn plan(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<DrillInput>,
) -> Answer<Json<DrillView>> {
    Ok(Json(doors.app.plan_drill(&caller, None, asked).await?))
}

/// 一次演练
#[utoipa::path(get, path = "/api/v1/drills/{id}", tag = "drill", params(("id" = String, Path)),
    responses((status = 200, body = DrillView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<DrillView>> {
    Ok(Json(doors.app.drill(&caller, &id.into()).await?))
}

/// 修改演练安排
#[utoipa::path(put, path = "/api/v1/drills/{id}", tag = "drill", params(("id" = String, Path)),
    request_body = DrillInput,
    responses((status = 200, body = DrillView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<DrillInput>,
) -> Answer<Json<DrillView>> {
    Ok(Json(doors.app.plan_drill(&caller, Some(&id.into()), asked).await?))
}

/// 登记演练情况
#[utoipa::path(post, path = "/api/v1/drills/{id}/hold", tag = "drill", params(("id" = String, Path)),
    request_body = DrillHeldInput,
    responses((status = 200, body = DrillView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn hold(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<DrillHeldInput>,
) -> Answer<Json<DrillView>> {
    Ok(Json(doors.app.hold_drill(&caller, &id.into(), asked).await?))
}

/// 讲评
#[utoipa::path(post, path = "/api/v1/drills/{id}/assess", tag = "drill", params(("id" = String, Path)),
    request_body = DrillAssessInput,
    responses((status = 200, body = DrillView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn assess(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<DrillAssessInput>,
) -> Answer<Json<DrillView>> {
    Ok(Json(doors.app.assess_drill(&caller, &id.into(), asked).await?))
}

/// 办结演练
#[utoipa::path(post, path = "/api/v1/drills/{id}/close", tag = "drill", params(("id" = String, Path)),
    request_body = DrillStepInput,
    responses((status = 200, body = DrillView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn close(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<DrillStepInput>,
) -> Answer<Json<DrillView>> {
    Ok(Json(doors.app.close_drill(&caller, &id.into(), asked.version).await?))
}

/// 取消演练
#[utoipa::path(post, path = "/api/v1/drills/{id}/cancel", tag = "drill", params(("id" = String, Path)),
    request_body = DrillStepInput,
    responses((status = 200, body = DrillView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn cancel(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<DrillStepInput>,
) -> Answer<Json<DrillView>> {
    Ok(Json(doors.app.cancel_drill(&caller, &id.into(), &asked.reason, asked.version).await?))
}

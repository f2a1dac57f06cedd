//! Places stopped from use, from the proposal to the return.

use app::stop_use::{StopUseAsked, StopUseInput, StopUseList, StopUseStep, StopUseView};
use axum::Json;
use axum::extract::{Path, Query, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list, propose)).routes(routes!(one)).routes(routes!(step))
}

/// 停止使用名单
#[utoipa::path(get, path = "/api/v1/stop-uses", tag = "stop_use", params(StopUseAsked),
    responses((status = 200, body = StopUseList), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<StopUseAsked>,
) -> Answer<Json<StopUseList>> {
    Ok(Json(doors.app.stop_uses(&caller, &asked).await?))
}

/// 提请停止使用
#[utoipa::path(post, path = "/api/v1/stop-uses", tag = "stop_use", request_body = StopUseInput,
    responses((status = 200, body = StopUseView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn propose(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<StopUseInput>,
) -> Answer<Json<StopUseView>> {
    Ok(Json(doors.app.propose_stop_use(&caller, asked).await?))
}

/// 一件停止使用事项
#[utoipa::path(get, path = "/api/v1/stop-uses/{id}", tag = "stop_use", params(("id" = String, Path)),
    responses((status = 200, body = StopUseView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<StopUseView>> {
    Ok(Json(doors.app.stop_use(&caller, &id.into()).await?))
}

/// 办理停止使用事项
#[utoipa::path(post, path = "/api/v1/stop-uses/{id}/steps", tag = "stop_use", params(("id" = String, Path)),
    request_body = StopUseStep,
    responses((status = 200, body = StopUseView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<StopUseStep>,
) -> Answer<Json<StopUseView>> {
    Ok(Json(doors.app.step_stop_use(&caller, &id.into(), asked).await?))
}

//! Sending people to an incident, and what they say to it.

use app::dispatch::view::{Candidates, DispatchInput, DispatchStep, DispatchView, MyDispatches};
use app::dispatch::way::DispatchWay;
use app::incident::view::IncidentView;
use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(candidates))
        .routes(routes!(dispatch))
        .routes(routes!(step))
        .routes(routes!(way))
        .routes(routes!(mine))
}

/// 可调派人员
#[utoipa::path(get, path = "/api/v1/incidents/{id}/candidates", tag = "dispatch", params(("id" = String, Path)),
    responses((status = 200, body = Candidates), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn candidates(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<Candidates>> {
    Ok(Json(doors.app.candidates(&caller, &id.into()).await?))
}

/// 调派
#[utoipa::path(post, path = "/api/v1/incidents/{id}/dispatches", tag = "dispatch", params(("id" = String, Path)),
    request_body = DispatchInput,
    responses((status = 200, body = IncidentView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn dispatch(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<DispatchInput>,
) -> Answer<Json<IncidentView>> {
    Ok(Json(doors.app.dispatch(&caller, &id.into(), asked).await?))
}

/// 应答调派
#[utoipa::path(post, path = "/api/v1/dispatches/{id}/steps", tag = "dispatch", params(("id" = String, Path)),
    request_body = DispatchStep,
    responses((status = 200, body = DispatchView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<DispatchStep>,
) -> Answer<Json<DispatchView>> {
    Ok(Json(doors.app.step_dispatch(&caller, &id.into(), asked).await?))
}

/// 出动路线与沿途水源
#[utoipa::path(get, path = "/api/v1/dispatches/{id}/way", tag = "dispatch", params(("id" = String, Path)),
    responses((status = 200, body = DispatchWay), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn way(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<DispatchWay>> {
    Ok(Json(doors.app.dispatch_way(&caller, &id.into()).await?))
}

/// 我的调派
#[utoipa::path(get, path = "/api/v1/me/dispatches", tag = "dispatch",
    responses((status = 200, body = MyDispatches)))]
async fn mine(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<MyDispatches>> {
    Ok(Json(doors.app.my_dispatches(&caller).await?))
}

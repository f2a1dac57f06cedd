//! Whistles: raised, sent, answered by each body, judged by both sides.

use app::whistle::kind::{WhistleKindInput, WhistleKindList, WhistleKindRow};
use app::whistle::view::{
    WhistleArrivals, WhistleArrivalsAsked, WhistleAsked, WhistleInput, WhistleList, WhistleNoteInput,
    WhistleOptions, WhistleStep, WhistleView,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, raise))
        .routes(routes!(options))
        .routes(routes!(kinds, propose_kind))
        .routes(routes!(arrivals))
        .routes(routes!(one))
        .routes(routes!(step))
        .routes(routes!(note))
}

/// 吹哨单
#[utoipa::path(get, path = "/api/v1/whistles", tag = "whistle", params(WhistleAsked),
    responses((status = 200, body = WhistleList), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<WhistleAsked>,
) -> Answer<Json<WhistleList>> {
    Ok(Json(doors.app.whistles(&caller, &asked).await?))
}

/// 吹哨所需选项
#[utoipa::path(get, path = "/api/v1/whistles/options", tag = "whistle",
    responses((status = 200, body = WhistleOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<WhistleOptions>> {
    Ok(Json(doors.app.whistle_options(&caller).await?))
}

/// 吹哨类别
#[utoipa::path(get, path = "/api/v1/whistles/kinds", tag = "whistle",
    responses((status = 200, body = WhistleKindList), (status = 403, body = Problem)))]
async fn kinds(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<WhistleKindList>> {
    Ok(Json(doors.app.whistle_kinds(&caller).await?))
}

/// 提出吹哨类别
#[utoipa::path(post, path = "/api/v1/whistles/kinds", tag = "whistle", request_body = WhistleKindInput,
    responses((status = 200, body = WhistleKindRow), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn propose_kind(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<WhistleKindInput>,
) -> Answer<Json<WhistleKindRow>> {
    Ok(Json(doors.app.propose_whistle_kind(&caller, asked).await?))
}

/// 部门到位率
#[utoipa::path(get, path = "/api/v1/whistles/arrivals", tag = "whistle", params(WhistleArrivalsAsked),
    responses((status = 200, body = WhistleArrivals), (status = 403, body = Problem)))]
async fn arrivals(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<WhistleArrivalsAsked>,
) -> Answer<Json<WhistleArrivals>> {
    Ok(Json(doors.app.whistle_arrivals(&caller, &asked).await?))
}

/// 吹哨
#[utoipa::path(post, path = "/api/v1/whistles", tag = "whistle", request_body = WhistleInput,
    responses((status = 200, body = WhistleView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn raise(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<WhistleInput>,
) -> Answer<Json<WhistleView>> {
    Ok(Json(doors.app.raise_whistle(&caller, asked).await?))
}

/// 一张吹哨单
#[utoipa::path(get, path = "/api/v1/whistles/{id}", tag = "whistle", params(("id" = String, Path)),
    responses((status = 200, body = WhistleView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<WhistleView>> {
    Ok(Json(doors.app.whistle(&caller, &id.into()).await?))
}

/// 办理吹哨单
#[utoipa::path(post, path = "/api/v1/whistles/{id}/steps", tag = "whistle", params(("id" = String, Path)),
    request_body = WhistleStep,
    responses((status = 200, body = WhistleView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<WhistleStep>,
) -> Answer<Json<WhistleView>> {
    Ok(Json(doors.app.step_whistle(&caller, &id.into(), asked).await?))
}

/// 本单位内部备注
#[utoipa::path(post, path = "/api/v1/whistles/{id}/notes", tag = "whistle", params(("id" = String, Path)),
    request_body = WhistleNoteInput,
    responses((status = 200, body = WhistleView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn note(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<WhistleNoteInput>,
) -> Answer<Json<WhistleView>> {
    Ok(Json(doors.app.note_whistle(&caller, &id.into(), &asked).await?))
}

//! Handovers of posts and their signatures.

use app::handover::{HandoverInput, HandoverRow, HandoverSign, HandoverView};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(hand_over))
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(sign))
        .routes(routes!(void))
}

/// Which handovers.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Only those not yet signed by both.
    open: Option<bool>,
    /// Only those that wait for the caller's signature.
    waiting: Option<bool>,
}

/// Handovers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Handovers {
    items: Vec<HandoverRow>,
}

/// Why a sheet is set aside.
#[derive(Deserialize, ToSchema)]
pub(crate) struct HandoverVoid {
    reason: String,
    version: i64,
}

/// 岗位交接：一步换人
#[utoipa::path(post, path = "/api/v1/posts/{id}/handover", tag = "handover", params(("id" = String, Path)),
    request_body = HandoverInput,
    responses((status = 200, body = HandoverView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn hand_over(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<HandoverInput>,
) -> Answer<Json<HandoverView>> {
    Ok(Json(doors.app.hand_over(&caller, &id.into(), asked).await?))
}

/// 交接单
#[utoipa::path(get, path = "/api/v1/handovers", tag = "handover", params(Asked),
    responses((status = 200, body = Handovers), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Asked>,
) -> Answer<Json<Handovers>> {
    let (open, waiting) = (asked.open.unwrap_or(false), asked.waiting.unwrap_or(false));
    Ok(Json(Handovers { items: doors.app.handovers(&caller, open, waiting).await? }))
}

/// 一份交接单
#[utoipa::path(get, path = "/api/v1/handovers/{id}", tag = "handover", params(("id" = String, Path)),
    responses((status = 200, body = HandoverView), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<HandoverView>> {
    Ok(Json(doors.app.handover(&caller, &id.into()).await?))
}

/// 交接签字
#[utoipa::path(post, path = "/api/v1/handovers/{id}/sign", tag = "handover", params(("id" = String, Path)),
    request_body = HandoverSign,
    responses((status = 200, body = HandoverView), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn sign(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<HandoverSign>,
) -> Answer<Json<HandoverView>> {
    Ok(Json(doors.app.sign_handover(&caller, &id.into(), asked).await?))
}

/// 作废交接单
#[utoipa::path(post, path = "/api/v1/handovers/{id}/void", tag = "handover", params(("id" = String, Path)),
    request_body = HandoverVoid,
    responses((status = 200, body = HandoverView), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<HandoverVoid>,
) -> Answer<Json<HandoverView>> {
    Ok(Json(doors.app.void_handover(&caller, &id.into(), &asked.reason, asked.version).await?))
}

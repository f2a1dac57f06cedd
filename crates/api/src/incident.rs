//! Incidents: calls taken, steps, the card, figures, masks, the duty screen.

use app::incident::card::Card;
use app::incident::mask::{MaskInput, MaskList, MaskView};
use app::incident::rehearsal::{RehearsalInput, RehearsalView};
use app::incident::statistics::IncidentStatistics;
use app::incident::view::{
    IncidentAsked, IncidentInput, IncidentOptions, IncidentPage, IncidentStep, IncidentView,
};
use app::incident::watch::{DutyScreen, WatchEnd, WatchInput, WatchList, WatchView};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, take_call))
        .routes(routes!(options))
        .routes(routes!(statistics))
        .routes(routes!(one))
        .routes(routes!(card))
        .routes(routes!(step))
        .routes(routes!(duty))
        .routes(routes!(watches, watch))
        .routes(routes!(end_watch))
        .routes(routes!(masks, mask))
        .routes(routes!(unmask))
        .routes(routes!(rehearse))
}

/// 警情
#[utoipa::path(get, path = "/api/v1/incidents", tag = "incident", params(IncidentAsked),
    responses((status = 200, body = IncidentPage), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<IncidentAsked>,
) -> Answer<Json<IncidentPage>> {
    Ok(Json(doors.app.incidents(&caller, &asked).await?))
}

/// 接报警情
#[utoipa::path(post, path = "/api/v1/incidents", tag = "incident", request_body = IncidentInput,
    responses((status = 200, body = IncidentView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn take_call(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<IncidentInput>,
) -> Answer<Json<IncidentView>> {
    Ok(Json(doors.app.take_call(&caller, asked).await?))
}

/// 警情所需选项
#[utoipa::path(get, path = "/api/v1/incidents/options", tag = "incident",
    responses((status = 200, body = IncidentOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<IncidentOptions>> {
    Ok(Json(doors.app.incident_options(&caller).await?))
}

/// Which days.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Days {
    /// First day.
    from: String,
    /// Last day.
    to: String,
}

/// 响应和误报统计
#[utoipa::path(get, path = "/api/v1/incidents/statistics", tag = "incident", params(Days),
    responses((status = 200, body = IncidentStatistics), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn statistics(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Days>,
) -> Answer<Json<IncidentStatistics>> {
    Ok(Json(doors.app.incident_statistics(&caller, &asked.from, &asked.to).await?))
}

/// 一起警情
#[utoipa::path(get, path = "/api/v1/incidents/{id}", tag = "incident", params(("id" = String, Path)),
    responses((status = 200, body = IncidentView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<IncidentView>> {
    Ok(Json(doors.app.incident(&caller, &id.into()).await?))
}

/// 警情处置卡
#[utoipa::path(get, path = "/api/v1/incidents/{id}/card", tag = "incident", params(("id" = String, Path)),
    responses((status = 200, body = Card), (status = 404, body = Problem)))]
async fn card(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<Card>> {
    Ok(Json(doors.app.incident_card(&caller, &id.into()).await?))
}

/// 办理警情
#[utoipa::path(post, path = "/api/v1/incidents/{id}/steps", tag = "incident", params(("id" = String, Path)),
    request_body = IncidentStep,
    responses((status = 200, body = IncidentView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<IncidentStep>,
) -> Answer<Json<IncidentView>> {
    Ok(Json(doors.app.step_incident(&caller, &id.into(), asked).await?))
}

/// 值守屏
#[utoipa::path(get, path = "/api/v1/duty", tag = "incident",
    responses((status = 200, body = DutyScreen), (status = 403, body = Problem)))]
async fn duty(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<DutyScreen>> {
    Ok(Json(doors.app.duty_screen(&caller).await?))
}

/// 接班值守
#[utoipa::path(post, path = "/api/v1/duty/watch", tag = "incident", request_body = WatchInput,
    responses((status = 200, body = WatchView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn watch(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<WatchInput>,
) -> Answer<Json<WatchView>> {
    Ok(Json(doors.app.take_watch(&caller, asked).await?))
}

/// 值守交接记录
#[utoipa::path(get, path = "/api/v1/duty/watch", tag = "incident",
    responses((status = 200, body = WatchList), (status = 403, body = Problem)))]
async fn watches(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<WatchList>> {
    Ok(Json(doors.app.watches(&caller).await?))
}

/// 交班或下班
#[utoipa::path(post, path = "/api/v1/duty/watch/end", tag = "incident", request_body = WatchEnd,
    responses((status = 200, body = WatchView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn end_watch(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<WatchEnd>,
) -> Answer<Json<WatchView>> {
    Ok(Json(doors.app.end_watch(&caller, asked).await?))
}

/// 遮蔽区
#[utoipa::path(get, path = "/api/v1/incident-masks", tag = "incident",
    responses((status = 200, body = MaskList), (status = 403, body = Problem)))]
async fn masks(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<MaskList>> {
    Ok(Json(doors.app.incident_masks(&caller).await?))
}

/// 设置遮蔽区
#[utoipa::path(post, path = "/api/v1/incident-masks", tag = "incident", request_body = MaskInput,
    responses((status = 200, body = MaskView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn mask(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<MaskInput>,
) -> Answer<Json<MaskView>> {
    Ok(Json(doors.app.set_incident_mask(&caller, asked).await?))
}

/// Why a mask is taken back.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MaskVoidInput {
    #[serde(default)]
    reason: String,
    version: i64,
}

/// 撤销遮蔽区
#[utoipa::path(post, path = "/api/v1/incident-masks/{id}/void", tag = "incident", params(("id" = String, Path)),
    request_body = MaskVoidInput,
    responses((status = 200, body = MaskView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn unmask(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<MaskVoidInput>,
) -> Answer<Json<MaskView>> {
    Ok(Json(doors.app.void_incident_mask(&caller, &id, &asked.reason, asked.version).await?))
}

/// 推演
#[utoipa::path(post, path = "/api/v1/incident-rehearsals", tag = "incident", request_body = RehearsalInput,
    responses((status = 200, body = RehearsalView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn rehearse(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<RehearsalInput>,
) -> Answer<Json<RehearsalView>> {
    Ok(Json(doors.app.rehearse(&caller, asked).await?))
}

//! Where something belongs: studies, asked and worked out.

use app::report::ReportView;
use app::siting::view::{SitingAsked, SitingInput, SitingList, SitingOptions, SitingSpots, SitingView};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(options))
        .routes(routes!(spots))
        .routes(routes!(one))
        .routes(routes!(void))
        .routes(routes!(report))
}

/// Why a study is voided.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SitingVoid {
    reason: String,
    version: i64,
}

/// 选址论证
#[utoipa::path(get, path = "/api/v1/sitings", tag = "siting",
    responses((status = 200, body = SitingList), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<SitingList>> {
    Ok(Json(doors.app.sitings(&caller).await?))
}

/// 新建选址论证
#[utoipa::path(post, path = "/api/v1/sitings", tag = "siting", request_body = SitingInput,
    responses((status = 200, body = SitingView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<SitingInput>,
) -> Answer<Json<SitingView>> {
    Ok(Json(doors.app.add_siting(&caller, asked).await?))
}

/// 选址论证所需选项
#[utoipa::path(get, path = "/api/v1/sitings/options", tag = "siting",
    responses((status = 200, body = SitingOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<SitingOptions>> {
    Ok(Json(doors.app.siting_options(&caller).await?))
}

/// 可作候选点的设施和站队
#[utoipa::path(get, path = "/api/v1/sitings/spots", tag = "siting", params(SitingAsked),
    responses((status = 200, body = SitingSpots), (status = 403, body = Problem)))]
async fn spots(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<SitingAsked>,
) -> Answer<Json<SitingSpots>> {
    Ok(Json(doors.app.siting_spots(&caller, &asked).await?))
}

/// 一次选址论证
#[utoipa::path(get, path = "/api/v1/sitings/{id}", tag = "siting", params(("id" = String, Path)),
    responses((status = 200, body = SitingView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<SitingView>> {
    Ok(Json(doors.app.siting(&caller, &id.into()).await?))
}

/// 作废选址论证
#[utoipa::path(post, path = "/api/v1/sitings/{id}/void", tag = "siting", params(("id" = String, Path)),
    request_body = SitingVoid,
    responses((status = 200, body = SitingView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<SitingVoid>,
) -> Answer<Json<SitingView>> {
    Ok(Json(doors.app.void_siting(&caller, &id.into(), asked.version, &asked.reason).await?))
}

/// 起草消防站建设需求论证报告
#[utoipa::path(post, path = "/api/v1/sitings/{id}/report", tag = "siting", params(("id" = String, Path)),
    responses((status = 200, body = ReportView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn report(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<ReportView>> {
    Ok(Json(doors.app.report_siting(&caller, &id.into()).await?))
}

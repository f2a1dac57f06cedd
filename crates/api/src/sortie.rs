//! Sorties: what a station went out for.

use app::sortie::{SortieAsked, SortieInput, SortieOptions, SortiePage, SortieView};
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
        .routes(routes!(list, record))
        .routes(routes!(options))
        .routes(routes!(one))
        .routes(routes!(void))
}

/// Which sorties.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Station.
    force: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows.
    limit: Option<i64>,
}

/// Why a sortie is voided.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SortieVoidInput {
    #[serde(default)]
    reason: String,
    version: i64,
}

/// 出动记录
#[utoipa::path(get, path = "/api/v1/sorties", tag = "sortie", params(Which),
    responses((status = 200, body = SortiePage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<SortiePage>> {
    let force = asked.force.filter(|id| !id.is_empty());
    let asked = SortieAsked { force, after: asked.after, limit: page_size(asked.limit) };
    Ok(Json(doors.app.sorties(&caller, &asked).await?))
}

/// 登记出动所需选项
#[utoipa::path(get, path = "/api/v1/sorties/options", tag = "sortie",
    responses((status = 200, body = SortieOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<SortieOptions>> {
    Ok(Json(doors.app.sortie_options(&caller).await?))
}

/// 登记出动
#[utoipa::path(post, path = "/api/v1/sorties", tag = "sortie", request_body = SortieInput,
    responses((status = 200, body = SortieView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn record(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<SortieInput>,
) -> Answer<Json<SortieView>> {
    Ok(Json(doors.app.record_sortie(&caller, asked).await?))
}

/// 一次出动
#[utoipa::path(get, path = "/api/v1/sorties/{id}", tag = "sortie", params(("id" = String, Path)),
    responses((status = 200, body = SortieView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<SortieView>> {
    Ok(Json(doors.app.sortie(&caller, &id.into()).await?))
}

/// 作废出动记录
#[utoipa::path(post, path = "/api/v1/sorties/{id}/void", tag = "sortie", params(("id" = String, Path)),
    request_body = SortieVoidInput,
    responses((status = 200, body = SortieView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<SortieVoidInput>,
) -> Answer<Json<SortieView>> {
    Ok(Json(doors.app.void_sortie(&caller, &id.into(), &asked.reason, asked.version).await?))
}

//! The gate of clause 11: exemptions the leader recorded; the list of who enforces, helps to and inspects.

use app::gate::{ExemptionInput, ExemptionView, RollView};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::{FormatQuery, attachment};
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, record))
        .routes(routes!(void))
        .routes(routes!(roll))
        .routes(routes!(export))
}

/// All exemptions.
#[derive(Serialize, ToSchema)]
pub(crate) struct Exemptions {
    items: Vec<ExemptionView>,
}

/// Why an exemption is taken back.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ExemptionVoid {
    #[serde(default)]
    reason: String,
    version: i64,
}

/// 上岗豁免
#[utoipa::path(get, path = "/api/v1/gate/exemptions", tag = "gate",
    responses((status = 200, body = Exemptions), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<Exemptions>> {
    Ok(Json(Exemptions { items: doors.app.exemptions(&caller).await? }))
}

/// 执法检查人员名录
#[utoipa::path(get, path = "/api/v1/gate/roll", tag = "gate",
    responses((status = 200, body = RollView), (status = 403, body = Problem)))]
async fn roll(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<RollView>> {
    Ok(Json(doors.app.enforcement_roll(&caller).await?))
}

/// 登记上岗豁免
#[utoipa::path(post, path = "/api/v1/gate/exemptions", tag = "gate", request_body = ExemptionInput,
    responses((status = 200, body = ExemptionView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn record(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ExemptionInput>,
) -> Answer<Json<ExemptionView>> {
    Ok(Json(doors.app.record_exemption(&caller, asked).await?))
}

/// 撤销上岗豁免
#[utoipa::path(post, path = "/api/v1/gate/exemptions/{id}/void", tag = "gate", params(("id" = String, Path)),
    request_body = ExemptionVoid,
    responses((status = 200, body = ExemptionView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ExemptionVoid>,
) -> Answer<Json<ExemptionView>> {
    Ok(Json(doors.app.void_exemption(&caller, &id.into(), &asked.reason, asked.version).await?))
}

/// 导出执法检查人员名录
#[utoipa::path(get, path = "/api/v1/exports/officers", tag = "gate", params(FormatQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn export(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<FormatQuery>,
) -> Answer<Response> {
    let format = form.of_list(&doors)?;
    let (name, bytes) = doors.app.export_roll(&caller, format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

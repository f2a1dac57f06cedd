//! The register as a file.

use app::export::Format;
use app::export::request::{ExportDecision, ExportInput, ExportView};
use app::place::view::PlaceQuery;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(places))
        .routes(routes!(list, ask))
        .routes(routes!(decide))
        .routes(routes!(take))
}

/// Form of the file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormatQuery {
    /// `xlsx`, `csv`, `geojson`, `kml` or `gpkg`.
    format: Option<String>,
    /// What it is for.
    reason: Option<String>,
}

impl FormatQuery {
    /// The form a list is wanted in; a workbook when nothing is said.
    pub(crate) fn of_list(&self, doors: &Doors) -> Answer<Format> {
        Ok(doors.app.list_format_of(self.format.as_deref().unwrap_or("xlsx"))?)
    }
}

/// 导出场所台账
#[utoipa::path(get, path = "/api/v1/exports/places", tag = "export", params(FormatQuery, PlaceQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 429, body = Problem), (status = 422, body = Problem)))]
async fn places(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<FormatQuery>,
    Query(query): Query<PlaceQuery>,
) -> Answer<Response> {
    let format = doors.app.format_of(form.format.as_deref().unwrap_or("xlsx"))?;
    let reason = form.reason.as_deref().unwrap_or_default();
    let (name, bytes) = doors.app.export_places(&caller, &query, format, reason).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// Requests to take a ledger out.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportList {
    items: Vec<ExportView>,
}

/// 导出申请
#[utoipa::path(get, path = "/api/v1/exports", tag = "export",
    responses((status = 200, body = ExportList), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<ExportList>> {
    Ok(Json(ExportList { items: doors.app.exports(&caller).await? }))
}

/// 申请导出
#[utoipa::path(post, path = "/api/v1/exports", tag = "export", request_body = ExportInput,
    responses((status = 200, body = ExportView), (status = 422, body = Problem)))]
async fn ask(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ExportInput>,
) -> Answer<Json<ExportView>> {
    Ok(Json(doors.app.ask_export(&caller, asked).await?))
}

/// 批准导出
#[utoipa::path(post, path = "/api/v1/exports/{id}/decide", tag = "export", params(("id" = String, Path)),
    request_body = ExportDecision,
    responses((status = 200, body = ExportView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn decide(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ExportDecision>,
) -> Answer<Json<ExportView>> {
    Ok(Json(doors.app.decide_export(&caller, &id, asked).await?))
}

/// 导出已批准的台账
#[utoipa::path(get, path = "/api/v1/exports/{id}/file", tag = "export", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn take(State(doors): State<Doors>, Known(caller): Known, Path(id): Path<String>) -> Answer<Response> {
    let (name, format, bytes) = doors.app.take_export(&caller, &id).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// Bytes to be saved under a name.
pub(crate) fn attachment(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let encoded: String = name
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    let saved = format!("attachment; filename*=UTF-8''{encoded}");
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(saved) = HeaderValue::from_str(&saved) {
        headers.insert(header::CONTENT_DISPOSITION, saved);
    }
    response
}

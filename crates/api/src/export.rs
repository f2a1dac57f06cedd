//! The register as a file.

use app::place::view::PlaceQuery;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(places))
}

/// Form of the file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormatQuery {
    /// `xlsx`, `csv` or `geojson`.
    format: Option<String>,
    /// What it is for; needed when it names many persons.
    reason: Option<String>,
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

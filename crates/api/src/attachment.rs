//! Files that come with a record: in whole, out as downloads.

use app::attachment::{AttachmentInput, AttachmentView};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::{Doors, MAX_UPLOAD};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(download))
}

pub(crate) fn upload_routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(upload)).layer(DefaultBodyLimit::max(MAX_UPLOAD))
}

/// What the file is and what it belongs to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AttachmentQuery {
    /// Id, made by the page.
    id: String,
    /// `evidence`, `letter`, `contract`, `assessment` or `paper`.
    object_kind: String,
    /// Id of the record, which may come later.
    object_id: String,
    /// Its name.
    name: String,
}

/// 上传附件
#[utoipa::path(post, path = "/api/v1/attachments", tag = "attachment", params(AttachmentQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = AttachmentView), (status = 422, body = Problem)))]
async fn upload(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<AttachmentQuery>,
    bytes: Bytes,
) -> Answer<Json<AttachmentView>> {
    let file = AttachmentInput {
        id: asked.id.to_lowercase(),
        object_kind: asked.object_kind,
        object_id: asked.object_id.to_lowercase(),
        name: asked.name,
        bytes: bytes.to_vec(),
    };
    Ok(Json(doors.app.attach(&caller, file).await?))
}

/// 下载附件
#[utoipa::path(get, path = "/api/v1/attachments/{id}", tag = "attachment", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
async fn download(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Response> {
    let file = doors.app.attachment(&caller, &id.to_lowercase()).await?;
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(&file.media_type).ok();
    headers
        .insert(header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    // Never shown in place: whatever is in it does not run beside our pages.
    let named = format!("attachment; filename*=UTF-8''{}", percent(&file.name));
    let disposition = HeaderValue::from_str(&named).ok();
    headers
        .insert(header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}

/// A name as RFC 5987 writes it.
pub(crate) fn percent(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

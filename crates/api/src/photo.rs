//! Photos in parts, how far one has come, and the pictures themselves.

use app::photo::{Part, PhotoFile, PhotoProgress, Purpose, Taken};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{read_opt_instant, wrong};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(put, show)).routes(routes!(state)).routes(routes!(thumb))
}

/// What a photo is for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct PhotoFor {
    /// `inspection`, `hazard`, `evidence`, `letter` or `paper`.
    pub object_kind: Option<String>,
    /// Id of the object, which may come later.
    pub object_id: Option<String>,
    /// `overview`, `item`, `before`, `fix`, `recheck` or `signature`.
    pub role: Option<String>,
    /// Checklist item.
    pub item: Option<String>,
    /// When it was taken, RFC 3339.
    pub taken_at: Option<String>,
    /// Degrees east.
    pub lon: Option<f64>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// SHA-256 of the file the picture was made from, before it was made smaller and time and place were written into it.
    pub original_sha256: Option<String>,
}

/// A part that does not continue what is here.
#[derive(Serialize, ToSchema)]
pub(crate) struct PhotoOffset {
    #[serde(rename = "type")]
    kind: &'static str,
    status: u16,
    /// `photo.offset`.
    code: &'static str,
    title: &'static str,
    detail: &'static str,
    /// Go on from here. Units: bytes.
    received: u64,
    complete: bool,
}

/// A part, put together from what was sent.
pub(crate) fn part_of(id: &str, asked: PhotoFor, headers: &HeaderMap, bytes: &Bytes) -> Answer<Part> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
    let number = |name: &'static str| {
        text(name)
            .and_then(|v| v.parse::<u64>().ok())
            .ok_or_else(|| wrong(name, "photo.header", "缺少上传位置或长度，请刷新页面后再试"))
    };
    let taken_at = read_opt_instant("taken_at", asked.taken_at.as_deref())?.map(|at| at.0);
    Ok(Part {
        id: id.to_lowercase().into(),
        purpose: Purpose {
            object_kind: asked.object_kind.unwrap_or_default(),
            object_id: asked.object_id.unwrap_or_default(),
            role: asked.role.unwrap_or_default(),
            item: asked.item.unwrap_or_default(),
            taken_at,
            lon: asked.lon,
            lat: asked.lat,
            original: asked.original_sha256.map(|hash| hash.to_lowercase()).filter(|hash| !hash.is_empty()),
        },
        offset: number("upload-offset")?,
        length: number("upload-length")?,
        sha256: text("upload-sha256").unwrap_or_default().to_lowercase(),
        bytes: bytes.to_vec(),
    })
}

/// What is said to a part.
pub(crate) fn told(taken: Taken) -> Response {
    match taken {
        Taken::Here(progress) => Json(progress).into_response(),
        Taken::Elsewhere(progress) => {
            let title = "断点不一致，请从已收到的位置续传";
            let problem = PhotoOffset {
                kind: "about:blank",
                status: StatusCode::CONFLICT.as_u16(),
                code: "photo.offset",
                title,
                detail: title,
                received: progress.received,
                complete: progress.complete,
            };
            let mut response = (StatusCode::CONFLICT, Json(problem)).into_response();
            let kind = HeaderValue::from_static("application/problem+json");
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            response
        }
    }
}

/// A picture on its way out: never guessed at, never run, kept by the browser of who may see it.
pub(crate) fn picture(file: PhotoFile) -> Response {
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(&file.media_type).ok();
    headers
        .insert(header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", file.hash)) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// 上传照片的一段
#[utoipa::path(put, path = "/api/v1/photos/{id}", tag = "photo", params(("id" = String, Path), PhotoFor),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = PhotoProgress), (status = 409, body = PhotoOffset), (status = 422, body = Problem)))]
async fn put(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Query(asked): Query<PhotoFor>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer<Response> {
    let part = part_of(&id, asked, &headers, &bytes)?;
    Ok(told(doors.app.photo_part(&caller, part).await?))
}

/// 照片已收到多少
#[utoipa::path(get, path = "/api/v1/photos/{id}/state", tag = "photo", params(("id" = String, Path)),
    responses((status = 200, body = PhotoProgress), (status = 404, body = Problem)))]
async fn state(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<PhotoProgress>> {
    Ok(Json(doors.app.photo_state(&caller, &id.to_lowercase().into()).await?))
}

/// 照片原图
#[utoipa::path(get, path = "/api/v1/photos/{id}", tag = "photo", params(("id" = String, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404, body = Problem)))]
async fn show(State(doors): State<Doors>, Known(caller): Known, Path(id): Path<String>) -> Answer<Response> {
    Ok(picture(doors.app.photo(&caller, &id.to_lowercase().into(), false).await?))
}

/// 照片小图
#[utoipa::path(get, path = "/api/v1/photos/{id}/thumb", tag = "photo", params(("id" = String, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404, body = Problem)))]
async fn thumb(State(doors): State<Doors>, Known(caller): Known, Path(id): Path<String>) -> Answer<Response> {
    Ok(picture(doors.app.photo(&caller, &id.to_lowercase().into(), true).await?))
}

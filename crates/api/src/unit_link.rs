//! The unit owner's door: a code instead of a login, no cookie, its own limits. What does not belong here: what a code
//! opens (`app::unit_link`).

use domain::time::MINUTE_MS;
use std::sync::Arc;
use std::time::Duration;

use app::Error;
use app::photo::PhotoProgress;
use app::unit_link::{UnitAnswer, UnitFix, UnitOperation, UnitView, UnitWish};
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::limit::{From, Limiter};
use crate::photo::{PhotoFor, PhotoOffset, part_of, picture, told};
use crate::problem::{Answer, Problem, Refusal};
use crate::router::Doors;

/// Wrong codes from one address before it has to wait.
const MAX_WRONG: u32 = 10;
/// How long it waits.
const WRONG_MS: i64 = 15 * MINUTE_MS;
/// Requests of one address in a minute: nine photos in parts over a good line.
const MAX_ADDRESS: u32 = 900;
/// Requests by one code in a minute.
const MAX_CODE: u32 = 900;
/// Fixes and requests by one code in an hour.
const MAX_WRITES: u32 = 20;
/// An opening counts again after so long.
const OPENING_MS: i64 = 10 * MINUTE_MS;
/// A wrong code is answered this late.
const SLOW: Duration = Duration::from_millis(400);

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(put_photo, show_photo))
        .routes(routes!(photo_state))
        .routes(routes!(fix))
        .routes(routes!(extend))
        .layer(Extension(Arc::new(Limiter::default())))
}

type Limits = Extension<Arc<Limiter>>;

/// A fix as the unit hands it in.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UnitFixInput {
    /// Who hands it in.
    name: String,
    /// What was done.
    #[serde(default)]
    note: String,
    /// Ids of pictures sent before.
    photos: Vec<String>,
}

/// The unit's request for the one extension.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UnitExtensionInput {
    /// Who asks.
    name: String,
    /// Days of the kind first allowed.
    days: u16,
    /// Why.
    reason: String,
}

/// What a request is counted under: never the code itself.
fn key(code: &str) -> String {
    app::request_hash(app::unit_link::plain(code).as_bytes())
}

/// Counts a request before anything is looked up.
fn admit(doors: &Doors, limiter: &Limiter, from: &From, code: &str) -> Answer<()> {
    let now = doors.app.now();
    limiter.check(&format!("wrong {}", from.0), MAX_WRONG, now)?;
    limiter.pass(&format!("address {}", from.0), MAX_ADDRESS, MINUTE_MS, now)?;
    limiter.pass(&format!("code {}", key(code)), MAX_CODE, MINUTE_MS, now)?;
    Ok(())
}

/// The answer, or the refusal; a code that nobody has is counted and answered late.
async fn answered<T>(doors: &Doors, limiter: &Limiter, from: &From, said: app::Result<T>) -> Answer<T> {
    if matches!(said, Err(Error::NotFound)) {
        // Counting alone: whether it is too many is asked at the next request.
        let _ = limiter.pass(&format!("wrong {}", from.0), MAX_WRONG, WRONG_MS, doors.app.now());
        tokio::time::sleep(SLOW).await;
    }
    said.map_err(Refusal)
}

fn wrote(doors: &Doors, limiter: &Limiter, code: &str) -> Answer<()> {
    let key = format!("write {}", key(code));
    Ok(limiter.pass(&key, MAX_WRITES, 60 * MINUTE_MS, doors.app.now())?)
}

/// The body as JSON, and the operation it is sent under.
fn read_body<T: DeserializeOwned>(
    path: &str,
    headers: &HeaderMap,
    bytes: &Bytes,
) -> Answer<(T, Option<UnitOperation>)> {
    let input = serde_json::from_slice(bytes).map_err(|_| {
        Refusal(Error::Refused {
            code: "body.invalid",
            message: "提交的内容不完整，请刷新页面后再试".to_owned(),
        })
    })?;
    let id = headers.get("idempotency-key").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let operation = id.map(|id| UnitOperation {
        id,
        request_hash: app::request_hash(&[path.as_bytes(), b"\n", bytes.as_ref()].concat()),
    });
    Ok((input, operation))
}

fn answer(said: UnitAnswer) -> Response {
    match said {
        UnitAnswer::Now(view) => Json(*view).into_response(),
        UnitAnswer::Again(text) => {
            let mut response = Response::new(Body::from(text));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
            response
        }
    }
}

/// 单位查看隐患
#[utoipa::path(get, path = "/api/v1/unit/{code}", tag = "unit", params(("code" = String, Path)),
    responses((status = 200, body = UnitView), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    Path(code): Path<String>,
) -> Answer<Json<UnitView>> {
    admit(&doors, &limiter, &from, &code)?;
    let count = limiter.is_first(&format!("open {}", key(&code)), OPENING_MS, doors.app.now());
    let said = doors.app.unit(&code, count).await;
    answered(&doors, &limiter, &from, said).await.map(Json)
}

/// 单位上传照片的一段
#[utoipa::path(put, path = "/api/v1/unit/{code}/photos/{id}", tag = "unit",
    params(("code" = String, Path), ("id" = String, Path), PhotoFor),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = PhotoProgress), (status = 409, body = PhotoOffset), (status = 404, body = Problem)))]
async fn put_photo(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    Path((code, id)): Path<(String, String)>,
    Query(asked): Query<PhotoFor>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer<Response> {
    admit(&doors, &limiter, &from, &code)?;
    let part = part_of(&id, asked, &headers, &bytes)?;
    let said = doors.app.unit_photo_part(&code, part).await;
    answered(&doors, &limiter, &from, said).await.map(told)
}

/// 单位的照片已收到多少
#[utoipa::path(get, path = "/api/v1/unit/{code}/photos/{id}/state", tag = "unit",
    params(("code" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = PhotoProgress), (status = 404, body = Problem)))]
async fn photo_state(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    Path((code, id)): Path<(String, String)>,
) -> Answer<Json<PhotoProgress>> {
    admit(&doors, &limiter, &from, &code)?;
    let said = doors.app.unit_photo_state(&code, &id.to_lowercase().into()).await;
    answered(&doors, &limiter, &from, said).await.map(Json)
}

/// 单位查看照片
#[utoipa::path(get, path = "/api/v1/unit/{code}/photos/{id}", tag = "unit",
    params(("code" = String, Path), ("id" = String, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 404, body = Problem)))]
async fn show_photo(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    Path((code, id)): Path<(String, String)>,
) -> Answer<Response> {
    admit(&doors, &limiter, &from, &code)?;
    let said = doors.app.unit_photo(&code, &id.to_lowercase().into()).await;
    answered(&doors, &limiter, &from, said).await.map(picture)
}

/// 单位提交整改
#[utoipa::path(post, path = "/api/v1/unit/{code}/fix", tag = "unit", params(("code" = String, Path)),
    request_body = UnitFixInput,
    responses((status = 200, body = UnitView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn fix(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    Path(code): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer<Response> {
    admit(&doors, &limiter, &from, &code)?;
    wrote(&doors, &limiter, &code)?;
    let (input, operation) = read_body::<UnitFixInput>("fix", &headers, &bytes)?;
    let photos = input.photos.into_iter().map(|id| id.to_lowercase().into()).collect();
    let fix = UnitFix { name: input.name, note: input.note, photos };
    let said = doors.app.unit_fix(&code, fix, operation).await;
    answered(&doors, &limiter, &from, said).await.map(answer)
}

/// 单位申请延期
#[utoipa::path(post, path = "/api/v1/unit/{code}/extension", tag = "unit", params(("code" = String, Path)),
    request_body = UnitExtensionInput,
    responses((status = 200, body = UnitView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn extend(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    Path(code): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer<Response> {
    admit(&doors, &limiter, &from, &code)?;
    wrote(&doors, &limiter, &code)?;
    let (input, operation) = read_body::<UnitExtensionInput>("extension", &headers, &bytes)?;
    let wish = UnitWish { name: input.name, days: input.days, reason: input.reason };
    let said = doors.app.unit_extension(&code, wish, operation).await;
    answered(&doors, &limiter, &from, said).await.map(answer)
}

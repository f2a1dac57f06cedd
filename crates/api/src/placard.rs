//! Placards: the list with its coverage, making, printing, hanging up; and the public pages behind their codes.

pub(crate) mod page;

use std::sync::Arc;

use app::job::JobView;
use app::placard::{
    PlacardAsked, PlacardChange, PlacardInput, PlacardOptions, PlacardPage, PlacardPost, PlacardPrintInput,
    PlacardView,
};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::{FormatQuery, attachment};
use crate::limit::Limiter;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(export))
        .routes(routes!(options))
        .routes(routes!(print))
        .routes(routes!(printed))
        .routes(routes!(one, change))
        .routes(routes!(pdf))
        .routes(routes!(post))
        .routes(routes!(void))
        .routes(routes!(page::placard))
        .routes(routes!(page::officers))
        .layer(Extension(Arc::new(Limiter::default())))
}

/// Which placards.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Code of a village.
    village: Option<String>,
    /// `village`, `group`, `building`, `grid`, `station` or `unit`.
    kind: Option<String>,
    /// `to_post`, `current`, `changed`, `photo_old`, `renamed`, `phone`, `void`; `owed` for all that somebody has to go to.
    standing: Option<String>,
    /// Text in what it is about or where it hangs.
    q: Option<String>,
    /// Those taken down too.
    #[serde(default)]
    with_void: bool,
}

impl From<Which> for PlacardAsked {
    fn from(which: Which) -> Self {
        let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Self {
            village: said(which.village),
            kind: said(which.kind),
            standing: said(which.standing),
            text: said(which.q),
            with_void: which.with_void,
        }
    }
}

/// On what to draw.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OnWhat {
    /// `a4`, `a3` or `door`; the placard's own when left out.
    size: Option<String>,
}

/// Why a placard is taken down.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PlacardVoid {
    reason: String,
    version: i64,
}

/// 公示牌
#[utoipa::path(get, path = "/api/v1/placards", tag = "placard", params(Which),
    responses((status = 200, body = PlacardPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<PlacardPage>> {
    Ok(Json(doors.app.placards(&caller, &asked.into()).await?))
}

/// 新建公示牌所需选项
#[utoipa::path(get, path = "/api/v1/placards/options", tag = "placard",
    responses((status = 200, body = PlacardOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<PlacardOptions>> {
    Ok(Json(doors.app.placard_options(&caller).await?))
}

/// 新建公示牌
#[utoipa::path(post, path = "/api/v1/placards", tag = "placard", request_body = PlacardInput,
    responses((status = 200, body = PlacardView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<PlacardInput>,
) -> Answer<Json<PlacardView>> {
    Ok(Json(doors.app.add_placard(&caller, asked).await?))
}

/// 打印公示牌
#[utoipa::path(post, path = "/api/v1/placards/print", tag = "placard", request_body = PlacardPrintInput,
    responses((status = 200, body = JobView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn print(
    State(doors): State<Doors>,
    Known(caller): Known,
    headers: HeaderMap,
    Json(asked): Json<PlacardPrintInput>,
) -> Answer<Json<JobView>> {
    Ok(Json(doors.app.print_placards(&caller, &asked, &doors.base(&headers)).await?))
}

/// 下载打印文件
#[utoipa::path(get, path = "/api/v1/placards/print/{job}", tag = "placard", params(("job" = String, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn printed(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(job): Path<String>,
) -> Answer<Response> {
    Ok(in_place(doors.app.printed_placards(&caller, &job).await?.bytes))
}

/// 一块公示牌
#[utoipa::path(get, path = "/api/v1/placards/{id}", tag = "placard", params(("id" = String, Path)),
    responses((status = 200, body = PlacardView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<PlacardView>> {
    Ok(Json(doors.app.placard(&caller, &id.into()).await?))
}

/// 修改公示牌的位置和版面
#[utoipa::path(put, path = "/api/v1/placards/{id}", tag = "placard", params(("id" = String, Path)),
    request_body = PlacardChange,
    responses((status = 200, body = PlacardView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlacardChange>,
) -> Answer<Json<PlacardView>> {
    Ok(Json(doors.app.change_placard(&caller, &id.into(), asked).await?))
}

/// 公示牌版面
#[utoipa::path(get, path = "/api/v1/placards/{id}/pdf", tag = "placard", params(("id" = String, Path), OnWhat),
    responses((status = 200, content_type = "application/pdf"), (status = 404, body = Problem)))]
async fn pdf(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Query(asked): Query<OnWhat>,
    headers: HeaderMap,
) -> Answer<Response> {
    let base = doors.base(&headers);
    Ok(in_place(doors.app.placard_pdf(&caller, &id.into(), asked.size.as_deref(), &base).await?))
}

/// 登记张贴
#[utoipa::path(post, path = "/api/v1/placards/{id}/post", tag = "placard", params(("id" = String, Path)),
    request_body = PlacardPost,
    responses((status = 200, body = PlacardView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn post(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlacardPost>,
) -> Answer<Json<PlacardView>> {
    Ok(Json(doors.app.post_placard(&caller, &id.into(), asked).await?))
}

/// 作废公示牌
#[utoipa::path(post, path = "/api/v1/placards/{id}/void", tag = "placard", params(("id" = String, Path)),
    request_body = PlacardVoid,
    responses((status = 200, body = PlacardView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlacardVoid>,
) -> Answer<Json<PlacardView>> {
    Ok(Json(doors.app.void_placard(&caller, &id.into(), asked.version, &asked.reason).await?))
}

/// A file we drew ourselves, shown in the browser's own viewer.
fn in_place(bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"placard.pdf\""));
    // Browsers show a PDF as an object of its own page.
    let csp = HeaderValue::from_static("default-src 'self'; object-src 'self'; style-src 'unsafe-inline'");
    headers.insert(header::CONTENT_SECURITY_POLICY, csp);
    response
}

/// 导出公示牌清单
#[utoipa::path(get, path = "/api/v1/exports/placards", tag = "placard", params(FormatQuery, Which),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn export(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<FormatQuery>,
    Query(asked): Query<Which>,
) -> Answer<Response> {
    let format = form.of_list(&doors)?;
    let (name, bytes) = doors.app.export_placards(&caller, &asked.into(), format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

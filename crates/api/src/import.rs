//! Ledgers that people send: uploaded, tried, committed, and sent back with what is wrong.

use app::import::{ImportChoice, ImportStanding, ImportView};
use app::job::JobView;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::attachment;
use crate::problem::{Answer, Problem};
use crate::router::{Doors, MAX_UPLOAD};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(template))
        .routes(routes!(dry_run))
        .routes(routes!(commit))
        .routes(routes!(problems))
        .routes(routes!(standing))
}

/// The one route that takes whole files.
pub(crate) fn upload_routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(upload)).layer(DefaultBodyLimit::max(MAX_UPLOAD))
}

/// What the file is.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadQuery {
    /// `places`, `people`, `facilities`, `hydrants` or `reports12345`.
    kind: String,
    /// Name of the file.
    name: String,
    /// Sheet to look at; the one that looks most like the ledger when left out.
    sheet: Option<String>,
    /// Row of the header as Excel shows it; guessed when left out.
    header_row: Option<usize>,
}

/// Which ledger.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct KindQuery {
    /// `places`, `people`, `facilities`, `hydrants` or `reports12345`.
    kind: String,
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// 上传台账
#[utoipa::path(post, path = "/api/v1/imports", tag = "import", params(UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ImportView), (status = 403, body = Problem), (status = 422, body = Problem), (status = 507, body = Problem)))]
async fn upload(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(query): Query<UploadQuery>,
    body: Bytes,
) -> Answer<Json<ImportView>> {
    let at = (query.sheet.as_deref(), query.header_row);
    Ok(Json(doors.app.upload_import(&caller, &query.kind, &query.name, body.to_vec(), at).await?))
}

/// 回到一次导入
///
/// An import one began oneself: the file, what was decided, and the last job with its report.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "import", params(("id" = String, Path)),
    responses((status = 200, body = ImportStanding), (status = 404, body = Problem)))]
async fn standing(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<ImportStanding>> {
    Ok(Json(doors.app.import_standing(&caller, &id).await?))
}

/// 检查台账（不写入）
#[utoipa::path(post, path = "/api/v1/imports/{id}/dry-run", tag = "import", params(("id" = String, Path)),
    request_body = ImportChoice,
    responses((status = 202, body = JobView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn dry_run(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(choice): Json<ImportChoice>,
) -> Answer<(StatusCode, Json<JobView>)> {
    let job = doors.app.ask_import(&caller, &id, &choice, false).await?;
    Ok((StatusCode::ACCEPTED, Json(job)))
}

/// 导入台账（全部写入或全不写入）
#[utoipa::path(post, path = "/api/v1/imports/{id}/commit", tag = "import", params(("id" = String, Path)),
    request_body = ImportChoice,
    responses((status = 202, body = JobView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn commit(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(choice): Json<ImportChoice>,
) -> Answer<(StatusCode, Json<JobView>)> {
    let job = doors.app.ask_import(&caller, &id, &choice, true).await?;
    Ok((StatusCode::ACCEPTED, Json(job)))
}

/// 错误表
#[utoipa::path(get, path = "/api/v1/imports/{id}/problems.xlsx", tag = "import", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn problems(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Response> {
    let (name, bytes) = doors.app.import_problems(&caller, &id).await?;
    Ok(attachment(&name, XLSX, bytes))
}

/// 空白模板
#[utoipa::path(get, path = "/api/v1/imports/template.xlsx", tag = "import", params(KindQuery),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>), (status = 422, body = Problem)))]
async fn template(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(query): Query<KindQuery>,
) -> Answer<Response> {
    let (name, bytes) = doors.app.import_template(&caller, &query.kind).await?;
    Ok(attachment(&name, XLSX, bytes))
}

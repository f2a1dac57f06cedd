//! Warnings: the list, a file taken in, the town's own.

use app::warning::{WarningInput, WarningPage, WarningTaken, WarningView};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list, issue)).routes(routes!(take))
}

/// 预警
#[utoipa::path(get, path = "/api/v1/warnings", tag = "warning",
    responses((status = 200, body = WarningPage), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<WarningPage>> {
    Ok(Json(doors.app.warnings(&caller).await?))
}

/// 发布、更新、解除本镇预警
#[utoipa::path(post, path = "/api/v1/warnings", tag = "warning", request_body = WarningInput,
    responses((status = 200, body = WarningView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn issue(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<WarningInput>,
) -> Answer<Json<WarningView>> {
    Ok(Json(doors.app.issue_warning(&caller, asked).await?))
}

/// 导入 CAP 1.2 预警文件，字节原样
#[utoipa::path(post, path = "/api/v1/warnings/file", tag = "warning",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = WarningTaken), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn take(State(doors): State<Doors>, Known(caller): Known, body: Bytes) -> Answer<Json<WarningTaken>> {
    Ok(Json(doors.app.take_warning(&caller, body.to_vec()).await?))
}

//! The land of territories over HTTP. What does not belong here: maps (`layer`), territories themselves (`org`).

use app::boundary::{BoundariesTaken, BoundaryFile, BoundaryInput, BoundaryView};
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list, take)).routes(routes!(draw))
}

/// What holds of each territory today.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
struct Boundaries {
    items: Vec<BoundaryView>,
}

/// 辖区范围
#[utoipa::path(get, path = "/api/v1/boundaries", tag = "org",
    responses((status = 200, body = Boundaries), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<Boundaries>> {
    Ok(Json(Boundaries { items: doors.app.boundaries(&caller).await? }))
}

/// 导入辖区范围
#[utoipa::path(post, path = "/api/v1/boundaries", tag = "org", request_body = BoundaryFile,
    responses((status = 200, body = BoundariesTaken), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn take(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<BoundaryFile>,
) -> Answer<Json<BoundariesTaken>> {
    Ok(Json(doors.app.take_boundaries(&caller, asked).await?))
}

/// 画辖区范围
#[utoipa::path(put, path = "/api/v1/territories/{code}/boundary", tag = "org", params(("code" = String, Path)),
    request_body = BoundaryInput,
    responses((status = 200, body = BoundaryView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn draw(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(code): Path<String>,
    Json(asked): Json<BoundaryInput>,
) -> Answer<Json<BoundaryView>> {
    Ok(Json(doors.app.draw_boundary(&caller, &code.into(), asked).await?))
}

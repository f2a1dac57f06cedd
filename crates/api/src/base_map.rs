//! The ground under the layers: maps that were put beside the record, and their tiles.

use app::Error;
use app::base_map::BaseMaps;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Known, Reading};
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(tile))
}

/// 底图
#[utoipa::path(get, path = "/api/v1/base-maps", tag = "layer",
    responses((status = 200, body = BaseMaps), (status = 401, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<BaseMaps>> {
    Ok(Json(doors.app.base_maps(&caller).await?))
}

/// 底图瓦片
///
/// `y` may have an ending, which is not looked at. Where the map has no tile the answer is 204.
#[utoipa::path(get, path = "/tiles/base/{map}/{z}/{x}/{y}", tag = "layer",
    params(("map" = String, Path), ("z" = u8, Path), ("x" = u32, Path), ("y" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 204), (status = 404, body = Problem)))]
async fn tile(
    State(doors): State<Doors>,
    Reading(caller): Reading,
    Path((map, z, x, y)): Path<(String, String, String, String)>,
) -> Answer<Response> {
    let y = y.split('.').next().unwrap_or_default();
    let (Ok(z), Ok(x), Ok(y)) = (z.parse(), x.parse(), y.parse()) else { return Err(Error::NotFound.into()) };
    let Some(tile) = doors.app.base_tile(&caller, &map, (z, x, y)).await? else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let mut response = Response::new(Body::from(tile.bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(tile.media_type));
    // The file may be exchanged for a newer one; a day is soon enough to see it.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    if tile.gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

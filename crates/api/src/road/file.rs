//! Files of roads: handed in piece by piece as they come over the line, tried, taken. What does not belong here: what
//! is made of them (`app::road`).

use std::collections::BTreeMap;

use app::export::Format;
use app::job::JobView;
use app::road::{MAX_MAP, RoadFileView, RoadSaid, file_too_large};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use futures::StreamExt;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::attachment;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

/// So much is gathered before it is written to the disk.
const PIECE: usize = 4 * 1024 * 1024;

/// The one route that takes files too large to be held in memory.
pub(crate) fn upload_routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(upload))
}

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(template)).routes(routes!(take))
}

/// 道路普查表的空白模板
#[utoipa::path(get, path = "/api/v1/roads/files/template", tag = "road",
    responses((status = 200, description = "The blank sheet"), (status = 403, body = Problem)))]
async fn template(State(doors): State<Doors>, Known(caller): Known) -> Answer<Response> {
    let bytes = doors.app.road_template(&caller).await?;
    Ok(attachment("道路普查表.xlsx", Format::Xlsx.media_type(), bytes))
}

/// What the file is called.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileQuery {
    /// Name of the file.
    #[serde(default)]
    name: String,
    /// System of its positions: `wgs84` (when left out), `cgcs2000`, `gcj02` or `bd09`.
    crs: Option<String>,
    /// Sheet of a workbook or layer of a GeoPackage to read; the first with lines when left out.
    layer: Option<String>,
}

/// 上传路网文件：普查表或 OpenStreetMap 底图，上传后自动核对，不写入
#[utoipa::path(post, path = "/api/v1/roads/files", tag = "road", params(FileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = RoadFileView), (status = 403, body = Problem), (status = 413, body = Problem),
        (status = 422, body = Problem)))]
async fn upload(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(query): Query<FileQuery>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Json<RoadFileView>> {
    let size = headers.get(header::CONTENT_LENGTH).and_then(|size| size.to_str().ok()?.parse::<u64>().ok());
    if size.is_some_and(|size| size > MAX_MAP) {
        // Said before the first byte is taken: nobody waits for two gigabytes to be refused.
        return Err(file_too_large().into());
    }
    let upload = uuid::Uuid::now_v7().to_string();
    let (mut stream, mut piece, mut here) = (body.into_data_stream(), Vec::new(), 0);
    while let Some(chunk) = stream.next().await {
        let broken = |_| app::Error::Refused {
            code: "road.file_broken_off",
            message: "文件没有传完整，或超过大小限制，请检查后重新上传".to_owned(),
        };
        piece.extend_from_slice(&chunk.map_err(broken)?);
        if piece.len() >= PIECE {
            here = doors.app.road_file_part(&caller, &upload, here, std::mem::take(&mut piece)).await?;
        }
    }
    doors.app.road_file_part(&caller, &upload, here, piece).await?;
    let how = (query.crs.as_deref(), query.layer.as_deref());
    Ok(Json(doors.app.road_file(&caller, &upload, &query.name, how).await?))
}

/// What is said of a file that is taken.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TakeQuery {
    /// Take what lies far away from the town, too; it is kept in the record.
    #[serde(default)]
    outside_ok: bool,
}

/// What somebody decided of its rows.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct RoadTake {
    /// Row of a question of the trial, and what it is: `same`, the same road measured again, or `new`, another road. A row
    /// nobody decided is left out.
    decisions: BTreeMap<String, String>,
}

/// 导入已核对的路网文件
#[utoipa::path(post, path = "/api/v1/roads/files/{id}/take", tag = "road", params(("id" = String, Path), TakeQuery),
    request_body = Option<RoadTake>,
    responses((status = 202, body = JobView, description = "Its result is a RoadImport"), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn take(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Query(query): Query<TakeQuery>,
    decided: Option<Json<RoadTake>>,
) -> Answer<(StatusCode, Json<JobView>)> {
    let decisions = decided.map(|Json(decided)| decided.decisions).unwrap_or_default();
    let said = RoadSaid { outside_ok: query.outside_ok, decisions };
    Ok((StatusCode::ACCEPTED, Json(doors.app.take_road_file(&caller, &id, said).await?)))
}

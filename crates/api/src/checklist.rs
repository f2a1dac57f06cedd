//! Checklists: editions, items, Excel out and in, the sheet of a place, the dictionary of hazards.

use app::checklist::{
    ChecklistEdit, ChecklistInput, ChecklistRow, ChecklistView, HazardCodeView, SheetKind, SheetView,
};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{read_day, wrong};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, edit))
        .routes(routes!(edition))
        .routes(routes!(publish))
        .routes(routes!(retire))
        .routes(routes!(export))
        .routes(routes!(import))
        .routes(routes!(sheet))
        .routes(routes!(hazard_codes))
}

/// Every edition.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checklists {
    items: Vec<ChecklistRow>,
}

/// The dictionary.
#[derive(Serialize, ToSchema)]
pub(crate) struct HazardCodes {
    items: Vec<HazardCodeView>,
}

/// From when an edition holds.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChecklistPublish {
    /// First day.
    from: String,
    version: i64,
}

/// Until when an edition holds.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChecklistRetire {
    /// Last day.
    to: String,
    version: i64,
}

/// Which sheet.
#[derive(Deserialize, IntoParams)]
pub(crate) struct SheetAsked {
    /// `full`, `quick` or `police`.
    kind: Option<String>,
}

/// 检查表
#[utoipa::path(get, path = "/api/v1/checklists", tag = "checklist",
    responses((status = 200, body = Checklists), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<Checklists>> {
    Ok(Json(Checklists { items: doors.app.checklists(&caller).await? }))
}

/// 新建检查表
#[utoipa::path(post, path = "/api/v1/checklists", tag = "checklist", request_body = ChecklistInput,
    responses((status = 200, body = ChecklistView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ChecklistInput>,
) -> Answer<Json<ChecklistView>> {
    Ok(Json(doors.app.add_checklist(&caller, &asked).await?))
}

/// 一份检查表
#[utoipa::path(get, path = "/api/v1/checklists/{id}", tag = "checklist", params(("id" = String, Path)),
    responses((status = 200, body = ChecklistView), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<ChecklistView>> {
    Ok(Json(doors.app.checklist(&caller, &id).await?))
}

/// 修改草稿
#[utoipa::path(put, path = "/api/v1/checklists/{id}", tag = "checklist", params(("id" = String, Path)),
    request_body = ChecklistEdit,
    responses((status = 200, body = ChecklistView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn edit(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ChecklistEdit>,
) -> Answer<Json<ChecklistView>> {
    Ok(Json(doors.app.edit_checklist(&caller, &id, &asked).await?))
}

/// 另建新版
#[utoipa::path(post, path = "/api/v1/checklists/{id}/edition", tag = "checklist", params(("id" = String, Path)),
    responses((status = 200, body = ChecklistView), (status = 422, body = Problem)))]
async fn edition(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<ChecklistView>> {
    Ok(Json(doors.app.next_checklist(&caller, &id).await?))
}

/// 启用
#[utoipa::path(post, path = "/api/v1/checklists/{id}/publish", tag = "checklist", params(("id" = String, Path)),
    request_body = ChecklistPublish,
    responses((status = 200, body = ChecklistView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn publish(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ChecklistPublish>,
) -> Answer<Json<ChecklistView>> {
    let from = read_day("from", &asked.from)?;
    Ok(Json(doors.app.publish_checklist(&caller, &id, from, asked.version).await?))
}

/// 停用
#[utoipa::path(post, path = "/api/v1/checklists/{id}/retire", tag = "checklist", params(("id" = String, Path)),
    request_body = ChecklistRetire,
    responses((status = 200, body = ChecklistView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn retire(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ChecklistRetire>,
) -> Answer<Json<ChecklistView>> {
    let to = read_day("to", &asked.to)?;
    Ok(Json(doors.app.retire_checklist(&caller, &id, to, asked.version).await?))
}

/// 导出 Excel
#[utoipa::path(get, path = "/api/v1/checklists/{id}/export.xlsx", tag = "checklist", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 404, body = Problem)))]
async fn export(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Response> {
    let (title, bytes) = doors.app.export_checklist(&caller, &id).await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    );
    let name: String = title.bytes().map(|b| format!("%{b:02X}")).collect();
    let saved = format!("attachment; filename=\"checklist.xlsx\"; filename*=UTF-8''{name}.xlsx");
    if let Ok(saved) = HeaderValue::from_str(&saved) {
        headers.insert(header::CONTENT_DISPOSITION, saved);
    }
    Ok(response)
}

/// 导入 Excel 到草稿
#[utoipa::path(post, path = "/api/v1/checklists/{id}/import", tag = "checklist", params(("id" = String, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = ChecklistView), (status = 422, body = Problem)))]
async fn import(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Answer<Json<ChecklistView>> {
    Ok(Json(doors.app.import_checklist(&caller, &id, bytes.to_vec()).await?))
}

/// 一个场所要查的项
#[utoipa::path(get, path = "/api/v1/places/{id}/sheet", tag = "checklist", params(("id" = String, Path), SheetAsked),
    responses((status = 200, body = SheetView), (status = 404, body = Problem)))]
async fn sheet(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Query(asked): Query<SheetAsked>,
) -> Answer<Json<SheetView>> {
    let kind = SheetKind::from_code(asked.kind.as_deref().unwrap_or_default())
        .ok_or_else(|| wrong("kind", "checklist.sheet_kind", "检查表种类只有 full、quick、police"))?;
    Ok(Json(doors.app.place_sheet(&caller, &id.into(), kind).await?))
}

/// 隐患字典
#[utoipa::path(get, path = "/api/v1/hazard-codes", tag = "checklist",
    responses((status = 200, body = HazardCodes), (status = 403, body = Problem)))]
async fn hazard_codes(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<HazardCodes>> {
    Ok(Json(HazardCodes { items: doors.app.hazard_words(&caller).await? }))
}

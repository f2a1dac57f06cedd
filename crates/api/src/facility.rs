//! Facilities, their steps, the town's water and pipes; labels, and the public page behind them.

mod page;

use app::facility::public::{FacilityLabels, FacilityReportDecision, FacilityReports};
use app::facility::sight::{FireBreaks, ForestSight, SightAsked};
use app::facility::view::{
    FacilityAsked, FacilityDue, FacilityInput, FacilityOptions, FacilityPage, FacilityStep, FacilitySummary,
    FacilityView,
};
use app::facility::water::{PipeNetwork, TownWater};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::attachment;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(options))
        .routes(routes!(due))
        .routes(routes!(export))
        .routes(routes!(summary))
        .routes(routes!(water))
        .routes(routes!(network))
        .routes(routes!(sight))
        .routes(routes!(breaks))
        .routes(routes!(one, change))
        .routes(routes!(step))
        .routes(routes!(labels))
        .routes(routes!(label_sheets))
        .routes(routes!(reports))
        .routes(routes!(decide))
}

pub(crate) use page::routes as public_routes;

/// 设施
#[utoipa::path(get, path = "/api/v1/facilities", tag = "facility", params(FacilityAsked),
    responses((status = 200, body = FacilityPage), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<FacilityAsked>,
) -> Answer<Json<FacilityPage>> {
    Ok(Json(doors.app.facilities(&caller, &asked).await?))
}

/// 登记设施
#[utoipa::path(post, path = "/api/v1/facilities", tag = "facility", request_body = FacilityInput,
    responses((status = 200, body = FacilityView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<FacilityInput>,
) -> Answer<Json<FacilityView>> {
    Ok(Json(doors.app.add_facility(&caller, asked).await?))
}

/// 登记设施所需选项
#[utoipa::path(get, path = "/api/v1/facilities/options", tag = "facility",
    responses((status = 200, body = FacilityOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<FacilityOptions>> {
    Ok(Json(doors.app.facility_options(&caller).await?))
}

/// Whose checks.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Whose {
    /// Only what the caller's organisations own or keep.
    mine: Option<bool>,
}

/// 到期和逾期的检查
#[utoipa::path(get, path = "/api/v1/facilities/due", tag = "facility", params(Whose),
    responses((status = 200, body = FacilityDue), (status = 403, body = Problem)))]
async fn due(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Whose>,
) -> Answer<Json<FacilityDue>> {
    Ok(Json(doors.app.facility_checks_due(&caller, asked.mine.unwrap_or(false)).await?))
}

/// Form of the file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Form {
    /// `xlsx`, `csv`, `geojson`, `kml` or `gpkg`.
    format: Option<String>,
}

/// 导出设施台账
#[utoipa::path(get, path = "/api/v1/exports/facilities", tag = "facility", params(Form, FacilityAsked),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn export(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<Form>,
    Query(asked): Query<FacilityAsked>,
) -> Answer<Response> {
    let format = doors.app.format_of(form.format.as_deref().unwrap_or("xlsx"))?;
    let (name, bytes) = doors.app.export_facilities(&caller, &asked, format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// Where.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Where {
    /// Only of this village.
    village: Option<String>,
}

/// 各类设施规划与建成
#[utoipa::path(get, path = "/api/v1/facilities/summary", tag = "facility", params(Where),
    responses((status = 200, body = FacilitySummary), (status = 403, body = Problem)))]
async fn summary(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Where>,
) -> Answer<Json<FacilitySummary>> {
    Ok(Json(doors.app.facility_summary(&caller, asked.village.as_deref()).await?))
}

/// 各村可用水量
#[utoipa::path(get, path = "/api/v1/facilities/water", tag = "facility",
    responses((status = 200, body = TownWater), (status = 403, body = Problem)))]
async fn water(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<TownWater>> {
    Ok(Json(doors.app.facility_water(&caller).await?))
}

/// 管网连通
#[utoipa::path(get, path = "/api/v1/facilities/network", tag = "facility",
    responses((status = 200, body = PipeNetwork), (status = 403, body = Problem)))]
async fn network(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<PipeNetwork>> {
    Ok(Json(doors.app.facility_network(&caller).await?))
}

/// 林区监控覆盖
#[utoipa::path(get, path = "/api/v1/facilities/sight", tag = "facility", params(SightAsked),
    responses((status = 200, body = ForestSight), (status = 403, body = Problem)))]
async fn sight(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<SightAsked>,
) -> Answer<Json<ForestSight>> {
    Ok(Json(doors.app.forest_sight(&caller, &asked).await?))
}

/// 林火阻隔带
#[utoipa::path(get, path = "/api/v1/facilities/breaks", tag = "facility",
    responses((status = 200, body = FireBreaks), (status = 403, body = Problem)))]
async fn breaks(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<FireBreaks>> {
    Ok(Json(doors.app.fire_breaks(&caller).await?))
}

/// 一处设施
#[utoipa::path(get, path = "/api/v1/facilities/{id}", tag = "facility", params(("id" = String, Path)),
    responses((status = 200, body = FacilityView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<FacilityView>> {
    Ok(Json(doors.app.facility(&caller, &id.into()).await?))
}

/// 修改设施登记
#[utoipa::path(put, path = "/api/v1/facilities/{id}", tag = "facility", params(("id" = String, Path)),
    request_body = FacilityInput,
    responses((status = 200, body = FacilityView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<FacilityInput>,
) -> Answer<Json<FacilityView>> {
    Ok(Json(doors.app.change_facility(&caller, &id.into(), asked).await?))
}

/// 办理设施
#[utoipa::path(post, path = "/api/v1/facilities/{id}/steps", tag = "facility", params(("id" = String, Path)),
    request_body = FacilityStep,
    responses((status = 200, body = FacilityView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<FacilityStep>,
) -> Answer<Json<FacilityView>> {
    Ok(Json(doors.app.step_facility(&caller, &id.into(), asked).await?))
}

/// 设施二维码标牌
#[utoipa::path(get, path = "/api/v1/facilities/labels", tag = "facility", params(FacilityAsked),
    responses((status = 200, body = FacilityLabels), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn labels(
    State(doors): State<Doors>,
    Known(caller): Known,
    headers: HeaderMap,
    Query(asked): Query<FacilityAsked>,
) -> Answer<Json<FacilityLabels>> {
    Ok(Json(doors.app.facility_labels(&caller, &asked, &doors.base(&headers)).await?))
}

/// How large labels are to be.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct LabelSize {
    /// `large`, `medium` or `small`.
    pub(crate) size: Option<String>,
}

/// 设施二维码标牌（A4 文件）
#[utoipa::path(get, path = "/api/v1/facilities/labels/pdf", tag = "facility", params(FacilityAsked, LabelSize),
    responses((status = 200, content_type = "application/pdf"), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
async fn label_sheets(
    State(doors): State<Doors>,
    Known(caller): Known,
    headers: HeaderMap,
    Query(asked): Query<FacilityAsked>,
    Query(wanted): Query<LabelSize>,
) -> Answer<Response> {
    let base = doors.base(&headers);
    let bytes = doors.app.facility_label_sheets(&caller, &asked, (wanted.size.as_deref(), &base)).await?;
    Ok(attachment("facility-labels.pdf", "application/pdf", bytes))
}

/// 群众报告的故障
#[utoipa::path(get, path = "/api/v1/facilities/{id}/reports", tag = "facility", params(("id" = String, Path)),
    responses((status = 200, body = FacilityReports), (status = 404, body = Problem)))]
async fn reports(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<FacilityReports>> {
    Ok(Json(doors.app.facility_reports(&caller, &id.into()).await?))
}

/// 核实群众报告
#[utoipa::path(post, path = "/api/v1/facilities/{id}/reports/{report}", tag = "facility",
    params(("id" = String, Path), ("report" = String, Path)), request_body = FacilityReportDecision,
    responses((status = 200, body = FacilityView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn decide(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, report)): Path<(String, String)>,
    Json(asked): Json<FacilityReportDecision>,
) -> Answer<Json<FacilityView>> {
    let (id, report) = (id.into(), report.into());
    Ok(Json(doors.app.decide_facility_report(&caller, (&id, &report), asked).await?))
}

//! The town's roads: stretches, the network, ways and reach over it, who is reached by what.

pub(crate) mod file;

use app::road::access::AccessAsked;
use app::road::blocked::{BlockedEffect, BlockedLanes};
use app::road::group::GroupPointView;
use app::road::net::RoadNetwork;
use app::road::scenario::{ScenarioAsked, ScenarioInput, ScenarioResult, ScenarioView, ScenarioVoid};
use app::road::view::{RoadAsked, RoadInput, RoadOptions, RoadPage, RoadStep, RoadView};
use app::road::way::{ReachAsked, ReachView, RouteAsked, RouteView};
use app::road::{AccessReport, GroupCountInput, GroupPointInput};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(options))
        .routes(routes!(network))
        .routes(routes!(route))
        .routes(routes!(reach))
        .routes(routes!(access))
        .routes(routes!(access_file))
        .routes(routes!(blocked))
        .routes(routes!(blocked_effect))
        .routes(routes!(groups))
        .routes(routes!(place_group))
        .routes(routes!(count_group))
        .routes(routes!(scenarios, add_scenario))
        .routes(routes!(scenario, change_scenario))
        .routes(routes!(void_scenario))
        .routes(routes!(scenario_result))
        .merge(file::routes())
        .routes(routes!(one, change))
        .routes(routes!(step))
}

/// 路段
#[utoipa::path(get, path = "/api/v1/roads", tag = "road", params(RoadAsked),
    responses((status = 200, body = RoadPage), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<RoadAsked>,
) -> Answer<Json<RoadPage>> {
    Ok(Json(doors.app.roads(&caller, &asked).await?))
}

/// 登记路段
#[utoipa::path(post, path = "/api/v1/roads", tag = "road", request_body = RoadInput,
    responses((status = 200, body = RoadView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<RoadInput>,
) -> Answer<Json<RoadView>> {
    Ok(Json(doors.app.add_road(&caller, asked).await?))
}

/// 登记路段所需选项和车辆要求
#[utoipa::path(get, path = "/api/v1/roads/options", tag = "road",
    responses((status = 200, body = RoadOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<RoadOptions>> {
    Ok(Json(doors.app.road_options(&caller).await?))
}

/// 路网统计和问题
#[utoipa::path(get, path = "/api/v1/roads/network", tag = "road",
    responses((status = 200, body = RoadNetwork), (status = 403, body = Problem)))]
async fn network(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<RoadNetwork>> {
    Ok(Json(doors.app.road_network(&caller).await?))
}

/// 两点之间的路线
#[utoipa::path(get, path = "/api/v1/roads/route", tag = "road", params(RouteAsked),
    responses((status = 200, body = RouteView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn route(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<RouteAsked>,
) -> Answer<Json<RouteView>> {
    Ok(Json(doors.app.road_route(&caller, &asked).await?))
}

/// 若干分钟内能到多远
#[utoipa::path(get, path = "/api/v1/roads/reach", tag = "road", params(ReachAsked),
    responses((status = 200, body = ReachView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn reach(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<ReachAsked>,
) -> Answer<Json<ReachView>> {
    Ok(Json(doors.app.road_reach(&caller, &asked).await?))
}

/// 各村民小组的车辆可达和用水
#[utoipa::path(get, path = "/api/v1/roads/access", tag = "road", params(AccessAsked),
    responses((status = 200, body = AccessReport), (status = 403, body = Problem)))]
async fn access(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<AccessAsked>,
) -> Answer<Json<AccessReport>> {
    Ok(Json(doors.app.road_access(&caller, &asked).await?))
}

/// 车辆可达表
#[utoipa::path(get, path = "/api/v1/roads/access/{format}", tag = "road",
    params(("format" = String, Path, description = "`xlsx` or `csv`"), AccessAsked),
    responses((status = 200, description = "The table"), (status = 403, body = Problem)))]
async fn access_file(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(format): Path<String>,
    Query(asked): Query<AccessAsked>,
) -> Answer<Response> {
    let (format, bytes) = doors.app.road_access_file(&caller, &asked, &format).await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    let saved = format!("attachment; filename=\"access.{}\"", format.ending());
    if let Ok(saved) = HeaderValue::from_str(&saved) {
        headers.insert(header::CONTENT_DISPOSITION, saved);
    }
    Ok(response)
}

/// 堵塞通道的举报和隐患：落在哪段路上
#[utoipa::path(get, path = "/api/v1/roads/blocked", tag = "road",
    responses((status = 200, body = BlockedLanes), (status = 403, body = Problem)))]
async fn blocked(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<BlockedLanes>> {
    Ok(Json(doors.app.blocked_lanes(&caller).await?))
}

/// 这段路若封闭，今天谁到不了
#[utoipa::path(get, path = "/api/v1/roads/blocked/{kind}/{id}", tag = "road",
    params(("kind" = String, Path, description = "`report_case` or `hazard`"), ("id" = String, Path)),
    responses((status = 200, body = BlockedEffect), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn blocked_effect(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((kind, id)): Path<(String, String)>,
) -> Answer<Json<BlockedEffect>> {
    Ok(Json(doors.app.blocked_effect(&caller, &kind, &id).await?))
}

/// Village groups.
#[derive(Serialize, ToSchema)]
struct GroupPoints {
    items: Vec<GroupPointView>,
}

/// 村民小组位置
#[utoipa::path(get, path = "/api/v1/roads/groups", tag = "road",
    responses((status = 200, body = GroupPoints), (status = 403, body = Problem)))]
async fn groups(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<GroupPoints>> {
    Ok(Json(GroupPoints { items: doors.app.group_points(&caller).await? }))
}

/// 登记村民小组位置
#[utoipa::path(put, path = "/api/v1/roads/groups/{code}", tag = "road", params(("code" = String, Path)),
    request_body = GroupPointInput,
    responses((status = 200, body = GroupPointView), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn place_group(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(code): Path<String>,
    Json(asked): Json<GroupPointInput>,
) -> Answer<Json<GroupPointView>> {
    Ok(Json(doors.app.place_group(&caller, &code, asked).await?))
}

/// 登记村民小组户数人数
#[utoipa::path(post, path = "/api/v1/roads/groups/{code}/counts", tag = "road", params(("code" = String, Path)),
    request_body = GroupCountInput,
    responses((status = 200, body = GroupPointView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn count_group(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(code): Path<String>,
    Json(asked): Json<GroupCountInput>,
) -> Answer<Json<GroupPointView>> {
    Ok(Json(doors.app.count_group(&caller, &code, asked).await?))
}

/// What-if lists.
#[derive(Serialize, ToSchema)]
struct Scenarios {
    items: Vec<ScenarioView>,
}

/// 路网设想
#[utoipa::path(get, path = "/api/v1/roads/scenarios", tag = "road",
    responses((status = 200, body = Scenarios), (status = 403, body = Problem)))]
async fn scenarios(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<Scenarios>> {
    Ok(Json(Scenarios { items: doors.app.scenarios(&caller).await? }))
}

/// 保存设想
#[utoipa::path(post, path = "/api/v1/roads/scenarios", tag = "road", request_body = ScenarioInput,
    responses((status = 200, body = ScenarioView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add_scenario(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ScenarioInput>,
) -> Answer<Json<ScenarioView>> {
    Ok(Json(doors.app.keep_scenario(&caller, None, asked).await?))
}

/// 一个设想
#[utoipa::path(get, path = "/api/v1/roads/scenarios/{id}", tag = "road", params(("id" = String, Path)),
    responses((status = 200, body = ScenarioView), (status = 404, body = Problem)))]
async fn scenario(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<ScenarioView>> {
    Ok(Json(doors.app.scenario(&caller, &id.into()).await?))
}

/// 修改设想
#[utoipa::path(put, path = "/api/v1/roads/scenarios/{id}", tag = "road", params(("id" = String, Path)),
    request_body = ScenarioInput,
    responses((status = 200, body = ScenarioView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change_scenario(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ScenarioInput>,
) -> Answer<Json<ScenarioView>> {
    Ok(Json(doors.app.keep_scenario(&caller, Some(&id.into()), asked).await?))
}

/// 作废设想
#[utoipa::path(post, path = "/api/v1/roads/scenarios/{id}/void", tag = "road", params(("id" = String, Path)),
    request_body = ScenarioVoid,
    responses((status = 200, body = ScenarioView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void_scenario(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ScenarioVoid>,
) -> Answer<Json<ScenarioView>> {
    Ok(Json(doors.app.void_scenario(&caller, &id.into(), asked).await?))
}

/// 设想的结果：谁因此可达或不可达
#[utoipa::path(get, path = "/api/v1/roads/scenarios/{id}/result", tag = "road",
    params(("id" = String, Path), ScenarioAsked),
    responses((status = 200, body = ScenarioResult), (status = 404, body = Problem)))]
async fn scenario_result(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Query(asked): Query<ScenarioAsked>,
) -> Answer<Json<ScenarioResult>> {
    Ok(Json(doors.app.scenario_result(&caller, &id.into(), &asked).await?))
}

/// 一段路
#[utoipa::path(get, path = "/api/v1/roads/{id}", tag = "road", params(("id" = String, Path)),
    responses((status = 200, body = RoadView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<RoadView>> {
    Ok(Json(doors.app.road(&caller, &id.into()).await?))
}

/// 修改路段登记
#[utoipa::path(put, path = "/api/v1/roads/{id}", tag = "road", params(("id" = String, Path)),
    request_body = RoadInput,
    responses((status = 200, body = RoadView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<RoadInput>,
) -> Answer<Json<RoadView>> {
    Ok(Json(doors.app.change_road(&caller, &id.into(), asked).await?))
}

/// 封闭、恢复、拆分、作废路段
#[utoipa::path(post, path = "/api/v1/roads/{id}/steps", tag = "road", params(("id" = String, Path)),
    request_body = RoadStep,
    responses((status = 200, body = RoadView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<RoadStep>,
) -> Answer<Json<RoadView>> {
    Ok(Json(doors.app.step_road(&caller, &id.into(), asked).await?))
}

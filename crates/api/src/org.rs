//! Territories and organisations.

use app::org::{OrgChart, OrgInput, OrgView, TerritoryEnd, TerritoryInput, TerritoryView};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::read_opt_day;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(territories, add_territory))
        .routes(routes!(change_territory))
        .routes(routes!(close_territory))
        .routes(routes!(reopen_territory))
        .routes(routes!(orgs, add_org))
        .routes(routes!(change_org))
        .routes(routes!(chart))
}

/// Every territory.
#[derive(Serialize, ToSchema)]
pub(crate) struct Territories {
    items: Vec<TerritoryView>,
}

/// Every organisation.
#[derive(Serialize, ToSchema)]
pub(crate) struct Orgs {
    items: Vec<OrgView>,
}

/// 辖区
#[utoipa::path(get, path = "/api/v1/territories", tag = "org",
    responses((status = 200, body = Territories), (status = 403, body = Problem)))]
async fn territories(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<Territories>> {
    Ok(Json(Territories { items: doors.app.territories(&caller).await? }))
}

/// 新增辖区
#[utoipa::path(post, path = "/api/v1/territories", tag = "org", request_body = TerritoryInput,
    responses((status = 200, body = TerritoryView), (status = 422, body = Problem)))]
async fn add_territory(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<TerritoryInput>,
) -> Answer<Json<TerritoryView>> {
    Ok(Json(doors.app.add_territory(&caller, asked).await?))
}

/// 修改辖区
#[utoipa::path(put, path = "/api/v1/territories/{code}", tag = "org", params(("code" = String, Path)),
    request_body = TerritoryInput,
    responses((status = 200, body = TerritoryView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change_territory(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(code): Path<String>,
    Json(asked): Json<TerritoryInput>,
) -> Answer<Json<TerritoryView>> {
    Ok(Json(doors.app.change_territory(&caller, &code.into(), asked).await?))
}

/// 停用辖区
#[utoipa::path(post, path = "/api/v1/territories/{code}/close", tag = "org", params(("code" = String, Path)),
    request_body = TerritoryEnd,
    responses((status = 200, body = TerritoryView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn close_territory(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(code): Path<String>,
    Json(asked): Json<TerritoryEnd>,
) -> Answer<Json<TerritoryView>> {
    Ok(Json(doors.app.close_territory(&caller, &code.into(), asked).await?))
}

/// 恢复辖区
#[utoipa::path(post, path = "/api/v1/territories/{code}/reopen", tag = "org", params(("code" = String, Path)),
    request_body = TerritoryEnd,
    responses((status = 200, body = TerritoryView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn reopen_territory(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(code): Path<String>,
    Json(asked): Json<TerritoryEnd>,
) -> Answer<Json<TerritoryView>> {
    Ok(Json(doors.app.reopen_territory(&caller, &code.into(), asked).await?))
}

/// 机构
#[utoipa::path(get, path = "/api/v1/orgs", tag = "org",
    responses((status = 200, body = Orgs), (status = 403, body = Problem)))]
async fn orgs(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<Orgs>> {
    Ok(Json(Orgs { items: doors.app.orgs(&caller).await? }))
}

/// 新增机构
#[utoipa::path(post, path = "/api/v1/orgs", tag = "org", request_body = OrgInput,
    responses((status = 200, body = OrgView), (status = 422, body = Problem)))]
async fn add_org(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<OrgInput>,
) -> Answer<Json<OrgView>> {
    Ok(Json(doors.app.add_org(&caller, asked).await?))
}

/// 修改机构
#[utoipa::path(put, path = "/api/v1/orgs/{id}", tag = "org", params(("id" = String, Path)), request_body = OrgInput,
    responses((status = 200, body = OrgView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change_org(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<OrgInput>,
) -> Answer<Json<OrgView>> {
    Ok(Json(doors.app.change_org(&caller, &id.into(), asked).await?))
}

/// On which day.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ChartOn {
    /// `YYYY-MM-DD`; today when left out.
    on: Option<String>,
}

/// 组织架构图
#[utoipa::path(get, path = "/api/v1/org-chart", tag = "org", params(ChartOn),
    responses((status = 200, body = OrgChart), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn chart(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<ChartOn>,
) -> Answer<Json<OrgChart>> {
    let on = read_opt_day("on", asked.on.as_deref())?;
    Ok(Json(doors.app.org_chart(&caller, on).await?))
}

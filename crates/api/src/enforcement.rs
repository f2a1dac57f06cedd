//! Items of authority; cases, their steps and their file.

use app::enforcement::authority::{
    AuthorityCompare, AuthorityEnd, AuthorityInput, AuthorityList, AuthorityView,
};
use app::enforcement::spot::OnSpotInput;
use app::enforcement::view::{CaseAsked, CaseInput, CaseOptions, CasePage, CaseStep, CaseView};
use axum::Json;
use axum::extract::{Path, Query, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(items, add_item))
        .routes(routes!(compare_item))
        .routes(routes!(end_item))
        .routes(routes!(list, open))
        .routes(routes!(options))
        .routes(routes!(on_spot))
        .routes(routes!(one))
        .routes(routes!(step))
}

/// 执法事项
#[utoipa::path(get, path = "/api/v1/authority", tag = "enforcement",
    responses((status = 200, body = AuthorityList), (status = 403, body = Problem)))]
async fn items(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<AuthorityList>> {
    Ok(Json(doors.app.authority_items(&caller).await?))
}

/// 登记执法事项
#[utoipa::path(post, path = "/api/v1/authority", tag = "enforcement", request_body = AuthorityInput,
    responses((status = 200, body = AuthorityView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add_item(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<AuthorityInput>,
) -> Answer<Json<AuthorityView>> {
    Ok(Json(doors.app.record_authority(&caller, asked).await?))
}

/// 对照来源文件核对执法事项
#[utoipa::path(post, path = "/api/v1/authority/{id}/compare", tag = "enforcement", params(("id" = String, Path)),
    request_body = AuthorityCompare,
    responses((status = 200, body = AuthorityView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn compare_item(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<AuthorityCompare>,
) -> Answer<Json<AuthorityView>> {
    Ok(Json(doors.app.compare_authority(&caller, &id.into(), &asked).await?))
}

/// 终止或作废执法事项
#[utoipa::path(post, path = "/api/v1/authority/{id}/end", tag = "enforcement", params(("id" = String, Path)),
    request_body = AuthorityEnd,
    responses((status = 200, body = AuthorityView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn end_item(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<AuthorityEnd>,
) -> Answer<Json<AuthorityView>> {
    Ok(Json(doors.app.end_authority(&caller, &id.into(), asked).await?))
}

/// 案件目录
#[utoipa::path(get, path = "/api/v1/cases", tag = "enforcement", params(CaseAsked),
    responses((status = 200, body = CasePage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<CaseAsked>,
) -> Answer<Json<CasePage>> {
    Ok(Json(doors.app.cases(&caller, &asked).await?))
}

/// 登记案件线索
#[utoipa::path(post, path = "/api/v1/cases", tag = "enforcement", request_body = CaseInput,
    responses((status = 200, body = CaseView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn open(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<CaseInput>,
) -> Answer<Json<CaseView>> {
    Ok(Json(doors.app.open_case(&caller, asked).await?))
}

/// 当场处罚
#[utoipa::path(post, path = "/api/v1/cases/on-spot", tag = "enforcement", request_body = OnSpotInput,
    responses((status = 200, body = CaseView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn on_spot(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<OnSpotInput>,
) -> Answer<Json<CaseView>> {
    Ok(Json(doors.app.punish_on_spot(&caller, asked).await?))
}

/// 登记案件所需选项
#[utoipa::path(get, path = "/api/v1/cases/options", tag = "enforcement",
    responses((status = 200, body = CaseOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<CaseOptions>> {
    Ok(Json(doors.app.case_options(&caller).await?))
}

/// 一个案件
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "enforcement", params(("id" = String, Path)),
    responses((status = 200, body = CaseView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<CaseView>> {
    Ok(Json(doors.app.case(&caller, &id.into()).await?))
}

/// 办理案件
#[utoipa::path(post, path = "/api/v1/cases/{id}/steps", tag = "enforcement", params(("id" = String, Path)),
    request_body = CaseStep,
    responses((status = 200, body = CaseView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<CaseStep>,
) -> Answer<Json<CaseView>> {
    Ok(Json(doors.app.step_case(&caller, &id.into(), asked).await?))
}

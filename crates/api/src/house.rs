//! Self-built houses: graded, counted, asked about; what another rule would do.

mod page;

use std::sync::Arc;

use app::house::public::HouseLabels;
use app::house::{
    HouseAnswer, HouseAsked, HouseCountInput, HouseInput, HouseList, HousePreview, HouseRuleAsked, HouseView,
};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::{Extension, Json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::attachment;
use crate::facility::LabelSize;
use crate::limit::Limiter;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(preview))
        .routes(routes!(labels))
        .routes(routes!(label_sheets))
        .routes(routes!(one, change))
        .routes(routes!(count))
        .routes(routes!(answer))
        .routes(routes!(page::house))
        .layer(Extension(Arc::new(Limiter::default())))
}

/// 自建房
#[utoipa::path(get, path = "/api/v1/houses", tag = "house", params(HouseAsked),
    responses((status = 200, body = HouseList), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<HouseAsked>,
) -> Answer<Json<HouseList>> {
    Ok(Json(doors.app.houses(&caller, &asked).await?))
}

/// 换一个分级规则会怎样
#[utoipa::path(get, path = "/api/v1/houses/preview", tag = "house", params(HouseRuleAsked),
    responses((status = 200, body = HousePreview), (status = 403, body = Problem)))]
async fn preview(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<HouseRuleAsked>,
) -> Answer<Json<HousePreview>> {
    Ok(Json(doors.app.preview_houses(&caller, &asked).await?))
}

/// 自建房二维码标牌
#[utoipa::path(get, path = "/api/v1/houses/labels", tag = "house", params(HouseAsked),
    responses((status = 200, body = HouseLabels), (status = 403, body = Problem)))]
async fn labels(
    State(doors): State<Doors>,
    Known(caller): Known,
    headers: HeaderMap,
    Query(asked): Query<HouseAsked>,
) -> Answer<Json<HouseLabels>> {
    Ok(Json(doors.app.house_labels(&caller, &asked, &doors.base(&headers)).await?))
}

/// 自建房二维码标签（A4 文件）
#[utoipa::path(get, path = "/api/v1/houses/labels/pdf", tag = "house", params(HouseAsked, LabelSize),
    responses((status = 200, content_type = "application/pdf"), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn label_sheets(
    State(doors): State<Doors>,
    Known(caller): Known,
    headers: HeaderMap,
    Query(asked): Query<HouseAsked>,
    Query(wanted): Query<LabelSize>,
) -> Answer<Response> {
    let base = doors.base(&headers);
    let bytes = doors.app.house_label_sheets(&caller, &asked, (wanted.size.as_deref(), &base)).await?;
    Ok(attachment("house-labels.pdf", "application/pdf", bytes))
}

/// 一处自建房
#[utoipa::path(get, path = "/api/v1/houses/{id}", tag = "house", params(("id" = String, Path)),
    responses((status = 200, body = HouseView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<HouseView>> {
    Ok(Json(doors.app.house(&caller, &id.into()).await?))
}

/// 登记自建房
#[utoipa::path(put, path = "/api/v1/houses/{id}", tag = "house", params(("id" = String, Path)),
    request_body = HouseInput,
    responses((status = 200, body = HouseView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<HouseInput>,
) -> Answer<Json<HouseView>> {
    Ok(Json(doors.app.change_house(&caller, &id.into(), asked).await?))
}

/// 核实自建房人数
#[utoipa::path(post, path = "/api/v1/houses/{id}/count", tag = "house", params(("id" = String, Path)),
    request_body = HouseCountInput,
    responses((status = 200, body = HouseView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn count(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<HouseCountInput>,
) -> Answer<Json<HouseView>> {
    Ok(Json(doors.app.count_house(&caller, &id.into(), asked).await?))
}

/// 答复自建房核验
#[utoipa::path(post, path = "/api/v1/houses/checks/{id}/answer", tag = "house", params(("id" = String, Path)),
    request_body = HouseAnswer,
    responses((status = 200, body = HouseView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn answer(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<HouseAnswer>,
) -> Answer<Json<HouseView>> {
    Ok(Json(doors.app.answer_house_check(&caller, &id.into(), asked).await?))
}

//! Safety assessments of factories and warehouses: places to be assessed, recording, treating, voiding.

use app::assessment::{
    AssessmentAsked, AssessmentInput, AssessmentList, AssessmentTreat, AssessmentView, AssessmentVoid,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, record))
        .routes(routes!(one))
        .routes(routes!(treat))
        .routes(routes!(void))
}

/// 厂房库房安全评估
#[utoipa::path(get, path = "/api/v1/assessments", tag = "assessment", params(AssessmentAsked),
    responses((status = 200, body = AssessmentList), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<AssessmentAsked>,
) -> Answer<Json<AssessmentList>> {
    Ok(Json(doors.app.assessments(&caller, &asked).await?))
}

/// 登记安全评估
#[utoipa::path(post, path = "/api/v1/assessments", tag = "assessment", request_body = AssessmentInput,
    responses((status = 200, body = AssessmentView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn record(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<AssessmentInput>,
) -> Answer<Json<AssessmentView>> {
    Ok(Json(doors.app.record_assessment(&caller, asked).await?))
}

/// 一次安全评估
#[utoipa::path(get, path = "/api/v1/assessments/{id}", tag = "assessment", params(("id" = String, Path)),
    responses((status = 200, body = AssessmentView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<AssessmentView>> {
    Ok(Json(doors.app.assessment(&caller, &id.into()).await?))
}

/// 登记评估问题处理完成
#[utoipa::path(post, path = "/api/v1/assessments/{id}/treat", tag = "assessment", params(("id" = String, Path)),
    request_body = AssessmentTreat,
    responses((status = 200, body = AssessmentView), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn treat(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<AssessmentTreat>,
) -> Answer<Json<AssessmentView>> {
    Ok(Json(doors.app.treat_assessment(&caller, &id.into(), asked).await?))
}

/// 作废安全评估
#[utoipa::path(post, path = "/api/v1/assessments/{id}/void", tag = "assessment", params(("id" = String, Path)),
    request_body = AssessmentVoid,
    responses((status = 200, body = AssessmentView), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<AssessmentVoid>,
) -> Answer<Json<AssessmentView>> {
    Ok(Json(doors.app.void_assessment(&caller, &id.into(), asked).await?))
}

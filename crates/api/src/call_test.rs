//! Call tests: who answers a call, and how fast.

use app::call_test::{CallAnswerInput, CallTestAsked, CallTestInput, CallTestPage, CallTestView, MyCalls};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::page_size;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, start))
        .routes(routes!(one))
        .routes(routes!(answer))
        .routes(routes!(record))
        .routes(routes!(close))
        .routes(routes!(mine))
}

/// Which tests.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only those that run.
    #[serde(default)]
    running: bool,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows.
    limit: Option<i64>,
}

/// Closes a test.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CallCloseInput {
    version: i64,
}

/// 呼叫测试
#[utoipa::path(get, path = "/api/v1/call-tests", tag = "call_test", params(Which),
    responses((status = 200, body = CallTestPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<CallTestPage>> {
    let asked = CallTestAsked { running: asked.running, after: asked.after, limit: page_size(asked.limit) };
    Ok(Json(doors.app.call_tests(&caller, &asked).await?))
}

/// 发起呼叫测试
#[utoipa::path(post, path = "/api/v1/call-tests", tag = "call_test", request_body = CallTestInput,
    responses((status = 200, body = CallTestView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn start(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<CallTestInput>,
) -> Answer<Json<CallTestView>> {
    Ok(Json(doors.app.start_call_test(&caller, asked).await?))
}

/// 一次呼叫测试
#[utoipa::path(get, path = "/api/v1/call-tests/{id}", tag = "call_test", params(("id" = String, Path)),
    responses((status = 200, body = CallTestView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<CallTestView>> {
    Ok(Json(doors.app.call_test(&caller, &id.into()).await?))
}

/// 本人应答
#[utoipa::path(post, path = "/api/v1/call-tests/{id}/answer", tag = "call_test", params(("id" = String, Path)),
    responses((status = 200, body = MyCalls), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn answer(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<MyCalls>> {
    Ok(Json(doors.app.answer_call(&caller, &id.into()).await?))
}

/// 登记电话、对讲机应答
#[utoipa::path(post, path = "/api/v1/call-tests/{id}/record", tag = "call_test", params(("id" = String, Path)),
    request_body = CallAnswerInput,
    responses((status = 200, body = CallTestView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn record(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<CallAnswerInput>,
) -> Answer<Json<CallTestView>> {
    Ok(Json(doors.app.record_answer(&caller, &id.into(), asked).await?))
}

/// 结束呼叫测试
#[utoipa::path(post, path = "/api/v1/call-tests/{id}/close", tag = "call_test", params(("id" = String, Path)),
    request_body = CallCloseInput,
    responses((status = 200, body = CallTestView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn close(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<CallCloseInput>,
) -> Answer<Json<CallTestView>> {
    Ok(Json(doors.app.close_call_test(&caller, &id.into(), asked.version).await?))
}

/// 等我应答的呼叫
#[utoipa::path(get, path = "/api/v1/me/calls", tag = "call_test",
    responses((status = 200, body = MyCalls), (status = 401, body = Problem)))]
async fn mine(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<MyCalls>> {
    Ok(Json(doors.app.my_calls(&caller).await?))
}

//! Platforms that are told of events.

use app::subscriber::{SubscriberAnswer, SubscriberInput, SubscriberList, SubscriberStep};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(events)).routes(routes!(step))
}

/// 事件订阅方与推送进度
#[utoipa::path(get, path = "/api/v1/subscribers", tag = "subscriber",
    responses((status = 200, body = SubscriberList), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<SubscriberList>> {
    Ok(Json(doors.app.subscribers(&caller).await?))
}

/// From where on.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Since {
    /// Events after this entry of the record; from the first when left out.
    #[serde(default)]
    since: i64,
}

/// 事件交换文件：某条记录之后的事件，供连不上的上级平台导入
#[utoipa::path(get, path = "/api/v1/subscribers/events", tag = "subscriber", params(Since),
    responses((status = 200, body = String, content_type = "application/x-ndjson"), (status = 403, body = Problem)))]
async fn events(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(Since { since }): Query<Since>,
) -> Answer<Response> {
    let file = doors.app.event_file(&caller, since).await?;
    let name = format!("fengsui-events-{}-{}.jsonl", since.max(0), file.up_to);
    Ok(crate::export::attachment(&name, "application/x-ndjson", file.bytes))
}

/// 登记订阅方；签名密钥只显示这一次
#[utoipa::path(post, path = "/api/v1/subscribers", tag = "subscriber", request_body = SubscriberInput,
    responses((status = 200, body = SubscriberAnswer), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<SubscriberInput>,
) -> Answer<Json<SubscriberAnswer>> {
    Ok(Json(doors.app.add_subscriber(&caller, asked).await?))
}

/// 暂停、恢复、换密钥、停止
#[utoipa::path(post, path = "/api/v1/subscribers/{id}/steps", tag = "subscriber", params(("id" = String, Path)),
    request_body = SubscriberStep,
    responses((status = 200, body = SubscriberAnswer), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<SubscriberStep>,
) -> Answer<Json<SubscriberAnswer>> {
    Ok(Json(doors.app.step_subscriber(&caller, &id.into(), asked).await?))
}

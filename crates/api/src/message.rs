//! Messages, how the channels stand, and how one wants to be reached oneself.

mod push;
mod receipt;

use app::message::{MessagePage, MessagesReceived, ReachInput, ReachSettings, ReceivedInput};
use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(mine))
        .routes(routes!(received))
        .routes(routes!(reach, set_reach))
        .merge(push::routes())
        .merge(receipt::routes())
}

/// Which messages.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// States, commas between them.
    state: Option<String>,
}

/// 通知与通道
#[utoipa::path(get, path = "/api/v1/messages", tag = "message", params(Which),
    responses((status = 200, body = MessagePage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<MessagePage>> {
    Ok(Json(doors.app.messages(&caller, asked.state.as_deref()).await?))
}

/// 我未确认的通知
#[utoipa::path(get, path = "/api/v1/me/messages", tag = "message", responses((status = 200, body = MessagePage)))]
async fn mine(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<MessagePage>> {
    Ok(Json(doors.app.my_messages(&caller).await?))
}

/// 确认收到通知
#[utoipa::path(post, path = "/api/v1/me/messages/received", tag = "message", request_body = ReceivedInput,
    responses((status = 200, body = MessagesReceived)))]
async fn received(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ReceivedInput>,
) -> Answer<Json<MessagesReceived>> {
    Ok(Json(doors.app.receive_messages(&caller, asked).await?))
}

/// 我的通知方式
#[utoipa::path(get, path = "/api/v1/me/reach", tag = "message", responses((status = 200, body = ReachSettings)))]
async fn reach(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<ReachSettings>> {
    Ok(Json(doors.app.my_reach(&caller).await?))
}

/// 设置我的通知方式
#[utoipa::path(put, path = "/api/v1/me/reach", tag = "message", request_body = ReachInput,
    responses((status = 200, body = ReachSettings), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn set_reach(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ReachInput>,
) -> Answer<Json<ReachSettings>> {
    Ok(Json(doors.app.set_my_reach(&caller, asked).await?))
}

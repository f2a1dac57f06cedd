//! In which browsers one takes messages oneself.

use app::message::push::{PushInput, PushSettings};
use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(push, add_push)).routes(routes!(end_push))
}

/// 我的浏览器推送
#[utoipa::path(get, path = "/api/v1/me/push", tag = "message", responses((status = 200, body = PushSettings)))]
async fn push(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<PushSettings>> {
    Ok(Json(doors.app.my_push(&caller).await?))
}

/// 在本浏览器开启推送
#[utoipa::path(post, path = "/api/v1/me/push", tag = "message", request_body = PushInput,
    responses((status = 200, body = PushSettings), (status = 422, body = Problem)))]
async fn add_push(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<PushInput>,
) -> Answer<Json<PushSettings>> {
    Ok(Json(doors.app.add_push(&caller, asked).await?))
}

/// 关闭一个浏览器的推送
#[utoipa::path(post, path = "/api/v1/me/push/{id}/end", tag = "message", params(("id" = String, Path)),
    responses((status = 200, body = PushSettings), (status = 404, body = Problem)))]
async fn end_push(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<PushSettings>> {
    Ok(Json(doors.app.end_push(&caller, &id.into()).await?))
}

//! Meetings: planned, held, written down.

use app::meeting::{
    MeetingAdded, MeetingAsked, MeetingCancel, MeetingCorrection, MeetingFilter, MeetingHeld, MeetingInput,
    MeetingMinutes, MeetingOptions, MeetingPage, MeetingView,
};

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::page_size;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, plan))
        .routes(routes!(options))
        .routes(routes!(one, change))
        .routes(routes!(hold))
        .routes(routes!(minute))
        .routes(routes!(resolve))
        .routes(routes!(cancel))
        .routes(routes!(correct))
        .routes(routes!(void))
}

/// Which meetings.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `planned`, `held`, `minuted`, `cancelled`, `voided`; several with commas.
    state: Option<String>,
    /// Kind.
    kind: Option<String>,
    /// Text in the title.
    q: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows.
    limit: Option<i64>,
}

/// 会议
#[utoipa::path(get, path = "/api/v1/meetings", tag = "meeting", params(Which),
    responses((status = 200, body = MeetingPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<MeetingPage>> {
    let filter = MeetingFilter {
        state: asked.state,
        kind: asked.kind,
        text: asked.q.filter(|q| !q.trim().is_empty()),
    };
    let asked = MeetingAsked { filter, after: asked.after, limit: page_size(asked.limit) };
    Ok(Json(doors.app.meetings(&caller, &asked).await?))
}

/// 新建会议所需选项
#[utoipa::path(get, path = "/api/v1/meetings/options", tag = "meeting",
    responses((status = 200, body = MeetingOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<MeetingOptions>> {
    Ok(Json(doors.app.meeting_options(&caller).await?))
}

/// 安排会议
#[utoipa::path(post, path = "/api/v1/meetings", tag = "meeting", request_body = MeetingInput,
    responses((status = 200, body = MeetingView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn plan(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<MeetingInput>,
) -> Answer<Json<MeetingView>> {
    Ok(Json(doors.app.plan_meeting(&caller, None, asked).await?))
}

/// 一次会议
#[utoipa::path(get, path = "/api/v1/meetings/{id}", tag = "meeting", params(("id" = String, Path)),
    responses((status = 200, body = MeetingView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<MeetingView>> {
    Ok(Json(doors.app.meeting(&caller, &id.into()).await?))
}

/// 修改会议安排
#[utoipa::path(put, path = "/api/v1/meetings/{id}", tag = "meeting", params(("id" = String, Path)),
    request_body = MeetingInput,
    responses((status = 200, body = MeetingView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<MeetingInput>,
) -> Answer<Json<MeetingView>> {
    Ok(Json(doors.app.plan_meeting(&caller, Some(&id.into()), asked).await?))
}

/// 登记召开
#[utoipa::path(post, path = "/api/v1/meetings/{id}/hold", tag = "meeting", params(("id" = String, Path)),
    request_body = MeetingHeld,
    responses((status = 200, body = MeetingView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn hold(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<MeetingHeld>,
) -> Answer<Json<MeetingView>> {
    Ok(Json(doors.app.hold_meeting(&caller, &id.into(), asked).await?))
}

/// 提交纪要
#[utoipa::path(post, path = "/api/v1/meetings/{id}/minute", tag = "meeting", params(("id" = String, Path)),
    request_body = MeetingMinutes,
    responses((status = 200, body = MeetingView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn minute(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<MeetingMinutes>,
) -> Answer<Json<MeetingView>> {
    Ok(Json(doors.app.minute_meeting(&caller, &id.into(), asked).await?))
}

/// 补记议定事项
#[utoipa::path(post, path = "/api/v1/meetings/{id}/resolve", tag = "meeting", params(("id" = String, Path)),
    request_body = MeetingAdded,
    responses((status = 200, body = MeetingView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn resolve(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<MeetingAdded>,
) -> Answer<Json<MeetingView>> {
    Ok(Json(doors.app.add_resolutions(&caller, &id.into(), asked).await?))
}

/// 取消会议
#[utoipa::path(post, path = "/api/v1/meetings/{id}/cancel", tag = "meeting", params(("id" = String, Path)),
    request_body = MeetingCancel,
    responses((status = 200, body = MeetingView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn cancel(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<MeetingCancel>,
) -> Answer<Json<MeetingView>> {
    Ok(Json(doors.app.cancel_meeting(&caller, &id.into(), asked).await?))
}

/// 更正会议记录
#[utoipa::path(post, path = "/api/v1/meetings/{id}/correct", tag = "meeting", params(("id" = String, Path)),
    request_body = MeetingCorrection,
    responses((status = 200, body = MeetingView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn correct(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<MeetingCorrection>,
) -> Answer<Json<MeetingView>> {
    Ok(Json(doors.app.correct_meeting(&caller, &id.into(), asked).await?))
}

/// 作废会议记录
#[utoipa::path(post, path = "/api/v1/meetings/{id}/void", tag = "meeting", params(("id" = String, Path)),
    request_body = MeetingCancel,
    responses((status = 200, body = MeetingView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<MeetingCancel>,
) -> Answer<Json<MeetingView>> {
    Ok(Json(doors.app.void_meeting(&caller, &id.into(), asked).await?))
}

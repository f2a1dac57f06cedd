//! The township's own notice.

use app::notice::{NoticeInput as Asked, NoticeRecord, utf16};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::instant;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(show, attach))
}

/// Where a clause stands in the text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticePassage {
    clause: String,
    /// Units: UTF-16.
    start: usize,
    /// Units: UTF-16.
    end: usize,
}

/// The notice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeView {
    title: String,
    body: String,
    spans: Vec<NoticePassage>,
    recorded_at: String,
    recorded_by: String,
    version: i64,
}

/// A notice as handed in.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NoticeInput {
    title: String,
    body: String,
    /// The version it replaces; left out for the first.
    version: Option<i64>,
}

/// 方案原文
#[utoipa::path(get, path = "/api/v1/notice", tag = "notice",
    responses((status = 200, body = NoticeView), (status = 404, body = Problem)))]
pub(crate) async fn show(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<NoticeView>> {
    Ok(Json(view(doors.app.notice(&caller).await?)))
}

/// 上传方案原文
#[utoipa::path(put, path = "/api/v1/notice", tag = "notice", request_body = NoticeInput,
    responses((status = 200, body = NoticeView), (status = 409, body = Problem)))]
pub(crate) async fn attach(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<NoticeInput>,
) -> Answer<Json<NoticeView>> {
    let asked = Asked { title: asked.title, body: asked.body, version: asked.version };
    Ok(Json(doors.app.attach_notice(&caller, asked, view).await?))
}

fn view(notice: NoticeRecord) -> NoticeView {
    let spans = notice.passages.iter().map(|passage| NoticePassage {
        clause: passage.clause.clone(),
        start: utf16(&notice.body, passage.start),
        end: utf16(&notice.body, passage.end),
    });
    NoticeView {
        spans: spans.collect(),
        title: notice.title,
        body: notice.body,
        recorded_at: instant(notice.recorded_at),
        recorded_by: notice.recorded_by,
        version: notice.version,
    }
}

//! The township's own notice.

use app::notice::{Found, NoticeInput as Asked, NoticeRecord, Ruling, RulingInput as Ruled, utf16};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{instant, wrong};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(show, attach)).routes(routes!(reading)).routes(routes!(rule))
}

/// The one route that takes a whole file.
pub(crate) fn upload_routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(text)).layer(DefaultBodyLimit::max(MAX_NOTICE))
}

/// Largest notice. Units: bytes.
const MAX_NOTICE: usize = 30 << 20;

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

/// Name of the file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NoticeFile {
    /// With its ending: what is called `.docx` must be one.
    name: String,
}

/// The text of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeText {
    text: String,
}

/// A stretch of the text. Units: UTF-16.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeStretch {
    start: usize,
    end: usize,
}

/// One numbered heading of the notice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeHeading {
    /// `part`, `section`, `clause` or `item`.
    level: String,
    /// As people call it: `10`, `三（二）`.
    label: String,
    title: String,
    at: NoticeStretch,
}

/// What a person said about a finding.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeRuling {
    /// `accepted`, `dismissed` or `explained`.
    ruling: String,
    note: String,
    recorded_at: String,
    recorded_by: String,
    version: i64,
}

/// One thing found in the notice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeFinding {
    key: String,
    kind: String,
    kind_label: String,
    /// Labels of the clauses it is about; for a gap the missing numbers.
    clauses: Vec<String>,
    quote: String,
    message: String,
    /// Empty in the answer to a ruling.
    at: Vec<NoticeStretch>,
    ruling: Option<NoticeRuling>,
}

/// The notice with its headings and what was found in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeReading {
    notice: NoticeView,
    headings: Vec<NoticeHeading>,
    findings: Vec<NoticeFinding>,
}

/// What is made of a finding.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NoticeRulingInput {
    key: String,
    /// `accepted`, `dismissed` or `explained`.
    ruling: String,
    #[serde(default)]
    note: String,
    /// The version it replaces; left out for the first.
    version: Option<i64>,
}

/// 读取方案文件的文字（不保存）
#[utoipa::path(post, path = "/api/v1/notice/text", tag = "notice", params(NoticeFile),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = NoticeText), (status = 422, body = Problem)))]
pub(crate) async fn text(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(file): Query<NoticeFile>,
    body: Bytes,
) -> Answer<Json<NoticeText>> {
    Ok(Json(NoticeText { text: doors.app.notice_text(&caller, &file.name, body.to_vec()).await? }))
}

/// 方案原文的条款与疑点
#[utoipa::path(get, path = "/api/v1/notice/findings", tag = "notice",
    responses((status = 200, body = NoticeReading), (status = 404, body = Problem)))]
pub(crate) async fn reading(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<NoticeReading>> {
    let reading = doors.app.notice_reading(&caller).await?;
    let body = reading.notice.body.clone();
    let headings = reading.headings.into_iter().map(|(heading, label)| NoticeHeading {
        level: heading.level.code().to_owned(),
        label,
        at: stretch(&body, heading.range()),
        title: heading.title,
    });
    Ok(Json(NoticeReading {
        headings: headings.collect(),
        findings: reading.found.into_iter().map(|found| finding(&body, found)).collect(),
        notice: view(reading.notice),
    }))
}

/// 对疑点作出判断
#[utoipa::path(post, path = "/api/v1/notice/findings", tag = "notice", request_body = NoticeRulingInput,
    responses((status = 200, body = NoticeFinding), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn rule(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<NoticeRulingInput>,
) -> Answer<Json<NoticeFinding>> {
    let ruling = match asked.ruling.as_str() {
        "accepted" => Ruling::Accepted,
        "dismissed" => Ruling::Dismissed,
        "explained" => Ruling::Explained,
        _ => return Err(wrong("ruling", "notice.ruling", "请选择采纳、不成立或说明")),
    };
    let asked = Ruled { key: asked.key, ruling, note: asked.note, version: asked.version };
    Ok(Json(doors.app.rule_on_finding(&caller, asked, |found| finding("", found)).await?))
}

fn stretch(body: &str, at: std::ops::Range<usize>) -> NoticeStretch {
    NoticeStretch { start: utf16(body, at.start), end: utf16(body, at.end) }
}

fn finding(body: &str, found: Found) -> NoticeFinding {
    let spans = if body.is_empty() { Vec::new() } else { found.finding.spans };
    NoticeFinding {
        key: found.key,
        kind: found.finding.kind.code().to_owned(),
        kind_label: found.finding.kind.label().to_owned(),
        clauses: found.finding.clauses,
        quote: found.quote,
        message: found.finding.message,
        at: spans.into_iter().map(|at| stretch(body, at)).collect(),
        ruling: found.ruling.map(|record| NoticeRuling {
            ruling: match record.ruling {
                Ruling::Accepted => "accepted",
                Ruling::Dismissed => "dismissed",
                Ruling::Explained => "explained",
            }
            .to_owned(),
            note: record.note,
            recorded_at: instant(record.recorded_at),
            recorded_by: record.recorded_by,
            version: record.version,
        }),
    }
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

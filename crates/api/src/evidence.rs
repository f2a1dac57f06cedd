//! Evidence: what may be recorded, recording, deciding, lists.

use app::evidence::options::EvidenceOptions;
use app::evidence::{
    ClaimInput, EvidenceAsked, EvidenceFilter, EvidenceInput as Said, EvidencePage, EvidenceView,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use domain::evidence::Kind;
use domain::time::Date;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{page_size, read_day, read_opt_day, wrong};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, record))
        .routes(routes!(options))
        .routes(routes!(show))
        .routes(routes!(resubmit))
        .routes(routes!(decide))
        .routes(routes!(void))
}

/// Which evidence is listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(crate) struct EvidenceListQuery {
    /// `inbox`: what waits for the caller's decision; `mine`: what he recorded; all otherwise.
    pub view: Option<String>,
    /// Only these states, commas between them.
    pub state: Option<String>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only claimed for this duty.
    pub duty: Option<String>,
    /// Only of this post.
    pub post: Option<String>,
    /// Only what happened from here …
    pub from: Option<String>,
    /// … to here.
    pub to: Option<String>,
    /// Only with this text in number or title.
    pub q: Option<String>,
    /// Where the page before ended.
    pub after: Option<String>,
    /// Rows of a page.
    pub limit: Option<i64>,
}

/// Which duty's options are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(crate) struct EvidenceOptionQuery {
    /// Only this duty, with everybody it is owed for.
    pub duty: Option<String>,
}

/// What a record is claimed for.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EvidenceClaimInput {
    duty: String,
    /// Which of its needs; the only one when left out.
    need: Option<String>,
    /// The chosen tag where different ones are counted.
    choice: Option<String>,
    /// Left out for what sets duties off.
    #[serde(default)]
    subject_kind: String,
    #[serde(default)]
    subject: String,
}

/// What is said of a piece of evidence.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EvidenceContentInput {
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    number: String,
    happened_on: String,
    until: Option<String>,
    org: Option<String>,
    territory: Option<String>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    photos: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    claims: Vec<EvidenceClaimInput>,
}

/// A new piece of evidence.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EvidenceNewInput {
    /// Made by the page, so that pictures can go first.
    id: String,
    #[serde(flatten)]
    content: EvidenceContentInput,
}

/// A corrected edition.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EvidenceEditionInput {
    version: i64,
    #[serde(flatten)]
    content: EvidenceContentInput,
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EvidenceDecisionInput {
    accept: bool,
    #[serde(default)]
    reason: String,
    version: i64,
}

/// Why a record is voided.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EvidenceVoidInput {
    #[serde(default)]
    reason: String,
    version: i64,
}

fn read_kind(code: &str) -> Answer<Kind> {
    Kind::from_code(code).ok_or_else(|| wrong("kind", "evidence.kind", "佐证类别不认识，请从列表中选择"))
}

fn said(content: EvidenceContentInput) -> Answer<Said> {
    let claim = |claim: EvidenceClaimInput| ClaimInput {
        duty: claim.duty,
        need: claim.need,
        choice: claim.choice,
        subject_kind: claim.subject_kind,
        subject: claim.subject,
    };
    Ok(Said {
        kind: read_kind(&content.kind)?,
        title: content.title,
        number: content.number,
        happened_on: read_day("happened_on", &content.happened_on)?,
        until: read_opt_day("until", content.until.as_deref())?,
        org: content.org,
        territory: content.territory,
        text: content.text,
        photos: content.photos,
        files: content.files,
        claims: content.claims.into_iter().map(claim).collect(),
    })
}

/// 佐证
#[utoipa::path(get, path = "/api/v1/evidence", tag = "evidence", params(EvidenceListQuery),
    responses((status = 200, body = EvidencePage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<EvidenceListQuery>,
) -> Answer<Json<EvidencePage>> {
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let happened =
        match (read_opt_day("from", asked.from.as_deref())?, read_opt_day("to", asked.to.as_deref())?) {
            (None, None) => None,
            // Days are compared as they are written: four digits of a year.
            (from, to) => {
                let (first, last) = (Date::from_ymd_opt(1, 1, 1), Date::from_ymd_opt(9999, 12, 31));
                from.or(first).zip(to.or(last))
            }
        };
    let asked = EvidenceAsked {
        inbox: asked.view.as_deref() == Some("inbox"),
        mine: asked.view.as_deref() == Some("mine"),
        filter: EvidenceFilter {
            state: filled(asked.state),
            kind: filled(asked.kind).as_deref().map(read_kind).transpose()?,
            duty: filled(asked.duty),
            post: filled(asked.post).map(Into::into),
            happened,
            text: filled(asked.q),
            ..EvidenceFilter::default()
        },
        after: asked.after,
        limit: page_size(asked.limit),
    };
    Ok(Json(doors.app.evidence_page(&caller, asked).await?))
}

/// 可登记的责任
#[utoipa::path(get, path = "/api/v1/evidence/options", tag = "evidence", params(EvidenceOptionQuery),
    responses((status = 200, body = EvidenceOptions), (status = 403, body = Problem)))]
async fn options(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<EvidenceOptionQuery>,
) -> Answer<Json<EvidenceOptions>> {
    let duty = asked.duty.filter(|duty| !duty.is_empty());
    Ok(Json(doors.app.evidence_options(&caller, duty.as_deref()).await?))
}

/// 登记佐证
#[utoipa::path(post, path = "/api/v1/evidence", tag = "evidence", request_body = EvidenceNewInput,
    responses((status = 200, body = EvidenceView), (status = 422, body = Problem)))]
async fn record(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<EvidenceNewInput>,
) -> Answer<Json<EvidenceView>> {
    let id = asked.id.to_lowercase();
    Ok(Json(doors.app.record_evidence(&caller, &id, said(asked.content)?).await?))
}

/// 一份佐证
#[utoipa::path(get, path = "/api/v1/evidence/{id}", tag = "evidence", params(("id" = String, Path)),
    responses((status = 200, body = EvidenceView), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<EvidenceView>> {
    Ok(Json(doors.app.evidence_view(&caller, &id).await?))
}

/// 改正后重报
#[utoipa::path(post, path = "/api/v1/evidence/{id}/resubmit", tag = "evidence", params(("id" = String, Path)),
    request_body = EvidenceEditionInput,
    responses((status = 200, body = EvidenceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn resubmit(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<EvidenceEditionInput>,
) -> Answer<Json<EvidenceView>> {
    let content = said(asked.content)?;
    Ok(Json(doors.app.resubmit_evidence(&caller, &id, asked.version, content).await?))
}

/// 认定或退回
#[utoipa::path(post, path = "/api/v1/evidence/{id}/decide", tag = "evidence", params(("id" = String, Path)),
    request_body = EvidenceDecisionInput,
    responses((status = 200, body = EvidenceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn decide(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<EvidenceDecisionInput>,
) -> Answer<Json<EvidenceView>> {
    let decided = doors.app.decide_evidence(&caller, &id, asked.version, asked.accept, &asked.reason).await?;
    Ok(Json(decided))
}

/// 作废
#[utoipa::path(post, path = "/api/v1/evidence/{id}/void", tag = "evidence", params(("id" = String, Path)),
    request_body = EvidenceVoidInput,
    responses((status = 200, body = EvidenceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<EvidenceVoidInput>,
) -> Answer<Json<EvidenceView>> {
    Ok(Json(doors.app.void_evidence(&caller, &id, asked.version, &asked.reason).await?))
}

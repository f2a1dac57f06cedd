//! Letters of responsibility, and a post's year in review.

use app::letter::statement::Statement;
use app::letter::{LetterInput as Said, LetterPage, LetterView};
use axum::Json;
use axum::extract::{Path, Query, State};
use domain::letter::Terms;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::read_day;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, sign))
        .routes(routes!(statement))
        .routes(routes!(show))
        .routes(routes!(void))
}

/// Which post, which year.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct StatementQuery {
    /// Id of the post.
    pub post: String,
    /// The year.
    pub year: i32,
}

/// A letter that was signed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LetterInput {
    /// Made by the page, so that scans can go first.
    id: String,
    post: String,
    /// Id of the person who signed.
    signer: String,
    #[serde(default)]
    number: String,
    signed_on: String,
    from: String,
    until: String,
    #[serde(default)]
    counterpart: String,
    #[serde(default)]
    duties: Vec<String>,
    #[serde(default)]
    indicators: Vec<String>,
    #[serde(default)]
    photos: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
}

/// Why a letter is voided.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LetterVoidInput {
    #[serde(default)]
    reason: String,
    version: i64,
}

/// 责任书
#[utoipa::path(get, path = "/api/v1/letters", tag = "letter",
    responses((status = 200, body = LetterPage), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<LetterPage>> {
    Ok(Json(doors.app.letters(&caller).await?))
}

/// 登记责任书
#[utoipa::path(post, path = "/api/v1/letters", tag = "letter", request_body = LetterInput,
    responses((status = 200, body = LetterView), (status = 422, body = Problem)))]
async fn sign(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<LetterInput>,
) -> Answer<Json<LetterView>> {
    let terms = Terms {
        number: asked.number,
        signed_on: read_day("signed_on", &asked.signed_on)?,
        from: read_day("from", &asked.from)?,
        until: read_day("until", &asked.until)?,
        counterpart: asked.counterpart,
        duties: asked.duties,
        indicators: asked.indicators,
        photos: asked.photos.into_iter().map(Into::into).collect(),
        files: asked.files,
    };
    let said = Said { post: asked.post, signer: asked.signer, terms };
    Ok(Json(doors.app.sign_letter(&caller, &asked.id.to_lowercase(), said).await?))
}

/// 一份责任书
#[utoipa::path(get, path = "/api/v1/letters/{id}", tag = "letter", params(("id" = String, Path)),
    responses((status = 200, body = LetterView), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<LetterView>> {
    Ok(Json(doors.app.letter_view(&caller, &id).await?))
}

/// 作废责任书
#[utoipa::path(post, path = "/api/v1/letters/{id}/void", tag = "letter", params(("id" = String, Path)),
    request_body = LetterVoidInput,
    responses((status = 200, body = LetterView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<LetterVoidInput>,
) -> Answer<Json<LetterView>> {
    Ok(Json(doors.app.void_letter(&caller, &id, asked.version, &asked.reason).await?))
}

/// 履职清单
#[utoipa::path(get, path = "/api/v1/letters/statement", tag = "letter", params(StatementQuery),
    responses((status = 200, body = Statement), (status = 404, body = Problem)))]
async fn statement(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<StatementQuery>,
) -> Answer<Json<Statement>> {
    Ok(Json(doors.app.statement(&caller, &asked.post, asked.year).await?))
}

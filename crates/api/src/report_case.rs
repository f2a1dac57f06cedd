//! Reports from anybody, at the desk: lists, taking down, steps, who reported, rewards; and the pages of strangers.

mod order;
mod page;
mod receipt;

use app::report_case::view::{
    ReportCaseAsked, ReportCaseInput, ReportCaseOptions, ReportCasePage, ReportCaseStep, ReportCaseTaken,
    ReportCaseView, ReporterView, RewardLedger, VoiceView,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::attachment;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) use page::public_routes;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, take))
        .routes(routes!(options))
        .routes(routes!(rewards))
        .routes(routes!(poster))
        .routes(routes!(one))
        .routes(routes!(step))
        .routes(routes!(reporter))
        .routes(routes!(voice))
        .routes(routes!(order::list))
        .routes(routes!(order::answers))
        .routes(routes!(order::sent))
}

/// Why somebody reads who reported.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ReporterReason {
    reason: String,
}

/// 举报件
#[utoipa::path(get, path = "/api/v1/report-cases", tag = "report_case", params(ReportCaseAsked),
    responses((status = 200, body = ReportCasePage), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<ReportCaseAsked>,
) -> Answer<Json<ReportCasePage>> {
    Ok(Json(doors.app.report_cases(&caller, &asked).await?))
}

/// 登记举报
#[utoipa::path(post, path = "/api/v1/report-cases", tag = "report_case", request_body = ReportCaseInput,
    responses((status = 200, body = ReportCaseTaken), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn take(
    State(doors): State<Doors>,
    Known(caller): Known,
    headers: HeaderMap,
    Json(asked): Json<ReportCaseInput>,
) -> Answer<Json<ReportCaseTaken>> {
    let base = doors.base(&headers);
    Ok(Json(doors.app.take_report(&caller, asked, &base).await?))
}

/// 举报件所需选项
#[utoipa::path(get, path = "/api/v1/report-cases/options", tag = "report_case",
    responses((status = 200, body = ReportCaseOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<ReportCaseOptions>> {
    Ok(Json(doors.app.report_case_options(&caller).await?))
}

/// 举报奖励台账
#[utoipa::path(get, path = "/api/v1/report-cases/rewards", tag = "report_case",
    responses((status = 200, body = RewardLedger), (status = 403, body = Problem)))]
async fn rewards(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<RewardLedger>> {
    Ok(Json(doors.app.report_case_rewards(&caller).await?))
}

/// How large.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PosterSize {
    /// `a4` or `a3`.
    size: Option<String>,
}

/// 举报海报（PDF）
#[utoipa::path(get, path = "/api/v1/report-cases/poster", tag = "report_case", params(PosterSize),
    responses((status = 200, content_type = "application/pdf"), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn poster(
    State(doors): State<Doors>,
    Known(caller): Known,
    headers: HeaderMap,
    Query(wanted): Query<PosterSize>,
) -> Answer<Response> {
    let bytes = doors.app.report_poster(&caller, wanted.size.as_deref(), &doors.base(&headers)).await?;
    Ok(attachment("report-poster.pdf", "application/pdf", bytes))
}

/// 一件举报
#[utoipa::path(get, path = "/api/v1/report-cases/{id}", tag = "report_case", params(("id" = String, Path)),
    responses((status = 200, body = ReportCaseView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<ReportCaseView>> {
    Ok(Json(doors.app.report_case(&caller, &id.into()).await?))
}

/// 办理举报
#[utoipa::path(post, path = "/api/v1/report-cases/{id}/steps", tag = "report_case", params(("id" = String, Path)),
    request_body = ReportCaseStep,
    responses((status = 200, body = ReportCaseView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ReportCaseStep>,
) -> Answer<Json<ReportCaseView>> {
    Ok(Json(doors.app.step_report_case(&caller, &id.into(), asked).await?))
}

/// 查看举报人
#[utoipa::path(post, path = "/api/v1/report-cases/{id}/reporter", tag = "report_case", params(("id" = String, Path)),
    request_body = ReporterReason,
    responses((status = 200, body = ReporterView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn reporter(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ReporterReason>,
) -> Answer<Json<ReporterView>> {
    Ok(Json(doors.app.reveal_reporter(&caller, &id.into(), &asked.reason).await?))
}

/// 听取举报录音
#[utoipa::path(post, path = "/api/v1/report-cases/{id}/voice", tag = "report_case", params(("id" = String, Path)),
    request_body = ReporterReason,
    responses((status = 200, body = VoiceView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn voice(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ReporterReason>,
) -> Answer<Json<VoiceView>> {
    Ok(Json(doors.app.hear_reporter(&caller, &id.into(), &asked.reason).await?))
}

//! Periodic reports: drafted, issued with frozen figures, worked out again.

use app::paper::PaperForm;
use app::report::{
    Recomputed, ReportAsked, ReportFilter, ReportInput, ReportOptions, ReportPage, ReportStepInput,
    ReportView, Step,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::paper::{DOCX, told};
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{page_size, wrong};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, draft))
        .routes(routes!(options))
        .routes(routes!(one, change))
        .routes(routes!(recompute))
        .routes(routes!(pdf))
        .routes(routes!(docx))
        .routes(routes!(step))
}

/// Which reports.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `draft`, `submitted`, `issued`, `void`; several with commas.
    state: Option<String>,
    /// Kind, as the plan asks for it.
    kind: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows.
    limit: Option<i64>,
}

/// 报告
#[utoipa::path(get, path = "/api/v1/reports", tag = "report", params(Which),
    responses((status = 200, body = ReportPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<ReportPage>> {
    let filter = ReportFilter { state: asked.state, kind: asked.kind };
    let asked = ReportAsked { filter, after: asked.after, limit: page_size(asked.limit) };
    Ok(Json(doors.app.reports(&caller, &asked).await?))
}

/// 起草报告所需选项
#[utoipa::path(get, path = "/api/v1/reports/options", tag = "report",
    responses((status = 200, body = ReportOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<ReportOptions>> {
    Ok(Json(doors.app.report_options(&caller).await?))
}

/// 起草报告
#[utoipa::path(post, path = "/api/v1/reports", tag = "report", request_body = ReportInput,
    responses((status = 200, body = ReportView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn draft(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ReportInput>,
) -> Answer<Json<ReportView>> {
    Ok(Json(doors.app.draft_report(&caller, None, asked).await?))
}

/// 一份报告
#[utoipa::path(get, path = "/api/v1/reports/{id}", tag = "report", params(("id" = String, Path)),
    responses((status = 200, body = ReportView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<ReportView>> {
    Ok(Json(doors.app.report(&caller, &id.into()).await?))
}

/// 修改草稿
#[utoipa::path(put, path = "/api/v1/reports/{id}", tag = "report", params(("id" = String, Path)),
    request_body = ReportInput,
    responses((status = 200, body = ReportView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ReportInput>,
) -> Answer<Json<ReportView>> {
    Ok(Json(doors.app.draft_report(&caller, Some(&id.into()), asked).await?))
}

/// 按当时的记录重算已签发的数字
#[utoipa::path(get, path = "/api/v1/reports/{id}/recompute", tag = "report", params(("id" = String, Path)),
    responses((status = 200, body = Recomputed), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn recompute(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<Recomputed>> {
    Ok(Json(doors.app.recompute_report(&caller, &id.into()).await?))
}

/// 报告的 PDF，选址论证报告附示意图
#[utoipa::path(get, path = "/api/v1/reports/{id}/report.pdf", tag = "report", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 404, body = Problem)))]
async fn pdf(State(doors): State<Doors>, Known(caller): Known, Path(id): Path<String>) -> Answer<Response> {
    let file = doors.app.report_file(&caller, &id.into(), PaperForm::Pdf).await?;
    Ok(told(file, "pdf", "application/pdf", true))
}

/// 报告的可编辑稿
#[utoipa::path(get, path = "/api/v1/reports/{id}/report.docx", tag = "report", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
async fn docx(State(doors): State<Doors>, Known(caller): Known, Path(id): Path<String>) -> Answer<Response> {
    let file = doors.app.report_file(&caller, &id.into(), PaperForm::Docx).await?;
    Ok(told(file, "docx", DOCX, false))
}

/// 办理报告：submit 提交，issue 签发，send_back 退回，void 作废
#[utoipa::path(post, path = "/api/v1/reports/{id}/{step}", tag = "report",
    params(("id" = String, Path), ("step" = String, Path)), request_body = ReportStepInput,
    responses((status = 200, body = ReportView), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, step)): Path<(String, String)>,
    Json(asked): Json<ReportStepInput>,
) -> Answer<Json<ReportView>> {
    let step = match step.as_str() {
        "submit" => Step::Submit,
        "issue" => Step::Issue,
        "send_back" => Step::SendBack,
        "void" => Step::Void,
        _ => return Err(wrong("step", "report.step", "没有这一步，请刷新页面后再试")),
    };
    Ok(Json(doors.app.step_report(&caller, &id.into(), step, &asked).await?))
}

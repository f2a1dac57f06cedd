//! Papers: drafted, approved, issued, served, taken back, answered by those they went to; as PDF and as editable file.

use app::job::JobView;
use app::paper::{
    AboutView, NumbersView, PaperApprove, PaperAsked, PaperCirculate, PaperFile, PaperFilter, PaperForm,
    PaperInput, PaperOptions, PaperPage, PaperPrint, PaperRevoke, PaperServe, PaperVersion, PaperView,
    Prefilled, ReceiptInput, ReceiptView, ReceivedPage, SeriesInput, SeriesView, TemplateDecide,
    TemplateWithdraw, TemplatesView, TownTemplateInput, TownTemplateView,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::attachment::percent;
use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::page_size;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, draft))
        .routes(routes!(options))
        .routes(routes!(table))
        .routes(routes!(blank))
        .routes(routes!(prefill))
        .routes(routes!(received))
        .routes(routes!(series))
        .routes(routes!(set_series))
        .routes(routes!(numbers))
        .routes(routes!(print))
        .routes(routes!(printed))
        .routes(routes!(templates, draft_template))
        .routes(routes!(change_template))
        .routes(routes!(decide_template))
        .routes(routes!(withdraw_template))
        .routes(routes!(template_example))
        .routes(routes!(one, change))
        .routes(routes!(pdf))
        .routes(routes!(docx))
        .routes(routes!(approve))
        .routes(routes!(issue))
        .routes(routes!(serve))
        .routes(routes!(circulate))
        .routes(routes!(revoke))
        .routes(routes!(answer))
}

pub(crate) const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// Which papers.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `draft`, `approved`, `issued`, `served`, `revoked`, `discarded`; several with commas.
    state: Option<String>,
    /// `DT02`; several with commas.
    family: Option<String>,
    /// `DT14.minutes`; several with commas.
    template: Option<String>,
    /// Series its number is of.
    series: Option<String>,
    /// Year of its number.
    year: Option<i32>,
    /// Whose papers, by id.
    org: Option<String>,
    /// About a record of this kind; with `about`.
    about_kind: Option<String>,
    /// About this record.
    about: Option<String>,
    /// Text in title or number.
    q: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows.
    limit: Option<i64>,
}

impl Which {
    fn read(self) -> PaperAsked {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let filter = PaperFilter {
            state: given(self.state),
            family: given(self.family),
            template: given(self.template),
            org: given(self.org),
            about: self.about_kind.zip(self.about),
            text: given(self.q),
            series: given(self.series),
            year: self.year,
        };
        PaperAsked { filter, after: self.after, limit: page_size(self.limit) }
    }
}

/// What to fill in from what.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct From {
    /// Code of the template.
    template: String,
    /// Kind of the record.
    about_kind: String,
    /// Its id.
    about: String,
}

/// Which papers that came.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Came {
    /// Leaves out what was answered.
    open: Option<bool>,
}

/// Which numbers.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfYear {
    /// Year; this one when not said.
    year: Option<i32>,
}

/// A file, shown within our own pages or saved.
pub(crate) fn told(file: PaperFile, ending: &str, kind: &'static str, shown: bool) -> Response {
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let how = if shown { "inline" } else { "attachment" };
    let named = format!("{how}; filename*=UTF-8''{}.{ending}", percent(&file.name));
    if let Ok(disposition) = HeaderValue::from_str(&named) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    // Drawn by ourselves, so that our own page may show it beside the form; nobody else's page may.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("frame-ancestors 'self'"));
    response
}

/// 文书
#[utoipa::path(get, path = "/api/v1/papers", tag = "paper", params(Which),
    responses((status = 200, body = PaperPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<PaperPage>> {
    Ok(Json(doors.app.papers(&caller, &asked.read()).await?))
}

/// 文书目录
#[utoipa::path(get, path = "/api/v1/papers/list/{format}", tag = "paper",
    params(("format" = String, Path, description = "`xlsx` or `csv`"), Which),
    responses((status = 200, description = "The table"), (status = 403, body = Problem)))]
async fn table(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(format): Path<String>,
    Query(asked): Query<Which>,
) -> Answer<Response> {
    let (format, bytes) = doors.app.paper_table(&caller, &asked.read(), &format).await?;
    let file = PaperFile { name: "文书目录".to_owned(), bytes };
    Ok(told(file, format.ending(), format.media_type(), false))
}

/// 起草文书所需选项
#[utoipa::path(get, path = "/api/v1/papers/options", tag = "paper",
    responses((status = 200, body = PaperOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<PaperOptions>> {
    Ok(Json(doors.app.paper_options(&caller).await?))
}

/// 空白表样，现场手写填记
#[utoipa::path(get, path = "/api/v1/papers/blanks/{template}", tag = "paper", params(("template" = String, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn blank(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(template): Path<String>,
) -> Answer<Response> {
    let file = doors.app.blank_paper(&caller, &template).await?;
    Ok(told(file, "pdf", "application/pdf", true))
}

/// 由记录带入内容
#[utoipa::path(get, path = "/api/v1/papers/prefill", tag = "paper", params(From),
    responses((status = 200, body = Prefilled), (status = 404, body = Problem)))]
async fn prefill(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<From>,
) -> Answer<Json<Prefilled>> {
    let about = AboutView { kind: asked.about_kind, id: asked.about };
    Ok(Json(doors.app.prefill_paper(&caller, &asked.template, &about).await?))
}

/// 收到的文件
#[utoipa::path(get, path = "/api/v1/papers/received", tag = "paper", params(Came),
    responses((status = 200, body = ReceivedPage), (status = 403, body = Problem)))]
async fn received(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Came>,
) -> Answer<Json<ReceivedPage>> {
    Ok(Json(doors.app.received_papers(&caller, asked.open.unwrap_or(false)).await?))
}

/// 编号序列
#[utoipa::path(get, path = "/api/v1/papers/series", tag = "paper",
    responses((status = 200, body = Vec<SeriesView>), (status = 403, body = Problem)))]
async fn series(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<Vec<SeriesView>>> {
    Ok(Json(doors.app.paper_series(&caller).await?))
}

/// 设置编号序列
#[utoipa::path(put, path = "/api/v1/papers/series/{code}", tag = "paper", params(("code" = String, Path)),
    request_body = SeriesInput,
    responses((status = 200, body = SeriesView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn set_series(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(code): Path<String>,
    Json(asked): Json<SeriesInput>,
) -> Answer<Json<SeriesView>> {
    Ok(Json(doors.app.set_paper_series(&caller, &code, &asked).await?))
}

/// 编号登记簿
#[utoipa::path(get, path = "/api/v1/papers/series/{code}/numbers", tag = "paper",
    params(("code" = String, Path), OfYear),
    responses((status = 200, body = NumbersView), (status = 404, body = Problem)))]
async fn numbers(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(code): Path<String>,
    Query(asked): Query<OfYear>,
) -> Answer<Json<NumbersView>> {
    Ok(Json(doors.app.paper_numbers(&caller, &code, asked.year).await?))
}

/// 合并打印，结果见后台任务
#[utoipa::path(post, path = "/api/v1/papers/print", tag = "paper", request_body = PaperPrint,
    responses((status = 200, body = JobView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn print(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<PaperPrint>,
) -> Answer<Json<JobView>> {
    Ok(Json(doors.app.print_papers(&caller, &asked).await?))
}

/// 合并打印好的 PDF
#[utoipa::path(get, path = "/api/v1/papers/prints/{job}", tag = "paper", params(("job" = String, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 404, body = Problem)))]
async fn printed(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(job): Path<String>,
) -> Answer<Response> {
    let file = doors.app.printed_papers(&caller, &job).await?;
    Ok(told(file, "pdf", "application/pdf", true))
}

/// 起草文书
#[utoipa::path(post, path = "/api/v1/papers", tag = "paper", request_body = PaperInput,
    responses((status = 200, body = PaperView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn draft(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<PaperInput>,
) -> Answer<Json<PaperView>> {
    Ok(Json(doors.app.draft_paper(&caller, None, asked).await?))
}

/// 一份文书
#[utoipa::path(get, path = "/api/v1/papers/{id}", tag = "paper", params(("id" = String, Path)),
    responses((status = 200, body = PaperView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<PaperView>> {
    Ok(Json(doors.app.paper(&caller, &id.into()).await?))
}

/// 修改文书草稿
#[utoipa::path(put, path = "/api/v1/papers/{id}", tag = "paper", params(("id" = String, Path)),
    request_body = PaperInput,
    responses((status = 200, body = PaperView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PaperInput>,
) -> Answer<Json<PaperView>> {
    Ok(Json(doors.app.draft_paper(&caller, Some(&id.into()), asked).await?))
}

/// 文书的 PDF，草稿为预览
#[utoipa::path(get, path = "/api/v1/papers/{id}/paper.pdf", tag = "paper", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 404, body = Problem)))]
async fn pdf(State(doors): State<Doors>, Known(caller): Known, Path(id): Path<String>) -> Answer<Response> {
    let file = doors.app.paper_file(&caller, &id.into(), PaperForm::Pdf).await?;
    Ok(told(file, "pdf", "application/pdf", true))
}

/// 文书的可编辑稿
#[utoipa::path(get, path = "/api/v1/papers/{id}/paper.docx", tag = "paper", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
async fn docx(State(doors): State<Doors>, Known(caller): Known, Path(id): Path<String>) -> Answer<Response> {
    let file = doors.app.paper_file(&caller, &id.into(), PaperForm::Docx).await?;
    Ok(told(file, "docx", DOCX, false))
}

/// 批准并编号
#[utoipa::path(post, path = "/api/v1/papers/{id}/approve", tag = "paper", params(("id" = String, Path)),
    request_body = PaperApprove,
    responses((status = 200, body = PaperView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn approve(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PaperApprove>,
) -> Answer<Json<PaperView>> {
    Ok(Json(doors.app.approve_paper(&caller, &id.into(), asked).await?))
}

/// 印发存档
#[utoipa::path(post, path = "/api/v1/papers/{id}/issue", tag = "paper", params(("id" = String, Path)),
    request_body = PaperVersion,
    responses((status = 200, body = PaperView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn issue(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PaperVersion>,
) -> Answer<Json<PaperView>> {
    Ok(Json(doors.app.issue_paper(&caller, &id.into(), &asked).await?))
}

/// 登记送达
#[utoipa::path(post, path = "/api/v1/papers/{id}/serve", tag = "paper", params(("id" = String, Path)),
    request_body = PaperServe,
    responses((status = 200, body = PaperView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn serve(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PaperServe>,
) -> Answer<Json<PaperView>> {
    Ok(Json(doors.app.serve_paper(&caller, &id.into(), asked).await?))
}

/// 补发给更多收文单位
#[utoipa::path(post, path = "/api/v1/papers/{id}/circulate", tag = "paper", params(("id" = String, Path)),
    request_body = PaperCirculate,
    responses((status = 200, body = PaperView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn circulate(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PaperCirculate>,
) -> Answer<Json<PaperView>> {
    Ok(Json(doors.app.circulate_paper(&caller, &id.into(), &asked).await?))
}

/// 撤销文书或弃用草稿
#[utoipa::path(post, path = "/api/v1/papers/{id}/revoke", tag = "paper", params(("id" = String, Path)),
    request_body = PaperRevoke,
    responses((status = 200, body = PaperView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn revoke(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PaperRevoke>,
) -> Answer<Json<PaperView>> {
    Ok(Json(doors.app.revoke_paper(&caller, &id.into(), &asked).await?))
}

/// 签收文件或填报办理情况
#[utoipa::path(post, path = "/api/v1/papers/{id}/answer", tag = "paper", params(("id" = String, Path)),
    request_body = ReceiptInput,
    responses((status = 200, body = ReceiptView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn answer(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ReceiptInput>,
) -> Answer<Json<ReceiptView>> {
    Ok(Json(doors.app.answer_paper(&caller, &id.into(), &asked).await?))
}

/// 本镇文书模板
#[utoipa::path(get, path = "/api/v1/papers/templates", tag = "paper",
    responses((status = 200, body = TemplatesView), (status = 403, body = Problem)))]
async fn templates(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<TemplatesView>> {
    Ok(Json(doors.app.paper_templates(&caller).await?))
}

/// 起草本镇文书模板
#[utoipa::path(post, path = "/api/v1/papers/templates", tag = "paper", request_body = TownTemplateInput,
    responses((status = 200, body = TownTemplateView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn draft_template(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<TownTemplateInput>,
) -> Answer<Json<TownTemplateView>> {
    Ok(Json(doors.app.draft_paper_template(&caller, None, asked).await?))
}

/// 修改本镇文书模板草稿
#[utoipa::path(put, path = "/api/v1/papers/templates/{id}", tag = "paper", params(("id" = String, Path)),
    request_body = TownTemplateInput,
    responses((status = 200, body = TownTemplateView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change_template(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<TownTemplateInput>,
) -> Answer<Json<TownTemplateView>> {
    Ok(Json(doors.app.draft_paper_template(&caller, Some(&id.into()), asked).await?))
}

/// 审定或退回本镇文书模板
#[utoipa::path(post, path = "/api/v1/papers/templates/{id}/decide", tag = "paper", params(("id" = String, Path)),
    request_body = TemplateDecide,
    responses((status = 200, body = TownTemplateView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn decide_template(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<TemplateDecide>,
) -> Answer<Json<TownTemplateView>> {
    Ok(Json(doors.app.decide_paper_template(&caller, &id.into(), &asked).await?))
}

/// 停用本镇文书模板
#[utoipa::path(post, path = "/api/v1/papers/templates/{id}/withdraw", tag = "paper", params(("id" = String, Path)),
    request_body = TemplateWithdraw,
    responses((status = 200, body = TownTemplateView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn withdraw_template(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<TemplateWithdraw>,
) -> Answer<Json<TownTemplateView>> {
    Ok(Json(doors.app.withdraw_paper_template(&caller, &id.into(), &asked).await?))
}

/// 本镇文书模板样张
#[utoipa::path(get, path = "/api/v1/papers/templates/{id}/example.pdf", tag = "paper", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 404, body = Problem)))]
async fn template_example(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Response> {
    let file = doors.app.paper_template_example(&caller, &id.into()).await?;
    Ok(told(file, "pdf", "application/pdf", true))
}

//! Training: courses, questions, sessions, signing in, tests, coverage.

use app::training::{
    CourseInput, CourseView, Coverage, HandedInTest, MyTraining, OrganCertificate, PresentInput,
    QuestionInput, QuestionTrial, QuestionView, TestInput, TestView, TrainingChange, TrainingInput,
    TrainingRow, TrainingView,
};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::training::Step;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::{FormatQuery, attachment};
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{read_day, wrong};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(courses, add_course))
        .routes(routes!(change_course))
        .routes(routes!(questions, add_questions))
        .routes(routes!(try_questions))
        .routes(routes!(question_template))
        .routes(routes!(change_question))
        .routes(routes!(list, plan))
        .routes(routes!(show, change))
        .routes(routes!(step))
        .routes(routes!(attendance))
        .routes(routes!(void_attendance))
        .routes(routes!(certify))
        .routes(routes!(tests))
        .routes(routes!(sign_in))
        .routes(routes!(begin_test))
        .routes(routes!(hand_in_test))
        .routes(routes!(mine))
        .routes(routes!(coverage))
        .routes(routes!(export))
        .routes(routes!(export_coverage))
}

/// Courses.
#[derive(Serialize, ToSchema)]
pub(crate) struct Courses {
    items: Vec<CourseView>,
}

/// Tests as handed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct HandedInTests {
    items: Vec<HandedInTest>,
}

/// Questions of a course.
#[derive(Serialize, ToSchema)]
pub(crate) struct Questions {
    items: Vec<QuestionView>,
}

/// Questions to add.
#[derive(Deserialize, ToSchema)]
pub(crate) struct QuestionsInput {
    items: Vec<QuestionInput>,
}

/// Sessions.
#[derive(Serialize, ToSchema)]
pub(crate) struct Trainings {
    items: Vec<TrainingRow>,
}

/// Where the caller was trained.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyTrainings {
    items: Vec<MyTraining>,
}

/// A step of a session.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TrainingStepInput {
    /// `notify`, `hold`, `finish_test`, `close` or `cancel`.
    step: String,
    /// hold: the day.
    on: Option<String>,
    /// cancel: why.
    #[serde(default)]
    reason: String,
    version: i64,
}

/// A paper list.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AttendanceInput {
    people: Vec<PresentInput>,
}

/// Why somebody is taken off a list.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AttendanceVoid {
    #[serde(default)]
    reason: String,
}

/// Which year.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CoverageAsked {
    /// This year when left out.
    year: Option<i32>,
}

/// 培训课程
#[utoipa::path(get, path = "/api/v1/courses", tag = "training",
    responses((status = 200, body = Courses), (status = 403, body = Problem)))]
async fn courses(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<Courses>> {
    Ok(Json(Courses { items: doors.app.courses(&caller).await? }))
}

/// 新增课程
#[utoipa::path(post, path = "/api/v1/courses", tag = "training", request_body = CourseInput,
    responses((status = 200, body = CourseView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add_course(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<CourseInput>,
) -> Answer<Json<CourseView>> {
    Ok(Json(doors.app.add_course(&caller, &asked).await?))
}

/// 修改课程
#[utoipa::path(put, path = "/api/v1/courses/{id}", tag = "training", params(("id" = String, Path)),
    request_body = CourseInput,
    responses((status = 200, body = CourseView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change_course(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<CourseInput>,
) -> Answer<Json<CourseView>> {
    Ok(Json(doors.app.change_course(&caller, &id.into(), &asked).await?))
}

/// 课程题库
#[utoipa::path(get, path = "/api/v1/courses/{id}/questions", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = Questions), (status = 403, body = Problem)))]
async fn questions(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<Questions>> {
    Ok(Json(Questions { items: doors.app.questions(&caller, &id.into()).await? }))
}

/// 增加试题
#[utoipa::path(post, path = "/api/v1/courses/{id}/questions", tag = "training", params(("id" = String, Path)),
    request_body = QuestionsInput,
    responses((status = 200, body = Questions), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add_questions(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<QuestionsInput>,
) -> Answer<Json<Questions>> {
    Ok(Json(Questions { items: doors.app.add_questions(&caller, &id.into(), &asked.items).await? }))
}

/// 试读 Excel 试题（不保存）
#[utoipa::path(post, path = "/api/v1/courses/{id}/questions/read", tag = "training", params(("id" = String, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = QuestionTrial), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn try_questions(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    bytes: Bytes,
) -> Answer<Json<QuestionTrial>> {
    Ok(Json(doors.app.try_questions(&caller, &id.into(), bytes.to_vec()).await?))
}

/// 试题空表
#[utoipa::path(get, path = "/api/v1/questions/template.xlsx", tag = "training",
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 403, body = Problem)))]
async fn question_template(State(doors): State<Doors>, Known(caller): Known) -> Answer<Response> {
    let mut response = doors.app.question_template(&caller).await?.into_response();
    let headers = response.headers_mut();
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let saved = "attachment; filename=\"questions.xlsx\"; filename*=UTF-8''%E8%AF%95%E9%A2%98.xlsx";
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(saved));
    Ok(response)
}

/// 修改试题
#[utoipa::path(put, path = "/api/v1/questions/{id}", tag = "training", params(("id" = String, Path)),
    request_body = QuestionInput,
    responses((status = 200, body = QuestionView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change_question(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<QuestionInput>,
) -> Answer<Json<QuestionView>> {
    Ok(Json(doors.app.change_question(&caller, &id.into(), &asked).await?))
}

/// 培训班次
#[utoipa::path(get, path = "/api/v1/trainings", tag = "training",
    responses((status = 200, body = Trainings), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<Trainings>> {
    Ok(Json(Trainings { items: doors.app.trainings(&caller).await? }))
}

/// 计划培训
#[utoipa::path(post, path = "/api/v1/trainings", tag = "training", request_body = TrainingInput,
    responses((status = 200, body = TrainingView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn plan(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<TrainingInput>,
) -> Answer<Json<TrainingView>> {
    Ok(Json(doors.app.plan_training(&caller, &asked).await?))
}

/// 一个班次
#[utoipa::path(get, path = "/api/v1/trainings/{id}", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = TrainingView), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer<Json<TrainingView>> {
    let base = doors.base(&headers);
    Ok(Json(doors.app.training(&caller, &id.into(), &base).await?))
}

/// 修改班次
#[utoipa::path(put, path = "/api/v1/trainings/{id}", tag = "training", params(("id" = String, Path)),
    request_body = TrainingChange,
    responses((status = 200, body = TrainingView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<TrainingChange>,
) -> Answer<Json<TrainingView>> {
    Ok(Json(doors.app.change_training(&caller, &id.into(), &asked).await?))
}

/// 培训办理
#[utoipa::path(post, path = "/api/v1/trainings/{id}/steps", tag = "training", params(("id" = String, Path)),
    request_body = TrainingStepInput,
    responses((status = 200, body = TrainingView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<TrainingStepInput>,
) -> Answer<Json<TrainingView>> {
    let step = match asked.step.as_str() {
        "notify" => Step::Notify,
        "hold" => Step::Hold { on: read_day("on", asked.on.as_deref().unwrap_or_default())? },
        "finish_test" => Step::FinishTest,
        "close" => Step::Close,
        "cancel" => Step::Cancel { reason: asked.reason },
        _ => return Err(wrong("step", "training.step", "没有这一步，请从列表中选择")),
    };
    Ok(Json(doors.app.step_training(&caller, &id.into(), &step, asked.version).await?))
}

/// 补录签到表
#[utoipa::path(post, path = "/api/v1/trainings/{id}/attendance", tag = "training", params(("id" = String, Path)),
    request_body = AttendanceInput,
    responses((status = 200, body = TrainingView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn attendance(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<AttendanceInput>,
) -> Answer<Json<TrainingView>> {
    Ok(Json(doors.app.enter_attendance(&caller, &id.into(), &asked.people).await?))
}

/// 移出签到名单
#[utoipa::path(post, path = "/api/v1/trainings/{id}/attendance/{attendance}/void", tag = "training",
    params(("id" = String, Path), ("attendance" = String, Path)), request_body = AttendanceVoid,
    responses((status = 200, body = TrainingView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn void_attendance(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, attendance)): Path<(String, String)>,
    Json(asked): Json<AttendanceVoid>,
) -> Answer<Json<TrainingView>> {
    Ok(Json(doors.app.void_attendance(&caller, &id.into(), &attendance, &asked.reason).await?))
}

/// 登记消防救援机构颁发的证书
#[utoipa::path(post, path = "/api/v1/trainings/{id}/attendance/{attendance}/certificate", tag = "training",
    params(("id" = String, Path), ("attendance" = String, Path)), request_body = OrganCertificate,
    responses((status = 200, body = TrainingView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn certify(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, attendance)): Path<(String, String)>,
    Json(asked): Json<OrganCertificate>,
) -> Answer<Json<TrainingView>> {
    Ok(Json(doors.app.certify_attendance(&caller, &id.into(), &attendance, &asked).await?))
}

/// 答卷
#[utoipa::path(get, path = "/api/v1/trainings/{id}/tests", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = HandedInTests), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn tests(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<HandedInTests>> {
    Ok(Json(HandedInTests { items: doors.app.handed_in_tests(&caller, &id.into()).await? }))
}

/// 扫码签到
#[utoipa::path(post, path = "/api/v1/trainings/{id}/sign-in", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = MyTraining), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn sign_in(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<MyTraining>> {
    Ok(Json(doors.app.sign_in(&caller, &id.into()).await?))
}

/// 开始考核
#[utoipa::path(post, path = "/api/v1/trainings/{id}/test", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = TestView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn begin_test(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<TestView>> {
    Ok(Json(doors.app.begin_test(&caller, &id.into()).await?))
}

/// 交卷
#[utoipa::path(post, path = "/api/v1/trainings/{id}/test/{attempt}", tag = "training",
    params(("id" = String, Path), ("attempt" = String, Path)), request_body = TestInput,
    responses((status = 200, body = MyTraining), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn hand_in_test(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, attempt)): Path<(String, String)>,
    Json(asked): Json<TestInput>,
) -> Answer<Json<MyTraining>> {
    Ok(Json(doors.app.hand_in_test(&caller, &id.into(), &attempt, &asked).await?))
}

/// 我的培训
#[utoipa::path(get, path = "/api/v1/me/trainings", tag = "training",
    responses((status = 200, body = MyTrainings), (status = 401, body = Problem)))]
async fn mine(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<MyTrainings>> {
    Ok(Json(MyTrainings { items: doors.app.my_trainings(&caller).await? }))
}

/// 培训覆盖
#[utoipa::path(get, path = "/api/v1/training-coverage", tag = "training", params(CoverageAsked),
    responses((status = 200, body = Coverage), (status = 403, body = Problem)))]
async fn coverage(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<CoverageAsked>,
) -> Answer<Json<Coverage>> {
    Ok(Json(doors.app.training_coverage(&caller, asked.year).await?))
}

/// 导出培训班次
#[utoipa::path(get, path = "/api/v1/exports/trainings", tag = "training", params(FormatQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn export(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<FormatQuery>,
) -> Answer<Response> {
    let format = form.of_list(&doors)?;
    let (name, bytes) = doors.app.export_trainings(&caller, format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// 导出培训覆盖
#[utoipa::path(get, path = "/api/v1/exports/training-coverage", tag = "training", params(FormatQuery, CoverageAsked),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn export_coverage(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<FormatQuery>,
    Query(asked): Query<CoverageAsked>,
) -> Answer<Response> {
    let format = form.of_list(&doors)?;
    let (name, bytes) = doors.app.export_training_coverage(&caller, asked.year, format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

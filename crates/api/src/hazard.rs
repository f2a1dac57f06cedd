//! Hazards: lists, pages, finds by hand, every step of their life, and links for the unit.

use app::Error;
use app::error::FieldProblem;
use app::hazard::{
    Asked, DaysView, Finding, HazardPage, HazardSummary, HazardView, HowLong as Said, Taking, What,
};
use app::place::SeenPlace;
use app::unit_link::UnitLinkView;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::hazard::{Days, Determination, Position, TransferAnswer};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::{FormatQuery, attachment};
use crate::problem::{Answer, Problem, Refusal};
use crate::router::Doors;
use crate::view::{page_size, read_day, read_opt_day, read_opt_instant, wrong};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, find))
        .routes(routes!(summary))
        .routes(routes!(show))
        .routes(routes!(take))
        .routes(routes!(add_link))
        .routes(routes!(revoke_link))
        .routes(routes!(remind))
        .routes(routes!(export))
}

/// Which hazards.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HazardQuery {
    /// Stages, commas between them.
    state: Option<String>,
    /// Levels, commas between them.
    level: Option<String>,
    /// Village.
    village: Option<String>,
    /// Place.
    place: Option<String>,
    /// Category, two digits.
    category: Option<String>,
    /// Only late ones.
    overdue: Option<bool>,
    /// Only those due within a week.
    due_soon: Option<bool>,
    /// Only those late or due within a week.
    due: Option<bool>,
    /// Only those due on this very day.
    due_on: Option<String>,
    /// Only those that wait for somebody to look again.
    recheck: Option<bool>,
    /// Only those whose level waits for the office's word.
    to_confirm: Option<bool>,
    /// Only those graded of which nobody has told the unit.
    to_advise: Option<bool>,
    /// Only those for which an extension was asked and not decided.
    extension_asked: Option<bool>,
    /// Only those for which a step of the ladder of escalation is due.
    to_escalate: Option<bool>,
    /// Only those not ended.
    open: Option<bool>,
    /// Text in number, description or the place's name.
    q: Option<String>,
    /// Found on or after.
    found_from: Option<String>,
    /// Found on or before.
    found_to: Option<String>,
    /// Closed on or after.
    closed_from: Option<String>,
    /// Rows of a page.
    limit: Option<i64>,
    /// Where the page begins.
    after: Option<String>,
}

impl HazardQuery {
    /// What is asked for; which page of it is said apart.
    fn asked(self) -> Answer<Asked> {
        let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Ok(Asked {
            state: filled(self.state),
            level: filled(self.level),
            village: filled(self.village),
            place: filled(self.place),
            category: filled(self.category),
            overdue: self.overdue.unwrap_or_default(),
            due_soon: self.due_soon.unwrap_or_default(),
            due: self.due.unwrap_or_default(),
            due_on: read_opt_day("due_on", self.due_on.as_deref())?,
            recheck: self.recheck.unwrap_or_default(),
            to_confirm: self.to_confirm.unwrap_or_default(),
            to_advise: self.to_advise.unwrap_or_default(),
            extension_asked: self.extension_asked.unwrap_or_default(),
            to_escalate: self.to_escalate.unwrap_or_default(),
            open: self.open.unwrap_or_default(),
            text: filled(self.q),
            found_from: read_opt_day("found_from", self.found_from.as_deref())?,
            found_to: read_opt_day("found_to", self.found_to.as_deref())?,
            closed_from: read_opt_day("closed_from", self.closed_from.as_deref())?,
        })
    }
}

/// Of which village.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct SummaryQuery {
    /// Village.
    village: Option<String>,
}

/// A position as evidence.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub(crate) struct HazardPosition {
    /// Degrees east.
    lon: f64,
    /// Degrees north.
    lat: f64,
    /// Units: metres.
    accuracy_m: Option<f64>,
}

/// A find made by hand.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct HazardInput {
    /// UUID, made where it was found.
    id: String,
    /// The place; a new UUID where it is not in the register yet.
    place: String,
    /// What was seen of a place that is not in the register: it comes in with the find.
    #[serde(default)]
    seen_place: Option<SeenPlace>,
    /// Code of the hazard dictionary.
    hazard_code: String,
    /// What was seen.
    description: String,
    /// Ids of pictures, which may come later.
    #[serde(default)]
    photos: Vec<String>,
    /// Checklist item, if one failed.
    item: Option<String>,
    /// When; now when left out.
    happened_at: Option<String>,
    /// Where.
    position: Option<HazardPosition>,
    /// The flight it was seen from.
    sortie: Option<String>,
}

/// A number of days; without a kind they are of the kind first allowed, or of the town's own time for the level.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum HowLong {
    /// With the kind of days.
    Days(DaysView),
    /// The number alone.
    Count(u16),
}

impl HowLong {
    fn count(self) -> u16 {
        match self {
            Self::Days(days) => days.count,
            Self::Count(count) => count,
        }
    }
}

/// A step. Which members are needed depends on the step.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct HazardStep {
    /// The version that was seen.
    version: u32,
    /// `grade`, `confirm_level`, `advise`, `order`, `serve`, `ask_extension`, `grant_extension`, `refuse_extension`,
    /// `submit_fix`, `start_recheck`, `pass_recheck`, `fail_recheck`, `close`, `transfer`, `answer_transfer`, `escalate`,
    /// `decline_escalation`, `control_long_term`, `reopen`, `dismiss` or `void`.
    step: String,
    /// When; now when left out.
    happened_at: Option<String>,
    /// The paper, by number.
    document_no: Option<String>,
    /// Where.
    position: Option<HazardPosition>,
    /// grade, answer_transfer.
    level: Option<String>,
    /// Why.
    reason: Option<String>,
    /// advise, order.
    text: Option<String>,
    /// advise, order, fail_recheck, ask_extension.
    days: Option<HowLong>,
    /// order: the officer's certificate.
    certificate_no: Option<String>,
    /// order: id of the item of the authority list; it says by which regime.
    authority_item: Option<String>,
    /// serve: `direct`, `left_behind`, `post`, `electronic` or `public_notice`.
    method: Option<String>,
    /// submit_fix, pass_recheck, fail_recheck.
    photos: Option<Vec<String>>,
    /// submit_fix, pass_recheck, fail_recheck.
    note: Option<String>,
    /// Persons who were there too; order: the second officer.
    with: Option<Vec<String>>,
    /// transfer: `fire_rescue`, `police` or `sector`.
    to: Option<String>,
    /// answer_transfer: `major` or `returned`.
    answer: Option<String>,
    /// answer_transfer: edition of the standard applied.
    edition: Option<String>,
    /// answer_transfer: elements found.
    elements: Option<Vec<String>>,
    /// answer_transfer: deadline of the organ's notice.
    deadline_on: Option<String>,
    /// escalate, decline_escalation.
    kind: Option<String>,
    /// control_long_term.
    measures: Option<String>,
    /// control_long_term.
    review_on: Option<String>,
}

/// How long a link is to last.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UnitLinkInput {
    /// Units: days.
    days: u16,
}

fn position(at: HazardPosition) -> Position {
    let e7 = |degrees: f64| (degrees * 1e7).round() as i32;
    Position {
        lng_e7: e7(at.lon),
        lat_e7: e7(at.lat),
        accuracy_m: at.accuracy_m.filter(|m| *m >= 0.0).map(|m| m.round() as u32),
    }
}

/// A word of the domain, as `fire_rescue`.
fn word<T: DeserializeOwned>(field: &str, given: Option<String>) -> Answer<T> {
    given
        .and_then(|text| serde_json::from_value(serde_json::Value::String(text)).ok())
        .ok_or_else(|| wrong(field, "hazard.step_word", "这一项没有选择或选项不对，请重新选择"))
}

fn needed<T>(field: &str, given: Option<T>) -> Answer<T> {
    given.ok_or_else(|| wrong(field, "hazard.step_missing", "这一项没有填写，请填写后再提交"))
}

impl HazardStep {
    fn taking(self) -> Answer<Taking> {
        let happened_at = read_opt_instant("happened_at", self.happened_at.as_deref())?;
        let reason = self.reason.unwrap_or_default();
        let text = self.text.unwrap_or_default();
        let note = self.note.unwrap_or_default();
        let photos = self.photos.unwrap_or_default().into_iter().map(|id| id.to_lowercase().into()).collect();
        let with = self.with.unwrap_or_default().into_iter().map(Into::into).collect();
        let days = self.days.map(|days| match days {
            HowLong::Days(days) => Said::Days(Days::from(days)),
            HowLong::Count(count) => Said::Count(count),
        });
        let what = match self.step.as_str() {
            "grade" => What::Grade { level: word("level", self.level)?, reason },
            "confirm_level" => What::ConfirmLevel,
            "advise" => What::Advise { text, days },
            "order" => What::Order {
                text,
                days,
                certificate_no: needed("certificate_no", self.certificate_no)?,
                authority_item: self.authority_item.unwrap_or_default(),
                with,
            },
            "serve" => What::Serve { method: word("method", self.method)? },
            "ask_extension" => What::AskExtension { days: needed("days", self.days)?.count(), reason },
            "grant_extension" => What::GrantExtension,
            "refuse_extension" => What::RefuseExtension { reason },
            "submit_fix" => What::SubmitFix { photos, note },
            "start_recheck" => What::StartRecheck,
            "pass_recheck" => What::PassRecheck { with, photos, note },
            "fail_recheck" => What::FailRecheck { with, photos, note, days },
            "close" => What::Close,
            "transfer" => What::Transfer { to: word("to", self.to)?, reason },
            "answer_transfer" => What::AnswerTransfer {
                answer: match self.answer.as_deref() {
                    Some("major") => TransferAnswer::Major(Determination {
                        document_no: needed("document_no", self.document_no.clone())?.trim().to_owned(),
                        edition: self.edition.unwrap_or_default(),
                        elements: self.elements.unwrap_or_default(),
                        deadline_on: read_day("deadline_on", &needed("deadline_on", self.deadline_on)?)?,
                    }),
                    Some("returned") => {
                        TransferAnswer::Returned { level: word("level", self.level)?, reason }
                    }
                    _ => return Err(wrong("answer", "hazard.step_word", "请选择答复结果")),
                },
            },
            "escalate" => What::Escalate { kind: word("kind", self.kind)?, reason },
            "decline_escalation" => What::DeclineEscalation { kind: word("kind", self.kind)?, reason },
            "control_long_term" => What::ControlLongTerm {
                measures: self.measures.unwrap_or_default(),
                review_on: read_day("review_on", &needed("review_on", self.review_on)?)?,
            },
            "reopen" => What::Reopen { reason },
            "dismiss" => What::Dismiss { reason },
            "void" => What::Void { reason },
            _ => {
                return Err(Refusal(Error::Invalid(vec![FieldProblem {
                    field: "step".to_owned(),
                    code: "hazard.step_unknown",
                    message: "没有这个环节，请刷新页面后再试".to_owned(),
                }])));
            }
        };
        let position = self.position.map(position);
        Ok(Taking { version: self.version, happened_at, document_no: self.document_no, position, what })
    }
}

/// 隐患列表
#[utoipa::path(get, path = "/api/v1/hazards", tag = "hazard", params(HazardQuery),
    responses((status = 200, body = HazardPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(query): Query<HazardQuery>,
) -> Answer<Json<HazardPage>> {
    let after = query.after.clone().filter(|text| !text.trim().is_empty());
    let limit = page_size(query.limit);
    Ok(Json(doors.app.hazards(&caller, query.asked()?, after.as_deref(), limit).await?))
}

/// 导出隐患清单
#[utoipa::path(get, path = "/api/v1/exports/hazards", tag = "hazard", params(FormatQuery, HazardQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn export(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<FormatQuery>,
    Query(query): Query<HazardQuery>,
) -> Answer<Response> {
    let format = form.of_list(&doors)?;
    let (name, bytes) = doors.app.export_hazards(&caller, query.asked()?, format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// 隐患汇总
#[utoipa::path(get, path = "/api/v1/hazards/summary", tag = "hazard", params(SummaryQuery),
    responses((status = 200, body = HazardSummary), (status = 403, body = Problem)))]
async fn summary(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(query): Query<SummaryQuery>,
) -> Answer<Json<HazardSummary>> {
    let village = query.village.filter(|village| !village.trim().is_empty());
    Ok(Json(doors.app.hazard_summary(&caller, village).await?))
}

/// 隐患详情
#[utoipa::path(get, path = "/api/v1/hazards/{id}", tag = "hazard", params(("id" = String, Path)),
    responses((status = 200, body = HazardView), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<HazardView>> {
    Ok(Json(doors.app.hazard(&caller, &id.into()).await?))
}

/// 登记隐患
#[utoipa::path(post, path = "/api/v1/hazards", tag = "hazard", request_body = HazardInput,
    responses((status = 200, body = HazardView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn find(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(input): Json<HazardInput>,
) -> Answer<Json<HazardView>> {
    let found = Finding {
        id: input.id.to_lowercase().into(),
        place: input.place.into(),
        seen_place: input.seen_place,
        hazard_code: input.hazard_code,
        description: input.description,
        photos: input.photos.into_iter().map(|id| id.to_lowercase().into()).collect(),
        item: input.item.filter(|item| !item.trim().is_empty()),
        happened_at: read_opt_instant("happened_at", input.happened_at.as_deref())?,
        position: input.position.map(position),
        sortie: input.sortie.filter(|id| !id.trim().is_empty()).map(Into::into),
    };
    Ok(Json(doors.app.find_hazard(&caller, found).await?))
}

/// 办理隐患的一个环节
#[utoipa::path(post, path = "/api/v1/hazards/{id}/steps", tag = "hazard", params(("id" = String, Path)),
    request_body = HazardStep,
    responses((status = 200, body = HazardView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn take(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(step): Json<HazardStep>,
) -> Answer<Json<HazardView>> {
    Ok(Json(doors.app.step_hazard(&caller, &id.into(), step.taking()?).await?))
}

/// 发整改链接
#[utoipa::path(post, path = "/api/v1/hazards/{id}/links", tag = "hazard", params(("id" = String, Path)),
    request_body = UnitLinkInput,
    responses((status = 200, body = UnitLinkView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn add_link(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(input): Json<UnitLinkInput>,
) -> Answer<Json<UnitLinkView>> {
    let base = doors.base(&headers);
    Ok(Json(doors.app.add_unit_link(&caller, &id.into(), input.days, &base).await?))
}

/// 作废整改链接
#[utoipa::path(post, path = "/api/v1/hazards/{id}/links/{link}/revoke", tag = "hazard",
    params(("id" = String, Path), ("link" = String, Path)),
    responses((status = 200, body = HazardView), (status = 404, body = Problem)))]
async fn revoke_link(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, link)): Path<(String, String)>,
) -> Answer<Json<HazardView>> {
    Ok(Json(doors.app.revoke_unit_link(&caller, &id.into(), &link).await?))
}

/// 催办
#[utoipa::path(post, path = "/api/v1/hazards/{id}/remind", tag = "hazard", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn remind(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    doors.app.remind_of_hazard(&caller, &id.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

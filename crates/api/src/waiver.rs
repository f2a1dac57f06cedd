//! Duties excused for a time.

use app::waiver::{WaiverInput as Asked, WaiverLine};
use axum::Json;
use axum::extract::{Path, State};
use domain::fulfilment::WaiverKind;
use domain::plan::SubjectKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::fulfilment::{SubjectView, subject_view};
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{day, instant, read_day, read_opt_day, wrong};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list, record)).routes(routes!(void))
}

/// One waiver.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaiverView {
    id: String,
    duty: String,
    duty_title: String,
    /// Null: every subject of the duty.
    subject: Option<SubjectView>,
    from: String,
    to: Option<String>,
    kind: String,
    kind_label: String,
    reason: String,
    recorded_by: String,
    recorded_at: String,
    voided: bool,
    void: Option<WaiverVoid>,
    version: i64,
    actions: Vec<String>,
}

/// When and why a waiver was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaiverVoid {
    at: String,
    reason: String,
}

/// All waivers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaiverList {
    items: Vec<WaiverView>,
}

/// A new waiver.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WaiverInput {
    duty: String,
    subject_kind: Option<String>,
    subject: Option<String>,
    from: String,
    to: Option<String>,
    /// `postponed`, `impossible` or `covered`.
    kind: String,
    #[serde(default)]
    reason: String,
}

/// Why a waiver is taken back.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WaiverVoidInput {
    #[serde(default)]
    reason: String,
    version: i64,
}

/// 豁免
#[utoipa::path(get, path = "/api/v1/waivers", tag = "waiver",
    responses((status = 200, body = WaiverList), (status = 403, body = Problem)))]
pub(crate) async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<WaiverList>> {
    let all = doors.app.waivers(&caller).await?;
    Ok(Json(WaiverList { items: all.into_iter().map(|line| view(line, &caller)).collect() }))
}

/// 登记豁免
#[utoipa::path(post, path = "/api/v1/waivers", tag = "waiver", request_body = WaiverInput,
    responses((status = 200, body = WaiverView), (status = 422, body = Problem)))]
pub(crate) async fn record(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<WaiverInput>,
) -> Answer<Json<WaiverView>> {
    let subject = match asked.subject.filter(|id| !id.is_empty()) {
        None => None,
        Some(id) => {
            let kind = asked.subject_kind.as_deref().and_then(SubjectKind::from_code);
            let kind = kind
                .ok_or_else(|| wrong("subject_kind", "waiver.subject", "对象类型不认识，请从台账中选择"))?;
            Some((kind, id))
        }
    };
    let asked = Asked {
        duty: asked.duty,
        subject,
        from: read_day("from", &asked.from)?,
        to: read_opt_day("to", asked.to.as_deref())?,
        kind: WaiverKind::from_code(&asked.kind)
            .ok_or_else(|| wrong("kind", "waiver.kind", "豁免类型不认识，请从列表中选择"))?,
        reason: asked.reason,
    };
    Ok(Json(doors.app.record_waiver(&caller, asked, |line| view(line, &caller)).await?))
}

/// 撤销豁免
#[utoipa::path(post, path = "/api/v1/waivers/{id}/void", tag = "waiver", params(("id" = String, Path)),
    request_body = WaiverVoidInput, responses((status = 200, body = WaiverView), (status = 422, body = Problem)))]
pub(crate) async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<WaiverVoidInput>,
) -> Answer<Json<WaiverView>> {
    let answer =
        doors.app.void_waiver(&caller, &id, &asked.reason, asked.version, |line| view(line, &caller)).await?;
    Ok(Json(answer))
}

fn view(line: WaiverLine, caller: &app::Caller) -> WaiverView {
    let record = line.record;
    let actions = app::waiver::actions(caller, &record);
    WaiverView {
        kind_label: WaiverKind::from_code(&record.kind).map(WaiverKind::label).unwrap_or_default().to_owned(),
        id: record.id,
        duty: record.duty,
        duty_title: line.duty_title,
        subject: line.subject.as_ref().map(subject_view),
        from: day(record.from),
        to: record.to.map(day),
        kind: record.kind,
        reason: record.reason,
        recorded_by: record.recorded_by,
        recorded_at: instant(record.recorded_at),
        voided: record.voided.is_some(),
        void: record.voided.map(|(at, reason)| WaiverVoid { at: instant(at), reason }),
        version: record.version,
        actions: actions.into_iter().map(str::to_owned).collect(),
    }
}

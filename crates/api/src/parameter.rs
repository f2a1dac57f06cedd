//! Numbers and choices of the town.

use app::house::HouseRegraded;
use app::parameter::{
    Change, Decision, ParameterInput as Asked, ParameterRecord, Setting, Verdict, value_json,
};
use axum::Json;
use axum::extract::{Path, State};
use domain::plan::{Parameter, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::fulfilment::Tally;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{day, read_day, wrong};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list, propose)).routes(routes!(decide)).routes(routes!(preview))
}

/// One version of a parameter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParameterVersion {
    #[schema(value_type = Object)]
    value: serde_json::Value,
    from: String,
    /// `plan`, `decided` or `rejected`.
    state: String,
    reason: String,
    by: String,
}

/// A proposal that waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParameterProposal {
    id: String,
    #[schema(value_type = Object)]
    value: serde_json::Value,
    unit: String,
    from: String,
    reason: String,
    proposed_by: String,
    version: i64,
}

/// One parameter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParameterView {
    name: String,
    label: String,
    #[schema(value_type = Object)]
    value: serde_json::Value,
    unit: String,
    /// To choose from; empty where there is no choice.
    units: Vec<String>,
    basis: String,
    basis_label: String,
    source: String,
    from: String,
    history: Vec<ParameterVersion>,
    pending: Option<ParameterProposal>,
    /// Ids of duties; empty for what all go by.
    used_by: Vec<String>,
    actions: Vec<String>,
}

/// All parameters.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParameterList {
    items: Vec<ParameterView>,
}

/// A new value.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ParameterInput {
    name: String,
    #[schema(value_type = Object)]
    value: serde_json::Value,
    /// Where there is a choice; as it was when left out.
    #[serde(default)]
    unit: Option<String>,
    from: String,
    #[serde(default)]
    reason: String,
}

/// What is decided about a proposal.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ParameterVerdict {
    approve: bool,
    #[serde(default)]
    reason: String,
    version: i64,
}

/// What a change would do to one duty.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParameterChange {
    duty: String,
    title: String,
    before: Tally,
    after: Tally,
}

/// The whole board.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParameterWhole {
    before: Tally,
    after: Tally,
}

/// What a change would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParameterChanges {
    changes: Vec<ParameterChange>,
    /// The whole board as it is and as it would be; null for who may not see it.
    whole: Option<ParameterWhole>,
    /// Houses another rule would grade otherwise; empty for a setting that is not of their rule.
    houses: Vec<HouseRegraded>,
}

/// 镇定参数
#[utoipa::path(get, path = "/api/v1/parameters", tag = "parameter",
    responses((status = 200, body = ParameterList), (status = 403, body = Problem)))]
pub(crate) async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<ParameterList>> {
    let all = doors.app.parameters(&caller).await?;
    let items = all.into_iter().map(|setting| view(setting, &caller)).collect();
    Ok(Json(ParameterList { items }))
}

/// 提出调整
#[utoipa::path(post, path = "/api/v1/parameters", tag = "parameter", request_body = ParameterInput,
    responses((status = 200, body = ParameterView), (status = 422, body = Problem)))]
pub(crate) async fn propose(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ParameterInput>,
) -> Answer<Json<ParameterView>> {
    let asked = Asked {
        value: value(&asked.value)?,
        unit: asked.unit,
        from: read_day("from", &asked.from)?,
        name: asked.name,
        reason: asked.reason,
    };
    Ok(Json(doors.app.propose_parameter(&caller, asked, |setting| view(setting, &caller)).await?))
}

/// 审定调整
#[utoipa::path(post, path = "/api/v1/parameters/{id}/decide", tag = "parameter", params(("id" = String, Path)),
    request_body = ParameterVerdict, responses((status = 200, body = ParameterView), (status = 422, body = Problem)))]
pub(crate) async fn decide(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ParameterVerdict>,
) -> Answer<Json<ParameterView>> {
    let verdict = Verdict { approve: asked.approve, reason: &asked.reason, version: asked.version };
    Ok(Json(doors.app.decide_parameter(&caller, &id, verdict, |setting| view(setting, &caller)).await?))
}

/// 预览调整的影响
#[utoipa::path(post, path = "/api/v1/parameters/preview", tag = "parameter", request_body = ParameterInput,
    responses((status = 200, body = ParameterChanges), (status = 422, body = Problem)))]
pub(crate) async fn preview(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ParameterInput>,
) -> Answer<Json<ParameterChanges>> {
    let from = read_day("from", &asked.from)?;
    let found = doors.app.preview_parameter(&caller, &asked.name, value(&asked.value)?, from).await?;
    let change = |change: Change| ParameterChange {
        duty: change.duty,
        title: change.title,
        before: (&change.before).into(),
        after: (&change.after).into(),
    };
    let whole = found
        .whole
        .as_ref()
        .map(|(before, after)| ParameterWhole { before: before.into(), after: after.into() });
    let changes = found.duties.into_iter().map(change).collect();
    Ok(Json(ParameterChanges { changes, whole, houses: found.houses }))
}

fn value(json: &serde_json::Value) -> Answer<Value> {
    match json {
        serde_json::Value::Bool(flag) => Ok(Value::Flag(*flag)),
        serde_json::Value::String(text) => Ok(Value::Text(text.trim().to_owned())),
        serde_json::Value::Number(number) => number
            .as_f64()
            .map(Value::Number)
            .ok_or_else(|| wrong("value", "parameter.value", "数值过大，请核对")),
        _ => Err(wrong("value", "parameter.value", "请填写数字、文字或是否")),
    }
}

fn view(setting: Setting, caller: &app::Caller) -> ParameterView {
    let people = setting.people;
    let named = |id: String| people.get(&id).cloned().unwrap_or(id);
    let version = |(parameter, record): (Parameter, Option<ParameterRecord>)| ParameterVersion {
        value: value_json(&parameter.value),
        from: day(parameter.effective_from),
        state: match record.as_ref().map(|record| record.decision) {
            None => "plan",
            Some(Decision::Rejected) => "rejected",
            Some(_) => "decided",
        }
        .to_owned(),
        reason: record.as_ref().map_or(parameter.source, |record| record.reason.clone()),
        by: record.and_then(|record| record.decided).map(|(by, _)| named(by)).unwrap_or_default(),
    };
    let proposal = |record: &ParameterRecord| ParameterProposal {
        id: record.id.clone(),
        value: value_json(&record.parameter.value),
        unit: record.parameter.unit.clone(),
        from: day(record.parameter.effective_from),
        reason: record.reason.clone(),
        proposed_by: named(record.proposed_by.clone()),
        version: record.version,
    };
    ParameterView {
        actions: app::parameter::actions(caller, setting.pending.as_ref())
            .into_iter()
            .map(str::to_owned)
            .collect(),
        name: setting.name,
        label: setting.label,
        value: value_json(&setting.current.value),
        unit: setting.current.unit,
        units: setting.units.iter().map(|unit| (*unit).to_owned()).collect(),
        basis: setting.current.basis.code().to_owned(),
        basis_label: setting.current.basis.label().to_owned(),
        source: setting.current.source,
        from: day(setting.current.effective_from),
        history: setting.history.into_iter().map(version).collect(),
        pending: setting.pending.as_ref().map(proposal),
        used_by: setting.used_by,
    }
}

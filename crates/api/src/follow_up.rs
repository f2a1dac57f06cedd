//! Follow-up items: who owes what by when.

use app::follow_up::{FollowUpAsked, FollowUpPage, FollowUpStepInput, FollowUpView, Step};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{page_size, wrong};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(step))
}

/// Which items.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `open`, `done`, `verified`, `void`; several with commas.
    state: Option<String>,
    /// Only what my posts owe.
    #[serde(default)]
    mine: bool,
    /// Only what is late.
    #[serde(default)]
    overdue: bool,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows.
    limit: Option<i64>,
}

/// 督办事项
#[utoipa::path(get, path = "/api/v1/follow-ups", tag = "follow_up", params(Which),
    responses((status = 200, body = FollowUpPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<FollowUpPage>> {
    let asked = FollowUpAsked {
        state: asked.state,
        mine: asked.mine,
        overdue: asked.overdue,
        after: asked.after,
        limit: page_size(asked.limit),
    };
    Ok(Json(doors.app.follow_ups(&caller, &asked).await?))
}

/// 办理督办事项：done 办结，verify 核实，send_back 退回，void 撤销
#[utoipa::path(post, path = "/api/v1/follow-ups/{id}/{step}", tag = "follow_up",
    params(("id" = String, Path), ("step" = String, Path)), request_body = FollowUpStepInput,
    responses((status = 200, body = FollowUpView), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, step)): Path<(String, String)>,
    Json(asked): Json<FollowUpStepInput>,
) -> Answer<Json<FollowUpView>> {
    let step = match step.as_str() {
        "done" => Step::Done,
        "verify" => Step::Verify,
        "send_back" => Step::SendBack,
        "void" => Step::Void,
        _ => return Err(wrong("step", "follow_up.step", "没有这一步，请刷新页面后再试")),
    };
    Ok(Json(doors.app.step_follow_up(&caller, &id.into(), step, &asked).await?))
}

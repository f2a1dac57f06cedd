//! The record: reading it and asking for its proof.

use app::audit::{AuditPage, AuditQuery};
use app::job::JobView;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{page_size, read_opt_day};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(verify))
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Kind of object.
    object_kind: Option<String>,
    /// The object.
    object_id: Option<String>,
    /// Account.
    actor: Option<String>,
    /// Beginning of the action, as `hazard.`.
    action: Option<String>,
    /// First day of recording.
    from: Option<String>,
    /// Last day of recording.
    to: Option<String>,
    /// `next` of the page before.
    before: Option<i64>,
    /// Rows on a page.
    limit: Option<i64>,
}

/// 审计记录
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Asked),
    responses((status = 200, body = AuditPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Asked>,
) -> Answer<Json<AuditPage>> {
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    let query = AuditQuery {
        object_kind: some(asked.object_kind),
        object_id: some(asked.object_id),
        actor: some(asked.actor),
        action: some(asked.action),
        from: read_opt_day("from", asked.from.as_deref())?,
        to: read_opt_day("to", asked.to.as_deref())?,
        before: asked.before,
        limit: page_size(asked.limit),
    };
    Ok(Json(doors.app.audit(&caller, &query).await?))
}

/// 核对记录是否被改动
#[utoipa::path(post, path = "/api/v1/audit/verify", tag = "audit",
    responses((status = 202, body = JobView), (status = 403, body = Problem)))]
async fn verify(State(doors): State<Doors>, Known(caller): Known) -> Answer<(StatusCode, Json<JobView>)> {
    Ok((StatusCode::ACCEPTED, Json(doors.app.ask_verify(&caller).await?)))
}

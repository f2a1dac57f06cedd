//! Long work one asked for: how far it is, what came of it.

use app::job::JobView;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// One's newest jobs.
#[derive(Serialize, ToSchema)]
pub(crate) struct Jobs {
    items: Vec<JobView>,
}

/// 我的后台任务
#[utoipa::path(get, path = "/api/v1/jobs", tag = "job", responses((status = 200, body = Jobs), (status = 401, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<Jobs>> {
    Ok(Json(Jobs { items: doors.app.jobs(&caller).await? }))
}

/// 后台任务进度
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "job", params(("id" = String, Path)),
    responses((status = 200, body = JobView), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<JobView>> {
    Ok(Json(doors.app.job(&caller, &id).await?))
}

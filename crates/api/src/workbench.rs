//! The workbench: what waits for me today.

use app::workbench::WorkbenchView;
use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(show))
}

/// 工作台
#[utoipa::path(get, path = "/api/v1/workbench", tag = "workbench",
    responses((status = 200, body = WorkbenchView), (status = 401, body = Problem)))]
async fn show(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<WorkbenchView>> {
    Ok(Json(doors.app.workbench(&caller).await?))
}

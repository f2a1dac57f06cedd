//! What a phone takes along.

use app::sync::SyncView;
use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(sync))
}

/// Since when.
#[derive(Deserialize, IntoParams)]
pub(crate) struct SyncQuery {
    /// Cursor of the last time.
    since: Option<String>,
}

/// 手机同步
#[utoipa::path(get, path = "/api/v1/sync", tag = "sync", params(SyncQuery),
    responses((status = 200, body = SyncView), (status = 403, body = Problem)))]
async fn sync(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<SyncQuery>,
) -> Answer<Json<SyncView>> {
    Ok(Json(doors.app.sync(&caller, asked.since.as_deref()).await?))
}

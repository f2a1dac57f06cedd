//! What a phone takes along.

use std::sync::Arc;

use app::sync::SyncView;
use axum::extract::State;
use axum::{Extension, Json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::limit::Limiter;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

/// Times one session may fetch everything within an hour; a phone asks every ten minutes, and after what it handed in.
/// Source: design of reliability, §7.4; initial value.
const MOST_AN_HOUR: u32 = 120;
const HOUR_MS: i64 = 60 * 60_000;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(sync)).layer(Extension(Arc::new(Limiter::default())))
}

/// 手机同步
#[utoipa::path(get, path = "/api/v1/sync", tag = "sync",
    responses((status = 200, body = SyncView), (status = 403, body = Problem), (status = 429, body = Problem)))]
async fn sync(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    Known(caller): Known,
) -> Answer<Json<SyncView>> {
    limiter.pass(&caller.session, MOST_AN_HOUR, HOUR_MS, doors.app.now())?;
    Ok(Json(doors.app.sync(&caller).await?))
}

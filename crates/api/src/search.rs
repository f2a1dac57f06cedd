//! One question over all nouns.

use std::sync::Arc;

use app::search::Found;
use axum::extract::{Query, State};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::limit::Limiter;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

/// Questions one account may ask within a minute. Source: design of reliability, §7.4; initial value.
const MOST_A_MINUTE: u32 = 60;
const MINUTE_MS: i64 = 60_000;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(search)).layer(Extension(Arc::new(Limiter::default())))
}

/// What to look for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Text.
    #[serde(default)]
    q: String,
}

/// 搜索
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(SearchQuery),
    responses((status = 200, body = Found), (status = 401, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
async fn search(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    Known(caller): Known,
    Query(query): Query<SearchQuery>,
) -> Answer<Json<Found>> {
    limiter.pass(caller.account.as_str(), MOST_A_MINUTE, MINUTE_MS, doors.app.now())?;
    Ok(Json(doors.app.search(&caller, &query.q).await?))
}

//! One question over all nouns.

use app::search::Found;
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
    OpenApiRouter::new().routes(routes!(search))
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
    responses((status = 200, body = Found), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn search(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(query): Query<SearchQuery>,
) -> Answer<Json<Found>> {
    Ok(Json(doors.app.search(&caller, &query.q).await?))
}

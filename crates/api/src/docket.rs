//! Transfers to the fire rescue organ with clock and receipt, and listings for supervision with deadline and lifting.

use app::docket::{DocketInput, DocketView};
use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(note))
}

/// 移送和挂牌督办台账
#[utoipa::path(get, path = "/api/v1/docket", tag = "docket",
    responses((status = 200, body = DocketView), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<DocketView>> {
    Ok(Json(doors.app.docket(&caller).await?))
}

/// 登记回执、督办期限、解除挂牌
#[utoipa::path(post, path = "/api/v1/hazards/{id}/docket", tag = "docket", params(("id" = String, Path)),
    request_body = DocketInput,
    responses((status = 200, body = DocketView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn note(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<DocketInput>,
) -> Answer<Json<DocketView>> {
    Ok(Json(doors.app.write_docket(&caller, &id.into(), asked).await?))
}

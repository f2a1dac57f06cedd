//! What units of one sector have in common, new trades and who leads them.

use app::sector::{SectorRiskInput, SectorRiskStep, SectorRulingInput, SectorRulingStep, SectorView};
use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(identify))
        .routes(routes!(step))
        .routes(routes!(appear))
        .routes(routes!(rule))
}

/// 行业性隐患和新业态
#[utoipa::path(get, path = "/api/v1/sectors", tag = "sector",
    responses((status = 200, body = SectorView), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<SectorView>> {
    Ok(Json(doors.app.sectors(&caller).await?))
}

/// 认定行业性隐患
#[utoipa::path(post, path = "/api/v1/sectors/risks", tag = "sector", request_body = SectorRiskInput,
    responses((status = 200, body = SectorView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn identify(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<SectorRiskInput>,
) -> Answer<Json<SectorView>> {
    Ok(Json(doors.app.identify_sector_risk(&caller, asked).await?))
}

/// 办理行业性隐患
#[utoipa::path(post, path = "/api/v1/sectors/risks/{id}/steps", tag = "sector", params(("id" = String, Path)),
    request_body = SectorRiskStep,
    responses((status = 200, body = SectorView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<SectorRiskStep>,
) -> Answer<Json<SectorView>> {
    Ok(Json(doors.app.step_sector_risk(&caller, &id.into(), asked).await?))
}

/// 登记新业态
#[utoipa::path(post, path = "/api/v1/sectors/rulings", tag = "sector", request_body = SectorRulingInput,
    responses((status = 200, body = SectorView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn appear(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<SectorRulingInput>,
) -> Answer<Json<SectorView>> {
    Ok(Json(doors.app.add_sector_ruling(&caller, asked).await?))
}

/// 明确新业态牵头部门
#[utoipa::path(post, path = "/api/v1/sectors/rulings/{id}/steps", tag = "sector", params(("id" = String, Path)),
    request_body = SectorRulingStep,
    responses((status = 200, body = SectorView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn rule(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<SectorRulingStep>,
) -> Answer<Json<SectorView>> {
    Ok(Json(doors.app.step_sector_ruling(&caller, &id.into(), asked).await?))
}

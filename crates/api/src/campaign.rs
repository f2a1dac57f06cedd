//! Campaigns: begun, followed, closed.

use app::campaign::{
    CampaignAddInput, CampaignAsked, CampaignCloseInput, CampaignInput, CampaignOptions, CampaignOutInput,
    CampaignPage, CampaignView,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::page_size;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, start))
        .routes(routes!(options))
        .routes(routes!(one))
        .routes(routes!(add))
        .routes(routes!(take_out))
        .routes(routes!(close))
        .routes(routes!(void))
}

/// Which campaigns.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Class.
    class: Option<String>,
    /// `running`, `closed` or `void`.
    state: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows.
    limit: Option<i64>,
}

/// Why a campaign is voided.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CampaignVoidInput {
    #[serde(default)]
    reason: String,
    version: i64,
}

/// 专项整治
#[utoipa::path(get, path = "/api/v1/campaigns", tag = "campaign", params(Which),
    responses((status = 200, body = CampaignPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<CampaignPage>> {
    let asked = CampaignAsked {
        class: asked.class.filter(|class| !class.is_empty()),
        state: asked.state.filter(|state| !state.is_empty()),
        after: asked.after,
        limit: page_size(asked.limit),
    };
    Ok(Json(doors.app.campaigns(&caller, &asked).await?))
}

/// 开展专项所需选项
#[utoipa::path(get, path = "/api/v1/campaigns/options", tag = "campaign",
    responses((status = 200, body = CampaignOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<CampaignOptions>> {
    Ok(Json(doors.app.campaign_options(&caller).await?))
}

/// 开展专项
#[utoipa::path(post, path = "/api/v1/campaigns", tag = "campaign", request_body = CampaignInput,
    responses((status = 200, body = CampaignView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn start(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<CampaignInput>,
) -> Answer<Json<CampaignView>> {
    Ok(Json(doors.app.start_campaign(&caller, asked).await?))
}

/// 一次专项
#[utoipa::path(get, path = "/api/v1/campaigns/{id}", tag = "campaign", params(("id" = String, Path)),
    responses((status = 200, body = CampaignView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<CampaignView>> {
    Ok(Json(doors.app.campaign(&caller, &id.into()).await?))
}

/// 选入场所
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/places", tag = "campaign", params(("id" = String, Path)),
    request_body = CampaignAddInput,
    responses((status = 200, body = CampaignView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<CampaignAddInput>,
) -> Answer<Json<CampaignView>> {
    Ok(Json(doors.app.add_to_campaign(&caller, &id.into(), asked).await?))
}

/// 移出场所
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/take-out", tag = "campaign", params(("id" = String, Path)),
    request_body = CampaignOutInput,
    responses((status = 200, body = CampaignView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn take_out(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<CampaignOutInput>,
) -> Answer<Json<CampaignView>> {
    Ok(Json(doors.app.take_out_of_campaign(&caller, &id.into(), asked).await?))
}

/// 结束专项
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/close", tag = "campaign", params(("id" = String, Path)),
    request_body = CampaignCloseInput,
    responses((status = 200, body = CampaignView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn close(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<CampaignCloseInput>,
) -> Answer<Json<CampaignView>> {
    Ok(Json(doors.app.close_campaign(&caller, &id.into(), asked).await?))
}

/// 作废专项
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/void", tag = "campaign", params(("id" = String, Path)),
    request_body = CampaignVoidInput,
    responses((status = 200, body = CampaignView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<CampaignVoidInput>,
) -> Answer<Json<CampaignView>> {
    Ok(Json(doors.app.void_campaign(&caller, &id.into(), &asked.reason, asked.version).await?))
}

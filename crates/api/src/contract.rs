//! Purchased services: contracts, what they owe, whether it is what was bought.

use app::contract::{
    ContractAsked, ContractEndInput, ContractInput, ContractOptions, ContractPage, ContractView,
    DeliverInput, JudgeInput,
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
        .routes(routes!(list, sign))
        .routes(routes!(options))
        .routes(routes!(one))
        .routes(routes!(deliver))
        .routes(routes!(judge))
        .routes(routes!(end))
        .routes(routes!(void))
}

/// Which contracts.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Kind.
    kind: Option<String>,
    /// Only those in force today.
    #[serde(default)]
    running: bool,
    /// Text in the title.
    q: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Rows.
    limit: Option<i64>,
}

/// Why a contract is voided.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ContractVoidInput {
    #[serde(default)]
    reason: String,
    version: i64,
}

/// 服务合同
#[utoipa::path(get, path = "/api/v1/contracts", tag = "contract", params(Which),
    responses((status = 200, body = ContractPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<ContractPage>> {
    let asked = ContractAsked {
        kind: asked.kind.filter(|kind| !kind.is_empty()),
        running: asked.running,
        text: asked.q.filter(|q| !q.trim().is_empty()),
        after: asked.after,
        limit: page_size(asked.limit),
    };
    Ok(Json(doors.app.contracts(&caller, &asked).await?))
}

/// 登记合同所需选项
#[utoipa::path(get, path = "/api/v1/contracts/options", tag = "contract",
    responses((status = 200, body = ContractOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<ContractOptions>> {
    Ok(Json(doors.app.contract_options(&caller).await?))
}

/// 登记合同
#[utoipa::path(post, path = "/api/v1/contracts", tag = "contract", request_body = ContractInput,
    responses((status = 200, body = ContractView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn sign(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ContractInput>,
) -> Answer<Json<ContractView>> {
    Ok(Json(doors.app.sign_contract(&caller, asked).await?))
}

/// 一份合同
#[utoipa::path(get, path = "/api/v1/contracts/{id}", tag = "contract", params(("id" = String, Path)),
    responses((status = 200, body = ContractView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<ContractView>> {
    Ok(Json(doors.app.contract(&caller, &id.into()).await?))
}

/// 交付
#[utoipa::path(post, path = "/api/v1/contracts/{id}/deliverables/{no}/deliver", tag = "contract",
    params(("id" = String, Path), ("no" = usize, Path)), request_body = DeliverInput,
    responses((status = 200, body = ContractView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn deliver(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, no)): Path<(String, usize)>,
    Json(asked): Json<DeliverInput>,
) -> Answer<Json<ContractView>> {
    Ok(Json(doors.app.deliver(&caller, &id.into(), no, asked).await?))
}

/// 验收
#[utoipa::path(post, path = "/api/v1/contracts/{id}/deliverables/{no}/judge", tag = "contract",
    params(("id" = String, Path), ("no" = usize, Path)), request_body = JudgeInput,
    responses((status = 200, body = ContractView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn judge(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, no)): Path<(String, usize)>,
    Json(asked): Json<JudgeInput>,
) -> Answer<Json<ContractView>> {
    Ok(Json(doors.app.judge_deliverable(&caller, &id.into(), no, asked).await?))
}

/// 提前终止
#[utoipa::path(post, path = "/api/v1/contracts/{id}/end", tag = "contract", params(("id" = String, Path)),
    request_body = ContractEndInput,
    responses((status = 200, body = ContractView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn end(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ContractEndInput>,
) -> Answer<Json<ContractView>> {
    Ok(Json(doors.app.end_contract(&caller, &id.into(), asked).await?))
}

/// 作废合同
#[utoipa::path(post, path = "/api/v1/contracts/{id}/void", tag = "contract", params(("id" = String, Path)),
    request_body = ContractVoidInput,
    responses((status = 200, body = ContractView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ContractVoidInput>,
) -> Answer<Json<ContractView>> {
    Ok(Json(doors.app.void_contract(&caller, &id.into(), &asked.reason, asked.version).await?))
}

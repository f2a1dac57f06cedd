//! Money promised and spent.

use app::budget::{BudgetLineInput, BudgetLineView, BudgetVoid, BudgetYear, SpendingInput};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(year, add))
        .routes(routes!(spend))
        .routes(routes!(void_spending))
        .routes(routes!(void))
}

/// Which year.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// The year; this one when left out.
    year: Option<i32>,
}

/// 某年经费
#[utoipa::path(get, path = "/api/v1/budget", tag = "budget", params(Which),
    responses((status = 200, body = BudgetYear), (status = 403, body = Problem)))]
async fn year(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Which>,
) -> Answer<Json<BudgetYear>> {
    Ok(Json(doors.app.budget(&caller, asked.year).await?))
}

/// 登记经费项目
#[utoipa::path(post, path = "/api/v1/budget", tag = "budget", request_body = BudgetLineInput,
    responses((status = 200, body = BudgetLineView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<BudgetLineInput>,
) -> Answer<Json<BudgetLineView>> {
    Ok(Json(doors.app.add_budget_line(&caller, asked).await?))
}

/// 登记支出
#[utoipa::path(post, path = "/api/v1/budget/{id}/spendings", tag = "budget", params(("id" = String, Path)),
    request_body = SpendingInput,
    responses((status = 200, body = BudgetLineView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn spend(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<SpendingInput>,
) -> Answer<Json<BudgetLineView>> {
    Ok(Json(doors.app.spend(&caller, &id.into(), asked).await?))
}

/// 作废一笔支出
#[utoipa::path(post, path = "/api/v1/budget/{id}/spendings/{no}/void", tag = "budget",
    params(("id" = String, Path), ("no" = u32, Path)), request_body = BudgetVoid,
    responses((status = 200, body = BudgetLineView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void_spending(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, no)): Path<(String, u32)>,
    Json(asked): Json<BudgetVoid>,
) -> Answer<Json<BudgetLineView>> {
    Ok(Json(doors.app.void_spending(&caller, &id.into(), no, asked).await?))
}

/// 作废经费项目
#[utoipa::path(post, path = "/api/v1/budget/{id}/void", tag = "budget", params(("id" = String, Path)),
    request_body = BudgetVoid,
    responses((status = 200, body = BudgetLineView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<BudgetVoid>,
) -> Answer<Json<BudgetLineView>> {
    Ok(Json(doors.app.void_budget_line(&caller, &id.into(), asked).await?))
}

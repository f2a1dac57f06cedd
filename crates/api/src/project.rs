//! Projects under the clauses of facilities and roads.

use app::project::{ProjectAsked, ProjectInput, ProjectList, ProjectOptions, ProjectStepInput, ProjectView};
use axum::Json;
use axum::extract::{Path, Query, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(options))
        .routes(routes!(one, change))
        .routes(routes!(step))
}

/// 建设改造项目
#[utoipa::path(get, path = "/api/v1/projects", tag = "project", params(ProjectAsked),
    responses((status = 200, body = ProjectList), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<ProjectAsked>,
) -> Answer<Json<ProjectList>> {
    Ok(Json(doors.app.projects(&caller, &asked).await?))
}

/// 提出项目
#[utoipa::path(post, path = "/api/v1/projects", tag = "project", request_body = ProjectInput,
    responses((status = 200, body = ProjectView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ProjectInput>,
) -> Answer<Json<ProjectView>> {
    Ok(Json(doors.app.add_project(&caller, asked).await?))
}

/// 提出项目所需选项
#[utoipa::path(get, path = "/api/v1/projects/options", tag = "project",
    responses((status = 200, body = ProjectOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<ProjectOptions>> {
    Ok(Json(doors.app.project_options(&caller).await?))
}

/// 一个项目
#[utoipa::path(get, path = "/api/v1/projects/{id}", tag = "project", params(("id" = String, Path)),
    responses((status = 200, body = ProjectView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<ProjectView>> {
    Ok(Json(doors.app.project(&caller, &id.as_str().into()).await?))
}

/// 修改项目
#[utoipa::path(put, path = "/api/v1/projects/{id}", tag = "project", params(("id" = String, Path)),
    request_body = ProjectInput,
    responses((status = 200, body = ProjectView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ProjectInput>,
) -> Answer<Json<ProjectView>> {
    Ok(Json(doors.app.change_project(&caller, &id.as_str().into(), asked).await?))
}

/// 立项、开工、完工、作废
#[utoipa::path(post, path = "/api/v1/projects/{id}/steps", tag = "project", params(("id" = String, Path)),
    request_body = ProjectStepInput,
    responses((status = 200, body = ProjectView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<ProjectStepInput>,
) -> Answer<Json<ProjectView>> {
    Ok(Json(doors.app.step_project(&caller, &id.as_str().into(), asked).await?))
}

//! Posts and who is on them.

use app::post::{
    AssignmentEnd, AssignmentInput, AssignmentView, PostAwayBack, PostAwayInput, PostChange, PostInput,
    PostPage, PostView, PostsAsked,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::read_opt_day;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, change))
        .routes(routes!(assign))
        .routes(routes!(end))
        .routes(routes!(enter_away))
        .routes(routes!(end_away))
}

/// Which posts, on which day, in which order.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct On {
    /// `YYYY-MM-DD`; today when left out.
    on: Option<String>,
    /// Text in what the post, its role, its organisation or its territory is called, or in the name (or its initials) of
    /// somebody on it.
    q: Option<String>,
    /// At or below this territory, by code.
    territory: Option<String>,
    /// `vacant`: nobody is on it; `missing`: fewer than the least.
    staffing: Option<String>,
    /// `post`, `holder`, `village` or `missing`; by rank of the post when left out.
    sort: Option<String>,
}

/// Every post.
#[derive(Serialize, ToSchema)]
pub(crate) struct Posts {
    items: Vec<PostView>,
}

/// 岗位与在岗人员
#[utoipa::path(get, path = "/api/v1/posts", tag = "post", params(On),
    responses((status = 200, body = Posts), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<On>,
) -> Answer<Json<Posts>> {
    let on = read_opt_day("on", asked.on.as_deref())?;
    let asked = PostsAsked {
        on,
        text: asked.q,
        territory: asked.territory,
        staffing: asked.staffing,
        sort: asked.sort,
    };
    Ok(Json(Posts { items: doors.app.posts(&caller, &asked).await? }))
}

/// 新增岗位
#[utoipa::path(post, path = "/api/v1/posts", tag = "post", request_body = PostInput,
    responses((status = 200, body = PostView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<PostInput>,
) -> Answer<Json<PostView>> {
    Ok(Json(doors.app.add_post(&caller, asked).await?))
}

/// 一个岗位：历任、在岗情况、在办事项
#[utoipa::path(get, path = "/api/v1/posts/{id}", tag = "post", params(("id" = String, Path)),
    responses((status = 200, body = PostPage), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<PostPage>> {
    Ok(Json(doors.app.post(&caller, &id.into()).await?))
}

/// 修改岗位
#[utoipa::path(put, path = "/api/v1/posts/{id}", tag = "post", params(("id" = String, Path)),
    request_body = PostChange,
    responses((status = 200, body = PostView), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PostChange>,
) -> Answer<Json<PostView>> {
    Ok(Json(doors.app.change_post(&caller, &id.into(), asked).await?))
}

/// 任职
#[utoipa::path(post, path = "/api/v1/assignments", tag = "post", request_body = AssignmentInput,
    responses((status = 200, body = AssignmentView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn assign(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<AssignmentInput>,
) -> Answer<Json<AssignmentView>> {
    Ok(Json(doors.app.assign(&caller, asked).await?))
}

/// 离任
#[utoipa::path(post, path = "/api/v1/assignments/{id}/end", tag = "post", params(("id" = String, Path)),
    request_body = AssignmentEnd,
    responses((status = 200, body = AssignmentView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn end(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<AssignmentEnd>,
) -> Answer<Json<AssignmentView>> {
    Ok(Json(doors.app.end_assignment(&caller, &id.into(), asked).await?))
}

/// 登记请假
#[utoipa::path(post, path = "/api/v1/assignments/{id}/away", tag = "post", params(("id" = String, Path)),
    request_body = PostAwayInput,
    responses((status = 200, body = AssignmentView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn enter_away(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PostAwayInput>,
) -> Answer<Json<AssignmentView>> {
    Ok(Json(doors.app.enter_away(&caller, &id.into(), asked).await?))
}

/// 返岗
#[utoipa::path(post, path = "/api/v1/assignments/{id}/away/back", tag = "post", params(("id" = String, Path)),
    request_body = PostAwayBack,
    responses((status = 200, body = AssignmentView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn end_away(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PostAwayBack>,
) -> Answer<Json<AssignmentView>> {
    Ok(Json(doors.app.end_away(&caller, &id.into(), asked).await?))
}

//! People and their phone numbers.

use app::person::{PersonInput, PersonPage, PersonQuery, PersonView, Revealed};
use app::task::Doing;
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
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(show, change)).routes(routes!(reveal))
}

/// Which people.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Part of the name, pinyin initials, or the phone's last four digits.
    q: Option<String>,
    /// Role today.
    role: Option<String>,
    /// Organisation today.
    org: Option<String>,
    /// Territory today.
    village: Option<String>,
    /// Only who may be given these tasks, commas between them; all come on one page.
    tasks: Option<String>,
    /// Only who may be given a task at this place; likewise.
    place: Option<String>,
    /// Rows on a page.
    limit: Option<i64>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Why.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RevealReason {
    reason: String,
}

/// 人员
#[utoipa::path(get, path = "/api/v1/people", tag = "person", params(Asked),
    responses((status = 200, body = PersonPage), (status = 403, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<Asked>,
) -> Answer<Json<PersonPage>> {
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    let tasks = asked.tasks.unwrap_or_default();
    let query = PersonQuery {
        doing: Doing {
            tasks: tasks.split(',').filter(|id| !id.is_empty()).map(Into::into).collect(),
            place: some(asked.place).map(Into::into),
        },
        q: some(asked.q),
        role: some(asked.role),
        org: some(asked.org),
        village: some(asked.village),
        after: some(asked.after),
        limit: page_size(asked.limit),
    };
    Ok(Json(doors.app.people(&caller, &query).await?))
}

/// 登记人员
#[utoipa::path(post, path = "/api/v1/people", tag = "person", request_body = PersonInput,
    responses((status = 200, body = PersonView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<PersonInput>,
) -> Answer<Json<PersonView>> {
    Ok(Json(doors.app.add_person(&caller, asked).await?))
}

/// 一个人员
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "person", params(("id" = String, Path)),
    responses((status = 200, body = PersonView), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<PersonView>> {
    Ok(Json(doors.app.person(&caller, &id.into()).await?))
}

/// 修改人员
#[utoipa::path(put, path = "/api/v1/people/{id}", tag = "person", params(("id" = String, Path)),
    request_body = PersonInput,
    responses((status = 200, body = PersonView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PersonInput>,
) -> Answer<Json<PersonView>> {
    Ok(Json(doors.app.change_person(&caller, &id.into(), asked).await?))
}

/// 查看完整电话
#[utoipa::path(post, path = "/api/v1/people/{id}/reveal", tag = "person", params(("id" = String, Path)),
    request_body = RevealReason,
    responses((status = 200, body = Revealed), (status = 403, body = Problem), (status = 429, body = Problem)))]
async fn reveal(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<RevealReason>,
) -> Answer<Json<Revealed>> {
    Ok(Json(doors.app.reveal_person(&caller, &id.into(), &asked.reason).await?))
}

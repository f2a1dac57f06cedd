//! Lists of places and the errors of coverage.

use app::place_list::many::{ManyAsked, ManyListed};
use app::place_list::{
    BaselineInput, CoverageErrors, EntryPage, EntryView, PlaceListInput, PlaceListView, PlaceLists,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::export::{FormatQuery, attachment};
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{read_day, read_opt_day};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(correct_baseline))
        .routes(routes!(entries, enter))
        .routes(routes!(leave))
        .routes(routes!(many))
        .routes(routes!(coverage))
        .routes(routes!(export_coverage))
}

/// Which stays.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntryQuery {
    /// On this day; all there ever were when left out.
    on: Option<String>,
    limit: Option<i64>,
    after: Option<String>,
}

/// A place to put on a list.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EntryInput {
    place: String,
    from: String,
    reason: String,
}

/// When and why it leaves.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EntryEnd {
    on: String,
    reason: String,
    version: i64,
}

/// What becomes of many places.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListStep {
    /// Put on.
    Enter,
    /// Taken off.
    Leave,
}

/// Many places at once: put on a list, or taken off it.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ManyInput {
    places: Vec<String>,
    step: ListStep,
    on: String,
    reason: String,
}

/// Which errors.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CoverageQuery {
    code: Option<String>,
    village: Option<String>,
}

/// 名录
#[utoipa::path(get, path = "/api/v1/place-lists", tag = "place_list", responses((status = 200, body = PlaceLists), (status = 401, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<PlaceLists>> {
    Ok(Json(doors.app.place_lists(&caller).await?))
}

/// 建立名录
#[utoipa::path(post, path = "/api/v1/place-lists", tag = "place_list", request_body = PlaceListInput,
    responses((status = 200, body = PlaceListView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(input): Json<PlaceListInput>,
) -> Answer<Json<PlaceListView>> {
    Ok(Json(doors.app.add_place_list(&caller, &input).await?))
}

/// A baseline corrected.
#[derive(Deserialize, ToSchema)]
pub(crate) struct BaselineChange {
    count: u32,
    on: String,
    #[serde(default)]
    source: String,
    reason: String,
    version: i64,
}

/// 更正名录基数
#[utoipa::path(put, path = "/api/v1/place-lists/{id}/baseline", tag = "place_list", params(("id" = String, Path)),
    request_body = BaselineChange,
    responses((status = 200, body = PlaceListView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn correct_baseline(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<BaselineChange>,
) -> Answer<Json<PlaceListView>> {
    let on = read_day("on", &asked.on)?;
    let input = BaselineInput { count: Some(asked.count), on: Some(on), source: asked.source };
    let why = (asked.reason.as_str(), asked.version);
    Ok(Json(doors.app.correct_baseline(&caller, &id, &input, why).await?))
}

/// 名录中的场所
#[utoipa::path(get, path = "/api/v1/place-lists/{id}/entries", tag = "place_list",
    params(("id" = String, Path), EntryQuery),
    responses((status = 200, body = EntryPage), (status = 404, body = Problem)))]
async fn entries(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Query(query): Query<EntryQuery>,
) -> Answer<Json<EntryPage>> {
    let on = read_opt_day("on", query.on.as_deref())?;
    let page = doors.app.list_entries(&caller, &id, on, query.after.as_deref(), query.limit).await?;
    Ok(Json(page))
}

/// 列入名录
#[utoipa::path(post, path = "/api/v1/place-lists/{id}/entries", tag = "place_list", params(("id" = String, Path)),
    request_body = EntryInput,
    responses((status = 200, body = EntryView), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn enter(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(input): Json<EntryInput>,
) -> Answer<Json<EntryView>> {
    let from = read_day("from", &input.from)?;
    let place = input.place.into();
    Ok(Json(doors.app.enter_list(&caller, &id, &place, from, &input.reason).await?))
}

/// 移出名录
#[utoipa::path(post, path = "/api/v1/place-lists/{id}/entries/{entry}/end", tag = "place_list",
    params(("id" = String, Path), ("entry" = String, Path)), request_body = EntryEnd,
    responses((status = 200, body = EntryView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn leave(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path((id, entry)): Path<(String, String)>,
    Json(input): Json<EntryEnd>,
) -> Answer<Json<EntryView>> {
    let on = read_day("on", &input.on)?;
    Ok(Json(doors.app.leave_list(&caller, &id, &entry, (on, &input.reason), input.version).await?))
}

/// 批量列入或移出名录
#[utoipa::path(post, path = "/api/v1/place-lists/{id}/entries/many", tag = "place_list", params(("id" = String, Path)),
    request_body = ManyInput,
    responses((status = 200, body = ManyListed), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn many(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(input): Json<ManyInput>,
) -> Answer<Json<ManyListed>> {
    let asked = ManyAsked {
        places: input.places.into_iter().map(Into::into).collect(),
        leave: matches!(input.step, ListStep::Leave),
        on: read_day("on", &input.on)?,
        reason: input.reason,
    };
    Ok(Json(doors.app.list_many(&caller, &id, &asked).await?))
}

/// 覆盖错误
#[utoipa::path(get, path = "/api/v1/coverage-errors", tag = "place_list", params(CoverageQuery),
    responses((status = 200, body = CoverageErrors), (status = 401, body = Problem)))]
async fn coverage(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(query): Query<CoverageQuery>,
) -> Answer<Json<CoverageErrors>> {
    let found = doors.app.coverage(&caller, query.code.as_deref(), query.village.as_deref()).await?;
    Ok(Json(found))
}

/// 导出覆盖错误
#[utoipa::path(get, path = "/api/v1/exports/coverage-errors", tag = "place_list", params(FormatQuery, CoverageQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn export_coverage(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<FormatQuery>,
    Query(query): Query<CoverageQuery>,
) -> Answer<Response> {
    let format = form.of_list(&doors)?;
    let (code, village) = (query.code.as_deref(), query.village.as_deref());
    let (name, bytes) = doors.app.export_coverage(&caller, code, village, format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

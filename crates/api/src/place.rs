//! The register of places: lists, one place, what is done to it, and the words it is described with.

use app::place::Merging;
use app::place::view::{PlaceInput, PlacePage, PlaceQuery, PlaceView, Revealed};
use axum::Json;
use axum::extract::{Path, Query, State};
use domain::place::{FireHazardClass, KindUse, Opening};
use domain::place_list::ListKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;
use crate::view::{Word, read_day};

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(catalog))
        .routes(routes!(list, add))
        .routes(routes!(show, change))
        .routes(routes!(void))
        .routes(routes!(merge))
        .routes(routes!(verify))
        .routes(routes!(reveal))
}

/// A category or tag.
#[derive(Serialize, ToSchema)]
pub(crate) struct KindView {
    code: String,
    label: String,
    /// `category`, `tag` or `both`.
    #[serde(rename = "use")]
    used_as: &'static str,
    parent: Option<String>,
    /// How far its definition was checked.
    confidence_label: String,
    source: String,
}

/// The words places are described with.
#[derive(Serialize, ToSchema)]
pub(crate) struct Catalog {
    kinds: Vec<KindView>,
    openings: Vec<Word>,
    gas: Vec<Word>,
    fire_hazard_classes: Vec<Word>,
    list_kinds: Vec<Word>,
}

/// A reason, and the version that was read.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PlaceVoid {
    reason: String,
    version: Option<i64>,
}

/// Which row of the register goes on for the same place, why, and the versions of both that were read.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PlaceMerge {
    into: String,
    reason: String,
    version: Option<i64>,
    into_version: Option<i64>,
}

/// The day somebody was there, and the version that was read.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PlaceVerify {
    on: String,
    version: Option<i64>,
}

/// Why one needs to know.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PlaceRevealReason {
    reason: String,
}

/// 场所目录和选项
#[utoipa::path(get, path = "/api/v1/catalog", tag = "place", responses((status = 200, body = Catalog), (status = 401, body = Problem)))]
async fn catalog(Known(_caller): Known) -> Answer<Json<Catalog>> {
    let kinds = app::place::catalog()
        .kinds()
        .map(|kind| KindView {
            code: kind.code.to_string(),
            label: kind.name.clone(),
            used_as: match kind.used_as {
                KindUse::Category => "category",
                KindUse::Tag => "tag",
                KindUse::Both => "both",
            },
            parent: kind.code.as_str().rsplit_once('.').map(|(parent, _)| parent.to_owned()),
            confidence_label: kind.confidence.label().to_owned(),
            source: kind.source.clone(),
        })
        .collect();
    let openings = [Opening::Open, Opening::Suspended, Opening::Dormant, Opening::Deregistered];
    let classes = [
        (FireHazardClass::A, "甲"),
        (FireHazardClass::B, "乙"),
        (FireHazardClass::C, "丙"),
        (FireHazardClass::D, "丁"),
        (FireHazardClass::E, "戊"),
    ];
    let lists = [
        ListKind::VillageListed,
        ListKind::PoliceListed,
        ListKind::PoliceScope,
        ListKind::KeyUnit,
        ListKind::JointControl,
        ListKind::SectorKey,
        ListKind::ForestKey,
    ];
    Ok(Json(Catalog {
        kinds,
        openings: openings.iter().map(|o| Word::new(code(o), o.label())).collect(),
        gas: [("piped", "管道"), ("bottled", "瓶装"), ("none", "不用气")]
            .map(|(code, label)| Word::new(code, label))
            .to_vec(),
        fire_hazard_classes: classes.iter().map(|(class, label)| Word::new(code(class), *label)).collect(),
        list_kinds: lists.iter().map(|kind| Word::new(code(kind), kind.label())).collect(),
    }))
}

/// The code of a word, as it is kept and sent.
fn code(word: &impl Serialize) -> String {
    serde_json::to_value(word).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// 场所列表
#[utoipa::path(get, path = "/api/v1/places", tag = "place", params(PlaceQuery),
    responses((status = 200, body = PlacePage), (status = 401, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(query): Query<PlaceQuery>,
) -> Answer<Json<PlacePage>> {
    Ok(Json(doors.app.places(&caller, &query).await?))
}

/// 登记场所
#[utoipa::path(post, path = "/api/v1/places", tag = "place", request_body = PlaceInput,
    responses((status = 200, body = PlaceView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(input): Json<PlaceInput>,
) -> Answer<Json<PlaceView>> {
    Ok(Json(doors.app.add_place(&caller, &input).await?))
}

/// 场所详情
#[utoipa::path(get, path = "/api/v1/places/{id}", tag = "place", params(("id" = String, Path)),
    responses((status = 200, body = PlaceView), (status = 404, body = Problem)))]
async fn show(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<PlaceView>> {
    Ok(Json(doors.app.place_view(&caller, &id.into()).await?))
}

/// 修改场所
#[utoipa::path(put, path = "/api/v1/places/{id}", tag = "place", params(("id" = String, Path)),
    request_body = PlaceInput,
    responses((status = 200, body = PlaceView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(input): Json<PlaceInput>,
) -> Answer<Json<PlaceView>> {
    Ok(Json(doors.app.change_place(&caller, &id.into(), &input).await?))
}

/// 作废场所
#[utoipa::path(post, path = "/api/v1/places/{id}/void", tag = "place", params(("id" = String, Path)),
    request_body = PlaceVoid,
    responses((status = 200, body = PlaceView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn void(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlaceVoid>,
) -> Answer<Json<PlaceView>> {
    Ok(Json(doors.app.void_place(&caller, &id.into(), &asked.reason, asked.version).await?))
}

/// 重复登记并入另一条
#[utoipa::path(post, path = "/api/v1/places/{id}/merge", tag = "place", params(("id" = String, Path)),
    request_body = PlaceMerge,
    responses((status = 200, body = PlaceView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn merge(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlaceMerge>,
) -> Answer<Json<PlaceView>> {
    let PlaceMerge { into, reason, version, into_version } = asked;
    let merging = Merging { into: into.into(), reason, version, into_version };
    Ok(Json(doors.app.merge_places(&caller, &id.into(), &merging).await?))
}

/// 现场核实
#[utoipa::path(post, path = "/api/v1/places/{id}/verify", tag = "place", params(("id" = String, Path)),
    request_body = PlaceVerify,
    responses((status = 200, body = PlaceView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn verify(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlaceVerify>,
) -> Answer<Json<PlaceView>> {
    let on = read_day("on", &asked.on)?;
    Ok(Json(doors.app.verify_place(&caller, &id.into(), on, asked.version).await?))
}

/// 查看完整电话
#[utoipa::path(post, path = "/api/v1/places/{id}/reveal", tag = "place", params(("id" = String, Path)),
    request_body = PlaceRevealReason,
    responses((status = 200, body = Revealed), (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn reveal(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<PlaceRevealReason>,
) -> Answer<Json<Revealed>> {
    Ok(Json(doors.app.reveal_place_phones(&caller, &id.into(), &asked.reason).await?))
}

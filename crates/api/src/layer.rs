//! The map's doors: layers for our own pages, OGC API Features for other people's programs (`/ogc`), vector tiles
//! (`/tiles`), layers as files. Who may see what is the noun's own reading right; what programs change is in `edit`. Programs sign in by HTTP Basic with an
//! access code. What does not belong here: what is on a layer (`app::layer`).

mod edit;

use std::collections::BTreeMap;

use app::Error;
use app::layer::{FeaturePage, FeatureQuery, FeatureView, Kind, LayerView, LayersAsked};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::geometry::Bounds;
use domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Known, Reading};
use crate::export::attachment;
use crate::problem::{Answer, Problem, Refusal};
use crate::router::Doors;
use crate::view::{instant, read_day, read_instant, read_opt_day, wrong};

/// Longitude and latitude in this order, as GeoJSON has them.
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const GEOJSON: &str = "application/geo+json";
const SCHEMA: &str = "application/schema+json";
const TILE: &str = "application/vnd.mapbox-vector-tile";
/// What of OGC API Features this is: part 1, and of part 4 changing and locking. It enters and replaces too, but the class for
/// that asks for deleting, and nothing is deleted here.
const CONFORMS_TO: [&str; 6] = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
];

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(layers))
        .routes(routes!(landing))
        .routes(routes!(conformance))
        .routes(routes!(collections))
        .routes(routes!(collection))
        .routes(routes!(schema))
        .routes(routes!(items, edit::add))
        .routes(routes!(item, edit::replace, edit::change, edit::remove))
        .routes(routes!(tile))
        .routes(routes!(export))
}

/// Layers for the switch.
#[derive(Serialize, ToSchema)]
pub(crate) struct Layers {
    items: Vec<LayerView>,
}

/// Where else to go.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Link {
    href: String,
    rel: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
}

/// The first page of the interface.
#[derive(Serialize, ToSchema)]
pub(crate) struct Landing {
    title: &'static str,
    description: &'static str,
    links: Vec<Link>,
}

/// What it conforms to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Conformance {
    #[serde(rename = "conformsTo")]
    conforms_to: [&'static str; 6],
}

/// A layer as a collection.
#[derive(Serialize, ToSchema)]
pub(crate) struct Collection {
    id: String,
    title: String,
    #[schema(value_type = Object)]
    extent: Value,
    #[serde(rename = "itemType")]
    item_type: &'static str,
    crs: [&'static str; 1],
    links: Vec<Link>,
}

/// All layers as collections.
#[derive(Serialize, ToSchema)]
pub(crate) struct Collections {
    links: Vec<Link>,
    collections: Vec<Collection>,
}

/// A GeoJSON feature collection.
#[derive(Serialize, ToSchema)]
pub(crate) struct Features {
    #[serde(rename = "type")]
    kind: &'static str,
    features: Vec<FeatureView>,
    links: Vec<Link>,
    #[serde(rename = "timeStamp")]
    time_stamp: String,
    #[serde(rename = "numberMatched")]
    number_matched: usize,
    #[serde(rename = "numberReturned")]
    number_returned: usize,
}

/// Which features, as OGC API Features words it; any other parameter asks that the property of its name says this.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "describes what `query` reads")]
pub(crate) struct ItemsQuery {
    /// West, south, east, north in degrees, commas between them.
    bbox: Option<String>,
    /// A day, an instant, or two with `/` between them, of which one may be `..`.
    datetime: Option<String>,
    /// At most so many, 1 to 10000; 100 unless told.
    limit: Option<usize>,
    /// Go on after this id; the link `next` has it.
    after: Option<String>,
    /// `http://www.opengis.net/def/crs/OGC/1.3/CRS84`, the only one there is.
    crs: Option<String>,
    /// The same of the box.
    #[param(rename = "bbox-crs")]
    bbox_crs: Option<String>,
}

/// The day of a tile.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TileQuery {
    /// As of this day, today unless told.
    on: Option<String>,
}

/// What a request of another program's cannot mean: 400, as that interface has it.
struct Unfit(Refusal);

impl<E: Into<Refusal>> From<E> for Unfit {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Unfit {
    fn into_response(self) -> Response {
        match &self.0.0 {
            Error::Invalid(_) => self.0.with_status(StatusCode::BAD_REQUEST),
            _ => self.0.into_response(),
        }
    }
}

/// Where this server is for whoever asks.
fn base(doors: &Doors, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let scheme = if doors.secure { "https" } else { "http" };
    let own = doors.public_url.clone().unwrap_or_else(|| format!("{scheme}://{host}"));
    own.trim_end_matches('/').to_owned()
}

fn link(href: String, rel: &'static str, kind: &'static str, title: &str) -> Link {
    Link { href, rel, kind, title: title.to_owned() }
}

const JSON: &str = "application/json";

fn collection_of(base: &str, layer: LayerView) -> Collection {
    let at = format!("{base}/ogc/collections/{}", layer.id);
    let extent = match layer.bounds {
        Some(bounds) => json!({ "spatial": { "bbox": [bounds], "crs": CRS84 } }),
        None => json!({}),
    };
    Collection {
        title: layer.label.clone(),
        extent,
        item_type: "feature",
        crs: [CRS84],
        links: vec![
            link(at.clone(), "self", JSON, "本图层"),
            link(format!("{at}/items"), "items", GEOJSON, &layer.label),
            // Written so for GDAL, which looks for it letter by letter; to the standard the case of a relation is nothing.
            link(format!("{at}/schema"), "describedBy", SCHEMA, "属性说明"),
        ],
        id: layer.id,
    }
}

/// 地图图层
#[utoipa::path(get, path = "/api/v1/layers", tag = "layer", params(TileQuery),
    responses((status = 200, body = Layers), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn layers(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<TileQuery>,
) -> Answer<Json<Layers>> {
    let on = read_opt_day("on", asked.on.as_deref())?;
    Ok(Json(Layers { items: doors.app.layers(&caller, on).await? }))
}

/// 地图接口首页
#[utoipa::path(get, path = "/ogc", tag = "layer",
    responses((status = 200, body = Landing), (status = 401, body = Problem)))]
async fn landing(
    State(doors): State<Doors>,
    Reading(_caller): Reading,
    headers: HeaderMap,
) -> Answer<Json<Landing>> {
    let base = base(&doors, &headers);
    Ok(Json(Landing {
        title: "烽燧地图接口",
        description: "OGC API Features；范围与登录人的权限一致，道路和设施可以修改，不能删除",
        links: vec![
            link(format!("{base}/ogc"), "self", JSON, "首页"),
            link(
                format!("{base}/api/openapi.json"),
                "service-desc",
                "application/vnd.oai.openapi+json;version=3.0",
                "接口说明",
            ),
            link(format!("{base}/ogc/conformance"), "conformance", JSON, "符合的规范"),
            link(format!("{base}/ogc/collections"), "data", JSON, "图层"),
        ],
    }))
}

/// 地图接口符合的规范
#[utoipa::path(get, path = "/ogc/conformance", tag = "layer",
    responses((status = 200, body = Conformance), (status = 401, body = Problem)))]
async fn conformance(Reading(_caller): Reading) -> Answer<Json<Conformance>> {
    Ok(Json(Conformance { conforms_to: CONFORMS_TO }))
}

/// 地图接口的图层
#[utoipa::path(get, path = "/ogc/collections", tag = "layer",
    responses((status = 200, body = Collections), (status = 401, body = Problem)))]
async fn collections(
    State(doors): State<Doors>,
    Reading(caller): Reading,
    headers: HeaderMap,
) -> Answer<Json<Collections>> {
    let base = base(&doors, &headers);
    let layers = doors.app.layers(&caller, None).await?;
    Ok(Json(Collections {
        links: vec![link(format!("{base}/ogc/collections"), "self", JSON, "图层")],
        collections: layers.into_iter().map(|layer| collection_of(&base, layer)).collect(),
    }))
}

/// 地图接口的一个图层
#[utoipa::path(get, path = "/ogc/collections/{layer}", tag = "layer", params(("layer" = String, Path)),
    responses((status = 200, body = Collection), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn collection(
    State(doors): State<Doors>,
    Reading(caller): Reading,
    headers: HeaderMap,
    Path(layer): Path<String>,
) -> Answer<Json<Collection>> {
    let layer = doors.app.layer(&caller, &layer, None).await?;
    Ok(Json(collection_of(&base(&doors, &headers), layer)))
}

/// 地图接口的一个图层的属性说明
#[utoipa::path(get, path = "/ogc/collections/{layer}/schema", tag = "layer", params(("layer" = String, Path)),
    responses((status = 200, content_type = "application/schema+json", body = Value, description = "A JSON Schema of its features"),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn schema(
    State(doors): State<Doors>,
    Reading(caller): Reading,
    headers: HeaderMap,
    Path(layer): Path<String>,
) -> Answer<Response> {
    let kinds = doors.app.layer_schema(&caller, &layer).await?;
    // One type each, for programs read no list of types; what nobody knows is null all the same.
    let said = |kind: Kind| match kind {
        Kind::Number => json!({ "type": "number", "nullable": true }),
        Kind::Integer => json!({ "type": "integer", "nullable": true }),
        Kind::Flag => json!({ "type": "boolean", "nullable": true }),
        Kind::Day => json!({ "type": "string", "format": "date", "nullable": true }),
        Kind::Text => json!({ "type": "string", "nullable": true }),
    };
    let properties: serde_json::Map<String, Value> =
        kinds.into_iter().map(|(key, kind)| (key, said(kind))).collect();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{}/ogc/collections/{layer}/schema", base(&doors, &headers)),
        "type": "object",
        "properties": {
            "type": { "const": "Feature" },
            "id": { "type": "string" },
            "geometry": { "type": "object" },
            "properties": { "type": "object", "properties": properties },
        },
    });
    let mut response = Json(schema).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(SCHEMA));
    Ok(response)
}

/// A box as OGC API writes it; heights, if any, are left out.
fn read_bounds(text: &str) -> Result<Bounds, Refusal> {
    let parts: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    let bounds = match parts.as_deref() {
        Some([west, south, east, north]) | Some([west, south, _, east, north, _]) => {
            Bounds { west: *west, south: *south, east: *east, north: *north }
        }
        _ => return Err(wrong("bbox", "layer.bbox", "范围请写成 西,南,东,北 四个经纬度")),
    };
    let is_box = bounds.west <= bounds.east && bounds.south <= bounds.north;
    if !is_box {
        return Err(wrong("bbox", "layer.bbox", "范围请写成 西,南,东,北 四个经纬度"));
    }
    Ok(bounds)
}

/// The beginning of a day, or an instant; `..` and nothing are open ends.
fn read_end(text: &str) -> Result<Option<Timestamp>, Refusal> {
    match text.trim() {
        "" | ".." => Ok(None),
        text if text.contains('T') => Ok(Some(read_instant("datetime", text)?)),
        text => Ok(Some(Timestamp::start_of(read_day("datetime", text)?))),
    }
}

/// The first and the last day of what is asked for.
fn read_span(text: &str) -> Result<(Option<Date>, Option<Date>), Refusal> {
    let (from, to) = text.split_once('/').unwrap_or((text, text));
    let is_whole_day = !to.contains('T');
    let (from, to) = (read_end(from)?, read_end(to)?);
    if let Some((from, to)) = from.zip(to)
        && if is_whole_day { from.date() > to.date() } else { from > to }
    {
        return Err(wrong("datetime", "layer.datetime", "时间段的结束早于开始，请写成 开始/结束"));
    }
    Ok((from.map(Timestamp::date), to.map(Timestamp::date)))
}

/// Whether a program may have it so: positions are longitude and latitude on WGS-84 and nothing else.
fn read_crs(key: &str, text: &str) -> Result<(), Refusal> {
    if text == CRS84 {
        return Ok(());
    }
    Err(wrong(key, "layer.crs", "坐标系只有 CRS84（经度在前、纬度在后），请去掉 crs 和 bbox-crs"))
}

fn read_query(asked: BTreeMap<String, String>) -> Result<FeatureQuery, Refusal> {
    let mut query = FeatureQuery::default();
    for (key, value) in asked {
        match key.as_str() {
            "bbox" => query.bounds = Some(read_bounds(&value)?),
            "datetime" => (query.from, query.to) = read_span(&value)?,
            "limit" => {
                let limit = value.parse().ok().filter(|limit| *limit > 0);
                query.limit = Some(
                    limit.ok_or_else(|| wrong("limit", "layer.limit", "每页条数请写 1 到 10000 的整数"))?,
                );
            }
            "after" => query.after = Some(value).filter(|after| !after.is_empty()),
            "crs" | "bbox-crs" => read_crs(&key, &value)?,
            // Everything is GeoJSON in this system anyway.
            "f" => {}
            _ => query.equal.push((key, value)),
        }
    }
    Ok(query)
}

/// The same request, further on.
fn next_link(at: &str, asked: &BTreeMap<String, String>, after: &str) -> Link {
    let escaped = |text: &str| -> String {
        text.bytes()
            .map(|b| match b {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b',' | b':' | b'/' => {
                    char::from(b).to_string()
                }
                _ => format!("%{b:02X}"),
            })
            .collect()
    };
    let mut pairs: Vec<String> = asked
        .iter()
        .filter(|(key, _)| *key != "after")
        .map(|(key, value)| format!("{}={}", escaped(key), escaped(value)))
        .collect();
    pairs.push(format!("after={}", escaped(after)));
    link(format!("{at}?{}", pairs.join("&")), "next", GEOJSON, "下一页")
}

/// 图层要素
#[utoipa::path(get, path = "/ogc/collections/{layer}/items", tag = "layer",
    params(("layer" = String, Path), ItemsQuery),
    responses((status = 200, content_type = "application/geo+json", body = Features), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn items(
    State(doors): State<Doors>,
    Reading(caller): Reading,
    headers: HeaderMap,
    Path(layer): Path<String>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Result<Response, Unfit> {
    let query = read_query(asked.clone())?;
    let FeaturePage { features, matched, next } =
        doors.app.layer_features(&caller, &layer, &query).await.map_err(Refusal)?;
    let at = format!("{}/ogc/collections/{layer}", base(&doors, &headers));
    let mut links = vec![
        link(format!("{at}/items"), "self", GEOJSON, "本页"),
        link(at.clone(), "collection", JSON, "图层"),
    ];
    links.extend(next.map(|after| next_link(&format!("{at}/items"), &asked, &after)));
    let page = Features {
        kind: "FeatureCollection",
        number_matched: matched,
        number_returned: features.len(),
        features,
        links,
        time_stamp: instant(doors.app.now()),
    };
    Ok(geojson(&page))
}

/// 单个图层要素
#[utoipa::path(get, path = "/ogc/collections/{layer}/items/{feature}", tag = "layer",
    params(("layer" = String, Path), ("feature" = String, Path)),
    responses((status = 200, content_type = "application/geo+json", body = FeatureView), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn item(
    State(doors): State<Doors>,
    Reading(caller): Reading,
    Path((layer, feature)): Path<(String, String)>,
) -> Answer<Response> {
    Ok(tagged(&doors.app.layer_feature(&caller, &layer, &feature).await?))
}

/// Which layers in which form.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Form {
    /// `gpkg`, `geojson`, `kml` or `csv`.
    format: Option<String>,
}

/// 导出图层
#[utoipa::path(get, path = "/api/v1/exports/layers", tag = "layer", params(Form, LayersAsked),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn export(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(form): Query<Form>,
    Query(asked): Query<LayersAsked>,
) -> Answer<Response> {
    let format = doors.app.format_of(form.format.as_deref().unwrap_or("gpkg"))?;
    let (name, bytes) = doors.app.export_layers(&caller, &asked, format).await?;
    Ok(attachment(&name, format.media_type(), bytes))
}

/// A feature with the tag of its version, where it has one that can be asked for when it is changed.
fn tagged(feature: &FeatureView) -> Response {
    let mut response = geojson(feature);
    let tag = feature.version().and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok());
    if let Some(tag) = tag {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn geojson(body: &impl Serialize) -> Response {
    let mut response = Json(body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(GEOJSON));
    response
}

/// 矢量瓦片
///
/// `y` ends in `.mvt`. Empty tiles are answered with 204; `ETag` tells whether one changed.
#[utoipa::path(get, path = "/tiles/{layer}/{z}/{x}/{y}", tag = "layer",
    params(("layer" = String, Path), ("z" = u8, Path), ("x" = u32, Path), ("y" = String, Path), TileQuery),
    responses((status = 200, content_type = "application/vnd.mapbox-vector-tile", body = Vec<u8>), (status = 204), (status = 304), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn tile(
    State(doors): State<Doors>,
    Reading(caller): Reading,
    headers: HeaderMap,
    Path((layer, z, x, y)): Path<(String, String, String, String)>,
    Query(asked): Query<TileQuery>,
) -> Answer<Response> {
    let on = read_opt_day("on", asked.on.as_deref())?;
    let y = y.strip_suffix(".mvt").unwrap_or(&y);
    let (Ok(z), Ok(x), Ok(y)) = (z.parse(), x.parse(), y.parse()) else { return Err(Error::NotFound.into()) };
    let bytes = doors.app.layer_tile(&caller, &layer, (z, x, y), on).await?;
    let tag = format!("\"{}\"", app::request_hash(&bytes).get(..32).unwrap_or_default());
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = match (is_known, bytes.is_empty()) {
        (true, _) => StatusCode::NOT_MODIFIED.into_response(),
        (false, true) => StatusCode::NO_CONTENT.into_response(),
        (false, false) => Response::new(Body::from(bytes)),
    };
    let kept = response.headers_mut();
    kept.insert(header::CONTENT_TYPE, HeaderValue::from_static(TILE));
    // Kept by the browser of who may see it, and asked for again each time: rights and rows change.
    kept.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        kept.insert(header::ETAG, tag);
    }
    Ok(response)
}

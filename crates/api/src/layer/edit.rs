//! Features changed by map programs: OGC API Features part 4, create, replace and update. Deleting is answered with 405:
//! what was on record stays there, voided with a reason, and a program sends none. Whoever changes tells the version he
//! read, by `If-Match` or as the property `version`; without it the answer is 428, with an old one 412 and the feature as
//! it stands.

use app::layer::{Edit, FeatureInput, FeatureView};
use app::{Caller, Error};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::{base, tagged};
use crate::auth::Mapping;
use crate::problem::{Problem, Refusal};
use crate::router::Doors;

/// A refusal with the status this interface has for it.
pub(super) struct Turned(Refusal);

impl<E: Into<Refusal>> From<E> for Turned {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Turned {
    fn into_response(self) -> Response {
        match &self.0.0 {
            Error::Stale(_) => self.0.with_status(StatusCode::PRECONDITION_FAILED),
            Error::Refused { code: "layer.no_version", .. } => {
                self.0.with_status(StatusCode::PRECONDITION_REQUIRED)
            }
            Error::Refused { code: "layer.no_delete", .. } => {
                let mut response = self.0.with_status(StatusCode::METHOD_NOT_ALLOWED);
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, PUT, PATCH"));
                response
            }
            _ => self.0.into_response(),
        }
    }
}

/// The version `If-Match` names; none when the header is missing.
fn seen(headers: &HeaderMap) -> Result<Option<i64>, Refusal> {
    let Some(tag) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let version = tag.to_str().ok().and_then(|tag| tag.trim().trim_matches('"').parse().ok());
    version.map(Some).ok_or_else(|| {
        Refusal(Error::field("If-Match", "layer.if_match", "If-Match 请写读取要素时得到的 ETag，如 \"3\""))
    })
}

/// 新增图层要素
#[utoipa::path(post, path = "/ogc/collections/{layer}/items", tag = "layer", params(("layer" = String, Path)),
    request_body(content = FeatureInput, content_type = "application/geo+json"),
    responses((status = 201, content_type = "application/geo+json", body = FeatureView), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn add(
    State(doors): State<Doors>,
    Mapping(caller): Mapping,
    headers: HeaderMap,
    Path(layer): Path<String>,
    Json(sent): Json<Value>,
) -> Result<Response, Turned> {
    let feature = doors.app.add_feature(&caller, &layer, FeatureInput::read(sent)?).await?;
    let at = format!("{}/ogc/collections/{layer}/items/{}", base(&doors, &headers), feature.id);
    let mut response = tagged(&feature);
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(at) = HeaderValue::from_str(&at) {
        response.headers_mut().insert(header::LOCATION, at);
    }
    Ok(response)
}

async fn edited(
    doors: &Doors,
    caller: &Caller,
    headers: &HeaderMap,
    (layer, feature): (&str, &str),
    (edit, sent): (Edit, Value),
) -> Result<Response, Turned> {
    let (seen, asked) = (seen(headers)?, FeatureInput::read(sent)?);
    Ok(tagged(&doors.app.edit_feature(caller, (layer, feature), seen, (edit, asked)).await?))
}

/// 整体修改图层要素
#[utoipa::path(put, path = "/ogc/collections/{layer}/items/{feature}", tag = "layer",
    params(("layer" = String, Path), ("feature" = String, Path)),
    request_body(content = FeatureInput, content_type = "application/geo+json"),
    responses((status = 200, content_type = "application/geo+json", body = FeatureView), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn replace(
    State(doors): State<Doors>,
    Mapping(caller): Mapping,
    headers: HeaderMap,
    Path((layer, feature)): Path<(String, String)>,
    Json(sent): Json<Value>,
) -> Result<Response, Turned> {
    edited(&doors, &caller, &headers, (&layer, &feature), (Edit::Replace, sent)).await
}

/// 部分修改图层要素
#[utoipa::path(patch, path = "/ogc/collections/{layer}/items/{feature}", tag = "layer",
    params(("layer" = String, Path), ("feature" = String, Path)),
    request_body(content = FeatureInput, content_type = "application/merge-patch+json"),
    responses((status = 200, content_type = "application/geo+json", body = FeatureView), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
pub(super) async fn change(
    State(doors): State<Doors>,
    Mapping(caller): Mapping,
    headers: HeaderMap,
    Path((layer, feature)): Path<(String, String)>,
    Json(sent): Json<Value>,
) -> Result<Response, Turned> {
    edited(&doors, &caller, &headers, (&layer, &feature), (Edit::Merge, sent)).await
}

/// 不能删除图层要素
#[utoipa::path(delete, path = "/ogc/collections/{layer}/items/{feature}", tag = "layer",
    params(("layer" = String, Path), ("feature" = String, Path)),
    responses((status = 404, body = Problem), (status = 405, body = Problem)))]
pub(super) async fn remove(
    State(doors): State<Doors>,
    Mapping(caller): Mapping,
    Path((layer, feature)): Path<(String, String)>,
) -> Result<Response, Turned> {
    doors.app.layer_feature(&caller, &layer, &feature).await?;
    let message = "记录不能删除；登记有误请在系统页面作废并写明原因，设施拆除请办理退役".to_owned();
    Err(Error::Refused { code: "layer.no_delete", message }.into())
}

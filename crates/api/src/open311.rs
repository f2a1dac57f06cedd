//! Open311 GeoReport v2 at `/open311/v2`: discovery, services with their questions, requests taken and looked up, tokens, and
//! the extension of updates; each as JSON and as XML. What does not belong here: what is taken and shown
//! (`app::report_case::open311`).
//!
//! Source: <https://wiki.open311.org/GeoReport_v2/> and its Service Request Updates extension.

use std::fmt::Write;
use std::sync::Arc;

use app::placard::Hotline;
use app::report_case::open311::{RequestUpdate, RequestsAsked, ServiceRequest};
use app::report_case::public::PublicReport;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use domain::report_case::Matter;
use domain::time::{MINUTE_MS, Timestamp};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::limit::{From, Limiter};
use crate::router::Doors;

/// Questions of one address in a minute.
const MAX_ADDRESS: u32 = 300;
/// Reports of one address in an hour.
const MAX_REPORTS: u32 = 20;
/// The one question beside the standard's own fields.
const EXACTLY: &str = "where_exactly";

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, post))
        .routes(routes!(one))
        .layer(Extension(Arc::new(Limiter::default())))
}

/// The fields of a question or form, as they came.
type Fields = Vec<(String, String)>;
type Limits = Extension<Arc<Limiter>>;

/// As which text an answer goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Json,
    Xml,
}

/// A name with its ending taken off: `services.xml` is `services`, as XML.
fn shaped(name: &str) -> Option<(&str, Shape)> {
    match name.rsplit_once('.')? {
        (stem, "json") => Some((stem, Shape::Json)),
        (stem, "xml") => Some((stem, Shape::Xml)),
        _ => None,
    }
}

/// Text in XML: what it may not hold is left out.
fn escaped(out: &mut String, raw: &str) {
    for c in raw.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c < ' ' && !matches!(c, '\t' | '\n' | '\r') => {}
            c => out.push(c),
        }
    }
}

/// A value as the elements the standard gives it: a list repeats its item's name, null is an empty element.
fn element(out: &mut String, name: &str, value: &Value) {
    let _ = write!(out, "<{name}>");
    match value {
        Value::Null => {}
        Value::Array(items) => {
            for item in items {
                element(out, item_name(name), item);
            }
        }
        Value::Object(fields) => {
            for (field, value) in fields {
                element(out, field, value);
            }
        }
        Value::String(text) => escaped(out, text),
        other => escaped(out, &other.to_string()),
    }
    let _ = write!(out, "</{name}>");
}

/// What an item of a list is called.
fn item_name(list: &str) -> &'static str {
    match list {
        "services" => "service",
        "attributes" => "attribute",
        "values" => "value",
        "service_requests" => "request",
        "service_request_updates" => "request_update",
        "endpoints" => "endpoint",
        "formats" => "format",
        _ => "error",
    }
}

fn answer(shape: Shape, status: StatusCode, root: &str, value: Value) -> Response {
    match shape {
        Shape::Json => (status, Json(value)).into_response(),
        Shape::Xml => {
            let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
            element(&mut out, root, &value);
            (status, [(header::CONTENT_TYPE, "text/xml; charset=utf-8")], out).into_response()
        }
    }
}

fn refused(shape: Shape, status: StatusCode, what: &str) -> Response {
    answer(shape, status, "errors", json!([{ "code": status.as_u16(), "description": what }]))
}

/// A refusal of the program in the standard's form.
fn failed(shape: Shape, error: &app::Error) -> Response {
    let (status, what) = match error {
        app::Error::Invalid(fields) => {
            (StatusCode::BAD_REQUEST, fields.first().map_or_else(String::new, |one| one.message.clone()))
        }
        app::Error::NotFound => (StatusCode::NOT_FOUND, error.to_string()),
        app::Error::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, error.to_string()),
        app::Error::Unauthenticated { .. } | app::Error::Forbidden { .. } => {
            (StatusCode::FORBIDDEN, error.to_string())
        }
        app::Error::Store(_) | app::Error::Internal(_) => {
            tracing::error!(cause = ?error, "an Open311 request could not be answered");
            (StatusCode::SERVICE_UNAVAILABLE, "程序内部出错，请稍后再试".to_owned())
        }
        other => (StatusCode::BAD_REQUEST, other.to_string()),
    };
    refused(shape, status, &what)
}

fn service(matter: Matter) -> Value {
    json!({
        "service_code": matter.code(), "service_name": matter.label(), "description": matter.label(), "metadata": true,
        "type": "realtime", "keywords": "消防,火灾隐患", "group": "消防安全",
    })
}

fn services() -> impl Iterator<Item = Matter> {
    Matter::ALL.iter().copied().filter(|matter| *matter != Matter::Person)
}

fn definition(matter: Matter) -> Value {
    json!({
        "service_code": matter.code(),
        "attributes": [{
            "variable": true, "code": EXACTLY, "datatype": "string", "required": false, "datatype_description": null,
            "order": 1, "description": "具体位置，如几号几楼", "values": [],
        }],
    })
}

fn request(one: &ServiceRequest) -> Value {
    json!({
        "service_request_id": one.id, "status": if one.is_open { "open" } else { "closed" },
        "status_notes": one.stage.label(), "service_name": one.matter.label(), "service_code": one.matter.code(),
        // What was said and where stays with the office.
        "description": null, "agency_responsible": null, "service_notice": null,
        "requested_datetime": one.requested_at.to_rfc3339(), "updated_datetime": one.updated_at.to_rfc3339(),
        "expected_datetime": one.expected_at.map(Timestamp::to_rfc3339), "address": null, "address_id": null,
        "zipcode": null, "lat": null, "long": null, "media_url": null,
    })
}

fn update(one: &RequestUpdate) -> Value {
    json!({
        "update_id": one.id, "service_request_id": one.request, "status": if one.is_open { "open" } else { "closed" },
        "updated_datetime": one.at.to_rfc3339(), "description": one.what, "media_url": null,
    })
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.trim())
        .filter(|value| !value.is_empty())
}

/// The jurisdiction named is this town, if one is named.
fn is_here(doors: &Doors, fields: &[(String, String)]) -> bool {
    field(fields, "jurisdiction_id").is_none_or(|named| named == doors.app.town.as_str())
}

const ELSEWHERE: &str = "jurisdiction_id 不是本镇，请核对后再试";

/// A filter of requests.
///
/// Errors: the name of what is no time.
fn asked(fields: &[(String, String)]) -> Result<RequestsAsked, &'static str> {
    let list = |name: &str| -> Vec<String> {
        let all = field(fields, name).unwrap_or_default().split(',').map(str::trim);
        all.filter(|one| !one.is_empty()).map(str::to_owned).collect()
    };
    let time = |name: &'static str| match field(fields, name) {
        None => Ok(None),
        Some(text) => Timestamp::parse(text).map(Some).ok_or(name),
    };
    let status = list("status");
    let both = status.len() != 1;
    Ok(RequestsAsked {
        ids: list("service_request_id"),
        services: list("service_code"),
        from: time("start_date")?,
        until: time("end_date")?,
        open: status.first().filter(|_| !both).map(|word| word == "open"),
    })
}

fn discovery(doors: &Doors, headers: &HeaderMap, lines: &[Hotline]) -> Value {
    let lines: Vec<String> = lines.iter().map(|one| format!("{} {}", one.zh, one.number)).collect();
    json!({
        "changeset": "2026-11-26T00:00:00+08:00", "contact": lines.join("，"),
        "key_service": "提交举报不需要 api_key",
        "endpoints": [{
            "specification": "http://wiki.open311.org/GeoReport_v2", "url": format!("{}/open311/v2", doors.base(headers)),
            "changeset": "2026-11-26T00:00:00+08:00", "type": "production", "formats": ["application/json", "text/xml"],
        }],
    })
}

/// Open311：发现、服务、举报、进展
#[utoipa::path(get, path = "/open311/v2/{what}", tag = "open311", params(("what" = String, Path)),
    responses((status = 200, content_type = "application/json"), (status = 404, content_type = "application/json")))]
async fn list(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    headers: HeaderMap,
    Path(what): Path<String>,
    Query(fields): Query<Fields>,
) -> Response {
    let Some((name, shape)) = shaped(&what) else {
        return refused(Shape::Json, StatusCode::NOT_FOUND, "地址应以 .json 或 .xml 结尾，请核对");
    };
    if let Err(error) = limiter.pass(&from.0, MAX_ADDRESS, MINUTE_MS, doors.app.now()) {
        return failed(shape, &error);
    }
    if !is_here(&doors, &fields) {
        return refused(shape, StatusCode::NOT_FOUND, ELSEWHERE);
    }
    let ok = StatusCode::OK;
    match name {
        "discovery" => match doors.app.hotlines().await {
            Ok(lines) => answer(shape, ok, "discovery", discovery(&doors, &headers, &lines)),
            Err(error) => failed(shape, &error),
        },
        "services" => answer(shape, ok, "services", services().map(service).collect()),
        "requests" | "servicerequestupdates" => {
            let asked = match asked(&fields) {
                Ok(asked) => asked,
                Err(name) => {
                    let what = format!("{name} 应写成 2026-11-26T00:00:00Z 的样子");
                    return refused(shape, StatusCode::BAD_REQUEST, &what);
                }
            };
            let said = match name {
                "requests" => doors
                    .app
                    .service_requests(&asked)
                    .await
                    .map(|all| ("service_requests", all.iter().map(request).collect::<Value>())),
                _ => doors
                    .app
                    .service_request_updates(&asked)
                    .await
                    .map(|all| ("service_request_updates", all.iter().map(update).collect::<Value>())),
            };
            match said {
                Ok((root, all)) => answer(shape, ok, root, all),
                Err(error) => failed(shape, &error),
            }
        }
        _ => refused(shape, StatusCode::NOT_FOUND, "没有这个地址，请核对"),
    }
}

/// Open311：一项服务、一件举报、一个令牌
#[utoipa::path(get, path = "/open311/v2/{what}/{id}", tag = "open311",
    params(("what" = String, Path), ("id" = String, Path)),
    responses((status = 200, content_type = "application/json"), (status = 404, content_type = "application/json")))]
async fn one(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    Path((what, id)): Path<(String, String)>,
    Query(fields): Query<Fields>,
) -> Response {
    let Some((id, shape)) = shaped(&id) else {
        return refused(Shape::Json, StatusCode::NOT_FOUND, "地址应以 .json 或 .xml 结尾，请核对");
    };
    if let Err(error) = limiter.pass(&from.0, MAX_ADDRESS, MINUTE_MS, doors.app.now()) {
        return failed(shape, &error);
    }
    if !is_here(&doors, &fields) {
        return refused(shape, StatusCode::NOT_FOUND, ELSEWHERE);
    }
    let none = || refused(shape, StatusCode::NOT_FOUND, "没有这个编号，请核对");
    match what.as_str() {
        "services" => match services().find(|matter| matter.code() == id) {
            Some(matter) => answer(shape, StatusCode::OK, "service_definition", definition(matter)),
            None => none(),
        },
        "requests" => {
            let asked = RequestsAsked { ids: vec![id.to_owned()], ..RequestsAsked::default() };
            match doors.app.service_requests(&asked).await {
                Ok(found) if found.is_empty() => none(),
                Ok(found) => {
                    answer(shape, StatusCode::OK, "service_requests", found.iter().map(request).collect())
                }
                Err(error) => failed(shape, &error),
            }
        }
        "tokens" => match doors.app.service_request_of_token(id).await {
            Ok(number) => {
                let told = json!([{ "service_request_id": number, "token": id }]);
                answer(shape, StatusCode::OK, "service_requests", told)
            }
            Err(error) => failed(shape, &error),
        },
        _ => none(),
    }
}

/// The report in the standard's fields.
fn report(fields: &[(String, String)]) -> PublicReport {
    let said = |name: &str| field(fields, name).unwrap_or_default().to_owned();
    let number = |name: &str| field(fields, name).and_then(|text| text.parse::<f64>().ok());
    let exactly = format!("attribute[{EXACTLY}]");
    let mut address = said("address_string");
    if let Some(more) = field(fields, &exactly) {
        address = format!("{address} {more}").trim().to_owned();
    }
    PublicReport {
        matter: said("service_code"),
        content: said("description"),
        address,
        point: number("long").zip(number("lat")).map(|(lon, lat)| [lon, lat]),
        // Chinese names stand without a blank, family name first.
        name: format!("{}{}", said("last_name"), said("first_name")),
        phone: said("phone"),
        ..PublicReport::default()
    }
}

/// What whoever reported adds, or asks to be opened again. The extension has no field of its own for a proof: `token` holds
/// the receipt's code.
async fn post_update(doors: &Doors, fields: &[(String, String)], shape: Shape) -> Response {
    let (Some(token), Some(request)) = (field(fields, "token"), field(fields, "service_request_id")) else {
        let what = "service_request_id 和 token（受理码）都要填写，请补全";
        return refused(shape, StatusCode::BAD_REQUEST, what);
    };
    let reopens = field(fields, "status").is_some_and(|word| word.eq_ignore_ascii_case("open"));
    let words = field(fields, "description").unwrap_or_default();
    match doors.app.post_service_request_update((token, request), reopens, words).await {
        Ok(id) => {
            let told = json!([{ "update_id": id }]);
            answer(shape, StatusCode::CREATED, "service_request_updates", told)
        }
        Err(error) => failed(shape, &error),
    }
}

/// Open311：提交举报，补充或者要求重新办理
#[utoipa::path(post, path = "/open311/v2/{what}", tag = "open311", params(("what" = String, Path)),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, content_type = "application/json"), (status = 400, content_type = "application/json")))]
async fn post(
    State(doors): State<Doors>,
    Extension(limiter): Limits,
    from: From,
    headers: HeaderMap,
    Path(what): Path<String>,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some((name, shape)) = shaped(&what) else {
        return refused(Shape::Json, StatusCode::NOT_FOUND, "地址应以 .json 或 .xml 结尾，请核对");
    };
    let Ok(Form(fields)) = form else {
        return refused(
            shape,
            StatusCode::BAD_REQUEST,
            "请以表单（x-www-form-urlencoded）提交，至少写明 service_code",
        );
    };
    if !matches!(name, "requests" | "servicerequestupdates") {
        return refused(shape, StatusCode::NOT_FOUND, "没有这个地址，请核对");
    }
    if !is_here(&doors, &fields) {
        return refused(shape, StatusCode::NOT_FOUND, ELSEWHERE);
    }
    // Nobody needs a key to report; one that is sent is not looked at.
    let key = format!("report {}", from.0);
    if let Err(error) = limiter.pass(&key, MAX_REPORTS, 60 * MINUTE_MS, doors.app.now()) {
        return failed(shape, &error);
    }
    if name == "servicerequestupdates" {
        return post_update(&doors, &fields, shape).await;
    }
    if services().all(|matter| Some(matter.code()) != field(&fields, "service_code")) {
        return refused(shape, StatusCode::BAD_REQUEST, "service_code 缺失或不认识，请先读取 services");
    }
    match doors.app.post_service_request(report(&fields)).await {
        Ok((number, receipt)) => {
            let notice = format!("凭受理码查询进度：{}/p/r-{receipt}", doors.base(&headers));
            let told =
                json!([{ "service_request_id": number, "service_notice": notice, "account_id": null }]);
            answer(shape, StatusCode::CREATED, "service_requests", told)
        }
        Err(error) => failed(shape, &error),
    }
}

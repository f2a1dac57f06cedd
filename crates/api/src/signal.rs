//! Signals: the list, one with its bytes, what a person reports; and the doors platforms push through, which have no login
//! but a signature.

use domain::time::MINUTE_MS;
use std::sync::Arc;

use app::signal::Received;
use app::signal::push::{Signed, Voucher};
use app::signal::view::{SignalAsked, SignalInput, SignalOptions, SignalPage, SignalView, WireView};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use domain::device::Provider;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::limit::{From, Limiter};
use crate::problem::{Answer, Problem};
use crate::router::Doors;

/// Pushes of one address in a minute; a town's platform sends far fewer.
const MOST_A_MINUTE: u32 = 6_000;
/// The same without a signature: anybody may send those.
const MOST_OPEN_A_MINUTE: u32 = 120;
/// The largest push. Units: bytes.
const MOST_BYTES: usize = 64 * 1024;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, report))
        .routes(routes!(options))
        .routes(routes!(wires))
        .routes(routes!(one))
        .routes(routes!(push, answer))
        .routes(routes!(push_signed, greet))
        .routes(routes!(push_addressed))
        .routes(routes!(take_relay))
        .routes(routes!(feed))
        .routes(routes!(warning))
        .layer(Extension(Arc::new(Limiter::default())))
}

/// 告警信号
#[utoipa::path(get, path = "/api/v1/signals", tag = "signal", params(SignalAsked),
    responses((status = 200, body = SignalPage), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<SignalAsked>,
) -> Answer<Json<SignalPage>> {
    Ok(Json(doors.app.signals(&caller, &asked).await?))
}

/// 录入告警信号：接到的电话、看到的情况
#[utoipa::path(post, path = "/api/v1/signals", tag = "signal", request_body = SignalInput,
    responses((status = 200, body = SignalView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn report(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<SignalInput>,
) -> Answer<Json<SignalView>> {
    Ok(Json(doors.app.report_signal(&caller, asked).await?))
}

/// 录入告警信号所需选项
#[utoipa::path(get, path = "/api/v1/signals/options", tag = "signal",
    responses((status = 200, body = SignalOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<SignalOptions>> {
    Ok(Json(doors.app.signal_options(&caller).await?))
}

/// 一周来各接入方式收到的报文
#[utoipa::path(get, path = "/api/v1/signals/wires", tag = "signal",
    responses((status = 200, body = WireView), (status = 403, body = Problem)))]
async fn wires(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<WireView>> {
    Ok(Json(doors.app.wires(&caller).await?))
}

/// 一条告警信号，连同原始报文
#[utoipa::path(get, path = "/api/v1/signals/{id}", tag = "signal", params(("id" = String, Path)),
    responses((status = 200, body = SignalView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<SignalView>> {
    Ok(Json(doors.app.signal(&caller, &id.into()).await?))
}

/// What became of a push.
#[derive(Serialize, ToSchema)]
pub(crate) struct PushAnswer {
    /// Messages kept now; 0 when there was a copy already.
    kept: usize,
    /// Copies of messages kept before.
    copies: usize,
}

/// What OneNET asks before it pushes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Greeting {
    /// Text to send back.
    #[serde(default)]
    msg: String,
    /// Used once.
    #[serde(default)]
    nonce: String,
    /// Over both, with the token it was given.
    #[serde(default)]
    signature: String,
}

/// 平台核验推送地址
#[utoipa::path(get, path = "/in/{provider}", tag = "signal", params(("provider" = String, Path), Greeting),
    responses((status = 200, body = String)))]
async fn answer(Path(provider): Path<String>, Query(greeting): Query<Greeting>) -> Answer<String> {
    provider_of(&provider)?;
    Ok(echo(&greeting.msg))
}

fn echo(msg: &str) -> String {
    msg.chars().filter(|c| c.is_ascii_alphanumeric()).take(128).collect()
}

/// OneNET 核验推送地址：用所登记接入平台的密钥作 Token 签名
#[utoipa::path(get, path = "/in/{provider}/{key}", tag = "signal",
    params(("provider" = String, Path), ("key" = String, Path), Greeting),
    responses((status = 200, body = String), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn greet(
    State(doors): State<Doors>,
    Path((provider, key)): Path<(String, String)>,
    Query(greeting): Query<Greeting>,
) -> Answer<String> {
    if provider_of(&provider)? != Provider::Onenet {
        return Err(app::Error::NotFound.into());
    }
    doors.app.greet_onenet(&key, &greeting.nonce, &greeting.msg, &greeting.signature).await?;
    Ok(echo(&greeting.msg))
}

/// OneNET 推送：报文里的 msg_signature 用所登记接入平台的密钥作 Token 核验
#[utoipa::path(post, path = "/in/{provider}/{key}", tag = "signal",
    params(("provider" = String, Path), ("key" = String, Path)),
    request_body(content = String, content_type = "application/json"),
    responses((status = 200, body = PushAnswer), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem)))]
async fn push_signed(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    From(from): From,
    Path((provider, key)): Path<(String, String)>,
    body: Bytes,
) -> Answer<Json<PushAnswer>> {
    let provider = provider_of(&provider)?;
    if provider != Provider::Onenet {
        return Err(app::Error::NotFound.into());
    }
    take_push(&doors, &limiter, from.to_string(), (provider, Voucher::Onenet { key }), &body).await
}

/// CTWing 推送：平台不签名，地址里的口令由所登记接入平台的密钥算出，换密钥即换口令
#[utoipa::path(post, path = "/in/{provider}/{key}/{ticket}", tag = "signal",
    params(("provider" = String, Path), ("key" = String, Path), ("ticket" = String, Path)),
    request_body(content = String, content_type = "application/json"),
    responses((status = 200, body = PushAnswer), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem)))]
async fn push_addressed(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    From(from): From,
    Path((provider, key, ticket)): Path<(String, String, String)>,
    body: Bytes,
) -> Answer<Json<PushAnswer>> {
    let provider = provider_of(&provider)?;
    if provider != Provider::Ctwing {
        return Err(app::Error::NotFound.into());
    }
    take_push(&doors, &limiter, from.to_string(), (provider, Voucher::Ticket { key, ticket }), &body).await
}

async fn take_push(
    doors: &Doors,
    limiter: &Limiter,
    from: String,
    (provider, voucher): (Provider, Voucher),
    body: &Bytes,
) -> Answer<Json<PushAnswer>> {
    limiter.pass(&format!("in {from}"), MOST_A_MINUTE, MINUTE_MS, doors.app.now())?;
    if body.len() > MOST_BYTES {
        let message = "推送超过 64 KB，请分次推送".to_owned();
        return Err(app::Error::Refused { code: "body.too_large", message }.into());
    }
    if voucher == Voucher::Nothing {
        limiter.pass(&format!("open {from}"), MOST_OPEN_A_MINUTE, MINUTE_MS, doors.app.now())?;
    }
    let Received { kept, copies } = doors.app.push_signal(provider, &from, voucher, body.to_vec()).await?;
    Ok(Json(PushAnswer { kept, copies }))
}

/// 平台推送：`ctwing`、`onenet`、`generic`。签名写在 X-Fengsui-Key、-Time、-Nonce、-Signature 四个头里
#[utoipa::path(post, path = "/in/{provider}", tag = "signal", params(("provider" = String, Path)),
    request_body(content = String, content_type = "application/json"),
    responses((status = 200, body = PushAnswer), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn push(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    From(from): From,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Json<PushAnswer>> {
    let provider = provider_of(&provider)?;
    let signed = signed_by(&headers);
    let voucher = match signed.signature.is_empty() {
        true => Voucher::Nothing,
        false => Voucher::Signed(signed),
    };
    take_push(&doors, &limiter, from.to_string(), (provider, voucher), &body).await
}

/// The largest delivery of a village's box. Units: bytes.
const MOST_OF_A_BOX: usize = 1024 * 1024;

/// 村级主机转报：签名写在 X-Fengsui-Key、-Time、-Nonce、-Signature 四个头里，每条报文只收一次
#[utoipa::path(post, path = "/in/box", tag = "signal",
    request_body(content = String, content_type = "application/json"),
    responses((status = 200, body = PushAnswer), (status = 401, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
async fn take_relay(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    From(from): From,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Json<PushAnswer>> {
    limiter.pass(&format!("in {from}"), MOST_A_MINUTE, MINUTE_MS, doors.app.now())?;
    if body.len() > MOST_OF_A_BOX {
        let message = "转报超过 1 MB，请分次转报".to_owned();
        return Err(app::Error::Refused { code: "body.too_large", message }.into());
    }
    let Received { kept, copies } =
        doors.app.take_relay(&from.to_string(), &signed_by(&headers), &body).await?;
    Ok(Json(PushAnswer { kept, copies }))
}

/// The four headers of a signature.
fn signed_by(headers: &HeaderMap) -> Signed {
    let header =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    Signed {
        key: header("x-fengsui-key"),
        time: header("x-fengsui-time"),
        nonce: header("x-fengsui-nonce"),
        signature: header("x-fengsui-signature"),
    }
}

/// 现行预警，Atom
#[utoipa::path(get, path = "/cap/feed", tag = "signal",
    responses((status = 200, body = String, content_type = "application/atom+xml")))]
async fn feed(State(doors): State<Doors>, headers: HeaderMap) -> Answer<impl IntoResponse> {
    let text = doors.app.warning_feed(&doors.base(&headers)).await?;
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], text))
}

/// 一条现行预警，CAP 1.2
#[utoipa::path(get, path = "/cap/{id}", tag = "signal", params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "application/cap+xml"), (status = 404, body = Problem)))]
async fn warning(State(doors): State<Doors>, Path(id): Path<String>) -> Answer<impl IntoResponse> {
    let text = doors.app.warning(&id.into()).await?;
    Ok(([(header::CONTENT_TYPE, "application/cap+xml; charset=utf-8")], text))
}

fn provider_of(word: &str) -> Result<Provider, app::Error> {
    let pushes = |one: &Provider| matches!(one, Provider::Ctwing | Provider::Onenet | Provider::Generic);
    Provider::from_code(word).filter(pushes).ok_or(app::Error::NotFound)
}

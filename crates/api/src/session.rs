//! Logging in and out, and one's own sessions.

use std::sync::Arc;

use app::account::{DemoLogins, Me};
use app::session::{Device, Kind, MapCode};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use domain::time::MINUTE_MS;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Entering, Known, Referred, cookie, proof_cookie};
use crate::limit::{From, Limiter};
use crate::problem::{Answer, Problem};
use crate::router::Doors;

/// Logins that came to nothing from one address within a minute. Source: reliability rules, rate limits.
const MAX_LOGINS: u32 = 20;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(login))
        .routes(routes!(demo))
        .routes(routes!(logout))
        .routes(routes!(step_up))
        .routes(routes!(challenge))
        .routes(routes!(prove))
        .routes(routes!(list, end_others))
        .routes(routes!(map_code))
        .routes(routes!(end))
        .layer(Extension(Arc::new(Limiter::default())))
}

/// Who wants in.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Login {
    /// Login name; case does not matter.
    login: String,
    /// Password.
    password: String,
    /// The authenticator's six digits, or a recovery code.
    totp: Option<String>,
    /// `true` on one's own phone: with a key the session lasts seven days instead of twelve hours.
    #[serde(default)]
    phone: bool,
    /// Public half of a key the phone has just made and cannot give away: the uncompressed P-256 point, base64url.
    #[serde(default)]
    key: String,
}

/// A session of one's own.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    id: String,
    current: bool,
    kind: String,
    created_at: String,
    last_seen_at: String,
    ip: String,
    user_agent: String,
    /// Whether it is bound to a key of the phone.
    bound: bool,
    /// Until when at the latest.
    expires_at: String,
}

/// A list of sessions.
#[derive(Serialize, ToSchema)]
pub(crate) struct Sessions {
    items: Vec<SessionView>,
}

/// 登录
#[utoipa::path(post, path = "/api/v1/login", tag = "session", request_body = Login,
    responses((status = 200, body = Me), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn login(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    from: From,
    headers: HeaderMap,
    Json(asked): Json<Login>,
) -> Answer<Response> {
    // Counted before anything is looked up, so that many at once are no way around it; who is let in does not count: a
    // whole town hall may sit behind one address.
    let key = format!("login {}", from.0);
    limiter.pass(&key, MAX_LOGINS, MINUTE_MS, doors.app.now())?;
    let device = Device {
        kind: if asked.phone { Kind::Phone } else { Kind::Desk },
        address: from.0,
        agent: headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned(),
        key: asked.key,
    };
    let entered = doors.app.login(&asked.login, &asked.password, asked.totp.as_deref(), &device).await;
    let is_wrong = matches!(&entered, Err(error) if error.code() != "login.totp_required");
    if !is_wrong {
        limiter.give_back(&key);
    }
    let entered = entered?;
    let me: Me = doors.app.me(&entered.caller).await?;
    let mut response = Json(me).into_response();
    if let Some(cookie) = cookie(&doors, &entered.reference, entered.lasts_s) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    // An older proof that lies in the browser is of another session, and says nothing about this one.
    let (proof, lasts_s) = entered.proof.map_or_else(Default::default, |proof| (proof.text, proof.lasts_s));
    if let Some(cookie) = proof_cookie(&doors, &proof, lasts_s) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// What is to be signed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Challenge {
    /// Signed as the text it is.
    challenge: String,
}

/// A challenge and what the phone's key made of it.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignedChallenge {
    /// As it was given.
    challenge: String,
    /// ECDSA P-256 with SHA-256, r and s of 32 bytes each, base64url.
    signature: String,
}

/// 领取手机密钥验证内容
#[utoipa::path(get, path = "/api/v1/session/challenge", tag = "session",
    responses((status = 200, body = Challenge), (status = 401, body = Problem)))]
async fn challenge(State(doors): State<Doors>, Referred(reference): Referred) -> Answer<Json<Challenge>> {
    Ok(Json(Challenge { challenge: doors.app.challenge(&reference).await? }))
}

/// 验证手机密钥
#[utoipa::path(post, path = "/api/v1/session/proof", tag = "session", request_body = SignedChallenge,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn prove(
    State(doors): State<Doors>,
    from: From,
    Referred(reference): Referred,
    Json(signed): Json<SignedChallenge>,
) -> Answer<Response> {
    let proof = doors.app.prove(&reference, &signed.challenge, &signed.signature, &from.0).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = proof_cookie(&doors, &proof.text, proof.lasts_s) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// 演示账号；正式系统中为空
#[utoipa::path(get, path = "/api/v1/demo-logins", tag = "session", responses((status = 200, body = DemoLogins)))]
async fn demo(State(doors): State<Doors>) -> Answer<Json<DemoLogins>> {
    Ok(Json(doors.app.demo_logins().await?))
}

/// A password or a code, given again.
#[derive(Deserialize, ToSchema)]
pub(crate) struct StepUp {
    /// Password, for an account without a second factor.
    password: Option<String>,
    /// The authenticator's six digits, or a recovery code, for an account with one.
    totp: Option<String>,
}

/// 再次确认身份
#[utoipa::path(post, path = "/api/v1/session/step-up", tag = "session", request_body = StepUp,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn step_up(
    State(doors): State<Doors>,
    Entering(caller): Entering,
    Json(asked): Json<StepUp>,
) -> Answer<Response> {
    let (reference, lasts_s) =
        doors.app.step_up(&caller, asked.password.as_deref(), asked.totp.as_deref()).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = cookie(&doors, &reference, lasts_s) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// 退出登录
#[utoipa::path(post, path = "/api/v1/logout", tag = "session", responses((status = 204), (status = 401, body = Problem)))]
async fn logout(State(doors): State<Doors>, Entering(caller): Entering) -> Answer<Response> {
    doors.app.logout(&caller).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    for cookie in [cookie(&doors, "", 0), proof_cookie(&doors, "", 0)].into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// 我的登录设备
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "session", responses((status = 200, body = Sessions), (status = 401, body = Problem)))]
async fn list(State(doors): State<Doors>, Entering(caller): Entering) -> Answer<Json<Sessions>> {
    let sessions = doors.app.my_sessions(&caller).await?;
    let view = |s: app::session::Live| SessionView {
        current: s.id == caller.session,
        id: s.id,
        kind: s.kind,
        created_at: s.created_at.to_rfc3339(),
        last_seen_at: s.seen_at.to_rfc3339(),
        ip: s.address,
        user_agent: s.agent,
        bound: !s.device_key.is_empty(),
        expires_at: s.expires_at.to_rfc3339(),
    };
    Ok(Json(Sessions { items: sessions.into_iter().map(view).collect() }))
}

/// 退出某个设备
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn end(
    State(doors): State<Doors>,
    Entering(caller): Entering,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    doors.app.end_session(&caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 退出其他设备
#[utoipa::path(delete, path = "/api/v1/me/sessions", tag = "session", responses((status = 204), (status = 401, body = Problem)))]
async fn end_others(State(doors): State<Doors>, Entering(caller): Entering) -> Answer<StatusCode> {
    doors.app.end_other_sessions(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 发放地图访问码
///
/// For programs that read the map by HTTP Basic; shown once. The step-up of the last five minutes is asked for.
#[utoipa::path(post, path = "/api/v1/me/map-code", tag = "session", params(CodeQuery),
    responses((status = 200, body = MapCode), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn map_code(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<CodeQuery>,
) -> Answer<Json<MapCode>> {
    Ok(Json(doors.app.issue_map_code(&caller, asked.edit.unwrap_or(false)).await?))
}

/// What an access code is for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CodeQuery {
    /// Also to change roads and facilities, not only to read.
    edit: Option<bool>,
}

//! One's own account: who am I, password, second factor.

use app::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{Entering, Known};
use crate::problem::{Answer, Problem};
use crate::router::Doors;

/// Who I am.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    person: MePerson,
    town: String,
    server_time: String,
    version: &'static str,
    totp_enabled: bool,
    /// The next thing must be a new password.
    must_change_password: bool,
}

/// My person.
#[derive(Serialize, ToSchema)]
pub(crate) struct MePerson {
    id: String,
    login: String,
}

/// A change of one's own password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordChange {
    old_password: String,
    new_password: String,
}

/// One's own password, asked again.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Password {
    password: String,
}

/// A second factor offered; it counts once confirmed.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotpOffer {
    secret: String,
    uri: String,
}

/// A code of the factor offered.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TotpConfirm {
    secret: String,
    code: String,
}

/// Shown once.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

pub(crate) async fn me_of(doors: &Doors, caller: &Caller) -> Answer<Me> {
    let account = doors.app.my_account(caller).await?;
    Ok(Me {
        person: MePerson { id: account.person.to_string(), login: account.login },
        town: doors.app.town.to_string(),
        server_time: doors.app.now().to_rfc3339(),
        version: env!("CARGO_PKG_VERSION"),
        totp_enabled: !account.totp_secret.is_empty(),
        must_change_password: account.must_change,
    })
}

/// 我是谁
#[utoipa::path(get, path = "/api/v1/me", tag = "account", responses((status = 200, body = Me), (status = 401, body = Problem)))]
pub(crate) async fn me(State(doors): State<Doors>, Entering(caller): Entering) -> Answer<Json<Me>> {
    me_of(&doors, &caller).await.map(Json)
}

/// 修改密码
#[utoipa::path(post, path = "/api/v1/me/password", tag = "account", request_body = PasswordChange,
    responses((status = 204), (status = 422, body = Problem)))]
pub(crate) async fn change_password(
    State(doors): State<Doors>,
    Entering(caller): Entering,
    Json(asked): Json<PasswordChange>,
) -> Answer<StatusCode> {
    doors.app.change_password(&caller, &asked.old_password, &asked.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 设置第二因素
#[utoipa::path(post, path = "/api/v1/me/totp", tag = "account", request_body = Password,
    responses((status = 200, body = TotpOffer), (status = 422, body = Problem)))]
pub(crate) async fn offer_totp(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<Password>,
) -> Answer<Json<TotpOffer>> {
    let offer = doors.app.offer_totp(&caller, &asked.password).await?;
    Ok(Json(TotpOffer { secret: offer.secret, uri: offer.uri }))
}

/// 确认第二因素
#[utoipa::path(post, path = "/api/v1/me/totp/confirm", tag = "account", request_body = TotpConfirm,
    responses((status = 200, body = RecoveryCodes), (status = 422, body = Problem)))]
pub(crate) async fn confirm_totp(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<TotpConfirm>,
) -> Answer<Json<RecoveryCodes>> {
    let recovery_codes = doors.app.confirm_totp(&caller, &asked.secret, &asked.code).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// 取消第二因素
#[utoipa::path(delete, path = "/api/v1/me/totp", tag = "account", request_body = Password,
    responses((status = 204), (status = 422, body = Problem)))]
pub(crate) async fn remove_totp(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<Password>,
) -> Answer<StatusCode> {
    doors.app.remove_totp(&caller, &asked.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

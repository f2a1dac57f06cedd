//! One's own account: who am I, password, second factor.

use app::account::{AccountInput, AccountView, Me};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Enrolling, Entering, Known};
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(change_password))
        .routes(routes!(offer_totp, remove_totp))
        .routes(routes!(confirm_totp))
        .routes(routes!(list, open))
        .routes(routes!(reset))
        .routes(routes!(disable))
        .routes(routes!(enable))
}

/// Every account.
#[derive(Serialize, ToSchema)]
pub(crate) struct Accounts {
    items: Vec<AccountView>,
}

/// A password set by somebody else, to be changed at the next login.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewPassword {
    password: String,
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
    /// The address as a QR code, SVG.
    qr_svg: String,
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

/// 我是谁
#[utoipa::path(get, path = "/api/v1/me", tag = "account", responses((status = 200, body = Me), (status = 401, body = Problem)))]
pub(crate) async fn me(State(doors): State<Doors>, Entering(caller): Entering) -> Answer<Json<Me>> {
    Ok(Json(doors.app.me(&caller).await?))
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
    Enrolling(caller): Enrolling,
    Json(asked): Json<Password>,
) -> Answer<Json<TotpOffer>> {
    let offer = doors.app.offer_totp(&caller, &asked.password).await?;
    Ok(Json(TotpOffer { secret: offer.secret, uri: offer.uri, qr_svg: offer.qr_svg }))
}

/// 确认第二因素
#[utoipa::path(post, path = "/api/v1/me/totp/confirm", tag = "account", request_body = TotpConfirm,
    responses((status = 200, body = RecoveryCodes), (status = 422, body = Problem)))]
pub(crate) async fn confirm_totp(
    State(doors): State<Doors>,
    Enrolling(caller): Enrolling,
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

/// 账号列表
#[utoipa::path(get, path = "/api/v1/accounts", tag = "account",
    responses((status = 200, body = Accounts), (status = 403, body = Problem)))]
async fn list(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<Accounts>> {
    Ok(Json(Accounts { items: doors.app.accounts(&caller).await? }))
}

/// 开通账号
#[utoipa::path(post, path = "/api/v1/accounts", tag = "account", request_body = AccountInput,
    responses((status = 200, body = AccountView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn open(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<AccountInput>,
) -> Answer<Json<AccountView>> {
    Ok(Json(doors.app.open_account(&caller, asked).await?))
}

/// 重置密码
#[utoipa::path(post, path = "/api/v1/accounts/{login}/reset", tag = "account", params(("login" = String, Path)),
    request_body = NewPassword, responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn reset(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(login): Path<String>,
    Json(asked): Json<NewPassword>,
) -> Answer<StatusCode> {
    doors.app.reset_password(&caller, &login, &asked.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 停用账号
#[utoipa::path(post, path = "/api/v1/accounts/{login}/disable", tag = "account", params(("login" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn disable(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(login): Path<String>,
) -> Answer<StatusCode> {
    doors.app.set_account_active(&caller, &login, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 恢复账号
#[utoipa::path(post, path = "/api/v1/accounts/{login}/enable", tag = "account", params(("login" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn enable(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(login): Path<String>,
) -> Answer<StatusCode> {
    doors.app.set_account_active(&caller, &login, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

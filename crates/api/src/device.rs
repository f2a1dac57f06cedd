//! Devices: the list, one device with its steps, the town's devices as a whole.

use app::device::view::{
    DeviceAsked, DeviceInput, DeviceOptions, DevicePage, DeviceSecret, DeviceStep, DeviceSummary, DeviceView,
    SecretAsked,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Known;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(options))
        .routes(routes!(summary))
        .routes(routes!(one, change))
        .routes(routes!(step))
        .routes(routes!(secret))
        .routes(routes!(duty_check))
}

/// 联网设备
#[utoipa::path(get, path = "/api/v1/devices", tag = "device", params(DeviceAsked),
    responses((status = 200, body = DevicePage), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<DeviceAsked>,
) -> Answer<Json<DevicePage>> {
    Ok(Json(doors.app.devices(&caller, &asked).await?))
}

/// 登记联网设备
#[utoipa::path(post, path = "/api/v1/devices", tag = "device", request_body = DeviceInput,
    responses((status = 200, body = DeviceView), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn add(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<DeviceInput>,
) -> Answer<Json<DeviceView>> {
    Ok(Json(doors.app.add_device(&caller, asked).await?))
}

/// 登记联网设备所需选项
#[utoipa::path(get, path = "/api/v1/devices/options", tag = "device",
    responses((status = 200, body = DeviceOptions), (status = 403, body = Problem)))]
async fn options(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<DeviceOptions>> {
    Ok(Json(doors.app.device_options(&caller).await?))
}

/// 联网设备概况
#[utoipa::path(get, path = "/api/v1/devices/summary", tag = "device",
    responses((status = 200, body = DeviceSummary), (status = 403, body = Problem)))]
async fn summary(State(doors): State<Doors>, Known(caller): Known) -> Answer<Json<DeviceSummary>> {
    Ok(Json(doors.app.device_summary(&caller).await?))
}

/// 一台设备
#[utoipa::path(get, path = "/api/v1/devices/{id}", tag = "device", params(("id" = String, Path)),
    responses((status = 200, body = DeviceView), (status = 404, body = Problem)))]
async fn one(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<DeviceView>> {
    Ok(Json(doors.app.device(&caller, &id.into()).await?))
}

/// 修改设备
#[utoipa::path(put, path = "/api/v1/devices/{id}", tag = "device", params(("id" = String, Path)),
    request_body = DeviceInput,
    responses((status = 200, body = DeviceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<DeviceInput>,
) -> Answer<Json<DeviceView>> {
    Ok(Json(doors.app.change_device(&caller, &id.into(), asked).await?))
}

/// 设备测试、停用、作废
#[utoipa::path(post, path = "/api/v1/devices/{id}/steps", tag = "device", params(("id" = String, Path)),
    request_body = DeviceStep,
    responses((status = 200, body = DeviceView), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn step(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<DeviceStep>,
) -> Answer<Json<DeviceView>> {
    Ok(Json(doors.app.step_device(&caller, &id.into(), asked).await?))
}

/// 更换设备密钥，只显示这一次
#[utoipa::path(post, path = "/api/v1/devices/{id}/secret", tag = "device", params(("id" = String, Path)),
    request_body = SecretAsked,
    responses((status = 200, body = DeviceSecret), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn secret(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
    Json(asked): Json<SecretAsked>,
) -> Answer<Json<DeviceSecret>> {
    Ok(Json(doors.app.new_device_secret(&caller, &id.into(), asked.version).await?))
}

/// 查岗：经设备现在的连接询问值班人员在不在，应答见设备页
#[utoipa::path(post, path = "/api/v1/devices/{id}/duty-check", tag = "device", params(("id" = String, Path)),
    responses((status = 200, body = DeviceView), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn duty_check(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Answer<Json<DeviceView>> {
    Ok(Json(doors.app.ask_duty(&caller, &id.into()).await?))
}

//! Orders of 12345 and 渝快办 at the desk: how far each answer is, answers as a file, and that they were sent back.

use app::report_case::order::{ReportOrderAsked, ReportOrderList, ReportOrderSend, ReportOrderSent};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;

use crate::auth::Known;
use crate::export::attachment;
use crate::problem::{Answer, Problem};
use crate::router::Doors;

/// 外部工单
#[utoipa::path(get, path = "/api/v1/report-orders", tag = "report_case", params(ReportOrderAsked),
    responses((status = 200, body = ReportOrderList), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn list(
    State(doors): State<Doors>,
    Known(caller): Known,
    Query(asked): Query<ReportOrderAsked>,
) -> Answer<Json<ReportOrderList>> {
    Ok(Json(doors.app.report_case_orders(&caller, &asked).await?))
}

/// 工单答复文件
#[utoipa::path(get, path = "/api/v1/report-orders/answers/{format}", tag = "report_case",
    params(("format" = String, Path), ReportOrderAsked),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn answers(
    State(doors): State<Doors>,
    Known(caller): Known,
    Path(format): Path<String>,
    Query(asked): Query<ReportOrderAsked>,
) -> Answer<Response> {
    let (name, media, bytes) = doors.app.order_answers(&caller, &asked, &format).await?;
    let mut response = attachment(&name, media, bytes);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// 登记答复已回传
#[utoipa::path(post, path = "/api/v1/report-orders/sent", tag = "report_case", request_body = ReportOrderSend,
    responses((status = 200, body = ReportOrderSent), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn sent(
    State(doors): State<Doors>,
    Known(caller): Known,
    Json(asked): Json<ReportOrderSend>,
) -> Answer<Json<ReportOrderSent>> {
    Ok(Json(doors.app.send_orders(&caller, &asked).await?))
}

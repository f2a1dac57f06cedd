//! What gateways tell later of messages they took: a door without a login but a signature.

use std::sync::Arc;

use app::message::receipt::{ReceiptsInput, ReceiptsTaken};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use domain::message::Channel;
use domain::time::MINUTE_MS;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::limit::{From, Limiter};
use crate::problem::{Answer, Problem};
use crate::router::Doors;

/// Calls of one address in a minute.
const MOST_A_MINUTE: u32 = 600;
/// The largest call. Units: bytes.
const MOST_BYTES: usize = 256 * 1024;

pub(crate) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(told)).layer(Extension(Arc::new(Limiter::default())))
}

/// 短信、语音网关推送回执：`sms`、`voice` 等通道；签名写在 X-Fengsui-Time、X-Fengsui-Signature 两个头里
#[utoipa::path(post, path = "/in/receipts/{channel}", tag = "message", params(("channel" = String, Path)),
    request_body = ReceiptsInput,
    responses((status = 200, body = ReceiptsTaken), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn told(
    State(doors): State<Doors>,
    Extension(limiter): Extension<Arc<Limiter>>,
    From(from): From,
    Path(channel): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Json<ReceiptsTaken>> {
    limiter.pass(&format!("receipt {from}"), MOST_A_MINUTE, MINUTE_MS, doors.app.now())?;
    if body.len() > MOST_BYTES {
        let message = "推送超过 256 KB，请分次推送".to_owned();
        return Err(app::Error::Refused { code: "body.too_large", message }.into());
    }
    let channel = Channel::from_code(&channel).ok_or(app::Error::NotFound)?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let signed = (header("x-fengsui-time"), header("x-fengsui-signature"));
    Ok(Json(doors.app.take_receipts(channel, signed, &body).await?))
}

//! `Idempotency-Key` for every write: a request that was carried out before gets the same answer again, the same key
//! with another request is refused. The answer is stored by the use case's own commit.

use app::Error;
use app::operation::{Known, Operation};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::auth::Entering;
use crate::problem::Refusal;
use crate::router::{Doors, MAX_JSON, MAX_UPLOAD};

/// Name of the header.
const KEY: &str = "idempotency-key";
/// Name of the header in which a phone says when it was done, see [`app::App::timing`].
const TIME: &str = "x-fengsui-time";

/// Wraps every write that carries a key.
pub(crate) async fn once(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    match carried_out(doors, request, next, MAX_JSON).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

/// The same for routes that take whole files.
pub(crate) async fn once_with_file(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    match carried_out(doors, request, next, MAX_UPLOAD).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn carried_out(doors: Doors, request: Request, next: Next, most: usize) -> Result<Response, Refusal> {
    let key = request.headers().get(KEY).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let Some(key) = key.filter(|_| !request.method().is_safe()) else { return Ok(next.run(request).await) };
    let well_formed = uuid::Uuid::parse_str(&key).is_ok();
    if !well_formed {
        return Err(Refusal(Error::field(KEY, "operation.key", "操作编号须为 UUID，请刷新页面后再试")));
    }
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, most).await.map_err(|_| {
        Refusal(Error::Refused {
            code: "body.too_large", message: "提交的内容过大，请分次提交".to_owned()
        })
    })?;
    let said =
        [parts.method.as_str().as_bytes(), b" ", parts.uri.to_string().as_bytes(), b"\n", body.as_ref()]
            .concat();
    let operation = Operation {
        id: key,
        account: String::new(),
        request_hash: app::request_hash(&said),
        at: doors.app.now(),
        timing: None,
    };
    // Who asks is part of the key: nobody gets another's answer.
    if let Ok(Entering(caller)) =
        <Entering as axum::extract::FromRequestParts<Doors>>::from_request_parts(&mut parts, &doors).await
    {
        let said = parts.headers.get(TIME).and_then(|value| value.to_str().ok());
        let timing = match said {
            Some(said) => doors.app.timing(&caller, said).await?,
            None => None,
        };
        let asked = Operation { account: caller.account.to_string(), timing, ..operation };
        match doors.app.operation(&caller, &asked).await? {
            Known::Done(answer) => return Ok(again(answer)),
            Known::Other => {
                return Err(Refusal(Error::Conflict {
                    code: "operation.key_reused",
                    message: "这个操作编号已用于另一项操作，请刷新页面后再试".to_owned(),
                }));
            }
            Known::New => drop(parts.extensions.insert(asked)),
        }
    }
    Ok(next.run(Request::from_parts(parts, Body::from(body))).await)
}

fn again(answer: String) -> Response {
    if answer == "null" {
        return StatusCode::NO_CONTENT.into_response();
    }
    let mut response = Response::new(Body::from(answer));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}

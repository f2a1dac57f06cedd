//! The only map from what a use case refuses to what HTTP says: `application/problem+json` with a stable dotted code
//! and a sentence a person can act on. Causes are logged here, once, under the trace id that the person is shown.

use app::Error;
use app::session::CODE_WRONG;
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// A problem as sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Always `about:blank`: the code says what it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// HTTP status.
    status: u16,
    /// Stable dotted code.
    code: &'static str,
    /// One sentence: what happened and what to do.
    title: String,
    /// The same sentence, for clients that show the detail.
    detail: String,
    /// Fields to correct.
    fields: Vec<FieldView>,
    /// To find the cause in the log.
    trace_id: String,
    /// After a stale edit: the row as it now stands, in the same view.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    current: Option<serde_json::Value>,
}

/// A field to correct.
#[derive(Debug, Serialize, ToSchema)]
struct FieldView {
    field: String,
    code: &'static str,
    message: String,
}

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct Refusal(pub Error);

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// Result of a handler.
pub(crate) type Answer<T> = Result<T, Refusal>;

fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Invalid(_) | Error::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict { .. } | Error::Stale(_) => StatusCode::CONFLICT,
        Error::Unauthenticated { .. } => StatusCode::UNAUTHORIZED,
        Error::Forbidden { .. } => StatusCode::FORBIDDEN,
        Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Store(store) if store.is_full() => StatusCode::INSUFFICIENT_STORAGE,
        Error::Store(store) if store.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
        Error::Store(_) | Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What a request whose form nobody could read is answered with.
fn unreadable(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("body.too_large", "提交的内容过大，请分次提交"),
        _ => ("request.malformed", "提交的内容格式不对，请检查填写的数字和日期后再试"),
    }
}

/// Turns the plain English with which the framework refuses a body, a query or a path into a problem like any other.
pub(crate) async fn in_our_words(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let is_plain = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let status = response.status();
    if !status.is_client_error() || !is_plain || !(path.starts_with("/api/") || path.starts_with("/ogc/")) {
        return response;
    }
    let trace_id = uuid::Uuid::now_v7().simple().to_string();
    let (code, sentence) = unreadable(status);
    tracing::info!(trace_id, path, status = status.as_u16(), "a request could not be read");
    let problem = Problem {
        kind: "about:blank",
        status: status.as_u16(),
        code,
        title: sentence.to_owned(),
        detail: sentence.to_owned(),
        fields: Vec::new(),
        trace_id,
        current: None,
    };
    let mut response = (status, Json(problem)).into_response();
    let kind = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = status(&self.0);
        self.with_status(status)
    }
}

impl Refusal {
    /// The same sentence under another status, for a door whose standard asks for one.
    pub(crate) fn with_status(self, status: StatusCode) -> Response {
        let error = self.0;
        let trace_id = uuid::Uuid::now_v7().simple().to_string();
        if status.is_server_error() {
            tracing::error!(trace_id, code = error.code(), cause = ?error, "a request failed");
        }
        let fields = match &error {
            Error::Invalid(problems) => problems
                .iter()
                .map(|p| FieldView { field: p.field.clone(), code: p.code, message: p.message.clone() })
                .collect(),
            _ => Vec::new(),
        };
        let sentence = error.to_string();
        let problem = Problem {
            kind: "about:blank",
            status: status.as_u16(),
            code: error.code(),
            title: sentence.clone(),
            detail: sentence,
            fields,
            trace_id,
            current: match &error {
                Error::Stale(current) => Some((**current).clone()),
                _ => None,
            },
        };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        // Programs that sent a code are asked for another. Whoever came with a cookie or nothing is not: a browser would ask
        // for a password over the page, and keep it.
        if matches!(error, Error::Unauthenticated { code: CODE_WRONG, .. }) {
            let basic = HeaderValue::from_static("Basic realm=\"Fengsui map\", charset=\"UTF-8\"");
            headers.insert(header::WWW_AUTHENTICATE, basic);
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Error::TooMany { after_s, .. } = error {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(after_s.max(1)));
        }
        response
    }
}

//! The only map from what a use case refuses to what HTTP says: `application/problem+json` with a stable dotted code
//! and a sentence a person can act on. Causes are logged here, once, under the trace id that the person is shown.

use app::Error;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
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

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = self.0;
        let status = status(&error);
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
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Error::TooMany { after_s, .. } = error {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(after_s.max(1)));
        }
        response
    }
}

//! [`Reply`], and the shapes in which the two sides of an aggregator refuse.

use std::borrow::Cow;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, WWW_AUTHENTICATE,
};
use http::{HeaderMap, StatusCode};
use maud::Markup;
use serde_json::{Value, json};

/// An answer, and how long it is held back.
pub(super) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Cow<'static, str>,
    pub(super) delay: Duration,
}

impl Reply {
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self::text(status, body.to_string())
    }

    /// A page for people.
    pub(super) fn page(status: StatusCode, page: Markup) -> Self {
        let reply = Self::text(status, page.into_string());
        reply.header(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")).no_store()
    }

    /// Sends the browser somewhere else.
    pub(super) fn see(address: &str) -> Self {
        match HeaderValue::from_str(address) {
            Ok(location) => {
                Self::text(StatusCode::SEE_OTHER, "").header(LOCATION, location).no_store()
            }
            Err(_) => Self::text(StatusCode::BAD_REQUEST, ""),
        }
    }

    /// A body that says it is JSON, whether or not it is.
    pub(super) fn text(status: StatusCode, body: impl Into<Cow<'static, str>>) -> Self {
        let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let headers = HeaderMap::from_iter([json]);
        Self { status, headers, body: body.into(), delay: Duration::ZERO }
    }

    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The same answer, marked as holding a secret.
    pub(super) fn no_store(self) -> Self {
        self.header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }

    pub(super) fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        (self.status, self.headers, self.body).into_response()
    }
}

/// A refusal of the authorisation server (RFC 6749 §5.2).
///
/// The description is fixed text, so that it cannot carry a number or a token.
pub(super) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

impl OAuthError {
    pub(super) const UNAVAILABLE: Self = Self {
        status: StatusCode::SERVICE_UNAVAILABLE,
        error: "temporarily_unavailable",
        description: "the sandbox plays an outage",
    };

    pub(super) fn new(error: &'static str, description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description }
    }

    pub(super) fn invalid_request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    pub(super) fn invalid_client(description: &'static str) -> Self {
        let status = StatusCode::UNAUTHORIZED;
        Self { status, error: "invalid_client", description }
    }

    pub(super) fn unsupported_media_type() -> Self {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self { status, ..Self::invalid_request("send application/x-www-form-urlencoded") }
    }
}

impl From<OAuthError> for Reply {
    fn from(refusal: OAuthError) -> Self {
        let OAuthError { status, error, description } = refusal;
        let body = json!({ "error": error, "error_description": description });
        let reply = Self::json(status, &body).no_store();
        match status {
            StatusCode::UNAUTHORIZED => {
                reply.header(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"sandbox\""))
            }
            _ => reply,
        }
    }
}

//! Which question is asked, and how it is answered.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use tower::Service;

use super::{Body, Health};

impl<B> Service<Request<B>> for Health {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ready(Ok(self.answer(request.method(), request.uri().path())))
    }
}

impl Health {
    fn answer(&self, method: &Method, path: &str) -> Response<Body> {
        let (status, kind, text) = match path {
            "/livez" | "/readyz" | "/status" if ![Method::GET, Method::HEAD].contains(method) => {
                (StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD\n".into())
            }
            "/livez" => (StatusCode::OK, TEXT, "live\n".into()),
            "/readyz" if self.is_ready() => (StatusCode::OK, TEXT, "ready\n".into()),
            "/readyz" => (StatusCode::SERVICE_UNAVAILABLE, TEXT, "draining\n".into()),
            "/status" => (StatusCode::OK, JSON, format!("{:#}\n", self.status())),
            _ => (StatusCode::NOT_FOUND, TEXT, "there are /livez, /readyz and /status\n".into()),
        };
        let length = HeaderValue::from(text.len());
        let bytes = if method == Method::HEAD { Bytes::new() } else { Bytes::from(text) };
        let mut answer = Response::new(Body::of(bytes));
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CONTENT_LENGTH, length);
        finish(headers, status);
        answer
    }
}

/// An answer is about now, and is data.
fn finish(headers: &mut HeaderMap, status: StatusCode) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
}

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

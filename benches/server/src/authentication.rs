//! [`Authentication`]: leaves the line in the request, for gates that look for it there.
//!
//! Only gated servers have it: what it costs counts against the gate.

use std::task::{Context, Poll};

use http::{HeaderMap, Request, Uri};
use roamgate::Line;
use tower::{Layer, Service};

use crate::lines;

/// Stands for authentication.
#[derive(Clone, Copy, Debug)]
pub struct Authentication(Reads);

type Reads = fn(&Uri, &HeaderMap) -> Option<Line>;

impl Authentication {
    /// The line stands in the query, because the load generator can vary nothing else.
    #[must_use]
    pub fn by_query() -> Self {
        Self(|uri, _| Line::parse(uri.query()?).ok())
    }

    /// The line stands in a header.
    #[must_use]
    pub fn by_header() -> Self {
        Self(|_, headers| Line::parse(headers.get(lines::HEADER)?.to_str().ok()?).ok())
    }
}

impl<S> Layer<S> for Authentication {
    type Service = Authenticated<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Authenticated { inner, reads: self.0 }
    }
}

/// A service behind [`Authentication`].
#[derive(Clone, Debug)]
pub struct Authenticated<S> {
    inner: S,
    reads: Reads,
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for Authenticated<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        if let Some(line) = (self.reads)(request.uri(), request.headers()) {
            request.extensions_mut().insert(line);
        }
        self.inner.call(request)
    }
}

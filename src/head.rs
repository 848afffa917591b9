//! [`Head`]: what the gate sees of a request. Never its body.

use std::borrow::Cow;
use std::fmt;

use http::{Extensions, HeaderMap, Method, header};

use crate::policy::Target;

/// The head of a request, borrowed. Its `Debug` shows the method alone: path and headers may hold
/// numbers and tokens.
#[derive(Clone)]
#[non_exhaustive]
pub struct Head<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path as the client sent it, without the query.
    pub path: Cow<'a, str>,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// What earlier middleware left.
    pub extensions: &'a Extensions,
}

impl<'a> Head<'a> {
    /// The head of a request. `stripped` is what some router took from the front of its path.
    ///
    /// With feature `axum` the path inside `Router::nest` is the one the client sent
    /// (`OriginalUri`), and `stripped` is not needed.
    #[must_use]
    pub fn of<B>(request: &'a http::Request<B>, stripped: &str) -> Self {
        let path = match (original_path(request.extensions()), stripped) {
            (Some(path), _) => Cow::Borrowed(path),
            (None, "") => Cow::Borrowed(request.uri().path()),
            (None, stripped) => Cow::Owned(format!("{stripped}{}", request.uri().path())),
        };
        let (method, headers, extensions) =
            (request.method(), request.headers(), request.extensions());
        Self { method, path, headers, extensions }
    }

    /// What the request aims at.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        Target::new(self.method.as_str(), &self.path).preflight(self.is_preflight())
    }

    /// Is this a gRPC call? Only a `POST` is: another method must not be answered with gRPC's 200,
    /// which a cache could keep.
    #[must_use]
    pub fn is_grpc(&self) -> bool {
        let content_type = self.headers.get(header::CONTENT_TYPE).map(|value| value.as_bytes());
        let after = content_type.and_then(|value| value.strip_prefix(b"application/grpc"));
        *self.method == Method::POST
            && after.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
    }

    /// A CORS preflight as the Fetch standard defines it.
    fn is_preflight(&self) -> bool {
        *self.method == Method::OPTIONS
            && self.headers.contains_key(header::ORIGIN)
            && self.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    }
}

impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head").field("method", self.method).finish_non_exhaustive()
    }
}

#[cfg(feature = "axum")]
fn original_path(extensions: &Extensions) -> Option<&str> {
    extensions.get::<axum::extract::OriginalUri>().map(|original| original.0.path())
}

#[cfg(not(feature = "axum"))]
fn original_path(_: &Extensions) -> Option<&str> {
    None
}

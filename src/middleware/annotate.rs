//! Headers of annotate rules, on requests and on answers.

use http::{HeaderMap, HeaderName, HeaderValue, Request};

use crate::policy::Policy;

/// Removes what only annotate rules may say, from whatever request.
pub(super) fn strip<B>(request: &mut Request<B>, policy: &Policy) {
    for name in policy.annotated_request_headers() {
        request.headers_mut().remove(&**name);
    }
}

/// Sets headers in the place of what is there.
pub(super) fn set<'a>(headers: &mut HeaderMap, set: impl Iterator<Item = (&'a str, &'a str)>) {
    for (name, value) in set {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
}

//! What browsers are told about every page.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, InvalidHeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// No script, no frame. Forms go to this service, and by its redirect to the operator: browsers
/// apply `form-action` to where a form ends, too.
pub(super) fn content_policy(operator: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {operator}; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    policy.try_into()
}

pub(super) async fn restrict(
    State(policy): State<HeaderValue>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    response
}

/// Where somebody's phone is stays out of caches and referrers.
pub(super) async fn secure(mut response: Response) -> Response {
    let headers: [(HeaderName, &str); 3] = [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

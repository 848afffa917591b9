//! [`Call`]: a request, as the endpoints judge it.

use http::HeaderMap;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use tokio::time::Instant;

pub(super) const X_CORRELATOR: HeaderName = HeaderName::from_static("x-correlator");

/// A request that arrived at an endpoint.
pub(super) struct Call<'a> {
    /// What follows the `?`.
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
    pub(super) now: Instant,
}

impl Call<'_> {
    /// Is the body of this media type? Parameters (`charset`) are ignored.
    pub(super) fn is(&self, media_type: &str) -> bool {
        let value = self.only(&CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default();
        essence.trim().eq_ignore_ascii_case(media_type)
    }

    /// May the answer be JSON?
    pub(super) fn accepts_json(&self) -> bool {
        let mut values = self.headers.get_all(ACCEPT).iter().peekable();
        values.peek().is_none()
            || values.any(|value| {
                let ranges = value.to_str().unwrap_or_default().split(',');
                let mut ranges = ranges.filter_map(|range| range.split(';').next());
                ranges.any(|range| {
                    ["application/json", "application/*", "*/*"].contains(&range.trim())
                })
            })
    }

    /// What follows `scheme` in the one `Authorization` header.
    pub(super) fn authorization(&self, scheme: &str) -> Option<&str> {
        let value = self.only(&AUTHORIZATION)?.to_str().ok()?;
        let (said, credentials) = value.split_once(' ')?;
        said.eq_ignore_ascii_case(scheme).then_some(credentials)
    }

    /// How many `Authorization` headers there are.
    pub(super) fn authorizations(&self) -> usize {
        self.headers.get_all(AUTHORIZATION).iter().count()
    }

    /// The `x-correlator`, if it has the form that CAMARA allows.
    pub(super) fn correlator(&self) -> Option<&HeaderValue> {
        self.only(&X_CORRELATOR).filter(|value| is_correlator(value.as_bytes()))
    }

    fn only(&self, name: &HeaderName) -> Option<&HeaderValue> {
        let mut values = self.headers.get_all(name).iter();
        values.next().filter(|_| values.next().is_none())
    }
}

/// `^[a-zA-Z0-9-_:;.\/<>{}]{0,256}$`
fn is_correlator(value: &[u8]) -> bool {
    value.len() <= 256
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_:;./<>{}".contains(byte))
}

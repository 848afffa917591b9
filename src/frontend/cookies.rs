//! The cookie of a browser: a random name, signed with a key of this process.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie::{Cookie, CookieJar, Key, SameSite};
use http::{HeaderMap, HeaderValue, header};

pub(super) struct Cookies {
    key: Key,
}

impl Cookies {
    pub(super) fn new() -> Self {
        Self { key: Key::generate() }
    }

    /// The session that the request names, if this process signed it. Two cookies name none.
    ///
    /// The cookies of others may be no text, and cost ours nothing. A name counts byte by byte: to
    /// a browser, one that is padded with what Unicode calls a space has no `__Host-` to guard.
    pub(super) fn read(&self, headers: &HeaderMap) -> Option<Arc<str>> {
        let headers = headers.get_all(header::COOKIE).iter();
        let pairs = headers.flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
        let mut ours = pairs
            .filter_map(|pair| pair.trim_ascii().strip_prefix(NAME.as_bytes())?.strip_prefix(b"="));
        let (only, None) = (ours.next()?, ours.next()) else { return None };
        let mut jar = CookieJar::new();
        jar.add_original(Cookie::new(NAME, str::from_utf8(only).ok()?.to_owned()));
        jar.signed(&self.key).get(NAME).map(|cookie| cookie.value().into())
    }

    /// A new session, and the header that gives it to the browser: to this host alone, not to its
    /// scripts, and not with requests that other sites make.
    pub(super) fn issue(&self) -> (Arc<str>, Option<HeaderValue>) {
        let name = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>());
        let cookie = Cookie::build((NAME, name.clone()))
            .path("/")
            .secure(true)
            .http_only(true)
            .same_site(SameSite::Lax);
        let mut jar = CookieJar::new();
        jar.signed_mut(&self.key).add(cookie);
        let written = jar.get(NAME).map(ToString::to_string);
        (name.into(), written.and_then(|text| HeaderValue::try_from(text).ok()))
    }
}

/// Browsers take a cookie with this prefix from an encrypted origin alone, and for its host alone.
const NAME: &str = "__Host-roamgate";

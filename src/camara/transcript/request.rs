//! Requests, as they are shown.

use std::time::SystemTime;

use ::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use secrecy::zeroize::Zeroizing;
use serde_json::Value;

use super::exchange::Message;
use super::marks::{REDACTED, TOKEN, of_identifier, of_value, parts};
use super::vault::{Vault, form_decoded};
use super::{assertion, text};

/// A request that is about to be sent.
pub(super) struct Seen<'a> {
    pub(super) request: &'a reqwest::Request,
    pub(super) pairs: &'a [(&'a str, &'a str)],
    pub(super) now: SystemTime,
}

/// Where a request goes, without credentials and query.
pub(super) fn address(url: &Url, vault: &Vault) -> String {
    let mut bare = url.clone();
    let is_whole = url.query().is_none();
    bare.set_query(None);
    bare.set_fragment(None);
    // A URL that has no host has no credentials.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    let shown = vault.without_secrets(bare.as_str());
    if is_whole { shown } else { format!("{shown}?{REDACTED}") }
}

impl Seen<'_> {
    pub(super) fn message(&self, vault: &Vault) -> Message {
        let headers = self.request.headers().iter();
        let headers = headers.map(|(name, value)| {
            let shown = match name.as_str() {
                "authorization" => self.authorization(value, vault),
                "accept" | "accept-encoding" | "content-type" | "x-correlator" => {
                    value.to_str().unwrap_or(REDACTED).to_owned()
                }
                _ => {
                    vault.learn(value.to_str().unwrap_or_default());
                    REDACTED.to_owned()
                }
            };
            (name.to_string(), shown)
        });
        Message { headers: headers.collect(), body: self.body(vault) }
    }

    fn authorization(&self, value: &HeaderValue, vault: &Vault) -> String {
        let value = value.to_str().unwrap_or_default();
        let (scheme, credentials) = value.split_once(' ').unwrap_or_default();
        vault.learn(credentials);
        if let Some(assertion) =
            assertion::shape(credentials, self.now, vault).filter(|_| self.is_ours())
        {
            return format!("{scheme} {assertion}");
        }
        match scheme {
            "Basic" => format!("Basic {}", basic(credentials, vault)),
            "Bearer" => format!("Bearer {TOKEN}"),
            _ => REDACTED.to_owned(),
        }
    }

    /// Was what authenticates the request made by us? What the roaming endpoint gets was made by the
    /// authorization server.
    fn is_ours(&self) -> bool {
        !self.pairs.is_empty()
    }

    fn body(&self, vault: &Vault) -> Vec<String> {
        if !self.pairs.is_empty() {
            return self.pairs.iter().map(|pair| self.parameter(*pair, vault)).collect();
        }
        let body = self.request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let read = serde_json::from_slice::<Value>(body).ok();
        read.map(|value| shape_of(&value, vault)).into_iter().collect()
    }

    fn parameter(&self, (name, value): (&str, &str), vault: &Vault) -> String {
        let shown = match name {
            "assertion" | "client_assertion" => {
                vault.learn(value);
                assertion::shape(value, self.now, vault).unwrap_or_else(|| REDACTED.to_owned())
            }
            "login_hint" => {
                parts(value).for_each(|part| vault.learn(part));
                of_identifier(value)
            }
            _ if OPEN.contains(&name) => vault.without_secrets(value),
            _ => {
                vault.learn(value);
                REDACTED.to_owned()
            }
        };
        format!("{name}={}", text::in_one_line(&shown))
    }
}

/// HTTP Basic: who we say that we are, and not how we prove it.
fn basic(credentials: &str, vault: &Vault) -> String {
    let decoded = STANDARD.decode(credentials).ok().map(Zeroizing::new);
    let pair = decoded.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    let Some((id, secret)) = pair.and_then(|pair| pair.split_once(':')) else {
        return REDACTED.to_owned();
    };
    vault.learn(secret);
    vault.learn(&form_decoded(secret));
    format!("‹id {}, secret redacted›", text::in_one_line(&form_decoded(id)))
}

/// The same JSON with marks in the place of its values.
fn shape_of(value: &Value, vault: &Vault) -> String {
    match value {
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| format!("\"{name}\": {}", shape_of(value, vault)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Value::String(written) => {
            vault.learn(written);
            format!("\"{}\"", of_value(written))
        }
        _ => REDACTED.to_owned(),
    }
}

/// Parameters that say what is asked for, and not by whom or for whom.
const OPEN: [&str; 10] = [
    "acr_values",
    "audience",
    "client_assertion_type",
    "client_id",
    "grant_type",
    "purpose",
    "redirect_uri",
    "requested_expiry",
    "resource",
    "scope",
];

//! The token response: what makes a token usable, and for how long.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::camara::failure::{self, Endpoint};
use crate::camara::http::Reply;
use crate::provider::ProviderError;
use crate::status::UnknownReason;

/// An access token.
#[derive(Debug)]
pub(in crate::camara) struct Token {
    value: SecretString,
    /// From then on another one is asked for: shortly before it expires.
    renewed: Instant,
}

#[derive(Deserialize)]
struct Wire {
    access_token: SecretString,
    token_type: String,
    expires_in: Option<Value>,
    scope: Option<String>,
}

impl Token {
    pub(in crate::camara) fn expose(&self) -> &str {
        self.value.expose_secret()
    }

    pub(in crate::camara) fn is_usable(&self, now: Instant) -> bool {
        now < self.renewed
    }
}

/// Reads the 200 of a token endpoint that was asked at `sent` for `scope`.
pub(super) fn read(reply: &Reply, scope: &str, sent: Instant) -> Result<Token, ProviderError> {
    let invalid = |fault| failure::invalid(Endpoint::Token, fault);
    let body = reply.json().map_err(invalid)?;
    if failure::code(reply).is_some() {
        return Err(failure::of_reply(Endpoint::Token, reply));
    }
    let wire: Wire =
        serde_json::from_slice(body).map_err(|_| invalid("a body that is no token response"))?;
    if !wire.token_type.eq_ignore_ascii_case("bearer") {
        let message = "the token endpoint gave a token that is no bearer token";
        return Err(ProviderError::new(UnknownReason::Misconfigured, message));
    }
    if !is_header_safe(wire.access_token.expose_secret()) {
        return Err(invalid("a token that cannot stand in a header"));
    }
    if wire.scope.is_some_and(|granted| !covers(&granted, scope)) {
        let message = "the token was granted without the scope that was asked for";
        return Err(ProviderError::new(UnknownReason::NoConsent, message));
    }
    let lifetime = lifetime(wire.expires_in.as_ref()).map_err(invalid)?;
    let margin = (lifetime / 10).min(MAX_MARGIN);
    if Instant::now() >= sent + lifetime {
        return Err(invalid("a token that had expired when it came"));
    }
    Ok(Token { value: wire.access_token, renewed: sent + lifetime - margin })
}

/// Is every scope that was asked for granted? `openid`, `offline_access` and the bare purpose are
/// not permissions; of `dpv:Purpose#scope`, a server may repeat all or the part after `#`.
fn covers(granted: &str, asked: &str) -> bool {
    let granted: Vec<_> = granted.split_whitespace().collect();
    asked.split_whitespace().all(|scope| {
        let technical = match scope.strip_prefix("dpv:") {
            Some(purpose) => purpose.split_once('#').map(|(_, technical)| technical),
            None => Some(scope).filter(|scope| !["openid", "offline_access"].contains(scope)),
        };
        technical.is_none_or(|technical| granted.contains(&scope) || granted.contains(&technical))
    })
}

fn lifetime(expires_in: Option<&Value>) -> Result<Duration, &'static str> {
    let seconds = match expires_in {
        None => return Ok(DEFAULT_LIFETIME),
        Some(value) => seconds(value).ok_or("an `expires_in` that is no number of seconds")?,
    };
    match u64::try_from(seconds) {
        Ok(seconds @ 1..) => Ok(Duration::from_secs(seconds).min(MAX_LIFETIME)),
        _ => Err("a token that has expired"),
    }
}

/// A whole number of seconds, also in quotes, as some servers write it.
pub(super) fn seconds(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or(number.as_u64().map(|_| i64::MAX)),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// RFC 6750 allows fewer characters still; what counts is that the header stays one header.
fn is_header_safe(token: &str) -> bool {
    (1..=MAX_TOKEN).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

const DEFAULT_LIFETIME: Duration = Duration::from_secs(60);
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
const MAX_MARGIN: Duration = Duration::from_secs(30);
const MAX_TOKEN: usize = 16 * 1024;

#[cfg(test)]
mod tests;

//! The token response: what makes a token usable, and for how long.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::grant::Grant;
use crate::camara::failure::{self, Endpoint};
use crate::camara::http::Reply;
use crate::camara::json;
use crate::camara::moment::Moment;
use crate::provider::ProviderError;
use crate::status::UnknownReason;

/// An access token.
#[derive(Debug)]
pub(in crate::camara) struct Token {
    value: SecretString,
    /// What brings the next one without the customer.
    refresh: Option<Arc<SecretString>>,
    /// Lifetimes count from when it was asked for.
    sent: Moment,
    /// From then on another one is asked for while this one is used.
    advisory: Instant,
    /// From then on requests wait for the other one.
    mandatory: Instant,
    expires: Instant,
}

/// How far a token's life has gone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::camara) enum Stage {
    Fresh,
    Advisory,
    Mandatory,
    Over,
}

#[derive(Deserialize)]
struct Wire {
    access_token: SecretString,
    token_type: String,
    expires_in: Option<Value>,
    scope: Option<String>,
    refresh_token: Option<SecretString>,
}

impl Token {
    pub(in crate::camara) fn expose(&self) -> &str {
        self.value.expose_secret()
    }

    pub(in crate::camara) fn refresh(&self) -> Option<Arc<SecretString>> {
        self.refresh.clone()
    }

    /// A token that was clocked wrongly is over: nobody knows how old it is.
    pub(in crate::camara) fn stage(&self, now: Moment) -> Stage {
        let at = now.instant;
        match () {
            () if at >= self.expires || !now.agrees_with(self.sent) => Stage::Over,
            () if at >= self.mandatory => Stage::Mandatory,
            () if at >= self.advisory => Stage::Advisory,
            () => Stage::Fresh,
        }
    }

    /// The same token, over soon after `since` and not renewed.
    pub(in crate::camara) fn briefly(self, since: Instant) -> Self {
        let expires = self.expires.min(since + BRIEFLY);
        Self { advisory: expires, mandatory: expires, expires, refresh: None, ..self }
    }

    /// The same token, renewed again by `refresh` if it brought nothing newer for that.
    pub(super) fn renewed_by(self, refresh: &Arc<SecretString>) -> Self {
        Self { refresh: self.refresh.or_else(|| Some(Arc::clone(refresh))), ..self }
    }
}

/// Reads the 200 of a token endpoint that was asked at `sent`.
pub(super) fn read(reply: &Reply, grant: &Grant, sent: Moment) -> Result<Token, ProviderError> {
    let invalid = |fault| failure::invalid(Endpoint::Token, fault);
    let body = reply.json().map_err(invalid)?;
    if failure::code(reply).is_some() {
        return Err(failure::of_reply(Endpoint::Token, reply));
    }
    let wire: Wire = json::read(body).ok_or_else(|| invalid("a body that is no token response"))?;
    if !wire.token_type.eq_ignore_ascii_case("bearer") {
        let message = "the token endpoint gave a token that is no bearer token";
        return Err(ProviderError::new(UnknownReason::Misconfigured, message));
    }
    if !is_header_safe(wire.access_token.expose_secret()) {
        return Err(invalid("a token that cannot stand in a header"));
    }
    if let Some(missing) = wire.scope.and_then(|granted| missing(&granted, &grant.scope)) {
        let message = format!("the token was granted without `{missing}`, which was asked for");
        return Err(ProviderError::new(UnknownReason::NoConsent, message));
    }
    let lifetime = lifetime(wire.expires_in.as_ref()).map_err(invalid)?;
    let expires = sent.instant + lifetime;
    if Instant::now() >= expires {
        return Err(invalid("a token that had expired when it came"));
    }
    let mandatory = expires - (lifetime / 10).min(MAX_MARGIN);
    let window = (lifetime / 5).min(MAX_WINDOW);
    let advisory = mandatory - window + window.mul_f64(rand::random::<f64>() / 2.0);
    let refresh = wire.refresh_token.filter(|_| grant.may_renew()).map(Arc::new);
    Ok(Token { value: wire.access_token, refresh, sent, advisory, mandatory, expires })
}

/// The first scope that was asked for and not granted. `openid`, `offline_access` and the bare purpose are
/// not permissions; of `dpv:Purpose#scope`, a server may repeat all or the part after `#`.
fn missing<'a>(granted: &str, asked: &'a str) -> Option<&'a str> {
    let granted: Vec<_> = granted.split_whitespace().collect();
    asked.split_whitespace().find(|scope| {
        let technical = match scope.strip_prefix("dpv:") {
            Some(purpose) => purpose.split_once('#').map(|(_, technical)| technical),
            None => Some(*scope).filter(|scope| !["openid", "offline_access"].contains(scope)),
        };
        technical.is_some_and(|technical| !granted.contains(scope) && !granted.contains(&technical))
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

/// A whole number of seconds, also in quotes or with a fraction of zero, as some servers write it.
pub(super) fn seconds(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => {
            let whole = number.as_i64().or(number.as_u64().map(|_| i64::MAX));
            let written = || number.as_f64().filter(|number| number.fract() == 0.0);
            whole.or_else(|| format!("{:.0}", written()?).parse().ok())
        }
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// RFC 6750 allows fewer characters still; what counts is that the header stays one header.
fn is_header_safe(token: &str) -> bool {
    (1..=MAX_TOKEN).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

const DEFAULT_LIFETIME: Duration = Duration::from_secs(60);
/// How long an address stands for the customer who was asked about.
pub(super) const BRIEFLY: Duration = Duration::from_secs(60);
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
const MAX_MARGIN: Duration = Duration::from_secs(30);
/// Long enough that the tokens of many lines, got together, are not renewed together.
const MAX_WINDOW: Duration = Duration::from_secs(120);
const MAX_TOKEN: usize = 16 * 1024;

#[cfg(test)]
mod tests;

//! OIDC CIBA in poll mode: the two requests, and what their replies mean.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::authority::{Authority, Form};
use super::grant::Grant;
use super::naming::Naming;
use super::polling::{Next, Polled, Polling};
use super::token::{self, BRIEFLY, Token, seconds};
use crate::camara::failure::{self, Endpoint};
use crate::camara::http::Reply;
use crate::camara::json;
use crate::camara::moment::Moment;
use crate::line::Line;
use crate::provider::{Correlator, ProviderError};
use crate::status::UnknownReason;

/// Asks for tokens.
#[derive(Debug)]
pub(in crate::camara) struct Ciba {
    pub(in crate::camara) authority: Arc<Authority>,
    pub(in crate::camara) grant: Grant,
}

/// An authorization that was begun.
pub(in crate::camara) struct Begun {
    id: SecretString,
    correlator: Correlator,
    polling: Polling,
    /// When the customer was asked for.
    pub(in crate::camara) at: Instant,
    /// Where the customer can consent, if the server says so.
    pub(in crate::camara) consent_url: Option<SecretString>,
}

#[derive(Deserialize)]
struct Wire {
    auth_req_id: SecretString,
    expires_in: Option<Value>,
    interval: Option<Value>,
    consent_url: Option<Value>,
}

impl Ciba {
    /// Begins an authorization for `line`.
    pub(in crate::camara) async fn begin(
        &self,
        login_hint: &Naming,
        line: Line,
        correlator: Correlator,
    ) -> Result<Begun, ProviderError> {
        let grant = &self.grant;
        let hint = login_hint.name(line)?;
        let mut pairs = vec![("login_hint", hint.as_str())];
        pairs.push((&grant.scope_parameter, &grant.scope));
        pairs.extend(grant.extra());
        let endpoint = Endpoint::BcAuthorize;
        let form = Form { endpoint, correlator, pairs, subject: None };
        let at = Instant::now();
        let (id, polling, consent_url) = begun(&self.authority.post(form).await?)?;
        Ok(Begun { id, correlator, polling, at, consent_url })
    }

    /// Asks once whether the token is there, unless the authorization has expired.
    pub(in crate::camara) async fn poll(&self, begun: &mut Begun) -> Next<Token> {
        let sent = Moment::now(&self.authority.clock);
        if let Err(expired) = begun.polling.begin(sent.instant) {
            return Next::Done(Err(expired));
        }
        let pairs = vec![
            ("grant_type", "urn:openid:params:grant-type:ciba"),
            ("auth_req_id", begun.id.expose_secret()),
        ];
        let (endpoint, correlator) = (Endpoint::Token, begun.correlator);
        let form = Form { endpoint, correlator, pairs, subject: None };
        let reply = self.authority.post(form).await;
        begun.polling.next(match reply {
            Ok(reply) => self.polled(&reply, sent),
            Err(error) => Polled::Unanswered(error),
        })
    }

    fn polled(&self, reply: &Reply, sent: Moment) -> Polled<Token> {
        if reply.status == 200 {
            return Polled::Answered(token::read(reply, &self.grant, sent));
        }
        let error = failure::of_reply(Endpoint::Token, reply);
        match (error.reason(), failure::code(reply)) {
            (UnknownReason::Unavailable | UnknownReason::RateLimited, _) => {
                Polled::Unanswered(error)
            }
            (_, Some("authorization_pending")) => Polled::Pending,
            (_, Some("slow_down")) => Polled::SlowDown,
            (_, Some("invalid_grant")) => Polled::Spent(error),
            _ => Polled::Answered(Err(error)),
        }
    }
}

impl Begun {
    /// The same, given up soon: it is for whoever has an address.
    pub(in crate::camara) fn briefly(self) -> Self {
        Self { polling: self.polling.until(self.at + BRIEFLY), ..self }
    }
}

/// Reads the reply of `bc-authorize`.
pub(super) fn begun(
    reply: &Reply,
) -> Result<(SecretString, Polling, Option<SecretString>), ProviderError> {
    let invalid = |fault| failure::invalid(Endpoint::BcAuthorize, fault);
    if reply.status != 200 {
        return Err(failure::of_reply(Endpoint::BcAuthorize, reply));
    }
    let body = reply.json().map_err(invalid)?;
    if failure::code(reply).is_some() {
        return Err(failure::of_reply(Endpoint::BcAuthorize, reply));
    }
    let wire: Wire = json::read(body).ok_or_else(|| invalid("a body without `auth_req_id`"))?;
    if !is_auth_req_id(wire.auth_req_id.expose_secret()) {
        return Err(invalid("an `auth_req_id` outside its alphabet"));
    }
    let expires_in = match wire.expires_in.as_ref().map(seconds) {
        None => DEFAULT_EXPIRY,
        Some(Some(seconds @ 1..)) => Duration::from_secs(seconds.unsigned_abs()),
        Some(_) => return Err(invalid("an `expires_in` that is no number of seconds to come")),
    };
    let interval = wire.interval.as_ref().and_then(seconds);
    let interval = interval.map_or(DEFAULT_INTERVAL, |seconds| {
        Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
    });
    let polling = Polling::new(Instant::now(), interval, expires_in);
    Ok((wire.auth_req_id, polling, wire.consent_url.as_ref().and_then(consent_url)))
}

/// An address that a browser may be sent to: encrypted, and without credentials.
fn consent_url(value: &Value) -> Option<SecretString> {
    let url = Url::parse(value.as_str()?).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_safe = url.scheme() == "https" && is_plain && url.as_str().len() <= MAX_CONSENT_URL;
    is_safe.then(|| String::from(url).into())
}

fn is_auth_req_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    (1..=MAX_AUTH_REQ_ID).contains(&id.len()) && id.bytes().all(allowed)
}

const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);
const DEFAULT_EXPIRY: Duration = Duration::from_secs(120);
const MAX_AUTH_REQ_ID: usize = 4096;
const MAX_CONSENT_URL: usize = 2048;

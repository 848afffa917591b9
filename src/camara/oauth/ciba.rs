//! OIDC CIBA in poll mode: the two requests, and what their replies mean.

use std::time::Duration;

use ::http::HeaderValue;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use super::grant::{self, Token, seconds};
use super::polling::{Next, Polled, Polling};
use crate::camara::dialect::TokenKind;
use crate::camara::failure::{self, Endpoint};
use crate::camara::http::{Body, Http, Reply, Request};
use crate::line::Line;
use crate::provider::{Correlator, ProviderError};
use crate::status::UnknownReason;

/// The grant, as a file describes it.
#[derive(Clone, Debug)]
pub(in crate::camara) struct CibaSettings {
    /// A template; `{e164}` stands for the number with its plus sign.
    pub(in crate::camara) login_hint: String,
    pub(in crate::camara) scope: String,
    pub(in crate::camara) scope_parameter: String,
    pub(in crate::camara) extra: Vec<(String, String)>,
}

impl CibaSettings {
    /// A customer was asked, so the token speaks for one.
    pub(in crate::camara) fn token_kind(&self) -> TokenKind {
        TokenKind::ThreeLegged
    }
}

/// Asks for tokens.
#[derive(Debug)]
pub(in crate::camara) struct Ciba {
    pub(in crate::camara) http: Http,
    pub(in crate::camara) bc_authorize: Url,
    pub(in crate::camara) token: Url,
    pub(in crate::camara) authorization: HeaderValue,
    pub(in crate::camara) settings: CibaSettings,
}

/// An authorization that was begun.
pub(in crate::camara) struct Begun {
    id: SecretString,
    correlator: Correlator,
    polling: Polling,
}

#[derive(Deserialize)]
struct Wire {
    auth_req_id: SecretString,
    expires_in: Option<Value>,
    interval: Option<Value>,
}

impl Ciba {
    /// Begins an authorization for `line`.
    pub(in crate::camara) async fn begin(
        &self,
        line: Line,
        correlator: Correlator,
    ) -> Result<Begun, ProviderError> {
        let settings = &self.settings;
        let hint = settings.login_hint.replace("{e164}", &line.expose().to_string());
        let mut form = vec![("login_hint", hint.as_str())];
        form.push((&settings.scope_parameter, &settings.scope));
        form.extend(settings.extra.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let reply = self.post(Endpoint::BcAuthorize, form, correlator).await?;
        let (id, polling) = begun(&reply)?;
        Ok(Begun { id, correlator, polling })
    }

    /// Asks once whether the token is there, unless the authorization has expired.
    pub(in crate::camara) async fn poll(&self, begun: &mut Begun) -> Next<Token> {
        let sent = Instant::now();
        if let Err(expired) = begun.polling.begin(sent) {
            return Next::Done(Err(expired));
        }
        let form = vec![
            ("grant_type", "urn:openid:params:grant-type:ciba"),
            ("auth_req_id", begun.id.expose_secret()),
        ];
        let reply = self.post(Endpoint::Token, form, begun.correlator).await;
        begun.polling.next(match reply {
            Ok(reply) => self.polled(&reply, sent),
            Err(error) => Polled::Unanswered(error),
        })
    }

    fn polled(&self, reply: &Reply, sent: Instant) -> Polled<Token> {
        if reply.status == 200 {
            return Polled::Answered(grant::read(reply, &self.settings.scope, sent));
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

    async fn post(
        &self,
        endpoint: Endpoint,
        form: Vec<(&str, &str)>,
        correlator: Correlator,
    ) -> Result<Reply, ProviderError> {
        let url = if endpoint == Endpoint::Token { &self.token } else { &self.bc_authorize };
        let authorization = self.authorization.clone();
        let body = Body::Form(form);
        self.http.post(Request { endpoint, url, authorization, correlator, body }).await
    }
}

/// Reads the reply of `bc-authorize`.
fn begun(reply: &Reply) -> Result<(SecretString, Polling), ProviderError> {
    let invalid = |fault| failure::invalid(Endpoint::BcAuthorize, fault);
    if reply.status != 200 {
        return Err(failure::of_reply(Endpoint::BcAuthorize, reply));
    }
    let body = reply.json().map_err(invalid)?;
    if failure::code(reply).is_some() {
        return Err(failure::of_reply(Endpoint::BcAuthorize, reply));
    }
    let wire: Wire =
        serde_json::from_slice(body).map_err(|_| invalid("a body without `auth_req_id`"))?;
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
    Ok((wire.auth_req_id, Polling::new(Instant::now(), interval, expires_in)))
}

fn is_auth_req_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    (1..=MAX_AUTH_REQ_ID).contains(&id.len()) && id.bytes().all(allowed)
}

const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);
const DEFAULT_EXPIRY: Duration = Duration::from_secs(120);
const MAX_AUTH_REQ_ID: usize = 4096;

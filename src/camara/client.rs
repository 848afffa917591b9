//! [`Client`]: the provider that asks an aggregator.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::http::HeaderValue;
use async_trait::async_trait;
use reqwest::Url;
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::aggregator::Aggregator;
use super::answer::{self, Compatibility, Fault};
use super::calls::Calls;
use super::dialect::{Dialect, TokenKind};
use super::failure::{self, Endpoint};
use super::http::{Body, Http, Reply, Request};
use super::oauth::{Authority, Grant, Kind, Place, Token};
use super::tokens::Tokens;
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::flight::Lost;
use crate::line::Line;
use crate::provider::{Correlator, ProviderError, Query, RoamingProvider};
use crate::status::{Answer, ReasonGroup, UnknownReason};

/// Asks an aggregator where a line is: for a token, then the roaming endpoint.
///
/// It remembers tokens and refused consents, and never answers. A cold line costs three requests with CIBA, two
/// with a JWT that vouches for the line or with a token of the client itself; a line with a token costs one.
#[derive(Debug)]
pub struct Client {
    http: Http,
    /// `None` where the aggregator takes no tokens.
    tokens: Option<Tokens>,
    roaming: Url,
    dialect: Dialect,
    /// What kind of token the grant gives.
    token_kind: TokenKind,
    compatibility: Compatibility,
    total: Duration,
    /// When a broken conversation was last heard of.
    told: Mutex<Option<Instant>>,
    clock: Clock,
}

/// What the roaming endpoint made of a token.
enum Asked {
    Answered(Answer),
    Failed(ProviderError),
    /// 401: the token may have been withdrawn.
    Rejected(ProviderError),
    /// The token speaks for another line.
    WrongSubject(ProviderError),
}

impl Client {
    /// A client of this aggregator. Secrets and certificates are read now.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the secret or certificate that is missing or cannot be used.
    pub fn new(aggregator: Aggregator) -> Result<Self, ConfigError> {
        let http = Http::new(&aggregator)?;
        let Aggregator {
            endpoints, client, grant, dialect, compatibility, timeouts, clock, ..
        } = aggregator;
        let roaming = endpoints.roaming.clone();
        // Long enough for its requests: an authorization that is cut off would be begun again, and
        // the customer asked again.
        let deadline = timeouts.attempt.saturating_mul(4);
        let token_kind = token_kind(grant.as_ref());
        let tokens = match (grant, client) {
            (Some(grant), Some(client)) => {
                let place = Place::new(endpoints, timeouts.attempt);
                let authority = Authority::new(http.clone(), place, client, clock.clone())?;
                Some(Tokens::new(authority, grant, clock.clone(), deadline))
            }
            _ => None,
        };
        let (total, told) = (timeouts.total, Mutex::default());
        Ok(Self { http, tokens, token_kind, roaming, dialect, compatibility, total, told, clock })
    }

    /// The requests sent so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.http.calls()
    }

    /// Waits until the consent that is pending for `line` is given, refused or expired. Returns at
    /// once where none is pending.
    pub async fn consent_settled(&self, line: Line) {
        if let Some(tokens) = &self.tokens {
            tokens.settled(line).await;
        }
    }

    /// Exchanges the code that a customer brought back from the authorization endpoint, and keeps
    /// the token for `line`: the token side of `grant: { authorizationCode: … }`.
    ///
    /// It is the caller who knows that the code belongs to this line. `verifier` is that of PKCE
    /// (RFC 7636). A code is sent once and never again, also if no answer comes: the customer signs
    /// in again.
    ///
    /// # Errors
    ///
    /// The reason is `noConsent` where the server does not take the code, `misconfigured` where the
    /// grant of the aggregator file is another one.
    pub async fn exchange_code(
        &self,
        line: Line,
        code: impl Into<String>,
        verifier: impl Into<String>,
    ) -> Result<(), ProviderError> {
        let Some(tokens) = &self.tokens else {
            let message = "this aggregator takes no tokens";
            return Err(ProviderError::new(UnknownReason::Misconfigured, message));
        };
        let correlator = Correlator::from_random(rand::random());
        let exchanged = tokens.exchange(line, code.into(), verifier.into(), correlator).await;
        if let Err(error) = &exchanged {
            self.tell(error, correlator);
        }
        exchanged
    }

    /// Ends the tasks that wait for consents, and refuses to begin new authorizations.
    pub async fn shutdown(&self) {
        if let Some(tokens) = &self.tokens {
            tokens.shutdown(SHUTDOWN_GRACE).await;
        }
    }

    /// A conversation that is broken needs somebody who mends it, and is heard of once a minute;
    /// everything else is the policy's to answer.
    fn tell(&self, error: &ProviderError, correlator: Correlator) {
        let is_news = error.reason().group() == ReasonGroup::Broken && {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            let is_news = told.is_none_or(|told| told.elapsed() >= BROKEN_AGAIN);
            *told = if is_news { Some(Instant::now()) } else { *told };
            is_news
        };
        if is_news {
            tracing::warn!(%correlator, reason = %error.reason(), %error, "the aggregator refuses or is misunderstood");
        } else {
            tracing::debug!(%correlator, reason = %error.reason(), %error, "a lookup gave no status");
        }
    }

    async fn lookup(&self, line: Line, correlator: Correlator) -> Result<Answer, ProviderError> {
        let Some(tokens) = &self.tokens else {
            return self.ask(line, None, correlator).await.outcome();
        };
        let token = tokens.token(line, correlator).await?;
        match self.ask_with(tokens, line, &token, correlator).await {
            Asked::Rejected(_) => {}
            asked => return asked.outcome(),
        }
        let token = tokens.token(line, correlator).await?;
        self.ask_with(tokens, line, &token, correlator).await.outcome()
    }

    /// Asks the roaming endpoint, and forgets the token if it was to blame.
    async fn ask_with(
        &self,
        tokens: &Tokens,
        line: Line,
        token: &Arc<Token>,
        correlator: Correlator,
    ) -> Asked {
        let asked = match bearer(token) {
            Ok(authorization) => self.ask(line, Some(authorization), correlator).await,
            Err(error) => Asked::Failed(error),
        };
        match asked {
            Asked::Rejected(_) => tokens.reject(line, token),
            Asked::WrongSubject(_) => tokens.forget(line),
            Asked::Answered(_) | Asked::Failed(_) => {}
        }
        asked
    }

    async fn ask(
        &self,
        line: Line,
        authorization: Option<HeaderValue>,
        correlator: Correlator,
    ) -> Asked {
        let asked_at = self.clock.now();
        let endpoint = Endpoint::Roaming(self.dialect);
        let body = Body::Json(self.dialect.body(self.token_kind, line).to_string());
        let url = &self.roaming;
        let request = Request { endpoint, url, authorization, correlator, body };
        let reply = match self.http.send(request).await {
            Ok(reply) => reply,
            Err(error) => return Asked::Failed(error),
        };
        if reply.status != 200 {
            return refused(endpoint, &reply);
        }
        let number = line.expose().to_string();
        let sent = self.dialect.names_line(self.token_kind).then_some(number.as_str());
        let read = reply.json().map_err(Fault::Malformed);
        match read.and_then(|body| answer::read(body, sent, self.compatibility, asked_at)) {
            Ok(answer) => Asked::Answered(answer),
            Err(Fault::Malformed(fault)) => Asked::Failed(failure::invalid(endpoint, fault)),
            Err(Fault::OtherDevice) => {
                Asked::WrongSubject(failure::invalid(endpoint, "an answer for another device"))
            }
        }
    }
}

/// Whom the tokens of a grant speak for. Without tokens, the request must name the line.
fn token_kind(grant: Option<&Grant>) -> TokenKind {
    match grant.map(|grant| &grant.kind) {
        None | Some(Kind::ClientCredentials) => TokenKind::TwoLegged,
        Some(Kind::Ciba { .. } | Kind::JwtBearer { .. } | Kind::AuthorizationCode { .. }) => {
            TokenKind::ThreeLegged
        }
    }
}

fn bearer(token: &Token) -> Result<HeaderValue, ProviderError> {
    let header = HeaderValue::from_str(&format!("Bearer {}", token.expose()));
    let mut header = header.map_err(|_| failure::invalid(Endpoint::Token, "an unusable token"))?;
    header.set_sensitive(true);
    Ok(header)
}

fn refused(endpoint: Endpoint, reply: &Reply) -> Asked {
    let error = failure::of_reply(endpoint, reply);
    match (reply.status, failure::code(reply)) {
        (401, _) => Asked::Rejected(error),
        (403, Some("INVALID_TOKEN_CONTEXT")) => Asked::WrongSubject(error),
        _ => Asked::Failed(error),
    }
}

impl Asked {
    fn outcome(self) -> Result<Answer, ProviderError> {
        match self {
            Self::Answered(answer) => Ok(answer),
            Self::Failed(error) | Self::Rejected(error) | Self::WrongSubject(error) => Err(error),
        }
    }
}

#[async_trait]
impl RoamingProvider for Client {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        if Handle::try_current().is_err() {
            return Err(ProviderError::new(Lost::NoRuntime.reason(), Lost::NoRuntime.to_string()));
        }
        let correlator =
            query.correlator.unwrap_or_else(|| Correlator::from_random(rand::random()));
        let lookup = tokio::time::timeout(self.total, self.lookup(query.line, correlator));
        let outcome = lookup.await.unwrap_or_else(|_| {
            let message = "the aggregator did not answer within the total time";
            Err(ProviderError::new(UnknownReason::Timeout, message))
        });
        if let Err(error) = &outcome {
            self.tell(error, correlator);
        }
        outcome
    }
}

const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);
const BROKEN_AGAIN: Duration = Duration::from_secs(60);

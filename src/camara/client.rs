//! [`Client`]: the provider that asks an aggregator.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::http::HeaderValue;
use async_trait::async_trait;
use reqwest::Url;
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::aggregator::Aggregator;
use super::answer::{self, Fault};
use super::calls::Calls;
use super::dialect::{Dialect, TokenKind};
use super::failure::{self, Endpoint};
use super::http::{Body, Http, Reply, Request};
use super::manners::{Entry, Pass, State};
use super::oauth::{Ciba, Token, authorization};
use super::tokens::Tokens;
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::flight::Lost;
use crate::line::Line;
use crate::provider::{Correlator, ProviderError, Query, RoamingProvider};
use crate::status::{Answer, ReasonGroup, UnknownReason};

/// Asks an aggregator where a line is: CIBA, then the roaming endpoint.
///
/// It remembers tokens and refused consents, and never answers. A cold line costs three requests, a line
/// with a token one.
#[derive(Debug)]
pub struct Client {
    http: Http,
    tokens: Tokens,
    roaming: Url,
    dialect: Dialect,
    total: Duration,
    /// When a broken conversation was last heard of.
    told: Mutex<Option<Instant>>,
}

/// A question, as it is asked.
struct Asking<'a> {
    line: Line,
    caller: Option<&'a str>,
    correlator: Correlator,
}

/// What the roaming endpoint made of a token.
enum Asked {
    Answered(Answer),
    Failed(ProviderError),
    /// A failure of the moment: asking once more may help.
    Lapsed(ProviderError),
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
        let Aggregator { endpoints, client, ciba, dialect, timeouts, .. } = aggregator;
        let ciba = Ciba {
            http: http.clone(),
            bc_authorize: endpoints.bc_authorize,
            token: endpoints.token,
            authorization: authorization(&client)?,
            settings: ciba,
        };
        // Long enough for its two requests: an authorization that is cut off would be begun again,
        // and the customer asked again.
        let tokens = Tokens::new(ciba, timeouts.attempt.saturating_mul(3));
        let (roaming, total) = (endpoints.roaming, timeouts.total);
        Ok(Self { http, tokens, roaming, dialect, total, told: Mutex::default() })
    }

    /// The requests sent so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.http.calls()
    }

    /// What this client is doing, and what it refused to do: breakers, gates, lookups in flight.
    #[must_use]
    pub fn state(&self) -> State {
        self.http.manners().state()
    }

    /// Waits until the consent that is pending for `line` is given, refused or expired. Returns at
    /// once where none is pending.
    pub async fn consent_settled(&self, line: Line) {
        self.tokens.settled(line).await;
    }

    /// Ends the tasks that wait for consents, and refuses to begin new authorizations.
    pub async fn shutdown(&self) {
        self.tokens.shutdown(SHUTDOWN_GRACE).await;
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

    /// Looks a line up, unless what is known says that there is no use in it, or manners forbid it.
    async fn look_up(&self, asking: &Asking<'_>) -> Result<Answer, ProviderError> {
        if let Some(refusal) = self.tokens.refusal(asking.line) {
            return Err(refusal);
        }
        let entry = self.http.manners().enter(self.there(), asking.line, asking.caller)?;
        let Entry { pass, place: _place } = entry;
        tokio::time::timeout(self.total, self.ask_twice(asking, pass)).await.unwrap_or_else(|_| {
            let message = "the aggregator did not answer within the total time";
            Err(ProviderError::new(UnknownReason::Timeout, message))
        })
    }

    /// Asks, and once more where the token was rejected or the failure may pass.
    async fn ask_twice(&self, asking: &Asking<'_>, pass: Pass) -> Result<Answer, ProviderError> {
        let began = Instant::now();
        let token = self.tokens.token(asking.line, asking.correlator).await?;
        match self.ask_with(asking, &token, pass).await {
            Asked::Rejected(_) => {
                let token = self.tokens.token(asking.line, asking.correlator).await?;
                let pass = self.http.manners().again(self.there())?.with_another_token();
                self.ask_with(asking, &token, pass).await.outcome()
            }
            Asked::Lapsed(error) => match self.repetition(began).await {
                Some(pass) => self.ask_with(asking, &token, pass).await.outcome(),
                None => Err(error),
            },
            asked => asked.outcome(),
        }
    }

    /// Waits a moment for another try, if there may be one.
    async fn repetition(&self, began: Instant) -> Option<Pass> {
        let wait = self.http.manners().repeat()?;
        if began.elapsed() + wait >= self.total {
            return None;
        }
        tokio::time::sleep(wait).await;
        self.http.manners().again(self.there()).ok()
    }

    fn there(&self) -> (Endpoint, &Url) {
        (Endpoint::Roaming(self.dialect), &self.roaming)
    }

    /// Asks the roaming endpoint, and forgets the token if it was to blame.
    async fn ask_with(&self, asking: &Asking<'_>, token: &Arc<Token>, pass: Pass) -> Asked {
        let asked = self.ask(asking, token, pass).await;
        if matches!(asked, Asked::Rejected(_) | Asked::WrongSubject(_)) {
            self.tokens.reject(asking.line, token);
        }
        asked
    }

    async fn ask(&self, asking: &Asking<'_>, token: &Token, pass: Pass) -> Asked {
        let &Asking { line, correlator, .. } = asking;
        let asked_at = Clock::system().now();
        let endpoint = Endpoint::Roaming(self.dialect);
        let authorization = HeaderValue::from_str(&format!("Bearer {}", token.expose()));
        let Ok(mut authorization) = authorization else {
            return Asked::Failed(failure::invalid(Endpoint::Token, "an unusable token"));
        };
        authorization.set_sensitive(true);
        let body = Body::Json(self.dialect.body(TokenKind::ThreeLegged, line).to_string());
        let url = &self.roaming;
        let request = Request { endpoint, url, authorization, correlator, body };
        let reply = match self.http.send(request, pass).await {
            Ok(reply) => reply,
            Err(lapse) if lapse.is_repeatable => return Asked::Lapsed(lapse.error),
            Err(lapse) => return Asked::Failed(lapse.error),
        };
        if reply.status != 200 {
            return refused(endpoint, &reply);
        }
        let number = line.expose().to_string();
        let sent = self.dialect.names_line(TokenKind::ThreeLegged).then_some(number.as_str());
        let read = reply.json().map_err(Fault::Malformed);
        match read.and_then(|body| answer::read(body, sent, asked_at)) {
            Ok(answer) => Asked::Answered(answer),
            Err(Fault::Malformed(fault)) => Asked::Failed(failure::invalid(endpoint, fault)),
            Err(Fault::OtherDevice) => {
                Asked::WrongSubject(failure::invalid(endpoint, "an answer for another device"))
            }
        }
    }
}

fn refused(endpoint: Endpoint, reply: &Reply) -> Asked {
    let error = failure::of_reply(endpoint, reply);
    match (reply.status, failure::code(reply)) {
        (401, _) => Asked::Rejected(error),
        // Who says when to come back is taken at their word.
        (503, _) if reply.retry_after.is_some() => Asked::Failed(error),
        (408 | 425 | 500 | 502..=599, _) | (422, Some("UNABLE_TO_PROVIDE_ROAMING_STATUS")) => {
            Asked::Lapsed(error)
        }
        (403, Some("INVALID_TOKEN_CONTEXT")) => Asked::WrongSubject(error),
        _ => Asked::Failed(error),
    }
}

impl Asked {
    fn outcome(self) -> Result<Answer, ProviderError> {
        match self {
            Self::Answered(answer) => Ok(answer),
            Self::Failed(error)
            | Self::Lapsed(error)
            | Self::Rejected(error)
            | Self::WrongSubject(error) => Err(error),
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
        let asking = Asking { line: query.line, caller: query.caller, correlator };
        let outcome = self.look_up(&asking).await;
        if let Err(error) = &outcome {
            self.tell(error, correlator);
        }
        outcome
    }
}

const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);
const BROKEN_AGAIN: Duration = Duration::from_secs(60);

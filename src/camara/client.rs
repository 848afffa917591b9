//! [`Client`]: the provider that asks an aggregator.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use ::http::HeaderValue;
use async_trait::async_trait;
use reqwest::Url;
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::time::Instant;

use self::asked::{Asked, disbelieved, refused};
use super::aggregator::Aggregator;
use super::answer::{self, Compatibility};
use super::calls::Calls;
use super::dialect::{Dialect, TokenKind};
use super::failure::{self, Endpoint};
use super::http::{Body, Http, Request, in_time};
use super::manners::{Entry, Pass, Seen, State, TroubleKind};
use super::oauth::{Authority, Grant, Kind, Place, Token};
use super::tokens::Tokens;
use super::told::Told;
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::flight::Lost;
use crate::line::{Identifier, Line};
use crate::provider::{Correlator, ProviderError, Query, RoamingProvider};
use crate::status::{Answer, ReasonGroup, UnknownReason};

mod asked;

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
    /// The broken conversations that were heard of lately.
    told: Told<String>,
    clock: Clock,
}

/// A question, as it is asked.
struct Asking<'a> {
    line: Line,
    identifier: Identifier,
    /// What is sent to the roaming endpoint.
    body: Value,
    caller: Option<&'a str>,
    correlator: Correlator,
    /// When the lookup ends, whatever it waits for.
    until: Instant,
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
        let (total, told) = (timeouts.total, Told::default());
        Ok(Self { http, tokens, token_kind, roaming, dialect, compatibility, total, told, clock })
    }

    /// The requests sent so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.http.calls()
    }

    /// What this client is doing, what it refused to do, and what went wrong: breakers, gates, lookups in
    /// flight, troubles.
    #[must_use]
    pub fn state(&self) -> State {
        let pending = self.tokens.as_ref().map(Tokens::pending).unwrap_or_default();
        let tokens = self.tokens.as_ref().map(Tokens::held).unwrap_or_default();
        State { pending, tokens, ..self.http.manners().state() }
    }

    /// Waits until the consent that is pending for `line` is given, refused or expired. Returns at
    /// once where none is pending.
    pub async fn consent_settled(&self, line: Line) {
        if let Some(tokens) = &self.tokens {
            tokens.settled(line).await;
        }
    }

    /// Where the customer can give the consent that is pending for `line`, if the aggregator has said so
    /// (`consent_url`). The address is encrypted; it is never followed, and may name the customer. Compare
    /// its host with those that you know before you send anybody there.
    #[must_use]
    pub fn consent_url(&self, line: Line) -> Option<String> {
        let url = self.tokens.as_ref()?.consent_url(line)?;
        Some(url.expose_secret().to_owned())
    }

    /// The tokens, where the aggregator takes some.
    pub(super) fn tokens(&self) -> Result<&Tokens, ProviderError> {
        self.tokens.as_ref().ok_or_else(|| {
            let message = "this aggregator takes no tokens";
            ProviderError::new(UnknownReason::Misconfigured, message)
        })
    }

    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Ends the tasks that wait for consents, and refuses to begin new authorizations.
    pub async fn shutdown(&self) {
        if let Some(tokens) = &self.tokens {
            tokens.shutdown(SHUTDOWN_GRACE).await;
        }
    }

    /// A conversation that is broken needs somebody who mends it, and is heard of once a minute, for each way
    /// in which it is; everything else is the policy's to answer.
    pub(super) fn tell(&self, error: &ProviderError, correlator: Correlator) {
        // Without what is said of the clock, which goes.
        let what = || error.to_string().split(';').next().unwrap_or_default().to_owned();
        let is_broken = error.reason().group() == ReasonGroup::Broken;
        if is_broken && self.told.is_news(what()) {
            tracing::warn!(%correlator, reason = %error.reason(), %error, "the aggregator refuses or is misunderstood");
        } else {
            tracing::debug!(%correlator, reason = %error.reason(), %error, "a lookup gave no status");
        }
    }

    /// The question, where it can be asked: there must be a place for what names the line.
    fn asking<'a>(
        &self,
        query: &Query<'a>,
        correlator: Correlator,
    ) -> Result<Asking<'a>, ProviderError> {
        let &Query { line, caller, .. } = query;
        let identifier = line.identifier().ok_or_else(failure::forgotten)?;
        let body = self.dialect.body(self.token_kind, &identifier);
        let body = body.ok_or_else(|| failure::no_place("the dialect", &identifier))?;
        self.tokens.as_ref().map_or(Ok(()), |tokens| tokens.can_name(line))?;
        let until = Instant::now() + self.total;
        Ok(Asking { line, identifier, body, caller, correlator, until })
    }

    /// Looks a line up, unless what is known says that there is no use in it, or manners forbid it.
    async fn look_up(&self, asking: &Asking<'_>) -> Result<Answer, ProviderError> {
        let transcript = self.http.transcript();
        transcript.is_about(asking.line);
        if let Some(refusal) = self.tokens.as_ref().and_then(|tokens| tokens.refusal(asking.line)) {
            return transcript.refused(asking.correlator, Err(refusal));
        }
        let entry = self.http.manners().enter(self.there(), asking.line, asking.caller);
        let entry = transcript.refused(asking.correlator, entry)?;
        let Entry { pass, place: _place } = entry;
        self.ask_twice(asking, pass).await
    }

    /// Asks, and once more where the token was rejected or the failure may pass.
    async fn ask_twice(&self, asking: &Asking<'_>, pass: Pass) -> Result<Answer, ProviderError> {
        let transcript = self.http.transcript();
        let token = self.token(asking).await?;
        match self.ask_with(asking, token.as_ref(), pass).await {
            Asked::Rejected(_) if token.is_some() => {
                transcript.note(asking.correlator, "the token was rejected: another one is needed");
                let token = self.token(asking).await?;
                let pass = self.http.manners().again(self.there());
                let pass = transcript.refused(asking.correlator, pass)?;
                let pass = pass.with_another_token();
                self.ask_with(asking, token.as_ref(), pass).await.outcome()
            }
            Asked::Lapsed(error) => match self.repetition(asking.until).await {
                Some(pass) => {
                    transcript.note(asking.correlator, "the failure may pass: asked once more");
                    self.ask_with(asking, token.as_ref(), pass).await.outcome()
                }
                None => Err(error),
            },
            asked => asked.outcome(),
        }
    }

    /// Waits a moment for another try, if there may be one.
    async fn repetition(&self, until: Instant) -> Option<Pass> {
        let wait = self.http.manners().repeat()?;
        if Instant::now() + wait >= until {
            return None;
        }
        tokio::time::sleep(wait).await;
        self.http.manners().again(self.there()).ok()
    }

    fn there(&self) -> (Endpoint, &Url) {
        (Endpoint::Roaming(self.dialect), &self.roaming)
    }

    /// A token, where the aggregator takes one.
    async fn token(&self, asking: &Asking<'_>) -> Result<Option<Arc<Token>>, ProviderError> {
        let transcript = self.http.transcript();
        let is_remembered = |tokens: &Tokens| tokens.remembers(asking.line);
        if transcript.is_heard() && self.tokens.as_ref().is_some_and(is_remembered) {
            transcript.note(asking.correlator, "the token is one that is remembered");
        }
        match &self.tokens {
            Some(tokens) => {
                let token = tokens.token(asking.line, asking.correlator);
                let token = in_time(Some(asking.until), token).await;
                token.unwrap_or_else(|| Err(failure::out_of_time())).map(Some)
            }
            None => Ok(None),
        }
    }

    /// Asks the roaming endpoint, and forgets the token if it was to blame.
    async fn ask_with(&self, asking: &Asking<'_>, token: Option<&Arc<Token>>, pass: Pass) -> Asked {
        let asked = match token.map(|token| bearer(token)).transpose() {
            Ok(authorization) => self.ask(asking, authorization, pass).await,
            Err(error) => Asked::Failed(error),
        };
        if let (Some(tokens), Some(token)) = (&self.tokens, token) {
            match asked {
                Asked::Rejected(ref error) => tokens.reject(asking.line, token, error),
                Asked::WrongSubject(_) => tokens.forget(asking.line),
                Asked::Answered(_) => tokens.accept(asking.line),
                Asked::Failed(_) | Asked::Lapsed(_) => {}
            }
        }
        asked
    }

    async fn ask(
        &self,
        asking: &Asking<'_>,
        authorization: Option<HeaderValue>,
        pass: Pass,
    ) -> Asked {
        let &Asking { ref identifier, correlator, .. } = asking;
        let asked_at = self.clock.now();
        let endpoint = Endpoint::Roaming(self.dialect);
        let body = Body::Json(asking.body.to_string());
        let url = &self.roaming;
        let request = Request { endpoint, url, authorization, correlator, body };
        let reply = match self.http.send(request, pass, Some(asking.until)).await {
            Ok(reply) => reply,
            Err(lapse) if lapse.is_repeatable => return Asked::Lapsed(lapse.error),
            Err(lapse) => return Asked::Failed(lapse.error),
        };
        if reply.status != 200 {
            return refused(endpoint, &reply);
        }
        let sent = self.dialect.names_line(self.token_kind).then_some(identifier);
        let read = reply.json().map_err(|fault| (None, failure::invalid(endpoint, fault)));
        let read = read.and_then(|body| {
            let answer = answer::read(body, sent, self.compatibility, asked_at);
            let answer = answer.map_err(|fault| disbelieved(fault, endpoint, &reply))?;
            let is_doubted = answer::doubts_code(body, &answer);
            Ok((answer, is_doubted.then_some(TroubleKind::Contradiction)))
        });
        match read {
            Ok((answer, doubt)) => {
                self.note(doubt, &"a country code that was not believed");
                Asked::Answered(answer)
            }
            Err((kind, error)) => {
                self.note(kind, &error);
                match kind {
                    Some(TroubleKind::Mismatch) => Asked::WrongSubject(error),
                    _ => Asked::Failed(error),
                }
            }
        }
    }

    /// Something is wrong with an answer of the roaming endpoint.
    fn note(&self, kind: Option<TroubleKind>, cause: &dyn Display) {
        let (endpoint, _) = self.there();
        if let Some(kind) = kind {
            self.http.manners().trouble(Seen { endpoint, kind, code: None }, cause);
        }
    }
}

/// Whom the tokens of a grant speak for. Without tokens, the request must name the line.
fn token_kind(grant: Option<&Grant>) -> TokenKind {
    match grant.map(|grant| &grant.kind) {
        None | Some(Kind::ClientCredentials) => TokenKind::TwoLegged,
        Some(Kind::Ciba { .. } | Kind::JwtBearer { .. } | Kind::AuthorizationCode(_)) => {
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

#[async_trait]
impl RoamingProvider for Client {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        if Handle::try_current().is_err() {
            return Err(ProviderError::new(Lost::NoRuntime.reason(), Lost::NoRuntime.to_string()));
        }
        let correlator =
            query.correlator.unwrap_or_else(|| Correlator::from_random(rand::random()));
        let outcome = match self.asking(query, correlator) {
            Ok(asking) => self.look_up(&asking).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &outcome {
            self.tell(error, correlator);
        }
        outcome
    }

    fn forget(&self, line: &Line) {
        self.tokens.iter().for_each(|tokens| tokens.erase(*line));
        self.http.manners().forget(*line);
    }
}

const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

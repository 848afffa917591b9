//! The authorization server: where it is, and how it is spoken to.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Url;
use tokio::time::Instant;

use super::discovery::Discovery;
use super::id_token::Keys;
use super::identity::{Identity, Subject, Target};
use crate::camara::aggregator::{Credentials, Endpoints};
use crate::camara::failure::{self, Endpoint};
use crate::camara::http::{Body, Http, Reply, Request};
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::provider::{Correlator, ProviderError};
use crate::status::UnknownReason;

/// Sends forms to the endpoints of one server, in the name of one client.
#[derive(Debug)]
pub(in crate::camara) struct Authority {
    http: Http,
    place: Place,
    identity: Identity,
    pub(super) clock: Clock,
    state: Mutex<State>,
}

/// Where the endpoints are.
#[derive(Debug)]
pub(in crate::camara) enum Place {
    Known { bc_authorize: Option<Url>, token: Option<Url>, authorize: Option<Url> },
    Discovered(Discovery),
}

/// Where customers sign in, and what is known of who answers.
#[derive(Debug)]
pub(in crate::camara) struct SignInPlace {
    pub(in crate::camara) authorize: Url,
    pub(in crate::camara) client_id: String,
    /// `None` where the file names endpoints and no issuer.
    pub(in crate::camara) issuer: Option<String>,
    pub(in crate::camara) names_itself: bool,
    keys: Option<Url>,
}

#[derive(Debug, Default)]
struct State {
    /// The server does not know us, and is left alone before this moment.
    refused: Option<(ProviderError, Instant)>,
    /// When a clock that is wrong was last heard of.
    told: Option<Instant>,
}

/// A form to send.
pub(super) struct Form<'a> {
    pub(super) endpoint: Endpoint,
    pub(super) correlator: Correlator,
    pub(super) pairs: Vec<(&'a str, &'a str)>,
    /// Whom the assertion of the grant speaks for, which then is the client authentication too.
    pub(super) subject: Option<Subject<'a>>,
}

impl Place {
    pub(in crate::camara) fn new(endpoints: Endpoints, attempt: Duration) -> Self {
        match endpoints.issuer {
            Some(issuer) => Self::Discovered(Discovery::new(issuer, attempt)),
            None => Self::Known {
                bc_authorize: endpoints.bc_authorize,
                token: endpoints.token,
                authorize: endpoints.authorize,
            },
        }
    }
}

impl Authority {
    pub(in crate::camara) fn new(
        http: Http,
        place: Place,
        client: Credentials,
        clock: Clock,
    ) -> Result<Self, ConfigError> {
        let identity = Identity::new(client, clock.clone())?;
        Ok(Self { http, place, identity, clock, state: Mutex::default() })
    }

    /// Sends a form once, with an authentication of its own.
    pub(super) async fn post(&self, form: Form<'_>) -> Result<Reply, ProviderError> {
        let Form { endpoint, correlator, pairs, subject } = form;
        self.http.transcript().refused(correlator, self.admit())?;
        let (url, issuer) = self.place(endpoint, correlator).await?;
        let target = Target { endpoint: url.as_str(), issuer: issuer.as_deref() };
        let proof = match subject {
            Some(subject) => self.identity.assert(target, subject).await?,
            None => self.identity.prove(target).await?,
        };
        let mut pairs: Vec<(&str, &str)> = pairs;
        pairs.extend(proof.parameters.iter().map(|(name, value)| (*name, value.as_str())));
        let (authorization, body) = (proof.authorization, Body::Form(pairs));
        let request = Request { endpoint, url: &url, authorization, correlator, body };
        let reply = self.http.ask(request).await?;
        self.judge(endpoint, &reply);
        Ok(reply)
    }

    /// Waits a moment for another try, if there may be one.
    pub(super) async fn may_repeat(&self) -> bool {
        let Some(wait) = self.http.manners().repeat() else { return false };
        tokio::time::sleep(wait).await;
        true
    }

    /// Nobody is asked who has just said that he does not know us.
    fn admit(&self) -> Result<(), ProviderError> {
        match &self.state().refused {
            Some((error, until)) if Instant::now() < *until => Err(error.clone()),
            _ => Ok(()),
        }
    }

    fn judge(&self, endpoint: Endpoint, reply: &Reply) {
        if failure::code(reply) == Some("invalid_client") {
            let error = failure::of_reply(endpoint, reply);
            self.state().refused = Some((error, Instant::now() + LEFT_ALONE));
        }
        if let Some(skew) = reply.skew.filter(|_| self.is_news()) {
            let clock_skew_seconds = skew.as_secs();
            tracing::error!(clock_skew_seconds, "our clock and that of {endpoint} disagree");
        }
    }

    fn is_news(&self) -> bool {
        let told = &mut self.state().told;
        let is_news = told.is_none_or(|told| told.elapsed() >= TOLD_AGAIN);
        if is_news {
            *told = Some(Instant::now());
        }
        is_news
    }

    async fn place(
        &self,
        endpoint: Endpoint,
        correlator: Correlator,
    ) -> Result<(Url, Option<String>), ProviderError> {
        let is_token = endpoint == Endpoint::Token;
        let (url, issuer) = match &self.place {
            Place::Known { bc_authorize, token, .. } => {
                (if is_token { token } else { bc_authorize }.clone(), None)
            }
            Place::Discovered(discovery) => {
                let found = discovery.metadata(&self.http, correlator).await?;
                let url = if is_token { Some(&found.token) } else { found.bc_authorize.as_ref() };
                (url.cloned(), Some(found.issuer.clone()))
            }
        };
        Ok((url.ok_or_else(|| unknown(endpoint))?, issuer))
    }

    /// Where customers sign in.
    pub(in crate::camara) async fn sign_in_place(
        &self,
        correlator: Correlator,
    ) -> Result<SignInPlace, ProviderError> {
        let client_id = self.identity.id().to_owned();
        let (authorize, issuer, keys, names_itself) = match &self.place {
            Place::Known { authorize, .. } => (authorize.clone(), None, None, false),
            Place::Discovered(discovery) => {
                let found = discovery.metadata(&self.http, correlator).await?;
                let issuer = Some(found.issuer.clone());
                (found.authorize.clone(), issuer, found.keys.clone(), found.names_itself)
            }
        };
        let authorize = authorize.ok_or_else(|| unknown("the authorize endpoint"))?;
        Ok(SignInPlace { authorize, client_id, issuer, names_itself, keys })
    }

    /// The keys of the issuer as they are now, so that their rotation needs no rule.
    pub(super) async fn keys(
        &self,
        place: &SignInPlace,
        correlator: Correlator,
    ) -> Result<Option<Keys>, ProviderError> {
        let Some(url) = &place.keys else { return Ok(None) };
        let (endpoint, body) = (Endpoint::Keys, Body::None);
        let request = Request { endpoint, url, authorization: None, correlator, body };
        Keys::read(&self.http.ask(request).await?).map(Some)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown(endpoint: impl fmt::Display) -> ProviderError {
    let message = format!("{endpoint} is not known: the issuer's metadata has none");
    ProviderError::new(UnknownReason::Misconfigured, message)
}

const LEFT_ALONE: Duration = Duration::from_secs(5);
const TOLD_AGAIN: Duration = Duration::from_secs(60);

//! [`LineCheck`]: the customer's own phone proves the line, by OpenID Connect's authorization-code
//! flow.
//!
//! ```text
//!  browser                    this service                         operator
//!     |   POST /line-check         |                                   |
//!     | -------------------------> |  state, PKCE, nonce; a cookie     |
//!     |   303 to the operator      |                                   |
//!     | <------------------------- |                                   |
//!     |   GET /authorize, over mobile data: the operator recognises the SIM, asks for consent
//!     | -------------------------------------------------------------> |
//!     |   303 to redirectUri, with a code                              |
//!     | <------------------------------------------------------------- |
//!     |   GET /callback            |                                   |
//!     | -------------------------> |  code + verifier -> token         |
//!     |                            | --------------------------------> |
//!     |   303 to where the customer was, under a new cookie            |
//!     | <------------------------- |                                   |
//! ```
//!
//! 1. A sign-in belongs to the session that began it: a signed `__Host-` cookie, or the caller whom
//!    the service authenticated ([`caller`](LineCheckBuilder::caller)). What another session
//!    brings back is refused, and so is what comes a second time, too late, or from another issuer.
//! 2. The line has no number: nobody tells us one, and none stands in an address that we make.
//!    Only the operator knows it ([`Line::recognised`]).
//! 3. The gate takes the session as its subject: `line.proof: network`. That says that the operator
//!    recognised the phone, and not that it is the phone of the customer who is signed in: whoever
//!    stole a password proves a line too, and it is the own. Where it matters whose line it is, the
//!    number has to be verified by another API.
//!
//! The phone must be on mobile data. Over Wi-Fi, the operator sees somebody's router and recognises
//! nobody: the reason is `noIdentifier`, and the page says what to do.
//!
//! # What a service has to know
//!
//! - Sessions are kept in this process: several instances need a load balancer that is sticky for
//!   them, and a restart forgets them.
//! - The page with the form is on the host of `redirectUri`. From another one of the same service, the
//!   cookie would not come back.
//! - Anybody may begin a sign-in, which costs memory and nothing else: the last 100,000 are
//!   remembered. Each one that comes back, also with an invented code, costs a request to the token
//!   endpoint. Limit how often an address may begin one.
//! - A session goes on when the token has expired, and asks with a new one if `offline_access` was in the scope
//!   and granted. Otherwise lookups end in `noConsent`, which the policy answers; the customer
//!   has to check the line again.
//! - Two tabs of one browser are one session. The first to come back gets it a new name, and the other one
//!   is refused.
//!
//! [The guide](crate::guide::line_check) has the page with the form, the traps, and apps without a browser
//! in full.
//!
//! # Example
//!
//! ```no_run
//! use axum::{Router, routing::post};
//! use roamgate::camara::{Aggregator, Client};
//! use roamgate::frontend::LineCheck;
//! use roamgate::{Policy, RoamingLayer};
//!
//! let aggregator = Aggregator::from_path("aggregator.yaml")?; // grant: { authorizationCode: … }
//! let check = LineCheck::builder(Client::new(aggregator)?).build()?;
//!
//! let policy = Policy::from_path("policies/payments-eea.yaml")?;
//! let layer = RoamingLayer::new(policy, check.provider()).subject(check.subject());
//! let app: Router = Router::new()
//!     .route("/v1/payments", post(|| async { "paid" }))
//!     .layer(layer)
//!     .merge(check.router()); // POST /line-check, GET /line-check/flow/{id}, and the callback
//! # let _ = app;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A page begins with a form: `<form method="post" action="/line-check"><button>Check my
//! line</button></form>`. A field `returnTo` with a path of this service says where the customer
//! goes on afterwards. A page whose Content-Security-Policy has `form-action` must name the
//! operator there, because browsers apply it to redirects.
//!
//! # Apps without a browser
//!
//! With `Accept: application/json`, `POST /line-check` answers `{"authorizationUrl", "flow"}`. The app
//! opens the address over mobile data, follows the redirects by itself, and calls the callback with
//! its own credentials, as it calls everything else: a callback of nobody is refused, because
//! otherwise whoever sends somebody a link would get a session with that customer's line. The callback and `GET
//! /line-check/flow/{id}` answer
//! `{"flow", "status", "mcc", "countries", "reason"}`, where `status` is `pending`, `home`, `roaming`
//! or `unknown`.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};

use crate::cache::CachedProvider;
use crate::camara::Client;
use crate::config::ConfigError;
use crate::head::Head;
use crate::line::Line;
use crate::provider::RoamingProvider;

mod answer;
mod callback;
mod cookies;
mod flows;
mod pages;
mod report;
mod return_to;
mod sessions;
mod start;
mod subject;

use cookies::Cookies;
use flows::Flows;
use sessions::Sessions;
pub use subject::FromLineCheck;

/// Lets customers prove their line with their own phone. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LineCheck {
    desk: Arc<Desk>,
}

/// What the routes and the gate share.
struct Desk {
    client: Arc<Client>,
    provider: Arc<CachedProvider<Arc<Client>>>,
    sessions: Sessions,
    flows: Flows,
    cookies: Cookies,
    caller: Option<Caller>,
    /// Where the flow begins.
    path: String,
    /// Where the operator sends the browser back to.
    callback: String,
    /// Scheme, host and port of this service.
    origin: String,
}

type Caller = Box<dyn Fn(&Head<'_>) -> Option<String> + Send + Sync>;

/// Sets up a [`LineCheck`]. Made by [`LineCheck::builder`].
#[must_use]
pub struct LineCheckBuilder {
    client: Client,
    path: String,
    caller: Option<Caller>,
    session_lifetime: Duration,
    deadline: Option<Duration>,
}

impl LineCheck {
    /// A line check with this client, whose aggregator file has `grant: { authorizationCode: … }`.
    pub fn builder(client: Client) -> LineCheckBuilder {
        LineCheckBuilder {
            client,
            path: "/line-check".to_owned(),
            caller: None,
            session_lifetime: SESSION,
            deadline: None,
        }
    }

    /// The routes: the start, the callback under the path of `redirectUri`, and the state of a flow.
    ///
    /// Authentication that tells who the [caller](LineCheckBuilder::caller) is belongs around them too.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let start = post(start::start).fallback(start::only_post);
        Router::new()
            .route(&self.desk.path, start)
            .route(&format!("{}/flow/{{id}}", self.desk.path), get(report::report))
            .route(&self.desk.callback, get(callback::callback).head(callback::only_get))
            .with_state(self.clone())
    }

    /// The provider for the gate: what the lines of sessions are asked of. Where a service asks about numbers too,
    /// a [`Switchboard`](crate::switchboard::Switchboard) keeps them apart:
    /// `.when(Line::is_recognised, check.provider())`.
    #[must_use]
    pub fn provider(&self) -> impl RoamingProvider + Clone + use<> {
        Arc::clone(&self.desk.provider)
    }

    /// The subject of a request: whoever earlier middleware names, with the line that this session
    /// proved instead of the claimed one.
    #[must_use]
    pub fn subject(&self) -> FromLineCheck {
        FromLineCheck::new(self.clone())
    }

    /// Ends what the session of this request proved: for a service whose customers sign out, or sign in
    /// as somebody else in the same browser.
    pub fn forget(&self, head: &Head<'_>) {
        if let Some(holder) = self.holder(head) {
            self.desk.sessions.forget(&holder);
        }
    }

    /// The line that the session of this request proved, if it did and still counts.
    #[must_use]
    pub fn line(&self, head: &Head<'_>) -> Option<Line> {
        self.desk.sessions.line(&self.holder(head)?)
    }
}

impl LineCheckBuilder {
    /// Where the flow begins, instead of `/line-check`.
    pub fn at(self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self }
    }

    /// Who calls, as the service's own authentication says: the name of a session, from a claim or an
    /// extension, never from what a client can write. Requests with a caller need no cookie, and get
    /// none. Whoever has the same name shares the proof: under the name of a principal, all devices on
    /// which somebody is signed in would.
    pub fn caller(
        self,
        caller: impl Fn(&Head<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self { caller: Some(Box::new(caller)), ..self }
    }

    /// How long a proof counts, instead of 30 minutes. The token may end it earlier.
    pub fn session_lifetime(self, lifetime: Duration) -> Self {
        Self { session_lifetime: lifetime, ..self }
    }

    /// How long a lookup may take. See [`CachedProvider::deadline`].
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// The line check.
    ///
    /// # Errors
    ///
    /// The grant of the aggregator file is another one, or a path is not a path.
    pub fn build(self) -> Result<LineCheck, ConfigError> {
        let (origin, callback) = self.client.redirect_uri().ok_or_else(|| {
            ConfigError::message("a line check needs `grant: { authorizationCode: … }`")
        })?;
        let path = self.path;
        if !return_to::is_routable(&path) || path == callback {
            let message = format!("`{path}` is not a path of its own for a line check");
            return Err(ConfigError::message(message));
        }
        if callback.split('/').any(|segment| segment.starts_with([':', '*'])) {
            let message =
                format!("`{callback}` of `redirectUri` is not a path that a router can have");
            return Err(ConfigError::message(message));
        }
        let client = Arc::new(self.client);
        let provider = CachedProvider::new(Arc::clone(&client));
        let provider = match self.deadline {
            Some(deadline) => provider.deadline(deadline),
            None => provider,
        };
        let desk = Desk {
            client,
            provider: Arc::new(provider),
            sessions: Sessions::new(self.session_lifetime),
            flows: Flows::default(),
            cookies: Cookies::new(),
            caller: self.caller,
            path,
            callback,
            origin,
        };
        Ok(LineCheck { desk: Arc::new(desk) })
    }
}

impl std::fmt::Debug for LineCheckBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LineCheckBuilder").field("path", &self.path).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("path", &self.path).finish_non_exhaustive()
    }
}

const SESSION: Duration = Duration::from_secs(30 * 60);

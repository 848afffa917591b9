//! [`Health`]: what orchestrators, load balancers and people ask a service about itself.
//!
//! | path | answers |
//! |---|---|
//! | `/livez` | 200 as long as the process answers at all |
//! | `/readyz` | 200 as long as requests may come: a policy is loaded, and nobody has called [`drain`](Health::drain); else 503 |
//! | `/status` | 200 and JSON (`roamgate.status/v1`) about every part of the service |
//!
//! **Readiness does not depend on the aggregator.** Where it is down, policies say what happens
//! (`onUnknown`, `staleIfError`), and they can only say it to requests that arrive: an instance that
//! took itself out of rotation would turn an outage of somebody else, which all instances see at
//! once, into an outage of its own.
//!
//! Serve it where customers cannot reach it, best on a port of its own: `/status` tells no secret, no
//! number and no customer, but how the service is built and what ails it.
//!
//! # Example
//!
//! ```
//! use http::{Request, StatusCode};
//! use roamgate::health::Health;
//! use roamgate::{FixedProvider, Gate, Policy};
//! use tower::ServiceExt;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! let gate = Gate::new(Policy::from_path("policies/payments-eea.yaml")?, FixedProvider::new());
//! let health = Health::of(&gate);
//!
//! let ask = |path| health.clone().oneshot(Request::get(path).body(()).unwrap());
//! assert_eq!(ask("/readyz").await?.status(), StatusCode::OK);
//!
//! health.drain();
//! assert_eq!(ask("/readyz").await?.status(), StatusCode::SERVICE_UNAVAILABLE);
//! assert_eq!(ask("/livez").await?.status(), StatusCode::OK);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
#[cfg(feature = "metrics")]
mod publish;
mod report;
mod service;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use body::Body;

use crate::cache::{CachedProvider, Entries};
#[cfg(feature = "camara")]
use crate::camara::Client;
use crate::decision_log::DecisionLog;
use crate::gate::Gate;
#[cfg(feature = "camara")]
use crate::reload::LiveClient;
use crate::reload::Reload;

/// The parts of a service that can be asked how they are. Cheap to clone.
///
/// It is a [`tower::Service`] of requests whose path is `/livez`, `/readyz` or `/status`.
#[derive(Clone)]
pub struct Health(Arc<Parts>);

#[derive(Clone)]
struct Parts {
    gate: Gate,
    files: Vec<(Name, Reload)>,
    #[cfg(feature = "camara")]
    aggregators: Vec<(Name, Tell<Arc<Client>>)>,
    caches: Vec<(Name, Tell<Entries>)>,
    log: Option<DecisionLog>,
    is_draining: Arc<AtomicBool>,
    #[cfg(feature = "metrics")]
    published: Arc<publish::Published>,
}

type Name = Arc<str>;
type Tell<T> = Arc<dyn Fn() -> T + Send + Sync>;

impl Health {
    /// The health of a service that has this gate. Take the gate of a layer that is built.
    #[must_use]
    pub fn of(gate: &Gate) -> Self {
        Self(Arc::new(Parts {
            gate: gate.clone(),
            files: Vec::new(),
            #[cfg(feature = "camara")]
            aggregators: Vec::new(),
            caches: Vec::new(),
            log: None,
            is_draining: Arc::default(),
            #[cfg(feature = "metrics")]
            published: Arc::default(),
        }))
    }

    /// And that has files which are watched, under this name.
    #[must_use]
    pub fn files(self, name: impl Into<Arc<str>>, reload: &Reload) -> Self {
        self.with(|parts| parts.files.push((name.into(), reload.clone())))
    }

    /// And that asks an aggregator, under this name.
    #[cfg(feature = "camara")]
    #[must_use]
    pub fn aggregator(self, name: impl Into<Arc<str>>, client: Arc<Client>) -> Self {
        self.told_by(name.into(), Arc::new(move || Arc::clone(&client)))
    }

    /// And that asks an aggregator whose file is watched, under this name.
    #[cfg(feature = "camara")]
    #[must_use]
    pub fn live_aggregator(self, name: impl Into<Arc<str>>, client: &LiveClient) -> Self {
        let client = client.clone();
        self.told_by(name.into(), Arc::new(move || client.client()))
    }

    /// And that remembers answers, under this name.
    #[must_use]
    pub fn cache<P>(self, name: impl Into<Arc<str>>, cache: Arc<CachedProvider<P>>) -> Self
    where
        P: Send + Sync + 'static,
    {
        let tell: Tell<Entries> = Arc::new(move || cache.entries());
        self.with(|parts| parts.caches.push((name.into(), tell)))
    }

    /// And that has a decision log.
    #[must_use]
    pub fn decision_log(self, log: &DecisionLog) -> Self {
        self.with(|parts| parts.log = Some(log.clone()))
    }

    /// Says from now on, here and in all clones, that no more requests should come. Call it first
    /// when the service shuts down; requests that still come are decided as ever.
    pub fn drain(&self) {
        self.0.is_draining.store(true, Ordering::Relaxed);
    }

    /// May requests come?
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.0.is_draining.load(Ordering::Relaxed)
    }

    /// The document that `/status` answers with.
    #[must_use]
    pub fn status(&self) -> serde_json::Value {
        report::of(self)
    }

    /// The same as a router, to nest where operators look.
    #[cfg(feature = "axum")]
    pub fn router(self) -> axum::Router {
        axum::Router::new().fallback_service(self)
    }

    #[cfg(feature = "camara")]
    fn told_by(self, name: Name, tell: Tell<Arc<Client>>) -> Self {
        self.with(|parts| parts.aggregators.push((name, tell)))
    }

    fn with(mut self, change: impl FnOnce(&mut Parts)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health")
            .field("gate", &self.0.gate)
            .field("is_ready", &self.is_ready())
            .finish_non_exhaustive()
    }
}

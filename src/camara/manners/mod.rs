//! Manners: how much is asked, and when it is better not to ask.
//!
//! Whatever costs money passes, before anything is sent: the breaker of the endpoint, the
//! `Retry-After` gate of its host, the cap on lookups in flight, the budgets; in this order. A lookup passes
//! once, at its start ([`Manners::enter`]), and holds its place; requests for tokens pass the first two
//! ([`Manners::pass`]). Refusals cost nothing and come at once: nobody queues.

use std::fmt;
use std::mem::{Discriminant, discriminant};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Url;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

mod breaker;
mod budgets;
mod keyed;
mod latch;
mod limits;
mod pass;
mod recent;
mod refusal;
mod retries;
mod state;
mod throttle;
mod trouble;

use breaker::Breaker;
use budgets::Budgets;
use latch::Reading;
pub(super) use limits::Limits;
pub(super) use pass::{Judgement, Pass};
use refusal::Refusal;
use retries::RetryBudget;
pub use state::{BreakerState, BudgetsLeft, EndpointState, Refused, State};
use state::{Counters, count};
use throttle::Throttle;
pub(super) use trouble::Seen;
use trouble::Troubles;
pub use trouble::{Trouble, TroubleKind};

use super::failure::Endpoint;
use crate::line::Line;
use crate::provider::ProviderError;

/// What one client remembers, to behave well.
#[derive(Debug)]
pub(super) struct Manners {
    limits: Limits,
    routes: Mutex<Routes>,
    budgets: Mutex<Budgets>,
    retry_budget: Mutex<RetryBudget>,
    places: Arc<Semaphore>,
    counters: Counters,
    troubles: Troubles,
}

/// The endpoints and hosts that were asked: those of a file or of its issuer, so they are few.
#[derive(Debug, Default)]
struct Routes {
    hosts: Vec<(String, Arc<Mutex<Throttle>>)>,
    endpoints: Vec<Route>,
}

#[derive(Clone, Debug)]
struct Route {
    key: (Discriminant<Endpoint>, String),
    endpoint: Endpoint,
    breaker: Arc<Mutex<Breaker>>,
    throttle: Arc<Mutex<Throttle>>,
}

/// A lookup that may begin: its first request, and its place among those in flight.
pub(super) struct Entry {
    pub(super) pass: Pass,
    pub(super) place: OwnedSemaphorePermit,
}

impl Manners {
    pub(super) fn new(limits: Limits) -> Self {
        let places = usize::try_from(limits.in_flight).unwrap_or(usize::MAX);
        Self {
            limits,
            routes: Mutex::default(),
            budgets: Mutex::new(Budgets::new(limits, Instant::now())),
            retry_budget: Mutex::default(),
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            counters: Counters::default(),
            troubles: Troubles::default(),
        }
    }

    /// Lets a lookup of `line` begin, which will ask `endpoint`.
    pub(super) fn enter(
        self: &Arc<Self>,
        (endpoint, url): (Endpoint, &Url),
        line: Line,
        caller: Option<&str>,
    ) -> Result<Entry, ProviderError> {
        let pass = self.pass(endpoint, url)?;
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| self.refuse(Refusal::InFlight))?;
        let paid = locked(&self.budgets).pay(line, caller, Instant::now());
        paid.map_err(|spent| self.refuse(Refusal::Budget(spent)))?;
        locked(&self.retry_budget).earn();
        Ok(Entry { pass, place })
    }

    /// Lets a request through: the breaker, the gate, and where a customer may be asked for
    /// consent, the budget of that.
    pub(super) fn pass(
        self: &Arc<Self>,
        endpoint: Endpoint,
        url: &Url,
    ) -> Result<Pass, ProviderError> {
        let now = Instant::now();
        let pass = Pass::of(self, self.route(endpoint, url), now);
        let pass = pass.map_err(|refusal| self.refuse(refusal))?;
        if endpoint == Endpoint::BcAuthorize {
            let paid = locked(&self.budgets).authorize(now);
            paid.map_err(|spent| self.refuse(Refusal::Budget(spent)))?;
        }
        Ok(pass)
    }

    /// Lets a lookup that has begun send its request once more, which is paid for like any other.
    pub(super) fn again(
        self: &Arc<Self>,
        (endpoint, url): (Endpoint, &Url),
    ) -> Result<Pass, ProviderError> {
        let pass = self.pass(endpoint, url)?;
        let paid = locked(&self.budgets).pay_again(Instant::now());
        paid.map_err(|spent| self.refuse(Refusal::Budget(spent)))?;
        Ok(pass)
    }

    /// After what time a request that failed may be repeated. One in ten may.
    pub(super) fn repeat(&self) -> Option<Duration> {
        if !locked(&self.retry_budget).spend() {
            count(&self.counters.refused.retries);
            return None;
        }
        count(&self.counters.retries);
        Some(retries::delay(rand::random()))
    }

    /// What is kept of a line is gone.
    pub(super) fn forget(&self, line: Line) {
        locked(&self.budgets).forget(line);
    }

    /// What is going on.
    pub(super) fn state(&self) -> State {
        let now = Instant::now();
        let places = usize::try_from(self.limits.in_flight).unwrap_or(usize::MAX);
        let in_flight = places.saturating_sub(self.places.available_permits());
        let routes = locked(&self.routes).endpoints.clone();
        let endpoints = routes.iter().map(|route| route.state(now)).collect();
        let troubles = self.troubles.read();
        let left = BudgetsLeft {
            in_flight: self.places.available_permits() as u64,
            ..locked(&self.budgets).left(now)
        };
        State { endpoints, in_flight, troubles, left, ..self.counters.read() }
    }

    /// Something went wrong.
    pub(super) fn trouble(&self, seen: Seen, cause: &dyn fmt::Display) {
        self.troubles.note(seen, cause);
    }

    /// A reply came; how far is the server's clock from ours?
    pub(super) fn replied(&self, status: u16, endpoint: Endpoint, skew: Option<Duration>) {
        self.counters.clock_skew.store(skew.unwrap_or_default().as_secs(), Ordering::Relaxed);
        if status == 200 && matches!(endpoint, Endpoint::Roaming(_)) {
            self.troubles.note_answer();
        }
    }

    fn refuse(&self, refusal: Refusal) -> ProviderError {
        count(refusal.counter(&self.counters.refused));
        refusal.error()
    }

    fn route(&self, endpoint: Endpoint, url: &Url) -> Route {
        let host = url.authority();
        let mut routes = locked(&self.routes);
        let is_here =
            |route: &&Route| route.key.0 == discriminant(&endpoint) && route.key.1 == host;
        if let Some(route) = routes.endpoints.iter().find(is_here) {
            return route.clone();
        }
        let route = Route {
            key: (discriminant(&endpoint), host.to_owned()),
            endpoint,
            breaker: Arc::new(Mutex::new(Breaker::new(Instant::now()))),
            throttle: routes.throttle(host),
        };
        routes.endpoints.push(route.clone());
        route
    }
}

impl Routes {
    /// The gate of the host, which all its endpoints share.
    fn throttle(&mut self, host: &str) -> Arc<Mutex<Throttle>> {
        if let Some((_, throttle)) = self.hosts.iter().find(|(known, _)| known == host) {
            return Arc::clone(throttle);
        }
        let throttle = Arc::default();
        self.hosts.push((host.to_owned(), Arc::clone(&throttle)));
        throttle
    }
}

impl Route {
    fn state(&self, now: Instant) -> EndpointState {
        EndpointState {
            endpoint: self.endpoint.to_string(),
            name: self.endpoint.name(),
            breaker: locked(&self.breaker).read(now).into(),
            gate: match locked(&self.throttle).read(now) {
                Reading::Shut(wait) => wait,
                Reading::Free | Reading::Probing => Duration::ZERO,
            },
        }
    }
}

/// A panic under one of these locks leaves what it guards whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

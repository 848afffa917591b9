//! What a request may believe of its line: what is cached, what waiting brings, and what is
//! better than nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::Gate;
use crate::policy::{DecisionId, Freshness, Lookup, RequestClass};
use crate::provider::{Correlator, ProviderError, Query, RoamingProvider};
use crate::status::{Answer, LineState, ReasonGroup, UnknownReason};
use crate::subject::Subject;

/// The question of one request about its line.
pub(super) struct Question<'a> {
    gate: &'a Gate,
    /// None where the service has no provider for the purpose.
    provider: Option<&'a Arc<dyn RoamingProvider>>,
    subject: &'a Subject,
    class: RequestClass,
    freshness: Freshness,
    id: DecisionId,
}

/// How many loads may run that nobody waits for.
#[derive(Clone, Debug)]
pub(super) struct Background(Arc<Semaphore>);

impl<'a> Question<'a> {
    pub(super) fn new(
        gate: &'a Gate,
        class: RequestClass,
        subject: &'a Subject,
        id: DecisionId,
    ) -> Self {
        let provider = gate.providers.of(gate.policy.purpose(class));
        Self { gate, provider, subject, class, freshness: gate.policy.freshness(class), id }
    }

    /// What is known without waiting. `None` where the request has to wait.
    pub(super) fn at_once(&self, now: SystemTime) -> Option<LineState> {
        if let Some(answer) = self.cached(Duration::ZERO) {
            return Some(self.judge(&answer, now));
        }
        let stale = self.older(self.freshness.stale_while_revalidate, now);
        let state = stale.or_else(|| self.without_waiting());
        if state.is_some() {
            self.load();
        }
        state
    }

    /// What is known without waiting, for those who do not wait whatever the class does.
    pub(super) fn at_hand(&self, now: SystemTime) -> LineState {
        self.at_once(now).unwrap_or_else(|| {
            self.load();
            LineState::Unknown(UnknownReason::NotCached)
        })
    }

    /// What the network says, within `maxWait`, or what it said before, where it may bridge the
    /// failure.
    pub(super) async fn wait(&self) -> LineState {
        let asked = self.ask().await;
        let now = self.gate.clock.now();
        match asked {
            Ok(answer) => self.judge(&answer, now),
            Err(reason) => {
                let bridges = matches!(reason.group(), ReasonGroup::Outage | ReasonGroup::Broken);
                let older = bridges.then(|| self.older(self.freshness.stale_if_error, now));
                older.flatten().unwrap_or(LineState::Unknown(reason))
            }
        }
    }

    /// Begins a load for later requests, unless there is an answer or the class asks for none.
    pub(super) fn prefetch(&self) {
        if self.gate.policy.prefetches(self.class) && self.cached(Duration::ZERO).is_none() {
            self.load();
        }
    }

    /// The state of a request that does not wait for what is not cached.
    fn without_waiting(&self) -> Option<LineState> {
        let reason = match (self.provider, self.gate.policy.lookup(self.class)) {
            (None, _) => UnknownReason::Misconfigured,
            (Some(_), Lookup::Normal) => return None,
            (Some(_), Lookup::CachedOnly | Lookup::Prefetch | Lookup::Never) => {
                UnknownReason::NotCached
            }
        };
        Some(LineState::Unknown(reason))
    }

    async fn ask(&self) -> Result<Answer, UnknownReason> {
        Handle::try_current().map_err(|_| UnknownReason::Unavailable)?;
        let provider = self.provider.ok_or(UnknownReason::Misconfigured)?;
        let query = self.query(Duration::ZERO);
        let lookup = without_panic(provider.roaming_status(&query));
        match tokio::time::timeout(self.freshness.max_wait, lookup).await {
            Ok(asked) => asked.map_err(|error| error.reason()),
            Err(_) => Err(UnknownReason::Timeout),
        }
    }

    /// Begins a load that nobody waits for.
    fn load(&self) {
        let Some(provider) = self.provider.map(Arc::clone) else { return };
        let (subject, max_age, id) = (self.subject.clone(), self.freshness.max_age, self.id);
        self.gate.background.spawn(async move {
            let query = query(&subject, max_age, id);
            // What it brings is the cache's, and so is what a failure means for the next request.
            let _ = without_panic(provider.roaming_status(&query)).await;
        });
    }

    /// What is known from an answer that is too old, but not by more than this.
    fn older(&self, beyond: Duration, now: SystemTime) -> Option<LineState> {
        if beyond.is_zero() {
            return None;
        }
        let state = self.judge(&self.cached(beyond)?, now);
        matches!(state, LineState::Known(_)).then_some(state)
    }

    /// The answer at hand that is not older than `maxAge` and this.
    fn cached(&self, beyond: Duration) -> Option<Answer> {
        self.provider?.cached(&self.query(beyond))
    }

    fn query(&self, beyond: Duration) -> Query<'_> {
        query(self.subject, self.freshness.max_age.saturating_add(beyond), self.id)
    }

    /// An answer that the network confirmed too long ago says nothing about now.
    fn judge(&self, answer: &Answer, now: SystemTime) -> LineState {
        let confirmed = answer.confirmed_at.unwrap_or(answer.asked_at);
        let is_stale = |max_age| now.duration_since(confirmed).is_ok_and(|age| age > max_age);
        match self.freshness.max_status_age.is_some_and(is_stale) {
            true => LineState::Unknown(UnknownReason::Stale),
            false => LineState::Known(answer.status),
        }
    }
}

impl Background {
    /// A bound for providers that do not bound themselves.
    const LOADS: usize = 1_000;
    /// Far beyond the deadline of any lookup: no load keeps its place for ever.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// Runs a load, if there is a runtime and room. A load that is not begun is one that the next
    /// request begins.
    fn spawn(&self, load: impl Future<Output = ()> + Send + 'static) {
        let Ok(runtime) = Handle::try_current() else { return };
        let Ok(room) = Arc::clone(&self.0).try_acquire_owned() else { return };
        runtime.spawn(async move {
            let _ = tokio::time::timeout(Self::PATIENCE, load).await;
            drop(room);
        });
    }
}

impl Default for Background {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(Self::LOADS)))
    }
}

fn query(subject: &Subject, max_age: Duration, id: DecisionId) -> Query<'_> {
    Query::new(subject.line)
        .max_age(max_age)
        .caller(subject.id.as_deref())
        .correlator(Correlator::from_random(id.bits()))
}

/// A lookup that panics brings nothing: the policy answers that too.
async fn without_panic(
    mut lookup: Pin<Box<dyn Future<Output = Result<Answer, ProviderError>> + Send + '_>>,
) -> Result<Answer, ProviderError> {
    let panicked = || ProviderError::new(UnknownReason::Unavailable, "the lookup panicked");
    std::future::poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| lookup.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(panicked())))
    })
    .await
}

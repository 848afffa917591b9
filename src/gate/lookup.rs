//! What a request may believe of its line: what is cached, what waiting brings, and what is
//! better than nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::hearing::Hearing;
use super::providers::Source;
use super::refresh;
use super::sighting::Seen;
use crate::audit::correlator_of;
use crate::metrics;
use crate::moment::Moment;
use crate::policy::{Asking, DecisionId, Freshness, Lookup};
use crate::provider::{ProviderError, Query};
use crate::status::{Answer, ReasonGroup, UnknownReason};
use crate::subject::Subject;

/// The question of one request about its line.
pub(super) struct Question<'a> {
    hearing: &'a Hearing<'a>,
    /// None where the service has no provider for the purpose.
    source: Option<&'a Source>,
    subject: &'a Subject,
    freshness: &'a Freshness,
}

/// How many loads may run that nobody waits for.
#[derive(Clone, Debug)]
pub(super) struct Background(Arc<Semaphore>);

impl<'a> Question<'a> {
    pub(super) fn new(hearing: &'a Hearing<'a>, subject: &'a Subject) -> Self {
        let Hearing { snapshot, policy, class, .. } = *hearing;
        let source = snapshot.providers.of(policy.purpose(class));
        Self { hearing, source, subject, freshness: &policy.asking(class).freshness }
    }

    /// Whom it asks, if anybody.
    pub(super) fn source(&self) -> Option<&'a Source> {
        self.source
    }

    /// The question of shadow rules, where the class has any.
    pub(super) fn in_shadow(hearing: &'a Hearing<'a>, subject: &'a Subject) -> Self {
        let Hearing { snapshot, policy, class, .. } = *hearing;
        let asking = policy.shadow_asking(class).filter(|it| it.lookup != Lookup::Never);
        let purpose = asking.and_then(|asking| asking.purpose.as_ref());
        let purpose = purpose.map(|purpose| &purpose.name);
        let source = asking.and_then(|_| snapshot.providers.of(purpose));
        let freshness = &asking.unwrap_or(&Asking::NEVER).freshness;
        Self { hearing, source, subject, freshness }
    }

    /// What a cached answer says.
    #[inline(always)]
    pub(super) fn cached_now(&self, now: Moment) -> Option<Seen> {
        Some(self.judge(&self.cached(Duration::ZERO)?, now))
    }

    /// What is known without waiting. `None` where the request has to wait.
    #[inline(always)]
    pub(super) fn at_once(&self, now: Moment) -> Option<Seen> {
        if let Some(seen) = self.cached_now(now) {
            let Hearing { gate, snapshot, .. } = self.hearing;
            gate.counters(snapshot).cached();
            return Some(seen);
        }
        if let Some(reason) = self.refused() {
            metrics::avoided(metrics::Avoided::Remembered);
            return Some(Seen::nothing(reason));
        }
        let stale = self.older(self.freshness.stale_while_revalidate, now);
        let rests = stale.as_ref().and_then(Seen::answer).is_some_and(|it| self.rests(it, now));
        let state = stale.or_else(|| self.without_waiting());
        if state.is_some() && !rests {
            self.load();
        }
        state
    }

    /// What is known without waiting, for those who do not wait whatever the class does.
    pub(super) fn at_hand(&self, now: Moment) -> Seen {
        self.at_once(now).unwrap_or_else(|| {
            self.load();
            Seen::nothing(UnknownReason::NotCached)
        })
    }

    /// What the network says, within `maxWait`, or what it said before, where it may bridge the
    /// failure.
    pub(super) async fn wait(&self) -> Seen {
        let since = Instant::now();
        let seen = match self.ask().await {
            Ok(answer) => self.judge(&answer, self.hearing.gate.clock.now().into()),
            Err(reason) => self.failed(reason),
        };
        seen.after(since.elapsed())
    }

    /// What is left where the network was not heard.
    pub(super) fn failed(&self, reason: UnknownReason) -> Seen {
        let now = self.hearing.gate.clock.now().into();
        let bridges = matches!(reason.group(), ReasonGroup::Outage | ReasonGroup::Broken);
        let older = bridges.then(|| self.older(self.freshness.stale_if_error, now));
        older.flatten().unwrap_or(Seen::nothing(reason))
    }

    /// Begins a load for later requests, unless there is an answer or the class asks for none.
    pub(super) fn prefetch(&self) {
        let Hearing { policy, class, .. } = *self.hearing;
        if policy.prefetches(class) && self.cached(Duration::ZERO).is_none() {
            self.load();
        }
    }

    /// The state of a request that does not wait for what is not cached.
    fn without_waiting(&self) -> Option<Seen> {
        let Hearing { policy, class, .. } = *self.hearing;
        let reason = match (self.source, policy.lookup(class)) {
            (None, _) => UnknownReason::Misconfigured,
            (Some(_), Lookup::Normal) => return None,
            (Some(_), Lookup::CachedOnly | Lookup::Prefetch | Lookup::Never) => {
                UnknownReason::NotCached
            }
        };
        Some(Seen::nothing(reason))
    }

    async fn ask(&self) -> Result<Answer, UnknownReason> {
        Handle::try_current().map_err(|_| UnknownReason::Unavailable)?;
        let source = self.source.ok_or(UnknownReason::Misconfigured)?;
        let query = self.query(Duration::ZERO);
        let since = Instant::now();
        let asked = tokio::time::timeout(self.freshness.max_wait, source.ask(&query)).await;
        let asked =
            asked.map_or(Err(UnknownReason::Timeout), |it| it.map_err(|error| error.reason()));
        metrics::looked_up(asked.map(|answer| answer.status()));
        metrics::waited(since, asked.is_ok());
        asked
    }

    /// Begins a load that nobody waits for. What it brings is the cache's, and so is what a failure
    /// means for the next request.
    fn load(&self) {
        self.load_then(|_| ());
    }

    /// Begins a load that no request waits for, and hands on what it brings: nothing, where it is
    /// not begun or takes too long.
    pub(super) fn load_then(
        &self,
        then: impl FnOnce(Option<Result<Answer, ProviderError>>) + Send + 'static,
    ) {
        let Some(source) = self.source.cloned() else { return then(None) };
        let Hearing { gate, id, .. } = *self.hearing;
        let (subject, max_age) = (self.subject.clone(), self.freshness.max_age);
        let load = async move {
            let asked = source.ask(&query(&subject, max_age, id)).await;
            let outcome = asked.as_ref().map(|answer| answer.status());
            metrics::looked_up(outcome.map_err(ProviderError::reason));
            asked
        };
        gate.background.spawn(load, then);
    }

    /// What is known from an answer that is too old, but not by more than this.
    fn older(&self, beyond: Duration, now: Moment) -> Option<Seen> {
        if beyond.is_zero() {
            return None;
        }
        let seen = self.judge(&self.cached(beyond)?, now);
        seen.answer().is_some().then_some(seen)
    }

    /// The answer at hand that is not older than `maxAge` and this.
    fn cached(&self, beyond: Duration) -> Option<Answer> {
        self.source?.cached(&self.query(beyond).ticked(self.hearing.ticked))
    }

    /// What the network said instead of an answer, where asking again cannot help.
    fn refused(&self) -> Option<UnknownReason> {
        self.source?.refused(&self.query(Duration::ZERO))
    }

    /// Is it too early to ask again, although the answer is older than `maxAge`?
    fn rests(&self, answer: &Answer, now: Moment) -> bool {
        refresh::rests(self.subject.line, answer, self.freshness, now)
    }

    fn query(&self, beyond: Duration) -> Query<'_> {
        query(self.subject, self.freshness.max_age.saturating_add(beyond), self.hearing.id)
    }

    /// An answer that the network confirmed too long ago says nothing about now.
    pub(super) fn judge(&self, answer: &Answer, now: Moment) -> Seen {
        match self.freshness.max_status_age.is_some_and(|than| answer.is_staler(than, now)) {
            true => Seen::nothing(UnknownReason::Stale),
            false => Seen::of(*answer),
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
    fn spawn<T: Send>(
        &self,
        load: impl Future<Output = T> + Send + 'static,
        then: impl FnOnce(Option<T>) + Send + 'static,
    ) {
        let room = Arc::clone(&self.0).try_acquire_owned().ok();
        let Some((runtime, room)) = Handle::try_current().ok().zip(room) else {
            return then(None);
        };
        runtime.spawn(async move {
            let loaded = tokio::time::timeout(Self::PATIENCE, load).await;
            drop(room);
            then(loaded.ok());
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
        .caller(subject.details().id.as_deref())
        .correlator(correlator_of(id))
}

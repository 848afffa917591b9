//! [`CachedProvider`]: remembers answers, and asks once for all who wait.
//!
//! 1. An answer younger than the query's `max_age` is given at once, without allocating.
//! 2. A failure is remembered by its reason: at least five minutes where asking again cannot help
//!    (`identifierNotFound`, `notCovered`, `noConsent`), a second or the provider's `Retry-After`
//!    where it may, never while a consent is pending or where a budget is spent, which may be that of one
//!    caller. To that comes a part by chance, so that lines that failed together are not asked about
//!    together again. A failure that passes replaces no good answer; one that does not ends it.
//! 3. Otherwise one lookup runs for the line, in a task of its own. Callers may be dropped freely.
//!
//! The status of a line is as old as the moment we asked, on a clock that nobody sets and on the wall
//! clock: an answer is young where it is young by both, as one of them stands still while a machine
//! sleeps. Both are the system's, read to its last tick (on Linux 1 to 10 ms). Where tests stop tokio's clock before
//! they ask, that takes the place of the first, and beside a [clock](CachedProvider::clock) that is injected it always does.
//! That holds for what a lookup brings, too: where more time has passed by one of them than the lookup may take
//! and the query allows, those who waited ask again, once.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;
use crate::flight::Flights;
use crate::line::Line;
use crate::metrics::{self, Avoided};
use crate::moment::nanoseconds;
use crate::provider::{Correlator, ProviderError, Query, RoamingProvider};
use crate::status::{Answer, UnknownReason};

mod kept;
mod store;
mod table;

use kept::{Kept, Outcome};
use store::Store;

/// What a cache remembers, about: it counts as it goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Entries {
    /// Lines with an answer.
    pub answers: u64,
    /// Lines with a failure.
    pub failures: u64,
}

/// A provider that remembers what another one said.
///
/// # Example
///
/// ```
/// use roamgate::{CachedProvider, Line, Query, RoamingProvider, RoamingStatus, provider_fn};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let provider = CachedProvider::new(provider_fn(|_: Line| async { Ok(RoamingStatus::Home) }));
/// let query = Query::new("+34600000002".parse()?);
///
/// assert_eq!(provider.cached(&query), None);
/// let answer = provider.roaming_status(&query).await?;
/// assert_eq!(provider.cached(&query), Some(answer));
///
/// provider.invalidate(&query.line);
/// assert_eq!(provider.cached(&query), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CachedProvider<P> {
    inner: Arc<P>,
    store: Store,
    flights: Flights<Line, Outcome>,
}

impl<P> CachedProvider<P> {
    /// Remembers the answers of `provider` for up to 100,000 lines; a lookup may take 5 seconds.
    #[must_use]
    pub fn new(provider: P) -> Self {
        Self {
            inner: Arc::new(provider),
            store: Store::new(DEFAULT_CAPACITY),
            flights: flights(DEFAULT_DEADLINE),
        }
    }

    /// For how many lines there is room; 64 bytes are taken for each, when they come. Beyond, and hardly
    /// before, an old answer goes that nobody has asked for since it came. Up to two fifths more lines
    /// may be held, and beside them as many failures. 2³⁰ lines are the most.
    #[must_use]
    pub fn capacity(self, lines: u64) -> Self {
        Self { store: self.store.capacity(lines), ..self }
    }

    /// How long a lookup may take, however many callers have given up waiting. An aggregator file
    /// whose `timeouts.total` is longer than the 5 seconds of the default needs this too.
    ///
    /// Whoever waits believes an answer that was asked for no longer ago than this (and a second), whatever age the
    /// query allows. Where it is older, as a machine slept meanwhile, the network is asked once more: a call may
    /// take two deadlines then.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { flights: flights(deadline), ..self }
    }

    /// An answer `home` is asked for again after this time, whatever age the query allows.
    #[must_use]
    pub fn home_for(mut self, lifetime: Duration) -> Self {
        self.store.home_for = nanoseconds(lifetime);
        self
    }

    /// An answer `roaming` is asked for again after this time, whatever age the query allows.
    #[must_use]
    pub fn roaming_for(mut self, lifetime: Duration) -> Self {
        self.store.roaming_for = nanoseconds(lifetime);
        self
    }

    /// By this wall clock, instead of the system's, answers grow old; and by tokio's, which tests may stop,
    /// instead of the system's other one. A test that stops tokio's clock only after a lookup needs it.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.store.clock = clock;
        self
    }

    /// Forgets a line. A lookup that is under way answers those who wait for it, and is then
    /// forgotten too.
    pub fn invalidate(&self, line: &Line) {
        // In this order: a flight that is cut loose can no longer keep its answer.
        self.flights.forget(line);
        self.store.forget(*line);
    }

    /// What is remembered, about.
    #[must_use]
    pub fn entries(&self) -> Entries {
        self.store.entries()
    }

    /// Refuses new lookups, waits two seconds for the running ones, and aborts the rest.
    /// Remembered answers are still given.
    pub async fn shutdown(&self) {
        self.flights.shutdown(SHUTDOWN_GRACE).await;
    }
}

#[async_trait]
impl<P: RoamingProvider + 'static> RoamingProvider for CachedProvider<P> {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        for _ in 0..TRIES {
            let kept = self.look_up(query).await?;
            if self.store.is_in_time(&kept, query.max_age, self.flights.deadline()) {
                return Ok(kept.answer);
            }
        }
        Err(ProviderError::new(UnknownReason::Timeout, "every answer was too old when it came"))
    }

    fn cached(&self, query: &Query<'_>) -> Option<Answer> {
        self.store.answer(query.line, query.max_age, query.ticked)
    }

    fn refused(&self, query: &Query<'_>) -> Option<UnknownReason> {
        self.store.refused(query.line)
    }

    fn forget(&self, line: &Line) {
        self.invalidate(line);
        self.inner.forget(line);
    }
}

impl<P: RoamingProvider + 'static> CachedProvider<P> {
    /// What is kept, or what the lookup brings that runs or is begun, however long ago it was asked for.
    async fn look_up(&self, query: &Query<'_>) -> Outcome {
        let (line, max_age) = (query.line, query.max_age);
        let (inner, question, asked) =
            (Arc::clone(&self.inner), Question::of(query), self.store.asking());
        let load = async move {
            let answer = inner.roaming_status(&question.as_query()).await?;
            Ok(Kept { answer, asked })
        };
        let store = self.store.clone();
        let keep = move |outcome: &_| store.keep(line, outcome);
        let kept = || {
            let kept = self.store.recall(line, max_age)?;
            // An answer has come just now, by the load of another caller.
            metrics::avoided(if kept.is_ok() { Avoided::Coalesced } else { Avoided::Remembered });
            Some(kept)
        };
        self.flights
            .join(line, kept, load, keep)
            .await
            .unwrap_or_else(|lost| Err(ProviderError::new(lost.reason(), lost.to_string())))
    }
}

impl<P: fmt::Debug> fmt::Debug for CachedProvider<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedProvider")
            .field("inner", &self.inner)
            .field("flights", &self.flights)
            .finish_non_exhaustive()
    }
}

/// A [`Query`] that outlives its caller.
struct Question {
    line: Line,
    max_age: Duration,
    caller: Option<Box<str>>,
    correlator: Option<Correlator>,
}

impl Question {
    fn of(query: &Query<'_>) -> Self {
        let &Query { line, max_age, caller, correlator, .. } = query;
        Self { line, max_age, caller: caller.map(Box::from), correlator }
    }

    fn as_query(&self) -> Query<'_> {
        let Self { line, max_age, correlator, .. } = *self;
        let caller = self.caller.as_deref();
        Query { line, max_age, caller, correlator, ticked: None }
    }
}

fn flights(deadline: Duration) -> Flights<Line, Outcome> {
    Flights::new(deadline).on_company(|| metrics::avoided(Avoided::Coalesced))
}

/// How often one caller asks: each lookup costs money. An answer is too old twice where a machine sleeps twice,
/// or a clock is mad.
const TRIES: usize = 2;
const DEFAULT_CAPACITY: u64 = 100_000;
const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);
const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

//! What is remembered of a line, and for how long.

use std::sync::Arc;
use std::time::Duration;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use rand::RngExt;
use tokio::time::Instant;

use super::Entries;
use super::kept::{Asked, Kept, Outcome, Steady};
use super::table::Table;
use crate::clock::{self, Clock};
use crate::line::Line;
use crate::moment::{Moment, nanoseconds};
use crate::provider::ProviderError;
use crate::status::{Answer, UnknownReason};

/// Answers and failures by line. They are kept apart, so that no failure replaces an answer.
#[derive(Clone)]
pub(super) struct Store {
    answers: Arc<Table>,
    failures: Cache<Line, Failed>,
    /// In nanoseconds, how old an answer may be whatever its query allows.
    pub(super) home_for: u64,
    pub(super) roaming_for: u64,
    pub(super) clock: Clock,
    /// What tokio's moments are counted from.
    began: Instant,
}

#[derive(Clone)]
struct Failed {
    error: ProviderError,
    until: Instant,
}

impl Store {
    pub(super) fn new(lines: u64) -> Self {
        Self {
            answers: Arc::new(Table::new(lines)),
            failures: bounded(lines),
            home_for: u64::MAX,
            roaming_for: u64::MAX,
            clock: Clock::system(),
            began: Instant::now(),
        }
    }

    pub(super) fn capacity(self, lines: u64) -> Self {
        let Self { answers, failures, .. } = Self::new(lines);
        Self { answers, failures, ..self }
    }

    /// The answer, if it is young enough. A `max_age` of zero always asks.
    #[inline]
    pub(super) fn answer(
        &self,
        line: Line,
        max_age: Duration,
        ticked: Option<Moment>,
    ) -> Option<Answer> {
        self.young(line, max_age, ticked).map(|kept| kept.answer)
    }

    #[inline]
    fn young(&self, line: Line, max_age: Duration, ticked: Option<Moment>) -> Option<Kept> {
        let kept = self.answers.get(line)?.kept()?;
        let (allowed, asked) = (self.allowed(kept.is_home(), max_age), kept.asked);
        let is_young = allowed > 0 && asked.is_within(allowed, self.now_beside(asked, ticked));
        is_young.then_some(kept)
    }

    /// Is this young enough for those who waited for it? A lookup may take its time, also where that is
    /// longer than an answer may be old; but a machine may have slept meanwhile, and what was on its way
    /// then is as old as what was kept.
    pub(super) fn is_in_time(&self, kept: &Kept, max_age: Duration, deadline: Duration) -> bool {
        let in_time = nanoseconds(deadline.saturating_add(SLACK));
        let allowed = self.allowed(kept.is_home(), max_age).max(in_time);
        kept.asked.is_within(allowed, self.now_beside(kept.asked, None))
    }

    /// How old an answer may be, in nanoseconds.
    #[inline]
    fn allowed(&self, is_home: bool, max_age: Duration) -> u64 {
        nanoseconds(max_age).min(if is_home { self.home_for } else { self.roaming_for })
    }

    /// The moment of a question. Where tests stop tokio's clock, its answer grows old by that.
    pub(super) fn asking(&self) -> Asked {
        let steady =
            self.clock.steady_unless_stopped().map_or_else(|| self.by_tokio(), Steady::of_system);
        Asked { steady, moment: self.clock.tick() }
    }

    /// The moment, by the clocks that timed the question. The system's are read to the tick: to read
    /// tokio's to the nanosecond takes longer than all else that a hit does here. What the system's wall clock
    /// said to the request already, it is not asked again.
    #[inline]
    fn now_beside(&self, asked: Asked, ticked: Option<Moment>) -> Asked {
        let tick = if asked.steady.is_of_tokio() { None } else { clock::steady_tick() };
        let steady = tick.map_or_else(|| self.by_tokio(), Steady::of_system);
        let ticked = ticked.filter(|_| self.clock.is_system());
        Asked { steady, moment: ticked.unwrap_or_else(|| self.clock.tick()) }
    }

    fn by_tokio(&self) -> Steady {
        Steady::of_tokio(self.began.elapsed())
    }

    /// What is known without asking: a young answer, or a failure that asking again cannot mend.
    pub(super) fn recall(&self, line: Line, max_age: Duration) -> Option<Outcome> {
        let kept = self.young(line, max_age, None);
        kept.map(Ok).or_else(|| self.failure(line).map(Err))
    }

    pub(super) fn keep(&self, line: Line, outcome: &Outcome) {
        match outcome {
            Ok(kept) => {
                self.answers.insert(line, kept);
                self.failures.invalidate(&line);
            }
            Err(error) => {
                // What the network takes back does not decide any more, also when the refusal is forgotten.
                if is_definitive(error.reason()) {
                    self.answers.remove(line);
                }
                if let Some(lifetime) = lifetime(error) {
                    let spread = spread(error.reason(), lifetime);
                    let until = Instant::now() + lifetime + spread.mul_f64(rand::rng().random());
                    self.failures.insert(line, Failed { error: error.clone(), until });
                }
            }
        }
    }

    pub(super) fn forget(&self, line: Line) {
        self.answers.remove(line);
        self.failures.invalidate(&line);
    }

    pub(super) fn entries(&self) -> Entries {
        Entries { answers: self.answers.lines(), failures: self.failures.entry_count() }
    }

    /// What the network says of the line instead of an answer, as long as asking again cannot help.
    pub(super) fn refused(&self, line: Line) -> Option<UnknownReason> {
        let Failed { error, until } = self.failures.get(&line)?;
        (is_definitive(error.reason()) && Instant::now() < until).then_some(error.reason())
    }

    fn failure(&self, line: Line) -> Option<ProviderError> {
        let Failed { error, until } = self.failures.get(&line)?;
        (Instant::now() < until).then_some(error)
    }
}

/// The default policy would throw away a fresh entry rather than a popular one: a paid answer.
fn bounded<V: Clone + Send + Sync + 'static>(lines: u64) -> Cache<Line, V> {
    Cache::builder().max_capacity(lines).eviction_policy(EvictionPolicy::lru()).build()
}

/// Would asking again bring the same?
fn is_definitive(reason: UnknownReason) -> bool {
    use UnknownReason as Reason;
    matches!(reason, Reason::IdentifierNotFound | Reason::NotCovered | Reason::NoConsent)
}

/// How much longer a failure is remembered at most: lines that failed together are spread out.
fn spread(reason: UnknownReason, lifetime: Duration) -> Duration {
    if is_definitive(reason) { lifetime / 2 } else { lifetime.min(TRANSIENT) }
}

/// How long a failure is remembered at least.
fn lifetime(error: &ProviderError) -> Option<Duration> {
    use UnknownReason as Reason;
    match error.reason() {
        Reason::IdentifierNotFound | Reason::NotCovered | Reason::NoConsent => Some(DEFINITIVE),
        Reason::Timeout
        | Reason::Unavailable
        | Reason::RateLimited
        | Reason::Stale
        | Reason::Misconfigured
        | Reason::InvalidAnswer => {
            Some(error.wait().unwrap_or(TRANSIENT).clamp(TRANSIENT, DEFINITIVE))
        }
        // It may be the budget of one caller, and others ask too. To ask again costs nothing.
        Reason::OverBudget
        | Reason::ConsentPending
        | Reason::NotCached
        | Reason::NoIdentifier
        | Reason::IdentifierInvalid
        | Reason::CountryAmbiguous
        | Reason::CountryUnresolved
        | Reason::NoHistory
        | Reason::MissingAttribute => None,
    }
}

/// A question is asked a little later than it is noted, and an answer heard later than it comes.
const SLACK: Duration = Duration::from_secs(1);
const DEFINITIVE: Duration = Duration::from_secs(300);
const TRANSIENT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;

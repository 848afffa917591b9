//! [`State`]: what a client is doing, for those who watch it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::latch::Reading;
use super::trouble::Trouble;

/// What a client does and what it refused to do, at one moment. It holds no number and no secret.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// The endpoints that were asked so far.
    pub endpoints: Vec<EndpointState>,
    /// The lookups that are under way.
    pub in_flight: usize,
    /// The customers whose consent is waited for.
    pub pending: usize,
    /// The lines for which a token or a refusal is held, about.
    pub tokens: u64,
    /// What is left of what all lines share.
    pub left: BudgetsLeft,
    /// The requests that were repeated after a failure.
    pub retries: u64,
    /// The answers that asked us to wait: 429, and 503 with `Retry-After`.
    pub throttled: u64,
    /// Those of them that said that the quota is used up.
    pub quota_exceeded: u64,
    /// What was refused before it cost anything.
    pub refused: Refused,
    /// What went wrong, by endpoint, kind and code, in the order in which it first did.
    pub troubles: Vec<Trouble>,
    /// How far the clock of whoever answered last was from ours, in whole seconds, where that was far: more
    /// than 30 s. Else zero.
    pub clock_skew: Duration,
}

/// How much may still be asked, whichever lines it is about.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct BudgetsLeft {
    /// Lookups that may begin beside those that are under way.
    pub in_flight: u64,
    /// Lookups of this minute.
    pub minute: u64,
    /// Lookups of this day.
    pub day: u64,
    /// Authorizations of this minute.
    pub authorizations: u64,
}

impl BudgetsLeft {
    /// What is left, by the budget, as `/status` and the metrics call it.
    pub(crate) fn by_word(&self) -> [(&'static str, u64); 4] {
        let Self { in_flight, minute, day, authorizations } = *self;
        [
            ("inFlight", in_flight),
            ("minute", minute),
            ("day", day),
            ("authorizations", authorizations),
        ]
    }
}

/// An endpoint, and whether it is asked at the moment.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct EndpointState {
    /// What it is: `the roaming endpoint`.
    pub endpoint: String,
    /// Its name in metrics: `roaming`.
    pub name: &'static str,
    /// The breaker: open where the endpoint failed too often.
    pub breaker: BreakerState,
    /// For how long its host asked us to wait. Zero: nothing is in the way.
    pub gate: Duration,
}

/// Whether an endpoint that may fail is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a breaker has these three states")]
pub enum BreakerState {
    /// Every request goes through.
    Closed,
    /// None does, for so long.
    Open(Duration),
    /// One does, and decides.
    HalfOpen,
}

macro_rules! refusals {
    ($($(#[doc = $doc:literal])+ $name:ident $word:literal,)+) => {
        /// How often a lookup, a repetition or an authorization was refused, by what refused it.
        #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
        #[non_exhaustive]
        pub struct Refused { $($(#[doc = $doc])+ pub $name: u64,)+ }

        impl Refused {
            /// The counts, by what refused, as `/status` and the metrics call it.
            pub(crate) fn by_word(&self) -> [(&'static str, u64); [$($word,)+].len()] {
                [$(($word, self.$name),)+]
            }
        }

        #[derive(Debug, Default)]
        pub(super) struct RefusedCounters { $(pub(super) $name: AtomicU64,)+ }

        impl RefusedCounters {
            fn read(&self) -> Refused {
                Refused { $($name: self.$name.load(Ordering::Relaxed),)+ }
            }
        }
    };
}

refusals! {
    /// The breaker was open.
    breaker "breaker",
    /// The host had asked us to wait.
    gate "gate",
    /// As many lookups as may be were under way.
    in_flight "inFlight",
    /// The budget of the line was used up.
    line "line",
    /// The budget of the caller was used up.
    caller "caller",
    /// The budget of the minute was used up.
    minute "minute",
    /// The budget of the day was used up.
    day "day",
    /// The budget of authorizations was used up.
    authorizations "authorizations",
    /// The budget of repetitions was used up.
    retries "retries",
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) retries: AtomicU64,
    pub(super) throttled: AtomicU64,
    pub(super) quota_exceeded: AtomicU64,
    pub(super) refused: RefusedCounters,
    /// In seconds.
    pub(super) clock_skew: AtomicU64,
}

impl Counters {
    /// What was counted, without what only the present tells.
    pub(super) fn read(&self) -> State {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        State {
            retries: count(&self.retries),
            throttled: count(&self.throttled),
            quota_exceeded: count(&self.quota_exceeded),
            refused: self.refused.read(),
            clock_skew: Duration::from_secs(count(&self.clock_skew)),
            ..State::default()
        }
    }
}

/// One more.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl From<Reading> for BreakerState {
    fn from(reading: Reading) -> Self {
        match reading {
            Reading::Free => Self::Closed,
            Reading::Shut(wait) => Self::Open(wait),
            Reading::Probing => Self::HalfOpen,
        }
    }
}

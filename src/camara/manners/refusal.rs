//! What is said where nothing is asked.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use super::budgets::Spent;
use super::state::RefusedCounters;
use crate::camara::failure::Endpoint;
use crate::provider::ProviderError;
use crate::status::UnknownReason;

/// Why a request was not sent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    /// The endpoint failed too often. Another try makes sense after this time.
    Breaker(Endpoint, Duration),
    /// Its host asked us to wait for so long.
    Gate(Duration),
    InFlight,
    Budget(Spent),
}

impl Refusal {
    pub(super) fn error(self) -> ProviderError {
        let over_budget = |message: &str| ProviderError::new(UnknownReason::OverBudget, message);
        match self {
            Self::Breaker(endpoint, wait) => {
                let message = format!("{endpoint} failed too often and is left alone for a while");
                ProviderError::new(UnknownReason::Unavailable, message).retry_after(wait)
            }
            Self::Gate(wait) => {
                let message = "the aggregator asked us to wait, and is not asked before";
                ProviderError::new(UnknownReason::RateLimited, message).retry_after(wait)
            }
            Self::InFlight => ProviderError::new(
                UnknownReason::Unavailable,
                "as many lookups are under way as `limits.inFlight` allows",
            ),
            Self::Budget(Spent::Line(wait)) => {
                over_budget("the line was asked about as often as `limits.lineInterval` allows")
                    .retry_after(wait)
            }
            Self::Budget(Spent::Caller) => over_budget(
                "the caller asked about as many lines as `limits.newLinesPerCaller` allows",
            ),
            Self::Budget(Spent::Minute) => over_budget(
                "as many lookups were made in a minute as `limits.lookupsPerMinute` allows",
            ),
            Self::Budget(Spent::Day) => {
                over_budget("as many lookups were made in a day as `limits.lookupsPerDay` allows")
            }
            Self::Budget(Spent::Authorizations) => over_budget(
                "as many authorizations were begun in a minute as \
                 `limits.authorizationsPerMinute` allows",
            ),
        }
    }

    pub(super) fn counter(self, counters: &RefusedCounters) -> &AtomicU64 {
        match self {
            Self::Breaker(..) => &counters.breaker,
            Self::Gate(_) => &counters.gate,
            Self::InFlight => &counters.in_flight,
            Self::Budget(Spent::Line(_)) => &counters.line,
            Self::Budget(Spent::Caller) => &counters.caller,
            Self::Budget(Spent::Minute) => &counters.minute,
            Self::Budget(Spent::Day) => &counters.day,
            Self::Budget(Spent::Authorizations) => &counters.authorizations,
        }
    }
}

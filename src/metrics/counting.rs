//! Counting what happens.

use tokio::time::Instant;

use super::labels::{KNOWN, UNKNOWN};
use super::recorder::{counter, histogram};
use super::table;
use super::words::{Avoided, Place};
#[cfg(feature = "camara")]
use super::words::{CallOutcome, TokenFrom};
use crate::status::{RoamingStatus, UnknownReason};

mod meters;

pub(crate) use meters::{Counters, Meters};

/// A lookup was not made.
pub(crate) fn avoided(how: Avoided) {
    counter(&table::AVOIDED, &[how.name()]).increment(1);
}

/// A provider was asked.
pub(crate) fn looked_up(outcome: Result<RoamingStatus, UnknownReason>) {
    let outcome = match outcome {
        Ok(RoamingStatus::Home) => "home",
        Ok(RoamingStatus::Roaming(_)) => "roaming",
        Err(reason) => reason.name(),
    };
    counter(&table::LOOKUPS, &[outcome]).increment(1);
}

/// A request waited for a lookup.
pub(crate) fn waited(since: Instant, is_known: bool) {
    let outcome = if is_known { KNOWN } else { UNKNOWN };
    histogram(&table::WAITED_FOR, &[outcome]).record(since.elapsed());
}

/// Somebody's code panicked, and was contained.
pub(crate) fn panicked(place: Place) {
    counter(&table::PANICS, &[place.name()]).increment(1);
}

/// A request was refused because its decision could not be recorded.
pub(crate) fn unrecorded() {
    counter(&table::UNRECORDED, &[]).increment(1);
}

/// A lookup needed a token.
#[cfg(feature = "camara")]
pub(crate) fn token(from: TokenFrom) {
    counter(&table::TOKEN_USES, &[from.name()]).increment(1);
}

/// A request to an aggregator that is under way. Dropped, it was abandoned.
#[cfg(feature = "camara")]
#[derive(Debug)]
pub(crate) struct Call {
    endpoint: &'static str,
    since: Instant,
    outcome: CallOutcome,
}

#[cfg(feature = "camara")]
impl Call {
    pub(crate) fn begun(endpoint: &'static str) -> Self {
        Self { endpoint, since: Instant::now(), outcome: CallOutcome::Abandoned }
    }

    pub(crate) fn ended(mut self, is_trouble: bool) {
        self.outcome = if is_trouble { CallOutcome::Trouble } else { CallOutcome::Answered };
    }
}

#[cfg(feature = "camara")]
impl Drop for Call {
    fn drop(&mut self) {
        let Self { endpoint, since, outcome } = *self;
        counter(&table::CALLS, &[endpoint, outcome.name()]).increment(1);
        histogram(&table::CALL_DURATION, &[endpoint]).record(since.elapsed());
    }
}

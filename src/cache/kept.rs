//! An answer as it is remembered.

use std::time::Duration;

use crate::provider::ProviderError;
use crate::status::{Answer, RoamingStatus};

/// An answer, and when it was asked for.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub(super) answer: Answer,
    pub(super) asked: Asked,
}

impl Kept {
    pub(super) fn is_home(&self) -> bool {
        self.answer.status == RoamingStatus::Home
    }
}

/// What came of a lookup.
pub(super) type Outcome = Result<Kept, ProviderError>;

/// When a question was asked, by both clocks, in nanoseconds: whole numbers are compared at once.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// By tokio's clock, since the store began.
    pub(super) instant: u64,
    /// By the wall clock, since the epoch.
    pub(super) moment: u64,
}

impl Asked {
    /// Is it no longer ago than this, by both clocks? A wall clock that was set back says nothing.
    pub(super) fn is_within(self, allowed: Duration, now: Self) -> bool {
        let allowed = nanoseconds(allowed);
        let ages = [(now.instant, self.instant), (now.moment, self.moment)];
        ages.into_iter().all(|(now, then)| now.saturating_sub(then) <= allowed)
    }
}

/// In nanoseconds, of which there are enough for five hundred years.
pub(super) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

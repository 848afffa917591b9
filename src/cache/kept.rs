//! An answer as it is remembered.

use std::time::Duration;

use crate::moment::{Moment, nanoseconds};
use crate::provider::ProviderError;
use crate::status::Answer;

/// An answer, and when it was asked for.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub(super) answer: Answer,
    pub(super) asked: Asked,
}

impl Kept {
    pub(super) fn is_home(&self) -> bool {
        self.answer.is_home()
    }
}

/// What came of a lookup.
pub(super) type Outcome = Result<Kept, ProviderError>;

/// When a question was asked, by both clocks.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) steady: Steady,
    /// By the wall clock.
    pub(super) moment: Moment,
}

/// A moment of a clock that nobody sets: the system's, since the machine started, or tokio's, since the
/// store began, in nanoseconds. The highest bit says which.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Steady(pub(super) u64);

impl Steady {
    const TOKIO: u64 = 1 << 63;

    pub(super) fn of_system(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }

    pub(super) fn of_tokio(since_store: Duration) -> Self {
        Self(nanoseconds(since_store) | Self::TOKIO)
    }

    pub(super) fn is_of_tokio(self) -> bool {
        self.0 & Self::TOKIO != 0
    }
}

impl Asked {
    /// Is it no longer ago than so many nanoseconds, by both clocks? A wall clock that was set back says nothing.
    pub(super) fn is_within(self, allowed: u64, now: Self) -> bool {
        let ages = [now.steady.0.saturating_sub(self.steady.0), now.moment.since(self.moment)];
        ages.into_iter().all(|age| age <= allowed)
    }
}

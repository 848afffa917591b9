//! [`Moment`]: now, on both clocks.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::clock::Clock;

/// A moment on the monotonic clock and on the wall.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) instant: Instant,
    pub(super) wall: SystemTime,
}

impl Moment {
    pub(super) fn now(clock: &Clock) -> Self {
        Self { instant: Instant::now(), wall: clock.now() }
    }

    /// Have both clocks gone equally far since `earlier`? If not, one was set, or the machine slept,
    /// and nobody knows how much time has passed.
    pub(super) fn agrees_with(self, earlier: Self) -> bool {
        let passed = self.instant.duration_since(earlier.instant);
        let expected = earlier.wall.checked_add(passed);
        expected.is_some_and(|expected| apart(expected, self.wall) <= MAX_DISAGREEMENT)
    }
}

/// How far two moments lie apart, whichever comes first.
pub(super) fn apart(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|error| error.duration())
}

const MAX_DISAGREEMENT: Duration = Duration::from_secs(60);

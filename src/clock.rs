//! [`Clock`]: where the wall-clock time comes from.
//!
//! Deadlines and lifetimes use tokio's clock, which tests pause. The wall clock is needed where
//! the network's own time (`lastStatusTime`) or a subject's `auth_time` is compared with now.
//!
//! What every request asks is read to the system's last tick.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// A source of wall-clock time.
///
/// # Example
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use roamgate::Clock;
///
/// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_773_576_000);
/// let clock = Clock::from_fn(move || noon);
/// assert_eq!(clock.now(), noon);
/// ```
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<dyn Fn() -> SystemTime + Send + Sync>>);

impl Clock {
    /// The clock of the system.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that asks `now`, for tests and replays.
    #[must_use]
    pub fn from_fn(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(now)))
    }

    /// The moment.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.0.as_ref().map_or_else(exact, |now| now())
    }

    /// The moment, as exact as a request needs it, every one of which asks. On Linux the system's
    /// clock is then read to its last tick, of which there are 100 to 1,000 a second: to ask for
    /// nanoseconds takes eight times as long.
    pub(crate) fn tick(&self) -> SystemTime {
        let ticked = || tick().and_then(|since| UNIX_EPOCH.checked_add(since));
        self.0.as_ref().map_or_else(|| ticked().unwrap_or_else(exact), |now| now())
    }

    /// The same, counted from the epoch. What was before counts as the epoch.
    pub(crate) fn tick_since_epoch(&self) -> Duration {
        let since = |moment: SystemTime| moment.duration_since(UNIX_EPOCH).unwrap_or_default();
        match &self.0 {
            Some(now) => since(now()),
            None => tick().unwrap_or_else(|| since(exact())),
        }
    }

    /// The last tick of the clock that nobody sets, since the machine started. None where the system
    /// does not tell, and where time is injected or stopped, which is tokio's to say.
    pub(crate) fn steady_tick(&self) -> Option<Duration> {
        match self.0.is_some() || is_stopped() {
            true => None,
            false => steady_tick(),
        }
    }
}

/// Do tests hold tokio's clock? One that runs never says the same twice in a row, or is too coarse to
/// be told apart from one that stands.
fn is_stopped() -> bool {
    Instant::now() == Instant::now()
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod ticks {
    use std::time::Duration;

    use nix::time::{ClockId, clock_gettime};

    /// The last tick of the system's clock since the epoch, where it tells.
    #[inline]
    pub(crate) fn tick() -> Option<Duration> {
        read(ClockId::CLOCK_REALTIME_COARSE)
    }

    /// The last tick of the clock that nobody sets.
    #[inline]
    pub(crate) fn steady_tick() -> Option<Duration> {
        read(ClockId::CLOCK_MONOTONIC_COARSE)
    }

    #[inline]
    fn read(clock: ClockId) -> Option<Duration> {
        clock_gettime(clock).ok().map(Duration::from)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod ticks {
    use std::time::Duration;

    pub(crate) fn tick() -> Option<Duration> {
        None
    }

    pub(crate) fn steady_tick() -> Option<Duration> {
        None
    }
}

pub(crate) use ticks::steady_tick;
use ticks::tick;

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
fn exact() -> SystemTime {
    SystemTime::now()
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Clock(injected)" } else { "Clock(system)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_the_moment_or_just_before() {
        let clock = Clock::system();
        let (before, after) = (clock.now(), || clock.now());
        for tick in [clock.tick(), UNIX_EPOCH + clock.tick_since_epoch()] {
            assert!(tick <= after());
            assert!(before.duration_since(tick).unwrap_or_default() < Duration::from_secs(1));
        }
    }

    #[tokio::test]
    async fn a_steady_clock_is_the_system_s_unless_tests_stop_or_inject_time() {
        let is_the_system_s = |clock: Clock| clock.steady_tick().is_some();
        assert_eq!(is_the_system_s(Clock::system()), cfg!(target_os = "linux"));
        assert!(!is_the_system_s(Clock::from_fn(|| UNIX_EPOCH)));
        tokio::time::pause();
        assert!(!is_the_system_s(Clock::system()));
    }
}

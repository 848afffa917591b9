//! [`Clock`]: where the wall-clock time comes from.
//!
//! Deadlines and lifetimes use tokio's clock, which tests pause. The wall clock is needed where
//! the network's own time (`lastStatusTime`) or a subject's `auth_time` is compared with now.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
}

/// The last tick of the system's clock since the epoch, where it tells.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn tick() -> Option<Duration> {
    use nix::time::{ClockId, clock_gettime};

    clock_gettime(ClockId::CLOCK_REALTIME_COARSE).ok().map(Duration::from)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn tick() -> Option<Duration> {
    None
}

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
}

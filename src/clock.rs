//! [`Clock`]: where the wall-clock time comes from.
//!
//! Deadlines and lifetimes use tokio's clock, which tests pause. The wall clock is needed where
//! the network's own time (`lastStatusTime`) or a subject's `auth_time` is compared with now.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

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
    /// The clock of the system, as exact as its scheduler needs it: on Linux to the last tick, of
    /// which there are 100 to 1,000 a second. Every request reads it, and to ask for nanoseconds takes
    /// eight times as long.
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
        self.0.as_ref().map_or_else(|| tick().unwrap_or_else(exact), |now| now())
    }
}

/// The last tick of the system, where it tells.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn tick() -> Option<SystemTime> {
    use nix::time::{ClockId, clock_gettime};

    let since = clock_gettime(ClockId::CLOCK_REALTIME_COARSE).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since.into())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn tick() -> Option<SystemTime> {
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

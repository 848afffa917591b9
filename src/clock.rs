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
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> SystemTime {
        self.0.as_ref().map_or_else(SystemTime::now, |now| now())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Clock(injected)" } else { "Clock(system)" })
    }
}

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
    #[inline]
    pub(crate) fn tick(&self) -> SystemTime {
        match &self.0 {
            None => ticks::wall().map_or_else(exact, |since| UNIX_EPOCH + since.duration()),
            Some(now) => now(),
        }
    }

    /// The same in nanoseconds since the epoch. What was before counts as the epoch.
    #[inline]
    pub(crate) fn tick_since_epoch(&self) -> u64 {
        let since = |moment: SystemTime| moment.duration_since(UNIX_EPOCH).unwrap_or_default();
        match &self.0 {
            None => ticks::wall().map_or_else(|| nanoseconds(since(exact())), Since::nanoseconds),
            Some(now) => nanoseconds(since(now())),
        }
    }

    /// The last tick of the clock that nobody sets, in nanoseconds since the machine started. None where
    /// the system does not tell, and where time is injected or stopped, which is tokio's to say.
    pub(crate) fn steady_tick(&self) -> Option<u64> {
        match self.0.is_some() || is_stopped() {
            true => None,
            false => steady_tick(),
        }
    }
}

/// The last tick of the clock that nobody sets, whatever tests do.
#[inline]
pub(crate) fn steady_tick() -> Option<u64> {
    ticks::steady().map(Since::nanoseconds)
}

/// In nanoseconds, of which there are enough for almost three hundred years.
#[inline]
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    Since { seconds: time.as_secs(), nanoseconds: time.subsec_nanos() }.nanoseconds()
}

/// Do tests hold tokio's clock? One that runs never says the same twice in a row, or is too coarse to
/// be told apart from one that stands.
fn is_stopped() -> bool {
    Instant::now() == Instant::now()
}

/// What a clock of the system says.
#[derive(Clone, Copy)]
struct Since {
    seconds: u64,
    nanoseconds: u32,
}

impl Since {
    #[inline]
    fn duration(self) -> Duration {
        Duration::new(self.seconds, self.nanoseconds)
    }

    #[inline]
    fn nanoseconds(self) -> u64 {
        let whole = self.seconds.saturating_mul(1_000_000_000);
        whole.saturating_add(self.nanoseconds.into()).min(u64::MAX >> 1)
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod ticks {
    use nix::time::{ClockId, clock_gettime};

    use super::Since;

    #[inline]
    pub(super) fn wall() -> Option<Since> {
        read(ClockId::CLOCK_REALTIME_COARSE)
    }

    #[inline]
    pub(super) fn steady() -> Option<Since> {
        read(ClockId::CLOCK_MONOTONIC_COARSE)
    }

    /// None before the epoch.
    #[inline]
    fn read(clock: ClockId) -> Option<Since> {
        let read = clock_gettime(clock).ok()?;
        let seconds = read.tv_sec().try_into().ok()?;
        Some(Since { seconds, nanoseconds: read.tv_nsec() as u32 })
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod ticks {
    use super::Since;

    pub(super) fn wall() -> Option<Since> {
        None
    }

    pub(super) fn steady() -> Option<Since> {
        None
    }
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
        for tick in [clock.tick(), UNIX_EPOCH + Duration::from_nanos(clock.tick_since_epoch())] {
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

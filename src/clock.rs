//! [`Clock`]: where the wall-clock time comes from.
//!
//! Deadlines, and for how long failures are remembered, go by tokio's clock, which tests pause. The wall
//! clock is needed where the network's own time (`lastStatusTime`) or a subject's `auth_time` is compared
//! with now.
//!
//! What every request asks is read to the system's last tick: the wall clock, and the clock by which answers
//! grow old beside it, unless tests stop tokio's.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::time::Instant;

use crate::moment::Moment;

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

    /// A clock that asks `now`, for tests and replays. Gates count moments up to 292 years before and after
    /// 1970, and take one that is farther away for the farthest.
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
    pub(crate) fn tick(&self) -> Moment {
        match &self.0 {
            None => ticks::wall().map_or_else(|| exact().into(), Moment::from_bits),
            Some(now) => now().into(),
        }
    }

    /// The same, if it is the system's clock: what reads that too need not read it again.
    #[inline]
    pub(crate) fn shared_tick(&self) -> (Moment, Option<Moment>) {
        let tick = self.tick();
        (tick, self.is_system().then_some(tick))
    }

    /// Is it the system's?
    #[inline]
    pub(crate) fn is_system(&self) -> bool {
        self.0.is_none()
    }

    /// The last tick of the clock that nobody sets, in nanoseconds since the machine started. None where
    /// the system does not tell, and where time is injected or stopped, which is tokio's to say.
    pub(crate) fn steady_unless_stopped(&self) -> Option<u64> {
        match self.0.is_some() || is_stopped() {
            true => None,
            false => steady_tick(),
        }
    }
}

/// The last tick of the clock that nobody sets, whatever tests do.
#[inline]
pub(crate) fn steady_tick() -> Option<u64> {
    ticks::steady()
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

    use crate::moment::nanoseconds;

    /// In nanoseconds since the epoch, of which there are enough for 292 years.
    #[inline]
    pub(super) fn wall() -> Option<u64> {
        read(ClockId::CLOCK_REALTIME_COARSE)
    }

    /// In nanoseconds since the machine started.
    #[inline]
    pub(super) fn steady() -> Option<u64> {
        read(ClockId::CLOCK_MONOTONIC_COARSE)
    }

    /// None before the epoch.
    #[inline]
    fn read(clock: ClockId) -> Option<u64> {
        let read = clock_gettime(clock).ok()?;
        let seconds: u64 = read.tv_sec().try_into().ok()?;
        Some(nanoseconds(Duration::new(seconds, read.tv_nsec() as u32)))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod ticks {
    pub(super) fn wall() -> Option<u64> {
        None
    }

    pub(super) fn steady() -> Option<u64> {
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
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_tick_is_the_moment_or_just_before() {
        let clock = Clock::system();
        let (before, after) = (clock.now(), || clock.now());
        let tick: SystemTime = clock.tick().into();
        assert!(tick <= after());
        assert!(before.duration_since(tick).unwrap_or_default() < Duration::from_secs(1));
    }

    #[tokio::test]
    async fn a_steady_clock_is_the_system_s_unless_tests_stop_or_inject_time() {
        let is_the_system_s = |clock: Clock| clock.steady_unless_stopped().is_some();
        assert_eq!(is_the_system_s(Clock::system()), cfg!(target_os = "linux"));
        assert!(!is_the_system_s(Clock::from_fn(|| UNIX_EPOCH)));
        tokio::time::pause();
        assert!(!is_the_system_s(Clock::system()));
    }
}

//! [`Stall`]: for how long the runtime was blocked.
//!
//! A callback that blocks, such as a subject source that asks a database, holds up every request of
//! its thread, and nothing else tells. A task that should run ten times a second measures by how much it
//! is late.
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//! use roamgate::stall::Stall;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
//! let stall = Stall::watch();
//! tokio::time::sleep(Duration::from_secs(5)).await;
//! assert_eq!(stall.longest(), Duration::ZERO);
//!
//! // Time passes, and no task runs.
//! tokio::time::advance(Duration::from_secs(3)).await;
//! assert!(stall.longest() >= Duration::from_millis(2_900));
//! # });
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Watches the runtime in which it began. The watching ends with the last clone.
#[derive(Clone, Debug)]
pub struct Stall(Arc<Watch>);

#[derive(Debug)]
struct Watch {
    seen: Arc<Seen>,
    task: AbortHandle,
}

/// Milliseconds since the beginning, and of lateness.
#[derive(Debug)]
struct Seen {
    began: Instant,
    last: AtomicU64,
    /// In this minute, and in the one before.
    longest: [AtomicU64; 2],
}

impl Stall {
    /// Begins to watch.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without time.
    #[must_use]
    pub fn watch() -> Self {
        let longest = [AtomicU64::new(0), AtomicU64::new(0)];
        let seen = Arc::new(Seen { began: Instant::now(), last: AtomicU64::new(0), longest });
        let task = tokio::spawn(run(Arc::clone(&seen))).abort_handle();
        Self(Arc::new(Watch { seen, task }))
    }

    /// The longest time in this minute and the one before for which nothing ran that should have;
    /// also one that has not ended yet, for those who ask from another thread.
    #[must_use]
    pub fn longest(&self) -> Duration {
        let seen = &self.0.seen;
        let ended = seen.longest.iter().map(|longest| longest.load(Ordering::Relaxed)).max();
        let lasting = seen.late(millis(seen.began.elapsed()));
        Duration::from_millis(ended.unwrap_or_default().max(lasting))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Seen {
    /// By how much the tick after the last one is late.
    fn late(&self, now: u64) -> u64 {
        let due = self.last.load(Ordering::Relaxed) + millis(EVERY) + GRACE;
        if now > due { now - due + GRACE } else { 0 }
    }

    fn tick(&self, now: u64) {
        let [current, former] = &self.longest;
        let last = self.last.load(Ordering::Relaxed);
        if last / MINUTE != now / MINUTE {
            former.store(current.swap(0, Ordering::Relaxed), Ordering::Relaxed);
        }
        current.fetch_max(self.late(now), Ordering::Relaxed);
        self.last.store(now, Ordering::Relaxed);
    }
}

async fn run(seen: Arc<Seen>) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        seen.tick(millis(seen.began.elapsed()));
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

const EVERY: Duration = Duration::from_millis(100);
/// A timer is this late without anybody's fault.
const GRACE: u64 = 10;
const MINUTE: u64 = 60_000;

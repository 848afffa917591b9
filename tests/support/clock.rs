//! Time that stands still until a test moves it.

use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use roamgate::Clock;
use roamgate::camara::Client;
use tokio::time::Instant;

use crate::line;

/// Stops the clock until the test moves it. Time would jump ahead where all tasks wait for sockets;
/// a task on a blocking thread keeps it from doing so.
pub(crate) struct StoppedClock(
    #[expect(dead_code, reason = "ends the blocking task when dropped")] Sender<()>,
);

impl StoppedClock {
    pub(crate) fn new() -> Self {
        tokio::time::pause();
        let (sender, until_dropped) = channel();
        tokio::task::spawn_blocking(move || until_dropped.recv());
        Self(sender)
    }

    /// Moves it by whole seconds. Timers round up to the next millisecond.
    pub(crate) async fn advance(&self, seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds) + Duration::from_millis(1)).await;
    }

    /// Moves it second by second, and waits until the line is settled.
    pub(crate) async fn poll_until_settled(&self, client: &Client, polls: usize) {
        tokio::task::yield_now().await;
        for _ in 0..polls {
            self.advance(1).await;
        }
        client.consent_settled(line()).await;
    }
}

/// A wall clock that goes as tokio's clock goes.
pub(crate) fn wall() -> Clock {
    let (begin, since) = (Clock::system().now(), Instant::now());
    Clock::from_fn(move || begin + since.elapsed())
}

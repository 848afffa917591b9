//! The `Retry-After` gate: a host that asks us to wait is not asked again before.

use std::time::Duration;

use tokio::time::Instant;

use super::latch::{Latch, Reading, Ticket};

/// Shut by 429, and by 503 with `Retry-After`. At its end one request is let through.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    latch: Latch,
    /// Times in a row that the host did not say how long.
    unsaid: u32,
}

/// How the host asked us to wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Plea {
    /// `Retry-After`, within bounds.
    For(Duration),
    /// 429 and nothing more.
    Unsaid,
    /// `QUOTA_EXCEEDED` and nothing more: so long, as our own file has it.
    Quota(Duration),
}

impl Throttle {
    /// Lets a request through, or says how long the gate is shut.
    pub(super) fn enter(&mut self, now: Instant) -> Result<Ticket, Duration> {
        self.latch.enter(now)
    }

    /// The host answered without asking us to wait, or did not answer at all.
    pub(super) fn settle(&mut self, ticket: Ticket) {
        if self.latch.is_current(ticket) {
            self.latch.open();
            self.unsaid = 0;
        }
    }

    /// The host asked us to wait.
    pub(super) fn shut(&mut self, ticket: Ticket, plea: Plea, now: Instant) {
        match plea {
            Plea::For(wait) | Plea::Quota(wait) => self.latch.shut_longer(now + wait),
            // Of many that were under way, the first shuts it.
            Plea::Unsaid if !self.latch.is_current(ticket) => {}
            Plea::Unsaid => {
                let wait = SHORTEST.saturating_mul(1 << self.unsaid.min(8)).min(LONGEST);
                self.unsaid = self.unsaid.saturating_add(1);
                self.latch.shut_longer(now + wait);
            }
        }
    }

    pub(super) fn give_back(&mut self, ticket: Ticket, now: Instant) {
        self.latch.give_back(ticket, now);
    }

    pub(super) fn read(&self, now: Instant) -> Reading {
        self.latch.read(now)
    }
}

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn it_is_shut_for_as_long_as_the_host_says_and_then_open_to_one() {
        let mut now = Instant::now();
        let mut throttle = Throttle::default();
        let (first, second) = (throttle.enter(now).unwrap(), throttle.enter(now).unwrap());
        throttle.shut(first, Plea::For(7 * SECOND), now);
        // Another that was under way does not shorten it.
        throttle.shut(second, Plea::For(3 * SECOND), now);
        assert_eq!(throttle.enter(now).unwrap_err(), 7 * SECOND);
        now += 7 * SECOND;
        let probe = throttle.enter(now).unwrap();
        assert!(throttle.enter(now).is_err());
        throttle.settle(probe);
        assert!(throttle.enter(now).is_ok() && throttle.enter(now).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_does_not_say_is_left_alone_for_longer_each_time() {
        let mut now = Instant::now();
        let mut throttle = Throttle::default();
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let (ticket, other) = (throttle.enter(now).unwrap(), throttle.enter(now).ok());
            throttle.shut(ticket, Plea::Unsaid, now);
            other.into_iter().for_each(|other| throttle.shut(other, Plea::Unsaid, now));
            assert_eq!(throttle.read(now), Reading::Shut(seconds * SECOND));
            now += seconds * SECOND;
        }
        let probe = throttle.enter(now).unwrap();
        throttle.settle(probe);
        let ticket = throttle.enter(now).unwrap();
        throttle.shut(ticket, Plea::Unsaid, now);
        assert_eq!(throttle.read(now), Reading::Shut(SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn a_quota_that_is_used_up_shuts_it_for_the_time_of_the_file() {
        let now = Instant::now();
        let mut throttle = Throttle::default();
        let ticket = throttle.enter(now).unwrap();
        throttle.shut(ticket, Plea::Quota(300 * SECOND), now);
        assert_eq!(throttle.read(now), Reading::Shut(300 * SECOND));
    }
}

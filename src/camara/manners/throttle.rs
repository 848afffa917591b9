//! The `Retry-After` gate: a host that asks us to wait is not asked again before.

use std::mem::{Discriminant, discriminant};
use std::time::Duration;

use tokio::time::Instant;

use super::latch::{Latch, Reading, Ticket};
use crate::camara::failure::Endpoint;

/// Shut by 429, and by 503 with `Retry-After`. At its end one request is let through.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    latch: Latch,
    /// Times in a row that an endpoint did not say how long, and which that was.
    unsaid: u32,
    pleader: Option<Discriminant<Endpoint>>,
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

    /// Would a request be let through?
    pub(super) fn look(&self, now: Instant) -> Result<(), Duration> {
        self.latch.look(now)
    }

    /// An endpoint of the host answered without asking us to wait, or not at all. That opens the gate;
    /// how patient we were with another endpoint is not forgotten.
    pub(super) fn settle(&mut self, ticket: Ticket, endpoint: Endpoint) {
        if self.latch.is_current(ticket) {
            self.latch.open();
            if self.pleader == Some(discriminant(&endpoint)) {
                self.unsaid = 0;
            }
        }
    }

    /// The host asked us to wait.
    pub(super) fn shut(&mut self, ticket: Ticket, endpoint: Endpoint, plea: Plea, now: Instant) {
        match plea {
            Plea::For(wait) | Plea::Quota(wait) => self.latch.shut_longer(now + wait),
            // Of many that were under way, the first shuts it.
            Plea::Unsaid if !self.latch.is_current(ticket) => {}
            Plea::Unsaid => {
                let wait = SHORTEST.saturating_mul(1 << self.unsaid.min(8)).min(LONGEST);
                self.unsaid = self.unsaid.saturating_add(1);
                self.pleader = Some(discriminant(&endpoint));
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
        throttle.shut(first, Endpoint::Token, Plea::For(7 * SECOND), now);
        // Another that was under way does not shorten it.
        throttle.shut(second, Endpoint::Token, Plea::For(3 * SECOND), now);
        assert_eq!(throttle.enter(now).unwrap_err(), 7 * SECOND);
        now += 7 * SECOND;
        let probe = throttle.enter(now).unwrap();
        assert!(throttle.enter(now).is_err());
        throttle.settle(probe, Endpoint::Token);
        assert!(throttle.enter(now).is_ok() && throttle.enter(now).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_does_not_say_is_left_alone_for_longer_each_time() {
        let mut now = Instant::now();
        let mut throttle = Throttle::default();
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let (ticket, other) = (throttle.enter(now).unwrap(), throttle.enter(now).ok());
            throttle.shut(ticket, Endpoint::Token, Plea::Unsaid, now);
            other
                .into_iter()
                .for_each(|other| throttle.shut(other, Endpoint::Token, Plea::Unsaid, now));
            assert_eq!(throttle.read(now), Reading::Shut(seconds * SECOND));
            now += seconds * SECOND;
        }
        let other = throttle.enter(now).unwrap();
        throttle.settle(other, Endpoint::BcAuthorize);
        let ticket = throttle.enter(now).unwrap();
        throttle.shut(ticket, Endpoint::Token, Plea::Unsaid, now);
        assert_eq!(throttle.read(now), Reading::Shut(60 * SECOND));
        now += 60 * SECOND;
        let probe = throttle.enter(now).unwrap();
        throttle.settle(probe, Endpoint::Token);
        let ticket = throttle.enter(now).unwrap();
        throttle.shut(ticket, Endpoint::Token, Plea::Unsaid, now);
        assert_eq!(throttle.read(now), Reading::Shut(SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn a_quota_that_is_used_up_shuts_it_for_the_time_of_the_file() {
        let now = Instant::now();
        let mut throttle = Throttle::default();
        let ticket = throttle.enter(now).unwrap();
        throttle.shut(ticket, Endpoint::Token, Plea::Quota(300 * SECOND), now);
        assert_eq!(throttle.read(now), Reading::Shut(300 * SECOND));
    }
}

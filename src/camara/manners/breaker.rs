//! The breaker: an endpoint that fails is left alone for a while.

use std::time::Duration;

use tokio::time::Instant;

use super::latch::{Latch, Reading, Ticket};
use super::recent::Recent;

/// Opens where at least half of 20 calls or more failed within ten seconds, or five in a row could
/// not even connect. It stays open for five seconds, and twice as long each time the probe fails, up to a
/// minute; then one call is let through.
#[derive(Debug)]
pub(super) struct Breaker {
    latch: Latch,
    calls: Recent,
    failures: Recent,
    /// Calls in a row that could not connect.
    unconnected: u32,
    /// Openings in a row.
    opened: u32,
}

/// What became of a call, as far as the endpoint is to blame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    /// Whatever it said, it answered.
    Answered,
    /// 5xx, no answer in time, a broken connection.
    Failed,
    /// No connection came about.
    Unconnected,
}

/// The breaker changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Turn {
    /// Nothing is asked for so long.
    Opened(Duration),
    Closed,
}

impl Breaker {
    pub(super) fn new(origin: Instant) -> Self {
        let recent = || Recent::new(origin, SPAN, 10);
        let (calls, failures) = (recent(), recent());
        Self { latch: Latch::default(), calls, failures, unconnected: 0, opened: 0 }
    }

    /// Lets a call through, or says after what time another may be tried.
    pub(super) fn enter(&mut self, now: Instant) -> Result<Ticket, Duration> {
        self.latch.enter(now)
    }

    /// Judges by the outcome of a call. `jitter`, from 0 to 1, shortens the time it opens for.
    pub(super) fn settle(
        &mut self,
        ticket: Ticket,
        outcome: Outcome,
        now: Instant,
        jitter: f64,
    ) -> Option<Turn> {
        if !self.latch.is_current(ticket) {
            return None;
        }
        if ticket.is_probe() {
            return Some(match outcome {
                Outcome::Answered => self.close(now),
                Outcome::Failed | Outcome::Unconnected => self.open(now, jitter),
            });
        }
        self.count(outcome, now);
        let (calls, failures) = (self.calls.total(now), self.failures.total(now));
        let is_bad = calls >= MIN_CALLS && failures.saturating_mul(2) >= calls;
        (is_bad || self.unconnected >= MAX_UNCONNECTED).then(|| self.open(now, jitter))
    }

    /// The call was abandoned, and proves nothing.
    pub(super) fn give_back(&mut self, ticket: Ticket, now: Instant) {
        self.latch.give_back(ticket, now);
    }

    pub(super) fn read(&self, now: Instant) -> Reading {
        self.latch.read(now)
    }

    fn count(&mut self, outcome: Outcome, now: Instant) {
        self.calls.add(now);
        if outcome != Outcome::Answered {
            self.failures.add(now);
        }
        self.unconnected = match outcome {
            Outcome::Unconnected => self.unconnected + 1,
            Outcome::Answered | Outcome::Failed => 0,
        };
    }

    fn open(&mut self, now: Instant, jitter: f64) -> Turn {
        let longest = FIRST.saturating_mul(1 << self.opened.min(8)).min(LONGEST);
        let wait = longest.mul_f64(1.0 - JITTER * jitter.clamp(0.0, 1.0));
        self.opened = self.opened.saturating_add(1);
        self.latch.shut(now + wait);
        Turn::Opened(wait)
    }

    fn close(&mut self, now: Instant) -> Turn {
        *self = Self { latch: std::mem::take(&mut self.latch), ..Self::new(now) };
        self.latch.open();
        Turn::Closed
    }
}

const SPAN: Duration = Duration::from_secs(10);
const MIN_CALLS: u32 = 20;
const MAX_UNCONNECTED: u32 = 5;
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(60);
/// The part of the time that chance may take away.
const JITTER: f64 = 0.2;

#[cfg(test)]
mod tests;

//! Open to all, or shut until a moment and then open to one: what the breaker and the `Retry-After`
//! gate have in common.

use std::time::Duration;

use tokio::time::Instant;

/// Lets calls through, or not. When the time it was shut for is over, it lets exactly one through,
/// whose outcome opens or shuts it.
#[derive(Debug, Default)]
pub(super) struct Latch {
    state: State,
    epoch: u64,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Free,
    Shut(Instant),
    Probing,
}

/// A call was let through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    epoch: u64,
    is_probe: bool,
}

/// What a latch does, for those who look on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reading {
    Free,
    /// For so long.
    Shut(Duration),
    /// The next call is the probe, or it is under way.
    Probing,
}

impl Latch {
    /// Lets a call through, or says after what time another may be tried.
    pub(super) fn enter(&mut self, now: Instant) -> Result<Ticket, Duration> {
        match self.state {
            State::Free => Ok(Ticket { epoch: self.epoch, is_probe: false }),
            State::Shut(until) if now < until => Err(until - now),
            State::Shut(_) => {
                self.state = State::Probing;
                self.epoch += 1;
                Ok(Ticket { epoch: self.epoch, is_probe: true })
            }
            State::Probing => Err(PROBE_TAKES),
        }
    }

    /// Would a call be let through?
    pub(super) fn look(&self, now: Instant) -> Result<(), Duration> {
        match self.state {
            State::Shut(until) if now < until => Err(until - now),
            State::Probing => Err(PROBE_TAKES),
            State::Free | State::Shut(_) => Ok(()),
        }
    }

    /// Does the call tell something of today? One that was let through before the latch was last
    /// shut tells of yesterday.
    pub(super) fn is_current(&self, ticket: Ticket) -> bool {
        self.epoch == ticket.epoch
    }

    pub(super) fn shut(&mut self, until: Instant) {
        self.state = State::Shut(until);
        self.epoch += 1;
    }

    /// The same, unless it is shut for longer already.
    pub(super) fn shut_longer(&mut self, until: Instant) {
        match self.state {
            State::Shut(already) if already >= until => {}
            _ => self.shut(until),
        }
    }

    pub(super) fn open(&mut self) {
        self.state = State::Free;
    }

    /// The call brought nothing that could be judged: if it was the probe, the next one is.
    pub(super) fn give_back(&mut self, ticket: Ticket, now: Instant) {
        if ticket.is_probe && self.is_current(ticket) {
            self.state = State::Shut(now);
        }
    }

    pub(super) fn read(&self, now: Instant) -> Reading {
        match self.state {
            State::Free => Reading::Free,
            State::Shut(until) if now < until => Reading::Shut(until - now),
            State::Shut(_) | State::Probing => Reading::Probing,
        }
    }
}

impl Ticket {
    pub(super) fn is_probe(self) -> bool {
        self.is_probe
    }
}

/// How soon the outcome of a probe may be known.
const PROBE_TAKES: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn it_is_shut_until_its_moment_and_then_open_to_one() {
        let now = Instant::now();
        let mut latch = Latch::default();
        assert!(!latch.enter(now).unwrap().is_probe());
        latch.shut(now + 5 * SECOND);
        assert_eq!(latch.enter(now + SECOND).unwrap_err(), 4 * SECOND);
        assert_eq!(latch.look(now + SECOND), Err(4 * SECOND));
        let later = now + 5 * SECOND;
        assert_eq!([latch.look(later), latch.look(later)], [Ok(()); 2]);
        assert!(latch.enter(later).unwrap().is_probe());
        assert!(latch.enter(later).is_err() && latch.look(later).is_err());
        assert!(latch.enter(later + 1_000 * SECOND).is_err());
        latch.open();
        assert!(latch.enter(later).is_ok() && latch.enter(later).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_is_given_back_leaves_room_for_another() {
        let now = Instant::now();
        let mut latch = Latch::default();
        latch.shut(now);
        let probe = latch.enter(now).unwrap();
        latch.give_back(probe, now);
        assert!(latch.enter(now).unwrap().is_probe());
        // Twice given back is once given back.
        latch.give_back(probe, now);
        assert!(latch.enter(now).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_let_through_before_tells_nothing_of_today() {
        let now = Instant::now();
        let mut latch = Latch::default();
        let before = latch.enter(now).unwrap();
        latch.shut(now);
        assert!(!latch.is_current(before));
        let probe = latch.enter(now).unwrap();
        assert!(latch.is_current(probe) && !latch.is_current(before));
        latch.open();
        let after = latch.enter(now).unwrap();
        assert!(latch.is_current(after));
    }

    #[tokio::test(start_paused = true)]
    async fn the_longer_time_wins() {
        let now = Instant::now();
        let mut latch = Latch::default();
        latch.shut_longer(now + 5 * SECOND);
        latch.shut_longer(now + SECOND);
        assert_eq!(latch.read(now), Reading::Shut(5 * SECOND));
        latch.shut_longer(now + 9 * SECOND);
        assert_eq!(latch.read(now), Reading::Shut(9 * SECOND));
        assert_eq!(latch.read(now + 9 * SECOND), Reading::Probing);
    }
}

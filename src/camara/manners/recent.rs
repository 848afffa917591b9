//! How often something happened lately, in fixed memory.

use std::time::Duration;

use tokio::time::Instant;

/// Counts events by slots of time. Nothing is forgotten before the whole span has passed; what
/// happened is remembered for up to one slot longer.
#[derive(Debug)]
pub(super) struct Recent {
    slots: Box<[u32]>,
    width: Duration,
    origin: Instant,
    newest: u128,
}

impl Recent {
    /// Nothing has happened yet. `origin` is any moment before the first event.
    pub(super) fn new(origin: Instant, span: Duration, slots: u32) -> Self {
        let width = (span / slots.max(1)).max(Duration::from_nanos(1));
        let slots = (0..=slots.max(1)).map(|_| 0).collect();
        Self { slots, width, origin, newest: 0 }
    }

    pub(super) fn add(&mut self, now: Instant) {
        self.forget(now);
        let at = self.newest % self.len();
        let slot = usize::try_from(at).ok().and_then(|at| self.slots.get_mut(at));
        if let Some(slot) = slot {
            *slot = slot.saturating_add(1);
        }
    }

    pub(super) fn total(&mut self, now: Instant) -> u32 {
        self.forget(now);
        self.slots.iter().fold(0, |total, slot| total.saturating_add(*slot))
    }

    /// Empties the slots that time has come round to again.
    fn forget(&mut self, now: Instant) {
        let current = now.saturating_duration_since(self.origin).as_nanos() / self.width.as_nanos();
        let passed = current.saturating_sub(self.newest).min(self.len());
        for step in 1..=passed {
            let at = usize::try_from((self.newest + step) % self.len()).unwrap_or_default();
            self.slots.get_mut(at).into_iter().for_each(|slot| *slot = 0);
        }
        // After a whole round all are empty, whichever is the newest.
        self.newest = self.newest.max(current);
    }

    fn len(&self) -> u128 {
        self.slots.len() as u128
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn what_happened_counts_for_the_span_and_at_most_one_slot_longer() {
        let origin = Instant::now();
        for offset in [0, 1, 499, 999, 1_000, 1_001, 123_456] {
            let at = origin + Duration::from_millis(offset);
            let mut recent = Recent::new(origin, 10 * SECOND, 10);
            recent.add(at);
            assert_eq!(recent.total(at), 1);
            assert_eq!(recent.total(at + 10 * SECOND), 1, "{offset}");
            assert_eq!(recent.total(at + 11 * SECOND), 0, "{offset}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_span_sees_more_than_was_counted() {
        let origin = Instant::now();
        let mut recent = Recent::new(origin, 60 * SECOND, 60);
        let mut moments = Vec::new();
        for step in 0..100_000_u32 {
            let now = origin + Duration::from_millis(7) * step;
            if recent.total(now) < 100 {
                recent.add(now);
                moments.push(now);
            }
        }
        assert!(moments.len() > 1_000);
        for pair in moments.windows(101) {
            assert!(pair[100] - pair[0] > 60 * SECOND);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_silence_empties_it() {
        let origin = Instant::now();
        let mut recent = Recent::new(origin, SECOND, 3);
        (0..5).for_each(|_| recent.add(origin));
        assert_eq!(recent.total(origin + 1_000_000 * SECOND), 0);
        // Time that goes back is no time.
        recent.add(origin);
        assert_eq!(recent.total(origin + 1_000_000 * SECOND), 1);
    }
}

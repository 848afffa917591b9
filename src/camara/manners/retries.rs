//! Which calls are repeated, how often, and when.

use std::time::Duration;

/// One repetition for every ten calls, saved up to ten. The first is lent, so that a client that
/// has just begun may repeat once.
#[derive(Debug)]
pub(super) struct RetryBudget {
    /// In calls: ten are one repetition.
    saved: u32,
    owed: u32,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self { saved: PRICE, owed: PRICE }
    }
}

impl RetryBudget {
    pub(super) fn earn(&mut self) {
        if self.owed > 0 {
            self.owed -= 1;
        } else {
            self.saved = (self.saved + 1).min(PRICE * MOST);
        }
    }

    pub(super) fn spend(&mut self) -> bool {
        let rest = self.saved.checked_sub(PRICE);
        self.saved = rest.unwrap_or(self.saved);
        rest.is_some()
    }
}

/// When to repeat: any moment from now on, up to the longest. `chance` is from 0 to 1.
pub(super) fn delay(chance: f64) -> Duration {
    LONGEST.mul_f64(chance.clamp(0.0, 1.0))
}

const PRICE: u32 = 10;
const MOST: u32 = 10;
const LONGEST: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_in_ten_is_repeated() {
        let mut budget = RetryBudget::default();
        let mut repeated = 0;
        for _ in 0..10_000 {
            budget.earn();
            repeated += u32::from(budget.spend());
        }
        assert_eq!(repeated, 1_000);
    }

    #[test]
    fn the_first_call_may_be_repeated_and_ten_in_a_row_after_a_quiet_time() {
        let mut budget = RetryBudget::default();
        budget.earn();
        assert!(budget.spend());
        assert!(!budget.spend());
        (0..1_000).for_each(|_| budget.earn());
        assert_eq!((0..100).filter(|_| budget.spend()).count(), 10);
    }

    #[test]
    fn the_delay_is_anywhere_up_to_a_tenth_of_a_second() {
        for (chance, millis) in [(0.0, 0), (0.5, 50), (1.0, 100), (9.0, 100)] {
            assert_eq!(delay(chance), Duration::from_millis(millis));
        }
    }
}

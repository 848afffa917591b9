//! [`Moment`]: a point in time as one word, for those that are copied on every request.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Nanoseconds since 1970, negative before. What is farther away than 292 years counts as that far.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Moment(i64);

impl Moment {
    /// There is none before.
    pub(crate) const FIRST: Self = Self(i64::MIN);

    /// How long after another one, in nanoseconds. Nought if it is before.
    #[inline]
    pub(crate) fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0).try_into().unwrap_or_default()
    }

    /// Does it lie between them? What ends farther away than moments are counted ends there.
    pub(crate) fn is_within(self, from: Option<SystemTime>, until: SystemTime) -> bool {
        from.is_none_or(|from| Self::from(from) <= self) && self < until.into()
    }

    #[inline]
    pub(crate) fn bits(self) -> u64 {
        self.0.cast_unsigned()
    }

    /// What [`bits`](Self::bits) gave.
    #[inline]
    pub(crate) fn from_bits(bits: u64) -> Self {
        Self(bits.cast_signed())
    }

    /// So long after 1970.
    #[inline]
    pub(crate) fn after_epoch(time: Duration) -> Self {
        Self::from_bits(nanoseconds(time))
    }
}

/// In nanoseconds, of which there are enough for 292 years.
#[inline]
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    let whole = time.as_secs().saturating_mul(SECOND);
    whole.saturating_add(time.subsec_nanos().into()).min(u64::MAX >> 1)
}

/// A second, in nanoseconds.
pub(crate) const SECOND: u64 = 1_000_000_000;

impl From<SystemTime> for Moment {
    #[inline]
    fn from(moment: SystemTime) -> Self {
        match moment.duration_since(UNIX_EPOCH) {
            Ok(after) => Self::after_epoch(after),
            Err(before) => Self(-Self::after_epoch(before.duration()).0),
        }
    }
}

impl From<Moment> for SystemTime {
    #[inline]
    fn from(moment: Moment) -> Self {
        let far = Duration::from_nanos(moment.0.unsigned_abs());
        match moment.0 < 0 {
            true => UNIX_EPOCH - far,
            false => UNIX_EPOCH + far,
        }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SystemTime::from(*self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_the_time_it_was_made_from_also_before_1970() {
        for nanoseconds in [0, 1, 999_999_999, 1_773_576_000_123_456_789] {
            let far = Duration::from_nanos(nanoseconds);
            for time in [UNIX_EPOCH + far, UNIX_EPOCH - far] {
                let moment = Moment::from(time);
                assert_eq!(SystemTime::from(moment), time);
                assert_eq!(Moment::from_bits(moment.bits()), moment);
            }
        }
    }

    #[test]
    fn what_is_too_far_away_counts_as_292_years_and_none_is_before_the_first() {
        let year = Duration::from_secs(31_556_952);
        let (far, farther) = (year * 292, year * 293);
        let last = Moment::from(UNIX_EPOCH + farther);
        assert_eq!(Moment::from(UNIX_EPOCH + farther * 2), last);
        assert!(Moment::from(UNIX_EPOCH + far) < last);
        let first = Moment::from(UNIX_EPOCH - farther);
        assert!(Moment::FIRST < first);
        assert_eq!((first.since(last), last.since(Moment::FIRST)), (0, i64::MAX as u64));
    }
}

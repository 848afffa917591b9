//! When a stale answer that may still decide is asked for again.
//!
//! Lines that were asked about in the same second would all be asked about again in the same second.
//! So each answer rests for a while of its own beyond `maxAge`: at most half of
//! `staleWhileRevalidate`, and never more than a tenth of `maxAge`.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::line::Line;
use crate::moment::{Moment, nanoseconds};
use crate::policy::Freshness;
use crate::status::Answer;

/// Is it too early to ask again about a line? Where the clocks disagree, it is not.
pub(super) fn rests(line: Line, answer: &Answer, freshness: &Freshness, now: Moment) -> bool {
    let longest = (freshness.stale_while_revalidate / 2).min(freshness.max_age / 10);
    let rest = longest.mul_f64(share(line, answer.asked()));
    let due = freshness.max_age.saturating_add(rest);
    answer.asked() <= now && now.since(answer.asked()) < nanoseconds(due)
}

/// From 0 to 1, by chance, and the same each time for one answer.
fn share(line: Line, asked: Moment) -> f64 {
    let mut hasher = DefaultHasher::new();
    (line, asked).hash(&mut hasher);
    f64::from(hasher.finish() as u32) / f64::from(u32::MAX)
}

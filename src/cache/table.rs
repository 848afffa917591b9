//! [`Table`]: the answers of up to some million lines, read without a lock and without a write.
//!
//! A line belongs to one [`Set`] of sixteen places, chosen by a hash with a key of this process, so
//! that nobody can choose numbers that crowd each other out. Whoever writes takes the lock of the set;
//! whoever reads takes none, and reads again if somebody wrote meanwhile.
//!
//! Where a set is full, the oldest answer that nobody has asked for since it came goes first: lines that
//! are asked for once push out each other, not those that are asked for again and again.

use std::sync::{Mutex, OnceLock, PoisonError};

use rand::RngExt;
use tokio::time::Instant;

use crate::line::Line;
use crate::status::Answer;

mod packed;
mod set;
mod way;

use packed::Packed;
use set::{Set, WAYS};

/// An answer, and when it was asked for.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub(super) answer: Answer,
    pub(super) asked: Instant,
}

pub(super) struct Table {
    /// What moments are counted from.
    began: Instant,
    /// Secret, so that sets cannot be crowded on purpose.
    keys: [u64; 2],
    sets: u64,
    /// Made when they are first written to: a table costs what is in it.
    segments: Box<[OnceLock<Box<Segment>>]>,
}

#[derive(Default)]
struct Segment {
    sets: [Set; SETS_IN_SEGMENT as usize],
    /// One who writes to a set holds its lock.
    writers: [Mutex<()>; SETS_IN_SEGMENT as usize],
}

impl Segment {
    fn write(&self, set: usize, change: impl FnOnce(&Set)) {
        if let (Some(set), Some(writers)) = (self.sets.get(set), self.writers.get(set)) {
            let _held = writers.lock().unwrap_or_else(PoisonError::into_inner);
            change(set);
        }
    }
}

impl Table {
    /// Room for this many lines.
    pub(super) fn new(lines: u64) -> Self {
        // With so many places more, hardly a set is full before the table is.
        let places = lines.saturating_add(lines / 5 * 2);
        let sets = places.div_ceil(WAYS as u64).max(1);
        let segments = (0..sets.div_ceil(SETS_IN_SEGMENT)).map(|_| OnceLock::new()).collect();
        let mut random = rand::rng();
        Self { began: Instant::now(), keys: [random.random(), random.random()], sets, segments }
    }

    pub(super) fn get(&self, line: Line) -> Option<Kept> {
        let at = self.place(line);
        let set = self.segments.get(at.segment)?.get()?.sets.get(at.set)?;
        set.get(line.bits(), at.way).map(|packed| packed.kept(self.began))
    }

    /// Keeps an answer. `false` if it is of a kind for which there is no room here: a set of many
    /// countries, or a time that no network can mean.
    pub(super) fn insert(&self, line: Line, kept: &Kept) -> bool {
        let Some(packed) = Packed::of(kept, self.began) else {
            self.remove(line);
            return false;
        };
        let at = self.place(line);
        if let Some(segment) = self.segments.get(at.segment) {
            let segment = segment.get_or_init(Box::default);
            segment.write(at.set, |set| set.insert(line.bits(), at.way, packed));
        }
        true
    }

    pub(super) fn remove(&self, line: Line) {
        let at = self.place(line);
        if let Some(segment) = self.segments.get(at.segment).and_then(OnceLock::get) {
            segment.write(at.set, |set| set.remove(line.bits()));
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "each part is less than what it counts")]
    fn place(&self, line: Line) -> At {
        let [key, other] = self.keys;
        let wide = u128::from(line.bits() ^ key) * u128::from(other | 1);
        let hash = (wide as u64) ^ (wide >> 64) as u64;
        // The high bits choose the set, the low ones where in it to look first.
        let set = ((u128::from(hash) * u128::from(self.sets)) >> 64) as u64;
        At {
            segment: (set / SETS_IN_SEGMENT) as usize,
            set: (set % SETS_IN_SEGMENT) as usize,
            way: (((hash & 0xffff_ffff) * WAYS as u64) >> 32) as usize,
        }
    }
}

struct At {
    segment: usize,
    set: usize,
    way: usize,
}

/// A segment has 32 KiB.
const SETS_IN_SEGMENT: u64 = 32;

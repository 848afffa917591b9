//! [`Table`]: the answers of up to some million lines, read without a lock and without a write.
//!
//! A line belongs to one [`Set`] of sixteen places, chosen by a hash with a key of this process, so
//! that nobody can choose numbers that crowd each other out. Whoever writes takes the lock of the set;
//! whoever reads takes none, and reads again if somebody wrote meanwhile.
//!
//! Where a set is full, the oldest answer that nobody has asked for since it came goes first: lines that
//! are asked for once push out each other, not those that are asked for again and again.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, OnceLock, PoisonError};

use rand::RngExt;

use super::kept::Kept;
use crate::line::Line;

mod packed;
mod set;
mod way;

pub(super) use packed::Packed;
use set::{Set, WAYS};

pub(super) struct Table {
    /// Secret, so that sets cannot be crowded on purpose.
    keys: [u64; 2],
    sets: u64,
    /// How many places are taken. Readers have nothing to do with it.
    taken: AtomicU64,
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
        let lines = lines.min(MOST_LINES);
        let places = lines + lines / 5 * 2;
        let sets = places.div_ceil(WAYS as u64).max(1);
        let segments = (0..sets.div_ceil(SETS_IN_SEGMENT)).map(|_| OnceLock::new()).collect();
        let mut random = rand::rng();
        let keys = [random.random(), random.random()];
        Self { keys, sets, taken: AtomicU64::new(0), segments }
    }

    pub(super) fn get(&self, line: Line) -> Option<Packed> {
        let at = self.place(line);
        let set = self.segments.get(at.segment)?.get()?.sets.get(at.set)?;
        set.get(line.bits(), at.way)
    }

    pub(super) fn insert(&self, line: Line, kept: &Kept) {
        let (packed, at) = (Packed::of(kept), self.place(line));
        if let Some(segment) = self.segments.get(at.segment) {
            segment.get_or_init(Box::default).write(at.set, |set| {
                let more = set.insert(line.bits(), at.way, packed);
                self.taken.fetch_add(u64::from(more), Relaxed);
            });
        }
    }

    pub(super) fn remove(&self, line: Line) {
        let at = self.place(line);
        if let Some(segment) = self.segments.get(at.segment).and_then(OnceLock::get) {
            segment.write(at.set, |set| {
                let less = set.remove(line.bits());
                self.taken.fetch_sub(u64::from(less), Relaxed);
            });
        }
    }

    /// How many lines it holds.
    pub(super) fn lines(&self) -> u64 {
        self.taken.load(Relaxed)
    }

    /// Numbers follow each other, and what stands in a set must not: two multiplications mix them, the
    /// second by a factor that nobody knows.
    fn hash(&self, bits: u64) -> u64 {
        const MIX: u64 = 0xd6e8_feb8_6659_fd93;
        let [key, factor] = self.keys;
        let bits = bits ^ key;
        let bits = (bits ^ (bits >> 32)).wrapping_mul(MIX);
        let bits = (bits ^ (bits >> 32)).wrapping_mul(factor | 1);
        bits ^ (bits >> 32)
    }

    fn place(&self, line: Line) -> At {
        let hash = self.hash(line.bits());
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

/// More lines than there are people; even the empty table of so many has 50 MB.
const MOST_LINES: u64 = 1 << 30;
/// A segment has 32 KiB.
const SETS_IN_SEGMENT: u64 = 32;

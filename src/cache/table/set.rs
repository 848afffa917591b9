//! Fourteen places for lines whose hashes agree, and the lock of those who write to them.
//!
//! Readers follow the protocol of a sequence lock: the version is odd while somebody writes, and what
//! was read counts only if the version is still the same. All words are atomics, so that a read that
//! comes to nothing is nothing worse.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64, fence};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::packed::Packed;

/// With the version and the lock, the keys fill two cache lines, and an answer never stands in two.
pub(super) const WAYS: usize = 14;
/// No line has these bits.
const EMPTY: u64 = 0;
/// The bit of a version while somebody writes.
const WRITING: u32 = 1;
/// A writer is done in nanoseconds, unless it is interrupted.
const PATIENCE: usize = 64;

#[derive(Default)]
#[repr(align(64))]
pub(super) struct Set {
    version: AtomicU32,
    /// Which answers have been asked for since they came: a bit each.
    used: AtomicU32,
    writers: Mutex<()>,
    keys: [AtomicU64; WAYS],
    answers: [[AtomicU64; Packed::WORDS]; WAYS],
}

impl Set {
    /// The answer kept under a key, looked for from this place on.
    pub(super) fn get(&self, key: u64, from: usize) -> Option<Packed> {
        for _ in 0..PATIENCE {
            let version = self.version.load(Acquire);
            if version & WRITING == 0 {
                let found = self.find(key, from);
                fence(Acquire);
                if self.version.load(Relaxed) == version {
                    return self.noted(found);
                }
            }
            std::hint::spin_loop();
        }
        let _held = self.held();
        self.noted(self.find(key, from))
    }

    /// Keeps an answer in the place of an older one of the line, an empty place, or that of the line
    /// that is missed least.
    pub(super) fn insert(&self, key: u64, from: usize, answer: Packed) {
        let held = self.held();
        let former = self.way_of(key, from);
        let way =
            former.or_else(|| self.way_of(EMPTY, from)).unwrap_or_else(|| self.least_missed());
        if former.is_none() {
            self.used.fetch_and(!(1 << way), Relaxed);
        }
        self.write(&held, way, key, answer);
    }

    pub(super) fn remove(&self, key: u64) {
        let held = self.held();
        if let Some(way) = self.way_of(key, 0) {
            self.write(&held, way, EMPTY, Packed::default());
        }
    }

    fn find(&self, key: u64, from: usize) -> Option<(usize, Packed)> {
        let way = self.way_of(key, from)?;
        Some((way, Packed::read(self.answers.get(way)?)))
    }

    fn way_of(&self, key: u64, from: usize) -> Option<usize> {
        let is_it = |way: &usize| self.keys.get(*way).is_some_and(|at| at.load(Relaxed) == key);
        (from..WAYS).find(is_it).or_else(|| (0..from).find(is_it))
    }

    /// Written once for each answer, not for each time that it is asked for.
    fn noted(&self, found: Option<(usize, Packed)>) -> Option<Packed> {
        let (way, answer) = found?;
        if self.used.load(Relaxed) & (1 << way) == 0 {
            self.used.fetch_or(1 << way, Relaxed);
        }
        Some(answer)
    }

    /// The oldest answer of those that nobody has asked for; if there is none, all begin anew.
    fn least_missed(&self) -> usize {
        let mut used = self.used.load(Relaxed);
        if used.count_ones() as usize == WAYS {
            self.used.store(0, Relaxed);
            used = 0;
        }
        let unused = self.answers.iter().enumerate().filter(|(way, _)| used & (1 << way) == 0);
        unused.min_by_key(|(_, answer)| Packed::read(answer).asked()).map_or(0, |(way, _)| way)
    }

    fn held(&self) -> MutexGuard<'_, ()> {
        self.writers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, _held: &MutexGuard<'_, ()>, way: usize, key: u64, answer: Packed) {
        let (Some(place), Some(words)) = (self.keys.get(way), self.answers.get(way)) else {
            return;
        };
        let version = self.version.load(Relaxed);
        self.version.store(version.wrapping_add(1), Relaxed);
        fence(Release);
        place.store(key, Relaxed);
        answer.write(words);
        self.version.store(version.wrapping_add(2), Release);
    }
}

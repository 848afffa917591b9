//! A place for one line, in one cache line.
//!
//! It follows the protocol of a sequence lock: the version is odd while somebody writes, and what was
//! read counts only if the version is still the same. All words are atomics, so that a read that comes
//! to nothing is nothing worse.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, fence};

use super::packed::Packed;

#[derive(Default)]
#[repr(align(64))]
pub(super) struct Way {
    version: AtomicU32,
    /// Has anybody asked for the answer since it came?
    used: AtomicBool,
    key: AtomicU64,
    answer: [AtomicU64; Packed::WORDS],
}

#[cfg(test)]
const _: () = assert!(size_of::<Way>() == 64, "a place takes one cache line");

/// The bit of a version while somebody writes.
const WRITING: u32 = 1;

impl Way {
    pub(super) fn key(&self) -> u64 {
        self.key.load(Relaxed)
    }

    /// The answer, if it is that of this key.
    pub(super) fn read(&self, key: u64) -> Option<Packed> {
        loop {
            let version = self.version.load(Acquire);
            if version & WRITING == 0 {
                let (found, answer) = (self.key(), self.answer());
                fence(Acquire);
                if self.version.load(Relaxed) == version {
                    return (found == key).then(|| self.noted(answer));
                }
            }
            // A writer is done in nanoseconds, unless it was interrupted: then somebody else's turn
            // is the writer's too.
            std::thread::yield_now();
        }
    }

    /// Written once for each answer, not for each time that it is asked for.
    fn noted(&self, answer: Packed) -> Packed {
        if !self.is_used() {
            self.used.store(true, Relaxed);
        }
        answer
    }

    /// For one writer at a time.
    pub(super) fn write(&self, key: u64, answer: Packed) {
        let version = self.version.load(Relaxed);
        self.version.store(version.wrapping_add(1), Relaxed);
        fence(Release);
        self.key.store(key, Relaxed);
        answer.write(&self.answer);
        self.version.store(version.wrapping_add(2), Release);
    }

    /// The words as they stand, for the writer itself.
    pub(super) fn answer(&self) -> Packed {
        Packed::read(&self.answer)
    }

    pub(super) fn is_used(&self) -> bool {
        self.used.load(Relaxed)
    }

    pub(super) fn forget_use(&self) {
        self.used.store(false, Relaxed);
    }
}

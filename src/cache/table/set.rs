//! Sixteen places for lines whose hashes agree. Whoever writes to one holds the lock of the set.

use super::packed::Packed;
use super::way::Way;

pub(super) const WAYS: usize = 16;
/// No line has these bits.
const EMPTY: u64 = 0;

#[derive(Default)]
pub(super) struct Set([Way; WAYS]);

impl Set {
    /// The answer kept under a key, looked for from this place on.
    pub(super) fn get(&self, key: u64, from: usize) -> Option<Packed> {
        self.way_of(key, from)?.read(key)
    }

    /// Keeps an answer in the place of an older one of the line, an empty place, or that of the line
    /// that is missed least. Is there a line more now? For one writer at a time.
    pub(super) fn insert(&self, key: u64, from: usize, answer: Packed) -> bool {
        if let Some(way) = self.way_of(key, from) {
            way.write(key, answer);
            return false;
        }
        let empty = self.way_of(EMPTY, from);
        if let Some(way) = empty.or_else(|| self.least_missed()) {
            way.write(key, answer);
            way.forget_use();
        }
        empty.is_some()
    }

    /// Is there a line less now? For one writer at a time.
    pub(super) fn remove(&self, key: u64) -> bool {
        let found = self.way_of(key, 0);
        if let Some(way) = found {
            way.write(EMPTY, Packed::default());
        }
        found.is_some()
    }

    fn way_of(&self, key: u64, from: usize) -> Option<&Way> {
        let (before, behind) = self.0.split_at_checked(from)?;
        behind.iter().chain(before).find(|way| way.key() == key)
    }

    /// The oldest answer of those that nobody has asked for; if there is none, all begin anew.
    fn least_missed(&self) -> Option<&Way> {
        if self.0.iter().all(Way::is_used) {
            self.0.iter().for_each(Way::forget_use);
        }
        let unused = self.0.iter().filter(|way| !way.is_used());
        unused.min_by_key(|way| way.answer().asked().steady)
    }
}

//! A map that never grows beyond its bound.

use std::collections::HashMap;
use std::hash::Hash;

/// Keeps what was written lately, in two generations: when the young one is full, the old one is
/// dropped whole. So at least half as many keys as fit are always kept, and no sweep is needed.
#[derive(Debug)]
pub(super) struct Keyed<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    generation: usize,
}

impl<K: Eq + Hash, V: Default> Keyed<K, V> {
    /// Room for `capacity` keys.
    pub(super) fn new(capacity: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), generation: capacity.div_ceil(2).max(1) }
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    pub(super) fn remove(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.young.values_mut().chain(self.old.values_mut())
    }

    /// What is kept under the key, which counts as written now.
    pub(super) fn write(&mut self, key: K) -> &mut V {
        let kept = self.old.remove(&key);
        if !self.young.contains_key(&key) && self.young.len() >= self.generation {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.entry(key).or_insert_with(|| kept.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_holds_more_than_its_capacity_and_keeps_the_latest_half() {
        let mut map = Keyed::<u32, u32>::new(1_000);
        for key in 0..100_000 {
            *map.write(key) = key;
            assert!(map.young.len() + map.old.len() <= 1_000);
            let oldest = key.saturating_sub(499);
            assert_eq!(map.get(&oldest), Some(&oldest));
        }
        assert_eq!(map.get(&0), None);
    }

    #[test]
    fn a_key_that_is_written_again_keeps_its_value() {
        let mut map = Keyed::<u32, u32>::new(4);
        *map.write(7) = 7;
        for key in 100..200 {
            map.write(key);
            assert_eq!(*map.write(7), 7);
        }
    }

    #[test]
    fn there_is_always_room_for_one() {
        let mut map = Keyed::<u32, u32>::new(0);
        *map.write(1) = 1;
        assert_eq!(map.get(&1), Some(&1));
    }
}

//! The memory of identifiers that are no numbers: each has a handle.
//!
//! Anybody can open connections from new ports, so the memory is bounded. It has two generations; where
//! the young one is full it becomes the old one, and what only the old one held is forgotten. What is
//! used becomes young again.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use super::Identifier;

/// The handle of an identifier: the one it has, or a new one.
pub(super) fn handle(identifier: Identifier) -> u64 {
    handles().handle(identifier)
}

/// What a handle names, while it is remembered.
pub(super) fn identifier(handle: u64) -> Option<Identifier> {
    handles().identifier(handle)
}

/// Forgets what a handle names.
pub(super) fn forget(handle: u64) {
    handles().forget(handle);
}

fn handles() -> MutexGuard<'static, Handles> {
    static HANDLES: LazyLock<Mutex<Handles>> =
        LazyLock::new(|| Mutex::new(Handles::new(GENERATION)));
    HANDLES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Debug)]
struct Handles {
    /// How many identifiers a generation holds.
    capacity: usize,
    /// INVARIANT: grows with each handle that is given out, so that none is given out twice.
    next: u64,
    young: Generation,
    old: Generation,
}

/// INVARIANT: both maps hold the same pairs.
#[derive(Debug, Default)]
struct Generation {
    handles: HashMap<Identifier, u64>,
    identifiers: HashMap<u64, Identifier>,
}

impl Handles {
    fn new(capacity: usize) -> Self {
        Self { capacity, next: 0, young: Generation::default(), old: Generation::default() }
    }

    fn handle(&mut self, identifier: Identifier) -> u64 {
        if let Some(handle) = self.young.handles.get(&identifier) {
            return *handle;
        }
        let known = self.old.handles.remove(&identifier);
        let handle = known.unwrap_or(self.next);
        match known {
            Some(handle) => drop(self.old.identifiers.remove(&handle)),
            None => self.next += 1,
        }
        self.remember(handle, identifier);
        handle
    }

    fn identifier(&mut self, handle: u64) -> Option<Identifier> {
        if let Some(identifier) = self.young.identifiers.get(&handle) {
            return Some(identifier.clone());
        }
        let identifier = self.old.identifiers.remove(&handle)?;
        self.old.handles.remove(&identifier);
        self.remember(handle, identifier.clone());
        Some(identifier)
    }

    fn forget(&mut self, handle: u64) {
        for generation in [&mut self.young, &mut self.old] {
            if let Some(identifier) = generation.identifiers.remove(&handle) {
                generation.handles.remove(&identifier);
            }
        }
    }

    fn remember(&mut self, handle: u64, identifier: Identifier) {
        if self.young.handles.len() >= self.capacity {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.identifiers.insert(handle, identifier.clone());
        self.young.handles.insert(identifier, handle);
    }
}

/// Twice what caches and histories hold by default, and as many as fill the tables of a hash map without
/// making them grow: two generations of addresses take some 45 MB.
const GENERATION: usize = 262_144 / 8 * 7;

#[cfg(test)]
mod tests {
    use super::*;

    fn named(number: u64) -> Identifier {
        Identifier::External(format!("{number}@domain.com").into())
    }

    fn sizes(handles: &Handles) -> Vec<usize> {
        let generations = [&handles.young, &handles.old];
        generations.iter().flat_map(|it| [it.handles.len(), it.identifiers.len()]).collect()
    }

    #[test]
    fn an_identifier_that_is_remembered_keeps_its_handle() {
        let mut handles = Handles::new(2);
        let first = handles.handle(named(0));
        for number in 1..100 {
            handles.handle(named(number));
            assert_eq!(handles.handle(named(0)), first, "after {number} others");
            assert_eq!(handles.identifier(first), Some(named(0)));
        }
    }

    #[test]
    fn a_handle_is_kept_by_its_use_too() {
        let mut handles = Handles::new(2);
        let first = handles.handle(named(0));
        for number in 1..100 {
            handles.handle(named(number));
            assert_eq!(handles.identifier(first), Some(named(0)), "after {number} others");
        }
    }

    #[test]
    fn what_nobody_uses_is_forgotten_and_the_memory_is_bounded() {
        let mut handles = Handles::new(8);
        for number in 0..1_000 {
            handles.handle(named(number));
            assert!(sizes(&handles).iter().all(|size| *size <= 8), "{:?}", sizes(&handles));
        }
        let known = (0..1_000).filter(|handle| handles.identifier(*handle).is_some()).count();
        assert!((8..=16).contains(&known), "{known}");
        assert_eq!(handles.identifier(0), None);
    }

    /// A walk through few identifiers, by a generator that needs no crate.
    #[test]
    fn a_handle_never_names_two_identifiers() {
        let (mut handles, mut seen) = (Handles::new(5), HashMap::new());
        let mut dice: u64 = 42;
        for step in 0..100_000 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let identifier = named(dice >> 59);
            let handle = match dice >> 40 & 1 {
                0 => handles.handle(identifier.clone()),
                _ => {
                    let handle = dice >> 32 & 0xff;
                    let Some(found) = handles.identifier(handle) else { continue };
                    assert_eq!(seen.get(&handle), Some(&found), "step {step}");
                    continue;
                }
            };
            assert_eq!(
                seen.entry(handle).or_insert(identifier.clone()),
                &identifier,
                "step {step}"
            );
            assert_eq!(handles.identifier(handle), Some(identifier));
        }
        assert!(seen.len() > 1_000, "{} handles", seen.len());
    }
}

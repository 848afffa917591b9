//! Requests cut into classes that both policies judge alike.

use std::collections::{BTreeSet, HashMap};

use crate::policy::route::{Automaton, Class, Classes, Entry};
use crate::policy::{Policy, RequestClass};

/// The class of some requests in each policy.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Pair {
    pub(super) old: RequestClass,
    pub(super) new: RequestClass,
}

/// Every pair of classes that some request belongs to. `None` where there are too many templates.
pub(super) fn pairs(old: &Policy, new: &Policy) -> Option<Vec<Pair>> {
    // Each entry is a route of its own: what matters is which entries match together.
    let entries: Vec<_> = old.entries.iter().chain(&new.entries).enumerate().map(alone).collect();
    let mut classes = Classes::new(&[]);
    Automaton::build(&entries, &mut classes)?;
    let sides = [Side::new(old, 0), Side::new(new, old.entries.len())];
    // INVARIANT: some request matches exactly these entries, so that each policy has a class for it.
    let pair = |class: Class| {
        let [old, new] = &sides;
        Some(Pair { old: old.class(&class.routes)?, new: new.class(&class.routes)? })
    };
    let pairs: BTreeSet<_> = classes.finish().into_iter().filter_map(pair).collect();
    Some(pairs.into_iter().collect())
}

fn alone((route, entry): (usize, &Entry)) -> Entry {
    Entry { route, ..entry.clone() }
}

/// One of the policies.
struct Side<'a> {
    entries: &'a [Entry],
    /// The number of its first entry among those of both.
    first: usize,
    classes: HashMap<(&'a [usize], bool), RequestClass>,
}

impl<'a> Side<'a> {
    fn new(policy: &'a Policy, first: usize) -> Self {
        let classes = policy.classes.iter().enumerate();
        let class = |(at, class): (usize, &'a Class)| {
            ((&*class.routes, class.is_unmatched), RequestClass(at as u32))
        };
        Self { entries: &policy.entries, first, classes: classes.map(class).collect() }
    }

    /// The class of the requests that exactly these entries match, among those of both.
    fn class(&self, matching: &[usize]) -> Option<RequestClass> {
        let own = matching.iter().filter_map(|at| self.entries.get(at.checked_sub(self.first)?));
        let own: Vec<_> = own.collect();
        let (routes, is_unmatched) = Class::of(&own);
        self.classes.get(&(&*routes, is_unmatched)).copied()
    }
}

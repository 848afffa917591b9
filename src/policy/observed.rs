//! [`Observed`]: what a log of decisions says of lookups, as far as checks ask.

use std::collections::BTreeMap;

use super::{Policy, RequestClass};

/// How requests of the past came by what was known of their lines. A
/// [`Replayer`](crate::replay::Replayer) reads it from a decision log; a [`Review`](super::Review)
/// takes it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Observed {
    requests: u64,
    classes: BTreeMap<String, Waits>,
}

/// How a request came by what was known of its line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Wait {
    /// It did not wait: the answer was at hand, or nobody asked.
    None,
    /// The network answered while it waited.
    InTime,
    /// It waited as long as the policy allows, and got no answer.
    InVain,
}

/// Requests that waited, and those of them that waited in vain.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Waits {
    pub(super) all: u64,
    pub(super) in_vain: u64,
}

impl Observed {
    /// Notes a request of the class with this name; the empty name is that of no route.
    pub fn note(&mut self, class: &str, wait: Wait) {
        self.requests += 1;
        if wait != Wait::None {
            let waits = self.classes.entry(class.to_owned()).or_default();
            waits.all += 1;
            waits.in_vain += u64::from(wait == Wait::InVain);
        }
    }

    pub(super) fn waits(&self, policy: &Policy, class: RequestClass) -> Waits {
        let name = policy.class_name(class).map_or("", AsRef::as_ref);
        self.classes.get(name).copied().unwrap_or_default()
    }

    /// Of a thousand requests, so many waited for the network.
    pub(super) fn per_thousand(&self) -> u64 {
        let waited: u64 = self.classes.values().map(|waits| waits.all).sum();
        (waited * 1_000).div_ceil(self.requests.max(1))
    }
}

impl Waits {
    pub(super) fn and(self, other: Self) -> Self {
        Self { all: self.all + other.all, in_vain: self.in_vain + other.in_vain }
    }
}

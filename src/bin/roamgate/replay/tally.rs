//! What comes of a log.

use std::collections::{BTreeMap, BTreeSet};

use roamgate::decision_log::DecisionRecord;
use roamgate::replay::{Redecided, Unreplayable};

use crate::log;

#[derive(Default)]
pub(super) struct Tally {
    pub(super) records: u64,
    pub(super) as_before: u64,
    pub(super) changes: BTreeMap<Change, Count>,
    pub(super) not_replayed: Told<Unreplayable>,
    pub(super) unreadable: Told<String>,
    /// Records whose requests did not go on.
    pub(super) withdrawn: u64,
    /// Records that the log declares lost.
    pub(super) lost: u64,
}

/// Requests that are decided otherwise, and alike.
#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Change {
    pub(super) route: Option<String>,
    pub(super) to: &'static str,
    pub(super) from: String,
    pub(super) rule: Option<String>,
    pub(super) reason: Option<&'static str>,
    pub(super) line: String,
}

/// How many they are, of how many customers, and one of them.
#[derive(Default)]
pub(super) struct Count {
    pub(super) records: u64,
    customers: BTreeSet<String>,
    nameless: bool,
    pub(super) first: String,
}

/// Lines of which the same is to be told: how many, and the first.
pub(super) struct Told<K>(pub(super) BTreeMap<K, (u64, u64)>);

impl Tally {
    pub(super) fn count(
        &mut self,
        line: u64,
        record: &DecisionRecord,
        redecided: Result<Redecided, Unreplayable>,
    ) {
        self.records += 1;
        match redecided {
            Err(why) => self.not_replayed.add(why, line),
            Ok(redecided) if redecided.effect.name() == record.effect => self.as_before += 1,
            Ok(redecided) => {
                let change = Change {
                    route: record.route.clone(),
                    to: redecided.effect.name(),
                    from: record.effect.clone(),
                    rule: redecided.rule.as_deref().map(str::to_owned),
                    reason: redecided.reason.map(|reason| reason.name()),
                    line: log::line_state(record),
                };
                self.changes.entry(change).or_default().add(record);
            }
        }
    }

    /// How many requests newly have this effect.
    pub(super) fn newly(&self, effect: &str) -> u64 {
        let changes = self.changes.iter().filter(|(change, _)| change.to == effect);
        changes.map(|(_, count)| count.records).sum()
    }
}

impl Count {
    /// None where some record names nobody.
    pub(super) fn customers(&self) -> Option<usize> {
        (!self.nameless).then_some(self.customers.len())
    }

    fn add(&mut self, record: &DecisionRecord) {
        self.records += 1;
        match &record.subject {
            Some(subject) => drop(self.customers.insert(subject.hmac.clone())),
            None => self.nameless = true,
        }
        if self.first.is_empty() {
            self.first.clone_from(&record.id);
        }
    }
}

impl<K: Ord> Told<K> {
    pub(super) fn add(&mut self, what: K, line: u64) {
        self.0.entry(what).or_insert((0, line)).0 += 1;
    }

    pub(super) fn count(&self) -> u64 {
        self.0.values().map(|(count, _)| count).sum()
    }
}

impl<K> Default for Told<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

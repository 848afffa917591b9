//! [`ReloadStatus`]: how files are doing, for people and for alarms.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::watched::{Active, Applied, Tell};
use crate::clock::Clock;
use crate::gate::Revision;

/// How watched files are doing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReloadStatus {
    /// What is watched.
    pub source: Arc<str>,
    /// The hash of what is active: of the policy, or of the aggregator file.
    pub active: String,
    /// How many rules the active policy has, those in shadow included. None for an aggregator.
    pub rules: Option<usize>,
    /// Since when it is active.
    pub since: SystemTime,
    /// Why the files cannot be used, in the words of `roamgate check`. None where they can. Files that
    /// have not been read for half a minute cannot: perhaps the file system does not answer.
    pub error: Option<Arc<str>>,
    /// Since when the files cannot be used, so that what is active may be stale.
    pub stale_since: Option<SystemTime>,
    /// When the files were last read.
    pub checked: Option<SystemTime>,
    /// How many times something else became active.
    pub reloads: u64,
    /// How many times something could not be used: each error counts once, however long it stays.
    pub failures: u64,
    /// The policies that were active before, the latest first. None are kept of aggregators.
    pub former: Vec<Revision>,
}

/// What the watcher notes and others read.
pub(super) struct Board {
    source: Arc<str>,
    clock: Clock,
    tell: Tell,
    notes: Mutex<Notes>,
}

#[derive(Clone, Debug)]
struct Notes {
    begun: SystemTime,
    error: Option<Arc<str>>,
    stale_since: Option<SystemTime>,
    checked: Option<SystemTime>,
    reloads: u64,
    failures: u64,
}

impl Board {
    pub(super) fn new(source: Arc<str>, clock: Clock, tell: Tell) -> Self {
        let notes = Mutex::new(Notes::new(clock.now()));
        Self { source, clock, tell, notes }
    }

    pub(super) fn status(&self) -> ReloadStatus {
        let Active { name, rules, since, former } = (self.tell)();
        let Notes { error, stale_since, checked, reloads, failures, .. } =
            self.notes().told(self.clock.now());
        let (source, active) = (Arc::clone(&self.source), name);
        ReloadStatus {
            source,
            active,
            rules,
            since,
            error,
            stale_since,
            checked,
            reloads,
            failures,
            former,
        }
    }

    /// Notes what came of a look, and logs what is new in it.
    pub(super) fn note(&self, outcome: Result<Applied, Arc<str>>) {
        let now = self.clock.now();
        let before = {
            let mut notes = self.notes();
            let before = notes.error.clone();
            notes.take(&outcome, now);
            before
        };
        let (files, active) = (&*self.source, (self.tell)());
        let (hash, rules) = (active.name, active.rules.unwrap_or_default());
        match (outcome, before) {
            (Ok(Applied::Replaced), _) => {
                tracing::info!(target: "roamgate::reload", files, hash, rules, "read again: this decides now");
            }
            (Ok(Applied::Unchanged), Some(_)) => {
                tracing::info!(target: "roamgate::reload", files, hash, rules, "the files are in order again");
            }
            (Err(error), before) if before.as_ref() != Some(&error) => {
                tracing::error!(target: "roamgate::reload", files, hash, rules, %error, "the files cannot be used: what was active stays");
            }
            (Ok(Applied::Unchanged), None) | (Err(_), _) => {}
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notes {
    fn new(begun: SystemTime) -> Self {
        Self { begun, error: None, stale_since: None, checked: None, reloads: 0, failures: 0 }
    }

    /// The same notes, with what is wrong although nobody could note it.
    fn told(&self, now: SystemTime) -> Self {
        let last = self.checked.unwrap_or(self.begun);
        let silence = now.duration_since(last).unwrap_or_default();
        if silence < OVERDUE {
            return self.clone();
        }
        let error = format!("the files were last looked at {} s ago", silence.as_secs());
        let stale_since = self.stale_since.or(Some(last));
        Self { error: Some(error.into()), stale_since, ..self.clone() }
    }

    fn take(&mut self, outcome: &Result<Applied, Arc<str>>, now: SystemTime) {
        self.checked = Some(now);
        match outcome {
            Ok(applied) => {
                self.reloads += u64::from(*applied == Applied::Replaced);
                (self.error, self.stale_since) = (None, None);
            }
            Err(error) => {
                self.failures += u64::from(self.error.as_ref() != Some(error));
                self.error = Some(Arc::clone(error));
                self.stale_since = self.stale_since.or(Some(now));
            }
        }
    }
}

/// Files that are watched are looked at every other second.
const OVERDUE: Duration = Duration::from_secs(30);

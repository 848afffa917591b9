//! What depends on the policy, in one value: a request takes it once, and keeps it to its end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use arc_swap::{ArcSwap, Guard};

use super::handler::Policies;
use super::overrides::OverrideWatch;
use super::providers::Providers;
use super::revisions::Revisions;
use super::unrouted::UnroutedWatch;
use crate::policy::Policy;
use crate::provider::RoamingProvider;

/// A policy, and what of the gate depends on it.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(super) policies: Policies,
    /// Which of them is asked, and what they remember, is the policy's to say.
    pub(super) providers: Providers,
    pub(super) unrouted: UnroutedWatch,
    pub(super) overrides: OverrideWatch,
    /// Untrusted headers have been told of.
    pub(super) warned: AtomicBool,
}

/// The snapshot of the moment, and how there came to be this one.
#[derive(Debug)]
pub(super) struct Live {
    current: ArcSwap<Snapshot>,
    revisions: Mutex<Revisions>,
    /// Other policies must need no more than the service supplies.
    is_verified: AtomicBool,
}

impl Snapshot {
    pub(super) fn new(policy: Arc<Policy>, provider: impl RoamingProvider + 'static) -> Self {
        let providers = Providers::new(provider, &policy);
        Self::of(Policies::new(policy), providers)
    }

    /// The whole policy.
    pub(crate) fn policy(&self) -> &Arc<Policy> {
        &self.policies.whole
    }

    /// The same gate under another policy.
    pub(super) fn under(&self, policies: Policies) -> Self {
        let providers = self.providers.under(&policies.whole);
        Self::of(policies, providers)
    }

    fn of(policies: Policies, providers: Providers) -> Self {
        let (unrouted, overrides) = (UnroutedWatch::default(), OverrideWatch::default());
        Self { policies, providers, unrouted, overrides, warned: AtomicBool::default() }
    }
}

impl Live {
    pub(super) fn new(first: Snapshot, now: SystemTime) -> Self {
        let revisions = Revisions::beginning(first.policies.clone(), now);
        Self::of(first, revisions, false)
    }

    fn of(current: Snapshot, revisions: Revisions, is_verified: bool) -> Self {
        Self {
            current: ArcSwap::from_pointee(current),
            revisions: Mutex::new(revisions),
            is_verified: AtomicBool::new(is_verified),
        }
    }

    /// The snapshot of the moment. A hit keeps it without a shared write.
    pub(super) fn load(&self) -> Guard<Arc<Snapshot>> {
        self.current.load()
    }

    pub(super) fn store(&self, snapshot: Snapshot) {
        self.current.store(Arc::new(snapshot));
    }

    /// Held while the snapshot changes: two changes do not overtake each other.
    pub(super) fn revisions(&self) -> MutexGuard<'_, Revisions> {
        self.revisions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A live value of its own, with this change.
    pub(super) fn changed(&self, change: impl FnOnce(&mut Snapshot)) -> Self {
        let mut revisions = self.revisions().clone();
        let Snapshot { policies, providers, .. } = &**self.load();
        let mut snapshot = Snapshot::of(policies.clone(), providers.clone());
        change(&mut snapshot);
        revisions.now_under(snapshot.policies.clone());
        Self::of(snapshot, revisions, self.is_verified())
    }

    /// The same, of which the first policy decides from now on.
    pub(super) fn beginning(&self, now: SystemTime) -> Self {
        let changed = self.changed(|_| ());
        *changed.revisions() = Revisions::beginning(self.load().policies.clone(), now);
        changed
    }

    pub(super) fn is_verified(&self) -> bool {
        self.is_verified.load(Ordering::Relaxed)
    }

    pub(super) fn verify(&self) {
        self.is_verified.store(true, Ordering::Relaxed);
    }
}

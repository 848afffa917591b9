//! The policies that decided before, and the way back to them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::SystemTime;

use super::Gate;
use super::handler::Policies;
use crate::policy::{Policy, PolicyError, PolicyHash};

/// A policy that decides, or decided.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Revision {
    /// Which policy it is.
    pub hash: PolicyHash,
    /// How many rules it has, those in shadow included.
    pub rules: usize,
    /// Where it came from, in the words of whoever brought it.
    pub source: Arc<str>,
    /// When it began to decide, the last time it did.
    pub since: SystemTime,
    /// It decides now.
    pub is_active: bool,
    /// Somebody went back from it, and goes back to others only.
    pub is_withdrawn: bool,
}

/// The policy that decides, and those that decided before, the latest first.
#[derive(Clone, Debug)]
pub(super) struct Revisions {
    active: Kept,
    former: VecDeque<Kept>,
}

#[derive(Clone, Debug)]
struct Kept {
    policies: Policies,
    source: Arc<str>,
    since: SystemTime,
    is_withdrawn: bool,
}

impl Gate {
    /// Decides by this policy from now on, here and in all clones. `source` says where it came
    /// from, for whoever reads [`revisions`](Self::revisions).
    ///
    /// Every request is decided by one policy from its beginning to its end: those that wait for
    /// the network while the policy is replaced are decided by the former one. What is remembered
    /// of lines stays; so do tokens and statuses, which are the providers'. The policy that
    /// decides already changes nothing.
    ///
    /// # Errors
    ///
    /// Where the gate is [`verified`](Self::verified): [`PolicyError`] names what the policy needs
    /// and the service does not supply. The former policy goes on deciding.
    ///
    /// # Example
    ///
    /// ```
    /// use roamgate::{FixedProvider, Gate, Policy};
    ///
    /// let gate = Gate::new(Policy::from_path("policies/payments-eea.yaml")?, FixedProvider::new());
    /// let before = gate.policy().hash();
    ///
    /// gate.replace(Policy::from_path("policies/streaming.yaml")?, "the streaming team")?;
    /// assert_ne!(gate.policy().hash(), before);
    ///
    /// gate.back().unwrap();
    /// assert_eq!(gate.policy().hash(), before);
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    pub fn replace(
        &self,
        policy: impl Into<Arc<Policy>>,
        source: impl Into<Arc<str>>,
    ) -> Result<(), PolicyError> {
        let policies = self.snapshot().policies.under(policy.into());
        if self.live.is_verified() {
            self.supports(&policies)?;
        }
        let (source, since) = (source.into(), self.clock.now());
        let next = Kept { policies, source, since, is_withdrawn: false };
        let mut revisions = self.live.revisions();
        if revisions.active.hash() != next.hash() {
            self.change(next.policies.clone());
            revisions.activate(next);
        }
        drop(revisions);
        self.begin_counting();
        self.watch_overrides();
        self.warn_of_untrusted_headers();
        Ok(())
    }

    /// Goes back to the policy that decided before this one, for a bad night, and says which that
    /// is. Again, to the one before that. None where there is none.
    ///
    /// Files that are watched stay as they are: until they hold a third policy, they are not taken again.
    pub fn back(&self) -> Option<Revision> {
        let mut revisions = self.live.revisions();
        let policies = revisions.withdraw(self.clock.now())?;
        self.change(policies);
        let active = revisions.active.told(true);
        drop(revisions);
        self.begin_counting();
        self.watch_overrides();
        Some(active)
    }

    fn change(&self, policies: Policies) {
        let former = self.snapshot();
        former.overrides.end(former.policy(), &policies.whole, self.clock.now());
        self.live.store(former.under(policies));
    }

    /// The policy that decides, and then the last five that decided before it, the latest first.
    #[must_use]
    pub fn revisions(&self) -> Vec<Revision> {
        let (active, former) = self.active_and_former();
        [active].into_iter().chain(former).collect()
    }

    pub(crate) fn active_and_former(&self) -> (Revision, Vec<Revision>) {
        let Revisions { active, former } = &*self.live.revisions();
        (active.told(true), former.iter().map(|kept| kept.told(false)).collect())
    }
}

impl Revisions {
    const FORMER: usize = 5;

    pub(super) fn beginning(policies: Policies, since: SystemTime) -> Self {
        let source = "given at the start".into();
        let active = Kept { policies, source, since, is_withdrawn: false };
        Self { active, former: VecDeque::new() }
    }

    /// The same policy, of which other parts are left to handlers.
    pub(super) fn now_under(&mut self, policies: Policies) {
        self.active.policies = policies;
    }

    fn activate(&mut self, next: Kept) {
        self.former.retain(|kept| kept.hash() != next.hash());
        self.former.push_front(std::mem::replace(&mut self.active, next));
        self.former.truncate(Self::FORMER);
    }

    fn withdraw(&mut self, now: SystemTime) -> Option<Policies> {
        let at = self.former.iter().position(|kept| !kept.is_withdrawn)?;
        let previous = self.former.remove(at)?;
        self.activate(Kept { since: now, ..previous });
        let left = self.former.front_mut();
        left.into_iter().for_each(|left| left.is_withdrawn = true);
        Some(self.active.policies.clone())
    }
}

impl Kept {
    fn hash(&self) -> PolicyHash {
        self.policies.whole.hash()
    }

    fn told(&self, is_active: bool) -> Revision {
        let Self { policies, since, is_withdrawn, .. } = self;
        let rules = policies.whole.documents().iter().map(|document| document.rules.len()).sum();
        let (hash, source) = (self.hash(), Arc::clone(&self.source));
        Revision { hash, rules, source, since: *since, is_active, is_withdrawn: *is_withdrawn }
    }
}

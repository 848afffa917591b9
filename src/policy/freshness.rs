//! [`Freshness`] and [`Lookup`]: what a policy says of lookups, for those who make them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::asking::Asking;
use super::{Policy, RequestClass};
use crate::status::{ReasonGroup, UnknownReason};

/// How old an answer may be, and how long a request may wait for one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Freshness {
    /// Counted from when we asked; older means: ask again.
    pub max_age: Duration,
    /// Counted from when the network confirmed the status; older is `unknown(stale)`.
    pub max_status_age: Option<Duration>,
    /// So far beyond `max_age` an answer decides while a new one is fetched.
    pub stale_while_revalidate: Duration,
    /// So far beyond `max_age` an answer decides where a new one could not be had.
    pub stale_if_error: Duration,
    /// The longest a request waits; then `unknown(timeout)`, while the lookup goes on.
    pub max_wait: Duration,
}

/// What a request does about a line of which nothing young enough is known.
///
/// The order is that of demand: where a request belongs to several routes, the greatest counts.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Lookup {
    /// Nothing.
    Never,
    /// Starts a load for later requests, and decides nothing itself.
    Prefetch,
    /// Starts a load, and is decided as `unknown(notCached)`.
    CachedOnly,
    /// Waits for the answer, up to [`Freshness::max_wait`].
    #[default]
    Normal,
}

impl Freshness {
    pub(super) const STANDARD: Self = Self {
        max_age: Duration::from_secs(300),
        max_status_age: Some(Duration::from_secs(86_400)),
        stale_while_revalidate: Duration::ZERO,
        stale_if_error: Duration::ZERO,
        max_wait: Duration::from_millis(800),
    };

    /// How old an answer could have been that had decided instead: of this reason, or of an answer.
    pub(crate) fn believed_instead_of(
        &self,
        reason: Option<UnknownReason>,
        has_waited: bool,
    ) -> Duration {
        let group = reason.filter(|it| *it != UnknownReason::Stale).map(UnknownReason::group);
        let is_bridged = matches!(group, Some(ReasonGroup::Outage | ReasonGroup::Broken));
        let beyond = match (has_waited, reason) {
            (true, _) if is_bridged => self.stale_while_revalidate.max(self.stale_if_error),
            (true, _) | (_, Some(UnknownReason::NotCached)) => self.stale_while_revalidate,
            _ => Duration::ZERO,
        };
        self.max_age.saturating_add(beyond)
    }

    /// What satisfies both: the shorter age of each kind, and the longer wait.
    pub(super) fn joined(self, other: Self) -> Self {
        let ages = self.max_status_age.into_iter().chain(other.max_status_age);
        Self {
            max_age: self.max_age.min(other.max_age),
            max_status_age: ages.min(),
            stale_while_revalidate: self.stale_while_revalidate.min(other.stale_while_revalidate),
            stale_if_error: self.stale_if_error.min(other.stale_if_error),
            max_wait: self.max_wait.max(other.max_wait),
        }
    }
}

impl Default for Freshness {
    fn default() -> Self {
        Self::STANDARD
    }
}

impl Policy {
    /// How old an answer may be for this class, and how long a request may wait for it: the
    /// strictest ages, and the longest wait, of the routes where an enforced rule needs the line.
    ///
    /// # Example
    ///
    /// ```
    /// use std::time::Duration;
    /// use roamgate::policy::{Lookup, Policy, Target};
    ///
    /// let policy = Policy::from_path("policies/payments-eea.yaml")?;
    /// let payments = policy.classify(&Target::new("POST", "/v1/payments")).unwrap();
    /// assert_eq!(policy.freshness(payments).max_wait, Duration::from_millis(800));
    /// assert_eq!(policy.lookup(payments), Lookup::Normal);
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    #[must_use]
    pub fn freshness(&self, class: RequestClass) -> Freshness {
        self.asking(class).freshness
    }

    /// What requests of this class do where no answer is at hand. [`Lookup::Never`] where no
    /// enforced rule needs the line; [`Lookup::CachedOnly`] at most where only annotations use it.
    #[must_use]
    pub fn lookup(&self, class: RequestClass) -> Lookup {
        self.asking(class).lookup
    }

    /// For what the network is asked about requests of this class, if a file says so.
    #[must_use]
    pub fn purpose(&self, class: RequestClass) -> Option<&Arc<str>> {
        self.asking(class).purpose.as_ref().map(|purpose| &purpose.name)
    }

    /// Every purpose for which something is looked up.
    #[must_use]
    pub fn purposes(&self) -> BTreeSet<&str> {
        let askings =
            self.askings.iter().flat_map(|class| class.in_shadow.iter().chain([&class.asking]));
        let purposes = askings.filter_map(|asking| asking.purpose.as_ref());
        purposes.map(|purpose| &*purpose.name).collect()
    }

    /// Does some route of this class begin a lookup for later requests, whatever its rules need?
    #[must_use]
    pub fn prefetches(&self, class: RequestClass) -> bool {
        self.askings.get(class.0 as usize).is_some_and(|asking| asking.prefetches)
    }

    /// How the shadow rules of this class ask. None where it has none.
    pub(crate) fn shadow_asking(&self, class: RequestClass) -> Option<&Asking> {
        self.askings.get(class.0 as usize)?.in_shadow.as_ref()
    }

    /// How the enforced rules of this class ask.
    pub(crate) fn asking(&self, class: RequestClass) -> &Asking {
        self.askings.get(class.0 as usize).map_or(&Asking::NEVER, |class| &class.asking)
    }
}

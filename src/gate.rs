//! [`Gate`]: the five steps from a request to a decision, in this order and nowhere else.
//!
//! 1. The policy names the request class. If no rule can need the line, it decides at once: no
//!    lookup, no personal data.
//! 2. The subject is found: who is asked about. What attributes, claims and groups decide alone is
//!    decided then, without a lookup too.
//! 3. The provider is asked, first for what it has at hand, then for a lookup, which may take
//!    `maxWait`. The `freshness` and the `lookup` of the route say what a request may believe, and
//!    whether it waits at all.
//! 4. The policy decides, and annotates what goes on.
//! 5. The decision is recorded, exactly once.
//!
//! Handlers that know more of a request than its head says ask again, by [`Gate::check_route`].
//!
//! A lookup that fails is not an error path: it is `unknown(reason)`, a fact the policy answers.
//!
//! The policy may be [replaced](Gate::replace) while requests are decided. Each is decided by one
//! policy from its first step to its last, however long it waits in between.

use std::borrow::Cow;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::Guard;
use http::HeaderName;
use rand::RngExt;

use crate::audit::{AuditSink, Evidence, TracingSink};
use crate::clock::Clock;
use crate::facts::Carried;
use crate::head::Head;
use crate::metrics::{self, Place};
use crate::policy::service::Manifest;
use crate::policy::{
    Decision, DecisionId, Fault, Policy, PolicyHash, RequestClass, SharedVerdict, Target,
};
use crate::provider::RoamingProvider;
use crate::subject::{FromExtensions, NoSubject, Subject, SubjectSource};

mod annotate;
mod forgetting;
mod handler;
mod hearing;
mod lookup;
mod overrides;
mod providers;
mod recording;
mod refresh;
mod revisions;
mod shadow;
mod sighting;
mod snapshot;
mod supplies;
mod unrouted;
mod waiting;

use hearing::{Hearing, Pending};
use lookup::Background;
use recording::Unrecorded;
pub use revisions::Revision;
use snapshot::Live;
pub(crate) use snapshot::Snapshot;
pub use waiting::Waiting;
use waiting::WaitingRoom;

/// Decides about requests. Cheap to clone: all clones share one policy, provider and sink.
///
/// The middleware holds one. Handlers, queues and other callers can hold one too.
#[derive(Clone)]
pub struct Gate {
    /// What depends on the policy.
    live: Arc<Live>,
    subject: Arc<dyn SubjectSource>,
    trusted_headers: Arc<[HeaderName]>,
    /// What the service says that it supplies beside.
    supplied: Arc<Manifest>,
    audit: Arc<dyn AuditSink>,
    clock: Clock,
    background: Background,
    waiting: WaitingRoom,
    observes: bool,
}

/// A check that is decided, or waits.
#[derive(Debug)]
pub(crate) enum Check {
    Settled(Decision),
    Unsettled(Unsettled),
}

/// A check that waits for the network, or for its record to be taken.
#[derive(Debug)]
pub(crate) enum Unsettled {
    Pending(Box<Pending>),
    Unrecorded(Box<Unrecorded>),
}

impl Check {
    /// The decision, after waiting if it must be.
    async fn decided(self) -> Decision {
        match self {
            Self::Settled(decision) => decision,
            Self::Unsettled(unsettled) => unsettled.decided().await,
        }
    }

    /// Names the decision, also one to come, and the policy that decides.
    fn named(&self) -> (DecisionId, PolicyHash) {
        match self {
            Self::Settled(decision) => (decision.id(), decision.policy_hash()),
            Self::Unsettled(Unsettled::Pending(pending)) => (pending.id(), pending.policy_hash()),
            Self::Unsettled(Unsettled::Unrecorded(unrecorded)) => {
                let decision = unrecorded.decision();
                (decision.id(), decision.policy_hash())
            }
        }
    }
}

impl Unsettled {
    /// The decision, when it is made. Boxed: most checks never wait, and none of them should carry
    /// what waiting needs.
    pub(crate) fn decided(self) -> Pin<Box<dyn Future<Output = Decision> + Send>> {
        match self {
            Self::Pending(pending) => Box::pin(pending.resolve()),
            Self::Unrecorded(unrecorded) => Box::pin(unrecorded.decided()),
        }
    }
}

impl Gate {
    /// A gate that applies `policy` to what `provider` says of the [`Subject`]
    /// or [`Line`](crate::Line) in a request's extensions.
    pub fn new(policy: impl Into<Arc<Policy>>, provider: impl RoamingProvider + 'static) -> Self {
        let clock = Clock::system();
        Self {
            live: Arc::new(Live::new(Snapshot::new(policy.into(), provider), clock.now())),
            subject: Arc::new(FromExtensions),
            trusted_headers: Arc::new([]),
            supplied: Arc::new(Manifest::new("")),
            audit: Arc::new(TracingSink),
            clock,
            background: Background::default(),
            waiting: WaitingRoom::default(),
            observes: false,
        }
    }

    /// The same gate, with this provider for lookups under this `purpose` of the policy. It has a
    /// cache and tokens of its own: customers consent for each purpose.
    ///
    /// As long as no provider is named for a purpose, the only provider of the gate is asked for
    /// the only purpose of the policy. A purpose without a provider is `unknown(misconfigured)`.
    #[must_use]
    pub fn provider_for(
        self,
        purpose: impl Into<Arc<str>>,
        provider: impl RoamingProvider + 'static,
    ) -> Self {
        self.with(|snapshot| snapshot.providers.add(purpose.into(), provider))
    }

    /// The same gate, with this source of subjects.
    #[must_use]
    pub fn subject(mut self, source: impl SubjectSource + 'static) -> Self {
        self.subject = Arc::new(source);
        self
    }

    /// The same gate, which reads this header where the policy has an attribute with
    /// `source: { header: … }`. Trust a header only where a proxy removes it from every incoming
    /// request and sets it itself: **whoever can write it writes the fact**.
    ///
    /// A header that is not named here is missing for the policy, whatever a client sends; so is
    /// one that stands twice, or whose value is not of the attribute's type.
    #[must_use]
    pub fn trusted_header(mut self, name: HeaderName) -> Self {
        self.trusted_headers = self.trusted_headers.iter().cloned().chain([name]).collect();
        self
    }

    /// The same gate, which remembers for so many lines where it saw them last, instead of for
    /// 100,000. Only where a rule asks for `countryChangedWithin` is anything remembered, and lines
    /// that nobody asks about for a day, or for as long as a rule looks back, are forgotten.
    #[must_use]
    pub fn history_capacity(self, lines: u64) -> Self {
        self.with(|snapshot| snapshot.providers.remember(lines))
    }

    /// The same gate, with this receiver of records.
    #[must_use]
    pub fn audit(mut self, sink: impl AuditSink + 'static) -> Self {
        self.audit = Arc::new(sink);
        self
    }

    /// The same gate, with this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.live = Arc::new(self.live.beginning(clock.now()));
        self.clock = clock;
        self
    }

    pub(crate) fn observe_only(mut self) -> Self {
        self.observes = true;
        // It counts apart.
        self.with(|_| ())
    }

    pub(crate) fn observes(&self) -> bool {
        self.observes
    }

    /// The policy that decides at the moment.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(self.snapshot().policy())
    }

    /// The moment, by the clock of the gate.
    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// What a request is decided by, from its first step to its last.
    pub(crate) fn snapshot(&self) -> Guard<Arc<Snapshot>> {
        self.live.load()
    }

    /// The same gate with this change, which clones that were made before do not see.
    fn with(mut self, change: impl FnOnce(&mut Snapshot)) -> Self {
        self.live = Arc::new(self.live.changed(change));
        self
    }

    /// Decides about a request, and waits for the network if it must.
    pub async fn check(&self, head: &Head<'_>) -> Decision {
        let check = self.begin(&self.snapshot(), head);
        // Not by `Check::decided`: through another future, a hit would be moved once more, for 15 ns.
        match check {
            Check::Settled(decision) => decision,
            Check::Unsettled(unsettled) => unsettled.decided().await,
        }
    }

    /// Decides about a request as far as it can be done without waiting.
    pub(crate) fn begin(&self, snapshot: &Arc<Snapshot>, head: &Head<'_>) -> Check {
        let id = Self::new_id();
        let target = head.target();
        let policy = &snapshot.policies.on_requests;
        let class = match policy.classify(&target) {
            Ok(class) => class,
            Err(hostile) => {
                let decision = Decision::refused_for(id, policy.hash(), Fault::Path(hostile));
                let evidence = self.without_facts(policy, None, target);
                return self.recorded(snapshot, decision, None, &evidence);
            }
        };
        snapshot.unrouted.notice(policy.class_name(class).is_some());
        if policy.is_exempt(class, &target) {
            let decision = Decision::new(id, policy.hash(), SharedVerdict::default(), None);
            let evidence = self.without_facts(policy, Some(class), target);
            return self.recorded(snapshot, decision, Some(class), &evidence);
        }
        let carried = Carried::by(head, &self.trusted_headers);
        let (gate, target) = (self, Some(target));
        let (tick, ticked) = self.clock.shared_tick();
        let hearing = Hearing { gate, snapshot, policy, class, id, carried, target, ticked };
        hearing.begin(tick, || self.named_in(head))
    }

    /// The request goes on at once, whatever is or will be decided; the decision is recorded.
    pub(crate) fn observe(&self, check: Check) -> Decision {
        let (id, hash) = check.named();
        let runtime = tokio::runtime::Handle::try_current();
        if let (Check::Unsettled(unsettled), Ok(runtime)) = (check, runtime) {
            runtime.spawn(unsettled.decided());
        }
        Decision::observed(id, hash)
    }

    /// Who is asked about. A source that panics says nothing, and the request goes on without it.
    fn named_in<'s>(&'s self, head: &'s Head<'_>) -> Result<Cow<'s, Subject>, NoSubject> {
        let named = catch_unwind(AssertUnwindSafe(|| self.subject.subject(head)));
        named.unwrap_or_else(|_| {
            metrics::panicked(Place::Subject);
            tracing::error!(target: "roamgate::gate", "the source of subjects panicked");
            Err(NoSubject::Unavailable)
        })
    }

    fn new_id() -> DecisionId {
        DecisionId::from_random(rand::rng().random())
    }

    /// What a request aims at is all that decided.
    fn without_facts<'a>(
        &'a self,
        policy: &'a Policy,
        class: Option<RequestClass>,
        target: Target<'a>,
    ) -> Evidence<'a> {
        let (now, deferred) = (self.clock.tick(), &[][..]);
        let target = Some(target);
        Evidence {
            now,
            policy,
            class,
            target,
            deferred,
            subject: None,
            facts: &(),
            answer: None,
            waited: None,
        }
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let snapshot = self.snapshot();
        f.debug_struct("Gate")
            .field("policy", &snapshot.policy().hash())
            .field("providers", &snapshot.providers)
            .finish_non_exhaustive()
    }
}

//! [`Gate`]: the five steps from a request to a decision, in this order and nowhere else.
//!
//! 1. The policy names the request class. If no rule can need the line, it decides at once: no
//!    lookup, no personal data.
//! 2. The subject is found: who is asked about.
//! 3. The provider is asked, first for what it has at hand, then for a lookup, which may take
//!    `maxWait`. The `freshness` and the `lookup` of the route say what a request may believe, and
//!    whether it waits at all.
//! 4. The policy decides, and annotates what goes on.
//! 5. The decision is recorded, exactly once.
//!
//! A lookup that fails is not an error path: it is `unknown(reason)`, a fact the policy answers.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rand::RngExt;

use crate::audit::{AuditSink, Record, TracingSink};
use crate::clock::Clock;
use crate::head::Head;
use crate::policy::{Assurance, Decision, DecisionId, Fault, Policy, RequestClass, Verdict};
use crate::provider::RoamingProvider;
use crate::status::{LineFacts, LineState, UnknownReason};
use crate::subject::{FromExtensions, NoSubject, Subject, SubjectSource};

mod annotate;
mod lookup;
mod providers;

use lookup::{Background, Question};
use providers::Providers;

/// Decides about requests. Cheap to clone: all clones share one policy, provider and sink.
///
/// The middleware holds one. Handlers, queues and other callers can hold one too.
#[derive(Clone)]
pub struct Gate {
    policy: Arc<Policy>,
    providers: Providers,
    subject: Arc<dyn SubjectSource>,
    audit: Arc<dyn AuditSink>,
    clock: Clock,
    unrouted: Arc<UnroutedWatch>,
    background: Background,
    observes: bool,
}

/// A check that is decided, or waits for the network.
#[derive(Debug)]
pub(crate) enum Check {
    Settled(Decision),
    Pending(Box<Pending>),
}

/// A check that waits for the network. It owns all it needs.
#[derive(Debug)]
pub(crate) struct Pending {
    gate: Gate,
    class: RequestClass,
    subject: Subject,
    id: DecisionId,
}

impl Gate {
    /// A gate that applies `policy` to what `provider` says of the [`Subject`] or [`Line`](crate::Line)
    /// in a request's extensions.
    pub fn new(policy: impl Into<Arc<Policy>>, provider: impl RoamingProvider + 'static) -> Self {
        let policy = policy.into();
        Self {
            providers: Providers::new(provider, &policy),
            policy,
            subject: Arc::new(FromExtensions),
            audit: Arc::new(TracingSink),
            clock: Clock::system(),
            unrouted: Arc::default(),
            background: Background::default(),
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
        mut self,
        purpose: impl Into<Arc<str>>,
        provider: impl RoamingProvider + 'static,
    ) -> Self {
        self.providers.add(purpose.into(), provider);
        self
    }

    /// The same gate, with this source of subjects.
    #[must_use]
    pub fn subject(mut self, source: impl SubjectSource + 'static) -> Self {
        self.subject = Arc::new(source);
        self
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
        self.clock = clock;
        self
    }

    pub(crate) fn observe_only(mut self) -> Self {
        self.observes = true;
        self
    }

    pub(crate) fn observes(&self) -> bool {
        self.observes
    }

    /// The policy that decides.
    #[must_use]
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// Decides about a request, and waits for the network if it must.
    pub async fn check(&self, head: &Head<'_>) -> Decision {
        match self.begin(head) {
            Check::Settled(decision) => decision,
            Check::Pending(pending) => pending.resolve().await,
        }
    }

    /// Decides about a request as far as it can be done without waiting.
    pub(crate) fn begin(&self, head: &Head<'_>) -> Check {
        let id = DecisionId::from_random(rand::rng().random());
        match self.at_once(id, head) {
            Ok(decision) => Check::Settled(self.recorded(decision)),
            Err(pending) => Check::Pending(pending),
        }
    }

    /// The decision, or what is needed to wait for it.
    fn at_once(&self, id: DecisionId, head: &Head<'_>) -> Result<Judged, Box<Pending>> {
        let target = head.target();
        let class = match self.policy.classify(&target) {
            Ok(class) => class,
            Err(hostile) => return Ok(self.refused(id, Fault::Path(hostile))),
        };
        self.unrouted.notice(self.policy.class_name(class).is_some());
        if self.policy.is_exempt(class, &target) {
            return Ok(self.judged(id, class, Verdict::default(), None));
        }
        if self.policy.is_settled(class) {
            return self.settled(id, class, head);
        }
        let now = self.clock.now();
        let subject = match self.subject.subject(head) {
            Ok(subject) => subject,
            Err(NoSubject::Malformed) => return Ok(self.refused(id, Fault::Identifier)),
            Err(NoSubject::Missing) => {
                return Ok(self.unidentified(id, class, UnknownReason::NoIdentifier));
            }
            Err(NoSubject::Invalid) => {
                return Ok(self.unidentified(id, class, UnknownReason::IdentifierInvalid));
            }
        };
        let assurance = subject.assurance(now);
        if let Some(verdict) = self.policy.decide_unless_needed(class, &(&assurance).into()) {
            return self.in_passing(id, class, verdict, subject);
        }
        let question = Question::new(self, class, &subject, id);
        let Some(line) = question.at_once(now) else {
            return Err(self.pending(id, class, subject));
        };
        let facts = facts(line, &subject);
        let verdict = self.policy.decide(class, facts, &assurance);
        let judged = self.judged(id, class, verdict, Some(line));
        Ok(self.annotated(judged, facts, &(&assurance).into()))
    }

    fn pending(
        &self,
        id: DecisionId,
        class: RequestClass,
        subject: Cow<'_, Subject>,
    ) -> Box<Pending> {
        Box::new(Pending { gate: self.clone(), class, subject: subject.into_owned(), id })
    }

    /// Begins a load for later requests where the class asks for one.
    fn prefetch(&self, id: DecisionId, class: RequestClass, head: &Head<'_>) {
        if self.policy.prefetches(class)
            && let Ok(subject) = self.subject.subject(head)
        {
            Question::new(self, class, &subject, id).prefetch();
        }
    }

    fn unidentified(&self, id: DecisionId, class: RequestClass, reason: UnknownReason) -> Judged {
        let line = LineState::Unknown(reason);
        let verdict = self.policy.decide(class, line, &Assurance::NONE);
        let judged = self.judged(id, class, verdict, Some(line));
        self.annotated(judged, line.into(), &(&Assurance::NONE).into())
    }

    fn refused(&self, id: DecisionId, fault: Fault) -> Judged {
        (Decision::refused_for(id, self.policy.hash(), fault), None)
    }

    fn judged(
        &self,
        id: DecisionId,
        class: RequestClass,
        verdict: Verdict,
        line: Option<LineState>,
    ) -> Judged {
        (Decision::new(id, self.policy.hash(), verdict, line), Some(class))
    }

    /// The one place where a decision is recorded.
    fn recorded(&self, (decision, class): Judged) -> Decision {
        let route = class.and_then(|class| self.policy.class_name(class)).map(AsRef::as_ref);
        self.audit.record(&Record { decision: &decision, route, observed: self.observes });
        decision
    }
}

impl Pending {
    /// Names the decision to come.
    pub(crate) fn id(&self) -> DecisionId {
        self.id
    }

    /// Asks the network, waits at most `maxWait`, decides.
    pub(crate) async fn resolve(self) -> Decision {
        let Self { gate, class, subject, id } = self;
        let line = Question::new(&gate, class, &subject, id).wait().await;
        let assurance = subject.assurance(gate.clock.now());
        let facts = facts(line, &subject);
        let verdict = gate.policy.decide(class, facts, &assurance);
        let judged = gate.judged(id, class, verdict, Some(line));
        gate.recorded(gate.annotated(judged, facts, &(&assurance).into()))
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policy = self.policy.hash();
        f.debug_struct("Gate")
            .field("policy", &policy)
            .field("providers", &self.providers)
            .finish_non_exhaustive()
    }
}

/// A decision, and the class of its request where the path could be judged.
type Judged = (Decision, Option<RequestClass>);

fn facts(state: LineState, subject: &Subject) -> LineFacts {
    LineFacts { state, number_countries: subject.line.number_countries() }
}

/// Warns once when the first thousand requests all matched no route: the policy's paths are then
/// probably not those that clients send.
#[derive(Debug, Default)]
struct UnroutedWatch(AtomicU32);

impl UnroutedWatch {
    const REQUESTS: u32 = 1_000;

    fn notice(&self, is_routed: bool) {
        if self.0.load(Ordering::Relaxed) >= Self::REQUESTS {
            return;
        }
        if is_routed {
            self.0.store(Self::REQUESTS, Ordering::Relaxed);
        } else if self.0.fetch_add(1, Ordering::Relaxed) + 1 == Self::REQUESTS {
            tracing::warn!(
                target: "roamgate::gate",
                requests = Self::REQUESTS,
                "no request has matched a route of the policy yet; do its paths say what clients send?"
            );
        }
    }
}

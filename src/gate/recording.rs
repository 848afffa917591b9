//! The one place where a decision is recorded, with what it was made from.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};

use super::hearing::Hearing;
use super::sighting::SightedFacts;
use super::{Check, Gate, Judged, Snapshot};
use crate::audit::{Evidence, Record, Taken, Waits};
use crate::facts::RequestFacts;
use crate::metrics::{self, Counters, Place};
use crate::policy::{Decision, Facts, Fault, RequestClass, Target};
use crate::status::Answer;
use crate::subject::Subject;

/// What a decision was made from, while it is at hand.
pub(super) struct Basis<'a> {
    pub(super) subject: Option<&'a Subject>,
    pub(super) facts: &'a dyn Facts,
    pub(super) answer: Option<Answer>,
    pub(super) waited: Option<Duration>,
    pub(super) now: SystemTime,
}

/// A decision that is recorded, or is being recorded.
#[derive(Debug)]
pub(super) enum Recorded {
    Done(Decision),
    Waits(Box<Unrecorded>),
}

/// A decision that holds once its record is taken.
#[derive(Debug)]
pub(crate) struct Unrecorded {
    decision: Decision,
    waits: Waits,
}

/// A target that outlives its request.
#[derive(Debug)]
pub(super) struct KeptTarget {
    method: Box<str>,
    path: Box<str>,
    preflight: bool,
}

impl<'a> Basis<'a> {
    /// Nothing but the class of the request.
    pub(super) fn nothing(now: SystemTime) -> Self {
        Self { subject: None, facts: &(), answer: None, waited: None, now }
    }

    /// What is known without the line.
    pub(super) fn request(
        facts: &'a RequestFacts<'a>,
        subject: Option<&'a Subject>,
        now: SystemTime,
    ) -> Self {
        Self { subject, facts, answer: None, waited: None, now }
    }

    /// What is known of the line too.
    pub(super) fn sighted(facts: &'a SightedFacts<'a>, subject: &'a Subject) -> Self {
        let (answer, waited) = (facts.seen.answer(), facts.seen.waited);
        Self { subject: Some(subject), facts, answer, waited, now: facts.now }
    }
}

impl Hearing<'_> {
    pub(super) fn recorded(&self, judged: Judged, basis: &Basis<'_>) -> Recorded {
        let judged = self.overridden(judged, basis);
        let Self { gate, snapshot, policy, class, target, .. } = *self;
        let evidence = Evidence {
            now: basis.now,
            policy,
            class: Some(class),
            target,
            deferred: snapshot.policies.left_out_of(policy),
            subject: basis.subject,
            facts: basis.facts,
            answer: basis.answer,
            waited: basis.waited,
        };
        gate.recorded(snapshot, judged, evidence)
    }
}

impl Gate {
    /// What requests count under this policy.
    pub(crate) fn counters<'a>(&self, snapshot: &'a Snapshot) -> &'a Counters {
        snapshot.meters.of(snapshot.policy(), self.observes)
    }

    /// Begins all that requests count at zero.
    pub(crate) fn begin_counting(&self) {
        let _ = self.counters(&self.snapshot());
    }

    /// The one place where a decision is recorded, and counted.
    pub(super) fn recorded(
        &self,
        snapshot: &Snapshot,
        (decision, class): Judged,
        evidence: Evidence<'_>,
    ) -> Recorded {
        let position = class.map(RequestClass::position);
        self.counters(snapshot).decided(position, &decision, evidence.answer, evidence.now);
        let route = class.and_then(|class| evidence.policy.class_name(class)).map(AsRef::as_ref);
        let observed = self.observes;
        let record = Record { decision: &decision, route, observed, evidence };
        let taken = catch_unwind(AssertUnwindSafe(|| self.audit.try_record(&record)));
        let taken = taken.unwrap_or_else(|_| {
            metrics::panicked(Place::Audit);
            tracing::error!(target: "roamgate::gate", "the receiver of records panicked");
            Taken::Refused
        });
        match taken {
            Taken::Refused if !observed => Recorded::Done(not_on_record(&decision)),
            Taken::Kept | Taken::Refused => Recorded::Done(decision),
            Taken::Waits(waits) => Recorded::Waits(Box::new(Unrecorded { decision, waits })),
        }
    }
}

impl Recorded {
    pub(super) async fn decided(self) -> Decision {
        match self {
            Self::Done(decision) => decision,
            Self::Waits(unrecorded) => unrecorded.decided().await,
        }
    }
}

impl From<Recorded> for Check {
    fn from(recorded: Recorded) -> Self {
        match recorded {
            Recorded::Done(decision) => Self::Settled(decision),
            Recorded::Waits(unrecorded) => Self::Unrecorded(unrecorded),
        }
    }
}

impl Unrecorded {
    pub(super) fn decision(&self) -> &Decision {
        &self.decision
    }

    pub(super) async fn decided(self) -> Decision {
        let Self { decision, waits } = self;
        if waits.taken().await { decision } else { not_on_record(&decision) }
    }
}

/// What becomes of a decision that cannot be recorded.
fn not_on_record(decision: &Decision) -> Decision {
    metrics::unrecorded();
    Decision::refused_for(decision.id(), decision.policy_hash(), Fault::AuditUnavailable)
}

impl KeptTarget {
    pub(super) fn of(target: Target<'_>) -> Self {
        let Target { method, path, preflight } = target;
        Self { method: method.into(), path: path.into(), preflight }
    }

    pub(super) fn target(&self) -> Target<'_> {
        Target::new(&self.method, &self.path).preflight(self.preflight)
    }
}

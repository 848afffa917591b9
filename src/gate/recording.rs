//! The one place where a decision is recorded, with what it was made from.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::hearing::Hearing;
use super::sighting::SightedFacts;
use super::{Check, Gate, Snapshot, Unsettled};
use crate::audit::{Evidence, Record, Taken, Waits};
use crate::metrics::{self, Counters, Place};
use crate::moment::Moment;
use crate::policy::{Decision, Fault, RequestClass, Target};
use crate::subject::Subject;

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

impl Hearing<'_> {
    #[inline(always)]
    pub(super) fn recorded(&self, mut decision: Decision, evidence: &Evidence<'_>) -> Check {
        self.name_overrides(&mut decision, evidence);
        self.gate.recorded(self.snapshot, decision, Some(self.class), evidence)
    }

    /// A request that is refused whatever its class says.
    pub(super) fn refused(&self, fault: Fault, now: Moment) -> Check {
        let decision = Decision::refused_for(self.id, self.policy.hash(), fault);
        self.gate.recorded(self.snapshot, decision, None, &self.evidence(now))
    }

    /// What a decision is made from that is about nobody, and asks for no fact.
    #[inline(always)]
    pub(super) fn evidence(&self, now: Moment) -> Evidence<'_> {
        let Self { snapshot, policy, class, target, .. } = *self;
        Evidence {
            now,
            policy,
            class: Some(class),
            target,
            deferred: snapshot.policies.left_out_of(policy),
            subject: None,
            facts: &(),
            answer: None,
            waited: None,
        }
    }

    /// What a decision is made from that asked about the line, or could have.
    #[inline(always)]
    pub(super) fn evidence_of<'e>(
        &'e self,
        facts: &'e SightedFacts<'e>,
        subject: &'e Subject,
    ) -> Evidence<'e> {
        let (answer, waited) = (facts.seen.answer(), facts.seen.waited);
        Evidence { subject: Some(subject), facts, answer, waited, ..self.evidence(facts.now) }
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

    /// The one place where a decision is recorded, and counted: under the class by which it was
    /// judged.
    #[inline(always)]
    fn record(
        &self,
        snapshot: &Snapshot,
        decision: &Decision,
        class: Option<RequestClass>,
        evidence: &Evidence<'_>,
    ) -> Taken {
        let position = class.map(RequestClass::position);
        self.counters(snapshot).decided(position, decision, evidence.answer, evidence.now);
        let route = class.and_then(|class| evidence.policy.class_name(class)).map(AsRef::as_ref);
        let observed = self.observes;
        let record = Record { decision, route, observed, evidence };
        let taken = catch_unwind(AssertUnwindSafe(|| self.audit.try_record(&record)));
        let taken = taken.unwrap_or_else(|_| {
            metrics::panicked(Place::Audit);
            tracing::error!(target: "roamgate::gate", "the receiver of records panicked");
            Taken::Refused
        });
        match taken {
            Taken::Refused if observed => Taken::Kept,
            taken => taken,
        }
    }

    /// The decision, recorded.
    #[inline(always)]
    pub(super) fn recorded(
        &self,
        snapshot: &Snapshot,
        decision: Decision,
        class: Option<RequestClass>,
        evidence: &Evidence<'_>,
    ) -> Check {
        match self.record(snapshot, &decision, class, evidence) {
            Taken::Kept => Check::Settled(decision),
            Taken::Refused => Check::Settled(not_on_record(&decision)),
            Taken::Waits(waits) => {
                let unrecorded = Box::new(Unrecorded { decision, waits });
                Check::Unsettled(Unsettled::Unrecorded(unrecorded))
            }
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

//! [`Decision`]: one value, read by the response, the handler, the audit record and `explain`.

#![warn(clippy::arithmetic_side_effects)]

use std::fmt;
use std::sync::Arc;

use super::annotate::Annotations;
use super::effect::{Challenge, Effect};
use super::hash::PolicyHash;
use super::route::Hostile;
use super::verdict::{SharedVerdict, Verdict};
use crate::status::{LineState, RoamingStatus, UnknownReason};

/// What was decided about one request.
///
/// In the request's extensions it is the permit: a handler that reads it knows that the gate
/// was passed, and what is known of the line. In the extensions of a refusal it is the reason.
#[derive(Clone, Debug)]
pub struct Decision {
    id: DecisionId,
    policy_hash: PolicyHash,
    verdict: SharedVerdict,
    line: Option<LineState>,
    fault: Option<Fault>,
    is_observed: bool,
    projected: Option<Effect>,
    notes: Option<Box<Notes>>,
}

/// What few decisions have beside. It stands apart: decisions are moved a lot, and beyond 128 bytes by a call.
#[derive(Clone, Debug, Default)]
struct Notes {
    annotations: Annotations,
    overrides: Vec<Arc<str>>,
}

#[cfg(test)]
const _: () = assert!(size_of::<Decision>() <= 128);

/// 128 random bits that name a decision in logs, answers and records. Displays as 32 hexadecimal digits.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct DecisionId(u128);

/// Why a request is refused whatever the rules say: what the caller got wrong, or that nobody could
/// write down what was decided. It is never a reason for which something is unknown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The path can be understood in two ways.
    Path(Hostile),
    /// The identifier that the caller wrote is malformed, doubled or contradictory.
    Identifier,
    /// The decision cannot be recorded, and the service does nothing that is not on record.
    AuditUnavailable,
}

impl Decision {
    #[inline]
    pub(crate) fn new(
        id: DecisionId,
        policy_hash: PolicyHash,
        verdict: impl Into<SharedVerdict>,
        line: Option<LineState>,
    ) -> Self {
        let (verdict, fault, projected, notes) = (verdict.into(), None, None, None);
        Self { id, policy_hash, verdict, line, fault, is_observed: false, projected, notes }
    }

    pub(crate) fn annotate(&mut self, annotations: Annotations) {
        if !annotations.is_empty() {
            self.notes.get_or_insert_default().annotations = annotations;
        }
    }

    pub(crate) fn refused_for(id: DecisionId, policy_hash: PolicyHash, fault: Fault) -> Self {
        let verdict = Verdict { effect: Effect::Deny, ..Verdict::default() };
        Self { fault: Some(fault), ..Self::new(id, policy_hash, verdict, None) }
    }

    /// The permit of a gate that only observes: the request goes on before it is judged.
    pub(crate) fn observed(id: DecisionId, policy_hash: PolicyHash) -> Self {
        Self { is_observed: true, ..Self::new(id, policy_hash, SharedVerdict::default(), None) }
    }

    /// What happens to the request.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.verdict.effect
    }

    /// The deciding rule; none where nothing objected, or where no route matched.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        self.verdict.rule.as_deref()
    }

    /// Why the deciding rule could not be decided; none if it is definite.
    #[must_use]
    pub fn reason(&self) -> Option<UnknownReason> {
        self.verdict.reason
    }

    /// Why the request is refused whatever the rules say, if it is: mostly, what the caller got wrong.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// What the customer has to do, where the effect is `stepUp`.
    #[must_use]
    pub fn challenge(&self) -> Option<&Arc<Challenge>> {
        self.verdict.challenge.as_ref()
    }

    /// The deciding rule asked for a step-up that the subject has already made.
    #[must_use]
    pub fn is_satisfied(&self) -> bool {
        self.verdict.is_satisfied
    }

    /// What is known of the line. None where nobody asked: neither the decision needed it, nor an
    /// annotation.
    #[must_use]
    pub fn line(&self) -> Option<LineState> {
        self.line
    }

    /// The status of the line, if it is known.
    #[must_use]
    pub fn status(&self) -> Option<RoamingStatus> {
        match self.line {
            Some(LineState::Known(status)) => Some(status),
            Some(LineState::Unknown(_)) | None => None,
        }
    }

    /// What annotate rules set on the request and on its answer.
    #[must_use]
    pub fn annotations(&self) -> &Annotations {
        self.notes.as_deref().map_or(&Annotations::NONE, |notes| &notes.annotations)
    }

    /// Names this decision in logs, answers and records.
    #[must_use]
    pub fn id(&self) -> DecisionId {
        self.id
    }

    /// The policy that decided.
    #[must_use]
    pub fn policy_hash(&self) -> PolicyHash {
        self.policy_hash
    }

    /// The gate only observed: the request went on before it was judged.
    #[must_use]
    pub fn is_observed(&self) -> bool {
        self.is_observed
    }

    /// What the effect would be if every rule in shadow were enforced. None where no such rule
    /// judges the request, and where one waits for a lookup: see
    /// [`AuditSink::shadow`](crate::audit::AuditSink::shadow).
    #[must_use]
    pub fn projected(&self) -> Option<Effect> {
        self.projected
    }

    pub(crate) fn project(&mut self, projected: Option<Effect>) {
        self.projected = projected;
    }

    /// The overrides (`kind: Override`) without which some rule would have said something else,
    /// sorted by name. Where nobody asked about the line, also those without which it might have.
    #[must_use]
    pub fn overrides(&self) -> &[Arc<str>] {
        self.notes.as_deref().map_or(&[], |notes| &notes.overrides)
    }

    pub(crate) fn name_overrides(&mut self, overrides: Vec<Arc<str>>) {
        if !overrides.is_empty() {
            self.notes.get_or_insert_default().overrides = overrides;
        }
    }

    pub(crate) fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

impl DecisionId {
    pub(crate) fn from_random(bits: u128) -> Self {
        Self(bits)
    }

    pub(crate) fn bits(self) -> u128 {
        self.0
    }
}

impl fmt::Display for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecisionId({self})")
    }
}

impl Fault {
    /// The name in logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Path(_) => "malformedPath",
            Self::Identifier => "malformedIdentifier",
            Self::AuditUnavailable => "auditUnavailable",
        }
    }
}

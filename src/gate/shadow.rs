//! What shadow rules would have made of a decision. Nothing here touches what was decided.
//!
//! Where the decision knew the line, or no shadow rule needs it, this is known at once. Else a
//! sampled share of the requests has the line looked up once it is decided, and what comes of it
//! is a record of its own.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use super::hearing::{Hearing, around, line_facts};
use super::lookup::Question;
use super::sighting::{Seen, SightedFacts};
use super::{Gate, Judged};
use crate::audit::ShadowRecord;
use crate::facts::Kept;
use crate::policy::{Assurance, Circumstances, Decision, Effect, Policy, Projection, RequestClass};
use crate::provider::ProviderError;
use crate::status::{Answer, LineState, ReasonGroup, UnknownReason};
use crate::subject::{NoSubject, Subject};

impl Hearing<'_> {
    /// The same decision, with what it would be if every shadow rule were enforced.
    pub(super) fn projected(
        &self,
        (decision, class): Judged,
        subject: Option<&Subject>,
        around: &Circumstances<'_>,
    ) -> Judged {
        if !self.policy.projects(self.class) {
            return (decision, class);
        }
        let effect = match (decision.line(), subject) {
            (Some(line), Some(subject)) => {
                Some(self.policy.projected(self.class, line_facts(subject, line), around))
            }
            (Some(line), None) => Some(self.policy.projected(self.class, line.into(), around)),
            (None, subject) => self.without_its_line(&decision, subject, around),
        };
        (decision.with_projected(effect), class)
    }

    /// The same of a decision that was made without looking at who asks.
    pub(super) fn projected_for(
        &self,
        (decision, class): Judged,
        subject: Result<Cow<'_, Subject>, NoSubject>,
    ) -> Judged {
        let now = self.gate.clock.now();
        let reason = match subject {
            Ok(subject) => {
                let facts = self.facts(Some(&subject));
                let around = around(subject.assurance(now), &facts);
                return self.projected((decision, class), Some(&subject), &around);
            }
            Err(NoSubject::Malformed) => return (decision, class),
            Err(NoSubject::Missing) => UnknownReason::NoIdentifier,
            Err(NoSubject::Invalid) => UnknownReason::IdentifierInvalid,
        };
        let (line, facts) = (LineState::Unknown(reason), self.facts(None));
        let around = around(Assurance { now, ..Assurance::NONE }, &facts);
        let effect = self.policy.projected(self.class, line.into(), &around);
        (decision.with_projected(Some(effect)), class)
    }

    /// What is known of it at once; where nothing is, a lookup is begun for a share of requests.
    fn without_its_line(
        &self,
        decision: &Decision,
        subject: Option<&Subject>,
        around: &Circumstances<'_>,
    ) -> Option<Effect> {
        let sample = match self.policy.project_without_line(self.class, around) {
            Projection::Known(effect) => return Some(effect),
            Projection::Waits { sample } => sample,
        };
        let subject = subject?;
        let question = Question::in_shadow(self, subject);
        if let Some(seen) = question.at_hand(around.assurance.now) {
            return Some(self.projected_by(&question, subject, seen, around.assurance.now));
        }
        if decision.id().bits() % 100 < u128::from(sample) {
            let later = Later {
                gate: self.gate.clone(),
                policy: Arc::clone(self.policy),
                class: self.class,
                decision: decision.clone(),
                carried: self.carried.keep(self.policy),
                subject: subject.clone(),
                now: around.assurance.now,
            };
            question.load_then(move |asked| later.judge(asked));
        }
        None
    }

    fn projected_by(
        &self,
        question: &Question<'_>,
        subject: &Subject,
        seen: Seen,
        now: SystemTime,
    ) -> Effect {
        let (line, source) = (subject.line, question.source());
        let facts = SightedFacts { request: self.facts(Some(subject)), line, seen, source, now };
        let around = around(subject.assurance(now), &facts);
        self.policy.projected(self.class, line_facts(subject, seen.state), &around)
    }
}

/// A decision whose projection waits for a lookup. It owns all it needs.
struct Later {
    gate: Gate,
    policy: Arc<Policy>,
    class: RequestClass,
    decision: Decision,
    carried: Kept,
    subject: Subject,
    /// When it was decided.
    now: SystemTime,
}

impl Later {
    /// Records what would have been decided.
    fn judge(self, asked: Option<Result<Answer, ProviderError>>) {
        let Self { gate, policy, class, decision, carried, subject, now } = &self;
        let carried = carried.carried(&gate.trusted_headers);
        let hearing = Hearing { gate, policy, class: *class, id: decision.id(), carried };
        let question = Question::in_shadow(&hearing, subject);
        let seen = match asked {
            Some(Ok(answer)) => Some(question.judge(&answer, gate.clock.now())),
            Some(Err(error)) => is_of_the_customer(&error).then(|| Seen::nothing(error.reason())),
            None => None,
        };
        let projected = seen.map(|seen| hearing.projected_by(&question, subject, seen, *now));
        let route = policy.class_name(*class).map(AsRef::as_ref);
        let observed = gate.observes;
        gate.audit.shadow(&ShadowRecord { decision, route, observed, projected });
    }
}

/// A failure that says something of the customer, and not of the moment.
fn is_of_the_customer(error: &ProviderError) -> bool {
    !matches!(error.reason().group(), ReasonGroup::Outage | ReasonGroup::Broken)
}

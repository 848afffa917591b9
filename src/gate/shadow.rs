//! What shadow rules would have made of a decision. Nothing here touches what was decided.
//!
//! Where the decision knew the line, or no shadow rule needs it, this is known at once. Else a
//! sampled share of the requests has the line looked up once it is decided, and what comes of it
//! is a record of its own.

use std::time::SystemTime;

use super::lookup::Question;
use super::{Gate, Judged, facts};
use crate::audit::ShadowRecord;
use crate::head::Head;
use crate::policy::{
    Assurance, Attributes, Circumstances, Decision, Effect, Projection, RequestClass,
};
use crate::provider::ProviderError;
use crate::status::{Answer, LineState, ReasonGroup, UnknownReason};
use crate::subject::{NoSubject, Subject};

impl Gate {
    /// The same decision, with what it would be if every shadow rule were enforced.
    pub(super) fn projected(
        &self,
        (decision, class): Judged,
        subject: Option<&Subject>,
        around: &Circumstances<'_>,
    ) -> Judged {
        let class_in_shadow = class.filter(|class| self.policy.projects(*class));
        let Some(in_shadow) = class_in_shadow else { return (decision, class) };
        let effect = match (decision.line(), subject) {
            (Some(line), Some(subject)) => {
                Some(self.policy.projected(in_shadow, facts(line, subject), around))
            }
            (Some(line), None) => Some(self.policy.projected(in_shadow, line.into(), around)),
            (None, subject) => self.without_its_line(&decision, in_shadow, subject, around),
        };
        (decision.with_projected(effect), class)
    }

    /// The same of a decision that was made without looking at who asks.
    pub(super) fn projected_for(&self, judged: Judged, head: &Head<'_>) -> Judged {
        let subject = match self.subject.subject(head) {
            Ok(subject) => subject,
            Err(no_subject) => return self.projected_for_nobody(judged, no_subject),
        };
        let assurance = subject.assurance(self.clock.now());
        self.projected(judged, Some(&subject), &(&assurance).into())
    }

    /// The same where the request does not say who asks.
    fn projected_for_nobody(&self, (decision, class): Judged, why: NoSubject) -> Judged {
        let reason = match why {
            NoSubject::Malformed => return (decision, class),
            NoSubject::Missing => UnknownReason::NoIdentifier,
            NoSubject::Invalid => UnknownReason::IdentifierInvalid,
        };
        let line = LineState::Unknown(reason);
        let effect = class
            .map(|class| self.policy.projected(class, line.into(), &(&Assurance::NONE).into()));
        (decision.with_projected(effect), class)
    }

    /// What is known of it at once; where nothing is, a lookup is begun for a share of requests.
    fn without_its_line(
        &self,
        decision: &Decision,
        class: RequestClass,
        subject: Option<&Subject>,
        around: &Circumstances<'_>,
    ) -> Option<Effect> {
        let sample = match self.policy.project_without_line(class, around) {
            Projection::Known(effect) => return Some(effect),
            Projection::Waits { sample } => sample,
        };
        let subject = subject?;
        let question = Question::in_shadow(self, class, subject, decision.id());
        if let Some(line) = question.at_hand(around.assurance.now) {
            return Some(self.policy.projected(class, facts(line, subject), around));
        }
        if decision.id().bits() % 100 < u128::from(sample) {
            let later = Later {
                gate: self.clone(),
                decision: decision.clone(),
                class,
                subject: subject.clone(),
                facts: self.kept(around),
                now: around.assurance.now,
            };
            question.load_then(move |asked| later.judge(asked));
        }
        None
    }

    /// The facts that rules ask for, kept for when the request is gone.
    fn kept(&self, around: &Circumstances<'_>) -> Attributes {
        let values = self
            .policy
            .facts()
            .iter()
            .filter_map(|fact| Some((&fact.name, around.facts.get(&fact.name)?)));
        values.fold(Attributes::new(), |kept, (name, value)| kept.set(name.clone(), value))
    }
}

/// A decision whose projection waits for a lookup. It owns all it needs.
struct Later {
    gate: Gate,
    decision: Decision,
    class: RequestClass,
    subject: Subject,
    facts: Attributes,
    /// When it was decided.
    now: SystemTime,
}

impl Later {
    /// Records what would have been decided.
    fn judge(self, asked: Option<Result<Answer, ProviderError>>) {
        let Self { gate, decision, class, subject, facts: kept, now } = self;
        let line = match asked {
            Some(Ok(answer)) => Some(
                Question::in_shadow(&gate, class, &subject, decision.id())
                    .judge(&answer, gate.clock.now()),
            ),
            Some(Err(error)) => {
                is_of_the_customer(&error).then(|| LineState::Unknown(error.reason()))
            }
            None => None,
        };
        let assurance = subject.assurance(now);
        let around = Circumstances::from(&assurance).facts(&kept);
        let projected =
            line.map(|line| gate.policy.projected(class, facts(line, &subject), &around));
        let route = gate.policy.class_name(class).map(AsRef::as_ref);
        let observed = gate.observes;
        gate.audit.shadow(&ShadowRecord { decision: &decision, route, observed, projected });
    }
}

/// A failure that says something of the customer, and not of the moment.
fn is_of_the_customer(error: &ProviderError) -> bool {
    !matches!(error.reason().group(), ReasonGroup::Outage | ReasonGroup::Broken)
}

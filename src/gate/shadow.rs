//! What shadow rules would have made of a decision. Nothing here touches what was decided.
//!
//! Where the decision knew the line, or no shadow rule needs it, this is known at once. Else a
//! sampled share of the requests has the line looked up once it is decided, and what comes of it
//! is a record of its own.

use std::sync::Arc;

use super::hearing::{Hearing, around};
use super::lookup::Question;
use super::sighting::{Seen, line_facts};
use super::{Gate, Snapshot};
use crate::audit::ShadowRecord;
use crate::facts::Kept;
use crate::moment::Moment;
use crate::policy::{Circumstances, Decision, Effect, Policy, Projection, RequestClass};
use crate::provider::ProviderError;
use crate::status::{Answer, LineFacts, ReasonGroup};
use crate::subject::Subject;

impl Hearing<'_> {
    /// Notes what the decision would be if every shadow rule were enforced.
    pub(super) fn project(
        &self,
        decision: &mut Decision,
        subject: &Subject,
        around: &Circumstances<'_>,
    ) {
        if !self.policy.projects(self.class) {
            return;
        }
        match decision.line() {
            Some(line) => {
                let line = line_facts(self.policy, subject.line, line);
                self.project_of(decision, &line, around);
            }
            None => decision.project(self.without_its_line(decision, subject, around)),
        }
    }

    /// The same, where nothing more can be known of the line.
    pub(super) fn project_of(
        &self,
        decision: &mut Decision,
        line: &LineFacts,
        around: &Circumstances<'_>,
    ) {
        if self.policy.projects(self.class) {
            decision.project(Some(self.policy.projected(self.class, *line, around)));
        }
    }

    /// What is known of it at once; where nothing is, a lookup is begun for a share of requests.
    fn without_its_line(
        &self,
        decision: &Decision,
        subject: &Subject,
        around: &Circumstances<'_>,
    ) -> Option<Effect> {
        let sample = match self.policy.project_without_line(self.class, around) {
            Projection::Known(effect) => return Some(effect),
            Projection::Waits { sample } => sample,
        };
        let question = Question::in_shadow(self, subject);
        let now = around.assurance.now.into();
        if let Some(seen) = question.cached_now(now) {
            return Some(self.projected_by(&question, subject, &seen, now));
        }
        if decision.id().bits() % 100 < u128::from(sample) {
            let later = Later {
                gate: self.gate.clone(),
                snapshot: Arc::clone(self.snapshot),
                policy: Arc::clone(self.policy),
                class: self.class,
                decision: decision.clone(),
                carried: self.carried.keep(self.policy),
                subject: subject.clone(),
                now,
            };
            question.load_then(move |asked| later.judge(asked));
        }
        None
    }

    fn projected_by(
        &self,
        question: &Question<'_>,
        subject: &Subject,
        seen: &Seen,
        now: Moment,
    ) -> Effect {
        let facts = self.sighted(question, subject, seen, now);
        let around = around(subject.assurance(now), &facts);
        self.policy.projected(self.class, facts.line_facts(), &around)
    }
}

/// A decision whose projection waits for a lookup. It owns all it needs.
struct Later {
    gate: Gate,
    snapshot: Arc<Snapshot>,
    policy: Arc<Policy>,
    class: RequestClass,
    decision: Decision,
    carried: Kept,
    subject: Subject,
    /// When it was decided.
    now: Moment,
}

impl Later {
    /// Records what would have been decided.
    fn judge(self, asked: Option<Result<Answer, ProviderError>>) {
        let Self { gate, snapshot, policy, class, decision, carried, subject, now } = &self;
        let carried = carried.carried(&gate.trusted_headers);
        let (class, id, target) = (*class, decision.id(), None);
        let ticked = None;
        let hearing = Hearing { gate, snapshot, policy, class, id, carried, target, ticked };
        let question = Question::in_shadow(&hearing, subject);
        let seen = match asked {
            Some(Ok(answer)) => Some(question.judge(&answer, gate.clock.now().into())),
            Some(Err(error)) => is_of_the_customer(&error).then(|| Seen::nothing(error.reason())),
            None => None,
        };
        let projected = seen.map(|seen| hearing.projected_by(&question, subject, &seen, *now));
        if let Some(projected) = projected {
            gate.counters(snapshot).projected(decision.effect(), projected);
        }
        let route = policy.class_name(class).map(AsRef::as_ref);
        let observed = gate.observes;
        gate.audit.shadow(&ShadowRecord { decision, route, observed, projected });
    }
}

/// A failure that says something of the customer, and not of the moment.
fn is_of_the_customer(error: &ProviderError) -> bool {
    !matches!(error.reason().group(), ReasonGroup::Outage | ReasonGroup::Broken)
}

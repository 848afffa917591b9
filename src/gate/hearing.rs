//! One request, or one question of a handler, before the policy.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use super::lookup::Question;
use super::sighting::{Seen, SightedFacts};
use super::{Gate, Judged};
use crate::facts::{Carried, Kept, RequestFacts};
use crate::policy::{
    Assurance, Circumstances, Decision, DecisionId, Facts, Fault, Policy, RequestClass, Verdict,
};
use crate::status::{LineFacts, LineState, UnknownReason};
use crate::subject::{NoSubject, Subject};

/// What is decided about, before anybody knows of whom.
#[derive(Clone, Copy)]
pub(super) struct Hearing<'a> {
    pub(super) gate: &'a Gate,
    pub(super) policy: &'a Arc<Policy>,
    pub(super) class: RequestClass,
    pub(super) id: DecisionId,
    pub(super) carried: Carried<'a>,
}

/// A check that waits for the network. It owns all it needs.
#[derive(Debug)]
pub(crate) struct Pending {
    gate: Gate,
    policy: Arc<Policy>,
    class: RequestClass,
    id: DecisionId,
    carried: Kept,
    subject: Subject,
}

impl Hearing<'_> {
    /// The decision, or what is needed to wait for it.
    pub(super) fn begin<'s>(
        &self,
        subject: impl Fn() -> Result<Cow<'s, Subject>, NoSubject>,
    ) -> Result<Judged, Box<Pending>> {
        if self.policy.is_settled(self.class) {
            if self.policy.prefetches(self.class)
                && let Ok(subject) = subject()
            {
                Question::new(self, &subject).prefetch();
            }
            let judged = self.judged(self.policy.decide_settled(self.class), None);
            return Ok(match self.policy.projects(self.class) {
                true => self.projected_for(judged, subject()),
                false => judged,
            });
        }
        let now = self.gate.clock.now();
        match subject() {
            Ok(subject) => match self.at_once(&subject, now) {
                Some(judged) => Ok(judged),
                None => Err(Box::new(self.pending(subject.into_owned()))),
            },
            Err(NoSubject::Malformed) => Ok(self.gate.refused(self.id, Fault::Identifier)),
            Err(NoSubject::Missing) => Ok(self.of_nobody(UnknownReason::NoIdentifier, now)),
            Err(NoSubject::Invalid) => Ok(self.of_nobody(UnknownReason::IdentifierInvalid, now)),
        }
    }

    fn at_once(&self, subject: &Subject, now: SystemTime) -> Option<Judged> {
        let question = Question::new(self, subject);
        let facts = self.facts(Some(subject));
        let around = around(subject.assurance(now), &facts);
        if let Some(verdict) = self.policy.decide_unless_needed(self.class, &around) {
            question.prefetch();
            return Some(self.projected(self.judged(verdict, None), Some(subject), &around));
        }
        let seen = question.at_once(now)?;
        Some(self.after(&question, subject, seen, now))
    }

    /// The decision about a line that was asked about.
    fn after(
        &self,
        question: &Question<'_>,
        subject: &Subject,
        seen: Seen,
        now: SystemTime,
    ) -> Judged {
        let (line, source) = (subject.line, question.source());
        let facts = SightedFacts { request: self.facts(Some(subject)), line, seen, source, now };
        let around = around(subject.assurance(now), &facts);
        let verdict = self.policy.decide(self.class, line_facts(subject, seen.state), around);
        self.projected(self.judged(verdict, Some(seen.state)), Some(subject), &around)
    }

    /// The decision about a request that names no line.
    fn of_nobody(&self, reason: UnknownReason, now: SystemTime) -> Judged {
        let facts = self.facts(None);
        let around = around(Assurance { now, ..Assurance::NONE }, &facts);
        if let Some(verdict) = self.policy.decide_unless_needed(self.class, &around) {
            return self.projected(self.judged(verdict, None), None, &around);
        }
        let line = LineState::Unknown(reason);
        let verdict = self.policy.decide(self.class, line, around);
        self.projected(self.judged(verdict, Some(line)), None, &around)
    }

    pub(super) fn facts<'f>(&'f self, subject: Option<&'f Subject>) -> RequestFacts<'f> {
        RequestFacts::new(self.policy, self.carried, subject)
    }

    fn judged(&self, verdict: Verdict, line: Option<LineState>) -> Judged {
        (Decision::new(self.id, self.policy.hash(), verdict, line), Some(self.class))
    }

    fn pending(&self, subject: Subject) -> Pending {
        let Self { gate, policy, class, id, carried } = *self;
        let (gate, policy, carried) = (gate.clone(), Arc::clone(policy), carried.keep(policy));
        Pending { gate, policy, class, id, carried, subject }
    }
}

impl Pending {
    /// Names the decision to come.
    pub(crate) fn id(&self) -> DecisionId {
        self.id
    }

    /// Asks the network, waits at most `maxWait`, decides.
    pub(crate) async fn resolve(self) -> Decision {
        let Self { gate, policy, class, id, carried, subject } = &self;
        let carried = carried.carried(&gate.trusted_headers);
        let hearing = Hearing { gate, policy, class: *class, id: *id, carried };
        let question = Question::new(&hearing, subject);
        let seen = question.wait().await;
        gate.recorded(hearing.after(&question, subject, seen, gate.clock.now()))
    }
}

/// A line in this state, with what its number says.
pub(super) fn line_facts(subject: &Subject, state: LineState) -> LineFacts {
    LineFacts { state, number_countries: subject.line.number_countries() }
}

pub(super) fn around<'a>(assurance: Assurance<'a>, facts: &'a dyn Facts) -> Circumstances<'a> {
    Circumstances { assurance, facts }
}

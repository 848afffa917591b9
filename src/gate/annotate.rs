//! What a permit tells the application, and what is known of the line to tell it.
//!
//! An annotation changes no decision: nobody is refused, and nobody waits, for what only an
//! annotation asks, unless its rule says `lookup: wait`.

use std::borrow::Cow;

use super::lookup::Question;
use super::{Gate, Judged, Pending, facts};
use crate::head::Head;
use crate::policy::{Assurance, Circumstances, DecisionId, Effect, Lookup, RequestClass, Verdict};
use crate::status::{LineFacts, LineState, UnknownReason};
use crate::subject::{NoSubject, Subject};

impl Gate {
    /// A request whose class settles the decision.
    pub(super) fn settled(
        &self,
        id: DecisionId,
        class: RequestClass,
        head: &Head<'_>,
    ) -> Result<Judged, Box<Pending>> {
        let verdict = self.policy.decide_settled(class);
        if verdict.effect != Effect::Allow || !self.policy.annotates(class) {
            self.prefetch(id, class, head);
            return Ok(self.judged(id, class, verdict, None));
        }
        match self.subject.subject(head) {
            Ok(subject) => self.in_passing(id, class, verdict, subject),
            Err(missing) => {
                let line = LineState::Unknown(match missing {
                    NoSubject::Missing => UnknownReason::NoIdentifier,
                    NoSubject::Invalid | NoSubject::Malformed => UnknownReason::IdentifierInvalid,
                });
                let judged = self.judged(id, class, verdict, Some(line));
                Ok(self.annotated(judged, line.into(), &(&Assurance::NONE).into()))
            }
        }
    }

    /// A request that was decided without its line. What annotate rules ask is looked up.
    pub(super) fn in_passing(
        &self,
        id: DecisionId,
        class: RequestClass,
        verdict: Verdict,
        subject: Cow<'_, Subject>,
    ) -> Result<Judged, Box<Pending>> {
        let now = self.clock.now();
        let assurance = subject.assurance(now);
        let around = Circumstances::from(&assurance);
        let question = Question::new(self, class, &subject, id);
        let line = match (verdict.effect, self.policy.annotations_lookup(class, around)) {
            (Effect::Allow, Lookup::Normal) => match question.at_once(now) {
                Some(line) => Some(line),
                None => return Err(self.pending(id, class, subject)),
            },
            (Effect::Allow, Lookup::CachedOnly | Lookup::Prefetch) => Some(question.at_hand(now)),
            _ => {
                question.prefetch();
                None
            }
        };
        let known = line.unwrap_or(LineState::Unknown(UnknownReason::NotCached));
        let judged = self.judged(id, class, verdict, line);
        Ok(self.annotated(judged, facts(known, &subject), &around))
    }

    /// The decision with what annotate rules set, where the request goes on.
    pub(super) fn annotated(
        &self,
        (decision, class): Judged,
        line: LineFacts,
        around: &Circumstances<'_>,
    ) -> Judged {
        let goes_on = class.filter(|_| decision.effect() == Effect::Allow);
        let decision = match goes_on.filter(|class| self.policy.annotates(*class)) {
            Some(class) => decision.annotated(self.policy.annotations(class, line, around)),
            None => decision,
        };
        (decision, class)
    }
}

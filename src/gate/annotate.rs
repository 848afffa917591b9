//! What a permit tells the application, and what is known of the line to tell it.
//!
//! An annotation changes no decision: nobody is refused, and nobody waits, for what only an
//! annotation asks, unless its rule says `lookup: wait`.

use super::Check;
use super::hearing::{Hearing, around};
use super::lookup::Question;
use super::sighting::Seen;
use crate::moment::Moment;
use crate::policy::{Circumstances, Decision, Effect, Lookup, SharedVerdict, Verdict};
use crate::status::{LineFacts, UnknownReason};
use crate::subject::Subject;

impl Hearing<'_> {
    /// Does the request end here, or go on without a word?
    pub(super) fn is_untold(&self, verdict: &Verdict) -> bool {
        verdict.effect != Effect::Allow || !self.policy.annotates(self.class)
    }

    /// A request that was decided without its line. What annotate rules ask is looked up, and
    /// may have to be waited for.
    pub(super) fn in_passing(
        &self,
        verdict: SharedVerdict,
        subject: &Subject,
        now: Moment,
    ) -> Check {
        let question = Question::new(self, subject);
        let request = self.facts(Some(subject));
        let asked = self.asked_in_passing(&verdict, &around(subject.assurance(now), &request));
        let seen = match asked {
            Lookup::Normal => match question.at_once(now) {
                None => return self.pending(subject),
                seen => seen,
            },
            Lookup::CachedOnly | Lookup::Prefetch => Some(question.at_hand(now)),
            Lookup::Never => {
                question.prefetch();
                None
            }
        };
        let mut decision = self.judged(verdict, seen.as_ref().map(Seen::state));
        let seen = seen.unwrap_or(Seen::nothing(UnknownReason::NotCached));
        let facts = self.sighted(&question, subject, &seen, now);
        let around = &around(subject.assurance(now), &facts);
        self.annotate(&mut decision, &facts.line_facts(), around);
        self.project(&mut decision, subject, around);
        self.recorded(decision, &self.evidence_of(&facts, subject))
    }

    /// What annotate rules ask of the line of a request that was decided without it.
    pub(super) fn asked_in_passing(&self, verdict: &Verdict, around: &Circumstances<'_>) -> Lookup {
        match verdict.effect {
            Effect::Allow => self.policy.annotations_lookup(self.class, around),
            Effect::StepUp | Effect::Deny => Lookup::Never,
        }
    }

    /// Notes what annotate rules set, where the request goes on.
    pub(super) fn annotate(
        &self,
        decision: &mut Decision,
        line: &LineFacts,
        around: &Circumstances<'_>,
    ) {
        if decision.effect() == Effect::Allow && self.policy.annotates(self.class) {
            decision.annotate(self.policy.annotations(self.class, *line, around));
        }
    }
}

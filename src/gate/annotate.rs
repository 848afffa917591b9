//! What a permit tells the application, and what is known of the line to tell it.
//!
//! An annotation changes no decision: nobody is refused, and nobody waits, for what only an
//! annotation asks, unless its rule says `lookup: wait`.

use std::time::SystemTime;

use super::Judged;
use super::hearing::{Hearing, around};
use super::lookup::Question;
use super::recording::{Basis, Recorded};
use super::sighting::Seen;
use crate::policy::{Circumstances, Effect, Lookup, Verdict};
use crate::status::{LineFacts, UnknownReason};
use crate::subject::Subject;

impl Hearing<'_> {
    /// Does the request end here, or go on without a word?
    pub(super) fn is_untold(&self, verdict: &Verdict) -> bool {
        verdict.effect != Effect::Allow || !self.policy.annotates(self.class)
    }

    /// A request that was decided without its line. What annotate rules ask is looked up. None
    /// where it has to wait for that.
    pub(super) fn in_passing(
        &self,
        verdict: Verdict,
        subject: &Subject,
        now: SystemTime,
    ) -> Option<Recorded> {
        let question = Question::new(self, subject);
        let request = self.facts(Some(subject));
        let asked = self.asked_in_passing(&verdict, around(subject.assurance(now), &request));
        let seen = match asked {
            Lookup::Normal => Some(question.at_once(now)?),
            Lookup::CachedOnly | Lookup::Prefetch => Some(question.at_hand(now)),
            Lookup::Never => {
                question.prefetch();
                None
            }
        };
        let judged = self.judged(verdict, seen.map(|seen| seen.state));
        let seen = seen.unwrap_or(Seen::nothing(UnknownReason::NotCached));
        let facts = self.sighted(&question, subject, seen, now);
        let around = around(subject.assurance(now), &facts);
        let judged = self.annotated(judged, facts.line_facts(), around);
        let judged = self.projected(judged, subject, &around);
        Some(self.recorded(judged, &Basis::sighted(&facts, subject)))
    }

    /// What annotate rules ask of the line of a request that was decided without it.
    pub(super) fn asked_in_passing(&self, verdict: &Verdict, around: Circumstances<'_>) -> Lookup {
        match verdict.effect {
            Effect::Allow => self.policy.annotations_lookup(self.class, around),
            Effect::StepUp | Effect::Deny => Lookup::Never,
        }
    }

    /// The decision with what annotate rules set, where the request goes on.
    pub(super) fn annotated(
        &self,
        (decision, class): Judged,
        line: LineFacts,
        around: Circumstances<'_>,
    ) -> Judged {
        let goes_on = decision.effect() == Effect::Allow && self.policy.annotates(self.class);
        let decision = match goes_on {
            true => decision.annotated(self.policy.annotations(self.class, line, around)),
            false => decision,
        };
        (decision, class)
    }
}

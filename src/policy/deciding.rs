//! From the class of a request, its line and what is around it to a [`Verdict`].

use std::borrow::Cow;
use std::sync::Arc;

use super::effect::{Assurance, Circumstances, Effect};
use super::outcome::Outcome;
use super::table::{Found, Standing};
use super::verdict::SharedVerdict;
use super::{Policy, RequestClass, Verdict};
use crate::status::{LineFacts, LineState, UnknownReason};

impl Policy {
    /// Is the outcome the same whatever the line, the facts and the subject?
    #[must_use]
    pub fn is_settled(&self, class: RequestClass) -> bool {
        let outcome = self.table.settled(class.0);
        outcome.is_some_and(|kept| kept.outcome.step_ups.is_empty())
    }

    /// Does the country of a number matter to some rule?
    #[inline]
    pub(crate) fn asks_for_number(&self) -> bool {
        self.table.asks_for_number || self.annotators.asks_for_number
    }

    /// Could knowing the line raise the decision?
    #[must_use]
    pub fn needs_line<'a>(
        &self,
        class: RequestClass,
        around: impl Into<Circumstances<'a>>,
    ) -> bool {
        let around = around.into();
        self.standing(class, &around).without_line(&around).is_none()
    }

    /// The decision for a line. Total: there is an answer for every class, state and fact.
    ///
    /// A bare [`LineState`] is a line of which the number is not known. The verdict is the policy's,
    /// which makes it once. It is made anew of rules that have too many combinations for a table, and for a
    /// subject who has met some of several step-ups.
    #[must_use]
    pub fn decide<'a>(
        &self,
        class: RequestClass,
        line: impl Into<LineFacts>,
        around: impl Into<Circumstances<'a>>,
    ) -> Cow<'_, Verdict> {
        let (line, around) = (&line.into(), &around.into());
        lent(self.judgement(&self.standing(class, around), line, around))
    }

    /// What is left to decide about a request when its free facts are known.
    #[inline]
    pub(crate) fn standing(&self, class: RequestClass, around: &Circumstances<'_>) -> Standing<'_> {
        self.table.standing((class.0, &self.rules), around)
    }

    /// The decision for a line, of what stays where it is: requests hand it on by reference.
    #[inline]
    pub(crate) fn judge(
        &self,
        standing: &Standing<'_>,
        line: &LineFacts,
        around: &Circumstances<'_>,
    ) -> SharedVerdict {
        self.judgement(standing, line, around).into_owned()
    }

    #[inline]
    fn judgement<'p>(
        &'p self,
        standing: &Standing<'p>,
        line: &LineFacts,
        around: &Circumstances<'_>,
    ) -> Cow<'p, SharedVerdict> {
        let line = &self.table.numbered(line, around.facts);
        self.said(standing.outcome(line, around), &around.assurance)
    }

    /// The decision where nobody asked about the line: what needs no line, or, where the line
    /// could raise it, what `unknown(notCached)` does.
    #[must_use]
    pub fn decide_without_line<'a>(
        &self,
        class: RequestClass,
        around: impl Into<Circumstances<'a>>,
    ) -> Cow<'_, Verdict> {
        let around = &around.into();
        let standing = &self.standing(class, around);
        let line = &LineState::Unknown(UnknownReason::NotCached).into();
        let free = standing.without_line(around).map(|found| self.said(found, &around.assurance));
        lent(free.unwrap_or_else(|| self.judgement(standing, line, around)))
    }

    /// The decision, if knowing the line could not raise it.
    pub(crate) fn decide_unless_needed(
        &self,
        standing: &Standing<'_>,
        around: &Circumstances<'_>,
    ) -> Option<SharedVerdict> {
        let found = standing.without_line(around)?;
        Some(self.said(found, &around.assurance).into_owned())
    }

    /// The decision of a class that [is settled](Self::is_settled).
    pub(crate) fn decide_settled(&self, class: RequestClass) -> SharedVerdict {
        let said = |kept| self.said(Found::Kept(kept), &Assurance::NONE).into_owned();
        self.table.settled(class.0).map(said).unwrap_or_default()
    }

    /// The verdict of an outcome for this subject: for one that the table keeps, made once.
    #[inline]
    pub(super) fn said<'p>(
        &self,
        found: Found<'p>,
        assurance: &Assurance<'_>,
    ) -> Cow<'p, SharedVerdict> {
        let outcome = found.outcome();
        let after = match outcome.effect {
            Effect::StepUp => outcome.after_step_up(assurance),
            Effect::Allow | Effect::Deny => None,
        };
        match (&found, &after) {
            (Found::Kept(kept), None) => {
                Cow::Borrowed(kept.verdict.get_or_init(|| self.verdict(outcome).into()))
            }
            (Found::Kept(kept), Some(after)) if after.step_ups.is_empty() => {
                Cow::Borrowed(kept.satisfied.get_or_init(|| self.verdict(after).into()))
            }
            _ => Cow::Owned(self.verdict(after.as_ref().unwrap_or(outcome)).into()),
        }
    }

    fn verdict(&self, outcome: &Outcome) -> Verdict {
        let rule = outcome.rule.and_then(|at| self.rules.get(at as usize));
        let answers =
            rule.and_then(|rule| self.answers.get(rule.file)).copied().unwrap_or_default();
        Verdict {
            effect: outcome.effect,
            rule: rule.map(|rule| Arc::clone(&rule.id)),
            reason: outcome.reason,
            is_satisfied: outcome.is_satisfied,
            challenge: outcome.challenge.clone(),
            respond: rule.and_then(|rule| rule.respond(outcome.reason.is_none())).cloned(),
            try_again_status: answers.try_again_status,
            retry_after: answers.retry_after,
            exposes_rule: answers.exposes_rule,
        }
    }
}

/// What is shared, as callers read it.
#[inline]
fn lent(said: Cow<'_, SharedVerdict>) -> Cow<'_, Verdict> {
    match said {
        Cow::Borrowed(said) => Cow::Borrowed(said),
        Cow::Owned(said) => Cow::Owned(said.into()),
    }
}

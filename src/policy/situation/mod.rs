//! A class at a glance: the combinations of facts in which every line gets the same answer.
//!
//! 1. The reduced domain is decided: as many countries as the rules can tell apart, not all.
//! 2. Combinations that answer every state alike are one situation. What a fact means may depend on
//!    where the line is (`differsFrom`); such a fact makes no situations: a state then has every
//!    answer that some value of the fact leads to. The same holds for other facts as long as there
//!    are more situations than anybody reads.
//! 3. Each situation is told in boxes: `request.amountEur: 200..10000` and `subject.segment: retail`.

mod boxes;
mod glance;

use std::cmp::Reverse;
use std::fmt;
use std::sync::Arc;

use super::domain::{Combination, Domain, Reduced};
use super::effect::{Circumstances, Effect};
use super::rule::Mode;
use super::{Policy, RequestClass, Verdict};
use crate::status::{LineFacts, UnknownReason};
pub(crate) use glance::situations;

/// Some combinations of the facts that a class asks for, and what each state of a line gets in them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Situation<A = Answer> {
    /// The combinations, each alternative as conditions that hold together. One alternative without
    /// conditions: always.
    pub when: Vec<Vec<FactRange>>,
    /// The facts on which it depends which of several answers a state gets.
    pub depends_on: Vec<Arc<str>>,
    /// Does a decision need to know where the line is?
    pub needs_line: bool,
    /// Every state of a line with what it gets, in the order of the domain.
    pub states: Vec<StateAnswers<A>>,
}

/// A state of a line, and what it gets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StateAnswers<A = Answer> {
    /// The state as it is written.
    pub name: Arc<str>,
    /// The state.
    pub line: LineFacts,
    /// The answers, of [`Policy::situations`] the strictest first. One, unless it depends on other
    /// facts.
    pub answers: Vec<Arc<A>>,
}

/// Some values of a fact, as tables write them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FactRange {
    /// The name of the fact.
    pub fact: Arc<str>,
    /// The values.
    pub values: Vec<Arc<str>>,
    /// Every other value.
    pub others: Vec<Arc<str>>,
}

/// An answer.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// What happens.
    pub effect: Effect,
    /// The rule that decides.
    pub rule: Option<Arc<str>>,
    /// Why that rule is undecided, if it is.
    pub reason: Option<UnknownReason>,
}

impl Policy {
    /// What is decided about the requests of a class, for people: few situations in place of every
    /// point of the domain.
    ///
    /// # Example
    ///
    /// ```
    /// use roamgate::policy::{Assurance, Policy};
    ///
    /// let policy = Policy::from_path("policies/high-value-transfers.yaml")?;
    /// let class = policy.class_by_name("transfers").unwrap();
    /// let small = &policy.situations(class, &Assurance::NONE).unwrap()[0];
    ///
    /// assert!(!small.needs_line);
    /// assert_eq!((&*small.when[0][0].fact, &*small.when[0][0].values[0]), ("request.amountEur", "<200"));
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TooManyPoints`] where the rules turn on too many facts at once.
    pub fn situations<'a>(
        &self,
        class: RequestClass,
        around: impl Into<Circumstances<'a>>,
    ) -> Result<Vec<Situation>, TooManyPoints> {
        let rules = self.rules_of(class).filter(|rule| rule.mode == Mode::Enforce);
        let reduced = Reduced::of(&rules.collect::<Vec<_>>());
        let domain = reduced.domain.rolled_out();
        let reduced = Reduced { domain, ..reduced };
        TooManyPoints::check(&reduced.domain)?;
        let around = around.into();
        let grid = self.grid(class, &reduced.domain, around);
        let needs_line =
            |facts: &Combination<'_>| self.needs_line(class, around.facts(facts.attributes()));
        let answer = |row, column| grid.get(row, column).map(Answer::of);
        let mut found = situations(&reduced, needs_line, answer);
        for state in found.iter_mut().flat_map(|situation| &mut situation.states) {
            state.answers.sort_by_key(|answer| Reverse(answer.effect));
        }
        Ok(found)
    }
}

/// A class has more points that can be told apart than there is time for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TooManyPoints(
    /// So many.
    pub u128,
);

/// It takes about a second to look at so many.
const MAX_POINTS: u128 = 5_000_000;

impl TooManyPoints {
    pub(crate) fn check(domain: &Domain) -> Result<(), Self> {
        match domain.size() {
            size if size > MAX_POINTS => Err(Self(size)),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for TooManyPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} points can be told apart, more than {MAX_POINTS}", self.0)
    }
}

impl std::error::Error for TooManyPoints {}

impl Answer {
    fn of(verdict: &Verdict) -> Self {
        Self { effect: verdict.effect, rule: verdict.rule.clone(), reason: verdict.reason }
    }
}

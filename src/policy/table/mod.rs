//! The compiled form: request class, free facts and line to an outcome.
//!
//! 1. A diagram over the axes of the free facts leads to a [`Leaf`]: what the rules say that need
//!    no line, and whether knowing the line could raise it.
//! 2. With the line, a second diagram over the late axes leads to a row, and the cell of the line
//!    to the outcome in it.
//!
//! What has too many combinations for this is evaluated rule by rule.

#![warn(clippy::arithmetic_side_effects)]

mod build;
mod keep;
mod turns;

use std::borrow::Cow;

use super::axis::Axes;
use super::cells::Cells;
use super::condition::{Test, Truth};
use super::diagram::{Diagram, Ref};
use super::effect::{Circumstances, Effect};
use super::fact::Facts;
use super::outcome::Outcome;
use super::route::Class;
use super::rows::{KeptOutcome, OutcomeId, Rows};
use super::rule::{Mode, Rule, Said};
use crate::status::{LineFacts, LineState, UnknownReason};

/// All outcomes of a policy.
#[derive(Debug)]
pub(crate) struct Table {
    cells: Cells,
    /// Some test looks at the country of a line's number.
    pub(crate) asks_for_number: bool,
    axes: Axes,
    rows: Rows,
    /// Over the free facts.
    local: Diagram,
    leaves: Vec<Leaf>,
    /// Over what is asked of the line beside its state. Its leaves are rows.
    late: Diagram,
    classes: Vec<Compiled>,
}

/// What is left when the free facts are known.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    /// What the rules come to that need no line.
    local: OutcomeId,
    /// What all rules come to.
    tail: Ref,
    /// The same outcome for every line.
    settled: Option<OutcomeId>,
    /// The strictest effect any line can have.
    strictest: Effect,
}

/// A request class, ready to be decided.
#[derive(Debug)]
struct Compiled {
    /// The enforced and shadow rules of the class, sorted by id.
    rules: Vec<u32>,
    /// None where there are too many combinations.
    root: Option<Ref>,
    is_refused_unmatched: bool,
}

impl Table {
    /// Compiles the rules of every class.
    pub(crate) fn compile(
        rules: &[Rule],
        classes: &[Class],
        rules_of: impl Fn(&Class) -> Vec<u32>,
        deny_unmatched: bool,
    ) -> Self {
        build::table(rules, classes, rules_of, deny_unmatched)
    }

    /// What is left of a class when the free facts are known. `rules` are those of the policy.
    #[inline]
    pub(crate) fn standing<'a>(
        &'a self,
        (class, rules): (u32, &'a [Rule]),
        around: &Circumstances<'_>,
    ) -> Standing<'a> {
        Standing { table: self, class, rules, leaf: self.leaf(class, around) }
    }

    /// The line with the countries of its number, where a rule looks at them.
    #[inline]
    pub(crate) fn numbered<'l>(
        &self,
        line: &'l LineFacts,
        facts: &dyn Facts,
    ) -> Cow<'l, LineFacts> {
        match self.asks_for_number {
            true => Cow::Owned(line.with_number(facts)),
            false => Cow::Borrowed(line),
        }
    }

    #[inline]
    fn of_leaf(
        &self,
        leaf: &Leaf,
        line: &LineFacts,
        around: &Circumstances<'_>,
    ) -> Option<&KeptOutcome> {
        if let Some(settled) = leaf.settled {
            return self.rows.kept(settled);
        }
        let cell = self.cells.get(line)?;
        let row = self.late.walk(leaf.tail, |axis| self.cell(axis, *line, around));
        self.rows.kept(self.rows.at(row, usize::from(cell))?)
    }

    /// Rule by rule.
    fn evaluated(
        &self,
        class: u32,
        rules: &[Rule],
        line: LineFacts,
        around: &Circumstances<'_>,
    ) -> Outcome {
        match self.is_refused_unmatched(class) {
            true => Outcome::unmatched(),
            false => Outcome::of(rules, self.rules(class), Mode::Enforce, line, around),
        }
    }

    /// The outcome, if it is the same whatever the facts and the line.
    pub(crate) fn settled(&self, class: u32) -> Option<&KeptOutcome> {
        let leaf = Diagram::constant(self.class(class)?.root?)?;
        self.rows.kept(self.leaves.get(leaf as usize)?.settled?)
    }

    /// The outcomes that some line has.
    fn outcomes(&self, leaf: &Leaf) -> impl Iterator<Item = &Outcome> {
        let rows = self.late.leaves(leaf.tail).into_iter();
        rows.flat_map(|row| self.rows.of(row)).filter_map(|id| self.rows.outcome(id))
    }

    /// The same, rule by rule, with rules in these modes counted.
    pub(crate) fn local_by_rules(
        &self,
        (class, rules): (u32, &[Rule]),
        weakest: Mode,
        around: &Circumstances<'_>,
    ) -> Option<Outcome> {
        let (mut local, mut highest) = (Outcome::default(), Effect::Allow);
        for at in self.rules(class) {
            let Some(rule) = rules.get(*at as usize) else { continue };
            match local_says(rule, weakest, around) {
                Said::Nothing => {}
                Said::This(said) => local = local.join(&Outcome::single(*at, rule, said)),
                Said::Waits => highest = highest.max(rule.strictest()),
            }
        }
        (local.effect_after(&around.assurance) >= highest).then_some(local)
    }

    /// The rules of a class that are not switched off, sorted by id.
    pub(crate) fn rules(&self, class: u32) -> &[u32] {
        self.class(class).map_or(&[], |class| &class.rules)
    }

    /// No route expects the request, and the policy refuses such requests.
    pub(crate) fn is_refused_unmatched(&self, class: u32) -> bool {
        self.class(class).is_some_and(|class| class.is_refused_unmatched)
    }

    /// A rule whose step-up meets another one that asks for what no context class fulfils.
    pub(crate) fn impossible_step_up(&self) -> Option<u32> {
        if !self.rows.outcomes().any(Outcome::is_impossible) {
            return None;
        }
        let roots = self.classes.iter().filter_map(|class| class.root);
        let leaves = roots.flat_map(|root| self.local.leaves(root));
        let leaves = leaves.filter_map(|leaf| self.leaves.get(leaf as usize));
        let mut outcomes = leaves.flat_map(|leaf| self.outcomes(leaf));
        outcomes.find(|outcome| outcome.is_impossible()).and_then(|outcome| outcome.rule)
    }

    #[inline]
    fn leaf(&self, class: u32, around: &Circumstances<'_>) -> Option<&Leaf> {
        // Axes of free facts do not look at the line.
        let line = LineState::Unknown(UnknownReason::NotCached).into();
        let leaf = self.local.walk(self.class(class)?.root?, |axis| self.cell(axis, line, around));
        self.leaves.get(leaf as usize)
    }

    fn cell(&self, axis: u32, line: LineFacts, around: &Circumstances<'_>) -> usize {
        self.axes.get(axis).map_or(0, |axis| axis.cell(line, around))
    }

    fn class(&self, class: u32) -> Option<&Compiled> {
        self.classes.get(class as usize)
    }
}

/// The outcomes of a class when the free facts are known.
pub(crate) struct Standing<'a> {
    table: &'a Table,
    class: u32,
    rules: &'a [Rule],
    /// None where there are too many combinations.
    leaf: Option<&'a Leaf>,
}

impl<'a> Standing<'a> {
    /// The outcome for a line. What is around it has the same free facts.
    #[inline]
    pub(crate) fn outcome(&self, line: &LineFacts, around: &Circumstances<'_>) -> Found<'a> {
        let Self { table, class, rules, leaf } = *self;
        let kept = leaf.and_then(|leaf| table.of_leaf(leaf, line, around));
        kept.map_or_else(
            || Found::Made(table.evaluated(class, rules, *line, around).into()),
            Found::Kept,
        )
    }

    /// What the rules come to that need no line, where knowing it could raise nothing.
    pub(crate) fn without_line(&self, around: &Circumstances<'_>) -> Option<Found<'a>> {
        let Self { table, class, rules, leaf } = *self;
        let Some(leaf) = leaf else {
            let made = table.local_by_rules((class, rules), Mode::Enforce, around)?;
            return Some(Found::Made(made.into()));
        };
        if let Some(settled) = leaf.settled {
            return table.rows.kept(settled).map(Found::Kept);
        }
        let local = table.rows.kept(leaf.local)?;
        let is_highest = match leaf.strictest {
            Effect::StepUp if around.assurance.acr.is_some() => {
                let reached = local.outcome.effect_after(&around.assurance);
                table.outcomes(leaf).all(|one| one.effect_after(&around.assurance) <= reached)
            }
            strictest => local.outcome.effect == strictest,
        };
        is_highest.then_some(Found::Kept(local))
    }
}

/// An outcome that the table keeps, whose place tells it from all others, or one that is not kept.
pub(crate) enum Found<'a> {
    Kept(&'a KeptOutcome),
    /// Boxed: policies with too many combinations are few, and what is found is moved a lot.
    Made(Box<Outcome>),
}

impl Found<'_> {
    pub(crate) fn outcome(&self) -> &Outcome {
        match self {
            Self::Kept(kept) => &kept.outcome,
            Self::Made(outcome) => outcome,
        }
    }
}

/// What a rule says as long as nobody has asked about the line, if its mode counts.
pub(crate) fn local_says(rule: &Rule, weakest: Mode, around: &Circumstances<'_>) -> Said {
    rule.says(weakest, &mut |test| local(test, around))
}

/// What a test says as long as nobody has asked about the line.
pub(crate) fn local(test: Test<'_>, around: &Circumstances<'_>) -> Truth {
    match test {
        Test::Line(_) => Truth::WAITS,
        Test::Fact(fact) => fact.evaluate(around),
    }
}

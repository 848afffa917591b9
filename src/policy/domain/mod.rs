//! The domain of a policy: every state of a line with every cell of the free facts.

mod cells;
mod reduced;
mod rollouts;
mod windows;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::condition::Test;
use super::fact::{Attributes, FactValue, NUMBER_COUNTRY, ROLLOUT};
use super::rule::Rule;
use super::states::states;
use super::{Policy, RequestClass};
use crate::status::LineFacts;
use cells::{Cell, axes, named_axes};
pub(crate) use reduced::Reduced;

/// Free facts by their names, with their values as tables write them.
pub type FactLabels = BTreeMap<Arc<str>, Arc<str>>;

/// Every state of a line, with every combination of the free facts that some rules ask for.
#[derive(Debug)]
pub struct Domain {
    states: Vec<(Arc<str>, LineFacts)>,
    axes: Vec<DomainAxis>,
    /// What every combination has.
    fixed: Attributes,
}

/// A fact, cut into values that no rule can tell apart.
#[derive(Debug)]
struct DomainAxis {
    name: Arc<str>,
    cells: Vec<Cell>,
}

/// One value of each fact.
#[derive(Clone, Debug)]
pub struct Combination<'a> {
    cells: Vec<(&'a Arc<str>, &'a Cell)>,
    attributes: Attributes,
}

impl Domain {
    /// The domain of these policies together, over the facts that they name. Where a rule says
    /// `abroad`, the country of the number matters too; it is left out unless some rule names it.
    #[must_use]
    pub fn of(policies: &[&Policy]) -> Self {
        let rules: Vec<_> = policies.iter().flat_map(|policy| &policy.rules).collect();
        Self::new(&rules, &[]).without_implied(&rules)
    }

    /// The domain of one class: the facts that its rules ask for, and `home` for all lines at home
    /// where none of them asks for a place. `abroad` asks for `line.numberCountry`.
    #[must_use]
    pub fn of_class(policy: &Policy, class: RequestClass) -> Self {
        Self::of_classes(&[(policy, class)])
    }

    /// The domain of these classes together.
    pub(super) fn of_classes(classes: &[(&Policy, RequestClass)]) -> Self {
        let rules: Vec<_> =
            classes.iter().flat_map(|(policy, class)| policy.rules_of(*class)).collect();
        Self::new(&rules, &[])
    }

    /// Without the country of the number, unless one of these rules names it.
    pub(super) fn without_implied(self, rules: &[&Rule]) -> Self {
        let tests: Vec<_> = rules.iter().flat_map(|rule| rule.all_tests()).collect();
        Self { axes: named_axes(&tests), ..self }
    }

    /// The same states with every fact that the policy mentions, for whatever class: the points
    /// that tables list.
    #[must_use]
    pub fn with_facts_of(self, policy: &Policy) -> Self {
        Self { axes: Self::of(&[policy]).axes, ..self }
    }

    /// The domain of these rules and of these other tests, in which values are merged that they
    /// all judge alike.
    pub(super) fn merged(rules: &[&Rule], others: &[Test<'_>]) -> Self {
        let mut domain = Self::new(rules, others);
        let tests: Vec<_> =
            rules.iter().flat_map(|rule| rule.all_tests()).chain(others.iter().copied()).collect();
        for axis in &mut domain.axes {
            axis.merge(&tests);
        }
        domain
    }

    fn new(rules: &[&Rule], others: &[Test<'_>]) -> Self {
        let tests: Vec<_> =
            rules.iter().flat_map(|rule| rule.all_tests()).chain(others.iter().copied()).collect();
        let asks_for_place =
            tests.iter().filter_map(|test| test.line()).any(|test| test.asks_for_place());
        let states = states(asks_for_place).into_iter();
        let states = states.map(|(name, state)| (name.into(), state)).collect();
        Self { states, axes: axes(&tests), fixed: Attributes::new() }
    }

    /// The part of it where every rule is in force that is rolled out to somebody, without the
    /// fact `rollout`, which otherwise tells who is inside.
    #[must_use]
    pub fn rolled_out(mut self) -> Self {
        self.axes.retain(|axis| *axis.name != *ROLLOUT);
        Self { fixed: self.fixed.set(ROLLOUT, 0), ..self }
    }

    /// The states of a line, with their written form.
    #[must_use]
    pub fn states(&self) -> &[(Arc<str>, LineFacts)] {
        &self.states
    }

    /// The names of the facts, sorted.
    pub fn facts(&self) -> impl Iterator<Item = &Arc<str>> {
        self.axes.iter().map(|axis| &axis.name)
    }

    /// The facts with their values as tables write them; those of one cell together.
    pub(super) fn axes(&self) -> impl Iterator<Item = (&Arc<str>, Vec<Vec<&Arc<str>>>)> {
        self.axes.iter().map(|axis| (&axis.name, axis.cells.iter().map(Cell::labels).collect()))
    }

    /// How many points it has, for one request class.
    #[must_use]
    pub fn size(&self) -> u128 {
        let combinations = self.axes.iter().map(|axis| axis.cells.len() as u128);
        combinations.fold(self.states.len() as u128, u128::saturating_mul)
    }

    /// Every combination of the facts; more than there is room for are not listed. The last fact changes first.
    pub fn combinations(&self) -> impl Iterator<Item = Combination<'_>> {
        let count = self.axes.iter().map(|axis| axis.cells.len()).fold(1, usize::saturating_mul);
        (0..count).map(|number| self.combination(number))
    }

    /// Which cell of each axis a combination has.
    pub(super) fn position(&self, mut number: usize) -> Vec<usize> {
        let mut position = vec![0; self.axes.len()];
        for (at, axis) in position.iter_mut().zip(&self.axes).rev() {
            *at = number % axis.cells.len();
            number /= axis.cells.len();
        }
        position
    }

    /// The combination at a position.
    pub(super) fn combination(&self, number: usize) -> Combination<'_> {
        let axes = self.axes.iter().zip(self.position(number));
        let cells = axes.filter_map(|(axis, at)| Some((&axis.name, axis.cells.get(at)?)));
        let cells: Vec<_> = cells.collect();
        let mut attributes = self.fixed.clone();
        for (name, cell) in &cells {
            if let Some(value) = &cell.value {
                attributes = attributes.set(Arc::clone(name), value.clone());
            }
        }
        Combination { cells, attributes }
    }
}

impl Combination<'_> {
    /// The values, for decisions.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The values as tables write them, in the order of the facts.
    pub fn labels(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.cells.iter().map(|(name, cell)| (*name, &cell.label))
    }

    /// The values as test files write them; a fact that is missing is left out.
    pub(super) fn written(&self) -> impl Iterator<Item = (&Arc<str>, &str)> {
        self.cells.iter().filter_map(|(name, cell)| Some((*name, cell.written.as_deref()?)))
    }

    /// Can a line in this state meet these facts? A line at home in a country has a number of it.
    #[must_use]
    pub fn admits(&self, line: LineFacts) -> bool {
        let number = self.cells.iter().find(|(name, _)| ***name == *NUMBER_COUNTRY);
        match number {
            Some((_, cell)) if !line.number_countries.is_empty() => {
                cell.value == Some(FactValue::Countries(line.number_countries))
            }
            _ => true,
        }
    }
}

//! The compiled form: request class and cell to outcome.

use std::collections::HashMap;

use super::cells::{Cell, Cells};
use super::effect::{Assurance, Effect};
use super::outcome::Outcome;
use super::route::Class;
use super::rule::{Mode, Rule};
use crate::status::LineFacts;

/// All outcomes of a policy.
#[derive(Debug)]
pub(crate) struct Table {
    cells: Cells,
    outcomes: Vec<Outcome>,
    /// Rows of outcome numbers, one for each cell; equal rows are kept once.
    rows: Vec<Box<[u32]>>,
    classes: Vec<Compiled>,
}

/// A request class, ready to be decided.
#[derive(Debug)]
struct Compiled {
    /// The enforced and shadow rules of the class, sorted by id.
    rules: Vec<u32>,
    row: u32,
    /// Every cell has the same outcome: the line need not be known.
    is_settled: bool,
    /// The strictest effect any line state can have.
    strictest: Effect,
    is_refused_unmatched: bool,
}

impl Table {
    /// Evaluates every rule of every class for one state of each cell.
    pub(crate) fn compile(
        rules: &[Rule],
        classes: &[Class],
        rules_of: impl Fn(&Class) -> Vec<u32>,
        deny_unmatched: bool,
    ) -> Self {
        let cells = Cells::of(rules.iter().flat_map(Rule::tests));
        let mut table = Self { cells, outcomes: Vec::new(), rows: Vec::new(), classes: Vec::new() };
        let mut known = Interner::default();
        for class in classes {
            let positions = rules_of(class);
            let is_refused_unmatched = class.is_unmatched && deny_unmatched;
            let outcomes = table.cells.representatives().iter().map(|line| {
                let outcome = || Outcome::of(rules, &positions, Mode::Enforce, *line);
                if is_refused_unmatched { Outcome::unmatched() } else { outcome() }
            });
            let row: Box<[u32]> = outcomes
                .collect::<Vec<_>>()
                .into_iter()
                .map(|outcome| known.outcome(outcome, &mut table.outcomes))
                .collect();
            let is_settled = row.windows(2).all(|pair| pair.first() == pair.last());
            let effects = row.iter().filter_map(|number| table.outcomes.get(*number as usize));
            let strictest = effects.map(|outcome| outcome.effect).max().unwrap_or_default();
            let row = known.row(row, &mut table.rows);
            table.classes.push(Compiled {
                rules: positions,
                row,
                is_settled,
                strictest,
                is_refused_unmatched,
            });
        }
        table
    }

    /// The outcome of a class for a line, if it is tabulated.
    pub(crate) fn outcome(&self, class: u32, line: LineFacts) -> Option<&Outcome> {
        let cell = self.cells.get(line)?;
        self.at(class, cell)
    }

    /// The outcome, if it is the same for every line.
    pub(crate) fn settled(&self, class: u32) -> Option<&Outcome> {
        self.class(class).filter(|class| class.is_settled).and_then(|_| self.at(class, 0))
    }

    /// The strictest effect a class can have.
    pub(crate) fn strictest(&self, class: u32) -> Effect {
        self.class(class).map_or(Effect::Deny, |class| class.strictest)
    }

    /// Does every outcome of a class allow, for a subject who has stepped up like this?
    pub(crate) fn allows_all(&self, class: u32, assurance: &Assurance<'_>) -> bool {
        let row = self.class(class).and_then(|class| self.rows.get(class.row as usize));
        let outcomes = row.into_iter().flatten().filter_map(|at| self.outcomes.get(*at as usize));
        assurance.acr.is_some()
            && outcomes.into_iter().all(|outcome| outcome.effect_after(assurance) == Effect::Allow)
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
        let empty = |outcome: &&Outcome| {
            outcome.challenge.as_ref().is_some_and(|challenge| challenge.acr_values.is_empty())
        };
        self.outcomes.iter().find(empty).and_then(|outcome| outcome.rule)
    }

    fn at(&self, class: u32, cell: Cell) -> Option<&Outcome> {
        let row = self.rows.get(self.class(class)?.row as usize)?;
        self.outcomes.get(*row.get(usize::from(cell))? as usize)
    }

    fn class(&self, class: u32) -> Option<&Compiled> {
        self.classes.get(class as usize)
    }
}

/// Keeps equal values once.
#[derive(Default)]
struct Interner {
    outcomes: HashMap<Outcome, u32>,
    rows: HashMap<Box<[u32]>, u32>,
}

impl Interner {
    fn outcome(&mut self, outcome: Outcome, all: &mut Vec<Outcome>) -> u32 {
        *self.outcomes.entry(outcome).or_insert_with_key(|outcome| {
            all.push(outcome.clone());
            all.len() as u32 - 1
        })
    }

    fn row(&mut self, row: Box<[u32]>, all: &mut Vec<Box<[u32]>>) -> u32 {
        *self.rows.entry(row).or_insert_with_key(|row| {
            all.push(row.clone());
            all.len() as u32 - 1
        })
    }
}

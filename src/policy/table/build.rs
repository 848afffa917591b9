//! Compiling: each rule becomes a small diagram, and the rules of a class are joined pairwise.

use std::collections::HashMap;

use super::{Compiled, Leaf, Table};
use crate::policy::axis::{Axes, Axis};
use crate::policy::cells::Cells;
use crate::policy::condition::{FactTest, LineTest, Test, Truth};
use crate::policy::diagram::{Builder, Diagram, Ref};
use crate::policy::effect::Effect;
use crate::policy::outcome::Outcome;
use crate::policy::route::Class;
use crate::policy::rows::{NOTHING, OutcomeId, Rows, RowsBuilder};
use crate::policy::rule::{Mode, Rule, Said};
use crate::status::{LineFacts, LineState};

/// A class whose rules combine into more than this is evaluated rule by rule.
const MAX_JOINS: usize = 400_000;

/// What leads to a leaf: what needs no line, and everything.
type Parts = (OutcomeId, Ref);

struct Compiler<'a> {
    rules: &'a [Rule],
    cells: &'a Cells,
    axes: &'a Axes,
    /// What each test of the line says in each cell.
    truths: HashMap<&'a LineTest, Vec<Truth>>,
    rows: RowsBuilder,
    local: Builder,
    late: Builder,
    leaves: Leaves,
    /// The diagrams of the rules that have been compiled.
    known: HashMap<u32, Ref>,
}

/// The leaves of the first diagram, equal ones kept once.
#[derive(Default)]
struct Leaves {
    all: Vec<Parts>,
    known: HashMap<Parts, u32>,
}

impl Leaves {
    fn add(&mut self, parts: Parts) -> u32 {
        let all = &mut self.all;
        *self.known.entry(parts).or_insert_with(|| {
            all.push(parts);
            all.len() as u32 - 1
        })
    }
}

pub(super) fn table(
    rules: &[Rule],
    classes: &[Class],
    rules_of: impl Fn(&Class) -> Vec<u32>,
    deny_unmatched: bool,
) -> Table {
    let line_tests = || rules.iter().flat_map(Rule::line_tests).filter(|test| !test.is_late());
    let cells = Cells::of(line_tests());
    let tests: Vec<_> = rules.iter().flat_map(Rule::all_tests).collect();
    let axes = Axes::of(tests.iter().copied());
    let mut compiler = Compiler::new(rules, &cells, &axes);
    let compiled = classes.iter().map(|class| {
        let positions = rules_of(class);
        let is_refused_unmatched = class.is_unmatched && deny_unmatched;
        let root = match is_refused_unmatched {
            true => Some(compiler.constant(Outcome::unmatched())),
            false => compiler.class(&positions),
        };
        Compiled { rules: positions, root, is_refused_unmatched }
    });
    let compiled = compiled.collect();
    let Compiler { rows, local, late, leaves, .. } = compiler;
    let (rows, late) = (rows.finish(), late.finish());
    let leaves = leaves.all.into_iter().map(|parts| leaf(parts, &rows, &late)).collect();
    Table { cells, axes, rows, local: local.finish(), leaves, late, classes: compiled }
}

fn leaf((local, tail): Parts, rows: &Rows, late: &Diagram) -> Leaf {
    let mut outcomes: Vec<_> = late.leaves(tail).into_iter().flat_map(|row| rows.of(row)).collect();
    outcomes.sort_unstable();
    outcomes.dedup();
    let settled = match outcomes.as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    let effects = outcomes.iter().filter_map(|id| rows.outcome(*id)).map(|one| one.effect);
    Leaf { local, tail, settled, strictest: effects.max().unwrap_or(Effect::Deny) }
}

/// What the tests of a rule say along one way through the axes.
type Known<'r> = Vec<(Test<'r>, Truth)>;

impl<'a> Compiler<'a> {
    fn new(rules: &'a [Rule], cells: &'a Cells, axes: &'a Axes) -> Self {
        let states = cells.representatives();
        let mut truths = HashMap::new();
        for test in rules.iter().flat_map(Rule::line_tests).filter(|test| !test.is_late()) {
            truths.entry(test).or_insert_with(|| {
                states.iter().map(|line| test.evaluate(*line, &())).collect::<Vec<_>>()
            });
        }
        let mut leaves = Leaves::default();
        let mut rows = RowsBuilder::new(states.len());
        // INVARIANT: the first leaf is that of nothing.
        leaves.add((NOTHING, Ref::leaf(NOTHING)));
        rows.constant(Outcome::default());
        Self {
            rules,
            cells,
            axes,
            truths,
            rows,
            local: Builder::new(MAX_JOINS),
            late: Builder::new(MAX_JOINS),
            leaves,
            known: HashMap::new(),
        }
    }

    fn constant(&mut self, outcome: Outcome) -> Ref {
        let (outcome, row) = self.rows.constant(outcome);
        Ref::leaf(self.leaves.add((outcome, Ref::leaf(row))))
    }

    /// The rules of a class together, joined pairwise, so that big diagrams meet rarely.
    fn class(&mut self, positions: &[u32]) -> Option<Ref> {
        let mut parts: Vec<_> = positions
            .iter()
            .filter(|at| {
                self.rules.get(**at as usize).is_some_and(|rule| rule.mode == Mode::Enforce)
            })
            .map(|at| self.rule(*at))
            .collect();
        while parts.len() > 1 {
            let pairs = parts.chunks(2).map(|pair| match pair {
                [one, other] => self.join(*one, *other),
                _ => pair.first().copied(),
            });
            parts = pairs.collect::<Option<_>>()?;
        }
        Some(parts.pop().unwrap_or(Ref::leaf(NOTHING)))
    }

    fn join(&mut self, one: Ref, other: Ref) -> Option<Ref> {
        let Self { local, late, rows, leaves, .. } = self;
        let mut is_over = false;
        let joined = local.join(one, other, &mut |one, other| {
            let all = &leaves.all;
            let parts = [one, other].map(|leaf| all.get(leaf as usize).copied());
            let [Some((a, tail_a)), Some((b, tail_b))] = parts else { return one };
            let tail = late.join(tail_a, tail_b, &mut |a, b| rows.join_rows(a, b));
            is_over |= tail.is_none();
            leaves.add((rows.join_outcomes(a, b), tail.unwrap_or(tail_a)))
        });
        joined.filter(|_| !is_over)
    }

    /// The diagram of one rule.
    fn rule(&mut self, at: u32) -> Ref {
        if let Some(known) = self.known.get(&at) {
            return *known;
        }
        let Some(rule) = self.rules.get(at as usize) else { return Ref::leaf(NOTHING) };
        let (mut free, mut late) = (Vec::new(), Vec::new());
        for test in rule.all_tests() {
            if let Some(axis) = self.axes.axis_of(test) {
                let axes = if test.line().is_some() { &mut late } else { &mut free };
                axes.push(axis);
            }
        }
        for axes in [&mut free, &mut late] {
            axes.sort_unstable();
            axes.dedup();
        }
        let found = self.expand((at, rule), &free, &late, &mut Vec::new());
        self.known.insert(at, found);
        found
    }

    /// The part of a rule's diagram that begins with these axes. What the first axes settle is not
    /// asked of the others.
    fn expand(
        &mut self,
        (at, rule): (u32, &'a Rule),
        free: &[u32],
        late: &[u32],
        known: &mut Known<'a>,
    ) -> Ref {
        let said = rule.says(Mode::Enforce, &mut |test| of(known, test));
        let parts = match (said, free.split_first()) {
            (Said::Nothing, _) => (NOTHING, Ref::leaf(NOTHING)),
            (Said::This(said), _) => {
                let (outcome, row) = self.rows.constant(Outcome::single(at, rule, said));
                (outcome, Ref::leaf(row))
            }
            (Said::Waits, None) => (NOTHING, self.tail((at, rule), late, known)),
            (Said::Waits, Some((axis, rest))) => {
                let runs = self.branches(*axis, rule, known, &mut |compiler, known| {
                    compiler.expand((at, rule), rest, late, known)
                });
                return self.local.node(*axis, runs);
            }
        };
        Ref::leaf(self.leaves.add(parts))
    }

    fn tail(&mut self, (at, rule): (u32, &'a Rule), late: &[u32], known: &mut Known<'a>) -> Ref {
        let Some((axis, rest)) = late.split_first() else {
            return Ref::leaf(self.row(at, rule, known));
        };
        let runs = self.branches(*axis, rule, known, &mut |compiler, known| {
            compiler.tail((at, rule), rest, known)
        });
        self.late.node(*axis, runs)
    }

    /// What follows on each run of an axis. Runs in which the tests say the same have one answer.
    fn branches(
        &mut self,
        axis: u32,
        rule: &'a Rule,
        known: &mut Known<'a>,
        follow: &mut dyn FnMut(&mut Self, &mut Known<'a>) -> Ref,
    ) -> Vec<(u32, Ref)> {
        let mut answers: Vec<(Vec<Truth>, Ref)> = Vec::new();
        let mut runs = Vec::new();
        for (start, truths) in self.runs(axis, rule) {
            let said: Vec<_> = truths.iter().map(|(_, truth)| *truth).collect();
            let next = match answers.iter().find(|(other, _)| *other == said) {
                Some((_, next)) => *next,
                None => {
                    let length = known.len();
                    known.extend(truths);
                    let next = follow(self, known);
                    known.truncate(length);
                    answers.push((said, next));
                    next
                }
            };
            runs.push((start, next));
        }
        runs
    }

    /// The runs of an axis in which all tests of a rule say the same, with what they say.
    fn runs(&self, axis: u32, rule: &'a Rule) -> Vec<(u32, Known<'a>)> {
        let tests: Vec<_> =
            rule.all_tests().filter(|test| self.axes.axis_of(*test) == Some(axis)).collect();
        let Some(axis) = self.axes.get(axis) else { return Vec::new() };
        let facts: Vec<&FactTest> = tests.iter().filter_map(|test| test.fact()).collect();
        let starts = axis.starts(&facts);
        let truth = |test: Test<'a>, cell| match test {
            Test::Fact(fact) => axis.truth(fact, cell),
            Test::Line(_) => Axis::truth_of(cell, test),
        };
        let run = |start: usize| {
            (start as u32, tests.iter().map(|test| (*test, truth(*test, start))).collect())
        };
        starts.into_iter().map(run).collect()
    }

    /// What the rule comes to in each cell of the line.
    fn row(&mut self, at: u32, rule: &'a Rule, known: &Known<'a>) -> u32 {
        let Self { cells, truths, rows, .. } = self;
        let mut row = Vec::with_capacity(cells.representatives().len());
        for (cell, line) in cells.representatives().iter().enumerate() {
            let said = rule.says(Mode::Enforce, &mut |test| match test {
                Test::Line(line_test) => match truths.get(line_test) {
                    Some(truths) => truths.get(cell).copied().unwrap_or(Truth::False),
                    None => late_truth(*line, of(known, test)),
                },
                Test::Fact(_) => of(known, test),
            });
            row.push(match said {
                Said::This(said) => rows.outcome(Outcome::single(at, rule, said)),
                Said::Nothing | Said::Waits => NOTHING,
            });
        }
        rows.row(row.into())
    }
}

/// Where nothing is known of the line, its reason says it all.
fn late_truth(line: LineFacts, known: Truth) -> Truth {
    match line.state {
        LineState::Unknown(reason) => Truth::undecided(reason),
        LineState::Known(_) => known,
    }
}

/// What is known of this very test; what is not, waits.
fn of(known: &Known<'_>, test: Test<'_>) -> Truth {
    let found = known.iter().find(|(other, _)| other.is(test));
    found.map_or(Truth::WAITS, |(_, truth)| *truth)
}

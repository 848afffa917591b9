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
const JOINS: usize = 5_000;
const JOINS_OF_A_RULE: usize = 50;

/// A rule that branches more often than this turns on too many things at once.
const MAX_BRANCHES: usize = 1_000;
/// A row, which every cell of the line has a part in, counts as so many branches.
const ROW: usize = 2;

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
    known: HashMap<u32, Option<Ref>>,
    /// How many branches the rule at hand may still have.
    budget: usize,
    /// The tails of the rule at hand, by what its free facts come to.
    tails: HashMap<Vec<Truth>, Ref>,
}

/// What a rule turns on: its tests that have an axis, and these axes in their order.
struct Turns<'a> {
    at: u32,
    rule: &'a Rule,
    tests: Vec<(Test<'a>, u32)>,
    free: Vec<u32>,
    late: Vec<u32>,
}

impl<'a> Turns<'a> {
    fn of(at: u32, rule: &'a Rule, axes: &Axes) -> Self {
        let tests = rule.all_tests().filter_map(|test| Some((test, axes.axis_of(test)?)));
        let tests: Vec<_> = tests.collect();
        let [free, late] = [false, true].map(|is_late| {
            let of_kind = tests.iter().filter(|(test, _)| test.line().is_some() == is_late);
            let mut own: Vec<_> = of_kind.map(|(_, axis)| *axis).collect();
            own.sort_unstable();
            own.dedup();
            own
        });
        Self { at, rule, tests, free, late }
    }

    /// What the blocks of the rule come to, as far as it is known; of a block that waits for the
    /// line, what its facts say.
    fn settled(&self, known: &Known<'a>) -> Vec<Truth> {
        let mut settled = Vec::new();
        for block in self.rule.blocks() {
            let truth = block.fold(&mut |test| of(known, test));
            if truth.waits() {
                settled.push(Truth::WAITS);
                let facts = block.tests().into_iter().filter(|test| test.fact().is_some());
                settled.extend(facts.map(|test| of(known, test)));
            } else {
                settled.push(truth);
            }
        }
        settled
    }

    /// The runs of an axis in which all tests of the rule say the same, with what they say.
    fn runs(&self, axis: u32, axes: &Axes) -> Vec<(u32, Known<'a>)> {
        let own = self.tests.iter().filter(|(_, on)| *on == axis).map(|(test, _)| *test);
        let tests: Vec<Test<'a>> = own.collect();
        let Some(axis) = axes.get(axis) else { return Vec::new() };
        let facts: Vec<&FactTest> = tests.iter().filter_map(|test| test.fact()).collect();
        let truth = |test: Test<'a>, cell| match test {
            Test::Fact(fact) => axis.truth(fact, cell),
            Test::Line(_) => Axis::truth_of(cell, test),
        };
        let run = |start: usize| {
            (start as u32, tests.iter().map(|test| (*test, truth(*test, start))).collect())
        };
        axis.starts(&facts).into_iter().map(run).collect()
    }
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
    let mut all = rules.iter().flat_map(Rule::line_tests);
    let asks_for_number = all.any(|test| test.asks_for_place() || *test == LineTest::Abroad);
    Table {
        cells,
        asks_for_number,
        axes,
        rows,
        local: local.finish(),
        leaves,
        late,
        classes: compiled,
    }
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
            local: Builder::default(),
            late: Builder::default(),
            leaves,
            known: HashMap::new(),
            budget: 0,
            tails: HashMap::new(),
        }
    }

    fn constant(&mut self, outcome: Outcome) -> Ref {
        let (outcome, row) = self.rows.constant(outcome);
        Ref::leaf(self.leaves.add((outcome, Ref::leaf(row))))
    }

    /// The rules of a class together, joined pairwise, so that big diagrams meet rarely. Rules that
    /// turn on the same things meet first: together they are hardly bigger than each alone.
    fn class(&mut self, positions: &[u32]) -> Option<Ref> {
        let is_enforced = |at: &&u32| {
            self.rules.get(**at as usize).is_some_and(|rule| rule.mode == Mode::Enforce)
        };
        let enforced: Vec<u32> = positions.iter().filter(is_enforced).copied().collect();
        self.local.allow(JOINS + JOINS_OF_A_RULE * enforced.len());
        self.late.allow(JOINS + JOINS_OF_A_RULE * enforced.len());
        let compiled = enforced.into_iter().map(|at| {
            let root = self.rule(at)?;
            Some((self.local.axes(root), root))
        });
        let mut compiled: Vec<(Vec<u32>, Ref)> = compiled.collect::<Option<_>>()?;
        compiled.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut parts: Vec<Ref> = compiled.into_iter().map(|(_, root)| root).collect();
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

    /// The diagram of one rule, unless it turns on too many things at once.
    fn rule(&mut self, at: u32) -> Option<Ref> {
        if let Some(known) = self.known.get(&at) {
            return *known;
        }
        let Some(rule) = self.rules.get(at as usize) else { return Some(Ref::leaf(NOTHING)) };
        let turns = Turns::of(at, rule, self.axes);
        self.budget = MAX_BRANCHES;
        self.tails.clear();
        let found = self.expand(&turns, &turns.free, &mut Vec::new());
        self.known.insert(at, found);
        found
    }

    /// The part of a rule's diagram that begins with these axes. What the first axes settle is not
    /// asked of the others.
    fn expand(&mut self, turns: &Turns<'a>, free: &[u32], known: &mut Known<'a>) -> Option<Ref> {
        let said = turns.rule.says(Mode::Enforce, &mut |test| of(known, test));
        let parts = match (said, free.split_first()) {
            (Said::Nothing, _) => (NOTHING, Ref::leaf(NOTHING)),
            (Said::This(said), _) => {
                let single = Outcome::single(turns.at, turns.rule, said);
                let (outcome, row) = self.rows.constant(single);
                (outcome, Ref::leaf(row))
            }
            (Said::Waits, None) => (NOTHING, self.settled_tail(turns, known)?),
            (Said::Waits, Some((axis, rest))) => {
                let runs = self.branches(*axis, turns, known, &mut |compiler, known| {
                    compiler.expand(turns, rest, known)
                })?;
                return Some(self.local.node(*axis, runs));
            }
        };
        Some(Ref::leaf(self.leaves.add(parts)))
    }

    /// The tail when all free facts are known. Many combinations of them come to the same.
    fn settled_tail(&mut self, turns: &Turns<'a>, known: &mut Known<'a>) -> Option<Ref> {
        let settled = turns.settled(known);
        if let Some(tail) = self.tails.get(&settled) {
            return Some(*tail);
        }
        let tail = self.tail(turns, &turns.late, known)?;
        self.tails.insert(settled, tail);
        Some(tail)
    }

    fn tail(&mut self, turns: &Turns<'a>, late: &[u32], known: &mut Known<'a>) -> Option<Ref> {
        let Some((axis, rest)) = late.split_first() else {
            self.budget = self.budget.checked_sub(ROW)?;
            return Some(Ref::leaf(self.row(turns.at, turns.rule, known)));
        };
        let runs = self.branches(*axis, turns, known, &mut |compiler, known| {
            compiler.tail(turns, rest, known)
        })?;
        Some(self.late.node(*axis, runs))
    }

    /// What follows on each run of an axis. Runs in which the tests say the same have one answer.
    /// `None` when the budget is spent.
    fn branches(
        &mut self,
        axis: u32,
        turns: &Turns<'a>,
        known: &mut Known<'a>,
        follow: &mut dyn FnMut(&mut Self, &mut Known<'a>) -> Option<Ref>,
    ) -> Option<Vec<(u32, Ref)>> {
        let mut answers: Vec<(Vec<Truth>, Ref)> = Vec::new();
        let mut runs = Vec::new();
        for (start, truths) in turns.runs(axis, self.axes) {
            let said: Vec<_> = truths.iter().map(|(_, truth)| *truth).collect();
            let next = match answers.iter().find(|(other, _)| *other == said) {
                Some((_, next)) => *next,
                None => {
                    self.budget = self.budget.checked_sub(1)?;
                    let length = known.len();
                    known.extend(truths);
                    let next = follow(self, known);
                    known.truncate(length);
                    answers.push((said, next?));
                    next?
                }
            };
            runs.push((start, next));
        }
        Some(runs)
    }

    /// What the rule comes to in each cell of the line. Cells in which its tests say the same have
    /// one answer.
    fn row(&mut self, at: u32, rule: &'a Rule, known: &Known<'a>) -> u32 {
        let Self { cells, truths, rows, .. } = self;
        let columns: Vec<_> = rule.line_tests().filter_map(|test| truths.get(test)).collect();
        let mut answers: HashMap<Vec<Truth>, OutcomeId> = HashMap::new();
        let mut key = Vec::with_capacity(columns.len() + 1);
        let mut last: Option<(Vec<Truth>, OutcomeId)> = None;
        let mut row = Vec::with_capacity(cells.representatives().len());
        for (cell, line) in cells.representatives().iter().enumerate() {
            key.clear();
            // Where nothing is known of the line, late tests say its reason.
            key.push(late_truth(*line, Truth::True));
            let of_cell = columns.iter().filter_map(|truths| truths.get(cell));
            key.extend(of_cell.copied());
            if let Some((_, outcome)) = last.as_ref().filter(|(known, _)| *known == key) {
                row.push(*outcome);
                continue;
            }
            let outcome = *answers.entry(key.clone()).or_insert_with(|| {
                let said = rule.says(Mode::Enforce, &mut |test| match test {
                    Test::Line(line_test) => match truths.get(line_test) {
                        Some(truths) => truths.get(cell).copied().unwrap_or(Truth::False),
                        None => late_truth(*line, of(known, test)),
                    },
                    Test::Fact(_) => of(known, test),
                });
                match said {
                    Said::This(said) => rows.outcome(Outcome::single(at, rule, said)),
                    Said::Nothing | Said::Waits => NOTHING,
                }
            });
            last = Some((key.clone(), outcome));
            row.push(outcome);
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

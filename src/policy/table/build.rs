//! Compiling: each rule becomes a small diagram, and the rules of a class are joined pairwise.

use super::keep::{Kept, Made};
use super::turns::{Known, Turns, of};
use super::{Compiled, Table};
use crate::policy::axis::Axes;
use crate::policy::cells::Cells;
use crate::policy::condition::{LineTest, Test, Truth};
use crate::policy::diagram::{Builder, Ref};
use crate::policy::effect::Effect;
use crate::policy::outcome::Outcome;
use crate::policy::quick::QuickMap;
use crate::policy::route::Class;
use crate::policy::rows::{NOTHING, OutcomeId, RowsBuilder};
use crate::policy::rule::{Contribution, Mode, Rule, Said};
use crate::policy::runs::{self, Run, merged};
use crate::status::{LineFacts, LineState};

/// A class whose rules combine into more than this is evaluated rule by rule.
const JOINS: usize = 5_000;
const JOINS_OF_A_RULE: usize = 50;

/// A rule that branches more often than this turns on too many things at once.
const MAX_BRANCHES: usize = 1_000;
/// A row, which every cell of the line has a part in, counts as so many branches.
const ROW: usize = 2;

/// What leads to a leaf: what needs no line, and everything.
pub(super) type Parts = (OutcomeId, Ref);

struct Compiler<'a> {
    rules: &'a [Rule],
    cells: &'a Cells,
    axes: &'a Axes,
    /// What each test of the line says in each cell.
    truths: QuickMap<&'a LineTest, Vec<Run<Truth>>>,
    /// Where what late tests say begins to differ.
    late_starts: Vec<u32>,
    rows: RowsBuilder,
    local: Builder,
    late: Builder,
    leaves: Leaves,
    /// The diagrams of the rules that have been compiled.
    known: QuickMap<u32, Option<Ref>>,
    /// How many branches the rule at hand may still have.
    budget: usize,
    /// What the rule at hand contributes.
    singles: QuickMap<Contribution, OutcomeId>,
    /// The tails of the rule at hand, by what its free facts come to.
    tails: QuickMap<Vec<Truth>, Ref>,
}

/// The leaves of the first diagram, equal ones kept once.
#[derive(Default)]
struct Leaves {
    all: Vec<Parts>,
    known: QuickMap<Parts, u32>,
}

impl Leaves {
    fn add(&mut self, parts: Parts) -> u32 {
        let all = &mut self.all;
        *self.known.entry(parts).or_insert_with(|| {
            all.push(parts);
            (all.len() as u32).saturating_sub(1)
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
    let classes: Vec<Compiled> = compiled.collect();
    let Compiler { rows, local, late, leaves, .. } = compiler;
    let kept = Made { rows, local: local.finish(), late: late.finish(), leaves: leaves.all };
    let columns = cells.representatives().len().saturating_add(usize::from(cells.is_cut()));
    let Kept { classes, rows, local, late, leaves } = kept.keep(classes, columns);
    let asks_for_number = rules.iter().any(Rule::asks_for_number);
    Table { cells, asks_for_number, axes, rows, local, leaves, late, classes }
}

impl<'a> Compiler<'a> {
    fn new(rules: &'a [Rule], cells: &'a Cells, axes: &'a Axes) -> Self {
        let states = || (0..).zip(cells.representatives());
        let late = states().map(|(cell, line)| (cell, late_truth(*line, Truth::True)));
        let late_starts = merged(late).into_iter().map(|(start, _)| start).collect();
        let mut truths = QuickMap::default();
        for test in rules.iter().flat_map(Rule::line_tests).filter(|test| !test.is_late()) {
            truths.entry(test).or_insert_with(|| {
                merged(states().map(|(cell, line)| (cell, test.evaluate(*line, &()))))
            });
        }
        let mut leaves = Leaves::default();
        let mut rows = RowsBuilder::new();
        // INVARIANT: the first leaf is that of nothing.
        leaves.add((NOTHING, Ref::leaf(NOTHING)));
        rows.constant(Outcome::default());
        Self {
            rules,
            cells,
            axes,
            truths,
            late_starts,
            rows,
            local: Builder::default(),
            late: Builder::default(),
            leaves,
            known: QuickMap::default(),
            budget: 0,
            singles: QuickMap::default(),
            tails: QuickMap::default(),
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
        let most = JOINS.saturating_add(JOINS_OF_A_RULE.saturating_mul(enforced.len()));
        self.local.allow(most);
        self.late.allow(most);
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
        self.singles.clear();
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
    ) -> Option<Vec<Run<Ref>>> {
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
        let Self { cells, truths, rows, singles, .. } = self;
        let columns: Vec<_> =
            rule.line_tests().filter_map(|test| Some((test, truths.get(test)?))).collect();
        // Where nothing is known of the line, late tests say its reason.
        let starts = columns.iter().flat_map(|(_, runs)| *runs).map(|(start, _)| *start);
        let mut starts: Vec<u32> = starts.chain(self.late_starts.iter().copied()).collect();
        starts.sort_unstable();
        starts.dedup();
        let outcome = |start: &u32| {
            let line = cells.representatives().get(*start as usize)?;
            let said = rule.says(Mode::Enforce, &mut |test| {
                let column = columns.iter().find(|(own, _)| test.is(Test::Line(own)));
                match (column, test) {
                    (Some((_, runs)), _) => runs::at(runs, *start).unwrap_or(Truth::False),
                    (None, Test::Line(_)) => late_truth(*line, of(known, test)),
                    (None, Test::Fact(_)) => of(known, test),
                }
            });
            let Said::This(said) = said else { return Some((*start, NOTHING)) };
            let single = || rows.outcome(Outcome::single(at, rule, said));
            Some((*start, *singles.entry(said).or_insert_with(single)))
        };
        let mut row: Vec<_> = starts.iter().filter_map(outcome).collect();
        if cells.is_cut() {
            row.push((cells.representatives().len() as u32, self.worst(rule)));
        }
        self.rows.row(row)
    }

    /// What the rule could say of a state that nobody looked at. No look-up finds it: it keeps the
    /// line from being taken for needless.
    fn worst(&mut self, rule: &Rule) -> OutcomeId {
        match rule.strictest() {
            Effect::Allow => NOTHING,
            // Whatever was proved already.
            Effect::StepUp | Effect::Deny => {
                self.rows.outcome(Outcome { effect: Effect::Deny, ..Outcome::default() })
            }
        }
    }
}

/// Where nothing is known of the line, its reason says it all.
fn late_truth(line: LineFacts, known: Truth) -> Truth {
    match line.state {
        LineState::Unknown(reason) => Truth::undecided(reason),
        LineState::Known(_) => known,
    }
}

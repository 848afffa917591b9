//! Axes: what a decision turns on beside the state of the line, each cut into finitely many cells.

#![warn(clippy::arithmetic_side_effects)]

use std::collections::HashMap;
use std::sync::Arc;

use super::condition::{Comparison, FactTest, LineTest, Test, Truth, value};
use super::effect::Circumstances;
use super::fact::{Fact, FactKind, FactValue};
use crate::country::Country;
use crate::status::{LineFacts, LineState, UnknownReason};

/// The values of one fact, or the outcomes of one test, as numbered cells. For facts the last cell
/// is the missing value.
#[derive(Debug)]
pub(crate) enum Axis {
    Number {
        fact: Arc<Fact>,
        cuts: Vec<Cut>,
    },
    /// The mentioned texts, sorted; then every other one.
    Text {
        fact: Arc<Fact>,
        values: Vec<Arc<str>>,
    },
    Country(Arc<Fact>),
    Boolean(Arc<Fact>),
    /// A test whose fact has too many values to number.
    Test(FactTest),
    /// A test of the line that looks at more than its state.
    Late(LineTest),
}

/// Between two numbers: before the bound, or right behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cut {
    pub(crate) bound: f64,
    pub(crate) is_behind: bool,
}

/// What a test can say, by the number of its cell.
const TRUTHS: [Truth; 6] = [
    Truth::True,
    Truth::False,
    Truth::undecided(UnknownReason::CountryAmbiguous),
    Truth::undecided(UnknownReason::CountryUnresolved),
    Truth::undecided(UnknownReason::MissingAttribute),
    Truth::undecided(UnknownReason::NoHistory),
];

impl Cut {
    fn key(self) -> (f64, bool) {
        (self.bound, self.is_behind)
    }

    fn is_passed_by(self, number: f64) -> bool {
        if self.is_behind { number > self.bound } else { number >= self.bound }
    }

    /// Where a comparison cuts the numbers.
    pub(crate) fn of(comparison: Comparison, bound: f64) -> Vec<Self> {
        let [before, behind] = [false, true].map(|is_behind| Self { bound, is_behind });
        match comparison {
            Comparison::Equal => vec![before, behind],
            Comparison::GreaterOrEqual | Comparison::Less => vec![before],
            Comparison::Greater | Comparison::LessOrEqual => vec![behind],
        }
    }

    /// Sorts, and drops repetitions.
    pub(crate) fn sort(cuts: &mut Vec<Self>) {
        cuts.sort_by(|a, b| a.bound.total_cmp(&b.bound).then(a.is_behind.cmp(&b.is_behind)));
        cuts.dedup();
    }

    /// The cell of a number.
    pub(crate) fn cell(cuts: &[Self], number: f64) -> usize {
        cuts.partition_point(|cut| cut.is_passed_by(number))
    }

    /// A number of this cell, a round one where there is one.
    pub(crate) fn number(cuts: &[Self], cell: usize) -> f64 {
        let below = cell.checked_sub(1).and_then(|at| cuts.get(at));
        match (below, cuts.get(cell)) {
            (Some(Self { bound, is_behind: false }), _) => *bound,
            (_, Some(Self { bound, is_behind: true })) => *bound,
            (Some(below), Some(above)) => f64::midpoint(below.bound, above.bound),
            (Some(below), None) => below.bound + 1.0,
            (None, Some(above)) => above.bound - 1.0,
            (None, None) => 0.0,
        }
    }
}

impl Axis {
    /// How many cells it has.
    fn len(&self) -> usize {
        match self {
            Self::Number { cuts, .. } => cuts.len().saturating_add(2),
            Self::Text { values, .. } => values.len().saturating_add(2),
            Self::Country(_) => Country::COUNT + 1,
            Self::Boolean(_) => 3,
            Self::Test(_) | Self::Late(_) => TRUTHS.len(),
        }
    }

    /// The cell of a request.
    pub(crate) fn cell(&self, line: LineFacts, around: &Circumstances<'_>) -> usize {
        let missing = self.len().saturating_sub(1);
        let of = |fact: &Fact| value(fact, around.facts);
        match self {
            Self::Number { fact, cuts } => match of(fact) {
                Some(FactValue::Number(number)) => Cut::cell(cuts, number),
                _ => missing,
            },
            Self::Text { fact, values } => match of(fact) {
                Some(FactValue::Text(text)) => values.binary_search(&text).unwrap_or(values.len()),
                _ => missing,
            },
            Self::Country(fact) => match of(fact) {
                Some(FactValue::Country(country)) => country.index(),
                _ => missing,
            },
            Self::Boolean(fact) => match of(fact) {
                Some(FactValue::Boolean(is_true)) => usize::from(is_true),
                _ => missing,
            },
            Self::Test(test) => number_of(test.evaluate(around)),
            // Where nothing is known of the line, its reason says it all.
            Self::Late(_) if matches!(line.state, LineState::Unknown(_)) => 0,
            Self::Late(test) => number_of(test.evaluate(line, around.facts)),
        }
    }

    /// What a test of this axis says in a cell.
    pub(crate) fn truth(&self, test: &FactTest, cell: usize) -> Truth {
        let value = match self {
            Self::Test(_) | Self::Late(_) => return Self::truth_of(cell, Test::Fact(test)),
            _ if cell.saturating_add(1) == self.len() => None,
            Self::Number { cuts, .. } => Some(FactValue::Number(Cut::number(cuts, cell))),
            Self::Text { values, .. } => {
                Some(FactValue::Text(values.get(cell).cloned().unwrap_or_else(|| another(values))))
            }
            Self::Country(_) => Country::all().nth(cell).map(FactValue::Country),
            Self::Boolean(_) => Some(FactValue::Boolean(cell == 1)),
        };
        test.judge(value.as_ref(), &())
    }

    /// What a test with an axis of its own says in a cell; in one that it never meets, whatever is
    /// least trouble.
    pub(crate) fn truth_of(cell: usize, test: Test<'_>) -> Truth {
        match TRUTHS.get(cell).copied().unwrap_or(Truth::False) {
            Truth::Undecided(reasons) if !test.reasons().meets(reasons) => Truth::False,
            truth => truth,
        }
    }

    fn tidy(&mut self) {
        match self {
            Self::Number { cuts, .. } => Cut::sort(cuts),
            Self::Text { values, .. } => {
                values.sort_unstable();
                values.dedup();
            }
            Self::Country(_) | Self::Boolean(_) | Self::Test(_) | Self::Late(_) => {}
        }
    }

    /// The first cells of runs in which each of these tests says the same.
    pub(crate) fn starts(&self, tests: &[&FactTest]) -> Vec<usize> {
        let mut starts = vec![0, self.len().saturating_sub(1)];
        match self {
            Self::Number { cuts, .. } => {
                for test in tests {
                    if let FactTest::Number { comparison, bound, .. } = test {
                        let own = Cut::of(*comparison, *bound).into_iter();
                        starts.extend(
                            own.map(|cut| cuts.partition_point(|known| known.key() <= cut.key())),
                        );
                    }
                }
            }
            Self::Text { values, .. } => {
                starts.push(values.len());
                for test in tests {
                    if let FactTest::Text { values: own, .. } = test {
                        let at = own.iter().filter_map(|value| values.binary_search(value).ok());
                        starts.extend(at.flat_map(|at| [at, at.saturating_add(1)]));
                    }
                }
            }
            _ => starts = (0..self.len()).collect(),
        }
        starts.sort_unstable();
        starts.dedup();
        starts
    }
}

fn number_of(truth: Truth) -> usize {
    TRUTHS.iter().position(|known| *known == truth).unwrap_or(TRUTHS.len().saturating_sub(1))
}

/// A text that is none of these, which are sorted.
fn another(values: &[Arc<str>]) -> Arc<str> {
    format!("{}~", values.last().map_or("", |last| last)).into()
}

/// All axes of a policy, those of free facts first.
#[derive(Debug, Default)]
pub(crate) struct Axes {
    all: Vec<Axis>,
    facts: HashMap<Arc<str>, u32>,
    tests: HashMap<String, u32>,
    late: HashMap<LineTest, u32>,
}

impl Axes {
    /// The axes of these tests.
    pub(crate) fn of<'a>(tests: impl Iterator<Item = Test<'a>> + Clone) -> Self {
        let mut axes = Self::default();
        for test in tests.clone().filter_map(Test::fact) {
            axes.add(test);
        }
        for axis in &mut axes.all {
            axis.tidy();
        }
        for test in tests.filter_map(Test::line).filter(|test| test.is_late()) {
            let next = axes.all.len() as u32;
            if !axes.late.contains_key(test) {
                axes.late.insert(test.clone(), next);
                axes.all.push(Axis::Late(test.clone()));
            }
        }
        axes
    }

    fn add(&mut self, test: &FactTest) {
        let next = self.all.len() as u32;
        let Some(fact) = test.fact().filter(|_| has_axis_of_its_fact(test)) else {
            let key = test.key();
            if let std::collections::hash_map::Entry::Vacant(vacant) = self.tests.entry(key) {
                vacant.insert(next);
                self.all.push(Axis::Test(test.clone()));
            }
            return;
        };
        let at = *self.facts.entry(Arc::clone(&fact.name)).or_insert(next);
        if at == next {
            let fact = Arc::clone(fact);
            self.all.push(match test {
                FactTest::Number { .. } => Axis::Number { fact, cuts: Vec::new() },
                FactTest::Text { .. } => Axis::Text { fact, values: Vec::new() },
                FactTest::Boolean { .. } => Axis::Boolean(fact),
                _ => Axis::Country(fact),
            });
        }
        match (self.all.get_mut(at as usize), test) {
            (Some(Axis::Number { cuts, .. }), FactTest::Number { comparison, bound, .. }) => {
                cuts.extend(Cut::of(*comparison, *bound));
            }
            (Some(Axis::Text { values, .. }), FactTest::Text { values: own, .. }) => {
                values.extend(own.iter().cloned());
            }
            _ => {}
        }
    }

    pub(crate) fn get(&self, axis: u32) -> Option<&Axis> {
        self.all.get(axis as usize)
    }

    /// The axis of a test, unless it depends on the state of the line alone.
    pub(crate) fn axis_of(&self, test: Test<'_>) -> Option<u32> {
        let found = match test {
            Test::Line(line) => self.late.get(line),
            Test::Fact(fact) if has_axis_of_its_fact(fact) => {
                fact.fact().and_then(|fact| self.facts.get(&fact.name))
            }
            Test::Fact(fact) => self.tests.get(&fact.key()),
        };
        found.copied()
    }
}

/// Values of the fact can be numbered, and nothing else matters to the test.
fn has_axis_of_its_fact(test: &FactTest) -> bool {
    match test {
        FactTest::Number { .. } | FactTest::Text { .. } | FactTest::Boolean { .. } => true,
        FactTest::Places { fact, list, .. } => {
            fact.kind == FactKind::Country && list.attributes.is_empty()
        }
        _ => false,
    }
}

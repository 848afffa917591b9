//! From every combination of facts to few situations.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use super::boxes::{Position, Ranges, boxes};
use super::{FactRange, Situation, StateAnswers};
use crate::policy::domain::{Combination, Reduced};

/// More situations of one class than these are not told apart.
const MAX_SITUATIONS: usize = 12;

/// The situations of a reduced domain: what is answered in which row and column.
pub(crate) fn situations<A: Clone + Eq + Hash>(
    reduced: &Reduced,
    needs_line: impl Fn(&Combination<'_>) -> bool,
    answer: impl Fn(usize, usize) -> Option<A>,
) -> Vec<Situation<A>> {
    let glance = Glance::new(reduced, needs_line, answer);
    let found = glance.coarse_enough();
    found.iter().map(|(pattern, positions)| glance.situation(pattern, positions)).collect()
}

/// What some combinations have in common: whether the line matters, and for each state the numbers
/// of its answers.
type Pattern = (bool, Vec<BTreeSet<usize>>);

struct Glance<'a, A> {
    reduced: &'a Reduced,
    answers: Vec<Arc<A>>,
    rows: Vec<(Position, Pattern)>,
}

impl<'a, A: Clone + Eq + Hash> Glance<'a, A> {
    fn new(
        reduced: &'a Reduced,
        needs_line: impl Fn(&Combination<'_>) -> bool,
        answer: impl Fn(usize, usize) -> Option<A>,
    ) -> Self {
        let domain = &reduced.domain;
        let mut numbers: HashMap<A, usize> = HashMap::new();
        let mut rows = Vec::new();
        for (row, combination) in domain.combinations().enumerate() {
            let states = domain.states().iter().enumerate().map(|(column, (_, line))| {
                let next = numbers.len();
                let answer = answer(row, column).filter(|_| combination.admits(*line));
                let number = answer.map(|answer| *numbers.entry(answer).or_insert(next));
                number.into_iter().collect()
            });
            let pattern = (needs_line(&combination), states.collect());
            rows.push((domain.position(row).into_iter().map(Some).collect(), pattern));
        }
        let mut answers: Vec<_> = numbers.into_iter().collect();
        answers.sort_by_key(|(_, number)| *number);
        let answers = answers.into_iter().map(|(answer, _)| Arc::new(answer));
        Self { reduced, answers: answers.collect(), rows }
    }

    /// The situations, with regard to fewer facts until there are few of them.
    fn coarse_enough(&self) -> Vec<(Pattern, Vec<Position>)> {
        let axes = || self.reduced.domain.axes().enumerate();
        let is_relative = |name: &Arc<str>| self.reduced.relative.contains(name);
        let mut regarded: Vec<bool> = axes().map(|(_, (name, _))| !is_relative(name)).collect();
        loop {
            let found = self.grouped(&regarded);
            let largest = axes()
                .filter(|(at, _)| regarded.get(*at) == Some(&true))
                .max_by_key(|(_, (_, labels))| labels.len());
            match largest.and_then(|(at, _)| regarded.get_mut(at)) {
                Some(axis) if found.len() > MAX_SITUATIONS => *axis = false,
                _ => return found,
            }
        }
    }

    /// Rows that are alike, in the order of their first.
    fn grouped(&self, regarded: &[bool]) -> Vec<(Pattern, Vec<Position>)> {
        let mut by_position: BTreeMap<Position, Pattern> = BTreeMap::new();
        for (position, (needs_line, states)) in &self.rows {
            let position = position.iter().zip(regarded).map(|(at, is)| at.filter(|_| *is));
            let (line, known) = by_position.entry(position.collect()).or_default();
            *line |= needs_line;
            known.resize(states.len(), BTreeSet::new());
            known.iter_mut().zip(states).for_each(|(known, more)| known.extend(more));
        }
        let mut found: Vec<(Pattern, Vec<Position>)> = Vec::new();
        let mut places = HashMap::new();
        for (position, pattern) in by_position {
            let at = *places.entry(pattern.clone()).or_insert(found.len());
            match found.get_mut(at) {
                Some((_, positions)) => positions.push(position),
                None => found.push((pattern, vec![position])),
            }
        }
        found
    }

    fn situation(&self, (needs_line, columns): &Pattern, positions: &[Position]) -> Situation<A> {
        let states = self.reduced.states.iter().map(|(name, line, column)| {
            let numbers = columns.get(*column).into_iter().flatten();
            let answers = numbers.filter_map(|number| self.answers.get(*number)).cloned();
            StateAnswers { name: Arc::clone(name), line: *line, answers: answers.collect() }
        });
        let is_mixed = columns.iter().any(|answers| answers.len() > 1);
        Situation {
            when: boxes(positions).iter().map(|found| self.ranges(found)).collect(),
            depends_on: if is_mixed { self.disregarded(positions) } else { Vec::new() },
            needs_line: *needs_line,
            states: states.collect(),
        }
    }

    fn disregarded(&self, positions: &[Position]) -> Vec<Arc<str>> {
        let of_first = positions.first().into_iter().flatten();
        let axes = self.reduced.domain.axes().zip(of_first);
        axes.filter(|(_, at)| at.is_none()).map(|((name, _), _)| Arc::clone(name)).collect()
    }

    /// The axes of a box of which it does not have every value.
    fn ranges(&self, found: &Ranges) -> Vec<FactRange> {
        let ranges = self.reduced.domain.axes().zip(found).map(|((fact, cells), chosen)| {
            let (mut values, mut others) = (Vec::new(), Vec::new());
            for (at, labels) in cells.into_iter().enumerate() {
                let is_chosen = chosen.contains(&Some(at)) || chosen.contains(&None);
                if is_chosen { &mut values } else { &mut others }
                    .extend(labels.into_iter().cloned());
            }
            FactRange { fact: Arc::clone(fact), values, others }
        });
        ranges.filter(|range| !range.others.is_empty()).collect()
    }
}

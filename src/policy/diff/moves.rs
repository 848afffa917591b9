//! Changes told together: who moves from what to what, and with which facts.

use std::cmp::Reverse;
use std::sync::Arc;

use super::{Change, Direction};
use crate::policy::effect::Effect;
use crate::policy::situation::{FactRange, Situation};
use crate::status::LineFacts;

/// Lines of one route that move from one effect to another.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Move {
    /// The route in the new policy, or in the old one where the new has none. None for requests
    /// that belong to no route of either.
    pub route: Option<Arc<str>>,
    /// What the old policy calls the route, where that is something else.
    pub route_before: Option<Arc<str>>,
    /// What the old policy decides.
    pub from: Effect,
    /// What the new policy decides. The same as before where another step-up is enough.
    pub to: Effect,
    /// The rule that decides in the stricter of the two policies.
    pub rule: Option<Arc<str>>,
    /// In which direction.
    pub direction: Direction,
    /// The states of the line; none where it does not matter.
    pub lines: Vec<LineFacts>,
    /// The combinations of facts with which they move, each alternative as conditions that hold
    /// together. One alternative without conditions: always.
    pub when: Vec<Vec<FactRange>>,
    /// With some values of these facts a line moves, with others it does not.
    pub depends_on: Vec<Arc<str>>,
}

impl Move {
    fn of(change: &Change) -> Self {
        Self {
            route: change.route.clone(),
            route_before: change.route_before.clone(),
            from: change.from,
            to: change.to,
            rule: change.rule.clone(),
            direction: change.direction,
            lines: Vec::new(),
            when: Vec::new(),
            depends_on: Vec::new(),
        }
    }

    pub(super) fn of_routeless(change: &Change) -> Self {
        Self { when: vec![Vec::new()], ..Self::of(change) }
    }

    /// The moves in a situation. Points that differ in the reason alone are one.
    pub(super) fn of_situation(situation: &Situation<Option<Change>>) -> Vec<Self> {
        let mut moves: Vec<Self> = Vec::new();
        for state in &situation.states {
            for change in state.answers.iter().filter_map(|answer| answer.as_ref().as_ref()) {
                let found = Self { when: situation.when.clone(), ..Self::of(change) };
                let at = moves.iter().position(|other| other.is_like(&found));
                let at = at.unwrap_or(moves.len());
                if at == moves.len() {
                    moves.push(found);
                }
                let Some(found) = moves.get_mut(at) else { continue };
                if found.lines.last() != Some(&state.line) {
                    found.lines.push(state.line);
                }
                if state.answers.len() > 1 {
                    found.depends_on.clone_from(&situation.depends_on);
                }
            }
        }
        moves
    }

    fn is_like(&self, other: &Self) -> bool {
        let key = |found: &Self| (found.from, found.to, found.direction);
        key(self) == key(other)
            && self.rule == other.rule
            && self.route == other.route
            && self.route_before == other.route_before
    }
}

/// Equal moves of equal lines once, with all the combinations; sorted by route, what is loosened
/// first, and what moved furthest first.
pub(super) fn joined(moves: Vec<Move>) -> Vec<Move> {
    let mut joined: Vec<Move> = Vec::new();
    for found in moves {
        let is_same = |other: &&mut Move| {
            other.is_like(&found)
                && other.lines == found.lines
                && other.depends_on == found.depends_on
        };
        match joined.iter_mut().find(is_same) {
            Some(other) => {
                for when in found.when {
                    if !other.when.contains(&when) {
                        other.when.push(when);
                    }
                }
            }
            None => joined.push(found),
        }
    }
    joined.sort_by(|a, b| {
        let rank = |found: &Move| {
            let distance = (found.to as u8).abs_diff(found.from as u8);
            (Reverse(found.direction), Reverse(distance))
        };
        (&a.route, &a.route_before, rank(a)).cmp(&(&b.route, &b.route_before, rank(b)))
    });
    joined
}

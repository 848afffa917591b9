//! The difference between two policies over the whole domain: who moves from what to what.
//!
//! 1. Requests are compared, not names: a route that is only renamed is no difference. The entries
//!    of both policies cut the requests into classes that both judge alike.
//! 2. Every point of the domain is decided by both. Where the effects differ, or where another
//!    step-up is enough than before, there is a [`Change`].
//! 3. A change that lets somebody pass who did not is *loosened*; every other is *tightened*.
//!
//! # Example
//!
//! ```
//! use std::time::SystemTime;
//! use roamgate::Policy;
//! use roamgate::policy::diff::Diff;
//!
//! let text = std::fs::read_to_string("policies/payments-eea.yaml").unwrap();
//! let old = Policy::from_yaml("old.yaml", &text)?;
//! let new = Policy::from_yaml("new.yaml", &text.replace(", \"CH\"]", "]"))?;
//!
//! let diff = Diff::between(&old, &new, SystemTime::UNIX_EPOCH).unwrap();
//! let change = diff.changes().first().unwrap();
//! assert_eq!((change.route.as_deref(), change.line.as_deref()), (Some("payments"), Some("roaming:CH")));
//! assert_eq!((diff.loosened(), diff.tightened()), (0, 1));
//! # Ok::<(), roamgate::PolicyError>(())
//! ```

mod moves;
mod pairs;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::domain::{Combination, Domain, FactLabels, Reduced};
use super::effect::{Assurance, Challenge, Circumstances, Effect};
use super::fact::NUMBER_COUNTRY;
use super::rule::Rule;
use super::situation::{TooManyPoints, situations};
use super::{Policy, Verdict};
use crate::status::{LineFacts, UnknownReason};
pub use moves::Move;
use pairs::Pair;

/// What differs between two policies.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    changes: Vec<Change>,
    moves: Vec<Move>,
    not_listed: Vec<(Arc<str>, u128)>,
    not_compared: Vec<(Arc<str>, u128)>,
}

/// A point of the domain that is decided otherwise than before.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The route in the new policy, or in the old one where the new has none. None for requests
    /// that belong to no route of either.
    pub route: Option<Arc<str>>,
    /// What the old policy calls the route, where that is something else.
    pub route_before: Option<Arc<str>>,
    /// The line state as it is written; none where the line does not matter.
    pub line: Option<Arc<str>>,
    /// The line state.
    pub state: Option<LineFacts>,
    /// The free facts.
    pub facts: FactLabels,
    /// What the old policy decides.
    pub from: Effect,
    /// What the new policy decides. The same as before where another step-up is enough.
    pub to: Effect,
    /// The rule that decides in the stricter of the two policies: the one that objects now, or the
    /// one that no longer does.
    pub rule: Option<Arc<str>>,
    /// Why that rule is undecided, if it is.
    pub reason: Option<UnknownReason>,
    /// In which direction.
    pub direction: Direction,
}

/// More points of one class than these are not listed.
const MAX_CELLS: u128 = 50_000_000;

/// Does a change let somebody pass?
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "a change that is not the one is the other")]
pub enum Direction {
    /// Somebody is stopped who was not.
    Tightened,
    /// Somebody passes who did not.
    Loosened,
}

/// Two policies that cannot be compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TooManyTemplates;

impl fmt::Display for TooManyTemplates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the path templates of the two policies overlap in too many ways")
    }
}

impl std::error::Error for TooManyTemplates {}

impl Diff {
    /// Compares two policies at one moment.
    ///
    /// # Errors
    ///
    /// [`TooManyTemplates`] where requests cannot be cut into classes that both judge alike.
    pub fn between(old: &Policy, new: &Policy, now: SystemTime) -> Result<Self, TooManyTemplates> {
        let assurance = Assurance { now, ..Assurance::NONE };
        let mut diff = Self::default();
        for pair in pairs::pairs(old, new).ok_or(TooManyTemplates)? {
            Comparison { old, new, pair, assurance: &assurance }.add_to(&mut diff);
        }
        // Several classes of one policy can meet one class of the other.
        let mut seen = HashSet::new();
        diff.changes.retain(|change| seen.insert(change.clone()));
        diff.changes.sort_by(|a: &Change, b| a.route.cmp(&b.route));
        diff.moves = moves::joined(diff.moves);
        Ok(diff)
    }

    /// Who moves from what to what, told together: sorted by route, then what is loosened first.
    #[must_use]
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// Routes with more points than there is time for, of which only the moves are known, each with the number of
    /// its points.
    #[must_use]
    pub fn not_listed(&self) -> &[(Arc<str>, u128)] {
        &self.not_listed
    }

    /// Routes with more points than there is time for, of which nothing is known, each with the
    /// number of the points that can be told apart.
    #[must_use]
    pub fn not_compared(&self) -> &[(Arc<str>, u128)] {
        &self.not_compared
    }

    /// Every point that is decided otherwise, sorted by route, then in the order of the domain.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// At how many points somebody passes who did not.
    #[must_use]
    pub fn loosened(&self) -> usize {
        self.count(Direction::Loosened)
    }

    /// At how many points somebody is stopped who was not.
    #[must_use]
    pub fn tightened(&self) -> usize {
        self.count(Direction::Tightened)
    }

    fn count(&self, direction: Direction) -> usize {
        self.changes.iter().filter(|change| change.direction == direction).count()
    }
}

/// One class of requests under both policies.
struct Comparison<'a> {
    old: &'a Policy,
    new: &'a Policy,
    pair: Pair,
    assurance: &'a Assurance<'a>,
}

impl Comparison<'_> {
    fn add_to(&self, diff: &mut Diff) {
        let Pair { old, new } = self.pair;
        let around = Circumstances::from(self.assurance);
        let belongs_nowhere = self.old.class_name(old).or(self.new.class_name(new)).is_none();
        if belongs_nowhere {
            let [before, after] = [(self.old, old), (self.new, new)]
                .map(|(policy, class)| policy.decide_without_line(class, around));
            let change = self.change((&before, &after), None);
            diff.moves.extend(change.iter().map(Move::of_routeless));
            diff.changes.extend(change);
            return;
        }
        let name = || self.names().next().cloned().unwrap_or_default();
        let moves = match self.moves(around) {
            Ok(moves) if moves.is_empty() => return,
            Ok(moves) => moves,
            Err(TooManyPoints(points)) => return diff.not_compared.push((name(), points)),
        };
        let classes = [(self.old, old), (self.new, new)];
        let asks_for_number =
            |found: &Move| found.depends_on.iter().any(|name| **name == *NUMBER_COUNTRY);
        let domain = match moves.iter().any(asks_for_number) {
            true => Domain::of_classes(&classes),
            // Each change once, not once for each country of the number.
            false => Domain::of_classes(&classes).without_implied(&self.rules()),
        };
        diff.moves.extend(moves);
        match domain.size() {
            size if size > MAX_CELLS => diff.not_listed.push((name(), size)),
            _ => diff.changes.extend(self.changes(&domain, around)),
        }
    }

    fn rules(&self) -> Vec<&Rule> {
        let Pair { old, new } = self.pair;
        self.old.rules_of(old).chain(self.new.rules_of(new)).collect()
    }

    /// What moves, seen where the policies can tell apart, which is soon done.
    fn moves(&self, around: Circumstances<'_>) -> Result<Vec<Move>, TooManyPoints> {
        let Pair { old, new } = self.pair;
        let reduced = Reduced::of(&self.rules());
        TooManyPoints::check(&reduced.domain)?;
        let before = self.old.grid(old, &reduced.domain, around);
        let after = self.new.grid(new, &reduced.domain, around);
        let change = |row, column| {
            let pair = before.get(row, column).zip(after.get(row, column))?;
            Some(self.change(pair, None))
        };
        let situations = situations(&reduced, |_| true, change);
        Ok(situations.iter().flat_map(Move::of_situation).collect())
    }

    /// The names of the route, the new one first.
    fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        let Pair { old, new } = self.pair;
        [self.new.class_name(new), self.old.class_name(old)].into_iter().flatten()
    }

    fn changes(&self, domain: &Domain, around: Circumstances<'_>) -> Vec<Change> {
        let Pair { old, new } = self.pair;
        let before = self.old.grid(old, domain, around);
        let after = self.new.grid(new, domain, around);
        let mut changes = Vec::new();
        let mut facts: Vec<Option<Combination<'_>>> = vec![None; before.rows()];
        for column in 0..domain.states().len() {
            for row in 0..before.rows() {
                let Some(pair) = before.get(row, column).zip(after.get(row, column)) else {
                    continue;
                };
                if is_alike(pair) {
                    continue;
                }
                let Some(of_row) = facts.get_mut(row) else { continue };
                let facts = of_row.get_or_insert_with(|| domain.combination(row));
                let Some((line, state)) = domain.states().get(column) else { continue };
                let point = Point { line, state: *state, facts };
                changes.extend(
                    facts.admits(*state).then(|| self.change(pair, Some(&point))).flatten(),
                );
            }
        }
        changes
    }

    /// The change at a point; at no point in particular where the line does not matter.
    fn change(
        &self,
        (before, after): (&Verdict, &Verdict),
        point: Option<&Point<'_>>,
    ) -> Option<Change> {
        let direction = direction(before, after)?;
        let route = self.names().next().cloned();
        let route_before = self.names().last().cloned();
        let (from, to) = (before.effect, after.effect);
        let stricter = if to >= from { after } else { before };
        Some(Change {
            route_before: route_before.filter(|before| Some(before) != route.as_ref()),
            route,
            line: point.map(|point| Arc::clone(point.line)),
            state: point.map(|point| point.state),
            facts: point.map(Point::labels).unwrap_or_default(),
            from,
            to,
            rule: stricter.rule.clone(),
            reason: stricter.reason,
            direction,
        })
    }
}

/// Most points are, and there are very many of them.
fn is_alike((before, after): (&Verdict, &Verdict)) -> bool {
    before.effect == after.effect && before.challenge == after.challenge
}

/// A point of the domain.
struct Point<'a> {
    line: &'a Arc<str>,
    state: LineFacts,
    facts: &'a Combination<'a>,
}

impl Point<'_> {
    fn labels(&self) -> FactLabels {
        self.facts.labels().map(|(name, label)| (Arc::clone(name), Arc::clone(label))).collect()
    }
}

fn direction(before: &Verdict, after: &Verdict) -> Option<Direction> {
    use std::cmp::Ordering;
    match after.effect.cmp(&before.effect) {
        Ordering::Less => Some(Direction::Loosened),
        Ordering::Greater => Some(Direction::Tightened),
        Ordering::Equal => match before.challenge.as_deref().zip(after.challenge.as_deref()) {
            Some((before, after)) if !demands(after, before) => Some(Direction::Loosened),
            Some((before, after)) if !demands(before, after) => Some(Direction::Tightened),
            _ => None,
        },
    }
}

/// Has everybody who meets `one` met `other` as well?
fn demands(one: &Challenge, other: &Challenge) -> bool {
    let is_as_recent = match (one.max_age, other.max_age) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(one), Some(other)) => one <= other,
    };
    is_as_recent && one.acr_values.iter().all(|value| other.acr_values.contains(value))
}

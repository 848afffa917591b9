//! Every decision of a class over a domain, computed row by row.

use std::collections::HashMap;

use super::domain::{Combination, Domain};
use super::effect::Circumstances;
use super::outcome::Outcome;
use super::table::Found;
use super::{Policy, RequestClass, Verdict};
use crate::status::{LineFacts, LineState};

/// The decisions of one class: for each combination of the facts a row, for each state of a line a
/// cell in it. Equal decisions are kept once.
#[derive(Debug)]
pub struct Grid {
    states: usize,
    verdicts: Vec<Verdict>,
    cells: Vec<u32>,
}

impl Grid {
    /// The decision for a combination and a state, by their positions in the domain.
    #[must_use]
    pub fn get(&self, combination: usize, state: usize) -> Option<&Verdict> {
        let cell = self.cells.get(combination * self.states + state)?;
        self.verdicts.get(*cell as usize)
    }

    /// How many combinations it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.cells.len().checked_div(self.states).unwrap_or_default()
    }

    /// How many cells it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Has it no cells?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

impl Policy {
    /// Every decision of a class over a domain, which may be larger than this policy's own.
    ///
    /// # Example
    ///
    /// ```
    /// use roamgate::policy::{Assurance, Domain, Effect, Policy};
    ///
    /// let policy = Policy::from_path("policies/payments-eea.yaml")?;
    /// let (class, domain) = (policy.class_by_name("payments").unwrap(), Domain::of(&[&policy]));
    /// let grid = policy.grid(class, &domain, &Assurance::NONE);
    ///
    /// let home = domain.states().iter().position(|(name, _)| **name == *"home").unwrap();
    /// assert_eq!(grid.get(0, home).map(|verdict| verdict.effect), Some(Effect::Allow));
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    #[must_use]
    pub fn grid<'a>(
        &self,
        class: RequestClass,
        domain: &Domain,
        around: impl Into<Circumstances<'a>>,
    ) -> Grid {
        let around = around.into();
        let mut known = Known::default();
        let mut cells = Vec::new();
        for combination in domain.combinations() {
            self.row(class, domain, (&combination, around), |found| {
                let said = |found: Found<'_>| Verdict::clone(&self.said(found, &around.assurance));
                cells.push(known.number(found, said));
            });
        }
        Grid { states: domain.states().len(), verdicts: known.verdicts, cells }
    }

    fn row(
        &self,
        class: RequestClass,
        domain: &Domain,
        (combination, around): (&Combination<'_>, Circumstances<'_>),
        mut take: impl FnMut(Found<'_>),
    ) {
        let around = around.facts(combination.attributes());
        let standing = self.table.standing((class.0, &self.rules), &around);
        let number = LineFacts::from(LineState::HOME).with_number(around.facts);
        for (_, line) in domain.states() {
            let line = match line.number_countries.is_empty() {
                true => LineFacts { number_countries: number.number_countries, ..*line },
                false => *line,
            };
            take(standing.outcome(&line, &around));
        }
    }
}

/// Verdicts, equal outcomes once.
#[derive(Default)]
struct Known {
    /// By the places of outcomes that the table keeps.
    kept: HashMap<usize, u32>,
    made: HashMap<Outcome, u32>,
    /// The place asked for before: neighbours are mostly alike.
    last: Option<(usize, u32)>,
    verdicts: Vec<Verdict>,
}

impl Known {
    fn number(&mut self, found: Found<'_>, said: impl FnOnce(Found<'_>) -> Verdict) -> u32 {
        let next = self.verdicts.len() as u32;
        let number = match &found {
            Found::Kept(kept) => {
                let place = std::ptr::from_ref(*kept).addr();
                if let Some((_, number)) = self.last.filter(|(last, _)| *last == place) {
                    return number;
                }
                let number = *self.kept.entry(place).or_insert(next);
                self.last = Some((place, number));
                number
            }
            Found::Made(outcome) => *self.made.entry((**outcome).clone()).or_insert(next),
        };
        if number == next {
            self.verdicts.push(said(found));
        }
        number
    }
}

//! Cells: the line states that no test of the policy can tell apart.
//!
//! Deciding is then two array look-ups, whatever the number of rules: state to cell, and request
//! class and cell to outcome.

use std::collections::HashMap;

use super::condition::{LineTest, Truth};
use crate::country::{Country, CountrySet, Mcc};
use crate::status::{LineState, RoamingStatus, UnknownReason, Visited};

/// The number of a cell.
pub(crate) type Cell = u16;

/// So many combinations of countries are looked at, which covers every policy of a usual size.
const MAX_MIXTURES: usize = 512;

/// From line states to cells.
#[derive(Debug)]
pub(crate) struct Cells {
    home: Cell,
    /// Roaming, and neither country nor code is known.
    nowhere: Cell,
    /// Roaming in exactly this country, code unknown.
    countries: Vec<Cell>,
    /// Roaming in this network, and in all the countries its code stands for.
    networks: Vec<Cell>,
    unknown: Vec<Cell>,
    /// Codes that some test mentions: only for them does the code of an answer matter.
    mentioned: Vec<Mcc>,
    /// One state of each cell.
    representatives: Vec<LineState>,
}

impl Cells {
    /// Groups all states by what the tests say of them.
    pub(crate) fn of<'a>(tests: impl Iterator<Item = &'a LineTest>) -> Self {
        let mut tests: Vec<_> = tests.collect();
        let mut seen = std::collections::HashSet::new();
        tests.retain(|test| seen.insert(*test));
        let mut mentioned: Vec<_> = tests.iter().flat_map(|test| test.codes()).copied().collect();
        mentioned.sort_unstable();
        let mut builder = Builder { tests, known: HashMap::new(), representatives: Vec::new() };
        let network = |code| Mcc::new(code).map_or(Visited::default(), Visited::network);
        let cells = Self {
            home: builder.cell(LineState::HOME),
            nowhere: builder.cell(LineState::roaming(Visited::default())),
            countries: Country::all().map(|country| builder.cell(in_country(country))).collect(),
            networks: (0..1000)
                .map(|code| builder.cell(LineState::roaming(network(code))))
                .collect(),
            unknown: UnknownReason::line_reasons()
                .map(|reason| builder.cell(LineState::Unknown(reason)))
                .collect(),
            mentioned,
            representatives: Vec::new(),
        };
        builder.mixtures(&cells.mentioned);
        Self { representatives: builder.representatives, ..cells }
    }

    /// The cell of a state. `None` for a rare one that is not tabulated, such as a part of the
    /// countries of a shared code.
    pub(crate) fn get(&self, line: LineState) -> Option<Cell> {
        match line {
            LineState::Known(RoamingStatus::Home) => Some(self.home),
            LineState::Known(RoamingStatus::Roaming(visited)) => self.visited(visited),
            LineState::Unknown(reason) => self.unknown.get(reason as usize).copied(),
        }
    }

    /// One state of each cell, in the order of the cells.
    pub(crate) fn representatives(&self) -> &[LineState] {
        &self.representatives
    }

    fn visited(&self, visited: Visited) -> Option<Cell> {
        if let Some(code) = visited.mcc {
            if code.countries().unwrap_or_default() == visited.countries {
                return self.networks.get(usize::from(code.get())).copied();
            }
            if !self.mentioned.is_empty() {
                return None;
            }
        } else if visited.countries == CountrySet::EMPTY {
            return Some(self.nowhere);
        }
        let country = visited.countries.single()?;
        self.countries.get(country.index()).copied()
    }
}

fn in_country(country: Country) -> LineState {
    LineState::roaming(Visited::countries(country.into()))
}

struct Builder<'a> {
    tests: Vec<&'a LineTest>,
    known: HashMap<Vec<Truth>, Cell>,
    representatives: Vec<LineState>,
}

impl Builder<'_> {
    /// Represents states that no look-up finds: several countries, with and without a code. What
    /// a policy can come to at worst is then known for them too.
    fn mixtures(&mut self, mentioned: &[Mcc]) {
        let other = Mcc::all().find(|code| mentioned.binary_search(code).is_err());
        let mut told_apart = std::collections::HashSet::new();
        let mut countries: Vec<_> = Country::all().collect();
        countries.retain(|country| {
            let alone = [None, other].map(|mcc| Visited { mcc, countries: (*country).into() });
            let truths = |visited| -> Vec<_> {
                self.tests.iter().map(|test| test.evaluate(LineState::roaming(visited))).collect()
            };
            told_apart.insert(alone.map(truths))
        });
        let codes = [None, other].into_iter().chain(mentioned.iter().copied().map(Some));
        let pairs = codes.flat_map(|mcc| {
            let pair = move |a: Country, b: Country| Visited {
                mcc,
                countries: [a, b].into_iter().collect(),
            };
            let countries = &countries;
            countries.iter().flat_map(move |a| countries.iter().map(move |b| pair(*a, *b)))
        });
        for visited in pairs.take(MAX_MIXTURES) {
            self.cell(LineState::roaming(visited));
        }
    }

    fn cell(&mut self, line: LineState) -> Cell {
        let mut truths: Vec<_> = self.tests.iter().map(|test| test.evaluate(line)).collect();
        if let LineState::Unknown(reason) = line {
            // Reasons differ in their answers even where no test exists.
            truths.push(Truth::Undecided(reason.into()));
        }
        let next = Cell::try_from(self.known.len()).unwrap_or(Cell::MAX);
        let cell = *self.known.entry(truths).or_insert(next);
        if cell == next {
            self.representatives.push(line);
        }
        cell
    }
}

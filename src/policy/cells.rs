//! Cells: the line states that no test of the policy can tell apart.
//!
//! Deciding is then two array look-ups, whatever the number of rules: state to cell, and request
//! class and cell to outcome.

use std::collections::HashMap;

use super::condition::{LineTest, Truth};
use crate::country::{Candidates, Country, CountrySet, Mcc, shared_prefixes};
use crate::status::{LineFacts, LineState, RoamingStatus, UnknownReason, Visited};

/// The number of a cell.
pub(crate) type Cell = u16;

/// So many combinations of countries are looked at, which covers every policy of a usual size.
const MAX_MIXTURES: usize = 512;

/// From line states to cells.
#[derive(Debug)]
pub(crate) struct Cells {
    homes: Homes,
    /// Roaming, and neither country nor code is known.
    nowhere: Cell,
    /// Roaming in exactly this country, code unknown.
    countries: Vec<Cell>,
    /// Roaming in this network, and in all the countries its code stands for.
    networks: Vec<Cell>,
    unknown: Vec<Cell>,
    /// Codes that some test mentions: only for them does the code of an answer matter.
    mentioned: Vec<Mcc>,
    /// Some test asks whether the line is abroad: every cell then has three variants.
    asks_abroad: bool,
    /// One state of each variant of each cell.
    representatives: Vec<LineFacts>,
    /// There are too many mixtures of countries to represent them all.
    is_cut: bool,
}

/// Lines at home, by the countries of their numbers.
#[derive(Debug)]
struct Homes {
    unknown: Cell,
    countries: Vec<Cell>,
    shared: Vec<(CountrySet, Cell)>,
}

/// How a visited network relates to the number: abroad, at home, or one cannot tell.
const VARIANTS: Cell = 3;

impl Cells {
    /// Groups all states by what the tests say of them. Tests that look at more than the state are
    /// not among them.
    pub(crate) fn of<'a>(tests: impl Iterator<Item = &'a LineTest>) -> Self {
        let mut tests: Vec<_> = tests.collect();
        let mut seen = std::collections::HashSet::new();
        tests.retain(|test| seen.insert(*test));
        let mut mentioned: Vec<_> = tests.iter().flat_map(|test| test.codes()).copied().collect();
        mentioned.sort_unstable();
        let asks_abroad = tests.contains(&&LineTest::Abroad);
        let mut builder =
            Builder { tests, asks_abroad, known: HashMap::new(), representatives: Vec::new() };
        let cells = Self {
            homes: builder.homes(),
            nowhere: builder.roaming(Visited::default()),
            countries: Country::all()
                .map(|country| builder.roaming(Visited::countries(country)))
                .collect(),
            networks: builder.networks(&mentioned),
            unknown: UnknownReason::line_reasons()
                .map(|reason| builder.cell(LineState::Unknown(reason).into()))
                .collect(),
            mentioned,
            asks_abroad,
            representatives: Vec::new(),
            is_cut: false,
        };
        let is_cut = builder.mixtures(&cells.mentioned);
        Self {
            is_cut,
            representatives: builder
                .representatives
                .iter()
                .flat_map(|line| variants(*line, asks_abroad))
                .collect(),
            ..cells
        }
    }

    /// The cell of a state. `None` for a rare one that is not tabulated, such as a part of the
    /// countries of a shared code.
    pub(crate) fn get(&self, line: &LineFacts) -> Option<Cell> {
        let cell = match line.state {
            LineState::Known(RoamingStatus::Home) => self.homes.get(line.number_countries),
            LineState::Known(RoamingStatus::Roaming(visited)) => self.visited(visited),
            LineState::Unknown(reason) => self.unknown.get(reason as usize).copied(),
        };
        match self.asks_abroad {
            true => Some(cell? * VARIANTS + variant(line)),
            false => cell,
        }
    }

    /// Is there a state that no cell and no representative stands for?
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// One state of each cell, in the order of the cells.
    pub(crate) fn representatives(&self) -> &[LineFacts] {
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
        } else if visited.countries.is_empty() {
            return Some(self.nowhere);
        }
        let country = visited.countries.single()?;
        self.countries.get(country.index()).copied()
    }
}

impl Homes {
    fn get(&self, number: CountrySet) -> Option<Cell> {
        if number.is_empty() {
            return Some(self.unknown);
        }
        match number.single() {
            Some(country) => self.countries.get(country.index()).copied(),
            None => self.shared.iter().find(|(shared, _)| *shared == number).map(|(_, cell)| *cell),
        }
    }
}

/// The variant of a cell that a line belongs to.
fn variant(line: &LineFacts) -> Cell {
    let LineState::Known(RoamingStatus::Roaming(visited)) = line.state else { return 0 };
    let (countries, number) = (visited.countries, line.number_countries);
    match countries.single() {
        _ if !countries.iter().any(|country| number.contains(country)) => 0,
        Some(country) if number == country.into() => 1,
        _ => 2,
    }
}

/// A line of each variant; one that cannot be stands for itself.
fn variants(line: LineFacts, asks_abroad: bool) -> Vec<LineFacts> {
    let countries = match line.state {
        LineState::Known(RoamingStatus::Roaming(visited)) => visited.countries.into(),
        _ => CountrySet::EMPTY,
    };
    let other = Country::all().find(|country| !countries.contains(*country));
    let both = other.map_or(countries, |other| countries.union(other.into()));
    let numbers = [CountrySet::EMPTY, countries, both];
    let with = |number_countries| LineFacts { number_countries, ..line };
    match (asks_abroad, countries.is_empty()) {
        (false, _) => vec![line],
        (true, true) => vec![line; usize::from(VARIANTS)],
        (true, false) => numbers.map(with).to_vec(),
    }
}

struct Builder<'a> {
    tests: Vec<&'a LineTest>,
    asks_abroad: bool,
    known: HashMap<Vec<Truth>, Cell>,
    representatives: Vec<LineFacts>,
}

impl Builder<'_> {
    /// Represents states that no look-up finds: several countries, with and without a code. What
    /// a policy can come to at worst is then known for them too. True where some are left out.
    fn mixtures(&mut self, mentioned: &[Mcc]) -> bool {
        let other = Mcc::all().find(|code| mentioned.binary_search(code).is_err());
        let mut told_apart = std::collections::HashSet::new();
        let mut countries: Vec<_> = Country::all().collect();
        countries.retain(|country| {
            let alone = [None, other].map(|mcc| Visited { mcc, countries: (*country).into() });
            let truths = |visited| -> Vec<_> {
                self.tests
                    .iter()
                    .map(|test| test.evaluate(LineState::roaming(visited).into(), &()))
                    .collect()
            };
            told_apart.insert(alone.map(truths))
        });
        let codes = [None, other].into_iter().chain(mentioned.iter().copied().map(Some));
        let codes: Vec<_> = codes.collect();
        // Each country with each code first, then each pair once.
        let (countries, codes) = (&countries, &codes);
        let mut pairs = (0..countries.len()).flat_map(|apart| {
            let pairs = move || countries.iter().zip(countries.iter().skip(apart));
            let visited = |mcc, (a, b): (&Country, &Country)| {
                let countries = Candidates::from_countries([*a, *b])?;
                Some(Visited { mcc, countries })
            };
            codes.iter().flat_map(move |mcc| pairs().filter_map(move |pair| visited(*mcc, pair)))
        });
        for visited in pairs.by_ref().take(MAX_MIXTURES) {
            self.roaming(visited);
        }
        pairs.next().is_some()
    }

    fn homes(&mut self) -> Homes {
        let mut home =
            |number_countries| self.cell(LineFacts { state: LineState::HOME, number_countries });
        Homes {
            unknown: home(CountrySet::EMPTY),
            countries: Country::all().map(|country| home(country.into())).collect(),
            shared: shared_prefixes().map(|countries| (countries, home(countries))).collect(),
        }
    }

    /// Codes that neither the table nor a test knows cannot be told apart.
    fn networks(&mut self, mentioned: &[Mcc]) -> Vec<Cell> {
        let is_known =
            |code: Mcc| code.countries().is_some() || mentioned.binary_search(&code).is_ok();
        let mut stranger = None;
        let mut cell = |code: u16| match Mcc::new(code) {
            Some(code) if is_known(code) => self.roaming(Visited::network(code)),
            Some(code) => *stranger.get_or_insert_with(|| self.roaming(Visited::network(code))),
            None => Cell::MAX,
        };
        (0..1000).map(&mut cell).collect()
    }

    fn roaming(&mut self, visited: Visited) -> Cell {
        self.cell(LineState::roaming(visited).into())
    }

    fn cell(&mut self, line: LineFacts) -> Cell {
        let mut truths: Vec<_> = self.tests.iter().map(|test| test.evaluate(line, &())).collect();
        match line.state {
            // Reasons differ in their answers even where no test exists.
            LineState::Unknown(reason) => truths.push(Truth::Undecided(reason.into())),
            // Only a line in one country can be known not to be abroad, and only one in no country is
            // abroad whatever its number is.
            LineState::Known(RoamingStatus::Roaming(visited)) if self.asks_abroad => {
                truths.push(match visited.countries.len() {
                    0 => Truth::undecided(UnknownReason::CountryUnresolved),
                    1 => Truth::True,
                    _ => Truth::False,
                });
            }
            LineState::Known(_) => {}
        }
        let next = Cell::try_from(self.known.len()).unwrap_or(Cell::MAX);
        let cell = *self.known.entry(truths).or_insert(next);
        if cell == next {
            self.representatives.push(line);
        }
        cell
    }
}

//! A domain that is as good as the whole one, for rules that know countries by their lists alone.
//!
//! Countries that every list judges alike are alike, and of those it is enough to look at two: one
//! to be equal to another country, and one to differ from it.

use std::collections::{HashMap, HashSet};

use super::cells::Cell;
use super::{Domain, DomainAxis};
use crate::country::{Country, CountrySet};
use crate::policy::condition::{FactTest, LineTest, Test, Truth};
use crate::policy::fact::{FactKind, FactValue, NUMBER_COUNTRY};
use crate::policy::rule::Rule;
use crate::status::{LineFacts, LineState, RoamingStatus, Visited};

impl Domain {
    /// The domain of these rules, without what is judged like something that is left.
    pub(crate) fn reduced(rules: &[&Rule]) -> Self {
        let mut domain = Self::merged(rules, &[]);
        let tests: Vec<_> = rules.iter().flat_map(|rule| rule.all_tests()).collect();
        let judge = Judge::of(&tests);
        let mut kept = judge.countries();
        let mut seen = HashSet::new();
        domain.states.retain(|(_, line)| match alone(*line) {
            Some(country) => kept.contains(country),
            None => {
                let is_new = seen.insert(judge.state(*line));
                // A country of a network that stays can be one that a fact names.
                let member = line.place().ok().and_then(|place| place.countries.iter().next());
                member.filter(|_| is_new).into_iter().for_each(|country| kept.insert(country));
                is_new
            }
        });
        let states: Vec<_> = domain.states.iter().map(|(_, line)| *line).collect();
        for axis in &mut domain.axes {
            axis.keep(kept, &states);
        }
        domain
    }
}

/// The country of a state that names one alone.
fn alone(line: LineFacts) -> Option<Country> {
    let place = line.place().ok()?;
    let is_code = place.mcc.is_some();
    place.countries.single().filter(|_| !is_code)
}

impl DomainAxis {
    /// Keeps the values that speak of these countries alone, or of what a state can be.
    fn keep(&mut self, countries: CountrySet, states: &[LineFacts]) {
        let is_number = *self.name == *NUMBER_COUNTRY;
        let is_place = |set: CountrySet| {
            states.iter().any(|line| line.place().is_ok_and(|place| place.countries == set))
        };
        self.cells.retain(|cell: &Cell| match cell.value {
            Some(FactValue::Country(country)) => countries.contains(country),
            Some(FactValue::Countries(set)) => {
                let is_kept = set.single().is_some_and(|country| countries.contains(country));
                set.is_empty() || is_kept || is_place(set) || is_number && set.len() > 1
            }
            _ => true,
        });
    }
}

/// What lists say of countries.
struct Judge<'a> {
    line: Vec<&'a LineTest>,
    facts: Vec<&'a FactTest>,
}

/// What all tests say of one thing.
type Signature = Vec<Truth>;

impl<'a> Judge<'a> {
    fn of(tests: &[Test<'a>]) -> Self {
        let is_list = |test: &&FactTest| {
            test.fact()
                .is_some_and(|fact| matches!(fact.kind, FactKind::Country | FactKind::Countries))
        };
        Self {
            line: tests.iter().filter_map(|test| test.line()).collect(),
            facts: tests.iter().filter_map(|test| test.fact()).filter(is_list).collect(),
        }
    }

    /// Two of all countries that are alike.
    fn countries(&self) -> CountrySet {
        let mut alike: HashMap<Signature, usize> = HashMap::new();
        let is_kept = |country: &Country| {
            let count = alike.entry(self.country(*country)).or_default();
            *count += 1;
            *count <= 2
        };
        Country::all().filter(is_kept).collect()
    }

    fn country(&self, country: Country) -> Signature {
        let visited = LineState::roaming(Visited::countries(country.into()));
        let number_countries = country.into();
        let home = LineFacts { state: LineState::Known(RoamingStatus::Home), number_countries };
        let mut truths = self.state(visited.into());
        truths.extend(self.state(home));
        let values = [FactValue::Country(country), FactValue::Countries(country.into())];
        let facts = self.facts.iter().flat_map(|test| {
            values.iter().map(|value| test.judge(Some(value), &())).collect::<Vec<_>>()
        });
        truths.extend(facts);
        truths
    }

    /// What the tests say of a state, as far as the state alone tells; and what kind it is.
    fn state(&self, line: LineFacts) -> Signature {
        let kind = match line.state {
            LineState::Unknown(reason) => Truth::undecided(reason),
            LineState::Known(_) => {
                let place = line.place().unwrap_or_default();
                (place.countries.len() > 1).into()
            }
        };
        let is_nowhere = line.place().is_ok_and(|place| place.countries.is_empty());
        let is_coded = line.place().is_ok_and(|place| place.mcc.is_some());
        let own = self.line.iter().map(|test| test.evaluate(line, &()));
        [kind, is_nowhere.into(), is_coded.into()].into_iter().chain(own).collect()
    }
}

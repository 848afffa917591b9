//! A domain that is as good as the whole one, for rules that know countries by their lists alone.
//!
//! Countries that every list judges alike are alike, and of those it is enough to look at two: one
//! to be equal to another country, and one to differ from it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::cells::Cell;
use super::{Domain, DomainAxis};
use crate::country::{Country, CountrySet, Mcc, shared_prefixes};
use crate::policy::condition::{FactTest, LineTest, Test, Truth};
use crate::policy::fact::{FactKind, FactValue, NUMBER_COUNTRY};
use crate::policy::rule::Rule;
use crate::status::{LineFacts, LineState, RoamingStatus, Visited};

/// The domain of some rules, without what is judged like something that is left.
#[derive(Debug)]
pub(crate) struct Reduced {
    pub(crate) domain: Domain,
    /// Every state of a line, with the position of the one in the domain that stands for it.
    pub(crate) states: Vec<(Arc<str>, LineFacts, usize)>,
    /// The facts whose meaning depends on where the line is.
    pub(crate) relative: BTreeSet<Arc<str>>,
}

impl Reduced {
    pub(crate) fn of(rules: &[&Rule]) -> Self {
        Self::with(rules, &[], &[])
    }

    /// The same for these other tests too. What is named stays.
    pub(crate) fn with(rules: &[&Rule], others: &[Test<'_>], named: &[LineFacts]) -> Self {
        let mut domain = Domain::merged(rules, others);
        let of_rules = rules.iter().flat_map(|rule| rule.all_tests());
        let tests: Vec<_> = of_rules.chain(others.iter().copied()).collect();
        let judge = Judge::of(&tests);
        let is_named = |line: LineFacts| named.iter().any(|other| other.state == line.state);
        let mut kept = judge.countries();
        for line in named {
            let place = line.place().map(|place| place.countries).unwrap_or_default();
            kept = kept.union(place).union(line.number_countries);
        }
        let (mut left, mut states, mut known) = (Vec::new(), Vec::new(), HashMap::new());
        for (name, line) in domain.states.drain(..) {
            let kind = judge.kind(line);
            let is_new =
                alone(line).map_or(!known.contains_key(&kind), |country| kept.contains(country));
            if is_new || alone(line).is_none() && is_named(line) {
                // A country of a network that stays can be one that a fact names.
                let member = line.place().ok().and_then(|place| place.countries.iter().next());
                kept = kept.union(member.map(CountrySet::from).unwrap_or_default());
                known.insert(kind.clone(), left.len());
                left.push((Arc::clone(&name), line));
            }
            states.push((name, line, kind));
        }
        let column = |kind: &Kind| known.get(kind).copied().unwrap_or_default();
        let relative = domain.axes.iter().filter(|axis| axis.is_relative(&tests));
        let relative = relative.map(|axis| Arc::clone(&axis.name)).collect();
        for axis in &mut domain.axes {
            axis.keep(kept, &left);
        }
        let states =
            states.into_iter().map(|(name, line, kind)| (name, line, column(&kind))).collect();
        Self { domain: Domain { states: left, ..domain }, states, relative }
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
    fn keep(&mut self, countries: CountrySet, states: &[(Arc<str>, LineFacts)]) {
        let is_number = *self.name == *NUMBER_COUNTRY;
        let is_place = |set: CountrySet| {
            states.iter().any(|(_, line)| line.place().is_ok_and(|place| place.countries == set))
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
    /// Those that share a network code or a calling prefix with others.
    shared: CountrySet,
    line: Vec<&'a LineTest>,
    facts: Vec<&'a FactTest>,
}

/// What all tests say of one thing.
type Signature = Vec<Truth>;

/// What makes states alike: whether the line is at home, and what all tests say.
type Kind = (bool, Signature);

impl<'a> Judge<'a> {
    fn of(tests: &[Test<'a>]) -> Self {
        let is_list = |test: &&FactTest| {
            test.fact()
                .is_some_and(|fact| matches!(fact.kind, FactKind::Country | FactKind::Countries))
        };
        let sets =
            Mcc::all().filter_map(Mcc::countries).map(CountrySet::from).chain(shared_prefixes());
        let shared = sets.filter(|set| set.len() > 1).fold(CountrySet::EMPTY, CountrySet::union);
        Self {
            shared,
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

    /// States of this kind are alike.
    fn kind(&self, line: LineFacts) -> Kind {
        let is_home = line.state == LineState::HOME;
        (is_home, alone(line).map_or_else(|| self.state(line), |country| self.country(country)))
    }

    fn country(&self, country: Country) -> Signature {
        let visited = LineState::roaming(Visited::countries(country));
        let number_countries = country.into();
        let home = LineFacts { state: LineState::Known(RoamingStatus::Home), number_countries };
        // A fact can name several countries at once, of which this may be one.
        let mut truths = self.state(visited.into());
        truths.push(self.shared.contains(country).into());
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

//! Policies and line states at random, the same ones in every run.

use std::collections::BTreeSet;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::test_runner::{Config, RngSeed};

use roamgate::country::{Candidates, CountrySet, Mcc};
use roamgate::policy::{Effect, line_states};
use roamgate::status::{LineFacts, ReasonGroup, UnknownReason, Visited};
use roamgate::{Country, LineState};

use crate::free::{FactTest, facts};
use crate::model::{
    Block, File, ListTest, Map, Mode, Polarity, Policy, ROUTES, Rule, StepUp, Test,
};

/// How many times as much is tried as in the short setting: `ROAMGATE_CASES=20` for twenty times.
pub(crate) fn times() -> u32 {
    let times = std::env::var("ROAMGATE_CASES").ok().and_then(|times| times.parse().ok());
    times.unwrap_or(1).max(1)
}

/// One in so many: fewer the longer the setting, down to all of them.
pub(crate) fn one_in(many: usize) -> usize {
    (many / times() as usize).max(1)
}

/// So many cases in the short setting, no file of past failures, one seed.
pub(crate) fn config(cases: u32) -> Config {
    Config {
        cases: cases.saturating_mul(times()),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x0057_EAD5),
        ..Config::default()
    }
}

fn effect() -> impl Strategy<Value = Effect> {
    select(vec![Effect::Allow, Effect::StepUp, Effect::Deny])
}

fn objection() -> impl Strategy<Value = Effect> {
    select(vec![Effect::StepUp, Effect::Deny])
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![6 => Just(Mode::Enforce), 1 => Just(Mode::Shadow), 1 => Just(Mode::Off)]
}

/// Few enough to meet each other, with shared and with countryless codes.
pub(crate) fn country() -> impl Strategy<Value = Country> {
    let codes =
        ["FR", "GF", "GP", "MQ", "MF", "BL", "RE", "YT", "NO", "US", "PR", "GB", "JE", "IR"];
    select(codes.map(|code| Country::from_code(code).unwrap()).to_vec())
}

fn network() -> impl Strategy<Value = Mcc> {
    select(
        [208, 340, 647, 242, 310, 234, 901, 902, 999, 500]
            .map(|code| Mcc::new(code).unwrap())
            .to_vec(),
    )
}

/// Countries and codes, lengthened by a fact now and then where facts are wanted.
pub(crate) fn list(with_facts: bool) -> impl Strategy<Value = ListTest> {
    let lengthened = prop::bool::weighted(if with_facts { 0.25 } else { 0.0 });
    let parts = (vec(country(), 0..8), vec(network(), 0..3), lengthened);
    let list = parts.prop_map(|(countries, codes, is_lengthened)| ListTest {
        countries,
        codes,
        is_lengthened,
    });
    list.prop_filter("a list names something", |list| {
        !list.countries.is_empty() || !list.codes.is_empty() || list.is_lengthened
    })
}

/// One word, or one or two verbs with lists.
fn tests(with_facts: bool) -> BoxedStrategy<Vec<Test>> {
    let list = || list(with_facts);
    let of_the_state = prop_oneof![
        1 => Just(vec![Test::Home]),
        1 => Just(vec![Test::Roaming]),
        3 => list().prop_map(|list| vec![Test::RoamingIn(list)]),
        3 => list().prop_map(|list| vec![Test::RoamingOutside(list)]),
        2 => (list(), list()).prop_map(|(a, b)| vec![Test::RoamingIn(a), Test::RoamingOutside(b)]),
        2 => list().prop_map(|list| vec![Test::LocatedIn(list)]),
        2 => list().prop_map(|list| vec![Test::LocatedOutside(list)]),
        2 => Just(vec![Test::Abroad]),
    ];
    let seconds = || select(vec![60, 600, 7_200]);
    let of_more = prop_oneof![
        seconds().prop_map(|within| vec![Test::CountryChangedWithin(within)]),
        seconds().prop_map(|age| vec![Test::StatusOlderThan(age)]),
        Just(vec![Test::DiffersFrom]),
        (seconds(), list()).prop_map(|(within, list)| vec![
            Test::CountryChangedWithin(within),
            Test::RoamingIn(list)
        ]),
    ];
    match with_facts {
        true => prop_oneof![4 => of_the_state, 1 => of_more].boxed(),
        false => of_the_state.boxed(),
    }
}

/// Conditions over free facts, where they are wanted.
fn some_facts(with_facts: bool, most: usize) -> BoxedStrategy<Vec<FactTest>> {
    if with_facts { facts(most).boxed() } else { Just(Vec::new()).boxed() }
}

/// Tests alone as often as not, and blocks in blocks to a depth of three.
fn block(with_facts: bool) -> impl Strategy<Value = Block> {
    let parts = (option::weighted(0.9, tests(with_facts)), some_facts(with_facts, 2));
    let leaf = parts.prop_map(|(tests, facts)| Block {
        tests: tests.unwrap_or_default(),
        facts,
        ..Block::default()
    });
    let leaf = leaf.prop_filter("a block says something", |block| !block.says_nothing());
    leaf.prop_recursive(3, 12, 3, move |inner| {
        let tests = option::of(tests(with_facts)).prop_map(Option::unwrap_or_default);
        let parts = (tests, some_facts(with_facts, 1), vec(inner.clone(), 0..4), option::of(inner));
        let block = parts.prop_map(|(tests, facts, any_of, not)| Block {
            tests,
            facts,
            any_of,
            not: not.map(Box::new),
        });
        block.prop_filter("a block says something", |block| !block.says_nothing())
    })
}

fn map(with_default: bool) -> impl Strategy<Value = Map> {
    let groups = ReasonGroup::ALL.iter().map(|group| group.name());
    let keys: Vec<_> =
        UnknownReason::ALL.iter().map(|reason| reason.name()).chain(groups).collect();
    let named = btree_map(select(keys), effect(), 0..4);
    (named, option::of(effect()), effect()).prop_map(move |(named, default, forced)| {
        let default = default.or(with_default.then_some(forced));
        let named = named.into_iter().map(|(key, effect)| (key.to_owned(), effect));
        default.map(|effect| ("default".to_owned(), effect)).into_iter().chain(named).collect()
    })
}

/// Every step-up accepts `sca`, so that all can be met together.
fn step_up() -> impl Strategy<Value = StepUp> {
    let others = subsequence(vec!["mfa", "phr", "otp"], 0..=3);
    (others, option::of(select(vec![60, 300, 900]))).prop_map(|(others, max_age)| {
        let acr_values = others.into_iter().chain(["sca"]).map(str::to_owned).collect();
        StepUp { acr_values, max_age }
    })
}

pub(crate) fn rule() -> impl Strategy<Value = Rule> {
    any_rule(false)
}

fn any_rule(with_facts: bool) -> impl Strategy<Value = Rule> {
    let routes = subsequence(ROUTES.to_vec(), 1..=3);
    let polarity = select(vec![Polarity::When, Polarity::Require]);
    let unknown = option::of(map(false).prop_filter("a map says something", |map| !map.is_empty()));
    let block = || block(with_facts);
    let conditions = (block(), option::weighted(0.3, block()), some_facts(with_facts, 2));
    let parts = (routes, polarity, conditions, objection(), unknown, option::of(step_up()), mode());
    let rule = parts.prop_map(
        |(routes, polarity, (condition, unless, matching), effect, on_unknown, step_up, mode)| {
            Rule {
                id: String::new(),
                routes,
                matching,
                polarity,
                condition,
                unless,
                effect,
                on_unknown,
                step_up,
                mode,
            }
        },
    );
    let refuses_home =
        |rule: &Rule| rule.polarity == Polarity::Require && rule.condition.refuses_home();
    rule.prop_filter("E017", move |rule| !refuses_home(rule))
}

fn file(with_facts: bool) -> impl Strategy<Value = File> {
    (mode(), map(true), step_up(), vec(any_rule(with_facts), 0..5)).prop_map(
        |(mode, on_unknown, step_up, rules)| File {
            name: String::new(),
            mode,
            on_unknown,
            step_up: Some(step_up),
            rules,
        },
    )
}

/// One to three files, with ids whose order is not the order of writing.
pub(crate) fn policy() -> impl Strategy<Value = Policy> {
    any_policy(false)
}

/// The same, over free facts as well.
pub(crate) fn policy_with_facts() -> impl Strategy<Value = Policy> {
    any_policy(true)
}

fn any_policy(with_facts: bool) -> impl Strategy<Value = Policy> {
    (vec(file(with_facts), 1..4), any::<u8>())
        .prop_map(|(files, salt)| named(Policy { files }, salt))
}

/// Gives every file and rule a name of its own.
pub(crate) fn named(mut policy: Policy, salt: u8) -> Policy {
    for (at, file) in policy.files.iter_mut().enumerate() {
        file.name = format!("file-{at}");
        for (place, rule) in file.rules.iter_mut().enumerate() {
            let scattered = (at * 16 + place) as u8 ^ salt;
            rule.id = format!("rule-{scattered:03}");
        }
    }
    policy
}

/// What providers can say beyond the states of a table: a code with a part of its countries, a
/// code that no table knows, several countries without a code, a code that contradicts them.
pub(crate) fn odd_states() -> Vec<LineFacts> {
    let set = |codes: &[&str]| -> CountrySet {
        codes.iter().map(|code| Country::from_code(code).unwrap()).collect()
    };
    let rows: [(Option<u16>, &[&str]); 12] = [
        (Some(340), &["GF", "GP"]),
        (Some(340), &["BL"]),
        (Some(340), &[]),
        (Some(500), &[]),
        (Some(500), &["FR"]),
        (Some(901), &["FR"]),
        (Some(208), &["FR", "RE"]),
        (Some(208), &["NO"]),
        (None, &["FR", "NO"]),
        (None, &["GF", "GP", "BL"]),
        (None, &["US", "PR"]),
        (None, &["GB", "JE", "GG", "IM"]),
    ];
    let state = |(code, countries): (Option<u16>, &[&str])| {
        let mut visited = Visited::countries(Candidates::from_countries(set(countries)).unwrap());
        visited.mcc = code.and_then(Mcc::new);
        LineFacts::from(LineState::roaming(visited))
    };
    let numbers: [&[&str]; 6] =
        [&["FR"], &["US"], &["IR"], &["GB", "JE", "GG", "IM"], &["BL", "GP", "MF"], &["NO", "SJ"]];
    let lines = rows.map(state).into_iter().chain([
        LineState::HOME.into(),
        LineState::roaming(Visited::countries(Country::from_code("FR").unwrap())).into(),
        LineState::roaming(Visited::countries(Country::from_code("GP").unwrap())).into(),
        LineState::roaming(Visited::network(Mcc::new(901).unwrap())).into(),
        LineState::roaming(Visited::network(Mcc::new(310).unwrap())).into(),
        LineState::roaming(Visited::network(Mcc::new(340).unwrap())).into(),
    ]);
    let with_numbers = |line: LineFacts| {
        let with = numbers.map(|codes| LineFacts { number_countries: set(codes), ..line });
        [line].into_iter().chain(with)
    };
    lines.flat_map(with_numbers).collect()
}

/// Every state there is a name for, and the odd ones.
pub(crate) fn states() -> Vec<LineFacts> {
    line_states().map(|(_, state)| state.into()).chain(odd_states()).collect()
}

/// Subsets of all countries.
pub(crate) fn countries() -> impl Strategy<Value = (CountrySet, BTreeSet<Country>)> {
    vec(any::<Index>(), 0..40).prop_map(|places| {
        let all: Vec<_> = Country::all().collect();
        let chosen: BTreeSet<_> = places.iter().map(|place| *place.get(&all)).collect();
        (chosen.iter().copied().collect(), chosen)
    })
}

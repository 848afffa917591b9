//! Every engine gives the same answer to every request as the rules applied by hand.

use roamgate_peers::engines::{self, Engine, casbin, cedar, limit, regorus, roamgate, wirefilter};
use roamgate_peers::rules::{Asked, Rule, every_request, rules};

/// As many rules as an unoptimised build compares in a few seconds.
const SIZES: [usize; 3] = [1, 10, 100];

fn rounds() -> Vec<(Vec<Rule>, Vec<Asked>)> {
    SIZES.iter().map(|size| (rules(*size), every_request(*size))).collect()
}

#[test]
fn every_effect_occurs() {
    let mut by_hand = limit::Safe::new(&rules(10));
    let effects: std::collections::BTreeSet<_> =
        every_request(10).iter().map(|asked| by_hand.effect(asked)).collect();
    assert_eq!(effects.len(), 3);
}

#[test]
fn roamgate_agrees() {
    for (rules, every) in &rounds() {
        engines::assert_agrees(&mut roamgate::WholeRequest::new(rules), rules, every);
        engines::assert_agrees(&mut roamgate::KnownRoute::new(rules), rules, every);
    }
}

#[test]
fn wirefilter_agrees() {
    for (rules, every) in &rounds() {
        engines::assert_agrees(&mut wirefilter::Wirefilter::new(rules), rules, every);
    }
}

#[test]
fn regorus_agrees() {
    for (rules, every) in &rounds() {
        engines::assert_agrees(&mut regorus::Interpreted::new(rules), rules, every);
        engines::assert_agrees(&mut regorus::Compiled::new(rules), rules, every);
        engines::assert_agrees(&mut regorus::Bytecode::new(rules), rules, every);
    }
}

#[test]
fn cedar_agrees() {
    for (rules, every) in &rounds() {
        engines::assert_agrees(&mut cedar::Cedar::new(rules), rules, every);
    }
}

#[test]
fn casbin_agrees() {
    for (rules, every) in &rounds() {
        engines::assert_agrees(&mut casbin::Casbin::new(rules), rules, every);
    }
}

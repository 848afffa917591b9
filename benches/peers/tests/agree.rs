//! Every engine gives the same answer to every request as the rules applied by hand.

use roamgate_peers::engines::{Engine, casbin, cedar, limit, regorus, roamgate, wirefilter};
use roamgate_peers::rules::{Asked, Rule, every_request, rules};

/// As many as an unoptimised build compares in a few seconds.
const SIZES: [usize; 3] = [1, 10, 100];

fn agrees<E: for<'a> Engine<'a>>(engine: impl Fn(&[Rule]) -> E) {
    for size in SIZES {
        let rules = rules(size);
        let (mut engine, mut by_hand) = (engine(&rules), limit::Safe::new(&rules));
        for asked in every_request(size) {
            assert_eq!(engine.effect(&asked), by_hand.effect(&asked), "{size} rules, {asked:?}");
        }
    }
}

#[test]
fn every_effect_occurs() {
    let rules = rules(10);
    let every = every_request(10);
    let mut by_hand = limit::Safe::new(&rules);
    let effects: std::collections::BTreeSet<_> =
        every.iter().map(|asked: &Asked| by_hand.effect(asked)).collect();
    assert_eq!(effects.len(), 3);
}

#[test]
fn the_quick_limit_agrees() {
    agrees(limit::Quick::new);
}

#[test]
fn roamgate_agrees() {
    agrees(roamgate::WholeRequest::new);
    agrees(roamgate::KnownRoute::new);
}

/// Its context borrows from the requests.
#[test]
fn wirefilter_agrees() {
    for size in SIZES {
        let (rules, every) = (rules(size), every_request(size));
        let mut engine = wirefilter::Wirefilter::new(&rules);
        let mut by_hand = limit::Safe::new(&rules);
        for asked in &every {
            assert_eq!(engine.effect(asked), by_hand.effect(asked), "{size} rules, {asked:?}");
        }
    }
}

#[test]
fn regorus_agrees() {
    agrees(regorus::Interpreted::new);
    agrees(regorus::Compiled::new);
    agrees(regorus::Bytecode::new);
}

#[test]
fn cedar_agrees() {
    agrees(cedar::Cedar::new);
}

#[test]
fn casbin_agrees() {
    agrees(casbin::Casbin::new);
}

//! The parts of the gate: the class of a request, the decision, and the cache.

use std::fmt::Write;
use std::hint::black_box;

use roamgate::policy::{Assurance, Circumstances, Target};
use roamgate::status::Visited;
use roamgate::{
    CachedProvider, Country, Effect, Line, LineState, Policy, Query, RoamingProvider,
    RoamingStatus, provider_fn,
};

use super::Work;
use super::service::runtime;

/// So much is done in one pass, that the pass itself does not matter.
pub(super) const OFTEN: u64 = 100;

const LINES: u64 = 1_000;

pub(super) fn classify() -> Work {
    let policy = policy(10);
    Box::new(move |pass| {
        pass(&mut || {
            (0..OFTEN).for_each(|_| check(policy.classify(black_box(&payment())).is_ok()));
        });
    })
}

pub(super) fn decide_10() -> Work {
    decide(10)
}

pub(super) fn decide_10_000() -> Work {
    decide(10_000)
}

/// Class and state of the line are known.
fn decide(rules: usize) -> Work {
    let policy = policy(rules);
    let class = policy.classify(&payment()).unwrap();
    let country = Country::all().next().unwrap();
    let line = LineState::roaming(Visited::countries(country));
    Box::new(move |pass| {
        let around = Circumstances::from(&Assurance::NONE);
        let decide = || policy.decide(black_box(class), black_box(line), around).effect;
        pass(&mut || (0..OFTEN).for_each(|_| check(decide() == Effect::Deny)));
    })
}

/// Over all the lines one after another.
pub(super) fn cache_hit() -> Work {
    let lines: Vec<Line> =
        (0..LINES).map(|number| format!("+34{number:09}").parse().unwrap()).collect();
    let cache = CachedProvider::new(provider_fn(|_: Line| async { Ok(RoamingStatus::Home) }));
    let runtime = runtime();
    for line in &lines {
        runtime.block_on(cache.roaming_status(&Query::new(*line))).unwrap();
    }
    let mut at = lines.into_iter().cycle();
    Box::new(move |pass| {
        let query = Query::new(at.next().unwrap());
        let mut is_hit = false;
        pass(&mut || is_hit = cache.cached(black_box(&query)).is_some());
        assert!(is_hit);
    })
}

/// Looks at what was found, so that it has to be found.
fn check(is_right: bool) {
    assert!(black_box(is_right));
}

fn payment() -> Target<'static> {
    Target::new("POST", "/v1/payments")
}

/// A policy with so many rules on one route, each over two countries.
fn policy(rules: usize) -> Policy {
    let mut text = String::from(concat!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: counted, owner: bench@bank.example }\n",
        "defaults: { unmatchedRoute: allow, onUnknown: deny }\n",
        "routes: { pay: [{ method: POST, path: \"/v1/payments\" }] }\nrules:\n",
    ));
    let countries: Vec<_> = Country::all().collect();
    for rule in 0..rules {
        let listed = |offset: usize| countries.get((rule * 7 + offset) % countries.len()).unwrap();
        let (a, b) = (listed(0), listed(31));
        writeln!(
            text,
            "  - {{ id: r{rule}, match: {{ routes: [pay] }}, when: {{ line: {{ roamingIn: [\"{a}\", \"{b}\"] }} }}, effect: deny }}"
        )
        .unwrap();
    }
    Policy::from_yaml("counted.yaml", &text).unwrap()
}

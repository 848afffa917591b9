//! The decision alone: request class and line state are known. Flat in the number of rules.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod support;

use std::fmt::Write;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use roamgate::country::Country;
use roamgate::policy::{Assurance, Attributes, Circumstances, FactValue, Target};
use roamgate::status::Visited;
use roamgate::{Effect, LineState, Policy};

const SIZES: [usize; 5] = [1, 10, 100, 1_000, 10_000];

/// A policy with this many rules on one route, each over countries of its own; half of them with
/// an amount and an excused group, where facts are wanted.
fn policy(rules: usize, with_facts: bool) -> Policy {
    let mut text = String::from(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: bench, owner: bench@bank.example }\n\
         defaults: { unmatchedRoute: allow, onUnknown: deny }\n\
         attributes: { request.amountEur: { type: number } }\nroutes: { pay: [{ method: POST, path: \"/v1/payments\" }] }\nrules:\n",
    );
    let countries: Vec<_> = Country::all().collect();
    for rule in 0..rules {
        let listed = |offset: usize| countries.get((rule * 7 + offset) % countries.len()).unwrap();
        let (a, b) = (listed(0), listed(31));
        let (facts, unless) = match with_facts && rule % 2 == 0 {
            true => (
                format!(", request.amountEur: {{ gte: {} }}", rule % 40 * 250),
                format!(", unless: {{ subject.groups: {{ containsAny: [g{}] }} }}", rule % 5),
            ),
            false => Default::default(),
        };
        writeln!(
            text,
            "  - {{ id: r{rule}, match: {{ routes: [pay]{facts} }}, when: {{ line: {{ roamingIn: [\"{a}\", \"{b}\"] }} }}, effect: deny{unless} }}"
        )
        .unwrap();
    }
    Policy::from_yaml("bench.yaml", &text).unwrap()
}

fn bench(criterion: &mut Criterion) {
    for (name, with_facts) in GROUPS {
        let mut group = criterion.benchmark_group(name);
        // A country of the first rule, so that every size has a rule that fires.
        let country = Country::all().next().unwrap();
        let line = LineState::roaming(Visited::countries(country));
        let groups = FactValue::from(vec!["g1", "staff"]);
        let facts =
            Attributes::new().set("request.amountEur", 4_999.5).set("subject.groups", groups);
        let around = Circumstances::from(&Assurance::NONE).facts(&facts);
        for size in SIZES {
            let policy = policy(size, with_facts);
            let class = policy.classify(&Target::new("POST", "/v1/payments")).unwrap();
            let decide = || policy.decide(black_box(class), black_box(line), around).effect;
            assert_eq!(decide(), Effect::Deny);
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| bencher.iter(decide));
        }
        group.finish();
    }
    let policy = policy(10, false);
    criterion.benchmark_group("classify").bench_function("one", |bencher| {
        bencher.iter(|| policy.classify(black_box(&Target::new("POST", "/v1/payments"))).is_ok());
    });
}

/// Rules over the line alone, and rules over amounts and groups as well.
const GROUPS: [(&str, bool); 2] = [("decide", false), ("decide-facts", true)];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
    for (name, _) in GROUPS.iter().filter(|_| support::measures()) {
        let Some(ten) = support::mean_ns(name, "10") else { continue };
        for size in SIZES {
            let Some(mean) = support::mean_ns(name, &size.to_string()) else { continue };
            println!("{name}, {size:>6} rules: {mean:7.1} ns = {:.2} x ten rules", mean / ten);
        }
    }
}

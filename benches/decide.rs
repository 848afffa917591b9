//! The decision alone: request class and line state are known. Flat in the number of rules.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod support;

use std::fmt::Write;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use roamgate::country::Country;
use roamgate::policy::{Assurance, Target};
use roamgate::status::Visited;
use roamgate::{LineState, Policy};

const SIZES: [usize; 4] = [1, 10, 100, 1_000];

/// A policy with this many rules on one route, each over countries of its own.
fn policy(rules: usize) -> Policy {
    let mut text = String::from(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: bench, owner: bench@bank.example }\n\
         defaults: { unmatchedRoute: allow, onUnknown: deny }\nroutes: { pay: [{ method: POST, path: \"/v1/payments\" }] }\nrules:\n",
    );
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
    Policy::from_yaml("bench.yaml", &text).unwrap()
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    // A country of the first rule, so that every size has a rule that fires.
    let country = Country::all().next().unwrap();
    let line = LineState::roaming(Visited::countries(country.into()));
    for size in SIZES {
        let policy = policy(size);
        let class = policy.classify(&Target::new("POST", "/v1/payments")).unwrap();
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher
                .iter(|| policy.decide(black_box(class), black_box(line), &Assurance::NONE).effect);
        });
    }
    let policy = policy(10);
    group.bench_function("classify", |bencher| {
        bencher.iter(|| policy.classify(black_box(&Target::new("POST", "/v1/payments"))).is_ok());
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
    if let (true, Some(ten)) = (support::measures(), support::mean_ns("decide", "10")) {
        for size in SIZES {
            let Some(mean) = support::mean_ns("decide", &size.to_string()) else { continue };
            println!("decide, {size:>5} rules: {mean:7.1} ns = {:.2} x ten rules", mean / ten);
        }
    }
}

//! The loader: how soon it refuses what is no policy, and what it takes beyond the bare parse.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod support;

#[path = "../tests/support/garbage.rs"]
mod kinds;

use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode};
use kinds::{Garbage, LARGEST, excess, noise, nonsense};
use roamgate::Policy;
use roamgate::country::Country;
use roamgate::policy::SourceFile;
use serde_json::Value;
use serde_yaml::Options;

const REFUSE: &str = "refuse";
const LOAD: &str = "load";
const RULES: usize = 10_000;
const ROUTES: usize = 100;

/// Rules over routes, with lists of countries, amounts and groups of customers.
fn rules() -> String {
    let mut text = String::from(concat!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: bench, owner: bench@bank.example }\n",
        "attributes: { request.amountEur: { type: number } }\n",
        "defaults: { unmatchedRoute: allow, onUnknown: deny }\nroutes:\n",
    ));
    for route in 0..ROUTES {
        writeln!(text, "  route-{route}: [{{ method: POST, path: \"/v1/r{route}/{{id}}\" }}]")
            .unwrap();
    }
    text.push_str("rules:\n");
    let countries: Vec<_> = Country::all().collect();
    for rule in 0..RULES {
        let listed = |offset: usize| countries.get((rule * 7 + offset) % countries.len()).unwrap();
        writeln!(
            text,
            "  - id: r{rule}\n    description: rule {rule}\n    match: {{ routes: [route-{}], request.amountEur: {{ gte: {} }} }}\n    \
             when: {{ line: {{ roamingIn: [\"{}\", \"{}\", \"{}\"] }} }}\n    \
             unless: {{ subject.groups: {{ containsAny: [team-{}] }} }}\n    effect: deny",
            rule % ROUTES, rule % 7 * 100, listed(0), listed(31), listed(101), rule % 5,
        )
        .unwrap();
    }
    text
}

/// What any reader of YAML does: values that know neither their place nor what they mean.
fn bare(text: &str) -> Value {
    let options: Options = serde_yaml::options! {
        budget: serde_yaml::budget! { max_nodes: 2_000_000, max_events: 6_000_000 },
    };
    serde_yaml::from_str_with_options(text, options).unwrap()
}

/// Garbage of the greatest size, and what is none but too much.
fn garbage() -> Vec<Garbage> {
    let mut garbage = noise(LARGEST);
    garbage.extend(nonsense(LARGEST));
    garbage.extend(excess(LARGEST));
    garbage
}

fn refuse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(REFUSE);
    brief(&mut group);
    for garbage in garbage() {
        let refused = || Policy::check(&[SourceFile::new("p.yaml", black_box(&garbage.text))]).1;
        group.bench_function(garbage.name, |bencher| {
            let code = refused().iter().next().map(|problem| problem.code);
            assert!(code == Some(garbage.code) || code == Some("E024"), "{}", garbage.name);
            bencher.iter(refused);
        });
    }
    group.finish();
}

fn load(criterion: &mut Criterion) {
    let text = rules();
    let mut group = criterion.benchmark_group(LOAD);
    brief(&mut group);
    group.bench_function("bare parse", |bencher| bencher.iter(|| bare(black_box(&text))));
    group.bench_function("policy", |bencher| {
        bencher.iter(|| Policy::from_yaml("p.yaml", black_box(&text)).unwrap());
    });
    group.finish();
}

/// Each of these takes milliseconds.
fn brief(group: &mut BenchmarkGroup<'_, WallTime>) {
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
}

fn report() -> Option<()> {
    for garbage in garbage() {
        let millis = support::mean_ns(REFUSE, garbage.name)? / 1e6;
        let size = garbage.text.len() as f64 / f64::from(1024 * 1024);
        println!("refuse {size:.1} MiB of {:<34} {millis:7.1} ms", garbage.name);
    }
    let (bare, policy) = (support::mean_ns(LOAD, "bare parse")?, support::mean_ns(LOAD, "policy")?);
    println!(
        "load {RULES} rules: {:.1} ms = {:.2} x the bare parse ({:.1} ms)",
        policy / 1e6,
        policy / bare,
        bare / 1e6
    );
    Some(())
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    refuse(&mut criterion);
    load(&mut criterion);
    criterion.final_summary();
    if support::measures() {
        report();
    }
}

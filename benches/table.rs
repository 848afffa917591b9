//! The whole table of a policy, and the difference of two: a million and a half cells.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod support;

use std::fmt::Write;
use std::hint::black_box;
use std::time::SystemTime;

use criterion::Criterion;
use roamgate::Policy;
use roamgate::policy::diff::Diff;
use roamgate::policy::{Assurance, Domain};

/// Eight routes with the rules of a bank: places, amounts, groups, hours, and the country of the IP
/// address. The country that is listed beside the EEA differs between the two policies that are compared.
fn policy(listed: &str) -> Policy {
    let mut text = String::from(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: bench, owner: bench@bank.example }\n\
         defaults: { unmatchedRoute: allow, onUnknown: deny }\n\
         attributes: { request.amountEur: { type: number }, request.ipCountry: { type: country } }\nroutes:\n",
    );
    for route in 0..ROUTES {
        writeln!(text, "  r{route}: [{{ method: POST, path: \"/r{route}\" }}]").unwrap();
    }
    text += "rules:\n";
    for route in 0..ROUTES {
        let on = format!("match: {{ routes: [r{route}]");
        let rules = [
            format!(
                "id: place{route}, {on} }}, when: {{ line: {{ roamingOutside: [eea, {listed}] }} }}"
            ),
            format!(
                "id: amount{route}, {on}, request.amountEur: {{ gte: {} }} }}, when: {{ line: roaming }}",
                200 + route
            ),
            format!(
                "id: address{route}, {on}, request.ipCountry: {{ notIn: [eea, {listed}] }} }}, when: {{ line: roaming }}"
            ),
        ];
        for rule in rules {
            writeln!(text, "  - {{ {rule}, effect: deny }}").unwrap();
        }
    }
    Policy::from_yaml("bench.yaml", &text).unwrap()
}

const ROUTES: usize = 8;

fn table(policy: &Policy) -> usize {
    let cells = policy
        .classes()
        .into_iter()
        .map(|class| policy.grid(class, &Domain::of_class(policy, class), &Assurance::NONE).len());
    cells.sum()
}

fn bench(criterion: &mut Criterion, old: &Policy, new: &Policy) {
    let mut group = criterion.benchmark_group("table");
    group.sample_size(20);
    group.bench_function("table", |bencher| bencher.iter(|| table(black_box(old))));
    group.bench_function("diff", |bencher| {
        bencher.iter(|| {
            Diff::between(black_box(old), new, SystemTime::UNIX_EPOCH).unwrap().changes().len()
        });
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let (old, new) = (policy("\"CH\""), policy("\"GB\""));
    bench(&mut criterion, &old, &new);
    criterion.final_summary();
    if support::measures() {
        let changes = Diff::between(&old, &new, SystemTime::UNIX_EPOCH).unwrap().changes().len();
        println!("{} cells; {changes} of them differ", table(&old));
        for name in ["table", "diff"] {
            if let Some(mean) = support::mean_ns("table", name) {
                println!("{name}: {:.1} ms", mean / 1e6);
            }
        }
    }
}

//! The decision alone, side by side: `cargo bench` here times every engine at every size, prints a
//! table, and writes `target/peers.json`.
//!
//! Every engine must have given the same answers to every request before it is timed.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod report;
#[path = "../../../support/mod.rs"]
mod support;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion};
use roamgate_peers::engines::{self, Engine, casbin, cedar, limit, regorus, roamgate, wirefilter};
use roamgate_peers::rules::{Asked, Rule, every_request, rules, traffic};

const SIZES: [usize; 5] = [1, 10, 100, 1_000, 10_000];

/// In the order of the table.
const ENGINES: [&str; 10] = [
    "limit",
    "limit_siphash",
    "roamgate",
    "roamgate_route_known",
    "wirefilter",
    "regorus",
    "regorus_interpreted",
    "regorus_compiled",
    "cedar",
    "casbin",
];

/// So many rules are the most that an engine is given that looks at every rule at great length: of
/// more, the answers alone would take minutes.
const MOST_FOR_SLOW: usize = 1_000;

/// One size: the rules, every request with its effect, and the traffic.
struct Round<'c> {
    criterion: &'c mut Criterion,
    rules: Vec<Rule>,
    every: Vec<Asked>,
    traffic: Vec<Asked>,
}

impl Round<'_> {
    /// Compares the answers of an engine with the rules applied by hand, and times it.
    fn measure<'a, E: Engine<'a>>(&'a mut self, name: &str, engine: impl FnOnce(&[Rule]) -> E) {
        let Self { criterion, rules, every, traffic } = self;
        let mut engine = engine(rules);
        engines::assert_agrees(&mut engine, rules, every);
        let mut traffic = traffic.iter().cycle();
        let id = BenchmarkId::from_parameter(rules.len());
        criterion.benchmark_group(name).bench_function(id, |bencher| {
            bencher.iter(|| engine.effect(black_box(traffic.next().unwrap())));
        });
    }
}

fn bench(criterion: &mut Criterion, size: usize) {
    let mut round =
        Round { criterion, rules: rules(size), every: every_request(size), traffic: traffic(size) };
    round.measure("limit", limit::Quick::new);
    round.measure("limit_siphash", limit::Safe::new);
    round.measure("roamgate", roamgate::WholeRequest::new);
    round.measure("roamgate_route_known", roamgate::KnownRoute::new);
    round.measure("wirefilter", wirefilter::Wirefilter::new);
    round.measure("regorus", regorus::Bytecode::new);
    round.measure("regorus_interpreted", regorus::Interpreted::new);
    round.measure("regorus_compiled", regorus::Compiled::new);
    if size <= MOST_FOR_SLOW {
        round.measure("cedar", cedar::Cedar::new);
        round.measure("casbin", casbin::Casbin::new);
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(50)
        .configure_from_args();
    for size in SIZES {
        bench(&mut criterion, size);
    }
    criterion.final_summary();
    if support::measures() {
        report::print();
    }
}

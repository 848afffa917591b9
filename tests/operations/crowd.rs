//! X5 to X7: a flood of numbers that nobody has asked about before. Each case runs in a process of its
//! own, so that its memory is its own. `ROAMGATE_CASES=50` is 1,000,000 lines.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use roamgate::camara::{Aggregator, Client};
use roamgate::{
    Attributes, CachedProvider, Decision, Gate, Line, Policy, Query, RoamingProvider,
    RoamingStatus, Subject, provider_fn,
};
use tokio::time::Instant;

use crate::aggregator::{self, ROAMING_1};
use crate::desk::{edition, times};

/// So many lines that customers really use.
const HOT: u32 = 1_000;
/// One request in two is for one of them.
const FLOOD: usize = 20_000;
const MIB: u64 = 1024 * 1024;

/// Runs the test alone, and hands on what it says.
fn alone(test: &str, body: impl FnOnce()) {
    if std::env::var_os("ROAMGATE_ALONE").is_some() {
        return body();
    }
    let test = format!("crowd::{test}");
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &test, "--nocapture", "--test-threads=1"])
        .env("ROAMGATE_ALONE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    said.lines().filter(|line| line.contains("flood")).for_each(|line| println!("{line}"));
    assert!(child.status.success(), "{said}\n{}", String::from_utf8_lossy(&child.stderr));
}

/// The memory that the process has in use.
fn resident() -> u64 {
    let Ok(pages) = std::fs::read_to_string("/proc/self/statm") else { return 0 };
    pages.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

fn hot(number: u32) -> Line {
    format!("+34{}", 600_000_000 + number % HOT).parse().unwrap()
}

fn cold(number: usize) -> Line {
    format!("+44{}", 7_000_000_000 + number).parse().unwrap()
}

struct Square<P> {
    gate: Gate,
    provider: Arc<CachedProvider<P>>,
}

/// What a flood did.
#[derive(Debug, Default)]
struct Told {
    /// Hot lines that had to be asked about again.
    missed: u64,
    grown: u64,
    refused: usize,
    minutes: u64,
}

impl<P: RoamingProvider + 'static> Square<P> {
    fn new(provider: P) -> Self {
        let text =
            edition(1, 1).replace("rules:", "freshness: { maxAge: 1d, maxWait: 5s }\nrules:");
        let provider = Arc::new(CachedProvider::new(provider));
        let policy = Policy::from_yaml("policy.yaml", &text).unwrap();
        Self { gate: Gate::new(policy, Arc::clone(&provider)), provider }
    }

    async fn ask(&self, line: Line, caller: String) -> Decision {
        let subject = Subject::from(line).id(caller);
        self.gate.check_route("pay", &subject, &Attributes::new()).await.unwrap()
    }

    async fn warm(&self) {
        for number in 0..HOT {
            let decision = self.ask(hot(number), format!("customer-{number}")).await;
            assert_eq!(decision.status(), Some(RoamingStatus::Home));
        }
    }

    async fn flood(&self, caller: impl Fn(usize) -> String) -> Told {
        let (began, before) = (Instant::now(), resident());
        let mut told = Told::default();
        for number in 0..times(FLOOD) {
            let decision = self.ask(cold(number), caller(number)).await;
            told.refused += usize::from(decision.status().is_none());
            let query = Query::new(hot(number as u32)).max_age(Duration::from_secs(86_400));
            told.missed += u64::from(self.provider.cached(&query).is_none());
            self.ask(hot(number as u32), format!("customer-{}", number as u32 % HOT)).await;
        }
        told.grown = resident().saturating_sub(before);
        told.minutes = began.elapsed().as_secs() / 60 + 1;
        told
    }
}

impl Told {
    fn holds(&self, paid: usize, budget: usize) {
        let lines = times(FLOOD);
        println!(
            "flood of {lines} lines: paid {paid} of {budget}, refused {}, hot lines missed {} of {lines}, grown {} MiB",
            self.refused,
            self.missed,
            self.grown / MIB
        );
        assert!(paid <= budget, "{self:?}");
        assert!(self.missed * 100 <= lines as u64, "{self:?}");
        assert!(self.grown <= 128 * MIB, "{self:?}");
    }
}

fn client(server: &aggregator::Aggregator) -> Client {
    let text = format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {}\n\
         client: {{ id: my-app, authentication: none }}\ngrant: {{ clientCredentials: {{ scope: roaming }} }}\n\
         api: {{ dialect: device-roaming-status-1 }}\n",
        server.base
    );
    let file = Aggregator::from_yaml("aggregator.yaml", &text);
    Client::new(file.unwrap_or_else(|error| panic!("{error}"))).unwrap()
}

fn run(flood: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(flood);
}

#[test]
fn x5_numbers_without_end_from_one_caller_cost_what_one_caller_may_cost() {
    alone("x5_numbers_without_end_from_one_caller_cost_what_one_caller_may_cost", || {
        run(async {
            let server = aggregator::Aggregator::start().await;
            let square = Square::new(client(&server));
            square.warm().await;
            let paid = server.count(ROAMING_1);
            let told = square.flood(|_| "mallory".to_owned()).await;
            told.holds(server.count(ROAMING_1) - paid, 60 * told.minutes as usize);
            assert!(told.refused >= times(FLOOD) - 60 * told.minutes as usize);
        })
    });
}

#[test]
fn x5_where_nothing_limits_lookups_hot_lines_stay_and_memory_is_bounded() {
    alone("x5_where_nothing_limits_lookups_hot_lines_stay_and_memory_is_bounded", || {
        run(async {
            let square = Square::new(provider_fn(|_: Line| async { Ok(RoamingStatus::Home) }));
            square.warm().await;
            let told = square.flood(|_| "mallory".to_owned()).await;
            told.holds(0, 0);
            assert_eq!(told.refused, 0);
        })
    });
}

#[test]
fn x6_spread_over_ten_thousand_callers_the_budget_of_all_holds() {
    alone("x6_spread_over_ten_thousand_callers_the_budget_of_all_holds", || {
        run(async {
            let server = aggregator::Aggregator::start().await;
            let square = Square::new(client(&server));
            square.warm().await;
            let paid = server.count(ROAMING_1);
            let told = square.flood(|number| format!("mallory-{}", number % 10_000)).await;
            told.holds(server.count(ROAMING_1) - paid, 6_000 * told.minutes as usize);
            assert!(told.refused > 0, "the budget was met");
        })
    });
}

#[test]
fn x7_what_is_kept_of_lines_and_callers_for_their_budgets_is_bounded() {
    alone("x7_what_is_kept_of_lines_and_callers_for_their_budgets_is_bounded", || {
        run(async {
            let server = aggregator::Aggregator::start().await;
            let client = client(&server);
            let before = resident();
            for number in 0..times(FLOOD) {
                let caller = format!("caller-{number}");
                let query = Query::new(cold(number)).caller(Some(&caller));
                let _ = client.roaming_status(&query).await;
            }
            let grown = resident().saturating_sub(before);
            println!("flood of {} callers: grown {} MiB", times(FLOOD), grown / MIB);
            assert!(grown <= 64 * MIB, "{grown}");
            assert!(client.state().refused.minute > 0);
        })
    });
}

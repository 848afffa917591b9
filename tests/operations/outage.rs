//! Five minutes without the aggregator, under load: rules decide throughout, and it is asked again soon
//! after it is back, by one call and then by no more than the cap lets through.

use std::time::Duration;

use rand::RngExt;
use roamgate::camara::BreakerState;
use roamgate::policy::Effect;
use roamgate::{Country, UnknownReason};
use tokio::time::Instant;

use crate::lab::{Book, Customer, IN_FLIGHT, Lab, Page, Treason, Weather, number};
use crate::model::{Block, File, ListTest, Mode, PATHS, Polarity, Policy, Rule, Test};
use crate::proxy::Fault;

const OUTAGE: Duration = Duration::from_secs(5 * 60);
/// How long the server takes for an answer, once it is back.
const SLOW: Duration = Duration::from_millis(100);

/// Payments (`/a/one`) from Norway and the US are refused, and what is unknown too. What is not known of
/// other requests lets them go on.
fn policy() -> Policy {
    let list = |codes: &[&str]| ListTest {
        countries: codes.iter().map(|code| Country::from_code(code).unwrap()).collect(),
        ..ListTest::default()
    };
    let rule = |id: &str, route, unknown: Option<Effect>| Rule {
        id: id.to_owned(),
        routes: vec![route],
        matching: Vec::new(),
        polarity: Polarity::When,
        condition: Block { tests: vec![Test::RoamingIn(list(&["NO", "US"]))], ..Block::default() },
        unless: None,
        effect: Effect::Deny,
        on_unknown: unknown.map(|effect| vec![("default".to_owned(), effect)]),
        step_up: None,
        mode: Mode::Enforce,
    };
    let file = File {
        name: "bank".to_owned(),
        mode: Mode::Enforce,
        on_unknown: vec![("default".to_owned(), Effect::Deny)],
        step_up: None,
        rules: vec![rule("pay", "one", None), rule("look", "any", Some(Effect::Allow))],
    };
    Policy { files: vec![file] }
}

fn page() -> Page {
    Page {
        model: policy(),
        max_age: Duration::from_secs(60),
        max_status_age: None,
        while_revalidating: Duration::from_secs(20),
        if_error: Duration::from_secs(120),
        max_wait: Duration::from_millis(250),
        is_cached_only: false,
    }
}

impl Lab {
    /// A moment of the load: ten requests of anybody.
    async fn load(&mut self, every: Duration) {
        let mut customers = Vec::new();
        for _ in 0..10 {
            let line = number(self.random.random_range(0..60));
            let path = PATHS[self.random.random_range(0..PATHS.len())];
            customers.push(Customer::plain(line, path));
        }
        self.batch(customers).await;
        self.pass(every).await;
    }

    /// For how long the breaker is open.
    fn is_open_for(&self) -> Option<Duration> {
        let endpoints = self.client().state().endpoints;
        let of_roaming = endpoints.iter().find(|it| it.endpoint == "the roaming endpoint")?;
        match of_roaming.breaker {
            BreakerState::Open(left) => Some(left),
            _ => None,
        }
    }
}

/// How many requests the server read at most within the time that one takes.
fn greatest_burst(read: &[Instant]) -> usize {
    let within = |at: &Instant| read.iter().filter(|it| **it <= *at && *at - **it < SLOW).count();
    read.iter().map(within).max().unwrap_or_default()
}

/// A moment every 20 ms, 150,000 requests, with `ROAMGATE_CASES=20`.
#[tokio::test]
async fn an_outage_of_five_minutes_is_served_by_the_rules_and_ends_without_a_burst() {
    let every = Duration::from_millis(400) / u32::try_from(crate::desk::times(1)).unwrap();
    let mut lab = Lab::of(Book::of(vec![page()]), 4, Treason::None).await;
    for _ in 0..20 {
        lab.load(every).await;
    }
    lab.network.turn(Weather::Refused).await;
    let (began, mut longest) = (Instant::now(), Duration::ZERO);
    let before = lab.judgement.decisions;
    while began.elapsed() < OUTAGE {
        lab.load(every).await;
        longest = lab.is_open_for().map_or(longest, |left| left.max(longest));
    }
    let during = lab.judgement.decisions - before;
    let is_unreachable = |reason: UnknownReason| lab.judgement.states.contains_key(reason.name());
    assert!(is_unreachable(UnknownReason::Unavailable), "{:?}", lab.judgement);

    lab.network.forget();
    lab.network.turn(Weather::Broken(Fault::Delay(SLOW))).await;
    let back = Instant::now();
    while lab.network.said() == 0 {
        lab.load(every).await;
        assert!(back.elapsed() < OUTAGE, "it is never asked again");
    }
    let first = back.elapsed();
    for _ in 0..50 {
        lab.load(every).await;
    }
    let burst = greatest_burst(&lab.network.read());
    println!(
        "{during} decisions in the outage; the breaker was open for {longest:?} at most, the first answer came \
         {first:?} after the return, and at most {burst} of {IN_FLIGHT} calls were under way\n{:#?}",
        lab.judgement
    );
    assert!(first <= longest * 2, "{first:?}");
    assert!((2..=IN_FLIGHT).contains(&burst), "{burst}");
    let judgement = &lab.judgement;
    assert_eq!(
        (judgement.wrong, judgement.lies, judgement.late),
        (0, 0, 0),
        "{:?}",
        judgement.first
    );
}

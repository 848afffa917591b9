//! What shadow rules would have done: said at once where it is known, and after the answer where
//! the line has to be looked up.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use roamgate::audit::{AuditSink, Record, ShadowRecord};
use roamgate::{
    CachedProvider, Clock, Decision, FixedProvider, Gate, Head, RoamingStatus, UnknownReason,
};

use crate::bank::{Network, request};
use crate::records::Log;
use crate::support::*;

/// At the login a shadow rule; at payments a shadow rule beside one that is in force; at `/quiet`
/// nothing in shadow.
const POLICY: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: candidates, owner: tests@bank.example }
defaults: { unmatchedRoute: allow, onUnknown: allow, stepUp: { acrValues: ["phr"] } }
routes:
  login: [{ path: "/login" }]
  payments: [{ path: "/v1/payments" }]
  quiet: [{ path: "/quiet" }]
rules:
  - id: login-outside
    description: A candidate.
    match: { routes: [login] }
    when: { line: { roamingOutside: [eea] } }
    onUnknown: { default: allow, noLine: deny }
    effect: stepUp
    mode: shadow
    shadow: { until: 2027-04-30, sample: SAMPLE }
  - id: payments-roaming
    description: A candidate beside a rule in force.
    match: { routes: [payments] }
    when: { line: roaming }
    effect: deny
    mode: shadow
    shadow: { until: 2027-04-30, sample: SAMPLE }
  - id: outside
    description: In force.
    match: { routes: [payments, quiet] }
    when: { line: { roamingOutside: [eea] } }
    effect: deny
"#;

/// Keeps what it is told, each in a line.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<Vec<String>>>);

impl Book {
    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn add(&self, what: &str, decision: &Decision, projected: &str) {
        let line = format!("{what} {} {projected}", decision.effect());
        self.0.lock().unwrap().push(line);
    }
}

impl AuditSink for Book {
    fn record(&self, record: &Record<'_>) {
        let projected = record.decision.projected().map_or("-", |effect| effect.name());
        self.add(record.route.unwrap_or("-"), record.decision, projected);
    }

    fn shadow(&self, record: &ShadowRecord<'_>) {
        let projected = record.projected.map_or("notEvaluated", |effect| effect.name());
        let what = format!("later: {}", record.route.unwrap_or("-"));
        self.add(&what, record.decision, projected);
    }
}

struct Office {
    gate: Gate,
    network: Network,
    book: Book,
}

impl Office {
    fn sampling(sample: &str) -> Self {
        let book = Book::default();
        let (gate, network) = gate(sample);
        Self { gate: gate.audit(book.clone()), network, book }
    }

    async fn asked(&self, path: &str) -> Decision {
        self.gate.check(&Head::of(&request(path), "")).await
    }
}

fn gate(sample: &str) -> (Gate, Network) {
    let network = Network::default();
    let policy = policy(&POLICY.replace("SAMPLE", sample));
    let gate = Gate::new(policy, CachedProvider::new(network.clone()));
    let begun = tokio::time::Instant::now();
    (gate.clock(Clock::from_fn(move || SystemTime::UNIX_EPOCH + begun.elapsed())), network)
}

fn brazil() -> Result<RoamingStatus, UnknownReason> {
    Ok(roaming_in("BR"))
}

#[tokio::test(start_paused = true)]
async fn a_shadow_rule_looks_the_line_up_after_the_answer_and_tells_what_it_would_have_done() {
    let office = Office::sampling("100%");
    let decision = office.asked("/login").await;
    assert_eq!((decision.rule(), decision.line(), decision.projected()), (None, None, None));
    assert_eq!(office.book.lines(), ["login allow -"]);
    office.network.says(brazil()).await;
    assert_eq!(office.book.lines(), ["login allow -", "later: login allow stepUp"]);
    assert_eq!(office.network.lookups(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_cached_is_told_at_once_and_asked_for_once() {
    let office = Office::sampling("100%");
    office.asked("/login").await;
    office.network.says(brazil()).await;
    office.asked("/login").await;
    assert_eq!(office.book.lines().last().unwrap(), "login allow stepUp");
    assert_eq!((office.network.lookups(), office.book.lines().len()), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_knows_the_line_is_projected_with_it() {
    for (country, told) in [("FR", "payments allow deny"), ("BR", "payments deny deny")] {
        let office = Office::sampling("0%");
        office.network.says(Ok(roaming_in(country))).await;
        office.asked(PATH).await;
        assert_eq!(office.book.lines(), [told]);
    }
    let office = Office::sampling("0%");
    office.network.says(Ok(RoamingStatus::Home)).await;
    office.asked("/quiet").await;
    assert_eq!(office.book.lines(), ["quiet allow -"]);
}

#[tokio::test(start_paused = true)]
async fn without_a_sample_nothing_is_looked_up() {
    let office = Office::sampling("0%");
    for _ in 0..50 {
        assert_eq!(office.asked("/login").await.projected(), None);
    }
    assert_eq!((office.network.lookups(), office.book.lines().len()), (0, 50));
}

#[tokio::test(start_paused = true)]
async fn the_sampled_share_is_chosen_by_the_bits_of_the_decisions_id() {
    let office = Office::sampling("25%");
    let mut sampled = 0;
    for _ in 0..200 {
        let id = office.asked("/login").await.id().to_string();
        sampled += usize::from(u128::from_str_radix(&id, 16).unwrap() % 100 < 25);
    }
    for _ in 0..sampled {
        office.network.says(brazil()).await;
    }
    let later = office.book.lines().iter().filter(|line| line.starts_with("later")).count();
    assert_eq!(later, sampled);
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_moment_is_not_evaluated_and_one_of_the_customer_is() {
    let rows = [
        (UnknownReason::Unavailable, "later: login allow notEvaluated"),
        (UnknownReason::Misconfigured, "later: login allow notEvaluated"),
        (UnknownReason::IdentifierNotFound, "later: login allow deny"),
        (UnknownReason::NoConsent, "later: login allow allow"),
    ];
    for (reason, told) in rows {
        let office = Office::sampling("100%");
        office.asked("/login").await;
        office.network.says(Err(reason)).await;
        assert_eq!(office.book.lines(), ["login allow -", told]);
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_identifier_the_projection_is_what_on_unknown_says() {
    let office = Office::sampling("100%");
    let nobody = http::Request::post("/login").body(()).unwrap();
    let decision = office.gate.check(&Head::of(&nobody, "")).await;
    assert_eq!(decision.projected(), Some(roamgate::Effect::Deny));
    assert_eq!(office.book.lines(), ["login allow deny"]);
}

#[tokio::test(start_paused = true)]
async fn shadow_rules_never_change_what_is_enforced() {
    let enforced = POLICY.split("  - id: outside").nth(1).unwrap();
    let head = POLICY.split("rules:").next().unwrap();
    let without = format!("{head}rules:\n  - id: outside{enforced}");
    for country in ["FR", "BR", "NO", "US"] {
        let provider = || FixedProvider::new().with(line(1), roaming_in(country));
        let with = Gate::new(policy(&POLICY.replace("SAMPLE", "100%")), provider());
        let without = Gate::new(policy(&without), provider());
        for path in ["/login", PATH, "/quiet", "/elsewhere"] {
            let request = request(path);
            let head = Head::of(&request, "");
            let [one, other] = [with.check(&head).await, without.check(&head).await];
            let told = |decision: &Decision| {
                (decision.effect(), decision.rule().map(str::to_owned), decision.line())
            };
            assert_eq!(told(&one), told(&other), "{path} {country}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_shadow_rule_asks_for_the_purpose_of_its_file() {
    let (fraud, usual) = (Network::default(), Network::default());
    let text = POLICY
        .replace("SAMPLE", "100%")
        .replace("routes:\n  login", "freshness: { purpose: fraud }\nroutes:\n  login");
    let gate = Gate::new(policy(&text), CachedProvider::new(usual.clone()));
    let gate = gate.provider_for("fraud", CachedProvider::new(fraud.clone()));
    gate.check(&Head::of(&request("/login"), "")).await;
    fraud.says(brazil()).await;
    assert_eq!((fraud.lookups(), usual.lookups()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_log_names_the_decision_and_the_effect_it_would_have_had() {
    let (gate, network) = gate("100%");
    let log = Log::start();
    let decision = gate.check(&Head::of(&request("/login"), "")).await;
    network.says(brazil()).await;
    let (id, hash) = (decision.id(), gate.policy().hash());
    let expected = format!(
        "INFO roamgate::shadow message=shadow id={id} policy={hash} effect=\"allow\" projected=\"stepUp\" \
         route=\"login\" observed=false"
    );
    assert_eq!(log.lines()[1], expected);
}

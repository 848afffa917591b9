//! What handlers decide who know more than the head of a request says.

use std::sync::{Arc, Mutex};

use roamgate::audit::Record;
use roamgate::{Attributes, Country, Decision, Gate, RoamingStatus, Subject, UnknownReason};

use crate::bank::{Bank, request};
use crate::records::Log;
use crate::support::*;

/// Large transfers are confirmed from home only; nobody transfers from Brazil.
const TRANSFERS: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: transfers, owner: tests@bank.example }
attributes:
  request.amountEur: { type: number }
  request.recipient: { type: country }
  request.ipCountry: { type: country, source: { header: cf-ipcountry } }
defaults: { unmatchedRoute: allow, onUnknown: deny }
routes:
  transfers: [{ path: "/v1/transfers" }]
  cards: [{ path: "/v1/cards" }]
rules:
  - id: large
    description: Large transfers are made from home networks only.
    match: { routes: [transfers], request.amountEur: { gte: 200 } }
    require: { line: home }
    otherwise: deny
  - id: brazil
    description: Nobody transfers from Brazil.
    match: { routes: [transfers] }
    when: { line: { roamingIn: ["BR"] } }
    effect: deny
  - id: elsewhere
    description: Cards are used where the device is.
    match: { routes: [cards] }
    when: { line: { differsFrom: request.ipCountry } }
    unless: { request.recipient: { in: [eea] } }
    effect: deny
"#;

fn bank(deferred: &[&str]) -> Bank {
    let bank = Bank::under(policy(TRANSFERS));
    Bank { gate: bank.gate.deferred(deferred.iter().copied()), network: bank.network }
}

fn amount(amount: f64) -> Attributes {
    Attributes::new().set("request.amountEur", amount)
}

async fn transfer(gate: &Gate, attributes: &Attributes) -> String {
    told(&gate.check_route("transfers", &Subject::from(line(1)), attributes).await.unwrap())
}

fn told(decision: &Decision) -> String {
    let rule = decision.rule().map(|rule| format!(" {rule}")).unwrap_or_default();
    let reason = decision.reason().map(|reason| format!(" {reason}")).unwrap_or_default();
    format!("{}{rule}{reason}", decision.effect())
}

async fn requested(bank: &Bank, path: &str) -> String {
    bank.told(request(path)).await
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_needs_what_only_the_handler_knows_is_left_to_it() {
    let bank = bank(&["request.amountEur"]);
    bank.network.says(Ok(roaming_in("SE"))).await;
    assert_eq!(requested(&bank, "/v1/transfers").await, "allow");
    assert_eq!(transfer(&bank.gate, &amount(199.0)).await, "allow");
    assert_eq!(transfer(&bank.gate, &amount(200.0)).await, "deny large");
    assert_eq!(transfer(&bank.gate, &Attributes::new()).await, "deny large missingAttribute");
    assert_eq!(bank.network.lookups(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_word_the_rule_is_judged_when_the_request_comes() {
    let bank = bank(&[]);
    bank.network.says(Ok(roaming_in("SE"))).await;
    assert_eq!(requested(&bank, "/v1/transfers").await, "deny missingAttribute");
}

#[tokio::test(start_paused = true)]
async fn other_rules_are_judged_on_both_occasions() {
    let bank = bank(&["request.amountEur"]);
    bank.network.says(Ok(roaming_in("BR"))).await;
    assert_eq!(requested(&bank, "/v1/transfers").await, "deny");
    assert_eq!(transfer(&bank.gate, &amount(1.0)).await, "deny brazil");
}

#[tokio::test(start_paused = true)]
async fn a_request_is_not_looked_up_for_a_rule_that_is_left_to_the_handler() {
    for (deferred, reason) in [("request.ipCountry", "ipCountry"), ("request.recipient", "unless")]
    {
        let bank = bank(&[deferred]);
        assert_eq!(requested(&bank, "/v1/cards").await, "allow", "{reason}");
        assert_eq!(bank.network.lookups(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_hands_over_what_headers_said_and_the_request_says_nothing() {
    let gate = bank(&["request.recipient"]);
    gate.network.says(Ok(roaming_in("SE"))).await;
    let subject = Subject::from(line(1));
    let country = |code| Country::from_code(code).unwrap();
    for (ip, recipient, expected) in
        [("SE", "US", "allow"), ("US", "US", "deny elsewhere"), ("US", "NO", "allow")]
    {
        let attributes = Attributes::new()
            .set("request.ipCountry", country(ip))
            .set("request.recipient", country(recipient));
        let decision = gate.gate.check_route("cards", &subject, &attributes).await.unwrap();
        assert_eq!(told(&decision), expected, "{ip} {recipient}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_local_facts_decide_causes_no_lookup_there_either() {
    let text = TRANSFERS.replace("{ roamingIn: [\"BR\"] }", "home");
    let rules =
        policy(&text.replace("when: { line: home }", "when: { request.amountEur: { lt: 0 } }"));
    let bank = Bank::under(rules);
    assert_eq!(transfer(&bank.gate, &amount(199.0)).await, "allow");
    assert_eq!(transfer(&bank.gate, &amount(-1.0)).await, "deny brazil");
    assert_eq!(bank.network.lookups(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_handler_waits_no_longer_than_a_request() {
    let bank = bank(&["request.amountEur"]);
    let begun = tokio::time::Instant::now();
    assert_eq!(transfer(&bank.gate, &amount(200.0)).await, "deny brazil timeout");
    assert_eq!(begun.elapsed(), std::time::Duration::from_millis(800));
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_by_the_settings_of_the_rules_that_are_left() {
    let text = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: p, owner: o }
attributes: { request.amountEur: { type: number } }
defaults: { unmatchedRoute: allow, onUnknown: deny }
routes: { money: [{ path: "/v1/transfers" }], all: [{ path: "/{*rest}" }] }
routeSettings: { all: { lookup: cachedOnly } }
rules:
  - { id: large, match: { routes: [money], request.amountEur: { gte: 200 } }, when: { line: roaming }, effect: deny }
  - { id: brazil, match: { routes: [all] }, when: { line: { roamingIn: ["BR"] } }, effect: deny }
"#;
    let Bank { gate, network } = Bank::under(policy(text));
    let waiting = Bank { gate: gate.clone(), network: network.clone() };
    assert_eq!(requested(&waiting, "/v1/transfers").await, "deny timeout after 800ms");
    let deferring = Bank { gate: gate.deferred(["request.amountEur"]), network };
    assert_eq!(requested(&deferring, "/v1/transfers").await, "deny notCached");
}

type Records = Arc<Mutex<Vec<String>>>;

fn recording(gate: Gate) -> (Gate, Records) {
    let records = Records::default();
    let kept = Arc::clone(&records);
    let gate = gate.audit(move |record: &Record<'_>| {
        let route = record.route.unwrap_or("-");
        let told = format!("{route} {} observed={}", told(record.decision), record.observed);
        kept.lock().unwrap().push(told);
    });
    (gate, records)
}

#[tokio::test(start_paused = true)]
async fn a_handlers_question_is_recorded_once_whether_it_waits_or_not() {
    let Bank { gate, network } = bank(&[]);
    let (gate, records) = recording(gate);
    network.says(Ok(RoamingStatus::Home)).await;
    for _ in 0..2 {
        assert_eq!(transfer(&gate, &amount(200.0)).await, "allow");
    }
    let expected = "transfers allow observed=false";
    assert_eq!(*records.lock().unwrap(), [expected, expected]);
}

#[tokio::test]
async fn an_observing_gate_lets_handlers_go_on_and_records_what_it_would_have_decided() {
    let (_, provider) = line_in(unknown(UnknownReason::NotCovered));
    let (gate, records) = recording(Gate::new(policy(TRANSFERS), provider));
    let gate = roamgate::RoamingLayer::from(gate).observe_only().gate();
    let subject = Subject::from(line(1));
    let decision = gate.check_route("transfers", &subject, &amount(200.0)).await.unwrap();
    assert!(decision.is_observed());
    assert_eq!(told(&decision), "allow");
    while records.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(*records.lock().unwrap(), ["transfers deny brazil notCovered observed=true"]);
}

#[tokio::test(start_paused = true)]
async fn a_route_that_no_file_names_is_an_error_with_a_way_out() {
    let bank = bank(&[]);
    let subject = Subject::from(line(1));
    let asked = bank.gate.check_route("transfer", &subject, &Attributes::new()).await;
    let expected = "no route is named `transfer`; did you mean `transfers`?";
    assert_eq!(asked.unwrap_err().to_string(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_deferred_name_that_no_rule_asks_for_is_logged_and_defers_nothing() {
    let log = Log::start();
    let bank = bank(&["request.amountEuro", "request.ipCountry"]);
    let expected = "ERROR roamgate::gate message=no rule asks for a fact that is deferred: \
                    nothing is left to a handler by this name fact=\"request.amountEuro\"";
    assert_eq!(log.lines(), [expected]);
    bank.network.says(Ok(roaming_in("SE"))).await;
    assert_eq!(requested(&bank, "/v1/transfers").await, "deny missingAttribute");
}

//! What the policy knows of a request beside its line.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::Empty;
use roamgate::country::Country;
use roamgate::subject::Proof;
use roamgate::{Attributes, Clock, Decision, FixedProvider, RoamingLayer, RoamingStatus, Subject};
use tower::{Layer, ServiceExt};

use crate::bank::{Bank, EPOCH};
use crate::support::*;

/// A policy with these attributes, whose rule refuses payments when this holds.
fn refusing(attributes: &str, condition: &str) -> roamgate::Policy {
    policy(&format!(
        r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: {{ name: facts, owner: tests@bank.example }}
attributes: {{ {attributes} }}
defaults: {{ unmatchedRoute: allow, onUnknown: deny }}
freshness: {{ maxAge: 1d, maxStatusAge: none }}
routes: {{ payments: [{{ path: "/v1/payments" }}] }}
rules:
  - id: refused
    description: Refuse.
    match: {{ routes: [payments] }}
    when: {{ {condition} }}
    effect: deny
"#
    ))
}

fn layer_of(attributes: &str, condition: &str) -> RoamingLayer {
    RoamingLayer::new(refusing(attributes, condition), FixedProvider::new())
}

/// A request of this customer, with something in its extensions.
fn from(subject: Subject) -> Request<Empty<Bytes>> {
    Request::post(PATH).extension(subject).body(Empty::new()).unwrap()
}

fn customer() -> Subject {
    Subject::from(line(1))
}

fn carrying(attributes: Attributes) -> Request<Empty<Bytes>> {
    let mut request = from(customer());
    request.extensions_mut().insert(attributes);
    request
}

fn with_headers(values: &[&[u8]]) -> Request<Empty<Bytes>> {
    let mut request = from(customer());
    for value in values {
        let value = HeaderValue::from_bytes(value).unwrap();
        request.headers_mut().append("cf-ipcountry", value);
    }
    request
}

/// What a gated service answers: the effect, and the reason why something is unknown.
async fn told(layer: &RoamingLayer, request: Request<Empty<Bytes>>) -> String {
    let response = layer.layer(tower::service_fn(welcome)).oneshot(request).await.unwrap();
    let Some(decision) = response.extensions().get::<Decision>() else { return "allow".to_owned() };
    let reason = decision.reason().map(|reason| format!(" {reason}")).unwrap_or_default();
    format!("{}{reason}", decision.effect())
}

const MISSING: &str = "deny missingAttribute";

#[tokio::test]
async fn an_attribute_comes_from_the_requests_extensions() {
    let layer = layer_of("request.amountEur: { type: number }", "request.amountEur: { gte: 200 }");
    let set = |value: roamgate::policy::FactValue| {
        carrying(Attributes::new().set("request.amountEur", value))
    };
    assert_eq!(told(&layer, set(199.99.into())).await, "allow");
    assert_eq!(told(&layer, set(200.0.into())).await, "deny");
    assert_eq!(told(&layer, set("200".into())).await, MISSING, "a text is no number");
    assert_eq!(told(&layer, set(f64::NAN.into())).await, MISSING);
    assert_eq!(told(&layer, carrying(Attributes::new())).await, MISSING);
    assert_eq!(told(&layer, from(customer())).await, MISSING);
}

#[tokio::test]
async fn a_claim_comes_from_the_subject_and_no_attribute_stands_in_for_it() {
    let layer = layer_of(
        "subject.segment: { type: enum, values: [retail, private], source: claim }",
        "subject.segment: { is: retail }",
    );
    let claiming = |segment: &str| from(customer().claim("subject.segment", segment));
    assert_eq!(told(&layer, claiming("retail")).await, "deny");
    assert_eq!(told(&layer, claiming("private")).await, "allow");
    assert_eq!(told(&layer, claiming("corporate")).await, MISSING, "no word of the enum");
    let posing = carrying(Attributes::new().set("subject.segment", "private"));
    assert_eq!(told(&layer, posing).await, MISSING);
}

const IP_COUNTRY: &str = "request.ipCountry: { type: country, source: { header: cf-ipcountry } }";

#[tokio::test]
async fn a_trusted_header_is_a_fact_if_it_stands_there_once_and_is_well_formed() {
    let layer = layer_of(IP_COUNTRY, "request.ipCountry: { notIn: [eea] }")
        .trusted_header(HeaderName::from_static("cf-ipcountry"));
    let rows: [(&[&[u8]], &str); 7] = [
        (&[b"NO"], "allow"),
        (&[b"BR"], "deny"),
        (&[], MISSING),
        (&[b"NO", b"NO"], MISSING),
        (&[b"no"], MISSING),
        (&[b"NO,SE"], MISSING),
        (&[b"\xff"], MISSING),
    ];
    for (values, expected) in rows {
        assert_eq!(told(&layer, with_headers(values)).await, expected, "{values:?}");
    }
}

#[tokio::test]
async fn a_header_that_the_service_does_not_trust_changes_nothing() {
    let layer = layer_of(IP_COUNTRY, "request.ipCountry: { notIn: [eea] }")
        .trusted_header(HeaderName::from_static("x-other"));
    let spoofs: [&[&[u8]]; 3] = [&[], &[b"NO"], &[b"BR"]];
    for values in spoofs {
        assert_eq!(told(&layer, with_headers(values)).await, MISSING, "{values:?}");
    }
    let posing =
        carrying(Attributes::new().set("request.ipCountry", Country::from_code("NO").unwrap()));
    assert_eq!(told(&layer, posing).await, MISSING);
}

#[tokio::test]
async fn groups_nobody_has_asked_for_are_missing_and_no_groups_are_known() {
    let layer = layer_of("", "subject.groups: { containsNone: [staff] }");
    assert_eq!(told(&layer, from(customer())).await, MISSING);
    assert_eq!(told(&layer, from(customer().groups([""; 0]))).await, "deny");
    assert_eq!(told(&layer, from(customer().groups(["travel", "staff"]))).await, "allow");
}

#[tokio::test]
async fn the_language_knows_the_subjects_id_and_how_the_line_is_proved() {
    let layer = layer_of("", "subject.id: { is: ana }, line.proof: { is: claimed }");
    assert_eq!(told(&layer, from(customer())).await, MISSING);
    assert_eq!(told(&layer, from(customer().id("ana"))).await, "deny");
    assert_eq!(told(&layer, from(customer().id("bob"))).await, "allow");
    assert_eq!(told(&layer, from(customer().id("ana").proof(Proof::Network))).await, "allow");
}

#[tokio::test]
async fn a_request_without_a_subject_has_attributes_and_a_moment_but_nothing_of_the_subject() {
    let nobody = |attributes| {
        Request::post(PATH).extension::<Attributes>(attributes).body(Empty::new()).unwrap()
    };
    let amount = |amount: f64| nobody(Attributes::new().set("request.amountEur", amount));
    let declared = "request.amountEur: { type: number }";
    let by_amount = layer_of(declared, "request.amountEur: { gte: 200 }");
    assert_eq!(told(&by_amount, amount(199.0)).await, "allow");
    assert_eq!(told(&by_amount, amount(200.0)).await, "deny");
    for built_in in ["line.proof: { is: claimed }", "subject.groups: { containsAny: [staff] }"] {
        assert_eq!(told(&layer_of("", built_in), nobody(Attributes::new())).await, MISSING);
    }
    let by_night = "time: { from: \"22:00\", to: \"06:00\", timezone: Europe/Madrid }";
    for (hours, expected) in [(12, "allow"), (23, "deny")] {
        let moment = EPOCH + Duration::from_secs(hours * 3600);
        let layer = layer_of("", by_night).clock(Clock::from_fn(move || moment));
        assert_eq!(told(&layer, nobody(Attributes::new())).await, expected, "{hours}:00");
    }
}

/// A bank that looks up what this rule needs, and how often.
fn bank(attributes: &str, condition: &str) -> (Bank, RoamingLayer) {
    let bank = Bank::under(refusing(attributes, condition));
    let layer = RoamingLayer::from(bank.gate.clone())
        .trusted_header(HeaderName::from_static("cf-ipcountry"));
    (bank, layer)
}

#[tokio::test(start_paused = true)]
async fn the_country_of_the_number_needs_no_lookup() {
    let (bank, layer) = bank("", "line.numberCountry: { in: [\"ES\"] }");
    assert_eq!(told(&layer, from(customer())).await, "deny");
    let norwegian = Subject::from("+4791234567".parse::<roamgate::Line>().unwrap());
    assert_eq!(told(&layer, from(norwegian)).await, "allow");
    let satellite = Subject::from("+870773110001".parse::<roamgate::Line>().unwrap());
    assert_eq!(told(&layer, from(satellite)).await, MISSING);
    assert_eq!(bank.network.lookups(), 0);
}

/// Amount bands: who roams confirms from 200 EUR, and retail customers are refused from 10,000.
const HIGH_VALUE: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: high-value-transfers, owner: payments-risk@bank.example }
attributes:
  request.amountEur: { type: number }
  subject.segment: { type: enum, values: [retail, private, corporate] }
defaults: { unmatchedRoute: allow, onUnknown: deny }
routes: { transfers: [{ path: "/v1/payments" }] }
rules:
  - id: transfer-roaming-medium
    match: { routes: [transfers], request.amountEur: { gte: 200 } }
    when: { line: roaming }
    onUnknown: stepUp
    effect: stepUp
    stepUp: { acrValues: ["urn:bank:acr:sca"], maxAge: 5m }
  - id: transfer-roaming-large
    match: { routes: [transfers], request.amountEur: { gte: 10000 }, subject.segment: { in: [retail] } }
    when: { line: roaming }
    effect: deny
"#;

#[tokio::test(start_paused = true)]
async fn what_local_facts_decide_causes_no_lookup() {
    let bank = Bank::under(policy(HIGH_VALUE));
    let layer = RoamingLayer::from(bank.gate.clone());
    let transfer = |amount: f64, segment: &str| {
        let attributes = Attributes::new().set("request.amountEur", amount);
        carrying(attributes.set("subject.segment", segment))
    };
    assert_eq!(told(&layer, transfer(199.0, "retail")).await, "allow");
    assert_eq!(bank.network.lookups(), 0);
    bank.network.says(Ok(roaming_in("SE"))).await;
    assert_eq!(told(&layer, transfer(200.0, "retail")).await, "stepUp");
    assert_eq!(told(&layer, transfer(10_000.0, "retail")).await, "deny");
    assert_eq!(told(&layer, transfer(10_000.0, "private")).await, "stepUp");
    assert_eq!(told(&layer, from(customer())).await, MISSING);
    assert_eq!(bank.network.lookups(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_corporate_traveller_is_never_looked_up() {
    let text = std::fs::read_to_string("policies/payments-eea.yaml").unwrap();
    let unless = "unless: { subject.groups: { containsAny: [corporate-travel] } }";
    let text = text.replace("    effect: deny", &format!("    {unless}\n    effect: deny"));
    let bank = Bank::under(policy(&text));
    let layer = RoamingLayer::from(bank.gate.clone());
    for groups in [&["corporate-travel"][..], &["staff", "corporate-travel"]] {
        assert_eq!(told(&layer, from(customer().groups(groups.iter().copied()))).await, "allow");
    }
    assert_eq!(bank.network.lookups(), 0);
    bank.network.says(Ok(roaming_in("BR"))).await;
    assert_eq!(told(&layer, from(customer().groups(["staff"]))).await, "deny");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_keeps_its_facts() {
    let (bank, layer) = bank(
        &format!("{IP_COUNTRY}, request.journeys: {{ type: countries }}"),
        "line: { roamingOutside: [{ attribute: request.journeys }] }, not: { line: { differsFrom: request.ipCountry } }",
    );
    let brazil = Country::from_code("BR").unwrap();
    let request = |header: &str, journeys: Attributes| {
        let mut request = with_headers(&[header.as_bytes()]);
        request.extensions_mut().insert(journeys);
        request
    };
    let announced =
        Attributes::new().set("request.journeys", roamgate::country::CountrySet::from(brazil));
    let nowhere = Attributes::new().set("request.journeys", roamgate::country::CountrySet::EMPTY);
    for (header, journeys, expected) in [
        ("BR", &nowhere, "deny"),
        ("BR", &announced, "allow"),
        ("ES", &nowhere, "allow"),
        ("-", &nowhere, MISSING),
    ] {
        bank.network.says(Ok(roaming_in("BR"))).await;
        assert_eq!(told(&layer, request(header, journeys.clone())).await, expected, "{header}");
        // The next one waits too.
        bank.minutes(60 * 25).await;
    }
    assert_eq!(bank.network.lookups(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_status_grows_old_by_the_networks_own_time_also_while_it_is_cached() {
    let (bank, layer) = bank("", "line: { statusOlderThan: 2h }");
    bank.network.confirmed(Duration::from_secs(3600));
    bank.network.says(Ok(RoamingStatus::Home)).await;
    assert_eq!(told(&layer, from(customer())).await, "allow");
    bank.minutes(60).await;
    assert_eq!(told(&layer, from(customer())).await, "allow");
    bank.minutes(1).await;
    assert_eq!(told(&layer, from(customer())).await, "deny");
    assert_eq!(bank.network.lookups(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_the_network_does_not_say_a_status_is_as_old_as_our_question() {
    let begun = tokio::time::Instant::now();
    let home = FixedProvider::new().with(line(1), RoamingStatus::Home);
    let asked = roamgate::CachedProvider::new(home);
    let now = Clock::system().now();
    let layer = RoamingLayer::new(refusing("", "line: { statusOlderThan: 2h }"), asked)
        .clock(Clock::from_fn(move || now + begun.elapsed()));
    for (hours, expected) in [(0, "allow"), (1, "allow"), (2, "deny")] {
        tokio::time::advance(Duration::from_secs(hours * 3600)).await;
        assert_eq!(told(&layer, from(customer())).await, expected, "{hours} hours later");
    }
}

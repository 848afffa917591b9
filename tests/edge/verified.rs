//! A service that cannot supply what its policy needs does not start.

use http::HeaderName;
use roamgate::policy::service::Manifest;
use roamgate::policy::{FactKind, SourceFile};
use roamgate::{FixedProvider, Gate, RoamingLayer};
use tower::Layer;

use crate::records::Log;
use crate::support::*;

/// Asks for an attribute, a claim, a header and a step-up.
const DEMANDING: &str = r#"apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: demanding, owner: tests@bank.example }
attributes:
  request.amountEur: { type: number }
  subject.segment: { type: enum, values: [retail, private], source: claim }
  request.ipCountry: { type: country, source: { header: cf-ipcountry } }
  request.unused: { type: country, source: { header: x-unused } }
defaults: { unmatchedRoute: allow, onUnknown: deny, stepUp: { acrValues: [sca] } }
routes: { payments: [{ path: "/v1/payments" }] }
rules:
  - id: confirm
    description: Confirm.
    match: { routes: [payments], request.amountEur: { gte: 200 }, subject.segment: { is: retail } }
    when: { line: { differsFrom: request.ipCountry } }
    effect: stepUp
"#;

const COUNTRY_HEADER: HeaderName = HeaderName::from_static("cf-ipcountry");

fn bare() -> RoamingLayer {
    RoamingLayer::new(policy(DEMANDING), FixedProvider::new())
}

fn complete() -> RoamingLayer {
    bare()
        .supplies([("request.amountEur", FactKind::Number)])
        .supplies([("subject.segment", FactKind::one_of(["private", "retail"]))])
        .trusted_header(COUNTRY_HEADER)
        .assurance()
}

/// Why the layer is refused: codes and lines.
fn refusals(layer: RoamingLayer) -> Vec<(&'static str, u32)> {
    let Err(error) = layer.verified() else { return Vec::new() };
    error.problems().unwrap().iter().map(|problem| (problem.code, problem.line)).collect()
}

#[test]
fn a_service_that_supplies_everything_starts() {
    assert_eq!(refusals(complete()), []);
    let strict = RoamingLayer::new(policy(STRICT), FixedProvider::new());
    assert_eq!(refusals(strict.clone()), [("E021", 19)]);
    assert_eq!(refusals(strict.assurance()), []);
}

#[test]
fn each_thing_that_is_missing_is_named_at_its_place() {
    let all = [("E019", 5), ("E019", 6), ("E020", 7), ("E021", 12)];
    assert_eq!(refusals(bare()), all);
    let amount = [("request.amountEur", FactKind::Number)];
    assert_eq!(refusals(bare().supplies(amount)), all[1..]);
    let other = [("request.amountEur", FactKind::Text)];
    assert_eq!(refusals(complete().supplies(other)), all[..1]);
    assert_eq!(refusals(bare().trusted_header(COUNTRY_HEADER).assurance()), all[..2]);
}

#[test]
fn a_refusal_reads_as_that_of_a_policy() {
    let layer = bare().trusted_header(COUNTRY_HEADER).assurance();
    let layer = layer.supplies([("subject.segment", FactKind::one_of(["retail", "private"]))]);
    let expected = "error[E019]: the service does not supply `request.amountEur`
 --> policy.yaml:5:3
  |
5 |   request.amountEur: { type: number }
  |   ^^^^^^^^^^^^^^^^^
  = help: it supplies `subject.segment`; ask its engineers for what is missing

1 error in the policy";
    assert_eq!(layer.verified().unwrap_err().to_string(), expected);
}

#[test]
fn what_is_deferred_is_supplied_by_handlers() {
    let layer = bare().deferred(["request.amountEur", "subject.segment"]);
    assert_eq!(refusals(layer.trusted_header(COUNTRY_HEADER).assurance()), []);
    // From a header alone, whoever asks.
    let layer = complete().deferred(["request.ipCountry"]);
    assert_eq!(refusals(layer.clone()), []);
    assert!(!layer.service("s").to_string().contains("request.ipCountry"));
}

#[test]
fn what_a_service_says_of_itself_has_to_make_sense() {
    let layer = complete().routes(["POST /v1/payments", "payments"]);
    let expected = "error[E016]: `payments` is not a route
 --> the manifest that the service would write:6:5
  |
6 |   - \"payments\"
  |     ^^^^^^^^^^
  = help: write `POST /v1/payments`, or `grpc pkg.Service/Method`

1 error in what the service says that it supplies";
    assert_eq!(layer.verified().unwrap_err().to_string(), expected);
    let layer = complete().supplies([("subject.groups", FactKind::Texts)]);
    assert_eq!(refusals(layer), [("E016", 6)]);
    let layer = complete().supplies([("request.kind", FactKind::one_of([""; 0]))]);
    assert_eq!(refusals(layer), [("E018", 6)]);
}

#[test]
fn a_gate_without_a_layer_is_verified_the_same_way() {
    let gate = Gate::new(policy(DEMANDING), FixedProvider::new());
    assert!(gate.clone().verified().is_err());
    let gate = gate.deferred(["request.amountEur", "subject.segment"]);
    assert!(gate.trusted_header(COUNTRY_HEADER).assurance().verified().is_ok());
}

#[test]
fn the_manifest_is_what_the_layer_supplies() {
    let layer = complete().deferred(["request.amountEur"]).routes(["POST /v1/payments"]);
    let text = "apiVersion: roamgate/v1
kind: Service
metadata: { name: payments-api }
routes:
  - \"POST /v1/payments\"
attributes:
  request.amountEur: number
  subject.segment: [private, retail]
trustedHeaders: [cf-ipcountry]
assurance: true
";
    assert_eq!(layer.service("payments-api").to_string(), text);
    let committed = Manifest::read(&SourceFile::new("service.yaml", text)).unwrap();
    assert_eq!(layer.service("payments-api"), committed);
    assert_ne!(bare().service("payments-api"), committed);
}

#[test]
fn a_header_that_is_not_trusted_is_told_once_when_the_layer_is_used() {
    let log = Log::start();
    let layer = bare();
    assert_eq!(log.lines().len(), 0);
    let _ = [layer.layer(()), layer.layer(()), layer.clone().layer(())];
    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].starts_with("ERROR roamgate::gate"), "{}", lines[0]);
    for field in ["header=\"cf-ipcountry\"", "attribute=\"request.ipCountry\""] {
        assert!(lines[0].contains(field), "{}", lines[0]);
    }
    let _ = complete().layer(());
    assert_eq!(log.lines().len(), 1);
}

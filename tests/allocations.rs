//! A cached decision allocates nothing of its own.
//!
//! Counted from `RoamingService::call` to the return of the inner service's `call`, which itself
//! allocates nothing, on a plain Tower service.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "metrics")]
#[path = "../examples/operations/prometheus.rs"]
mod prometheus;

use std::convert::Infallible;
use std::future::{Ready, ready};

use allocation_counter::{AllocationInfo, measure};
use http::{HeaderName, Request, Response};
use roamgate::{
    Attributes, CachedProvider, FixedProvider, Line, Policy, Query, RoamingLayer, RoamingProvider,
    RoamingStatus, Subject,
};
use tower::{Layer, Service};

fn line() -> Line {
    "+34600000002".parse().unwrap()
}

async fn layer() -> RoamingLayer {
    under(Policy::from_path("policies/payments-eea.yaml").unwrap()).await
}

async fn under(policy: Policy) -> RoamingLayer {
    let provider = CachedProvider::new(FixedProvider::new().with(line(), RoamingStatus::Home));
    provider.roaming_status(&Query::new(line())).await.unwrap();
    RoamingLayer::new(policy, provider)
}

/// Asks for a fact of every source, and for the line.
const FACTS: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: facts, owner: tests@bank.example }
attributes:
  request.amountEur: { type: number }
  request.risk: { type: number, source: { header: x-risk } }
  request.channel: { type: enum, values: [app, web], source: { header: x-channel } }
  subject.segment: { type: enum, values: [retail, private], source: claim }
defaults: { unmatchedRoute: allow, onUnknown: deny }
routes: { payments: [{ method: POST, path: "/v1/payments" }] }
rules:
  - id: everything
    description: Ask for everything.
    match:
      routes: [payments]
      request.amountEur: { gte: 200 }
      request.risk: { lt: 0.5 }
      request.channel: { is: app }
      subject.segment: { is: retail }
      line.proof: { is: claimed }
      line.numberCountry: { in: [eea] }
    when:
      line: { roamingOutside: [eea] }
      not: { anyOf: [{ line: { statusOlderThan: 1d } }, { line: { countryChangedWithin: 1h } }] }
    unless: { subject.groups: { containsAny: [corporate-travel] } }
    effect: deny
"#;

fn customer() -> Subject {
    Subject::from(line()).groups(["staff"]).claim("subject.segment", "retail")
}

/// What one request costs, once everything is warm.
fn cost(layer: &RoamingLayer) -> AllocationInfo {
    let request = || Request::post("/v1/payments").extension(line()).body(()).unwrap();
    cost_of(layer, request)
}

fn cost_of(layer: &RoamingLayer, request: impl Fn() -> Request<()>) -> AllocationInfo {
    let inner = |_: Request<()>| -> Ready<Result<Response<()>, Infallible>> {
        ready(Ok(Response::new(())))
    };
    let mut service = layer.layer(tower::service_fn(inner));
    for _ in 0..100 {
        drop(service.call(request()));
    }
    let cold = request();
    measure(|| drop(std::hint::black_box(service.call(cold))))
}

#[tokio::test]
async fn a_cached_decision_allocates_nothing() {
    assert_eq!(cost(&layer().await.without_permit()).count_total, 0);
}

#[tokio::test]
async fn the_permit_costs_one_box_in_the_requests_extensions() {
    let cost = cost(&layer().await);
    let decision = size_of::<roamgate::Decision>() as u64;
    // `http::Extensions` boxes each value. The map itself is there: it holds the line.
    assert_eq!((cost.count_total, cost.bytes_total), (1, decision));
}

#[tokio::test]
async fn annotations_of_other_routes_cost_nothing() {
    let policies = ["policies/payments-eea.yaml", "policies/video-quality.yaml"];
    let layer = under(Policy::from_paths(policies).unwrap()).await;
    assert_eq!(cost(&layer.without_permit()).count_total, 0);
}

#[tokio::test]
async fn free_facts_cost_nothing_where_a_number_or_a_word_is_asked_for() {
    let trusted = ["x-risk", "x-channel"].map(HeaderName::from_static);
    let layer = under(Policy::from_yaml("facts.yaml", FACTS).unwrap()).await.without_permit();
    let layer = trusted.into_iter().fold(layer, RoamingLayer::trusted_header);
    let request = || {
        let attributes = Attributes::new().set("request.amountEur", 250.0);
        let request = Request::post("/v1/payments").header("x-risk", "0.1");
        let request = request.header("x-channel", "app").extension(customer());
        request.extension(attributes).body(()).unwrap()
    };
    let asked = layer.gate().check(&roamgate::Head::of(&request(), "")).await;
    assert_eq!(asked.status(), Some(RoamingStatus::Home), "every fact was read");
    assert_eq!(cost_of(&layer, request).count_total, 0);
}

#[cfg(feature = "metrics")]
#[tokio::test]
async fn counting_what_is_decided_allocates_nothing() {
    let exposition = prometheus::Exposition::default();
    let layer = layer().await.without_permit();
    let cost = metrics::with_local_recorder(&exposition, || cost(&layer));
    assert_eq!(cost.count_total, 0);
    let counted = "roamgate_lookups_avoided_total{how=\"cached\"} 101\n";
    assert!(exposition.page().contains(counted), "it was counted");
}

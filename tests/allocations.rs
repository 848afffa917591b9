//! A cached decision allocates nothing of its own.
//!
//! Counted from `RoamingService::call` to the return of the inner service's `call`, which itself
//! allocates nothing, on a plain Tower service.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::convert::Infallible;
use std::future::{Ready, ready};

use allocation_counter::{AllocationInfo, measure};
use http::{Request, Response};
use roamgate::{
    CachedProvider, FixedProvider, Line, Policy, Query, RoamingLayer, RoamingProvider,
    RoamingStatus,
};
use tower::{Layer, Service};

fn line() -> Line {
    "+34600000002".parse().unwrap()
}

async fn layer() -> RoamingLayer {
    layer_under(&["policies/payments-eea.yaml"]).await
}

async fn layer_under(policies: &[&str]) -> RoamingLayer {
    let provider = CachedProvider::new(FixedProvider::new().with(line(), RoamingStatus::Home));
    provider.roaming_status(&Query::new(line())).await.unwrap();
    RoamingLayer::new(Policy::from_paths(policies).unwrap(), provider)
}

/// What one request costs, once everything is warm.
fn cost(layer: &RoamingLayer) -> AllocationInfo {
    let inner = |_: Request<()>| -> Ready<Result<Response<()>, Infallible>> {
        ready(Ok(Response::new(())))
    };
    let mut service = layer.layer(tower::service_fn(inner));
    let request = || Request::post("/v1/payments").extension(line()).body(()).unwrap();
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
    assert_eq!(cost(&layer_under(&policies).await.without_permit()).count_total, 0);
}

//! What the gate adds to a request: against the bare service, an empty `axum::middleware::from_fn`
//! and a `moka` get alone, in one run.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod support;

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use criterion::Criterion;
use futures_util::FutureExt;
use roamgate::{
    CachedProvider, FixedProvider, Line, Policy, Query, RoamingLayer, RoamingProvider,
    RoamingStatus,
};
use tower::{Layer, Service};

const GROUP: &str = "layer";

fn line() -> Line {
    "+34600000002".parse().unwrap()
}

fn request(path: &'static str) -> Request {
    Request::post(path).extension(line()).body(Body::empty()).unwrap()
}

fn inner(_: Request) -> Ready<Result<Response, Infallible>> {
    ready(Ok(Response::new(Body::empty())))
}

async fn nothing(request: Request, next: Next) -> Response {
    next.run(request).await
}

/// A layer over a cache that holds the line.
fn gate() -> RoamingLayer {
    let provider = CachedProvider::new(FixedProvider::new().with(line(), RoamingStatus::Home));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(provider.roaming_status(&Query::new(line()))).unwrap();
    RoamingLayer::new(Policy::from_path("policies/payments-eea.yaml").unwrap(), provider)
}

fn call<S, R>(name: &str, criterion: &mut Criterion, path: &'static str, mut service: S)
where
    S: Service<Request, Response = http::Response<R>, Error = Infallible>,
{
    let mut send =
        || service.call(black_box(request(path))).now_or_never().unwrap().unwrap().status();
    assert_eq!(send(), StatusCode::OK, "{name}");
    criterion.benchmark_group(GROUP).bench_function(name, |bencher| bencher.iter(&mut send));
}

fn bench(criterion: &mut Criterion) {
    let paid = "/v1/payments";
    let bare = tower::service_fn(inner);
    call("bare", criterion, paid, bare);
    call("from_fn", criterion, paid, from_fn(nothing).layer(bare));
    call("gate_hit", criterion, paid, gate().layer(bare));
    call("gate_hit_without_permit", criterion, paid, gate().without_permit().layer(bare));
    call("gate_no_lookup", criterion, "/health", gate().layer(bare));
    let cache = moka::sync::Cache::builder()
        .max_capacity(100)
        .eviction_policy(moka::policy::EvictionPolicy::lru())
        .build();
    cache.insert(line(), [0u64; 8]);
    criterion.benchmark_group(GROUP).bench_function("moka_get", |bencher| {
        bencher.iter(|| cache.get(black_box(&line())).is_some());
    });
}

fn report() -> Option<()> {
    let mean = |name| support::mean_ns(GROUP, name);
    let bare = mean("bare")?;
    let from_fn = mean("from_fn")? - bare;
    let moka = mean("moka_get")?;
    println!(
        "bare service {bare:.0} ns, empty from_fn adds {from_fn:.0} ns, moka get {moka:.0} ns"
    );
    for name in ["gate_hit", "gate_hit_without_permit", "gate_no_lookup"] {
        let added = mean(name)? - bare;
        println!(
            "{name:<24} adds {added:4.0} ns = {:.2} x empty from_fn = {:.2} x moka get",
            added / from_fn,
            added / moka
        );
    }
    Some(())
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
    if support::measures() {
        report();
    }
}

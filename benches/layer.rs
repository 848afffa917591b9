//! What the gate adds to a request: against the bare service, an empty `axum::middleware::from_fn`
//! and a `moka` get alone, in one run. And what it adds to a router of axum, in `Router::layer`, where
//! whatever is put there is boxed, and around the router, where nothing is.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod support;
#[path = "support/threads.rs"]
mod threads;
#[path = "support/turns.rs"]
mod turns;

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use criterion::Criterion;
use futures_util::FutureExt;
use roamgate::status::Visited;
use roamgate::{
    CachedProvider, Country, FixedProvider, Head, Line, LineState, Policy, Query, RoamingLayer,
    RoamingProvider, RoamingStatus,
};
use threads::{scaling, spin};

use tower::{Layer, Service};
use turns::Turns;

const GROUP: &str = "layer";
const POLICY: &str = "policies/payments-eea.yaml";
const PAID: &str = "/v1/payments";

fn line() -> Line {
    "+34600000002".parse().unwrap()
}

fn request(path: &'static str) -> Request {
    request_of(path, line())
}

fn request_of(path: &'static str, line: Line) -> Request {
    Request::post(path).extension(line).body(Body::empty()).unwrap()
}

fn inner(_: Request) -> Ready<Result<Response, Infallible>> {
    ready(Ok(Response::new(Body::empty())))
}

async fn nothing(request: Request, next: Next) -> Response {
    next.run(request).await
}

fn gate() -> RoamingLayer {
    gate_of(&[line()])
}

/// A layer over a cache that holds the lines.
fn gate_of(lines: &[Line]) -> RoamingLayer {
    let home = |provider: FixedProvider, line: &Line| provider.with(*line, RoamingStatus::Home);
    let provider = CachedProvider::new(lines.iter().fold(FixedProvider::new(), home));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for line in lines {
        runtime.block_on(provider.roaming_status(&Query::new(*line))).unwrap();
    }
    RoamingLayer::new(policy(), provider)
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

/// A router with one route, which does nothing.
fn router() -> Router {
    Router::new().route(PAID, post(|| async {}))
}

fn bench(criterion: &mut Criterion) {
    let bare = tower::service_fn(inner);
    call("bare", criterion, PAID, bare);
    call("from_fn", criterion, PAID, from_fn(nothing).layer(bare));
    call("gate_hit", criterion, PAID, gate().layer(bare));
    call("gate_hit_without_permit", criterion, PAID, gate().without_permit().layer(bare));
    call("gate_no_lookup", criterion, "/health", gate().layer(bare));
    call("router", criterion, PAID, router());
    call("router_with_from_fn", criterion, PAID, router().layer(from_fn(nothing)));
    call("router_with_gate", criterion, PAID, router().layer(gate()));
    call("from_fn_around_router", criterion, PAID, from_fn(nothing).layer(router()));
    call("gate_around_router", criterion, PAID, gate().layer(router()));
    reloaded(criterion);
    deny(criterion);
    miss(criterion);
    check(criterion);
    let (cache, key) = (moka(), line());
    criterion.benchmark_group(GROUP).bench_function("moka_get", |bencher| {
        bencher.iter(|| cache.get(black_box(&key)));
    });
}

/// A hit while another thread replaces the policy a hundred times a second.
fn reloaded(criterion: &mut Criterion) {
    let (layer, is_over) = (gate(), AtomicBool::new(false));
    let text = std::fs::read_to_string(POLICY).unwrap();
    let other = Policy::from_yaml(POLICY, &format!("{text}# another\n")).unwrap();
    let (gate, policies) = (layer.gate(), [policy(), other].map(Arc::new));
    std::thread::scope(|scope| {
        // Also where the bench panics.
        let _ends = Ends(&is_over);
        scope.spawn(|| {
            for policy in policies.iter().cycle().take_while(|_| !is_over.load(Relaxed)) {
                gate.replace(Arc::clone(policy), "a bench").unwrap();
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        call("gate_hit_while_reloaded", criterion, PAID, layer.layer(tower::service_fn(inner)));
    });
}

/// Says so when it is dropped.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// A line abroad, whose answer is in the cache: the refusal is a whole answer.
fn deny(criterion: &mut Criterion) {
    let abroad = RoamingStatus::Roaming(Visited::countries(Country::from_code("US").unwrap()));
    let provider = CachedProvider::new(FixedProvider::new().with(line(), abroad));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(provider.roaming_status(&Query::new(line()))).unwrap();
    let mut service = RoamingLayer::new(policy(), provider).layer(tower::service_fn(inner));
    let mut send = || service.call(black_box(request(PAID))).now_or_never().unwrap().unwrap();
    assert_eq!(send().status(), StatusCode::FORBIDDEN);
    criterion.benchmark_group(GROUP).bench_function("gate_deny", |bencher| bencher.iter(&mut send));
}

/// A lookup that a provider in memory answers: what a miss costs of ours. Then so many requests for one
/// line together, which make one lookup.
fn miss(criterion: &mut Criterion) {
    let provider = CachedProvider::new(FixedProvider::new().with(line(), RoamingStatus::Home));
    let provider = Arc::new(provider);
    let service =
        RoamingLayer::new(policy(), Arc::clone(&provider)).layer(tower::service_fn(inner));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (name, together) in [("gate_miss", 1), ("gate_ten_coalesced_misses", 10)] {
        let send = || {
            provider.invalidate(&line());
            runtime.block_on(async {
                let calls = (0..together).map(|_| service.clone().call(request(PAID)));
                let answers = futures_util::future::join_all(calls).await;
                assert!(answers.into_iter().all(|it| it.unwrap().status() == StatusCode::OK));
            });
        };
        criterion.benchmark_group(GROUP).bench_function(name, |bencher| bencher.iter(send));
    }
}

fn policy() -> Policy {
    Policy::from_path(POLICY).unwrap()
}

/// The check alone, of a request that is there.
fn check(criterion: &mut Criterion) {
    let (gate, request) = (gate().gate(), request(PAID));
    let decision = gate.check(&Head::of(&request, "")).now_or_never().unwrap();
    assert_eq!(decision.line(), Some(LineState::HOME), "it is answered from the cache");
    criterion.benchmark_group(GROUP).bench_function("check", |bencher| {
        bencher.iter(|| {
            let head = Head::of(black_box(&request), "");
            gate.check(&head).now_or_never().unwrap().effect()
        });
    });
}

fn moka() -> moka::sync::Cache<Line, [u64; 8]> {
    let cache = moka::sync::Cache::builder()
        .max_capacity(100)
        .eviction_policy(moka::policy::EvictionPolicy::lru())
        .build();
    cache.insert(line(), [0; 8]);
    cache
}

/// The check and `moka`'s get by turns.
fn by_turns() {
    let (gate, request, cache, key) = (gate().gate(), request(PAID), moka(), line());
    let check = || {
        let head = Head::of(black_box(&request), "");
        gate.check(&head).now_or_never().unwrap().effect()
    };
    let Turns { one, other, ratio } = Turns::of(check, || cache.get(black_box(&key)));
    println!("by turns: a check {one:.0} ns = {ratio:.2} x moka get ({other:.0} ns)");
    turns::leave(GROUP, &serde_json::json!({ "byTurns": ratio }));
}

fn report() -> Option<()> {
    let mean = |name| support::mean_ns(GROUP, name);
    let [bare, router, moka] = [mean("bare")?, mean("router")?, mean("moka_get")?];
    let from_fn = mean("from_fn")? - bare;
    let in_router = mean("router_with_from_fn")? - router;
    let around = mean("from_fn_around_router")? - router;
    println!(
        "moka get {moka:.0} ns; empty from_fn adds {from_fn:.0} ns to a bare service of {bare:.0} ns"
    );
    println!("and {in_router:.0} ns in a router of {router:.0} ns, {around:.0} ns around it");
    let row = |name: &str, added: f64, from_fn: f64| {
        let (by_from_fn, by_moka) = (added / from_fn, added / moka);
        println!(
            "{name:<24} {added:4.0} ns = {by_from_fn:.2} x empty from_fn = {by_moka:.2} x moka get"
        );
    };
    row("check", mean("check")?, from_fn);
    for name in ["gate_hit", "gate_hit_without_permit", "gate_hit_while_reloaded", "gate_no_lookup"]
    {
        row(name, mean(name)? - bare, from_fn);
    }
    row("router_with_gate", mean("router_with_gate")? - router, in_router);
    row("gate_around_router", mean("gate_around_router")? - router, around);
    for name in ["gate_deny", "gate_miss", "gate_ten_coalesced_misses"] {
        row(name, mean(name)? - bare, from_fn);
    }
    by_turns();
    two_threads();
    Some(())
}

/// Two threads that ask one gate, about many lines and about one.
fn two_threads() {
    let lines: Vec<Line> = (0..1_000).map(|at| format!("+346{at:08}").parse().unwrap()).collect();
    let gate = gate_of(&lines).gate();
    let requests: Vec<_> = lines.iter().map(|line| request_of(PAID, *line).map(|_| ())).collect();
    let check = |request: &http::Request<()>| {
        gate.check(&Head::of(request, "")).now_or_never().unwrap();
    };
    let spin = scaling(spin);
    let all = scaling(|at| check(requests.get(at % requests.len()).unwrap()));
    let one = scaling(|_| check(requests.first().unwrap()));
    println!(
        "two threads: a spin loop {spin:.2} x one, checks {all:.2} x, checks of one line {one:.2} x"
    );
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
    if support::measures() {
        report();
    }
}

//! The service behind the gate, the requests to it, and who says where the lines are.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http::{Request, Response, StatusCode};
use roamgate::status::Visited;
use roamgate::{
    CachedProvider, Country, FixedProvider, Line, Policy, Query, RoamingLayer, RoamingProvider,
    RoamingStatus,
};
use tokio::runtime::{Builder, Runtime};

use crate::counted::Pass;
use tower::Service;

#[cfg(feature = "metrics")]
#[path = "../../../../examples/operations/prometheus.rs"]
#[expect(dead_code, reason = "nobody reads what is counted")]
mod prometheus;

/// Does nothing, and allocates nothing.
pub(super) fn inner(request: Request<()>) -> Ready<Result<Response<()>, Infallible>> {
    black_box(&request);
    ready(Ok(Response::new(())))
}

pub(super) fn at_home() -> Line {
    "+34600000002".parse().unwrap()
}

pub(super) fn abroad() -> Line {
    "+34600000001".parse().unwrap()
}

pub(super) fn policy() -> Policy {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/payments-eea.yaml");
    Policy::from_path(path).unwrap()
}

/// A layer over a cache that holds both lines.
pub(super) fn layer() -> RoamingLayer {
    let country = Country::from_code("US").unwrap();
    let away = RoamingStatus::Roaming(Visited::countries(country));
    let lines = FixedProvider::new().with(at_home(), RoamingStatus::Home).with(abroad(), away);
    let provider = CachedProvider::new(lines);
    let runtime = runtime();
    for line in [at_home(), abroad()] {
        runtime.block_on(provider.roaming_status(&Query::new(line))).unwrap();
    }
    RoamingLayer::new(policy(), provider)
}

pub(super) fn payment() -> Request<()> {
    payment_of(at_home())
}

pub(super) fn payment_of(line: Line) -> Request<()> {
    Request::post("/v1/payments").extension(line).body(()).unwrap()
}

pub(super) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Sends a request that is answered at once.
pub(super) fn send<S, R>(service: &mut S, request: Request<()>, pass: Pass, expected: StatusCode)
where
    S: Service<Request<()>, Response = Response<R>, Error = Infallible>,
{
    let (mut request, mut status) = (Some(request), None);
    pass(&mut || {
        let answer = at_once(service.call(black_box(request.take().unwrap())));
        status = Some(answer.unwrap().status());
    });
    assert_eq!(status, Some(expected));
}

fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

/// With the feature `metrics`, what happens is counted from now on, as by an exporter.
pub(super) fn count_metrics() {
    #[cfg(feature = "metrics")]
    metrics::set_global_recorder(prometheus::Exposition::default()).unwrap();
}

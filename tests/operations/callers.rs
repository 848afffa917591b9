//! X: callers that go away, callbacks that panic, more requests than anybody can answer.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::BodyExt;
use roamgate::audit::Record;
use roamgate::stall::Stall;
use roamgate::status::Answer;
use roamgate::{
    CachedProvider, Effect, FixedProvider, Gate, Head, Line, LineState, Policy, ProviderError,
    Query, RoamingLayer, RoamingProvider, RoamingStatus, UnknownReason, provider_fn,
};
use tokio::sync::Semaphore;
use tokio::time::{Instant, advance, sleep, timeout};
use tower::limit::ConcurrencyLimit;
use tower::{Layer, Service, ServiceExt};

use crate::desk::{edition, line, pay};

fn policy() -> Policy {
    Policy::from_yaml("policy.yaml", &edition(1, 1)).unwrap()
}

fn number(number: usize) -> Line {
    format!("+34{}", 600_000_000 + number).parse().unwrap()
}

fn request(line: Line) -> Request<()> {
    Request::post("/pay").extension(line).body(()).unwrap()
}

/// What looks random, and is the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % bound
    }
}

/// Says of every line that it is at home, after a while, and counts.
fn network(
    calls: &Arc<AtomicUsize>,
    delay: impl Fn(usize) -> u64 + Send + Sync + 'static,
) -> impl RoamingProvider + 'static {
    let (calls, delay) = (Arc::clone(calls), Arc::new(delay));
    provider_fn(move |_: Line| {
        let call = calls.fetch_add(1, Ordering::Relaxed);
        let delay = delay(call);
        async move {
            sleep(Duration::from_millis(delay)).await;
            Ok::<_, ProviderError>(RoamingStatus::Home)
        }
    })
}

fn at_home() -> FixedProvider {
    FixedProvider::new().with(line(), RoamingStatus::Home)
}

async fn served(_: Request<()>) -> Result<Response<()>, Infallible> {
    Ok(Response::new(()))
}

#[tokio::test(start_paused = true)]
async fn x1_a_thousand_who_go_away_at_random_times_leave_nothing_behind() {
    const LINES: usize = 100;
    let calls = Arc::new(AtomicUsize::new(0));
    let gate =
        Gate::new(policy(), CachedProvider::new(network(&calls, |call| call as u64 * 7 % 700)));
    let gate = gate.waiting_capacity(1_000);
    let layer = RoamingLayer::from(gate.clone());
    let places = Arc::new(Semaphore::new(1_000));
    let inner = ConcurrencyLimit::with_semaphore(tower::service_fn(served), Arc::clone(&places));
    let service = layer.layer(inner);
    let mut dice = Dice(42);
    let callers = (0..1_000).map(|caller| {
        let (service, patience) = (service.clone(), Duration::from_millis(dice.below(700)));
        let request = request(number(caller % LINES));
        tokio::spawn(async move { timeout(patience, service.oneshot(request)).await.is_ok() })
    });
    let mut answered = 0;
    for caller in callers.collect::<Vec<_>>() {
        answered += usize::from(caller.await.unwrap());
    }
    assert!((100..900).contains(&answered), "{answered} waited for their answers");
    assert_eq!((gate.waiting().now, places.available_permits()), (0, 1_000));
    assert!(gate.waiting().cancelled > 100, "{:?}", gate.waiting());
    // What was begun goes on to its end, and is kept.
    sleep(Duration::from_secs(5)).await;
    assert_eq!(calls.load(Ordering::Relaxed), LINES);
    for line in 0..LINES {
        let answer = timeout(Duration::ZERO, service.clone().oneshot(request(number(line)))).await;
        assert_eq!(answer.unwrap().unwrap().status(), 200);
    }
    assert_eq!(calls.load(Ordering::Relaxed), LINES);
}

/// Panics the first time, after so many awaits.
#[derive(Debug)]
struct Panics {
    after: usize,
    calls: Arc<AtomicUsize>,
}

#[async_trait::async_trait]
impl RoamingProvider for Panics {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        let is_first = self.calls.fetch_add(1, Ordering::Relaxed) == 0;
        for _ in 0..self.after {
            sleep(Duration::from_millis(10)).await;
        }
        assert!(!is_first, "a provider that is broken");
        at_home().roaming_status(query).await
    }
}

#[tokio::test(start_paused = true)]
async fn x2_a_provider_that_panics_is_asked_once_however_many_wait_and_they_go_on() {
    for after in 0..4 {
        let calls = Arc::new(AtomicUsize::new(0));
        let provider = CachedProvider::new(Panics { after, calls: Arc::clone(&calls) });
        let gate = Gate::new(policy(), provider);
        let waiting = (0..500).map(|_| {
            let gate = gate.clone();
            tokio::spawn(async move { pay(&gate).await })
        });
        for decision in waiting.collect::<Vec<_>>() {
            let decision = decision.await.unwrap();
            assert_eq!(decision.line(), Some(LineState::Unknown(UnknownReason::Unavailable)));
        }
        assert_eq!(calls.load(Ordering::Relaxed), 1, "after {after} awaits");
        sleep(Duration::from_secs(2)).await;
        assert_eq!(pay(&gate).await.line(), Some(LineState::HOME), "the line is not lost");
        assert_eq!(gate.waiting().now, 0);
    }
}

/// Panics where it must not even wait.
#[derive(Debug)]
struct PanicsAtOnce;

#[async_trait::async_trait]
impl RoamingProvider for PanicsAtOnce {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        at_home().roaming_status(query).await
    }

    fn cached(&self, _: &Query<'_>) -> Option<Answer> {
        panic!("a cache that is broken")
    }

    fn refused(&self, _: &Query<'_>) -> Option<UnknownReason> {
        panic!("a cache that is broken")
    }
}

#[tokio::test]
async fn x2_callbacks_that_panic_refuse_one_request_and_the_service_lives() {
    let gate = Gate::new(policy(), PanicsAtOnce);
    assert_eq!(pay(&gate).await.line(), Some(LineState::HOME), "the network is asked instead");

    let nobody = |_: &Head<'_>| -> Option<Line> { panic!("a store of sessions that is broken") };
    let decision = pay(&gate.clone().subject(nobody)).await;
    assert_eq!(decision.reason(), Some(UnknownReason::Unavailable));

    let silent = gate.audit(|_: &Record<'_>| panic!("a receiver that is broken"));
    let decision = pay(&silent).await;
    assert_eq!(decision.effect(), Effect::Deny);
    assert_eq!(decision.fault().unwrap().name(), "auditUnavailable");
}

/// An inner service that must be ready before it is called, as `tower` demands.
#[derive(Debug)]
struct Strict {
    is_ready: bool,
    calls: Arc<AtomicUsize>,
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self { is_ready: false, calls: Arc::clone(&self.calls) }
    }
}

impl Service<Request<()>> for Strict {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "called without having been ready");
        self.calls.fetch_add(1, Ordering::Relaxed);
        std::future::ready(Ok(Response::new(())))
    }
}

#[tokio::test(start_paused = true)]
async fn x3_only_a_service_that_was_ready_is_called_and_its_place_is_given_back() {
    let (calls, inner) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let provider = CachedProvider::new(network(&calls, |_| 100));
    let strict = Strict { is_ready: false, calls: Arc::clone(&inner) };
    let limited = ConcurrencyLimit::new(strict, 1);
    let mut service = RoamingLayer::new(policy(), provider).layer(limited);
    for round in 0..3 {
        // Cold, then from the cache; then one that is given up.
        for _ in 0..2 {
            service.ready().await.unwrap();
            let answer = service.call(request(number(round))).await.unwrap();
            assert_eq!(answer.status(), 200);
        }
        service.ready().await.unwrap();
        let mut given_up = Box::pin(service.call(request(number(100 + round))));
        assert!(given_up.as_mut().now_or_never().is_none());
        drop(given_up);
        // Clones are not ready because others were.
        let mut clone = service.clone();
        clone.ready().await.unwrap();
        assert_eq!(clone.call(request(number(round))).await.unwrap().status(), 200);
    }
    assert_eq!(inner.load(Ordering::Relaxed), 9);
}

#[tokio::test(start_paused = true)]
async fn x4_one_too_many_is_answered_at_once_and_counted() {
    let calls = Arc::new(AtomicUsize::new(0));
    let gate = Gate::new(policy(), network(&calls, |_| 300)).waiting_capacity(64);
    let service = RoamingLayer::from(gate.clone()).layer(tower::service_fn(served));
    let began = Instant::now();
    let mut waiting = Vec::new();
    for caller in 0..640 {
        let mut answer = Box::pin(service.clone().oneshot(request(number(caller))));
        match answer.as_mut().now_or_never() {
            None => waiting.push(answer),
            Some(answer) => {
                let answer = answer.unwrap();
                assert_eq!((answer.status().as_u16(), waiting.len()), (503, 64));
                assert!(answer.headers().contains_key("retry-after"));
            }
        }
    }
    assert_eq!(Instant::now(), began, "nobody was held up");
    assert_eq!((gate.waiting().now, gate.waiting().shed), (64, 576));
    for answer in waiting {
        assert_eq!(answer.await.unwrap().status(), 200, "those who were let in are served");
    }
    assert_eq!((gate.waiting().now, calls.load(Ordering::Relaxed)), (0, 64));
}

#[tokio::test(start_paused = true)]
async fn x4_an_older_answer_that_may_bridge_an_outage_bridges_this_too() {
    let text =
        edition(1, 1).replace("rules:", "freshness: { maxAge: 1s, staleIfError: 1h }\nrules:");
    let calls = Arc::new(AtomicUsize::new(0));
    let provider = CachedProvider::new(network(&calls, |_| 0));
    let gate = Gate::new(Policy::from_yaml("policy.yaml", &text).unwrap(), provider);
    pay(&gate).await;
    sleep(Duration::from_secs(60)).await;
    let full = gate.waiting_capacity(0);
    assert_eq!(pay(&full).await.line(), Some(LineState::HOME));
    assert_eq!(full.waiting().shed, 1);
}

#[tokio::test]
async fn x8_nobody_learns_from_a_refusal_whether_a_number_is_known() {
    use UnknownReason::{IdentifierInvalid, IdentifierNotFound, NoIdentifier, NotCovered};
    let mut told = Vec::new();
    for reason in [NoIdentifier, IdentifierInvalid, IdentifierNotFound, NotCovered] {
        let provider = provider_fn(move |_: Line| async move {
            Err::<RoamingStatus, _>(ProviderError::new(reason, "no"))
        });
        let layer = RoamingLayer::new(policy(), CachedProvider::new(provider));
        let layer = match reason {
            NoIdentifier => layer.subject(|_: &Head<'_>| None::<Line>),
            IdentifierInvalid => layer.subject(|_: &Head<'_>| "no line".parse::<Line>()),
            _ => layer.subject(|_: &Head<'_>| number(1)),
        };
        // Cold, and from the cache.
        for _ in 0..2 {
            let page = |_: Request<()>| async { Ok::<_, Infallible>(Response::new(String::new())) };
            let service = layer.clone().layer(tower::service_fn(page));
            let answer = service.oneshot(request(number(1))).await.unwrap();
            let (head, body) = answer.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let mut body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            body.as_object_mut().unwrap().remove("instance").unwrap();
            let headers: Vec<_> =
                head.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            told.push((head.status, headers, body));
        }
    }
    assert_eq!(told[0].0, 403);
    assert!(told.iter().all(|answer| *answer == told[0]), "{told:#?}");
}

#[tokio::test(start_paused = true)]
async fn x11_a_callback_that_blocks_the_runtime_is_told() {
    let stall = Stall::watch();
    sleep(Duration::from_secs(30)).await;
    assert_eq!(stall.longest(), Duration::ZERO);

    // Time passes, and no task runs.
    advance(Duration::from_secs(3)).await;
    let told = stall.longest();
    assert!((Duration::from_millis(2_900)..=Duration::from_secs(3)).contains(&told), "{told:?}");

    // After two minutes it is history.
    sleep(Duration::from_secs(125)).await;
    assert_eq!(stall.longest(), Duration::ZERO);
}

#[test]
fn x11_one_that_lasts_is_told_to_whoever_asks_from_another_thread() {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build().unwrap();
    let stall = runtime.block_on(async {
        let stall = Stall::watch();
        sleep(Duration::from_secs(1)).await;
        // The next tick does not come: nothing runs before this returns.
        let moved = AssertUnwindSafe(advance(Duration::from_secs(7))).catch_unwind().await;
        moved.unwrap();
        stall
    });
    assert!(stall.longest() >= Duration::from_millis(6_800));
}

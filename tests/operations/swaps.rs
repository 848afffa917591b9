//! P10: a request is decided by one policy, however long it waits, and whoever asks.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use async_trait::async_trait;
use http::{Request, Response};
use roamgate::audit::{AuditSink, Record, ShadowRecord};
use roamgate::status::Answer;
use roamgate::{
    Attributes, CachedProvider, Clock, Decision, FixedProvider, Gate, Policy, ProviderError, Query,
    RoamingLayer, RoamingProvider, Subject,
};
use tokio::sync::Semaphore;
use tower::{Layer, ServiceExt};

use crate::desk::{brazil, edition, line};

/// A network that answers when it is let.
#[derive(Clone, Debug)]
struct Network(Arc<Semaphore>);

impl Network {
    fn silent() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    fn answers(&self) {
        self.0.add_permits(1);
    }
}

#[async_trait]
impl RoamingProvider for Network {
    async fn roaming_status(&self, _: &Query<'_>) -> Result<Answer, ProviderError> {
        self.0.acquire().await.unwrap().forget();
        Ok(Answer::new(brazil(), Clock::system().now()))
    }
}

/// Keeps what is recorded: policy, route, effect or projected effect.
#[derive(Clone, Default)]
struct Records(Arc<Mutex<Vec<String>>>);

impl AuditSink for Records {
    fn record(&self, record: &Record<'_>) {
        self.note("decided", record.decision, record.route);
    }

    fn shadow(&self, record: &ShadowRecord<'_>) {
        let projected = record.projected.map_or("nothing", |effect| effect.name());
        self.note(projected, record.decision, record.route);
    }
}

impl Records {
    fn note(&self, what: &str, decision: &Decision, route: Option<&str>) {
        let (hash, route) = (decision.policy_hash(), route.unwrap_or_default());
        self.0.lock().unwrap().push(format!("{what} {route} {hash}"));
    }

    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Another policy, in which the classes have other positions and other names.
fn other() -> Policy {
    let text =
        edition(2, 1).replace("pay:", "other: [{ path: /other }], pain: [{ path: /pain }], paid:");
    policy(&text.replace("[pay]", "[paid, other]"))
}

fn policy(text: &str) -> Policy {
    Policy::from_yaml("policy.yaml", text).unwrap_or_else(|error| panic!("{error}"))
}

fn payment() -> Request<()> {
    Request::post("/pay").extension(line()).body(()).unwrap()
}

async fn welcome(_: Request<()>) -> Result<Response<()>, Infallible> {
    Ok(Response::new(()))
}

/// Lets every task run until none has anything to do.
async fn calm() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn p10_a_request_that_waits_is_decided_by_the_policy_that_it_began_with() {
    let (network, records) = (Network::silent(), Records::default());
    let first = policy(&edition(1, 1));
    let hash = first.hash();
    let layer =
        RoamingLayer::new(first, CachedProvider::new(network.clone())).audit(records.clone());
    let answer = tokio::spawn(layer.layer(tower::service_fn(welcome)).oneshot(payment()));
    calm().await;

    layer.gate().replace(other(), "a test").unwrap();
    network.answers();
    let answer = answer.await.unwrap().unwrap();
    let decision = answer.extensions().get::<Decision>().unwrap();
    assert_eq!((decision.policy_hash(), decision.rule()), (hash, Some("edition-1-000")));
    assert_eq!(answer.headers()["x-edition"], "1");
    assert_eq!(records.taken(), [format!("decided pay {hash}")]);
}

#[tokio::test(start_paused = true)]
async fn p10_a_handler_that_waits_is_answered_by_the_policy_that_it_asked() {
    let network = Network::silent();
    let first = policy(&edition(1, 1));
    let hash = first.hash();
    let gate = Gate::new(first, network.clone());
    let asking = gate.clone();
    let asked = tokio::spawn(async move {
        let (subject, attributes) = (Subject::from(line()), Attributes::new());
        asking.check_route("pay", &subject, &attributes).await.unwrap()
    });
    calm().await;
    gate.replace(other(), "a test").unwrap();
    network.answers();
    let decision = asked.await.unwrap();
    assert_eq!((decision.policy_hash(), decision.rule()), (hash, Some("edition-1-000")));
    assert!(gate.check_route("pay", &Subject::from(line()), &Attributes::new()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn p10_what_is_only_observed_is_recorded_under_the_policy_that_it_began_with() {
    let (network, records) = (Network::silent(), Records::default());
    let first = policy(&edition(1, 1));
    let hash = first.hash();
    let layer = RoamingLayer::new(first, network.clone()).audit(records.clone()).observe_only();
    layer.layer(tower::service_fn(welcome)).oneshot(payment()).await.unwrap();
    calm().await;
    layer.gate().replace(other(), "a test").unwrap();
    network.answers();
    calm().await;
    assert_eq!(records.taken(), [format!("decided pay {hash}")]);
}

#[tokio::test(start_paused = true)]
async fn p10_shadow_rules_are_judged_under_the_policy_that_decided() {
    let (network, records) = (Network::silent(), Records::default());
    let shadow = "effect: deny\n    mode: shadow\n    shadow: { until: 2099-01-01, sample: 100% }";
    let first = policy(&edition(1, 1).replace("effect: deny", shadow));
    let hash = first.hash();
    let layer = RoamingLayer::new(first, network.clone()).audit(records.clone());
    layer.layer(tower::service_fn(welcome)).oneshot(payment()).await.unwrap();
    calm().await;
    layer.gate().replace(other(), "a test").unwrap();
    network.answers();
    calm().await;
    assert_eq!(records.taken(), [format!("decided pay {hash}"), format!("deny pay {hash}")]);
}

#[tokio::test(start_paused = true)]
async fn p10_a_policy_that_nobody_can_go_back_to_is_freed_once_no_request_needs_it() {
    let network = Network::silent();
    let first = Arc::new(policy(&edition(1, 1)));
    let kept: Weak<Policy> = Arc::downgrade(&first);
    let gate = Gate::new(first, network.clone());
    let asking = gate.clone();
    let waiting = tokio::spawn(async move { crate::desk::pay(&asking).await });
    calm().await;
    for next in 2..=7 {
        gate.replace(policy(&edition(next, 1)), "a test").unwrap();
    }
    assert!(kept.upgrade().is_some(), "a request waits");
    network.answers();
    waiting.await.unwrap();
    calm().await;
    assert!(kept.upgrade().is_none());
}

#[tokio::test]
async fn p10_what_a_verified_service_cannot_supply_takes_nobodys_place() {
    let gate = Gate::new(policy(&edition(1, 1)), FixedProvider::new().with(line(), brazil()));
    let gate = gate.verified().unwrap();
    let text = edition(2, 1)
        .replace("routes: { pay", "attributes: { request.amount: { type: number } }\nroutes: { pay")
        .replace(
            "match: { routes: [pay] }",
            "match: { routes: [pay], request.amount: { gte: 1 } }",
        );
    let at_start = Gate::new(policy(&text), FixedProvider::new()).verified().unwrap_err();
    let refused = gate.replace(policy(&text), "a test").unwrap_err();
    assert_eq!(refused.to_string(), at_start.to_string());
    assert!(refused.to_string().starts_with("error[E019]: "), "{refused}");
    assert_eq!(crate::desk::pay(&gate).await.rule(), Some("edition-1-000"));
}

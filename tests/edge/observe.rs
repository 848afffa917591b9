//! The dry run of a whole layer.

use std::sync::{Arc, Mutex};

use roamgate::audit::Record;
use roamgate::{LineState, UnknownReason, provider_fn};

use crate::support::*;

type Seen = Arc<Mutex<Vec<String>>>;

fn sink(seen: &Seen) -> impl Fn(&Record<'_>) + Send + Sync + 'static {
    let seen = Arc::clone(seen);
    move |record| {
        let effect = record.decision.effect();
        seen.lock().unwrap().push(format!("{effect} observed={}", record.observed));
    }
}

#[tokio::test]
async fn an_observing_gate_refuses_nothing_and_records_what_it_would_have_done() {
    let seen = Seen::default();
    let (line, provider) = line_in(LineState::Known(roaming_in("BR")));
    let layer = layer(provider).audit(sink(&seen)).observe_only();
    allowed(&layer, http(line)).await;
    assert_eq!(*seen.lock().unwrap(), ["deny observed=true"]);
}

#[tokio::test]
async fn an_observing_gate_lets_malformed_requests_through_too() {
    let seen = Seen::default();
    let layer = layer(roamgate::FixedProvider::new()).audit(sink(&seen)).observe_only();
    let hostile = http::Request::post("/v1//payments").body(Default::default()).unwrap();
    allowed(&layer, hostile).await;
    assert_eq!(*seen.lock().unwrap(), ["deny observed=true"]);
}

#[tokio::test]
async fn an_observing_gate_makes_nobody_wait() {
    let seen = Seen::default();
    let (asked, mut asking) = tokio::sync::mpsc::channel(1);
    let (answer, answered) = tokio::sync::watch::channel(false);
    let provider = provider_fn(move |_| {
        let (asked, mut answered) = (asked.clone(), answered.clone());
        async move {
            asked.send(()).await.unwrap();
            answered.wait_for(|answered| *answered).await.unwrap();
            Err(roamgate::ProviderError::new(UnknownReason::Unavailable, "down"))
        }
    });
    let layer =
        roamgate::RoamingLayer::new(policy(STRICT), provider).audit(sink(&seen)).observe_only();
    allowed(&layer, http(line(1))).await;
    assert!(seen.lock().unwrap().is_empty(), "the answer came before the decision");
    asking.recv().await.unwrap();
    answer.send(true).unwrap();
    while seen.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(*seen.lock().unwrap(), ["deny observed=true"]);
}

#[tokio::test]
async fn the_permit_of_an_observing_gate_says_so() {
    let (line, provider) = line_in(LineState::Known(roaming_in("BR")));
    let service =
        tower::service_fn(async |request: http::Request<http_body_util::Empty<bytes::Bytes>>| {
            let permit = request.extensions().get::<roamgate::Decision>().unwrap();
            assert!(permit.is_observed() && permit.effect() == roamgate::Effect::Allow);
            welcome(request).await
        });
    let layer = layer(provider).observe_only();
    tower::ServiceExt::oneshot(tower::Layer::layer(&layer, service), http(line)).await.unwrap();
}

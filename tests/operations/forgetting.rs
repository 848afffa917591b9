//! `Gate::forget`: nothing of a line is left in the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use roamgate::camara::{Aggregator, Client};
use roamgate::switchboard::{Fallback, Switchboard};
use roamgate::{
    CachedProvider, Decision, Gate, Line, Policy, Query, RoamingProvider, RoamingStatus, Subject,
    provider_fn,
};
use tokio::sync::Semaphore;

use crate::aggregator::{self, BC_AUTHORIZE, ROAMING_1, TOKEN, json};
use crate::desk::{brazil, edition, line};

/// Refuses lines that moved within a day, so that the gate remembers where they were.
fn policy() -> Policy {
    let text = edition(1, 1).replace("roamingIn: [\"BR\"]", "countryChangedWithin: 1d");
    let text = text.replace("effect: deny", "onUnknown: { default: allow, noHistory: stepUp }\n    stepUp: { acrValues: [sca] }\n    effect: deny");
    Policy::from_yaml("policy.yaml", &text).unwrap_or_else(|error| panic!("{error}"))
}

async fn decide(gate: &Gate, line: Line) -> Decision {
    gate.check_route("pay", &Subject::from(line), &roamgate::Attributes::new()).await.unwrap()
}

fn client(base: &str, grant: &str) -> Client {
    let text = format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {base}\n\
         client: {{ id: my-app, authentication: none }}\n{grant}\n\
         limits: {{ lineBurst: 2 }}\napi: {{ dialect: device-roaming-status-1 }}\n"
    );
    Client::new(
        Aggregator::from_yaml("aggregator.yaml", &text).unwrap_or_else(|error| panic!("{error}")),
    )
    .unwrap()
}

const CIBA: &str = "grant: { ciba: { loginHint: \"tel:{e164}\", scope: roaming } }";

#[tokio::test]
async fn status_token_history_and_budget_of_a_line_are_gone_and_others_stay() {
    let server = aggregator::Aggregator::start().await;
    let provider = Arc::new(CachedProvider::new(client(&server.base, CIBA)));
    let gate = Gate::new(policy(), Arc::clone(&provider));
    let other: Line = "+34600000002".parse().unwrap();
    for line in [line(), other] {
        assert_eq!(decide(&gate, line).await.reason().unwrap().name(), "noHistory");
        provider.invalidate(&line);
        assert_eq!(decide(&gate, line).await.reason(), None, "it was seen before");
    }
    assert_eq!((server.count(BC_AUTHORIZE), server.count(ROAMING_1)), (2, 4));

    gate.forget(&line());
    assert_eq!(provider.cached(&Query::new(line())), None);
    assert!(provider.cached(&Query::new(other)).is_some());
    // Also its budget, which was spent, is a new one.
    assert_eq!(decide(&gate, line()).await.reason().unwrap().name(), "noHistory");
    assert_eq!((server.count(BC_AUTHORIZE), server.count(ROAMING_1)), (3, 5));
    provider.invalidate(&other);
    let spent = decide(&gate, other).await;
    assert_eq!(
        spent.line().unwrap(),
        roamgate::LineState::Unknown(roamgate::UnknownReason::OverBudget)
    );
}

#[tokio::test]
async fn a_consent_that_is_waited_for_is_waited_for_no_more() {
    let server = aggregator::Aggregator::start().await;
    server.always(TOKEN, json(400, r#"{"error":"authorization_pending"}"#));
    let client = Arc::new(client(&server.base, CIBA));
    let gate = Gate::new(policy(), CachedProvider::new(Arc::clone(&client)));
    decide(&gate, line()).await;
    assert_eq!(client.state().pending, 1);
    gate.forget(&line());
    assert_eq!(client.state().pending, 0);
}

/// A provider that answers when it is let.
fn slow(count: &Arc<AtomicUsize>, open: &Arc<Semaphore>) -> impl RoamingProvider + 'static {
    let (count, open) = (Arc::clone(count), Arc::clone(open));
    provider_fn(move |_: Line| {
        let (count, open) = (Arc::clone(&count), Arc::clone(&open));
        async move {
            count.fetch_add(1, Ordering::Relaxed);
            open.acquire().await.unwrap().forget();
            Ok(RoamingStatus::Home)
        }
    })
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_answers_those_who_wait_and_leaves_nothing() {
    let (count, open) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
    let provider = Arc::new(CachedProvider::new(slow(&count, &open)));
    let gate = Gate::new(policy(), Arc::clone(&provider));
    let waiting = tokio::spawn({
        let gate = gate.clone();
        async move { decide(&gate, line()).await }
    });
    tokio::task::yield_now().await;
    gate.forget(&line());
    open.add_permits(1);
    assert_eq!(waiting.await.unwrap().status(), Some(RoamingStatus::Home));
    assert_eq!(provider.cached(&Query::new(line())), None);
}

#[tokio::test]
async fn whoever_stands_before_a_cache_hands_it_on() {
    let cached = || {
        let found = provider_fn(|_: Line| async { Ok(brazil()) });
        Arc::new(CachedProvider::new(found))
    };
    let [first, second, claimed] = [cached(), cached(), cached()];
    let board = Switchboard::new()
        .when(|line| line.number_countries().is_empty(), Arc::clone(&claimed))
        .otherwise(Fallback::new(Arc::clone(&first), Arc::clone(&second)));
    let gate = Gate::new(policy(), board);
    for provider in [&first, &second, &claimed] {
        provider.roaming_status(&Query::new(line())).await.unwrap();
    }
    gate.forget(&line());
    for provider in [&first, &second, &claimed] {
        assert_eq!(provider.cached(&Query::new(line())), None);
    }
}

#[test]
fn what_is_no_number_is_known_by_nobody_any_more() {
    let canary = "canary-8c31@operator.example";
    let line = Line::external(canary).unwrap();
    let provider = CachedProvider::new(provider_fn(|_: Line| async { Ok(RoamingStatus::Home) }));
    let gate = Gate::new(policy(), provider);
    assert!(line.identifier().is_some());
    gate.forget(&line);
    assert!(line.identifier().is_none());
    assert!(!line.expose().to_string().contains("canary"));
}

//! Polling, consent and lifetimes, in paused time.

use std::time::Duration;

use roamgate::RoamingStatus;
use roamgate::sandbox::{Sandbox, Scenario};
use tokio::time::{Instant, advance};

use crate::client::{V0, V0_SCOPE, V1, V1_SCOPE, ask_v1, auth_req_id, call, line, poll, token};

const PENDING: &str = "400 authorization_pending";

/// Polls after each of the waits, which are in seconds.
async fn verdicts<const N: usize>(sandbox: &Sandbox, id: &str, waits: [u64; N]) -> Vec<String> {
    let mut verdicts = Vec::new();
    for wait in waits {
        advance(Duration::from_secs(wait)).await;
        verdicts.push(poll(sandbox, id).await.verdict());
    }
    verdicts
}

#[tokio::test(start_paused = true)]
async fn polling_faster_than_the_interval_is_slowed_down_for_good() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = auth_req_id(&sandbox, "+34600000003").await;
    let slow = "400 slow_down";
    assert_eq!(
        verdicts(&sandbox, &id, [0, 2, 1, 6, 12, 12]).await,
        [PENDING, PENDING, slow, slow, PENDING, PENDING],
        "2 s at first, 7 s after the first slow_down, 12 s after the second"
    );
}

#[tokio::test(start_paused = true)]
async fn the_interval_is_a_setting() {
    let sandbox = Sandbox::builder().interval(Duration::from_secs(30)).start().await.unwrap();
    let id = auth_req_id(&sandbox, "+34600000003").await;
    assert_eq!(verdicts(&sandbox, &id, [0, 30, 29]).await, [PENDING, PENDING, "400 slow_down"]);
}

#[tokio::test(start_paused = true)]
async fn a_pending_consent_is_granted_from_the_test() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = auth_req_id(&sandbox, "+34600000003").await;
    assert_eq!(verdicts(&sandbox, &id, [0, 2]).await, [PENDING, PENDING]);
    sandbox.grant(line("+34600000003"));
    assert_eq!(verdicts(&sandbox, &id, [2]).await, ["200"]);
    assert_eq!(ask_v1(&sandbox, "+34600000003").await.json()["roaming"], false, "granted for good");
}

#[tokio::test(start_paused = true)]
async fn a_consent_is_pending_for_as_many_polls_as_the_number_says() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = auth_req_id(&sandbox, "+34600000023").await;
    assert_eq!(verdicts(&sandbox, &id, [0, 2, 2]).await, [PENDING, PENDING, "200"]);
}

#[tokio::test(start_paused = true)]
async fn a_consent_is_pending_for_as_long_as_the_number_says() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = auth_req_id(&sandbox, "+34600001053").await;
    assert_eq!(verdicts(&sandbox, &id, [0, 4, 2]).await, [PENDING, PENDING, "200"]);
}

#[tokio::test(start_paused = true)]
async fn an_authorisation_expires() {
    let builder = Sandbox::builder().request_lifetime(Duration::from_secs(10));
    let sandbox = builder.start().await.unwrap();
    let id = auth_req_id(&sandbox, "+34600000003").await;
    assert_eq!(verdicts(&sandbox, &id, [9, 1]).await, [PENDING, "400 expired_token"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_expires() {
    let sandbox = Sandbox::builder().token_lifetime(Duration::from_secs(10)).start().await.unwrap();
    let (old, new) = (
        token(&sandbox, "+34600000002", V0_SCOPE).await,
        token(&sandbox, "+34600000002", V1_SCOPE).await,
    );
    advance(Duration::from_secs(9)).await;
    assert_eq!(call(&sandbox, V1, &new, "{}").await.verdict(), "200");
    advance(Duration::from_secs(1)).await;
    assert_eq!(call(&sandbox, V0, &old, "{}").await.verdict(), "401 UNAUTHORIZED");
    assert_eq!(call(&sandbox, V1, &new, "{}").await.verdict(), "401 UNAUTHENTICATED");
}

#[tokio::test(start_paused = true)]
async fn a_delayed_answer_takes_its_time() {
    let sandbox = Sandbox::start().await.unwrap();
    let start = Instant::now();
    assert_eq!(ask_v1(&sandbox, "+34600000055").await.json()["roaming"], false);
    assert_eq!(start.elapsed().as_millis(), 500);
}

#[tokio::test(start_paused = true)]
async fn a_scenario_set_anew_begins_anew() {
    let (sandbox, number) = (Sandbox::start().await.unwrap(), "+34600000002");
    sandbox.grant(line(number));
    sandbox.set(line(number), Scenario::PendingUntilGranted);
    let id = auth_req_id(&sandbox, number).await;
    assert_eq!(verdicts(&sandbox, &id, [0]).await, [PENDING]);
    sandbox.set(line(number), RoamingStatus::Home);
    assert_eq!(verdicts(&sandbox, &id, [2]).await, ["200"]);
}

//! How long a request waits for the network, and what it may believe.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use roamgate::status::Answer;
use roamgate::{
    Clock, Decision, Gate, Head, ProviderError, Query, RoamingProvider, RoamingStatus,
    UnknownReason, provider_fn,
};

use crate::support::*;

async fn decide(gate: &Gate) -> Decision {
    gate.check(&Head::of(&http(line(1)), "")).await
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_800_ms_and_not_longer() {
    let never = provider_fn(|_| std::future::pending::<Result<RoamingStatus, ProviderError>>());
    let gate = Gate::new(policy(STRICT), never);
    let begun = tokio::time::Instant::now();
    let decision = decide(&gate).await;
    assert_eq!(decision.reason(), Some(UnknownReason::Timeout));
    assert_eq!(begun.elapsed(), Duration::from_millis(800));
}

#[tokio::test]
async fn a_failed_lookup_is_a_fact_with_a_reason() {
    let broken =
        provider_fn(|_| async { Err(ProviderError::new(UnknownReason::RateLimited, "429")) });
    let decision = decide(&Gate::new(policy(STRICT), broken)).await;
    assert_eq!(
        (decision.effect().name(), decision.reason()),
        ("deny", Some(UnknownReason::RateLimited))
    );
}

#[tokio::test]
async fn a_lookup_that_panics_is_unavailable() {
    let panics = provider_fn(|_| async { panic!("the provider has a bug") });
    let decision = decide(&Gate::new(policy(STRICT), panics)).await;
    assert_eq!(decision.reason(), Some(UnknownReason::Unavailable));
}

/// Home, confirmed by the network this long ago.
#[derive(Debug)]
struct Confirmed(Option<Duration>);

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_773_576_000)
}

#[async_trait]
impl RoamingProvider for Confirmed {
    async fn roaming_status(&self, _: &Query<'_>) -> Result<Answer, ProviderError> {
        Ok(Answer::new(RoamingStatus::Home, now()).confirmed(self.0.map(|age| now() - age)))
    }
}

#[tokio::test]
async fn what_the_network_confirmed_more_than_a_day_ago_is_stale() {
    let day = Duration::from_secs(86_400);
    let second = Duration::from_secs(1);
    for (age, reason) in
        [(None, None), (Some(day), None), (Some(day + second), Some(UnknownReason::Stale))]
    {
        let gate = Gate::new(policy(STRICT), Confirmed(age)).clock(Clock::from_fn(now));
        assert_eq!(decide(&gate).await.reason(), reason, "{age:?}");
    }
}

#[test]
fn without_a_runtime_a_lookup_is_unavailable_and_nothing_panics() {
    let gate = Gate::new(policy(STRICT), Confirmed(None));
    let request = http(line(1));
    let head = Head::of(&request, "");
    let check = std::pin::pin!(gate.check(&head));
    let std::task::Poll::Ready(decision) = poll_once(check) else { panic!("nothing to wait for") };
    assert_eq!(decision.reason(), Some(UnknownReason::Unavailable));
}

pub(crate) fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> std::task::Poll<F::Output> {
    future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
}

//! The whole way: a gated service, the aggregator client, an aggregator over real HTTP.

use std::sync::Arc;

use futures_util::future::join_all;
use roamgate::camara::{Aggregator, Client};
use roamgate::sandbox::{Calls, Sandbox, Scenario, V0Body};
use roamgate::{
    CachedProvider, Decision, Gate, Head, Line, LineState, RoamingLayer, UnknownReason,
};
use tower::{Layer, ServiceExt};

use crate::support::*;

/// An aggregator, and a gate that asks it.
struct Stage {
    sandbox: Sandbox,
    layer: RoamingLayer,
}

impl Stage {
    async fn new() -> Self {
        Self::speaking(
            "device-status-0.4",
            "dpv:FraudPreventionAndDetection#device-status-roaming-read",
        )
        .await
    }

    async fn speaking(dialect: &str, scope: &str) -> Self {
        let body = match dialect {
            "phone-number" => V0Body::PhoneNumber,
            "device-status-0.5" => V0Body::Device,
            _ => V0Body::UeId,
        };
        let sandbox = Sandbox::builder().v0_body(body).start().await.unwrap();
        let provider = CachedProvider::new(client(&sandbox, dialect, scope));
        Self { sandbox, layer: RoamingLayer::new(policy(STRICT), provider) }
    }

    async fn decide(&self, line: Line) -> Decision {
        self.gate().check(&Head::of(&http(line), "")).await
    }

    fn gate(&self) -> Gate {
        self.layer.gate()
    }

    /// bc-authorize, token, roaming.
    fn calls(&self) -> [u64; 3] {
        let Calls { bc_authorize, token, roaming, .. } = self.sandbox.calls();
        self.sandbox.reset_calls();
        [bc_authorize, token, roaming]
    }
}

pub(crate) fn client(sandbox: &Sandbox, dialect: &str, scope: &str) -> Client {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), sandbox.client_secret()).unwrap();
    let text = format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {}\n\
         client: {{ id: {}, authentication: {{ basic: {{ secret: {{ file: {:?} }} }} }} }}\n\
         grant: {{ ciba: {{ loginHint: \"tel:{{e164}}\", scope: {scope:?} }} }}\napi: {{ dialect: {dialect} }}\n",
        sandbox.base_url(),
        sandbox.client_id(),
        secret.path()
    );
    Client::new(Aggregator::from_yaml("aggregator.yaml", &text).unwrap()).unwrap()
}

/// A number of the sandbox, by its ending.
pub(crate) fn number(ending: &str) -> Line {
    format!("+34600{ending:0>6}").parse().unwrap()
}

#[tokio::test]
async fn a_cold_line_costs_three_calls_a_warm_token_one_a_cached_answer_none() {
    let stage = Stage::new().await;
    let line = number("0002");
    stage.decide(line).await;
    assert_eq!(stage.calls(), [1, 1, 1]);
    stage.decide(line).await;
    assert_eq!(stage.calls(), [0, 0, 0]);
}

#[tokio::test]
async fn an_answer_that_is_forgotten_is_asked_for_again_with_the_same_token() {
    let sandbox = Sandbox::start().await.unwrap();
    let scope = "dpv:FraudPreventionAndDetection#device-status-roaming-read";
    let provider = Arc::new(CachedProvider::new(client(&sandbox, "device-status-0.4", scope)));
    let stage = Stage { sandbox, layer: RoamingLayer::new(policy(STRICT), Arc::clone(&provider)) };
    let line = number("0002");
    stage.decide(line).await;
    provider.invalidate(&line);
    stage.calls();
    stage.decide(line).await;
    assert_eq!(stage.calls(), [0, 0, 1]);
}

#[tokio::test]
async fn a_thousand_requests_for_a_cold_line_make_the_calls_of_one() {
    let stage = Stage::new().await;
    let request = || stage.layer.layer(tower::service_fn(welcome)).oneshot(http(number("2621")));
    let responses = join_all((0..1_000).map(|_| request())).await;
    assert!(responses.into_iter().all(|response| response.unwrap().status() == 200));
    assert_eq!(stage.calls(), [1, 1, 1]);
}

#[tokio::test]
async fn callers_that_go_away_change_nothing() {
    let stage = Stage::new().await;
    stage.sandbox.set(number("1"), Scenario::Delayed(std::time::Duration::from_millis(50)));
    let gate = stage.gate();
    let mut callers = Vec::new();
    for at in 0..100 {
        let gate = gate.clone();
        let caller =
            tokio::spawn(async move { gate.check(&Head::of(&http(number("1")), "")).await });
        tokio::task::yield_now().await;
        if at % 3 == 0 {
            caller.abort();
        } else {
            callers.push(caller);
        }
    }
    for caller in callers {
        assert_eq!(caller.await.unwrap().line(), Some(LineState::HOME));
    }
    assert_eq!(stage.calls(), [1, 1, 1]);
}

#[tokio::test]
async fn each_dialect_says_the_same() {
    let dialects = [
        ("phone-number", "device-status-roaming-read"),
        ("device-status-0.4", "device-status-roaming-read"),
        ("device-status-0.5", "device-status:roaming:read"),
        ("device-roaming-status-0.6", "device-roaming-status:read"),
        ("device-roaming-status-1", "device-roaming-status:read"),
    ];
    for (dialect, scope) in dialects {
        let scope = format!("openid dpv:FraudPreventionAndDetection {scope}");
        let stage = Stage::speaking(dialect, &scope).await;
        let told = async |ending| {
            let decision = stage.decide(number(ending)).await;
            (decision.effect().name(), decision.reason())
        };
        assert_eq!(told("0002").await, ("allow", None), "{dialect}");
        assert_eq!(told("2621").await, ("allow", None), "{dialect}: Germany");
        assert_eq!(told("7241").await, ("deny", None), "{dialect}: Brazil");
        assert_eq!(
            told("3401").await,
            ("deny", Some(UnknownReason::CountryAmbiguous)),
            "{dialect}"
        );
        assert_eq!(
            told("9011").await,
            ("deny", Some(UnknownReason::CountryUnresolved)),
            "{dialect}"
        );
    }
}

#[tokio::test]
async fn every_way_to_fail_has_its_reason() {
    use UnknownReason::*;
    let rows = [
        ("0003", ConsentPending),
        ("4033", NoConsent),
        ("2063", NoConsent),
        ("4043", IdentifierNotFound),
        ("4040", IdentifierNotFound),
        ("4290", RateLimited),
        ("5030", Unavailable),
        ("0014", InvalidAnswer),
    ];
    for (ending, reason) in rows {
        // A host that has asked us to wait would not be asked about the next.
        let stage = Stage::new().await;
        assert_eq!(stage.decide(number(ending)).await.reason(), Some(reason), "{ending}");
    }
}

#[tokio::test]
async fn a_pending_consent_answers_at_once_and_finishes_in_the_background() {
    let stage = Stage::new().await;
    let line = number("0003");
    assert_eq!(stage.decide(line).await.reason(), Some(UnknownReason::ConsentPending));
    assert_eq!(stage.calls(), [1, 1, 0]);
    // While it is pending, nobody is asked again, and no second message reaches the customer.
    assert_eq!(stage.decide(line).await.reason(), Some(UnknownReason::ConsentPending));
    assert_eq!(stage.calls(), [0, 0, 0]);
}

#[tokio::test]
async fn a_token_that_is_withdrawn_mid_life_is_replaced_once() {
    let stage = Stage::new().await;
    let decision = stage.decide(number("4010")).await;
    assert_eq!(decision.line(), Some(LineState::HOME));
    assert_eq!(stage.calls(), [2, 2, 2]);
}

#[tokio::test]
async fn no_record_of_the_whole_way_names_a_line_or_a_secret() {
    let stage = Stage::new().await;
    let seen = crate::records::Log::start();
    for ending in ["0002", "7241", "0003", "4033", "4043", "5030", "0014", "4010", "4290"] {
        stage.decide(number(ending)).await;
    }
    let log = seen.lines().join("\n");
    assert!(log.contains("roamgate::decision"));
    for canary in ["34600", stage.sandbox.client_secret(), "Bearer", "eyJ"] {
        assert!(!log.contains(canary), "the log contains a canary");
    }
}

#[tokio::test]
async fn a_broken_conversation_is_heard_of_once_and_an_outage_is_the_policys_to_answer() {
    let stage = Stage::new().await;
    let log = crate::records::Log::start();
    for ending in ["0014", "1014", "5030"] {
        stage.decide(number(ending)).await;
    }
    let heard = |line: &&String| line.starts_with("WARN roamgate::camara");
    let lines = log.lines();
    let warnings: Vec<_> = lines.iter().filter(heard).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("reason=invalidAnswer"), "{warnings:?}");
}

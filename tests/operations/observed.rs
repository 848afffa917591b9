//! What is counted of an aggregator: a scripted one, over HTTP.

use std::sync::Arc;

use metrics::set_default_local_recorder;
use roamgate::camara::{self, Client, TroubleKind};
use roamgate::health::Health;
use roamgate::metrics::{METRICS, Values};
use roamgate::{CachedProvider, Gate, Policy, Query, RoamingProvider};

use crate::aggregator::{Aggregator, ROAMING_1, json};
use crate::desk::{edition, line, pay};
use crate::prometheus::Exposition;

/// A gate that asks this aggregator, and the health of both.
fn service(server: &Aggregator) -> (Gate, Health) {
    let file = format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {}\n\
         client: {{ id: my-app, authentication: {{ basic: {{ secret: {{ env: NONE }} }} }} }}\n\
         grant: {{ clientCredentials: {{ scope: roaming }} }}\n\
         api: {{ dialect: device-roaming-status-1 }}\n",
        server.base
    );
    let aggregator = camara::Aggregator::from_yaml("aggregator.yaml", &file).unwrap();
    let client = Arc::new(Client::new(aggregator.client_secret(SECRET)).unwrap());
    let policy = Policy::from_yaml("policy.yaml", &edition(1, 4)).unwrap();
    let gate = Gate::new(policy, CachedProvider::new(Arc::clone(&client)));
    let health = Health::of(&gate).aggregator("north", client);
    (gate, health)
}

const SECRET: &str = "s3cr3t-canary-7f21";

#[test]
fn troubles_are_called_by_their_names() {
    let troubles = METRICS.iter().find(|metric| metric.name.ends_with("_troubles_total")).unwrap();
    let Values::Closed(kinds) = troubles.label("kind").unwrap().values else {
        panic!("not closed")
    };
    let names: Vec<_> = TroubleKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(kinds(), names);
}

#[tokio::test]
async fn calls_tokens_and_budgets_are_in_the_metrics_and_nothing_secret_is() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let server = Aggregator::start().await;
    let (gate, health) = service(&server);
    for ending in ["01", "01", "02"] {
        let line: roamgate::Line = format!("+346000000{ending}").parse().unwrap();
        let request = http::Request::post("/pay").extension(line).body(()).unwrap();
        gate.check(&roamgate::Head::of(&request, "")).await;
    }
    health.publish();
    for (series, value) in [
        (r#"roamgate_aggregator_calls_total{endpoint="roaming",outcome="answered"}"#, 2.0),
        (r#"roamgate_aggregator_calls_total{endpoint="token",outcome="answered"}"#, 1.0),
        (r#"roamgate_aggregator_call_duration_seconds_count{endpoint="roaming"}"#, 2.0),
        (r#"roamgate_tokens_total{from="fetched"}"#, 1.0),
        (r#"roamgate_tokens_total{from="reused"}"#, 1.0),
        (r#"roamgate_aggregator_budget_left{aggregator="north",budget="minute"}"#, 5_998.0),
        (r#"roamgate_aggregator_in_flight{aggregator="north"}"#, 0.0),
        (r#"roamgate_aggregator_breaker_state{aggregator="north",endpoint="roaming"}"#, 0.0),
        (r#"roamgate_aggregator_refusals_total{aggregator="north",by="breaker"}"#, 0.0),
    ] {
        assert_eq!(exposition.value(series), Some(value), "{series}");
    }
    let (page, status) = (exposition.page(), health.status().to_string());
    let guide = std::fs::read_to_string("src/guide/health.md").unwrap();
    let (_, rest) = guide.split_once("```json (schema)\n").unwrap();
    let schema = serde_json::from_str(rest.split_once("```").unwrap().0).unwrap();
    assert_eq!(crate::shape::misfit(&schema, &health.status(), ""), None);
    for canary in [SECRET, "346000000", "my-app"] {
        assert!(!page.contains(canary) && !status.contains(canary), "{canary} is told");
    }
    assert!(exposition.names().len() <= 2_000, "{} series", exposition.names().len());
}

#[tokio::test]
async fn a7_what_goes_wrong_is_in_the_metrics_by_its_kind_and_in_the_status() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let server = Aggregator::start().await;
    server.always(ROAMING_1, json(404, r#"{"status":404,"code":"IDENTIFIER_NOT_FOUND"}"#));
    let (gate, health) = service(&server);
    pay(&gate).await;
    health.publish();
    let troubles = r#"roamgate_aggregator_troubles_total{aggregator="north",endpoint="roaming",kind="negative"}"#;
    assert_eq!(exposition.value(troubles), Some(1.0));
    let calls = r#"roamgate_aggregator_calls_total{endpoint="roaming",outcome="trouble"}"#;
    assert_eq!(exposition.value(calls), Some(1.0));
    let told = &health.status()["aggregators"][0]["troubles"][0];
    assert_eq!(told["kind"], "negative");
}

#[tokio::test]
async fn counters_of_a_client_that_begins_anew_only_rise() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let server = Aggregator::start().await;
    server.always(ROAMING_1, json(429, r#"{"status":429,"code":"TOO_MANY_REQUESTS"}"#));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("aggregator.yaml");
    let file = |scope: &str| {
        format!(
            "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {}\n\
             client: {{ id: my-app, authentication: {{ basic: {{ secret: {{ file: secret }} }} }} }}\n\
             grant: {{ clientCredentials: {{ scope: {scope} }} }}\n\
             api: {{ dialect: device-roaming-status-1 }}\n",
            server.base
        )
    };
    std::fs::write(folder.path().join("secret"), SECRET).unwrap();
    std::fs::write(&path, file("one")).unwrap();
    let client = roamgate::reload::LiveClient::from_path(&path).unwrap();
    let reload = client.watch();
    reload.now().await;
    let policy = Policy::from_yaml("policy.yaml", &edition(1, 4)).unwrap();
    let gate = Gate::new(policy, client.clone());
    let health = Health::of(&gate).live_aggregator("north", &client).files("north", &reload);
    let throttled = r#"roamgate_aggregator_throttled_total{aggregator="north"}"#;
    for (scope, expected) in [("one", 1.0), ("two", 2.0)] {
        std::fs::write(&path, file(scope)).unwrap();
        reload.now().await;
        client.roaming_status(&Query::new(line())).await.unwrap_err();
        health.publish();
        health.publish();
        assert_eq!(exposition.value(throttled), Some(expected), "{scope}");
    }
}

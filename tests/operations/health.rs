//! What orchestrators and people are told.

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use roamgate::decision_log::DecisionLog;
use roamgate::health::{Body, Health};
use roamgate::{FixedProvider, Gate, Line, Policy, UnknownReason, provider_fn};
use serde_json::Value;
use tower::ServiceExt;

use crate::desk::{Desk, edition, hash, pay};

fn gate() -> Gate {
    Gate::new(Policy::from_yaml("policy.yaml", &edition(1, 4)).unwrap(), FixedProvider::new())
}

async fn ask(health: &Health, method: Method, path: &str) -> Response<Body> {
    let request = Request::builder().method(method).uri(path).body(()).unwrap();
    health.clone().oneshot(request).await.unwrap()
}

async fn text(answer: Response<Body>) -> String {
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().into()).unwrap()
}

#[tokio::test]
async fn each_path_answers_get_and_head_and_nothing_may_be_cached() {
    let health = Health::of(&gate());
    for path in ["/livez", "/readyz", "/status"] {
        let got = ask(&health, Method::GET, path).await;
        let head = ask(&health, Method::HEAD, path).await;
        assert_eq!((got.status(), head.status()), (StatusCode::OK, StatusCode::OK));
        assert_eq!(got.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(got.headers()[header::CONTENT_TYPE], head.headers()[header::CONTENT_TYPE]);
        assert!(head.headers().contains_key(header::CONTENT_LENGTH));
        let length = got.headers()[header::CONTENT_LENGTH].to_str().unwrap().to_owned();
        assert_eq!((text(got).await.len().to_string(), text(head).await), (length, String::new()));

        let posted = ask(&health, Method::POST, path).await;
        assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(posted.headers()[header::ALLOW], "GET, HEAD");
    }
    for path in ["/", "/health", "/livez/", "/LIVEZ", "/status/policies", "//readyz"] {
        let answer = ask(&health, Method::GET, path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    }
}

#[tokio::test]
async fn a_service_is_ready_whatever_its_aggregator_does() {
    let dead = provider_fn(|_: Line| async {
        Err(roamgate::ProviderError::new(UnknownReason::Unavailable, "nobody listens"))
    });
    let policy = Policy::from_yaml("policy.yaml", &edition(1, 4)).unwrap();
    let gate = Gate::new(policy, dead);
    let health = Health::of(&gate);
    pay(&gate).await;
    assert_eq!(ask(&health, Method::GET, "/readyz").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_service_that_drains_is_alive_but_not_ready() {
    let health = Health::of(&gate());
    health.clone().drain();
    let ready = ask(&health, Method::GET, "/readyz").await;
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(text(ready).await, "draining\n");
    assert_eq!(ask(&health, Method::GET, "/livez").await.status(), StatusCode::OK);
    assert_eq!(health.status()["ready"], false);
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn a_router_can_be_nested() {
    let router = axum::Router::new().nest("/internal", Health::of(&gate()).router());
    let request = Request::get("/internal/readyz").body(axum::body::Body::empty()).unwrap();
    assert_eq!(router.oneshot(request).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn p2_the_status_tells_the_error_of_a_file_in_the_words_of_check() {
    let desk = Desk::with(&edition(1, 3)).await;
    let health = Health::of(&desk.gate).files("policies", &desk.reload);
    desk.write(edition(2, 3).replace("effect: deny", "effect: dney"));
    desk.look().await;
    let status = health.status();
    let error = status["files"][0]["error"].as_str().unwrap();
    assert!(error.starts_with("error[E") && error.contains("`dney`"), "{error}");
    assert!(status["files"][0]["staleSince"].is_string());
    assert_eq!(status["revisions"][0]["hash"], hash(&edition(1, 3)).as_str());
}

#[tokio::test(start_paused = true)]
async fn the_status_lists_the_policies_that_decided_before() {
    let desk = Desk::with(&edition(1, 3)).await;
    let health = Health::of(&desk.gate);
    desk.write(edition(2, 3));
    desk.look().await;
    desk.gate.back().unwrap();
    let revisions = health.status()["revisions"].clone();
    let hashes: Vec<_> =
        revisions.as_array().unwrap().iter().map(|it| it["hash"].clone()).collect();
    assert_eq!(hashes, [hash(&edition(1, 3)), hash(&edition(2, 3))].map(Value::from));
    assert_eq!((&revisions[0]["active"], &revisions[1]["withdrawn"]), (&true.into(), &true.into()));
}

#[tokio::test(start_paused = true)]
async fn the_schema_of_the_guide_describes_the_status() {
    let page = std::fs::read_to_string("src/guide/health.md").unwrap();
    let (_, rest) = page.split_once("```json (schema)\n").unwrap();
    let schema: Value = serde_json::from_str(rest.split_once("```").unwrap().0).unwrap();
    let desk = Desk::with(&edition(1, 3)).await;
    let log = DecisionLog::to(desk.folder.path().join("log.jsonl")).start().unwrap();
    let health = Health::of(&desk.gate).files("policies", &desk.reload).decision_log(&log);
    assert_eq!(crate::shape::misfit(&schema, &Health::of(&gate()).status(), ""), None);
    assert_eq!(crate::shape::misfit(&schema, &health.status(), ""), None);
}

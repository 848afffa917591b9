//! Refusals as rules shape them: `respond` and `respondUnknown`.

use http::{Request, Response};
use roamgate::{LineState, RoamingLayer, UnknownReason};

use crate::support::*;

const SHAPED: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: shaped, owner: tests@bank.example }
defaults: { unmatchedRoute: allow, onUnknown: deny, stepUp: { acrValues: [sca] } }
routes:
  payments: [{ path: "/v1/payments" }, { grpc: "bank.Payments/Pay" }]
rules:
  - id: outside
    description: Refuse outside the EEA.
    match: { routes: [payments] }
    when: { line: { roamingOutside: [eea] } }
    effect: deny
    respond:
      status: 451
      problem:
        code: not-abroad
        title: { en: Not available while travelling, de: Auf Reisen nicht verfügbar }
        detail: Call your branch.
      headers: { x-reason: travelling }
      redirect: "/sorry?from={path}"
    respondUnknown: { problem: { title: We cannot check your line } }
  - id: iceland
    description: Confirm in Iceland.
    match: { routes: [payments] }
    when: { line: { roamingIn: ["IS"] } }
    onUnknown: allow
    effect: stepUp
    respond: { status: 418, redirect: "/step-up?return={path}" }
"#;

async fn answer(
    state: LineState,
    shape: impl Fn(&mut Request<http_body_util::Empty<bytes::Bytes>>),
) -> Response<bytes::Bytes> {
    let (line, provider) = line_in(state);
    let mut request = http(line);
    shape(&mut request);
    refused(&RoamingLayer::new(policy(SHAPED), provider), request).await
}

fn header_of(
    name: &'static str,
    value: &'static str,
) -> impl Fn(&mut Request<http_body_util::Empty<bytes::Bytes>>) {
    move |request| {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
}

fn brazil() -> LineState {
    LineState::Known(roaming_in("BR"))
}

#[tokio::test]
async fn a_rule_shapes_its_own_refusal() {
    let response = answer(brazil(), |_| {}).await;
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(told(&response), "451 not-abroad -");
    assert_eq!(
        (&body["type"], &body["title"], &body["detail"]),
        (
            &"urn:roamgate:problem:not-abroad".into(),
            &"Not available while travelling".into(),
            &"Call your branch.".into(),
        )
    );
    let headers = ["x-reason", "content-language", "vary"].map(|name| header(&response, name));
    assert_eq!(headers, ["travelling", "en", "accept, accept-language"]);
}

#[tokio::test]
async fn the_title_is_in_the_language_that_the_client_prefers() {
    let rows = [
        ("de", "Auf Reisen nicht verfügbar"),
        ("de-AT, en;q=0.5", "Auf Reisen nicht verfügbar"),
        ("en, de;q=0.9", "Not available while travelling"),
        ("fr, de;q=0.1", "Auf Reisen nicht verfügbar"),
        ("fr", "Not available while travelling"),
        ("de;q=0, *", "Not available while travelling"),
        ("DE;q=x", "Not available while travelling"),
    ];
    for (accept, title) in rows {
        let response = answer(brazil(), header_of("accept-language", accept)).await;
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["title"], title, "{accept}");
    }
}

#[tokio::test]
async fn a_browser_is_sent_to_a_page_of_the_same_origin() {
    let html = header_of("accept", "text/html,application/xhtml+xml;q=0.9");
    let response = answer(brazil(), &html).await;
    assert_eq!(response.status(), 303);
    assert_eq!(header(&response, "location"), "/sorry?from=/v1/payments");
    assert_eq!(header(&response, "cache-control"), "no-store");
    let response = answer(LineState::Known(roaming_in("IS")), &html).await;
    assert_eq!(header(&response, "location"), "/step-up?return=/v1/payments");
    let response =
        answer(LineState::Known(roaming_in("IS")), header_of("accept", "application/json")).await;
    assert_eq!(told(&response), "401 step-up -", "a step-up keeps its challenge and its status");
}

#[tokio::test]
async fn what_is_refused_as_unknown_has_a_shape_of_its_own() {
    let response = answer(LineState::Unknown(UnknownReason::Timeout), |_| {}).await;
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(told(&response), "503 try-again 5");
    assert_eq!(
        (&body["title"], &body["retryable"]),
        (&"We cannot check your line".into(), &true.into())
    );
    assert_eq!(header(&response, "x-reason"), "-");
}

#[tokio::test]
async fn grpc_carries_the_same_shape() {
    let (line, provider) = line_in(brazil());
    let mut request = grpc(line);
    request.headers_mut().insert("accept-language", "de".parse().unwrap());
    let response = refused(&RoamingLayer::new(policy(SHAPED), provider), request).await;
    let told = ["grpc-status", "grpc-message", "x-reason"].map(|name| header(&response, name));
    assert_eq!(told, ["7", "Auf Reisen nicht verf%C3%BCgbar", "travelling"]);
}

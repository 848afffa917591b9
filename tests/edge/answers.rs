//! Every row of the answer table, over HTTP and over gRPC.

use base64::Engine;
use prost::Message;
use roamgate::country::Mcc;
use roamgate::status::Visited;
use roamgate::{Decision, FixedProvider, LineState, UnknownReason};

use crate::support::*;

/// Line state; HTTP status, code and `Retry-After`; gRPC code, reason and `retry_after`.
fn rows() -> Vec<(LineState, &'static str, &'static str)> {
    use UnknownReason::*;
    let mut rows = vec![
        (roaming("BR"), "403 denied -", "7 DENIED -"),
        (
            LineState::roaming(Visited::network(Mcc::from_digits("340").unwrap())),
            "403 denied -",
            "7 DENIED -",
        ),
        (LineState::roaming(Visited::default()), "403 denied -", "7 DENIED -"),
        (roaming("IS"), "401 step-up -", "16 STEP_UP -"),
        (unknown(Misconfigured), "503 try-again -", "14 TRY_AGAIN -"),
        (unknown(InvalidAnswer), "503 try-again -", "14 TRY_AGAIN -"),
        (unknown(ConsentPending), "403 consent-pending 5", "9 CONSENT_PENDING 5"),
        (unknown(NoConsent), "403 consent-required -", "9 CONSENT_REQUIRED -"),
    ];
    let outages = [Timeout, Unavailable, RateLimited, OverBudget, NotCached, Stale];
    rows.extend(outages.map(|reason| (unknown(reason), "503 try-again 5", "14 TRY_AGAIN 5")));
    let no_line = [NoIdentifier, IdentifierInvalid, IdentifierNotFound, NotCovered];
    rows.extend(
        no_line
            .map(|reason| (unknown(reason), "403 line-not-available -", "7 LINE_NOT_AVAILABLE -")),
    );
    rows
}

#[test]
fn the_guide_for_app_developers_has_every_answer() {
    let page = include_str!("../../src/guide/for_app_developers.md");
    for (state, http, grpc) in rows() {
        let [http, grpc]: [Vec<_>; 2] = [http, grpc].map(|told| told.split(' ').collect());
        let name = match grpc[0] {
            "7" => "PERMISSION_DENIED",
            "9" => "FAILED_PRECONDITION",
            "14" => "UNAVAILABLE",
            _ => "UNAUTHENTICATED",
        };
        let wait = if http[2] == "-" { "no" } else { "yes" };
        let row = format!("\n| {} | `{}` | `{name}` | {wait} |", http[0], http[1]);
        assert!(page.contains(&row), "{state:?}: {row}");
    }
}

fn roaming(code: &str) -> LineState {
    LineState::Known(roaming_in(code))
}

#[tokio::test]
async fn every_refusal_has_its_http_answer() {
    for (state, expected, _) in rows() {
        let (line, provider) = line_in(state);
        assert_eq!(told(&refused(&layer(provider), http(line)).await), expected, "{state:?}");
    }
}

#[tokio::test]
async fn every_refusal_has_its_grpc_answer() {
    for (state, _, expected) in rows() {
        let (line, provider) = line_in(state);
        let response = refused(&layer(provider), grpc(line)).await;
        assert_eq!(response.status(), 200, "a gRPC status travels in a successful response");
        assert_eq!(header(&response, "content-type"), "application/grpc");
        assert_eq!(grpc_told(&response), expected, "{state:?}");
    }
}

#[tokio::test]
async fn what_the_caller_wrote_wrong_is_400_and_invalid_argument() {
    let layer = layer(FixedProvider::new());
    let hostile =
        |path: &str| http::Request::post(path.to_owned()).body(Default::default()).unwrap();
    assert_eq!(told(&refused(&layer, hostile("/v1//payments")).await), "400 bad-request -");
    let mut grpc = hostile("/bank.Payments/%2e%2e/Pay");
    grpc.headers_mut().insert("content-type", http::HeaderValue::from_static("application/grpc"));
    assert_eq!(grpc_told(&refused(&layer, grpc).await), "3 BAD_REQUEST -");
}

#[tokio::test]
async fn a_request_that_no_route_expects_is_denied_where_the_policy_says_so() {
    let request = || http::Request::post("/elsewhere");
    let layer = layer(FixedProvider::new());
    let http = request().body(Default::default()).unwrap();
    assert_eq!(told(&refused(&layer, http).await), "403 denied -");
    let grpc = request().header("content-type", "application/grpc");
    let grpc = grpc.body(Default::default()).unwrap();
    assert_eq!(grpc_told(&refused(&layer, grpc).await), "7 DENIED -");
}

#[tokio::test]
async fn a_get_that_says_it_is_grpc_gets_no_200_for_a_cache_to_keep() {
    let request = http::Request::get("/elsewhere").header("content-type", "application/grpc");
    let request = request.body(Default::default()).unwrap();
    let response = refused(&layer(FixedProvider::new()), request).await;
    assert_eq!(told(&response), "403 denied -");
    assert_eq!(header(&response, "cache-control"), "no-store");
}

#[tokio::test]
async fn a_problem_body_says_what_a_program_and_a_person_need() {
    let (line, provider) = line_in(roaming("IS"));
    let response = refused(&layer(provider), http(line)).await;
    let id = response.extensions().get::<Decision>().unwrap().id().to_string();
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    let expected = serde_json::json!({
        "type": "urn:roamgate:problem:step-up", "title": "A stronger authentication is required",
        "status": 401, "code": "step-up", "instance": id, "retryable": false,
        "acr_values": "urn:bank:acr:sca urn:bank:acr:qes", "max_age": 300,
    });
    assert_eq!(body, expected);
    assert_eq!(header(&response, "content-type"), "application/problem+json");
    assert_eq!(header(&response, "cache-control"), "no-store");
    let challenge = r#"Bearer error="insufficient_user_authentication", acr_values="urn:bank:acr:sca urn:bank:acr:qes", max_age="300""#;
    assert_eq!(header(&response, "www-authenticate"), challenge);
}

#[tokio::test]
async fn grpc_details_carry_what_the_problem_body_carries() {
    let (line, provider) = line_in(roaming("IS"));
    let response = refused(&layer(provider), grpc(line)).await;
    let (_, info) = details(&response);
    let metadata: Vec<_> =
        info.metadata.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let id = response.extensions().get::<Decision>().unwrap().id();
    let expected = [
        "acr_values=urn:bank:acr:sca urn:bank:acr:qes".to_owned(),
        "code=step-up".to_owned(),
        format!("instance={id}"),
        "max_age=300".to_owned(),
        "retryable=false".to_owned(),
    ];
    assert_eq!((info.domain.as_str(), metadata.as_slice()), ("roamgate", expected.as_slice()));
}

#[tokio::test]
async fn a_policy_may_answer_403_where_503_would_eject_the_server() {
    let text = STRICT.replace(
        "onUnknown: deny",
        "onUnknown: deny\n  answers: { tryAgain: { status: 403, retryAfter: 30s } }",
    );
    let (line, provider) = line_in(unknown(UnknownReason::Timeout));
    let layer = roamgate::RoamingLayer::new(policy(&text), provider);
    assert_eq!(told(&refused(&layer, http(line)).await), "403 try-again 30");
    assert_eq!(grpc_told(&refused(&layer, grpc(line)).await), "14 TRY_AGAIN 30");
}

#[tokio::test]
async fn rule_and_reason_are_told_where_the_policy_exposes_them() {
    use UnknownReason::{IdentifierNotFound, Timeout};
    let text = STRICT.replace("onUnknown: deny", "onUnknown: deny\n  answers: { expose: rule }");
    let rows = [
        (roaming("BR"), "outside -"),
        (unknown(Timeout), "outside timeout"),
        (unknown(IdentifierNotFound), "outside noLine"),
    ];
    for (state, expected) in rows {
        for (text, expected) in [(&*text, expected), (STRICT, "- -")] {
            let (line, provider) = line_in(state);
            let layer = roamgate::RoamingLayer::new(policy(text), provider);
            let response = refused(&layer, http(line)).await;
            let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
            let told = ["rule", "reason"].map(|key| body[key].as_str().unwrap_or("-"));
            assert_eq!(told.join(" "), expected, "{state:?}");
            let (_, info) = details(&refused(&layer, grpc(line)).await);
            let told = ["rule", "reason"].map(|key| info.metadata.get(key).map_or("-", |it| it));
            assert_eq!(told.join(" "), expected, "{state:?}");
        }
    }
}

#[tokio::test]
async fn a_policy_may_ask_for_a_step_up_with_403() {
    let text = STRICT.replace("maxAge: 5m }", "status: 403 }");
    let (line, provider) = line_in(roaming("IS"));
    let response = refused(&roamgate::RoamingLayer::new(policy(&text), provider), http(line)).await;
    assert_eq!(told(&response), "403 step-up -");
    assert!(!header(&response, "www-authenticate").contains("max_age"));
}

#[tokio::test]
async fn on_refusal_shapes_the_answer_in_code() {
    let (line, provider) = line_in(roaming("BR"));
    let layer = layer(provider).on_refusal(|decision, response| {
        *response.status_mut() = http::StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS;
        *response.body_mut() = format!("refused by {}", decision.rule().unwrap()).into();
    });
    let response = refused(&layer, http(line)).await;
    assert_eq!(
        (response.status().as_u16(), response.body().as_ref()),
        (451, b"refused by outside".as_slice())
    );
}

/// gRPC code, reason of `ErrorInfo`, wait.
fn grpc_told(response: &http::Response<bytes::Bytes>) -> String {
    let (status, info) = details(response);
    assert_eq!(header(response, "grpc-status"), status.code.to_string());
    assert_eq!(header(response, "grpc-message"), status.message);
    assert!(response.body().is_empty());
    let wait = info.metadata.get("retry_after").map_or("-", String::as_str);
    format!("{} {} {wait}", status.code, info.reason)
}

fn details(response: &http::Response<bytes::Bytes>) -> (Status, ErrorInfo) {
    let encoded = header(response, "grpc-status-details-bin");
    let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(encoded).unwrap();
    let status = Status::decode(bytes.as_slice()).unwrap();
    assert_eq!(status.details[0].type_url, "type.googleapis.com/google.rpc.ErrorInfo");
    let info = ErrorInfo::decode(status.details[0].value.as_slice()).unwrap();
    (status, info)
}

/// `google.rpc.Status`.
#[derive(Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

#[derive(Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.ErrorInfo`.
#[derive(Message)]
struct ErrorInfo {
    #[prost(string, tag = "1")]
    reason: String,
    #[prost(string, tag = "2")]
    domain: String,
    #[prost(btree_map = "string, string", tag = "3")]
    metadata: std::collections::BTreeMap<String, String>,
}

//! The versions between the first API and the newest: what 0.5 and 0.6 refuse, and in which words.

use roamgate::sandbox::{Sandbox, V0Body};
use serde_json::json;

use crate::client::{Answer, JSON, V0, V0_SCOPE, V1_SCOPE, call, post, token};

const V0_6: &str = "/device-roaming-status/v0.6/retrieve";
const V0_5_SCOPE: &str = "openid+dpv%3AFraudPreventionAndDetection+device-status%3Aroaming%3Aread";
const NUMBER: &str = "+34600000002";
const DEVICE: &str = r#"{"device":{"phoneNumber":"+34600000002"}}"#;
const OTHER: &str = r#"{"device":{"phoneNumber":"+34600000099"}}"#;
const NAI: &str = r#"{"device":{"networkAccessIdentifier":"1@domain.com"}}"#;

async fn v0_5() -> Sandbox {
    Sandbox::builder().v0_body(V0Body::Device).start().await.unwrap()
}

async fn ask_v0_5(sandbox: &Sandbox, number: &str) -> Answer {
    let token = token(sandbox, number, V0_5_SCOPE).await;
    let body = json!({ "device": { "phoneNumber": number } }).to_string();
    call(sandbox, V0, &token, &body).await
}

async fn ask_v0_6(sandbox: &Sandbox, number: &str) -> Answer {
    let token = token(sandbox, number, V1_SCOPE).await;
    call(sandbox, V0_6, &token, "{}").await
}

#[tokio::test]
async fn the_0_5_body_names_the_line_as_device() {
    let sandbox = v0_5().await;
    let token = token(&sandbox, NUMBER, V0_5_SCOPE).await;
    let invalid = "400 INVALID_ARGUMENT";
    let rows = [
        (DEVICE, "200"),
        (r#"{"device":{"phoneNumber":"34600000002"}}"#, "200"),
        (OTHER, "403 PERMISSION_DENIED"),
        (NAI, "403 PERMISSION_DENIED"),
        ("{}", invalid),
        (r#"{"device":{}}"#, invalid),
        (r#"{"device":null}"#, invalid),
        (r#"{"device":{"phoneNumber":"+34 600000002"}}"#, invalid),
        (r#"{"device":{"ipv4Address":{"publicAddress":"84.125.93.10"}}}"#, invalid),
        (r#"{"device":{"ipv4Address":{"publicAddress":"84.125.93"}}}"#, invalid),
        (r#"{"phoneNumber":"+34600000002"}"#, invalid),
        (r#"{"ueId":{"msisdn":"+34600000002"}}"#, invalid),
    ];
    for (body, verdict) in rows {
        assert_eq!(call(&sandbox, V0, &token, body).await.verdict(), verdict, "{body}");
    }
}

#[tokio::test]
async fn the_0_6_body_may_name_the_line_of_the_token_and_no_other() {
    let sandbox = Sandbox::start().await.unwrap();
    let token = token(&sandbox, NUMBER, V1_SCOPE).await;
    let invalid = "400 INVALID_ARGUMENT";
    let rows = [
        ("{}", "200"),
        (DEVICE, "200"),
        (OTHER, "403 INVALID_TOKEN_CONTEXT"),
        (NAI, "422 UNSUPPORTED_DEVICE_IDENTIFIERS"),
        (r#"{"device":{"ipv6Address":"2001:db8::1"}}"#, "403 INVALID_TOKEN_CONTEXT"),
        (r#"{"device":{"ipv6Address":"2001:db8::/64"}}"#, invalid),
        (r#"{"device":{}}"#, invalid),
        (r#"{"device":{"phoneNumber":"34600000002"}}"#, invalid),
        (r#"{"ueId":{"msisdn":"+34600000002"}}"#, invalid),
        ("", invalid),
    ];
    for (body, verdict) in rows {
        assert_eq!(call(&sandbox, V0_6, &token, body).await.verdict(), verdict, "{body}");
    }
}

#[tokio::test]
async fn numbers_choose_how_each_version_refuses() {
    let (v0_5, sandbox) = (v0_5().await, Sandbox::start().await.unwrap());
    let rows = [
        ("+34600004010", "401 UNAUTHENTICATED", "401 UNAUTHENTICATED"),
        ("+34600004030", "403 PERMISSION_DENIED", "403 PERMISSION_DENIED"),
        ("+34600004040", "404 NOT_FOUND", "404 DEVICE_NOT_FOUND"),
        ("+34600004220", "404 NOT_FOUND", "422 DEVICE_NOT_APPLICABLE"),
        ("+34600004290", "429 TOO_MANY_REQUESTS", "429 TOO_MANY_REQUESTS"),
        ("+34600005030", "503 UNAVAILABLE", "503 UNAVAILABLE"),
        ("+34600002063", "403 PERMISSION_DENIED", "403 PERMISSION_DENIED"),
    ];
    for (number, old, new) in rows {
        assert_eq!(ask_v0_5(&v0_5, number).await.verdict(), old, "{number} in 0.5");
        assert_eq!(ask_v0_6(&sandbox, number).await.verdict(), new, "{number} in 0.6");
    }
}

#[tokio::test]
async fn only_0_6_and_later_tell_when_the_network_confirmed() {
    let (v0_5, sandbox) = (v0_5().await, Sandbox::start().await.unwrap());
    assert_eq!(ask_v0_5(&v0_5, NUMBER).await.json(), json!({ "roaming": false }));
    let told = ask_v0_6(&sandbox, NUMBER).await.json();
    assert!(told["lastStatusTime"].is_string() && told.get("device").is_none(), "{told}");
}

#[tokio::test]
async fn refusals_from_0_5_on_repeat_their_status() {
    let (v0_5, sandbox) = (v0_5().await, Sandbox::start().await.unwrap());
    for answer in [post(&v0_5, V0, &[], "").await, post(&sandbox, V0_6, &[], "").await] {
        assert_eq!(answer.json()["status"], 401);
    }
}

#[tokio::test]
async fn a_scope_of_one_version_does_not_open_another() {
    let sandbox = v0_5().await;
    let denied = "403 PERMISSION_DENIED";
    for scope in [V0_SCOPE, V1_SCOPE] {
        let token = token(&sandbox, NUMBER, scope).await;
        assert_eq!(call(&sandbox, V0, &token, DEVICE).await.verdict(), denied, "{scope}");
    }
    let token = token(&sandbox, NUMBER, V0_5_SCOPE).await;
    assert_eq!(call(&sandbox, V0_6, &token, "{}").await.verdict(), denied);
}

#[tokio::test]
async fn an_0_6_client_must_take_json() {
    let sandbox = Sandbox::start().await.unwrap();
    let bearer = format!("Authorization: Bearer {}", token(&sandbox, NUMBER, V1_SCOPE).await);
    let rows = [
        ("Accept: application/json", "200"),
        ("Accept: text/html, application/json;q=0.9", "200"),
        ("Accept: */*", "200"),
        ("X-None: 1", "200"),
        ("Accept: text/html", "406 NOT_ACCEPTABLE"),
    ];
    for (header, verdict) in rows {
        let answer = post(&sandbox, V0_6, &[JSON, &bearer, header], "{}").await;
        assert_eq!(answer.verdict(), verdict, "{header}");
    }
}

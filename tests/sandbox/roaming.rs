//! The two roaming APIs: what they refuse.

use roamgate::sandbox::{Sandbox, V0Body};

use crate::client::{Answer, JSON, V0, V0_SCOPE, V1, V1_SCOPE, call, post, token};

const NUMBER: &str = "+34600000002";
const UE_ID: &str = r#"{"ueId":{"msisdn":"+34600000002"}}"#;

fn expect(answer: Answer, verdict: &str, what: &str) {
    assert_eq!(answer.verdict(), verdict, "{what}");
}

#[tokio::test]
async fn the_0_4_body_names_the_line_as_ue_id() {
    let sandbox = Sandbox::start().await.unwrap();
    let token = token(&sandbox, NUMBER, V0_SCOPE).await;
    let rows = [
        (UE_ID, "200"),
        (r#"{"ueId":{"msisdn":"34600000002"},"uePort":8080}"#, "200"),
        (r#"{"ueId":{"msisdn":"+34600000099"}}"#, "403 FORBIDDEN"),
        (r#"{"phoneNumber":"+34600000002"}"#, "400 INVALID_INPUT"),
        (r#"{"device":{"phoneNumber":"+34600000002"}}"#, "400 INVALID_INPUT"),
        (r#"{"ueId":{"msisdn":"+34600000002"},"phoneNumber":"+34600000002"}"#, "400 INVALID_INPUT"),
        (r#"{"ueId":{"msisdn":"+34600000002","imsi":"1"}}"#, "400 INVALID_INPUT"),
        (
            r#"{"ueId":{"msisdn":"+34600000002"},"ueId":{"msisdn":"+34600000002"}}"#,
            "400 INVALID_INPUT",
        ),
        (r#"{"ueId":{"msisdn":"+34 600000002"}}"#, "400 INVALID_INPUT"),
        (r#"{"ueId":{"msisdn":34600000002}}"#, "400 INVALID_INPUT"),
        (r#"{"ueId":{"msisdn":"+34600000002"},"uePort":70000}"#, "400 INVALID_INPUT"),
        (r#"{"ueId":{"externalId":"123@domain"}}"#, "403 FORBIDDEN"),
        (r#"{"ueId":{"externalId":"123"}}"#, "400 INVALID_INPUT"),
        (r#"{"ueId":{"ipv4Addr":"203.0.113.7"},"uePort":5060}"#, "403 FORBIDDEN"),
        (r#"{"ueId":{"ipv4Addr":"10.0.0.7"},"uePort":5060}"#, "404 NOT_FOUND"),
        (r#"{"ueId":{"ipv4Addr":"203.0.113.7"}}"#, "400 INVALID_INPUT"),
        (r#"{"ueId":{"ipv6Addr":"2001:db8::/64"}}"#, "400 INVALID_INPUT"),
        (r#"{"ueId":{}}"#, "400 INVALID_INPUT"),
        (r#"{"ueId":"+34600000002"}"#, "400 INVALID_INPUT"),
        (r#"[["+34600000002"]]"#, "400 INVALID_INPUT"),
        ("{}", "400 INVALID_INPUT"),
        ("", "400 INVALID_INPUT"),
        ("ueId=1", "400 INVALID_INPUT"),
    ];
    for (body, verdict) in rows {
        expect(call(&sandbox, V0, &token, body).await, verdict, body);
    }
}

#[tokio::test]
async fn the_flat_body_is_a_setting_that_excludes_the_other() {
    let sandbox = Sandbox::builder().v0_body(V0Body::PhoneNumber).start().await.unwrap();
    let token = token(&sandbox, NUMBER, V0_SCOPE).await;
    let rows = [
        (r#"{"phoneNumber":"+34600000002"}"#, "200"),
        (r#"{"phoneNumber":"+34600000099"}"#, "403 FORBIDDEN"),
        (r#"{"phoneNumber":"+34600000002","ueId":{}}"#, "400 INVALID_INPUT"),
        (UE_ID, "400 INVALID_INPUT"),
    ];
    for (body, verdict) in rows {
        expect(call(&sandbox, V0, &token, body).await, verdict, body);
    }
}

#[tokio::test]
async fn the_1_x_body_must_not_name_the_line_that_the_token_names() {
    let sandbox = Sandbox::start().await.unwrap();
    let token = token(&sandbox, NUMBER, V1_SCOPE).await;
    let unnecessary = "422 UNNECESSARY_IDENTIFIER";
    let rows = [
        ("{}", "200"),
        (r#"{"device":{"phoneNumber":"+34600000002"}}"#, unnecessary),
        (r#"{"device":{"phoneNumber":"+34600000099"}}"#, unnecessary),
        (r#"{"device":{"networkAccessIdentifier":"1@domain.com"}}"#, unnecessary),
        (
            r#"{"device":{"ipv4Address":{"publicAddress":"84.125.93.10","publicPort":59765}}}"#,
            unnecessary,
        ),
        (r#"{"device":{}}"#, "400 INVALID_ARGUMENT"),
        (r#"{"device":null}"#, "400 INVALID_ARGUMENT"),
        (r#"{"device":{"phoneNumber":"34600000002"}}"#, "400 INVALID_ARGUMENT"),
        (r#"{"device":{"imei":"1"}}"#, "400 INVALID_ARGUMENT"),
        (r#"{"phoneNumber":"+34600000002"}"#, "400 INVALID_ARGUMENT"),
        (UE_ID, "400 INVALID_ARGUMENT"),
        ("[]", "400 INVALID_ARGUMENT"),
        ("", "400 INVALID_ARGUMENT"),
    ];
    for (body, verdict) in rows {
        expect(call(&sandbox, V1, &token, body).await, verdict, body);
    }
}

#[tokio::test]
async fn a_call_needs_exactly_one_bearer_token_that_lives() {
    let sandbox = Sandbox::start().await.unwrap();
    let good = format!("Authorization: Bearer {}", token(&sandbox, NUMBER, V1_SCOPE).await);
    let raw = good.replace("Bearer ", "");
    let rows: [(&str, &[&str]); 6] = [
        ("none", &[]),
        ("unknown", &["Authorization: Bearer mock_sandbox_access_token"]),
        ("without scheme", &[&raw]),
        ("empty", &["Authorization: Bearer "]),
        ("as Basic", &["Authorization: Basic bW9jazptb2Nr"]),
        ("twice", &[&good, &good]),
    ];
    for (name, headers) in rows {
        for (path, verdict) in [(V0, "401 UNAUTHORIZED"), (V1, "401 UNAUTHENTICATED")] {
            let answer = post(&sandbox, path, &[&[JSON], headers].concat(), "{}").await;
            assert_eq!(answer.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
            expect(answer, verdict, name);
        }
    }
}

#[tokio::test]
async fn a_scope_opens_only_its_own_api() {
    let sandbox = Sandbox::start().await.unwrap();
    let (old, new) =
        (token(&sandbox, NUMBER, V0_SCOPE).await, token(&sandbox, NUMBER, V1_SCOPE).await);
    expect(call(&sandbox, V0, &new, UE_ID).await, "403 FORBIDDEN", "new token, old API");
    expect(call(&sandbox, V1, &old, "{}").await, "403 PERMISSION_DENIED", "old token, new API");
}

#[tokio::test]
async fn bodies_must_say_that_they_are_json() {
    let sandbox = Sandbox::start().await.unwrap();
    for (path, scope) in [(V0, V0_SCOPE), (V1, V1_SCOPE)] {
        let bearer = format!("Authorization: Bearer {}", token(&sandbox, NUMBER, scope).await);
        for kind in ["Content-Type: text/plain", "X-None: 1"] {
            let answer = post(&sandbox, path, &[kind, &bearer], "{}").await;
            expect(answer, "415 UNSUPPORTED_MEDIA_TYPE", kind);
        }
    }
}

#[tokio::test]
async fn a_correlator_is_echoed_and_in_1_x_must_be_well_formed() {
    let sandbox = Sandbox::start().await.unwrap();
    let bearer = format!("Authorization: Bearer {}", token(&sandbox, NUMBER, V1_SCOPE).await);
    let long = "x".repeat(257);
    let rows = [
        ("b4333c46-49c0-4f62-80d7-f0ef930f1c46", "200"),
        ("aZ09-_:;./<>{}", "200"),
        ("with space", "400 INVALID_ARGUMENT"),
        ("comma,", "400 INVALID_ARGUMENT"),
        (&long, "400 INVALID_ARGUMENT"),
    ];
    for (correlator, verdict) in rows {
        let header = format!("x-correlator: {correlator}");
        let answer = post(&sandbox, V1, &[JSON, &bearer, &header], "{}").await;
        assert_eq!(answer.header("x-correlator"), (verdict == "200").then_some(correlator));
        expect(answer, verdict, correlator);
    }
}

#[tokio::test]
async fn refusals_have_the_shape_of_their_version() {
    let sandbox = Sandbox::start().await.unwrap();
    let members = |answer: Answer| -> Vec<String> {
        answer.json().as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(members(post(&sandbox, V0, &[], "").await), ["code", "message"]);
    let answer = post(&sandbox, V1, &[], "").await;
    assert_eq!(answer.json()["status"], 401);
    assert_eq!(members(answer), ["code", "message", "status"]);
    let answer = post(&sandbox, "/token", &[], "").await;
    assert_eq!(members(answer), ["error", "error_description"]);
}

#[tokio::test]
async fn other_paths_are_not_found() {
    let sandbox = Sandbox::start().await.unwrap();
    expect(post(&sandbox, "/roaming", &[], "").await, "404 NOT_FOUND", "path");
    expect(post(&sandbox, &format!("/{V0}"), &[], "").await, "404 NOT_FOUND", "//");
}

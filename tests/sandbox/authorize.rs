//! `POST /bc-authorize`.

use roamgate::sandbox::Sandbox;

use crate::client::{FORM, JSON, V0_SCOPE, V1_SCOPE, authorize, basic, basic_of, form, post};

const HINT: &str = "login_hint=tel%3A%2B34600000002";

#[tokio::test]
async fn an_authorisation_has_an_id_a_lifetime_and_an_interval() {
    let sandbox = Sandbox::start().await.unwrap();
    let answer = authorize(&sandbox, "+34600000002", V0_SCOPE).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    let body = answer.json();
    assert_eq!((&body["expires_in"], &body["interval"]), (&300.into(), &2.into()));
    assert!(body["auth_req_id"].as_str().is_some_and(|id| id.len() >= 22));
}

#[tokio::test]
async fn both_scope_forms_and_both_hint_prefixes_are_accepted() {
    let sandbox = Sandbox::start().await.unwrap();
    let hints = [
        HINT,
        "login_hint=phone_number:%2B34600000002",
        "login_hint=ipport:203.0.113.2:5060",
        "login_hint=ipport%3A%5B2001%3Adb8%3A%3A2%5D",
        "login_hint=ipport:[2001:db8::2]:8080",
    ];
    let openid_and_hash = "openid%20dpv:NotApplicable%23device-roaming-status:read";
    for hint in hints {
        for scope in [V0_SCOPE, V1_SCOPE, openid_and_hash] {
            let answer = form(&sandbox, "/bc-authorize", &format!("{hint}&scope={scope}")).await;
            assert_eq!(answer.verdict(), "200", "{hint} {scope}");
        }
    }
}

#[tokio::test]
async fn malformed_authorisations_are_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let rows = [
        ("no hint", "", "400 invalid_request"),
        ("empty hint", "login_hint=", "400 invalid_request"),
        ("unencoded plus", "login_hint=tel:+34600000002", "400 invalid_request"),
        ("no prefix", "login_hint=%2B34600000002", "400 invalid_request"),
        ("unknown prefix", "login_hint=msisdn:%2B34600000002", "400 invalid_request"),
        ("no plus", "login_hint=tel:34600000002", "400 invalid_request"),
        ("no port", "login_hint=ipport:203.0.113.7", "400 invalid_request"),
        ("a private address", "login_hint=ipport:10.0.0.7:5060", "400 invalid_request"),
        ("no brackets", "login_hint=ipport:2001:db8::2", "400 invalid_request"),
        ("separators", "login_hint=tel:%2B34-600-000-002", "400 invalid_request"),
        ("doubled", "login_hint=tel:%2B34600000002&login_hint=tel:%2B1555", "400 invalid_request"),
        ("two hints", "login_hint=tel:%2B34600000002&id_token_hint=x", "400 invalid_request"),
        ("unknown customer", "login_hint=tel:%2B34600004043", "400 unknown_user_id"),
    ];
    for (name, hint, verdict) in rows {
        let answer = form(&sandbox, "/bc-authorize", &format!("{hint}&scope={V1_SCOPE}")).await;
        assert_eq!(answer.verdict(), verdict, "{name}");
    }
}

#[tokio::test]
async fn an_unencoded_plus_is_explained() {
    let sandbox = Sandbox::start().await.unwrap();
    let body = format!("login_hint=tel:+34600000002&scope={V1_SCOPE}");
    let answer = form(&sandbox, "/bc-authorize", &body).await;
    let explanation = "`login_hint` has a space for its `+`: encode the `+` as `%2B`";
    assert_eq!(answer.json()["error_description"], explanation);
}

#[tokio::test]
async fn scopes_that_no_aggregator_grants_are_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let scopes = [
        ("missing", ""),
        ("under another name", "&purpose=dpv:Fraud%23device-status-roaming-read"),
        ("empty", "&scope="),
        ("without a purpose", "&scope=openid+device-roaming-status:read"),
        ("with two purposes", "&scope=openid+dpv:A+dpv:B+device-roaming-status:read"),
        ("with an empty purpose", "&scope=dpv:%23device-status-roaming-read"),
        ("without openid", "&scope=dpv:Fraud+device-roaming-status:read"),
        ("without an API", "&scope=openid+dpv:Fraud"),
        ("of an unknown API", "&scope=openid+dpv:Fraud+sim-swap:check"),
        ("cut off at an unencoded hash", "&scope=dpv:Fraud"),
        ("encoded twice", "&scope=dpv%253AFraud%2523device-status-roaming-read"),
    ];
    for (name, scope) in scopes {
        let answer = form(&sandbox, "/bc-authorize", &format!("{HINT}{scope}")).await;
        assert_eq!(answer.verdict(), "400 invalid_scope", "{name}");
    }
}

#[tokio::test]
async fn only_forms_are_read() {
    let sandbox = Sandbox::start().await.unwrap();
    let basic = basic(&sandbox);
    for kind in [JSON, "Content-Type: application/x-www-form-urlencode", "X-None: 1"] {
        for path in ["/bc-authorize", "/token"] {
            let answer = post(&sandbox, path, &[kind, &basic], "{}").await;
            assert_eq!(answer.verdict(), "415 invalid_request", "{path} {kind}");
        }
    }
    let charset = format!("{FORM}; charset=utf-8");
    let body = format!("{HINT}&scope={V1_SCOPE}");
    let answer = post(&sandbox, "/bc-authorize", &[&charset, &basic], &body).await;
    assert_eq!(answer.verdict(), "200");
}

#[tokio::test]
async fn a_client_authenticates_once_and_by_basic() {
    let sandbox = Sandbox::start().await.unwrap();
    let basic = basic(&sandbox);
    let (wrong, swapped) = (
        basic_of("mock_sandbox_app_id:x"),
        basic_of("mock_sandbox_app_secret:mock_sandbox_app_id"),
    );
    let rows: [(&str, &[&str], &str, &str); 10] = [
        ("not at all", &[], "", "401 invalid_client"),
        ("wrong secret", &[&wrong], "", "401 invalid_client"),
        ("swapped", &[&swapped], "", "401 invalid_client"),
        ("not base64", &["Authorization: Basic mock:secret"], "", "401 invalid_client"),
        ("other scheme", &["Authorization: Bearer x"], "", "401 invalid_client"),
        (
            "in the body alone",
            &[],
            "&client_id=mock_sandbox_app_id&client_secret=mock_sandbox_app_secret",
            "401 invalid_client",
        ),
        ("twice", &[&basic, &basic], "", "400 invalid_request"),
        (
            "Basic and secret",
            &[&basic],
            "&client_secret=mock_sandbox_app_secret",
            "400 invalid_request",
        ),
        ("Basic and assertion", &[&basic], "&client_assertion=e30.e30.x", "400 invalid_request"),
        ("another id", &[&basic], "&client_id=other", "400 invalid_request"),
    ];
    for (name, headers, more, verdict) in rows {
        for path in ["/bc-authorize", "/token"] {
            let body = format!("{HINT}&scope={V1_SCOPE}{more}");
            let answer = post(&sandbox, path, &[&[FORM], headers].concat(), &body).await;
            assert_eq!(answer.verdict(), verdict, "{path} {name}");
            let challenge = (answer.status == 401).then_some("Basic realm=\"sandbox\"");
            assert_eq!(answer.header("www-authenticate"), challenge, "{path} {name}");
        }
    }
}

#[tokio::test]
async fn credentials_are_form_encoded_before_base64() {
    let sandbox = Sandbox::builder().credentials("a:b", "s+c r%t").start().await.unwrap();
    let body = format!("{HINT}&scope={V1_SCOPE}");
    for (credentials, verdict) in
        [("a%3Ab:s%2Bc+r%25t", "200"), ("a:b:s+c r%t", "401 invalid_client")]
    {
        let answer = post(&sandbox, "/bc-authorize", &[FORM, &basic_of(credentials)], &body).await;
        assert_eq!(answer.verdict(), verdict, "{credentials}");
    }
}

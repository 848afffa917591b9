//! `POST /token`.

use roamgate::sandbox::Sandbox;

use crate::client::{V0_SCOPE, auth_req_id, authorize, form, poll};

const GRANT: &str = "grant_type=urn:openid:params:grant-type:ciba";

#[tokio::test]
async fn the_first_poll_brings_the_token_where_no_consent_is_needed() {
    let sandbox = Sandbox::start().await.unwrap();
    let request = authorize(&sandbox, "+34600000002", V0_SCOPE).await.json();
    let answer = poll(&sandbox, request["auth_req_id"].as_str().unwrap()).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    let body = answer.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&"Bearer".into(), &3600.into()));
    assert_eq!(body["scope"], "dpv:FraudPreventionAndDetection#device-status-roaming-read");
}

#[tokio::test]
async fn malformed_polls_are_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let rows = [
        ("no grant", "auth_req_id=x", "400 invalid_request"),
        ("other grant", "grant_type=password", "400 unsupported_grant_type"),
        (
            "grant in other case",
            "grant_type=urn:openid:params:grant-type:CIBA",
            "400 unsupported_grant_type",
        ),
        (
            "swapped fields",
            "grant_type=x&auth_req_id=urn:openid:params:grant-type:ciba",
            "400 unsupported_grant_type",
        ),
        ("no id", GRANT, "400 invalid_request"),
        ("empty id", &format!("{GRANT}&auth_req_id="), "400 invalid_request"),
        ("id not awaited", &format!("{GRANT}&auth_req_id=undefined"), "400 invalid_request"),
        ("null id", &format!("{GRANT}&auth_req_id=null"), "400 invalid_request"),
        ("unknown id", &format!("{GRANT}&auth_req_id=xDjNuuTLTNeU-zbhQJ_qgw"), "400 invalid_grant"),
        ("doubled id", &format!("{GRANT}&auth_req_id=a&auth_req_id=b"), "400 invalid_request"),
    ];
    for (name, body, verdict) in rows {
        assert_eq!(form(&sandbox, "/token", body).await.verdict(), verdict, "{name}");
    }
}

#[tokio::test]
async fn an_auth_req_id_works_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = auth_req_id(&sandbox, "+34600000002").await;
    assert_eq!(poll(&sandbox, &id).await.verdict(), "200");
    assert_eq!(poll(&sandbox, &id).await.verdict(), "400 invalid_grant");
}

#[tokio::test]
async fn a_refused_consent_is_final() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = auth_req_id(&sandbox, "+34600004033").await;
    assert_eq!(poll(&sandbox, &id).await.verdict(), "400 access_denied");
    assert_eq!(poll(&sandbox, &id).await.verdict(), "400 invalid_grant");
}

//! Every status and code of every endpoint has one reason.

use std::time::Duration;

use roamgate::UnknownReason::{self, *};
use tokio::net::TcpListener;

use crate::support::aggregator::{
    Aggregator, BC_AUTHORIZE, ROAMING, ROAMING_0_6, ROAMING_1, TOKEN, json,
};
use crate::{calls, client, client_of, lookup, yaml};

async fn reason(dialect: &str, path: &str, status: u16, body: &str) -> UnknownReason {
    let server = Aggregator::start().await;
    server.always(path, json(status, body));
    lookup(&client_of(&yaml(&server, dialect))).await.unwrap_err().reason()
}

fn code(code: &str) -> String {
    format!(r#"{{"status":400,"code":"{code}","message":"whatever"}}"#)
}

fn error(code: &str) -> String {
    format!(r#"{{"error":"{code}","error_description":"whatever"}}"#)
}

#[tokio::test]
async fn every_refusal_of_the_roaming_endpoint_has_one_reason() {
    let rows = [
        (400, "INVALID_ARGUMENT", Misconfigured),
        (400, "INVALID_INPUT", Misconfigured),
        (400, "WHO_KNOWS", Misconfigured),
        (400, "OUT_OF_RANGE", Misconfigured),
        (401, "UNAUTHENTICATED", Misconfigured),
        (401, "UNAUTHORIZED", Misconfigured),
        (401, "AUTHENTICATION_REQUIRED", Misconfigured),
        (403, "PERMISSION_DENIED", NoConsent),
        (403, "FORBIDDEN", NoConsent),
        (403, "INVALID_TOKEN_CONTEXT", InvalidAnswer),
        (403, "3INVALID_TOKEN_CONTEXT", InvalidAnswer),
        (403, "WHO_KNOWS", Misconfigured),
        (404, "IDENTIFIER_NOT_FOUND", IdentifierNotFound),
        (404, "DEVICE_NOT_FOUND", IdentifierNotFound),
        (404, "NOT_FOUND", Misconfigured),
        (405, "METHOD_NOT_ALLOWED", Misconfigured),
        (406, "NOT_ACCEPTABLE", Misconfigured),
        (409, "ABORTED", Misconfigured),
        (409, "CONFLICT", Misconfigured),
        (410, "GONE", Misconfigured),
        (412, "FAILED_PRECONDITION", Misconfigured),
        (415, "UNSUPPORTED_MEDIA_TYPE", Misconfigured),
        (418, "WHO_KNOWS", Misconfigured),
        (425, "WHO_KNOWS", Unavailable),
        (429, "TOO_MANY_REQUESTS", RateLimited),
        (429, "QUOTA_EXCEEDED", RateLimited),
        (429, "WHO_KNOWS", RateLimited),
        (500, "INTERNAL", Unavailable),
        (500, "INTERNAL_SERVER_ERROR", Unavailable),
        (501, "NOT_IMPLEMENTED", Misconfigured),
        (502, "BAD_GATEWAY", Unavailable),
        (503, "UNAVAILABLE", Unavailable),
        (503, "SERVICE_UNAVAILABLE", Unavailable),
        (504, "TIMEOUT", Unavailable),
    ];
    for (status, name, expected) in rows {
        let found = reason("device-roaming-status-1", ROAMING_1, status, &code(name)).await;
        assert_eq!(found, expected, "{status} {name}");
    }
}

#[tokio::test]
async fn a_422_is_about_the_line_or_about_how_we_name_it() {
    let rows = [
        (422, "SERVICE_NOT_APPLICABLE", NotCovered),
        (422, "DEVICE_NOT_APPLICABLE", NotCovered),
        (422, "UNSUPPORTED_IDENTIFIER", NotCovered),
        (422, "UNSUPPORTED_DEVICE_IDENTIFIERS", NotCovered),
        (422, "ROAMING.WHO_KNOWS", NotCovered),
        (422, "UNNECESSARY_IDENTIFIER", Misconfigured),
        (422, "MISSING_IDENTIFIER", Misconfigured),
        (422, "UNIDENTIFIABLE_DEVICE", Misconfigured),
        (422, "IDENTIFIER_MISMATCH", Misconfigured),
        (422, "DEVICE_IDENTIFIERS_MISMATCH", Misconfigured),
        (422, "UNABLE_TO_PROVIDE_ROAMING_STATUS", Unavailable),
    ];
    for (status, name, expected) in rows {
        let found = reason("device-roaming-status-1", ROAMING_1, status, &code(name)).await;
        assert_eq!(found, expected, "{status} {name}");
    }
}

#[tokio::test]
async fn old_dialects_cannot_tell_a_wrong_path_from_an_unknown_line() {
    for body in [code("NOT_FOUND"), String::new(), "<html>".to_owned()] {
        let rows = [
            ("device-status-0.4", ROAMING, IdentifierNotFound),
            ("phone-number", ROAMING, IdentifierNotFound),
            ("device-status-0.5", ROAMING, IdentifierNotFound),
            ("device-roaming-status-0.6", ROAMING_0_6, Misconfigured),
            ("device-roaming-status-1", ROAMING_1, Misconfigured),
        ];
        for (dialect, path, expected) in rows {
            assert_eq!(reason(dialect, path, 404, &body).await, expected, "{dialect} {body}");
        }
    }
}

#[tokio::test]
async fn a_code_is_found_in_every_shape_of_error_body() {
    let rows = [
        (r#"{"code":"PERMISSION_DENIED"}"#, NoConsent),
        (r#"{"error":"PERMISSION_DENIED"}"#, NoConsent),
        (r#"{"status":"403","code":"PERMISSION_DENIED","extra":[1]}"#, NoConsent),
        (r#"{"status":403,"code":"PERMISSION_DENIED","message":"no"}"#, NoConsent),
        (r#"{"status":null,"code":"PERMISSION_DENIED"}"#, NoConsent),
        // What the body says of its status changes nothing: the status of the answer counts.
        (r#"{"status":404,"code":"PERMISSION_DENIED"}"#, NoConsent),
        (r#"{"code":"ROAMING.PERMISSION_DENIED"}"#, Misconfigured),
        (r#"{"code":403,"message":"Forbidden"}"#, Misconfigured),
        (r#"{"detail":"no"}"#, Misconfigured),
        (r#"{"message":"no"}"#, Misconfigured),
        (r#"["PERMISSION_DENIED"]"#, Misconfigured),
        ("<html>PERMISSION_DENIED</html>", Misconfigured),
        ("", Misconfigured),
    ];
    for (body, expected) in rows {
        assert_eq!(reason("device-status-0.4", ROAMING, 403, body).await, expected, "{body}");
    }
    let oversized = format!(r#"{{"code":"FORBIDDEN","x":"{}"}}"#, "x".repeat(70_000));
    assert_eq!(reason("device-status-0.4", ROAMING, 403, &oversized).await, Misconfigured);
}

#[tokio::test]
async fn every_refusal_of_bc_authorize_has_one_reason() {
    let rows = [
        (400, "unknown_user_id", IdentifierNotFound),
        (400, "invalid_scope", Misconfigured),
        (400, "unauthorized_client", Misconfigured),
        (400, "invalid_request", Misconfigured),
        (400, "invalid_request_object", Misconfigured),
        (400, "who_knows", Misconfigured),
        (401, "invalid_client", Misconfigured),
        (403, "access_denied", NoConsent),
        (403, "who_knows", Misconfigured),
        (404, "who_knows", Misconfigured),
        (429, "slow_down", RateLimited),
        (500, "server_error", Unavailable),
        (503, "access_denied", Unavailable),
        (200, "access_denied", NoConsent),
    ];
    for (status, name, expected) in rows {
        let found = reason("device-status-0.4", BC_AUTHORIZE, status, &error(name)).await;
        assert_eq!(found, expected, "{status} {name}");
    }
}

#[tokio::test]
async fn every_refusal_of_the_token_endpoint_has_one_reason() {
    let rows = [
        (400, "authorization_pending", ConsentPending),
        (400, "slow_down", ConsentPending),
        (400, "access_denied", NoConsent),
        (403, "access_denied", NoConsent),
        (400, "expired_token", NoConsent),
        (400, "invalid_grant", Misconfigured),
        (400, "invalid_request", Misconfigured),
        (400, "unauthorized_client", Misconfigured),
        (400, "unsupported_grant_type", Misconfigured),
        (400, "invalid_scope", Misconfigured),
        (400, "invalid_dpop_proof", Misconfigured),
        (401, "invalid_client", Misconfigured),
        (415, "who_knows", Misconfigured),
        (429, "who_knows", RateLimited),
        (500, "who_knows", Unavailable),
        (503, "who_knows", Unavailable),
        (200, "access_denied", NoConsent),
    ];
    for (status, name, expected) in rows {
        let found = reason("device-status-0.4", TOKEN, status, &error(name)).await;
        assert_eq!(found, expected, "{status} {name}");
    }
}

#[tokio::test]
async fn bc_authorize_must_give_an_auth_req_id_of_its_alphabet() {
    let rows = [
        r#"{}"#.to_owned(),
        r#"{"auth_req_id":""}"#.to_owned(),
        r#"{"auth_req_id":7}"#.to_owned(),
        r#"{"auth_req_id":"a b"}"#.to_owned(),
        r#"{"auth_req_id":"a","expires_in":0}"#.to_owned(),
        r#"{"auth_req_id":"a","expires_in":"soon"}"#.to_owned(),
        format!(r#"{{"auth_req_id":"{}"}}"#, "a".repeat(5_000)),
        "<html>".to_owned(),
    ];
    for body in rows {
        let found = reason("device-status-0.4", BC_AUTHORIZE, 200, &body).await;
        assert_eq!(found, InvalidAnswer, "{body}");
    }
}

#[tokio::test]
async fn bc_authorize_may_leave_out_what_has_a_default() {
    let rows = [
        r#"{"auth_req_id":"a"}"#,
        r#"{"auth_req_id":"a","expires_in":"300","interval":"2"}"#,
        r#"{"auth_req_id":"a","expires_in":1000000000000000000,"interval":-1}"#,
        r#"{"auth_req_id":"a","expires_in":null,"interval":null}"#,
        r#"{"auth_req_id":"a","interval":1000000000000000000,"consent_url":"https://x"}"#,
    ];
    for body in rows {
        let server = Aggregator::start().await;
        server.always(BC_AUTHORIZE, json(200, body));
        assert!(lookup(&client(&server)).await.is_ok(), "{body}");
    }
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once() {
    let server = Aggregator::start().await;
    server.on(ROAMING, |_, request| match request.header("authorization") {
        "Bearer token-1" => json(401, r#"{"code":"UNAUTHENTICATED"}"#),
        _ => json(200, r#"{"roaming":false}"#),
    });
    let client = client(&server);
    lookup(&client).await.unwrap();
    assert_eq!(calls(client.calls()), [2, 2, 2]);
    lookup(&client).await.unwrap();
    assert_eq!(calls(client.calls()), [2, 2, 3]);
}

#[tokio::test]
async fn a_second_rejection_ends_the_lookup() {
    let server = Aggregator::start().await;
    server.always(ROAMING, json(401, r#"{"code":"UNAUTHENTICATED"}"#));
    let client = client(&server);
    let error = lookup(&client).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "misconfigured: the roaming endpoint answered 401 UNAUTHENTICATED"
    );
    assert_eq!(calls(client.calls()), [2, 2, 2]);
}

#[tokio::test]
async fn retry_after_is_handed_on_within_bounds() {
    let rows = [("7", Some(7)), ("0", Some(1)), ("999999999999", Some(300)), ("soon", None)];
    for (value, expected) in rows {
        for status in [429, 503] {
            let server = Aggregator::start().await;
            server.always(ROAMING, json(status, "").header("retry-after", value));
            let error = lookup(&client(&server)).await.unwrap_err();
            assert_eq!(error.wait(), expected.map(Duration::from_secs), "{status} {value}");
        }
    }
}

#[tokio::test]
async fn nobody_listening_is_unavailable() {
    let server = Aggregator::start().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let yaml = yaml(&server, "device-status-0.4").replace(&server.base, &nobody);
    let error = lookup(&client_of(&yaml)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "unavailable: the bc-authorize endpoint could not be reached (connection refused)"
    );
}

#[tokio::test]
async fn an_endpoint_that_never_answers_is_a_timeout() {
    // Connections are taken by the system's queue; nobody answers them.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Aggregator::start().await;
    let base = format!("http://{}", silent.local_addr().unwrap());
    let rows = [
        ("attempt: 50ms", "timeout: the bc-authorize endpoint did not answer in time"),
        ("total: 50ms", "timeout: the aggregator did not answer within the total time"),
    ];
    for (timeout, expected) in rows {
        let yaml = yaml(&server, "device-status-0.4").replace(&server.base, &base);
        let yaml = format!("{yaml}timeouts: {{ {timeout} }}\n");
        let error = lookup(&client_of(&yaml)).await.unwrap_err().to_string();
        // Whoever waits may be told before the lookup itself ends; both waited for `total`.
        let is_flight = timeout.starts_with("total")
            && error == "timeout: the lookup did not end within its deadline";
        assert!(is_flight || error == expected, "{timeout}: {error}");
    }
}

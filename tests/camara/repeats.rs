//! Which failures are asked about once more, and which never are.

use std::sync::Arc;

use roamgate::UnknownReason::{self, *};
use roamgate::{CachedProvider, Query, RoamingProvider};

use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, ROAMING, ROAMING_1, TOKEN, json};
use crate::{calls, client, client_of, line, lookup, lookups, yaml};

/// How a lookup ends whose first answer is this one and whose second is good, and how often the roaming
/// endpoint was asked.
async fn first(dialect: &str, status: u16, code: &str) -> (Result<(), UnknownReason>, u64) {
    let server = Aggregator::start().await;
    let body = format!(r#"{{"status":{status},"code":"{code}","message":"whatever"}}"#);
    for path in [ROAMING, ROAMING_1] {
        let bad = json(status, body.clone());
        server.on(path, move |n, _| match n {
            1 => bad.clone(),
            _ => json(200, r#"{"roaming":false}"#),
        });
    }
    let client = client_of(&yaml(&server, dialect));
    let outcome = lookup(&client).await;
    (outcome.map(|_| ()).map_err(|error| error.reason()), client.calls().roaming)
}

#[tokio::test]
async fn a7_w36_w44_w49_w50_what_may_pass_is_asked_about_once_more() {
    let rows = [
        (408, "REQUEST_TIMEOUT"),
        (425, "TOO_EARLY"),
        (422, "UNABLE_TO_PROVIDE_ROAMING_STATUS"),
        (500, "INTERNAL"),
        (502, "BAD_GATEWAY"),
        (503, "UNAVAILABLE"),
        (504, "TIMEOUT"),
    ];
    for (status, code) in rows {
        let found = first("device-roaming-status-1", status, code).await;
        assert_eq!(found, (Ok(()), 2), "{status} {code}");
    }
}

#[tokio::test]
async fn a7_a_failure_that_stays_is_told_after_the_second_time() {
    let server = Aggregator::start().await;
    server.always(ROAMING, json(503, r#"{"code":"SERVICE_UNAVAILABLE"}"#));
    let client = client(&server);
    assert_eq!(
        lookup(&client).await.unwrap_err().to_string(),
        "unavailable: the roaming endpoint answered 503 SERVICE_UNAVAILABLE"
    );
    assert_eq!(calls(client.calls()), [1, 1, 2]);
}

#[tokio::test]
async fn w36_a_timeout_of_the_server_that_stays_is_unavailable() {
    let server = Aggregator::start().await;
    server.always(ROAMING, json(408, ""));
    assert_eq!(
        lookup(&client(&server)).await.unwrap_err().to_string(),
        "unavailable: the roaming endpoint answered 408 without a code that we know"
    );
}

#[tokio::test]
async fn a11_w30_to_w47_everything_else_is_asked_about_once() {
    let rows = [
        (400, "INVALID_ARGUMENT", Misconfigured),
        (403, "PERMISSION_DENIED", NoConsent),
        (403, "INVALID_TOKEN_CONTEXT", InvalidAnswer),
        (403, "WHO_KNOWS", Misconfigured),
        (404, "IDENTIFIER_NOT_FOUND", IdentifierNotFound),
        (404, "NOT_FOUND", Misconfigured),
        (405, "METHOD_NOT_ALLOWED", Misconfigured),
        (410, "GONE", Misconfigured),
        (413, "WHO_KNOWS", Misconfigured),
        (415, "UNSUPPORTED_MEDIA_TYPE", Misconfigured),
        (422, "UNNECESSARY_IDENTIFIER", Misconfigured),
        (422, "MISSING_IDENTIFIER", Misconfigured),
        (422, "SERVICE_NOT_APPLICABLE", NotCovered),
        (422, "IDENTIFIER_MISMATCH", Misconfigured),
        (422, "ROAMING.WHO_KNOWS", NotCovered),
        (429, "TOO_MANY_REQUESTS", RateLimited),
        (429, "QUOTA_EXCEEDED", RateLimited),
        (431, "WHO_KNOWS", Misconfigured),
        (501, "NOT_IMPLEMENTED", Misconfigured),
        (204, "NO_CONTENT", InvalidAnswer),
        (302, "FOUND", InvalidAnswer),
    ];
    for (status, code, reason) in rows {
        let found = first("device-roaming-status-1", status, code).await;
        assert_eq!(found, (Err(reason), 1), "{status} {code}");
    }
}

#[tokio::test]
async fn k_authorizations_and_tokens_are_never_asked_for_again_at_once() {
    for path in [BC_AUTHORIZE, TOKEN] {
        let server = Aggregator::start().await;
        server.always(path, json(503, ""));
        let _ = lookup(&client(&server)).await;
        assert_eq!(server.count(path), 1, "{path}");
    }
}

#[tokio::test]
async fn w49_one_lookup_in_ten_is_repeated() {
    let server = Aggregator::start().await;
    // Less than half fail, so that the breaker stays closed.
    server.on(ROAMING, |n, _| match n % 3 {
        0 => json(503, ""),
        _ => json(200, r#"{"roaming":false}"#),
    });
    let client = client(&server);
    lookups(&client, 200).await;
    let state = client.state();
    assert_eq!((state.retries, client.calls().roaming), (20, 220));
    assert!(state.refused.retries > 20, "{state:?}");
}

#[tokio::test]
async fn a12_w33_w42_a_definite_no_is_paid_for_once_by_a_thousand_requests() {
    for (status, code) in [(404, "IDENTIFIER_NOT_FOUND"), (422, "SERVICE_NOT_APPLICABLE")] {
        let server = Aggregator::start().await;
        server.always(ROAMING_1, json(status, format!(r#"{{"code":"{code}"}}"#)));
        let client = Arc::new(client_of(&yaml(&server, "device-roaming-status-1")));
        let provider = CachedProvider::new(Arc::clone(&client));
        for _ in 0..1_000 {
            provider.roaming_status(&Query::new(line())).await.unwrap_err();
        }
        assert_eq!(calls(client.calls()), [1, 1, 1], "{code}");
    }
}

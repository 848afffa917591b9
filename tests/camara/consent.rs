//! What happens while a customer has not answered, and after.

use std::sync::Arc;
use std::time::Duration;

use roamgate::UnknownReason::{ConsentPending, NoConsent, Timeout, Unavailable};
use roamgate::{CachedProvider, Query, RoamingProvider};

use crate::log::Log;
use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, Reply, TOKEN, json};
use crate::support::clock::StoppedClock;
use crate::{calls, client, client_of, line, lookup, refused, yaml};

const GRANTED: &str = r#"{"access_token":"late","token_type":"Bearer","expires_in":3600}"#;

/// A server whose first polls get `replies`, and which then grants; one second between polls.
async fn server(replies: Vec<Reply>) -> Aggregator {
    let server = Aggregator::start().await;
    let body = r#"{"auth_req_id":"request","expires_in":120,"interval":1}"#;
    server.always(BC_AUTHORIZE, json(200, body));
    server.on(TOKEN, move |n, _| replies.get(n - 1).cloned().unwrap_or_else(|| json(200, GRANTED)));
    server
}

#[tokio::test]
async fn a_pending_consent_is_told_at_once_and_asked_for_once() {
    let server = server(vec![refused("authorization_pending"); 1_000]).await;
    let client = client(&server);
    let error = lookup(&client).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "consentPending: the customer was asked for consent and has not answered yet"
    );
    let after_first = calls(client.calls());
    for _ in 0..10 {
        assert_eq!(lookup(&client).await.unwrap_err().reason(), ConsentPending);
    }
    assert_eq!(after_first, [1, 1, 0]);
    assert_eq!(server.count(BC_AUTHORIZE), 1);
}

#[tokio::test]
async fn all_who_wait_are_told_of_a_pending_consent() {
    let server = server(vec![refused("authorization_pending"); 1_000]).await;
    let client = Arc::new(client(&server));
    let provider = Arc::new(CachedProvider::new(Arc::clone(&client)));
    let ask = |_| {
        let provider = Arc::clone(&provider);
        tokio::spawn(async move { provider.roaming_status(&Query::new(line())).await })
    };
    for caller in (0..200).map(ask).collect::<Vec<_>>() {
        assert_eq!(caller.await.unwrap().unwrap_err().reason(), ConsentPending);
    }
    assert_eq!(server.count(BC_AUTHORIZE), 1);
}

#[tokio::test]
async fn a_consent_that_comes_later_is_used_by_the_next_lookup() {
    let clock = StoppedClock::new();
    let server = server(vec![refused("authorization_pending")]).await;
    let client = client(&server);
    assert_eq!(lookup(&client).await.unwrap_err().reason(), ConsentPending);
    clock.poll_until_settled(&client, 1).await;
    lookup(&client).await.unwrap();
    assert_eq!(calls(client.calls()), [1, 2, 1]);
    assert_eq!(server.seen().last().unwrap().header("authorization"), "Bearer late");
}

#[tokio::test]
async fn a_refusal_is_remembered_and_the_customer_is_not_asked_again() {
    let clock = StoppedClock::new();
    for code in ["access_denied", "expired_token"] {
        for pending in [0, 1] {
            let mut replies = vec![refused("authorization_pending"); pending];
            replies.push(refused(code));
            let server = server(replies).await;
            let client = client(&server);
            let _ = lookup(&client).await;
            clock.poll_until_settled(&client, pending).await;
            for _ in 0..5 {
                assert_eq!(lookup(&client).await.unwrap_err().reason(), NoConsent, "{code}");
            }
            assert_eq!(server.count(BC_AUTHORIZE), 1, "{code} after {pending} pending");
        }
    }
}

#[tokio::test]
async fn a_poll_without_answer_keeps_the_authorization() {
    let clock = StoppedClock::new();
    let server = server(vec![json(503, "")]).await;
    let client = client(&server);
    assert_eq!(lookup(&client).await.unwrap_err().reason(), Unavailable);
    assert_eq!(lookup(&client).await.unwrap_err().reason(), Unavailable);
    assert_eq!(calls(client.calls()), [1, 1, 0]);
    clock.poll_until_settled(&client, 2).await;
    lookup(&client).await.unwrap();
    assert_eq!(calls(client.calls()), [1, 2, 1]);
}

#[tokio::test]
async fn nothing_settles_where_nothing_is_pending() {
    let server = Aggregator::start().await;
    client(&server).consent_settled(line()).await;
}

#[tokio::test]
async fn a_shutdown_ends_the_background_tasks() {
    let server = server(vec![refused("authorization_pending"); 1_000]).await;
    let client = client(&server);
    let _ = lookup(&client).await;
    client.shutdown().await;
    client.consent_settled(line()).await;
    let error = lookup(&client).await.unwrap_err();
    assert_eq!(error.to_string(), "unavailable: lookups have been shut down");
}

#[tokio::test]
async fn an_authorization_that_was_begun_is_polled_though_nobody_waits_any_more() {
    let _clock = StoppedClock::new();
    let server = server(Vec::new()).await;
    server.on(BC_AUTHORIZE, |_, _| {
        tokio::spawn(tokio::time::advance(Duration::from_millis(1_500)));
        json(200, r#"{"auth_req_id":"request"}"#)
    });
    let yaml = yaml(&server, "device-status-0.4");
    let client = client_of(&format!("{yaml}timeouts: {{ total: 1s }}\n"));
    assert_eq!(lookup(&client).await.unwrap_err().reason(), Timeout);
    lookup(&client).await.unwrap();
    assert_eq!(calls(client.calls()), [1, 1, 1]);
}

/// The address that is told while the consent is pending, and what else can be read then.
async fn consent_url(written: &str) -> (Option<String>, String) {
    let log = Log::start();
    let server = server(vec![refused("authorization_pending"); 1_000]).await;
    let body = format!(r#"{{"auth_req_id":"request","interval":5,"consent_url":{written}}}"#);
    server.always(BC_AUTHORIZE, json(200, body));
    let client = client(&server);
    let error = lookup(&client).await.unwrap_err();
    assert_eq!(error.reason(), ConsentPending);
    (client.consent_url(line()), format!("{error} {error:?} {client:?} {}", log.text()))
}

#[tokio::test]
async fn k5_the_address_where_the_customer_consents_is_told_while_the_consent_is_pending() {
    let url = "https://consent.example/ask?id=canary";
    let (told, readable) = consent_url(&format!("{url:?}")).await;
    assert_eq!(told.as_deref(), Some(url));
    assert!(!readable.contains("canary"), "{readable}");
    let server = server(Vec::new()).await;
    let client = client(&server);
    lookup(&client).await.unwrap();
    assert_eq!(client.consent_url(line()), None);
}

#[tokio::test]
async fn k5_an_address_that_is_not_safe_to_show_is_not_told() {
    let long = format!("\"https://consent.example/{}\"", "x".repeat(2_048));
    let rows = [
        r#""http://consent.example/""#,
        r#""javascript:alert(1)""#,
        r#""https://user:secret@consent.example/""#,
        r#""consent.example""#,
        "7",
        "null",
        &long,
    ];
    for written in rows {
        assert_eq!(consent_url(written).await.0, None, "{written}");
    }
}

//! Requests for tokens whose answer is lost: they reached the server, and nothing came back.

use std::collections::HashSet;

use roamgate::UnknownReason::{Misconfigured, Timeout, Unavailable};

use crate::grants::{file, parameter, parameters, signed};
use crate::sign_in::{PLAIN, finish};
use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, Reply, TOKEN, json};
use crate::support::clock::StoppedClock;
use crate::support::keys::EC;
use crate::support::proxy::{Fault, Proxy};
use crate::{calls, client, client_of, lookup};

const CIBA: &str = "{ ciba: { loginHint: 'tel:{e164}', scope: roaming } }";
const VOUCH: &str = "{ jwtBearer: { subject: 'tel:{e164}', scope: roaming } }";
const OWN: &str = "{ clientCredentials: { scope: roaming } }";
/// The request is handed on, and the connection ends without a byte of the answer.
const LOST: Fault = Fault::Truncate(0);

/// A server, a proxy before it that loses the answers of `lost`, and a file that asks for tokens through it.
async fn losing(lost: fn(usize) -> Fault) -> (Aggregator, Proxy, String) {
    let server = Aggregator::start().await;
    let closing = |body: &str| -> Reply { json(200, body).header("connection", "close") };
    let pending = r#"{"auth_req_id":"request","expires_in":120,"interval":1}"#;
    server.always(BC_AUTHORIZE, closing(pending));
    let token = r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#;
    server.always(TOKEN, closing(token));
    let proxy = Proxy::start(server.base.replace("http://", ""), lost).await;
    let roaming = format!("{}/device-roaming-status/v1/retrieve", server.base);
    let place = format!(
        "baseUrl: 'http://{}'\nendpoints: {{ roaming: '{roaming}' }}\n\
         timeouts: {{ attempt: 1s }}",
        proxy.address
    );
    (server, proxy, place)
}

#[tokio::test]
async fn k17_a_form_that_is_refused_is_sent_in_no_other_format() {
    let server = Aggregator::start().await;
    server.always(TOKEN, json(415, r#"{"code":415,"message":"send JSON"}"#));
    let error = lookup(&client(&server)).await.unwrap_err();
    assert_eq!((error.reason(), server.count(TOKEN)), (Misconfigured, 1));
    let form = "application/x-www-form-urlencoded";
    assert!(server.seen().iter().all(|seen| seen.header("content-type") == form));
}

#[tokio::test]
async fn k18_a_poll_whose_answer_is_lost_keeps_the_authorization() {
    let clock = StoppedClock::new();
    // The first connection asks for the authorization, the second polls.
    let (server, _proxy, place) = losing(|n| if n == 2 { LOST } else { Fault::None }).await;
    let client = client_of(&file(&place, "none", CIBA));
    assert_eq!(lookup(&client).await.unwrap_err().reason(), Unavailable);
    assert_eq!(calls(client.calls()), [1, 1, 0]);
    clock.poll_until_settled(&client, 2).await;
    lookup(&client).await.unwrap();
    assert_eq!(calls(client.calls()), [1, 2, 1]);
    let polls = server.seen().into_iter().filter(|seen| seen.path == TOKEN);
    let polled: Vec<_> = polls.map(|seen| parameter(&seen, "auth_req_id").unwrap()).collect();
    assert_eq!(polled, ["request", "request"]);
}

#[tokio::test]
async fn k19_an_authorization_whose_answer_is_lost_is_not_asked_for_again() {
    for (fault, reason) in [(LOST, Unavailable), (Fault::BlackHole, Timeout)] {
        let lost = match fault {
            Fault::BlackHole => |_| Fault::BlackHole,
            _ => |_| LOST,
        };
        let (server, proxy, place) = losing(lost).await;
        let client = client_of(&file(&place, "none", CIBA));
        assert_eq!(lookup(&client).await.unwrap_err().reason(), reason, "{fault:?}");
        assert_eq!((proxy.connections(), calls(client.calls())), (1, [1, 0, 0]), "{fault:?}");
        assert_eq!(server.count(TOKEN), 0);
    }
}

#[tokio::test]
async fn k20_a_code_whose_exchange_got_no_answer_is_sent_once() {
    for (lost, reason) in
        [((|_| LOST) as fn(usize) -> Fault, Unavailable), (|_| Fault::BlackHole, Timeout)]
    {
        let (server, proxy, place) = losing(lost).await;
        let client = client_of(&file(&place, "none", PLAIN));
        let error = finish(&client, "code=1").await.unwrap_err();
        assert_eq!((error.reason(), proxy.connections()), (reason, 1));
        assert!(server.count(TOKEN) <= 1);
    }
}

#[tokio::test]
async fn k22_a_grant_of_one_request_whose_answer_is_lost_is_asked_for_once_more() {
    for (grant, lost, requests) in [
        (VOUCH, (|n| if n == 1 { LOST } else { Fault::None }) as fn(usize) -> Fault, 2),
        (OWN, |n| if n == 1 { LOST } else { Fault::None }, 2),
        (VOUCH, |_| LOST, 2),
        (OWN, |_| LOST, 2),
    ] {
        let (server, proxy, place) = losing(lost).await;
        let client = client_of(&file(&place, &signed(EC, ", algorithm: ES256"), grant));
        let is_answered = matches!(lost(2), Fault::None);
        assert_eq!(lookup(&client).await.is_ok(), is_answered, "{grant}");
        assert_eq!((proxy.connections(), server.count(TOKEN)), (requests, requests), "{grant}");
        let tokens = server.seen().into_iter().filter(|seen| seen.path == TOKEN);
        let proofs: HashSet<_> = tokens.map(|seen| format!("{:?}", parameters(&seen))).collect();
        assert_eq!(proofs.len(), requests, "{grant}: each with a `jti` of its own");
    }
}

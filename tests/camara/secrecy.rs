//! No number, secret, token or `auth_req_id` is readable in an error, a `Debug` or a log.

use std::sync::Arc;

use roamgate::camara::Client;
use roamgate::{CachedProvider, Query, RoamingProvider};

use crate::log::Log;
use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, ROAMING, Reply, TOKEN, json};
use crate::{NUMBER, SECRET, client, line};

const CANARIES: [&str; 5] = ["canary-token", "canary-request", SECRET, NUMBER, "34600000001"];

/// Every way a server could smuggle what it knows into our messages.
fn echoes() -> Vec<(&'static str, Reply)> {
    let hostile = || format!("canary-token canary-request {NUMBER} {SECRET}");
    let replies = || {
        [
            json(400, format!(r#"{{"error":"{}","error_description":"{0}"}}"#, hostile())),
            json(403, format!(r#"{{"code":"{}"}}"#, hostile())),
            json(500, hostile()),
            json(200, hostile()),
            json(200, format!(r#"{{"roaming":"{}"}}"#, hostile())),
            json(200, format!(r#"{{"roaming":true,"lastStatusTime":"{}"}}"#, hostile())),
            json(
                200,
                format!(
                    r#"{{"auth_req_id":"{0}","access_token":"{0}","token_type":"{0}"}}"#,
                    hostile()
                ),
            ),
        ]
    };
    [BC_AUTHORIZE, TOKEN, ROAMING]
        .into_iter()
        .flat_map(|path| replies().map(|reply| (path, reply)))
        .collect()
}

async fn server(path: &str, reply: Reply) -> Aggregator {
    let server = Aggregator::start().await;
    server.always(BC_AUTHORIZE, json(200, r#"{"auth_req_id":"canary-request"}"#));
    server.always(TOKEN, json(200, r#"{"access_token":"canary-token","token_type":"Bearer"}"#));
    server.always(path, reply);
    server
}

/// Everything that a lookup lets an operator read.
async fn readable(client: Client) -> String {
    let client = Arc::new(client);
    let provider = CachedProvider::new(Arc::clone(&client));
    let query = Query::new(line());
    let outcome = provider.roaming_status(&query).await;
    let error = outcome.as_ref().err().map(ToString::to_string);
    format!("{outcome:?} {error:?} {provider:?} {client:?} {query:?}")
}

#[tokio::test]
async fn nothing_secret_is_readable() {
    let log = Log::start();
    for (path, reply) in echoes() {
        let server = server(path, reply.clone()).await;
        let readable = readable(client(&server)).await;
        let logged = log.text();
        for canary in CANARIES {
            assert!(!readable.contains(canary), "{canary} after {path} {reply:?}: {readable}");
            assert!(!logged.contains(canary), "{canary} after {path} {reply:?}: {logged}");
        }
    }
    assert!(log.text().contains("a lookup gave no status"), "the log was captured");
}

#[tokio::test]
async fn the_state_and_the_refusals_of_a_client_name_nobody() {
    let log = Log::start();
    let server = server(ROAMING, json(429, r#"{"code":"QUOTA_EXCEEDED"}"#)).await;
    let client = client(&server);
    let query = Query::new(line()).caller(Some("canary-caller"));
    let outcomes = [client.roaming_status(&query).await, client.roaming_status(&query).await];
    let readable = format!("{outcomes:?} {:?} {client:?} {}", client.state(), log.text());
    for canary in CANARIES.iter().chain(&["canary-caller"]) {
        assert!(!readable.contains(canary), "{canary}: {readable}");
    }
}

#[tokio::test]
async fn each_turn_of_a_breaker_is_one_warning() {
    let log = Log::start();
    let server = server(ROAMING, json(500, "")).await;
    let client = client(&server);
    crate::lookups(&client, 40).await;
    crate::later(std::time::Duration::from_secs(5)).await;
    server.always(ROAMING, json(200, r#"{"roaming":false}"#));
    crate::lookups(&client, 5).await;
    let logged = log.text();
    for turn in ["breaker=\"open\"", "breaker=\"halfOpen\"", "breaker=\"closed\""] {
        assert_eq!(logged.matches(turn).count(), 1, "{turn}: {logged}");
    }
}

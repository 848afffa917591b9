//! No number, secret, key, assertion, code, token or `auth_req_id` is readable in an error, a `Debug`
//! or a log.

use std::sync::Arc;

use roamgate::camara::{Aggregator as File, AuthorizationResponse, Client};
use roamgate::{CachedProvider, Query, RoamingProvider};

use crate::grants::{base, file, parameters, signed};
use crate::log::Log;
use crate::support::aggregator::{
    Aggregator, BC_AUTHORIZE, ROAMING, ROAMING_1, Reply, Seen, TOKEN, json,
};
use crate::support::keys::{EC, RSA};
use crate::{NUMBER, SECRET, client, client_of, file_with, line};

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

/// What of a form must not be told: all but the names of grants and types.
fn secrets_of(seen: &Seen) -> Vec<String> {
    let secret = ["assertion", "client_assertion", "code", "code_verifier", "refresh_token"];
    let found = parameters(seen).into_iter().filter(|(name, _)| secret.contains(&name.as_str()));
    found.map(|(_, value)| value).collect()
}

/// A server that says everything that it was told to whoever asks, as error or as token.
async fn telltale(status: u16) -> Aggregator {
    let server = Aggregator::start().await;
    server.on(TOKEN, move |n, seen| match (n, status) {
        (1, _) => json(
            200,
            r#"{"access_token":"canary-token","refresh_token":"canary-refresh","token_type":"Bearer","expires_in":1}"#,
        ),
        _ => {
            let told = secrets_of(seen).join(" ");
            json(
                status,
                format!(
                    r#"{{"error":"{told}","error_description":"{told}","access_token":"{told}","token_type":"Bearer"}}"#
                ),
            )
        }
    });
    server.on(ROAMING_1, |_, seen| {
        json(401, format!(r#"{{"code":"{}"}}"#, seen.header("authorization")))
    });
    server
}

const CODE: &str = "{ authorizationCode: { scope: 'openid offline_access roaming', \
                    redirectUri: 'https://shop.example/callback' } }";

#[tokio::test]
async fn nothing_of_keys_assertions_codes_and_refresh_tokens_is_readable() {
    let grants = [
        "{ jwtBearer: { subject: 'tel:{e164}', scope: roaming } }",
        "{ ciba: { loginHint: 'tel:{e164}', scope: 'openid offline_access roaming' } }",
        "{ clientCredentials: { scope: roaming } }",
        CODE,
    ];
    let log = Log::start();
    for (key, algorithm) in [(RSA, "PS256"), (EC, "ES256")] {
        for (status, grant) in
            [200, 400, 401, 403, 500].iter().flat_map(|it| grants.map(|grant| (*it, grant)))
        {
            let server = telltale(status).await;
            let more = format!(", algorithm: {algorithm}");
            let client = client_of(&file(&base(&server), &signed(key, &more), grant));
            let mut exchanged = Vec::new();
            if grant == CODE {
                for _ in 0..2 {
                    let sign_in = client.begin_sign_in(None).await.unwrap();
                    let query = format!("code=canary-code&state={}", sign_in.state());
                    let response = AuthorizationResponse::parse(&query).unwrap();
                    exchanged.push(client.finish_sign_in(sign_in, response).await);
                }
            }
            let readable = format!("{exchanged:?} {} {}", readable(client).await, log.text());
            let sent: Vec<_> = server.seen().iter().flat_map(secrets_of).collect();
            let keys = key.lines().filter(|line| !line.starts_with('-'));
            let canaries = ["canary-token", "canary-refresh", "canary-code", NUMBER];
            let canaries = canaries.into_iter().chain(sent.iter().map(String::as_str)).chain(keys);
            for canary in canaries {
                assert!(!readable.contains(canary), "{canary} after {status} {grant}: {readable}");
            }
            assert!(!sent.is_empty(), "{grant}");
        }
    }
}

#[test]
fn a_key_that_cannot_be_used_is_not_printed() {
    let broken = RSA.replace('A', "B");
    for (key, algorithm) in [(RSA, "ES256"), (EC, "RS256"), (broken.as_str(), "RS256")] {
        let method = signed(key, &format!(", algorithm: {algorithm}"));
        let grant = "{ clientCredentials: { scope: roaming } }";
        let yaml = file("baseUrl: https://aggregator.example", &method, grant);
        let error = Client::new(File::from_yaml("a.yaml", &yaml).unwrap()).unwrap_err();
        for line in key.lines().filter(|line| !line.starts_with('-')) {
            assert!(!format!("{error} {error:?}").contains(line), "{error:?}");
        }
    }
}

#[test]
fn a_text_that_is_no_key_is_not_printed() {
    let key = file_with("canary of no key");
    let method =
        format!("{{ bearerJwt: {{ key: {{ file: '{}' }}, applicationId: a }} }}", key.display());
    let yaml = file("baseUrl: https://aggregator.example", &method, CODE);
    let read = File::from_yaml("a.yaml", &yaml);
    let told = match read {
        Ok(file) => format!("{:?}", Client::new(file)),
        Err(problems) => format!("{problems} {problems:?}"),
    };
    assert!(!told.contains("canary"), "{told}");
}

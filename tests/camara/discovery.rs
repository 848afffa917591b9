//! Endpoints from the metadata of an issuer.

use std::sync::Arc;

use roamgate::camara::Client;
use roamgate::{Query, RoamingProvider, UnknownReason};

use crate::grants::{base, file};
use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, ROAMING, TOKEN, json};
use crate::support::clock::StoppedClock;
use crate::{calls, client_of, lookup};

const CIBA: &str = "{ ciba: { loginHint: 'tel:{e164}', scope: roaming } }";
const METADATA: &str = "/.well-known/openid-configuration";

/// Lets the server publish where its endpoints are.
pub(crate) fn discoverable(server: &Aggregator, issuer: &str) {
    let base = &server.base;
    let body = format!(
        r#"{{"issuer":"{issuer}","token_endpoint":"{base}/token","backchannel_authentication_endpoint":"{base}/bc-authorize"}}"#
    );
    server.always(METADATA, json(200, body));
}

fn found(server: &Aggregator) -> Client {
    let place = format!("{}/api\ndiscovery: {{ issuer: '{}' }}", base(server), server.base);
    client_of(&file(&place, "none", CIBA))
}

#[tokio::test]
async fn endpoints_are_found_once_from_the_metadata_of_the_issuer() {
    let server = Aggregator::start().await;
    discoverable(&server, &server.base);
    server.always("/api/device-roaming-status/v1/retrieve", json(200, r#"{"roaming":false}"#));
    let client = Arc::new(found(&server));
    let ask = |number: u32| {
        let client = Arc::clone(&client);
        let line = format!("+3460000{number:04}").parse().unwrap();
        tokio::spawn(async move { client.roaming_status(&Query::new(line)).await })
    };
    for caller in (0..20).map(ask).collect::<Vec<_>>() {
        caller.await.unwrap().unwrap();
    }
    assert_eq!((client.calls().metadata, server.count(METADATA)), (1, 1));
    assert_eq!(calls(client.calls()), [20, 20, 20]);
    assert_eq!(server.seen()[0].header("authorization"), "");
}

#[tokio::test]
async fn k_metadata_that_cannot_be_trusted_are_not_used() {
    let of = |issuer: &str, token: &str| {
        json(200, format!(r#"{{"issuer":"{issuer}","token_endpoint":"{token}"}}"#))
    };
    let other = "misconfigured: the issuer's metadata name another issuer";
    let slash = "misconfigured: the issuer's metadata name an issuer that differs in the slash at \
                 its end";
    let open = "misconfigured: the issuer's metadata name an endpoint that is not encrypted";
    let none = "invalidAnswer: the issuer's metadata endpoint gave a body that is no metadata";
    let moved =
        "invalidAnswer: the issuer's metadata endpoint answered 302 without a code that we know";
    let rows = [
        (of("https://other.example", "https://other.example/token"), other),
        (of("BASE/", "https://other.example/token"), slash),
        (of("BASE", "http://other.example/token"), open),
        (of("BASE", "/token"), open),
        (json(200, "{}"), none),
        (json(302, "").header("location", "https://other.example"), moved),
    ];
    for (mut reply, expected) in rows {
        let server = Aggregator::start().await;
        reply.body = String::from_utf8(reply.body).unwrap().replace("BASE", &server.base).into();
        server.always(METADATA, reply);
        assert_eq!(lookup(&found(&server)).await.unwrap_err().to_string(), expected);
        assert_eq!(server.count(ROAMING) + server.count(TOKEN) + server.count(BC_AUTHORIZE), 0);
    }
}

#[tokio::test]
async fn keys_of_an_aggregator_do_not_go_where_metadata_point() {
    let (server, issuer) = (Aggregator::start().await, Aggregator::start().await);
    discoverable(&issuer, &issuer.base);
    server.always("/device-roaming-status/v1/retrieve", json(200, r#"{"roaming":false}"#));
    let key = crate::file_with("api-key-1");
    let place = format!(
        "{}\ndiscovery: {{ issuer: '{}' }}\nheaders: {{ x-api-key: {{ file: '{}' }} }}",
        base(&server),
        issuer.base,
        key.display()
    );
    lookup(&client_of(&file(&place, "none", CIBA))).await.unwrap();
    let key = |server: &Aggregator| {
        server.seen().iter().map(|seen| seen.header("x-api-key").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (key(&server), key(&issuer)),
        (vec!["api-key-1".to_owned()], vec![String::new(); 3])
    );
}

#[tokio::test]
async fn metadata_that_could_not_be_had_are_asked_for_again() {
    let server = Aggregator::start().await;
    server.always(METADATA, json(503, ""));
    let client = found(&server);
    assert_eq!(lookup(&client).await.unwrap_err().reason(), UnknownReason::Unavailable);
    discoverable(&server, &server.base);
    server.always("/api/device-roaming-status/v1/retrieve", json(200, r#"{"roaming":false}"#));
    lookup(&client).await.unwrap();
}

#[tokio::test]
async fn endpoints_that_change_later_are_not_taken() {
    let clock = StoppedClock::new();
    let server = Aggregator::start().await;
    discoverable(&server, &server.base);
    server.always("/api/device-roaming-status/v1/retrieve", json(200, r#"{"roaming":false}"#));
    let client = found(&server);
    lookup(&client).await.unwrap();
    let base = &server.base;
    let moved = format!(
        r#"{{"issuer":"{base}","token_endpoint":"{base}/elsewhere","backchannel_authentication_endpoint":"{base}/elsewhere"}}"#
    );
    server.always(METADATA, json(200, moved));
    for _ in 0..3 {
        clock.advance(25 * 60 * 60).await;
        lookup(&client).await.unwrap();
    }
    crate::until(|| server.count(METADATA) >= 2).await;
    assert_eq!(server.count("/elsewhere"), 0);
}

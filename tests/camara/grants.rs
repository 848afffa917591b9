//! Every grant, every client authentication, and where the endpoints are.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roamgate::{Query, RoamingProvider};
use serde_json::Value;

use crate::discovery::discoverable;
use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, ROAMING_1, Seen, TOKEN, json};
use crate::support::clock::StoppedClock;
use crate::support::keys::{EC, RSA, RSA_2};
use crate::{calls, client_of, file_with, later, line, lookup, refused};

const CIBA: &str = "{ ciba: { loginHint: 'tel:{e164}', scope: roaming } }";
const VOUCH: &str = "{ jwtBearer: { subject: 'tel:{e164}', scope: 'dpv:Fraud roaming' } }";
const OWN: &str = "{ clientCredentials: { scope: roaming, extra: { resource: r } } }";

/// An aggregator file that says so much and nothing else.
pub(crate) fn file(place: &str, client: &str, grant: &str) -> String {
    let client = match client {
        "" => String::new(),
        method => format!("client: {{ id: my-app, authentication: {method} }}\n"),
    };
    format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\n{place}\n{client}grant: {grant}\n\
         api: {{ dialect: device-roaming-status-1 }}\n"
    )
}

pub(crate) fn base(server: &Aggregator) -> String {
    format!("baseUrl: {}", server.base)
}

/// `privateKeyJwt` with this key, and what else is said of it.
pub(crate) fn signed(pem: &str, more: &str) -> String {
    let key = file_with(pem);
    format!("{{ privateKeyJwt: {{ key: {{ file: '{}' }}{more} }} }}", key.display())
}

/// The parameters of a form.
pub(crate) fn parameters(seen: &Seen) -> Vec<(String, String)> {
    form_urlencoded::parse(seen.body.as_bytes()).into_owned().collect()
}

pub(crate) fn parameter(seen: &Seen, name: &str) -> Option<String> {
    parameters(seen).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Header and claims of a JWT.
fn parts(jwt: &str) -> [Value; 2] {
    let mut parts = jwt.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    [0, 1].map(|_| serde_json::from_slice(&parts.next().unwrap()).unwrap())
}

#[tokio::test]
async fn a_cold_lookup_costs_three_two_or_two_requests_and_one_without_tokens() {
    let server = Aggregator::start().await;
    let secret = file_with("secret");
    let basic = format!("{{ basic: {{ secret: {{ file: '{}' }} }} }}", secret.display());
    let rows = [
        (basic.as_str(), CIBA, [1, 1, 1]),
        (&signed(RSA, ""), CIBA, [1, 1, 1]),
        (&signed(RSA, ""), VOUCH, [0, 1, 1]),
        (&basic, OWN, [0, 1, 1]),
        ("none", OWN, [0, 1, 1]),
        ("", "none", [0, 0, 1]),
    ];
    for (client, grant, expected) in rows {
        let client = client_of(&file(&base(&server), client, grant));
        lookup(&client).await.unwrap();
        assert_eq!(calls(client.calls()), expected, "{grant}");
    }
}

#[tokio::test]
async fn every_request_has_an_assertion_of_its_own_for_the_endpoint_it_goes_to() {
    let rows = [
        (RSA, "", "RS256", None),
        (RSA, ", algorithm: PS256, keyId: k1", "PS256", Some("k1")),
        (EC, ", algorithm: ES256", "ES256", None),
    ];
    for (key, more, algorithm, key_id) in rows {
        let server = Aggregator::start().await;
        lookup(&client_of(&file(&base(&server), &signed(key, more), CIBA))).await.unwrap();
        let seen = server.seen();
        for (request, path) in seen.iter().zip([BC_AUTHORIZE, TOKEN]) {
            assert_eq!(request.header("authorization"), "");
            assert_eq!(parameter(request, "client_id").as_deref(), Some("my-app"));
            assert_eq!(
                parameter(request, "client_assertion_type").as_deref(),
                Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            );
            let [header, claims] = parts(&parameter(request, "client_assertion").unwrap());
            assert_eq!((&header["alg"], header["kid"].as_str()), (&algorithm.into(), key_id));
            assert_eq!((&claims["iss"], &claims["sub"]), (&"my-app".into(), &"my-app".into()));
            assert_eq!(claims["aud"], format!("{}{path}", server.base));
            assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 60);
        }
        assert_eq!(parameter(&seen[2], "client_assertion"), None);
    }
}

#[tokio::test]
async fn t14_no_assertion_is_sent_twice_also_not_when_a_request_is_repeated() {
    for grant in [CIBA, VOUCH, OWN] {
        let server = Aggregator::start().await;
        server.on(TOKEN, |n, _| match n {
            1 => json(503, ""),
            _ => json(200, r#"{"access_token":"t","token_type":"Bearer","expires_in":60}"#),
        });
        let client = client_of(&file(&base(&server), &signed(EC, ", algorithm: ES256"), grant));
        let _ = lookup(&client).await;
        later(Duration::from_secs(11)).await;
        client.consent_settled(line()).await;
        lookup(&client).await.unwrap();
        let forms: Vec<_> = server.seen().into_iter().filter(|it| it.path != ROAMING_1).collect();
        let assertion = |seen: &Seen| {
            let sent = parameter(seen, "assertion").or(parameter(seen, "client_assertion"));
            parts(&sent.unwrap())[1]["jti"].as_str().unwrap().to_owned()
        };
        let used: HashSet<_> = forms.iter().map(assertion).collect();
        assert_eq!((used.len(), server.count(TOKEN)), (forms.len(), 2), "{grant}");
    }
}

#[tokio::test]
async fn an_assertion_may_be_addressed_to_the_issuer_or_to_a_name() {
    let server = Aggregator::start().await;
    discoverable(&server, &server.base);
    let discovery = format!("{}\ndiscovery: {{ issuer: '{}' }}", base(&server), server.base);
    let rows = [
        (discovery.as_str(), ", audience: issuer", server.base.as_str()),
        (&base(&server), ", audience: 'https://auth.example/'", "https://auth.example/"),
    ];
    for (place, more, audience) in rows {
        lookup(&client_of(&file(place, &signed(RSA, more), OWN))).await.unwrap();
        let seen = server.seen();
        let form = seen.iter().rev().find(|seen| seen.path == TOKEN).unwrap();
        let [_, claims] = parts(&parameter(form, "client_assertion").unwrap());
        assert_eq!(claims["aud"], audience);
    }
}

#[tokio::test]
async fn who_vouches_for_a_line_signs_for_it_and_sends_nothing_else() {
    let server = Aggregator::start().await;
    lookup(&client_of(&file(&base(&server), &signed(RSA, ""), VOUCH))).await.unwrap();
    let seen = server.seen();
    let sent = parameters(&seen[0]);
    let names: Vec<_> = sent.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["grant_type", "assertion"]);
    assert_eq!(sent[0].1, "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let [_, claims] = parts(&sent[1].1);
    assert_eq!((&claims["iss"], &claims["sub"]), (&"my-app".into(), &"tel:+34600000001".into()));
    assert_eq!(claims["scope"], "dpv:Fraud roaming");
    assert_eq!(claims["aud"], format!("{}{TOKEN}", server.base));
    assert_eq!((seen[1].path.as_str(), seen[1].body.as_str()), (ROAMING_1, "{}"));
}

#[tokio::test]
async fn k_invalid_grant_for_a_line_that_we_vouch_for_means_no_consent() {
    let server = Aggregator::start().await;
    server.always(TOKEN, refused("invalid_grant"));
    let client = client_of(&file(&base(&server), &signed(RSA, ""), VOUCH));
    assert_eq!(
        lookup(&client).await.unwrap_err().to_string(),
        "noConsent: the token endpoint answered 400 invalid_grant"
    );
}

#[tokio::test]
async fn k_a_grant_of_one_request_is_repeated_once_where_no_answer_came() {
    for (status, requests) in [(503, 2), (429, 1), (400, 1)] {
        let server = Aggregator::start().await;
        server.always(TOKEN, json(status, ""));
        let client = client_of(&file(&base(&server), "none", OWN));
        assert!(lookup(&client).await.is_err());
        assert_eq!(server.count(TOKEN), requests, "{status}");
    }
}

#[tokio::test]
async fn one_token_of_the_client_serves_all_lines_and_the_body_names_each() {
    let server = Aggregator::start().await;
    let client = Arc::new(client_of(&file(&base(&server), "none", OWN)));
    let ask = |number: u32| {
        let client = Arc::clone(&client);
        let line = format!("+3460000{number:04}").parse().unwrap();
        tokio::spawn(async move { client.roaming_status(&Query::new(line)).await })
    };
    for caller in (0..50).map(ask).collect::<Vec<_>>() {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(calls(client.calls()), [0, 1, 50]);
    let seen = server.seen();
    assert_eq!(
        seen[0].body,
        "grant_type=client_credentials&scope=roaming&resource=r&client_id=my-app"
    );
    let bodies: HashSet<_> = seen[1..].iter().map(|seen| seen.body.clone()).collect();
    assert_eq!(bodies.len(), 50);
    assert!(bodies.contains(r#"{"device":{"phoneNumber":"+34600000007"}}"#));
}

#[tokio::test]
async fn a_shared_token_that_is_withdrawn_is_replaced_once() {
    let server = Aggregator::start().await;
    server.on(ROAMING_1, |_, seen| match seen.header("authorization") {
        "Bearer token-1" => json(401, r#"{"code":"UNAUTHENTICATED"}"#),
        _ => json(200, r#"{"roaming":false}"#),
    });
    let client = Arc::new(client_of(&file(&base(&server), "none", OWN)));
    let ask = |number: u32| {
        let client = Arc::clone(&client);
        let line = format!("+3460000{number:04}").parse().unwrap();
        tokio::spawn(async move { client.roaming_status(&Query::new(line)).await })
    };
    for caller in (0..100).map(ask).collect::<Vec<_>>() {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(server.count(TOKEN), 2);
}

#[tokio::test]
async fn an_application_proves_itself_by_a_jwt_as_its_bearer_token() {
    let server = Aggregator::start().await;
    let key = file_with(RSA);
    let client =
        format!("{{ bearerJwt: {{ key: {{ file: '{}' }}, applicationId: a-1 }} }}", key.display());
    lookup(&client_of(&file(&base(&server), &client, CIBA))).await.unwrap();
    let seen = server.seen();
    let mut used = HashSet::new();
    for request in &seen[..2] {
        let jwt = request.header("authorization").strip_prefix("Bearer ").unwrap();
        let [header, claims] = parts(jwt);
        assert_eq!((&header["alg"], &claims["application_id"]), (&"RS256".into(), &"a-1".into()));
        used.insert(claims["jti"].as_str().unwrap().to_owned());
        assert_eq!(parameter(request, "client_assertion"), None);
    }
    assert_eq!(used.len(), 2);
    assert_eq!(seen[2].header("authorization"), "Bearer token-1");
}

#[tokio::test]
async fn an_aggregator_without_tokens_is_asked_with_its_headers_alone() {
    let server = Aggregator::start().await;
    let key = file_with("api-key-1");
    let yaml = file(&base(&server), "", "none");
    let yaml = format!("{yaml}headers: {{ X-RapidAPI-Key: {{ file: '{}' }} }}\n", key.display());
    lookup(&client_of(&yaml)).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].header("x-rapidapi-key"), "api-key-1");
    assert_eq!(seen[0].header("authorization"), "");
    assert_eq!(seen[0].body, r#"{"device":{"phoneNumber":"+34600000001"}}"#);
}

#[tokio::test]
async fn a_key_file_that_changes_is_read_again_and_a_broken_one_is_not_taken() {
    let clock = StoppedClock::new();
    let server = Aggregator::start().await;
    server.always(TOKEN, json(200, r#"{"access_token":"t","token_type":"Bearer","expires_in":1}"#));
    let key = file_with(RSA);
    let method = format!("{{ privateKeyJwt: {{ key: {{ file: '{}' }} }} }}", key.display());
    let client = client_of(&file(&base(&server), &method, OWN));
    let mut signers = Vec::new();
    for content in [RSA, "broken", RSA_2, RSA_2] {
        std::fs::write(&key, content).unwrap();
        clock.advance(2).await;
        lookup(&client).await.unwrap();
        let seen = server.seen();
        let form = seen.iter().rev().find(|seen| seen.path == TOKEN).unwrap();
        signers.push(crate::support::keys::signer(&parameter(form, "client_assertion").unwrap()));
    }
    assert_eq!(signers, ["rsa", "rsa", "rsa-2", "rsa-2"]);
}

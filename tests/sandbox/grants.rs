//! The grants beside CIBA, private_key_jwt, and the metadata: how strict the sandbox is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, EncodingKey};
use roamgate::Clock;
use roamgate::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Answer, FORM, V1, call, form, line, poll, post};

const RSA: &str = include_str!("../support/keys/rsa.pem");
const RSA_2: &str = include_str!("../support/keys/rsa-2.pem");
const EC: &str = include_str!("../support/keys/ec.pem");
const RSA_PUBLIC: &str = include_str!("../support/keys/rsa.pub.pem");
const EC_PUBLIC: &str = include_str!("../support/keys/ec.pub.pem");
const KIND: &str = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const SCOPE: &str = "openid dpv:FraudPreventionAndDetection device-roaming-status:read";
const NOW: u64 = 1_800_000_000;

async fn keyed(pem: &str) -> Sandbox {
    let clock = Clock::from_fn(|| std::time::UNIX_EPOCH + std::time::Duration::from_secs(NOW));
    Sandbox::builder().clock(clock).client_key(pem).unwrap().start().await.unwrap()
}

/// A JWT with these claims.
fn jwt(algorithm: Algorithm, pem: &str, claims: &Value) -> String {
    let key = match algorithm {
        Algorithm::ES256 => EncodingKey::from_ec_pem(pem.as_bytes()).unwrap(),
        _ => EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(),
    };
    let header = json!({ "alg": algorithm, "typ": "JWT" });
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encode(&header), encode(claims));
    let signer = (DEFAULT_PROVIDER.signer_factory)(&algorithm, &key).unwrap();
    let signature = signer.try_sign(message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The claims of a good assertion, with some replaced; `null` leaves one out.
fn claims(sandbox: &Sandbox, path: &str, changes: Value) -> Value {
    let mut claims = json!({
        "iss": sandbox.client_id(), "sub": sandbox.client_id(),
        "aud": format!("{}{path}", sandbox.base_url()),
        "iat": NOW - 5, "exp": NOW + 55, "jti": format!("{:x}", rand::random::<u128>()),
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

/// Asks for a token of the client's own with this assertion.
async fn own(sandbox: &Sandbox, assertion: &str) -> Answer {
    let body = format!(
        "grant_type=client_credentials&scope=device-roaming-status:read&{KIND}&client_assertion={assertion}"
    );
    post(sandbox, "/token", &[FORM], &body).await
}

async fn vouch(sandbox: &Sandbox, changes: Value, more: &str) -> Answer {
    let mut all = json!({ "sub": "tel:+34600000002", "scope": SCOPE });
    all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let jwt = jwt(Algorithm::RS256, RSA, &claims(sandbox, "/token", all));
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let body = format!("grant_type={grant}&assertion={jwt}{more}");
    post(sandbox, "/token", &[FORM], &body).await
}

#[tokio::test]
async fn an_assertion_is_accepted_in_each_algorithm_of_the_key() {
    let rows = [
        (RSA_PUBLIC, RSA, Algorithm::RS256),
        (RSA_PUBLIC, RSA, Algorithm::PS256),
        (EC_PUBLIC, EC, Algorithm::ES256),
    ];
    for (public, private, algorithm) in rows {
        let sandbox = keyed(public).await;
        let claims = claims(&sandbox, "/token", json!({}));
        assert_eq!(own(&sandbox, &jwt(algorithm, private, &claims)).await.verdict(), "200");
    }
}

#[tokio::test]
async fn every_flaw_of_an_assertion_is_refused() {
    let sandbox = keyed(RSA_PUBLIC).await;
    let issuer = sandbox.base_url();
    let elsewhere = format!("{issuer}/bc-authorize");
    let rows = [
        (json!({}), "200"),
        (json!({ "aud": issuer }), "200"),
        (json!({ "exp": NOW + 295 }), "200"),
        (json!({ "exp": NOW + 296 }), "401 invalid_client"),
        (json!({ "exp": NOW }), "401 invalid_client"),
        (json!({ "exp": null }), "401 invalid_client"),
        (json!({ "iat": NOW + 1 }), "401 invalid_client"),
        (json!({ "iat": null }), "401 invalid_client"),
        (json!({ "jti": null }), "401 invalid_client"),
        (json!({ "jti": "" }), "401 invalid_client"),
        (json!({ "aud": elsewhere }), "401 invalid_client"),
        (json!({ "aud": "https://other.example/token" }), "401 invalid_client"),
        (json!({ "iss": "another" }), "401 invalid_client"),
        (json!({ "sub": "another" }), "401 invalid_client"),
    ];
    for (changes, verdict) in rows {
        let claims = claims(&sandbox, "/token", changes.clone());
        let answer = own(&sandbox, &jwt(Algorithm::RS256, RSA, &claims)).await;
        assert_eq!(answer.verdict(), verdict, "{changes}");
    }
    let good = claims(&sandbox, "/token", json!({}));
    let other_key = jwt(Algorithm::RS256, RSA_2, &good);
    assert_eq!(own(&sandbox, &other_key).await.verdict(), "401 invalid_client");
    let once = jwt(Algorithm::RS256, RSA, &good);
    assert_eq!(own(&sandbox, &once).await.verdict(), "200");
    assert_eq!(own(&sandbox, &once).await.verdict(), "401 invalid_client", "replayed");
    let unsigned = format!("{}.", once.rsplit_once('.').unwrap().0);
    assert_eq!(own(&sandbox, &unsigned).await.verdict(), "401 invalid_client");
    let basic = form(&sandbox, "/token", "grant_type=client_credentials").await;
    assert_eq!(basic.verdict(), "401 invalid_client", "a client with a key has no secret");
}

#[tokio::test]
async fn a_line_is_vouched_for_in_one_request() {
    let sandbox = keyed(RSA_PUBLIC).await;
    let answer = vouch(&sandbox, json!({}), "").await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(call(&sandbox, V1, &token, "{}").await.verdict(), "200");
    let rows = [
        (json!({}), "&scope=openid", "400 invalid_request"),
        (json!({}), "&client_secret=x", "400 invalid_request"),
        (json!({ "scope": null }), "", "400 invalid_scope"),
        (json!({ "sub": "+34600000002" }), "", "400 invalid_grant"),
        (json!({ "sub": "ipport:203.0.113.7" }), "", "400 invalid_grant"),
        (json!({ "sub": "tel:+34600004043" }), "", "400 invalid_grant"),
        (json!({ "sub": "tel:+34600004033" }), "", "400 invalid_grant"),
        (json!({ "sub": "tel:+34600000003" }), "", "400 invalid_grant"),
        (json!({ "exp": NOW + 400 }), "", "400 invalid_grant"),
        (json!({ "iss": "another" }), "", "400 invalid_grant"),
    ];
    for (changes, more, verdict) in rows {
        assert_eq!(vouch(&sandbox, changes.clone(), more).await.verdict(), verdict, "{changes}");
    }
    sandbox.grant(line("+34600000003"));
    let granted = vouch(&sandbox, json!({ "sub": "tel:+34600000003" }), "").await;
    assert_eq!(granted.verdict(), "200");
}

#[tokio::test]
async fn a_token_of_the_client_names_no_line_so_the_body_must() {
    let sandbox = Sandbox::start().await.unwrap();
    let ask = async |scope: &str| {
        form(&sandbox, "/token", &format!("grant_type=client_credentials{scope}")).await
    };
    assert_eq!(ask("").await.verdict(), "400 invalid_scope");
    assert_eq!(ask("&scope=openid").await.verdict(), "400 invalid_scope");
    let answer = ask("&scope=device-roaming-status:read").await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let rows =
        [(r#"{"device":{"phoneNumber":"+34600002621"}}"#, "200"), ("{}", "422 MISSING_IDENTIFIER")];
    for (body, verdict) in rows {
        assert_eq!(call(&sandbox, V1, &token, body).await.verdict(), verdict, "{body}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_given_where_it_was_asked_for_and_works_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let scope = "openid+offline_access+dpv:Fraud+device-roaming-status:read";
    let answer = crate::client::authorize(&sandbox, "+34600000002", scope).await.json();
    let answer = poll(&sandbox, answer["auth_req_id"].as_str().unwrap()).await.json();
    let refresh = async |token: &Value| {
        let token = token.as_str().unwrap();
        let body = format!("grant_type=refresh_token&refresh_token={token}");
        form(&sandbox, "/token", &body).await
    };
    let first = refresh(&answer["refresh_token"]).await;
    assert_eq!(first.verdict(), "200");
    assert_eq!(refresh(&answer["refresh_token"]).await.verdict(), "400 invalid_grant");
    assert_eq!(refresh(&first.json()["refresh_token"]).await.verdict(), "200");
}

#[cfg(feature = "camara")]
#[tokio::test]
async fn a_client_that_finds_the_endpoints_needs_to_know_the_issuer_alone() {
    use roamgate::camara::{Aggregator, Client};
    use roamgate::{Query, RoamingProvider};
    let sandbox = Sandbox::builder().client_key(EC_PUBLIC).unwrap().start().await.unwrap();
    let issuer = sandbox.base_url();
    const NAMES: &str = "['tel:{e164}', 'ipport:{ipport}']";
    let key = format!("{}/tests/support/keys/ec.pem", env!("CARGO_MANIFEST_DIR"));
    for (grant, audience, requests) in [
        (format!("{{ ciba: {{ loginHint: {NAMES}, scope: '{SCOPE}' }} }}"), "endpoint", 3),
        (format!("{{ jwtBearer: {{ subject: {NAMES}, scope: '{SCOPE}' }} }}"), "issuer", 2),
        ("{ clientCredentials: { scope: 'device-roaming-status:read' } }".to_owned(), "issuer", 2),
    ] {
        let yaml = format!(
            "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {issuer}\ndiscovery: {{ issuer: '{issuer}' }}\n\
             client: {{ id: {}, authentication: {{ privateKeyJwt: {{ key: {{ file: '{key}' }}, algorithm: ES256, audience: {audience} }} }} }}\n\
             grant: {grant}\napi: {{ dialect: device-roaming-status-1 }}\n",
            sandbox.client_id()
        );
        let client = Client::new(Aggregator::from_yaml("a.yaml", &yaml).unwrap()).unwrap();
        sandbox.reset_calls();
        client.roaming_status(&Query::new(line("+34600000002"))).await.unwrap();
        assert_eq!(sandbox.calls().total(), requests, "{grant}");
        for address in ["203.0.113.1:5060", "[2001:db8::1]"] {
            let query = Query::new(roamgate::Line::parse_address(address).unwrap());
            let answer = client.roaming_status(&query).await.unwrap();
            assert_ne!(answer.status(), roamgate::RoamingStatus::Home, "{grant}");
        }
    }
}

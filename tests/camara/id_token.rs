//! ID tokens: for this sign-in, this client and of this issuer, or nothing is kept.

use std::time::UNIX_EPOCH;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use roamgate::camara::Client;
use roamgate::{Clock, Line};
use serde_json::{Value, json as value};

use crate::sign_in::{brought, discovering, query_of};
use crate::support::aggregator::{Aggregator, TOKEN, json};
use crate::support::keys::{EC, RSA, RSA_2};

/// A JWT with these claims, signed so.
fn jwt(pem: &str, header: Value, claims: &Value) -> String {
    let part = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", part(&header), part(claims));
    let (algorithm, key) = match header["alg"].as_str().unwrap() {
        "ES256" => (Algorithm::ES256, EncodingKey::from_ec_pem(pem.as_bytes())),
        "PS256" => (Algorithm::PS256, EncodingKey::from_rsa_pem(pem.as_bytes())),
        _ => (Algorithm::RS256, EncodingKey::from_rsa_pem(pem.as_bytes())),
    };
    let signer = (DEFAULT_PROVIDER.signer_factory)(&algorithm, &key.unwrap()).unwrap();
    let signature = signer.try_sign(message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn public(pem: &str, algorithm: Algorithm, id: &str) -> Value {
    let key = match algorithm {
        Algorithm::ES256 => EncodingKey::from_ec_pem(pem.as_bytes()),
        _ => EncodingKey::from_rsa_pem(pem.as_bytes()),
    };
    let mut jwk =
        serde_json::to_value(Jwk::from_encoding_key(&key.unwrap(), algorithm).unwrap()).unwrap();
    jwk["kid"] = id.into();
    jwk
}

/// A key that encrypts and signs nothing.
fn for_secrets() -> Value {
    let mut key = public(RSA, Algorithm::RS256, "for-secrets");
    key["use"] = "enc".into();
    key
}

/// A header that says with which key it wants to be checked.
fn bringing_its_key() -> Value {
    let key = public(RSA_2, Algorithm::RS256, "own");
    value!({ "alg": "RS256", "kid": "rsa", "jwk": key, "jku": "https://evil.example/keys" })
}

fn seconds() -> u64 {
    Clock::system().now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// What an ID token says that is taken.
fn claims(server: &Aggregator, nonce: &str) -> Value {
    let now = seconds();
    value!({ "iss": server.base, "sub": "pseudonym", "aud": "my-app", "exp": now + 60,
             "iat": now, "nonce": nonce })
}

type Made<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// One in which this claim is another.
fn with<'a>(server: &'a Aggregator, name: &'static str, change: impl Into<Value>) -> Made<'a> {
    let change = change.into();
    Box::new(move |nonce| {
        let mut claims = claims(server, nonce);
        claims[name] = change.clone();
        Some(jwt(RSA, value!({ "alg": "RS256", "kid": "rsa" }), &claims))
    })
}

/// One that is signed so.
fn signed<'a>(server: &'a Aggregator, pem: &'static str, header: Value) -> Made<'a> {
    Box::new(move |nonce| Some(jwt(pem, header.clone(), &claims(server, nonce))))
}

/// One that nobody signed.
fn unsigned(server: &Aggregator) -> Made<'_> {
    Box::new(|nonce| {
        let part = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
        Some(format!("{}.{}.", part(value!({ "alg": "none" })), part(claims(server, nonce))))
    })
}

/// Signs in, where the token endpoint answers with this ID token for the nonce.
async fn with_id_token(
    server: &Aggregator,
    client: &Client,
    id_token: impl Fn(&str) -> Option<String>,
) -> Result<Line, String> {
    server.always(
        "/keys",
        json(
            200,
            value!({ "keys": [
                { "kty": "strange", "kid": "strange" },
                { "kty": "oct", "k": "c2VjcmV0", "kid": "rsa" },
                for_secrets(),
                public(RSA, Algorithm::RS256, "rsa"),
                public(EC, Algorithm::ES256, "ec"),
            ]})
            .to_string(),
        ),
    );
    let sign_in = client.begin_sign_in(None).await.unwrap();
    let mut body = value!({ "access_token": "t", "token_type": "Bearer", "expires_in": 60 });
    if let Some(token) = id_token(&query_of(&sign_in)["nonce"]) {
        body["id_token"] = token.into();
    }
    server.always(TOKEN, json(200, body.to_string()));
    let response = brought(&format!("code=1&state={}", sign_in.state()));
    client.finish_sign_in(sign_in, response).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn an_id_token_that_the_issuer_signed_for_this_sign_in_is_taken() {
    let server = Aggregator::start().await;
    let client = discovering(&server, "");
    let key = |alg, kid| value!({ "alg": alg, "kid": kid });
    let rows = [
        ("RS256", signed(&server, RSA, key("RS256", "rsa"))),
        ("PS256", signed(&server, RSA, key("PS256", "rsa"))),
        ("ES256", signed(&server, EC, key("ES256", "ec"))),
        ("no kid", signed(&server, EC, value!({ "alg": "ES256" }))),
        ("a list of one", with(&server, "aud", value!(["my-app"]))),
        ("a clock that is behind", with(&server, "iat", seconds() + 50)),
    ];
    for (what, id_token) in rows {
        let signed_in = with_id_token(&server, &client, id_token).await;
        assert!(signed_in.is_ok_and(Line::is_recognised), "{what}");
    }
}

#[tokio::test]
async fn any_other_id_token_ends_the_sign_in() {
    let server = Aggregator::start().await;
    let client = discovering(&server, "");
    let key = |alg, kid| value!({ "alg": alg, "kid": kid });
    let not_signed = "an ID token that the issuer has not signed";
    let rows = [
        ("no ID token, although `openid` was asked for", Box::new(|_: &str| None) as Made<'_>),
        ("an ID token that is no signed JWT", Box::new(|_| Some("opaque".to_owned()))),
        ("an ID token signed by an algorithm that we do not take", unsigned(&server)),
        (not_signed, signed(&server, RSA_2, key("RS256", "rsa"))),
        (not_signed, signed(&server, RSA, key("RS256", "ec"))),
        (not_signed, signed(&server, RSA, key("RS256", "for-secrets"))),
        (not_signed, signed(&server, RSA_2, bringing_its_key())),
        (
            "an ID token signed by an algorithm that we do not take",
            signed(&server, RSA, key("HS256", "rsa")),
        ),
        (
            "an ID token that demands what we do not know",
            signed(&server, RSA, value!({ "alg": "RS256", "kid": "rsa", "crit": ["b64"] })),
        ),
        ("an ID token that is no signed JWT", with(&server, "exp", "soon")),
        ("an ID token that is no signed JWT", with(&server, "exp", Value::Null)),
        ("an ID token that is no signed JWT", with(&server, "iat", true)),
        ("an ID token that is no signed JWT", with(&server, "aud", value!([1]))),
        ("an ID token for another client", with(&server, "aud", value!([]))),
        ("an ID token for another sign-in", with(&server, "nonce", Value::Null)),
        ("an ID token of another issuer", with(&server, "iss", "https://other.example")),
        ("an ID token for another client", with(&server, "aud", "another")),
        ("an ID token for another client", with(&server, "azp", "another")),
        (
            "an ID token for several clients, none of them named",
            with(&server, "aud", value!(["my-app", "another"])),
        ),
        ("an ID token that has expired", with(&server, "exp", seconds() - 61)),
        ("an ID token that is issued in the future", with(&server, "iat", seconds() + 90)),
        ("an ID token for another sign-in", with(&server, "nonce", "another")),
    ];
    for (fault, id_token) in rows {
        let error = with_id_token(&server, &client, id_token).await.unwrap_err();
        assert_eq!(error, format!("invalidAnswer: the token endpoint gave {fault}"));
    }
}

#[tokio::test]
async fn an_issuer_without_keys_is_compared_all_the_same() {
    let server = Aggregator::start().await;
    let base = &server.base;
    let metadata = format!(
        r#"{{"issuer":"{base}","token_endpoint":"{base}/token","authorization_endpoint":"{base}/go"}}"#
    );
    let client = discovering(&server, "");
    server.always("/.well-known/openid-configuration", json(200, metadata));
    assert!(with_id_token(&server, &client, unsigned(&server)).await.is_ok(), "TLS vouches for it");
    let other = with(&server, "iss", "https://other.example");
    let error = with_id_token(&server, &client, other).await.unwrap_err();
    assert_eq!(error, "invalidAnswer: the token endpoint gave an ID token of another issuer");
}

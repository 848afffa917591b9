//! The page where a customer signs in: what a strict operator lets pass, and what comes back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roamgate::sandbox::{Sandbox, Scenario};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::client::{Answer, FORM, form, get, line, post};

const BACK: &str = "https://shop.example/back";
const STATE: &str = "state-of-more-than-128-bits";
const NONCE: &str = "nonce-of-more-than-128-bits";
const VERIFIER: &str = "verifier-of-43-letters-at-least-as-rfc-7636-says";

async fn sandbox() -> Sandbox {
    Sandbox::builder().redirect_uri(BACK).start().await.unwrap()
}

/// The parameters of a good request.
fn good() -> Vec<(&'static str, String)> {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    [
        ("response_type", "code"),
        ("client_id", "mock_sandbox_app_id"),
        ("redirect_uri", BACK),
        ("scope", "openid dpv:FraudPreventionAndDetection device-roaming-status:read"),
        ("state", STATE),
        ("nonce", NONCE),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

fn encoded<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn query(pairs: &[(&'static str, String)]) -> String {
    encoded(pairs.iter().map(|(name, value)| (*name, value.as_str())))
}

/// A good request in which this parameter is another, or missing.
fn but(name: &'static str, value: Option<&str>) -> String {
    let mut pairs = good();
    pairs.retain(|(known, _)| *known != name);
    pairs.extend(value.map(|value| (name, value.to_owned())));
    query(&pairs)
}

/// What the browser is sent back with, without the issuer.
fn back(answer: &Answer) -> Option<(String, Option<String>)> {
    let (address, query) = answer.header("location")?.split_once('?').unwrap();
    assert_eq!((answer.status, address), (303, BACK));
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let named = |wanted| pairs.iter().find(|(name, _)| name == wanted).map(|(_, it)| it.clone());
    assert!(named("iss").unwrap().starts_with("http://127.0.0.1:"));
    let (name, value) = pairs.first().unwrap();
    let value = if name == "code" { "" } else { value };
    Some((format!("{name} {value}").trim().to_owned(), named("state")))
}

/// Chooses on the page.
async fn choose(sandbox: &Sandbox, more: &[(&str, &str)]) -> Answer {
    let body = format!("{}&{}", query(&good()), encoded(more.iter().copied()));
    post(sandbox, "/authorize", &[FORM], &body).await
}

const ALLOW: [(&str, &str); 2] = [("sandbox.network", "mobile"), ("sandbox.consent", "allow")];

#[tokio::test]
async fn the_page_asks_for_line_network_and_consent_without_a_script() {
    let sandbox = sandbox().await;
    let answer = get(&sandbox, &format!("/authorize?{}", query(&good()))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    for part in ["mock_sandbox_app_id", "Mobile data", "Wi-Fi", "Allow", "Refuse", "+34600007241"] {
        assert!(answer.body.contains(part), "{part}");
    }
    assert!(!answer.body.contains("<script"));
    assert_eq!(sandbox.calls().authorize, 1);
}

#[tokio::test]
async fn what_the_customer_chooses_is_what_the_client_hears() {
    let sandbox = sandbox().await;
    sandbox.set(line("+34600000009"), Scenario::ConsentRefused);
    let pick = |number| ("sandbox.line", number);
    let rows: [(&[(&str, &str)], &str); 6] = [
        (&[pick("+34600000002")], "code"),
        (&[pick("+34600000002"), ("sandbox.consent", "refuse")], "error access_denied"),
        (&[pick("+34600000002"), ("sandbox.network", "wifi")], "error login_required"),
        (&[pick("+34600000002"), ("sandbox.other", "+34600000009")], "error access_denied"),
        (&[pick("+34600004043")], "error login_required"),
        (&[pick("+34600004033")], "error access_denied"),
    ];
    for (chosen, expected) in rows {
        let left = ALLOW.iter().filter(|(name, _)| !chosen.iter().any(|(own, _)| own == name));
        let chosen: Vec<_> = chosen.iter().chain(left).copied().collect();
        let answer = choose(&sandbox, &chosen).await;
        let expected = (expected.to_owned(), Some(STATE.to_owned()));
        assert_eq!(back(&answer), Some(expected), "{chosen:?}");
    }
    let nobody = choose(&sandbox, &ALLOW).await;
    assert_eq!((nobody.status, back(&nobody)), (400, None));
    assert!(nobody.body.contains("Write a number as +34600000001."));
}

#[tokio::test]
async fn whoever_is_not_registered_is_not_sent_back() {
    let sandbox = sandbox().await;
    let rows = [
        but("client_id", Some("another")),
        but("client_id", None),
        but("redirect_uri", None),
        but("redirect_uri", Some("https://shop.example/back/")),
        but("redirect_uri", Some("https://shop.example.evil.example/back")),
        format!("{}&state=again", query(&good())),
    ];
    for query in rows {
        let shown = get(&sandbox, &format!("/authorize?{query}")).await;
        let chosen = post(&sandbox, "/authorize", &[FORM], &format!("{query}&x=y")).await;
        for answer in [shown, chosen] {
            assert_eq!((answer.status, answer.header("location")), (400, None), "{query}");
        }
    }
    let unregistered = Sandbox::start().await.unwrap();
    let answer = get(&unregistered, &format!("/authorize?{}", query(&good()))).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn what_a_strict_server_does_not_take_comes_back_as_an_error() {
    let sandbox = sandbox().await;
    let invalid = "error invalid_request";
    let rows = [
        (but("response_type", Some("token")), "error unsupported_response_type"),
        (but("response_type", None), "error unsupported_response_type"),
        (but("scope", Some("openid")), "error invalid_scope"),
        (but("state", Some("short")), invalid),
        (but("state", None), invalid),
        (but("nonce", None), invalid),
        (but("code_challenge", None), invalid),
        (but("code_challenge", Some("short")), invalid),
        (but("code_challenge_method", Some("plain")), invalid),
        (but("code_challenge_method", None), invalid),
        (but("prompt", Some("none")), "error consent_required"),
        (but("request", Some("e30.e30.")), "error request_not_supported"),
        (but("request_uri", Some("https://x.example")), "error request_uri_not_supported"),
    ];
    for (query, expected) in rows {
        let answer = get(&sandbox, &format!("/authorize?{query}")).await;
        assert_eq!(back(&answer).map(|(what, _)| what).as_deref(), Some(expected), "{query}");
    }
}

#[tokio::test]
async fn nothing_that_a_client_sends_becomes_part_of_the_page() {
    let sandbox = sandbox().await;
    let hostile = r#""><script>alert(1)</script>"#;
    for name in ["login_hint", "state", "nonce", "anything"] {
        let hostile = format!("{hostile}{hostile}");
        let answer = get(&sandbox, &format!("/authorize?{}", but(name, Some(&hostile)))).await;
        assert_eq!((answer.status, answer.body.contains("<script")), (200, false), "{name}");
    }
}

#[tokio::test]
async fn a_code_works_once_and_for_whom_it_was_given() {
    let sandbox = sandbox().await;
    let code = async || {
        let pick = [ALLOW[0], ALLOW[1], ("sandbox.line", "+34600000002")];
        let answer = choose(&sandbox, &pick).await;
        let (_, query) = answer.header("location").unwrap().split_once('?').unwrap();
        form_urlencoded::parse(query.as_bytes()).next().unwrap().1.into_owned()
    };
    let exchange = async |code: &str, uri: &str, verifier: &str| {
        let body = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={uri}&code_verifier={verifier}"
        );
        form(&sandbox, "/token", &body).await
    };
    let good = code().await;
    let answer = exchange(&good, BACK, VERIFIER).await;
    assert_eq!(answer.verdict(), "200");
    let id_token = answer.json()["id_token"].as_str().unwrap().to_owned();
    let claims = URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!((&claims["nonce"], &claims["aud"]), (&NONCE.into(), &sandbox.client_id().into()));
    assert!(!claims["sub"].as_str().unwrap().contains("34600000002"));
    assert_eq!(get(&sandbox, "/keys").await.json()["keys"].as_array().unwrap().len(), 1);

    let rows = [
        (good, BACK, VERIFIER, "400 invalid_grant"),
        (code().await, "https://other.example", VERIFIER, "400 invalid_grant"),
        (code().await, BACK, "guessed", "400 invalid_grant"),
        (code().await, BACK, "", "400 invalid_request"),
    ];
    for (code, uri, verifier, expected) in rows {
        assert_eq!(exchange(&code, uri, verifier).await.verdict(), expected, "{uri} {verifier}");
    }
}

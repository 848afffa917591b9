//! Customers whom the operator recognises: the authorization-code flow, seen from the client.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roamgate::camara::{AuthorizationResponse, Client, SignIn};
use roamgate::{Line, ProviderError, Query, RoamingProvider, UnknownReason};
use sha2::{Digest, Sha256};

use crate::grants::{base, file, parameter, parameters};
use crate::support::aggregator::{Aggregator, ROAMING, ROAMING_1, TOKEN, json};
use crate::{calls, client_of, file_with, line, refused};

pub(crate) const PLAIN: &str =
    "{ authorizationCode: { scope: roaming, redirectUri: 'https://shop.example/back' } }";
const OPENID: &str =
    "{ authorizationCode: { scope: 'openid roaming', redirectUri: 'https://shop.example/back' } }";

/// A client that knows the server's endpoints from its file.
pub(crate) fn knowing(server: &Aggregator, grant: &str) -> Client {
    let secret = file_with("s3cr3t");
    let basic = format!("{{ basic: {{ secret: {{ file: '{}' }} }} }}", secret.display());
    client_of(&file(&base(server), &basic, grant))
}

/// A client that reads them from the metadata of the issuer.
pub(crate) fn discovering(server: &Aggregator, more: &str) -> Client {
    let base = &server.base;
    let metadata = format!(
        r#"{{"issuer":"{base}","token_endpoint":"{base}/token","authorization_endpoint":"{base}/go","jwks_uri":"{base}/keys"{more}}}"#
    );
    server.always("/.well-known/openid-configuration", json(200, metadata));
    let place = format!("baseUrl: {base}\ndiscovery: {{ issuer: '{base}' }}");
    client_of(&file(&place, "none", OPENID))
}

pub(crate) fn query_of(sign_in: &SignIn) -> BTreeMap<String, String> {
    let (_, query) = sign_in.url().split_once('?').unwrap();
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

pub(crate) fn brought(query: &str) -> AuthorizationResponse {
    AuthorizationResponse::parse(query).unwrap()
}

pub(crate) async fn finish(client: &Client, more: &str) -> Result<Line, ProviderError> {
    let sign_in = client.begin_sign_in(None).await?;
    let response = brought(&format!("state={}&{more}", sign_in.state()));
    client.finish_sign_in(sign_in, response).await
}

#[tokio::test]
async fn a_browser_is_sent_off_with_a_challenge_and_without_a_number() {
    let server = Aggregator::start().await;
    let client = knowing(&server, PLAIN);
    let sign_in = client.begin_sign_in(Some(line())).await.unwrap();
    assert!(sign_in.url().starts_with(&format!("{}/authorize?", server.base)));
    let query = query_of(&sign_in);
    let names: Vec<_> = query.keys().map(String::as_str).collect();
    let expected = [
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
    ];
    assert_eq!(names, expected);
    assert_eq!(query["redirect_uri"], "https://shop.example/back");
    assert_eq!([&query["response_type"], &query["code_challenge_method"]], ["code", "S256"]);
    assert_eq!(query["state"], sign_in.state());
    // 256 bits each, and others every time.
    let other = query_of(&client.begin_sign_in(None).await.unwrap());
    for name in ["state", "code_challenge"] {
        assert_eq!(query[name].len(), 43);
        assert_ne!(query[name], other[name]);
    }
    assert!(server.seen().is_empty(), "nobody is asked before the customer is");
}

#[tokio::test]
async fn the_code_is_exchanged_with_the_verifier_and_the_token_serves_the_line() {
    let server = Aggregator::start().await;
    let client = knowing(&server, PLAIN);
    let sign_in = client.begin_sign_in(None).await.unwrap();
    let challenge = query_of(&sign_in)["code_challenge"].clone();
    let before = client.roaming_status(&Query::new(sign_in.line())).await.unwrap_err();
    assert_eq!(
        before.to_string(),
        "noConsent: the customer has not signed in, or must sign in again"
    );
    let response = brought(&format!("code=code-1&state={}", sign_in.state()));
    let line = client.finish_sign_in(sign_in, response).await.unwrap();
    assert!(line.is_recognised());
    client.roaming_status(&Query::new(line)).await.unwrap();
    assert_eq!(calls(client.calls()), [0, 1, 1]);

    let seen = server.seen();
    let sent: BTreeMap<_, _> = parameters(&seen[0]).into_iter().collect();
    let verifier = &sent["code_verifier"];
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)), challenge);
    assert_eq!(sent["grant_type"], "authorization_code");
    assert_eq!(sent["code"], "code-1");
    assert_eq!(sent["redirect_uri"], "https://shop.example/back");
    assert_eq!((seen[1].path.as_str(), seen[1].body.as_str()), (ROAMING_1, "{}"));
}

#[tokio::test]
async fn no_two_customers_share_a_line() {
    let server = Aggregator::start().await;
    let client = knowing(&server, PLAIN);
    let one = finish(&client, "code=1").await.unwrap();
    let other = client.begin_sign_in(None).await.unwrap();
    assert_ne!(one, other.line());
    let error = client.roaming_status(&Query::new(other.line())).await.unwrap_err();
    assert_eq!(error.reason(), UnknownReason::NoConsent);
}

#[tokio::test]
async fn where_the_dialect_or_the_server_needs_a_number_it_must_be_claimed() {
    let server = Aggregator::start().await;
    let hinted = "{ authorizationCode: { scope: roaming, redirectUri: 'https://shop.example/back', \
                  loginHint: 'tel:{e164}', extra: { prompt: consent } } }";
    let by_dialect = file(&base(&server), "none", PLAIN).replace("roaming-status-1", "status-0.4");
    let by_dialect = client_of(&by_dialect.replace("device-roaming", "device"));
    let by_server = knowing(&server, hinted);
    for client in [&by_dialect, &by_server] {
        let error = client.begin_sign_in(None).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "noIdentifier: a number is needed to sign in with this aggregator"
        );
    }
    // A number in the body is not proved by the token: it stays what was claimed.
    let sign_in = by_dialect.begin_sign_in(Some(line())).await.unwrap();
    assert_eq!(sign_in.line(), line());
    let response = brought(&format!("code=1&state={}", sign_in.state()));
    let signed_in = by_dialect.finish_sign_in(sign_in, response).await.unwrap();
    by_dialect.roaming_status(&Query::new(signed_in)).await.unwrap();
    assert_eq!(server.seen().last().unwrap().path, ROAMING);

    let sign_in = by_server.begin_sign_in(Some(line())).await.unwrap();
    assert!(sign_in.line().is_recognised());
    let query = query_of(&sign_in);
    assert_eq!([&query["login_hint"], &query["prompt"]], ["tel:+34600000001", "consent"]);
}

#[tokio::test]
async fn each_refusal_of_the_operator_has_its_reason() {
    use UnknownReason::*;
    let rows = [
        ("access_denied", NoConsent),
        ("consent_required", NoConsent),
        ("login_required", NoIdentifier),
        ("interaction_required", NoIdentifier),
        ("account_selection_required", NoIdentifier),
        ("server_error", Unavailable),
        ("temporarily_unavailable", Unavailable),
        ("invalid_request", Misconfigured),
        ("invalid_request_object", Misconfigured),
        ("invalid_scope", Misconfigured),
        ("request_not_supported", Misconfigured),
        ("request_uri_not_supported", Misconfigured),
        ("unauthorized_client", Misconfigured),
        ("unsupported_response_type", Misconfigured),
    ];
    let server = Aggregator::start().await;
    let client = knowing(&server, PLAIN);
    for (error, reason) in rows {
        let refused = finish(&client, &format!("error={error}")).await.unwrap_err();
        assert_eq!(refused.reason(), reason, "{error}");
        assert!(refused.to_string().ends_with(&format!("endpoint answered {error}")));
    }
    let strange = finish(&client, "error=%3Cb%3E%2B34600000001").await.unwrap_err();
    assert_eq!(
        strange.to_string(),
        "invalidAnswer: the authorize endpoint answered an error that we do not know"
    );
    assert!(server.seen().is_empty(), "no code was sent");
}

#[tokio::test]
async fn an_answer_for_another_sign_in_or_of_another_issuer_is_not_taken() {
    let server = Aggregator::start().await;
    let promising = r#","authorization_response_iss_parameter_supported":true"#;
    let foreign = "invalidAnswer: the answer comes from another issuer";
    let silent = "invalidAnswer: the answer does not name its issuer, who promised to do so";
    let rows = [
        (discovering(&server, ""), "&iss=https://other.example", foreign),
        (discovering(&server, promising), "&iss=https://other.example", foreign),
        (discovering(&server, promising), "", silent),
    ];
    for (client, more, expected) in rows {
        let error = finish(&client, &format!("code=1{more}")).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let client = knowing(&server, PLAIN);
    let sign_in = client.begin_sign_in(None).await.unwrap();
    let error = client.finish_sign_in(sign_in, brought("code=1&state=another")).await.unwrap_err();
    assert_eq!(error.to_string(), "invalidAnswer: the answer belongs to another sign-in");
    assert_eq!(server.count(TOKEN), 0);
}

#[test]
fn what_no_honest_server_writes_is_no_answer() {
    let long = format!("code={}&state=s", "x".repeat(8 * 1024));
    let rows = [
        ("", "the query has no `state`, or not exactly one of `code` and `error`"),
        ("state=s", "the query has no `state`, or not exactly one of `code` and `error`"),
        ("code=c", "the query has no `state`, or not exactly one of `code` and `error`"),
        ("code=&state=s", "the query has no `state`, or not exactly one of `code` and `error`"),
        (
            "code=c&error=e&state=s",
            "the query has no `state`, or not exactly one of `code` and `error`",
        ),
        ("code=%00&state=s", "the query has no `state`, or not exactly one of `code` and `error`"),
        ("code=a&code=a&state=s", "a parameter stands in the query twice"),
        ("code=a&state=s&state=s", "a parameter stands in the query twice"),
        ("code=a&state=s&x=1&x=2", "a parameter stands in the query twice"),
        (&long, "the query is longer than 8 KiB"),
    ];
    for (query, expected) in rows {
        assert_eq!(
            AuthorizationResponse::parse(query).unwrap_err().to_string(),
            expected,
            "{query}"
        );
    }
}

#[tokio::test]
async fn k_a_code_whose_exchange_got_no_answer_is_not_sent_again() {
    let rows = [
        (json(503, ""), UnknownReason::Unavailable),
        (refused("invalid_grant"), UnknownReason::NoConsent),
    ];
    for (reply, reason) in rows {
        let server = Aggregator::start().await;
        server.always(TOKEN, reply);
        let error = finish(&knowing(&server, PLAIN), "code=1").await.unwrap_err();
        assert_eq!((error.reason(), server.count(TOKEN)), (reason, 1));
    }
}

#[tokio::test]
async fn codes_are_for_the_grant_of_codes() {
    let server = Aggregator::start().await;
    let own = "{ clientCredentials: { scope: roaming } }";
    for (client, grant) in [("none", own), ("", "none")] {
        let client = client_of(&file(&base(&server), client, grant));
        let error = client.begin_sign_in(None).await.unwrap_err();
        assert_eq!(error.reason(), UnknownReason::Misconfigured);
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn nothing_of_a_sign_in_can_be_printed() {
    let server = Aggregator::start().await;
    let client = knowing(&server, PLAIN);
    let sign_in = client.begin_sign_in(None).await.unwrap();
    let response = brought(&format!("code=canary&state={}", sign_in.state()));
    assert_eq!(
        format!("{sign_in:?} {response:?}"),
        "SignIn { line: Line(#…), .. } AuthorizationResponse(a code)"
    );
    client.finish_sign_in(sign_in, response).await.unwrap();
    assert_eq!(parameter(&server.seen()[0], "code").as_deref(), Some("canary"));
}

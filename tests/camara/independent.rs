//! What independent servers do, and what their operators write into files: shown by runs against an
//! OpenID-certified provider and against mocks that validate every request.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use roamgate::camara::AuthorizationResponse;

use crate::grants::{base, file, parameter, signed};
use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, ROAMING, TOKEN, json};
use crate::support::clock::wall;
use crate::support::keys::RSA;
use crate::{client, client_of, file_with, lookup};

const BEHIND: i64 = -600;
const AHEAD: i64 = 600;

/// A server's date, if its clock is so many seconds ahead.
fn date(ahead: i64) -> String {
    let now = Timestamp::try_from(wall().now()).unwrap().as_second();
    Timestamp::from_second(now + ahead).unwrap().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[tokio::test]
async fn what_messages_hide_is_sent_as_it_is_written() {
    let server = Aggregator::start().await;
    let back = "https://shop.example/callback?shop=7&lang=a%20b";
    let grant = format!("{{ authorizationCode: {{ scope: roaming, redirectUri: '{back}' }} }}");
    let client = client_of(&file(&base(&server), &signed(RSA, ""), &grant));
    let sign_in = client.begin_sign_in(None).await.unwrap();
    let query = format!("code=code-1&state={}", sign_in.state());
    let response = AuthorizationResponse::parse(&query).unwrap();
    client.finish_sign_in(sign_in, response).await.unwrap();
    assert_eq!(parameter(&server.seen()[0], "redirect_uri").as_deref(), Some(back));
}

#[tokio::test]
async fn scopes_and_further_parameters_are_sent_as_they_are_written() {
    let scope = r#"openid read:secret:all  o'brien+%20#"q" lésen "#;
    let rows = [
        ("resource", "https://user@api.example/?line=1&x=ä"),
        ("binding_message", "Zahlung: 5 € & mehr\t= \"ja\""),
        ("claims", r#"{"id_token":{"password: x":null}}"#),
        ("acr_values", "2"),
    ];
    let server = Aggregator::start().await;
    let extra: Vec<_> =
        rows.iter().map(|(name, value)| format!("{name}: {}", serde_json::json!(value))).collect();
    let (written, extra) = (serde_json::json!(scope), extra.join(", "));
    let grant = format!(
        "{{ ciba: {{ loginHint: 'tel:{{e164}}', scope: {written}, extra: {{ {extra} }} }} }}"
    );
    lookup(&client_of(&file(&base(&server), &signed(RSA, ""), &grant))).await.unwrap();
    let seen = server.seen();
    let form = seen.iter().find(|seen| seen.path == BC_AUTHORIZE).unwrap();
    for (name, value) in rows.into_iter().chain([("scope", scope)]) {
        assert_eq!(parameter(form, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(server.count(TOKEN), 1);
}

#[tokio::test]
async fn a_moment_to_come_back_is_one_of_the_servers_clock() {
    for ahead in [0, BEHIND, AHEAD] {
        let server = Aggregator::start().await;
        let busy = json(503, "").header("date", date(ahead));
        server.always(ROAMING, busy.header("retry-after", date(ahead + 20)));
        let error = lookup(&client(&server)).await.unwrap_err();
        let (least, most) = (Duration::from_secs(19), Duration::from_secs(21));
        assert!((least..=most).contains(&error.wait().unwrap()), "{ahead}: {:?}", error.wait());
    }
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_named_where_it_may_be_to_blame() {
    let unknown_to = "misconfigured: the bc-authorize endpoint answered 401 invalid_client";
    let blame = "; its clock and ours are ";
    for (ahead, blames) in [(0, false), (20, false), (BEHIND, true), (AHEAD, true)] {
        let server = Aggregator::start().await;
        let refusal = json(401, r#"{"error":"invalid_client"}"#).header("date", date(ahead));
        server.always(BC_AUTHORIZE, refusal);
        let told = lookup(&client(&server)).await.unwrap_err().to_string();
        assert!(told.starts_with(unknown_to), "{told}");
        assert_eq!(told.contains(blame), blames, "{told}");
        assert!(!blames || told.ends_with("s apart"), "{told}");
    }
    let server = Aggregator::start().await;
    let told = Timestamp::try_from(wall().now()).unwrap() + Duration::from_secs(600);
    let answer = json(200, format!(r#"{{"roaming":false,"lastStatusTime":"{told}"}}"#));
    server.always(ROAMING, answer.header("date", date(AHEAD)));
    let told = lookup(&client(&server)).await.unwrap_err().to_string();
    let future =
        "invalidAnswer: the roaming endpoint gave a `lastStatusTime` that lies in the future";
    assert!(told.starts_with(&format!("{future}{blame}")), "{told}");
}

#[tokio::test]
async fn a_certificate_file_is_read_also_where_nothing_is_encrypted() {
    let yaml = file("baseUrl: http://127.0.0.1:1", "", "none");
    let missing = format!("{}/no-such-file", env!("CARGO_TARGET_TMPDIR"));
    let yaml = format!("{yaml}tls: {{ ca: {{ file: {missing} }} }}\n");
    let aggregator = roamgate::camara::Aggregator::from_yaml("a.yaml", &yaml).unwrap();
    assert_eq!(
        roamgate::camara::Client::new(aggregator).unwrap_err().to_string(),
        format!("cannot read `{missing}`: No such file or directory (os error 2)")
    );
}

#[tokio::test]
async fn what_editors_add_to_a_secret_is_not_part_of_it() {
    let server = Aggregator::start().await;
    let secret = file_with("\u{feff}s\r\n");
    let method = format!("{{ basic: {{ secret: {{ file: '{}' }} }} }}", secret.display());
    let grant = "{ clientCredentials: { scope: roaming } }";
    lookup(&client_of(&file(&base(&server), &method, grant))).await.unwrap();
    let credentials = STANDARD.encode("my-app:s");
    assert_eq!(server.seen()[0].header("authorization"), format!("Basic {credentials}"));
}

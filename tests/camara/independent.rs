//! What independent servers do, and what their operators write into files: shown by runs against an
//! OpenID-certified provider and against mocks that validate every request.

use crate::grants::{base, file, parameter, signed};
use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, TOKEN};
use crate::support::keys::RSA;
use crate::{client_of, line, lookup};

#[tokio::test]
async fn what_messages_hide_is_sent_as_it_is_written() {
    let server = Aggregator::start().await;
    let back = "https://shop.example/callback?shop=7&lang=a%20b";
    let grant = format!("{{ authorizationCode: {{ scope: roaming, redirectUri: '{back}' }} }}");
    let client = client_of(&file(&base(&server), &signed(RSA, ""), &grant));
    client.exchange_code(line(), "code-1", "verifier-1").await.unwrap();
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

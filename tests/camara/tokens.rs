//! What a token endpoint may answer, and what becomes of it.

use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, TOKEN, json};
use crate::{client, lookup};

async fn outcome(reply: crate::support::aggregator::Reply) -> String {
    let server = Aggregator::start().await;
    server.always(TOKEN, reply);
    lookup(&client(&server)).await.map_or_else(|error| error.to_string(), |_| "home".to_owned())
}

#[tokio::test]
async fn only_a_bearer_token_that_fits_into_a_header_is_used() {
    let malformed = "invalidAnswer: the token endpoint gave a body that is no token response";
    let unsafe_token =
        "invalidAnswer: the token endpoint gave a token that cannot stand in a header";
    let other_type = "misconfigured: the token endpoint gave a token that is no bearer token";
    let narrowed = "noConsent: the token was granted without \
                    `dpv:FraudPreventionAndDetection#device-status-roaming-read`, which was asked for";
    let long = format!(r#"{{"access_token":"{}","token_type":"Bearer"}}"#, "x".repeat(20_000));
    let longest = format!(r#"{{"access_token":"{}","token_type":"Bearer"}}"#, "x".repeat(65_536));
    let oversized = "invalidAnswer: the token endpoint gave a body of more than 64 KiB";
    let rows = [
        (longest.as_str(), oversized),
        (r#"{"access_token":"t","token_type":"Bearer"}"#, "home"),
        (r#"{"access_token":"t","token_type":"bEARER","expires_in":"60"}"#, "home"),
        (r#"{"access_token":"t","token_type":"Bearer","scope":null,"id_token":"x"}"#, "home"),
        (
            r#"{"access_token":"t","token_type":"Bearer","scope":"device-status-roaming-read"}"#,
            "home",
        ),
        (r#"{"access_token":"t","token_type":"Bearer","scope":"openid"}"#, narrowed),
        (r#"{"access_token":"t","token_type":"DPoP"}"#, other_type),
        (r#"{"access_token":"t"}"#, malformed),
        (r#"{"token_type":"Bearer"}"#, malformed),
        (r#"{"access_token":"","token_type":"Bearer"}"#, unsafe_token),
        (r#"{"access_token":"a b","token_type":"Bearer"}"#, unsafe_token),
        (r#"{"access_token":"a\r\nx: y","token_type":"Bearer"}"#, unsafe_token),
        (r#"{"access_token":"é","token_type":"Bearer"}"#, unsafe_token),
        (long.as_str(), unsafe_token),
        (r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#, malformed),
        (
            r#"{"access_token":"a","token_type":"Bearer","expires_in":60,"expires_in":600}"#,
            malformed,
        ),
        (r#"["t","Bearer",60]"#, malformed),
        ("<html>sign in</html>", malformed),
        ("", malformed),
    ];
    for (body, expected) in rows {
        assert_eq!(outcome(json(200, body)).await, expected, "{body}");
    }
}

#[tokio::test]
async fn a_login_page_is_no_token() {
    let body = r#"{"access_token":"t","token_type":"Bearer"}"#;
    let page = json(200, body).header("content-type", "text/html");
    assert_eq!(
        outcome(page).await,
        "invalidAnswer: the token endpoint gave a body that is not declared as JSON"
    );
}

#[tokio::test]
async fn a_grant_without_the_scope_is_not_asked_for_again() {
    let server = Aggregator::start().await;
    let body = r#"{"access_token":"t","token_type":"Bearer","scope":"openid"}"#;
    server.always(TOKEN, json(200, body));
    let client = client(&server);
    for _ in 0..3 {
        assert!(lookup(&client).await.is_err());
    }
    assert_eq!(server.count(BC_AUTHORIZE), 1);
}

#[tokio::test]
async fn a_failed_token_request_is_not_remembered() {
    let server = Aggregator::start().await;
    server.on(BC_AUTHORIZE, |n, _| match n {
        1 => json(503, ""),
        _ => json(200, r#"{"auth_req_id":"request","expires_in":120}"#),
    });
    let client = client(&server);
    assert!(lookup(&client).await.is_err());
    assert!(lookup(&client).await.is_ok());
}

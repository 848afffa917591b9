//! What the scenarios answer, in both APIs.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use roamgate::country::Candidates;
use roamgate::sandbox::{Sandbox, Scenario};
use roamgate::status::Visited;
use roamgate::{Clock, Country, RoamingStatus};
use serde_json::json;

use crate::client::{
    V1, V1_SCOPE, ask_v0, ask_v1, auth_req_id, authorize, call, line, poll, token,
};

const NOON: &str = "2026-03-15T12:00:00.000Z";

/// A sandbox in which it is noon of a certain day.
async fn at_noon() -> Sandbox {
    let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_773_576_000);
    Sandbox::builder().clock(Clock::from_fn(move || noon)).start().await.unwrap()
}

#[tokio::test]
async fn numbers_choose_where_a_line_is() {
    let sandbox = at_noon().await;
    let rows = [
        ("+34600000002", json!({"roaming": false})),
        ("+34777777777", json!({"roaming": false})),
        ("+34600000001", json!({"roaming": true})),
        ("+34600002621", json!({"roaming": true, "countryCode": 262, "countryName": ["DE"]})),
        ("+34600007241", json!({"roaming": true, "countryCode": 724, "countryName": ["BR"]})),
        (
            "+34600003401",
            json!({"roaming": true, "countryCode": 340, "countryName": ["BL", "GF", "GP", "MF", "MQ"]}),
        ),
        ("+34600009011", json!({"roaming": true, "countryCode": 901, "countryName": []})),
        ("+34600000024", json!({"roaming": true, "countryCode": 262, "countryName": ["FR"]})),
    ];
    for (number, mut expected) in rows {
        assert_eq!(ask_v0(&sandbox, number).await.json(), expected, "{number} in 0.4");
        expected["lastStatusTime"] = NOON.into();
        assert_eq!(ask_v1(&sandbox, number).await.json(), expected, "{number} in 1.x");
    }
}

#[tokio::test]
async fn numbers_choose_how_the_api_refuses() {
    let sandbox = Sandbox::start().await.unwrap();
    let rows = [
        ("+34600004010", "401 UNAUTHORIZED", "200"),
        ("+34600004030", "403 FORBIDDEN", "403 PERMISSION_DENIED"),
        ("+34600004040", "404 NOT_FOUND", "404 IDENTIFIER_NOT_FOUND"),
        ("+34600004220", "404 NOT_FOUND", "422 SERVICE_NOT_APPLICABLE"),
        ("+34600004290", "429 TOO_MANY_REQUESTS", "429 TOO_MANY_REQUESTS"),
        ("+34600005030", "503 SERVICE_UNAVAILABLE", "503 UNAVAILABLE"),
        ("+34600002063", "403 FORBIDDEN", "403 PERMISSION_DENIED"),
        ("+34600000006", "401 UNAUTHORIZED", "401 UNAUTHENTICATED"),
    ];
    for (number, v0, v1) in rows {
        assert_eq!(ask_v0(&sandbox, number).await.verdict(), v0, "{number} in 0.4");
        assert_eq!(ask_v1(&sandbox, number).await.verdict(), v1, "{number} in 1.x");
    }
    assert_eq!(ask_v1(&sandbox, "+34600004290").await.header("retry-after"), Some("2"));
}

#[tokio::test]
async fn a_malformed_answer_is_not_json() {
    let sandbox = Sandbox::start().await.unwrap();
    let answer = ask_v1(&sandbox, "+34600000014").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "{\"roaming\":tr"));
}

#[tokio::test]
async fn a_stale_answer_was_confirmed_a_day_ago() {
    let sandbox = at_noon().await;
    let expected = json!({"roaming": false, "lastStatusTime": "2026-03-14T12:00:00.000Z"});
    assert_eq!(ask_v1(&sandbox, "+34600000034").await.json(), expected);
    assert_eq!(ask_v0(&sandbox, "+34600000034").await.json(), json!({"roaming": false}));
}

#[tokio::test]
async fn a_narrow_scope_is_told_with_the_token() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = auth_req_id(&sandbox, "+34600002063").await;
    let answer = poll(&sandbox, &id).await;
    assert_eq!(answer.json()["scope"], "openid dpv:FraudPreventionAndDetection");
}

#[tokio::test]
async fn a_token_dies_mid_life_and_a_new_one_works() {
    let sandbox = Sandbox::start().await.unwrap();
    let old = token(&sandbox, "+34600000016", V1_SCOPE).await;
    let mut verdicts = Vec::new();
    for _ in 0..3 {
        verdicts.push(call(&sandbox, V1, &old, "{}").await.verdict());
    }
    assert_eq!(verdicts, ["200", "401 UNAUTHENTICATED", "401 UNAUTHENTICATED"]);
    assert_eq!(ask_v1(&sandbox, "+34600000016").await.verdict(), "200");
}

#[tokio::test]
async fn a_test_can_give_a_line_any_scenario() {
    let (sandbox, number) = (at_noon().await, "+34600000002");
    let set = |scenario: Scenario| sandbox.set(line(number), scenario);

    let names = ["FR", "MC"].map(|code| Country::from_code(code).unwrap());
    let names = Candidates::from_countries(names).unwrap();
    set(RoamingStatus::Roaming(Visited::countries(names)).into());
    let expected = json!({"roaming": true, "countryName": ["FR", "MC"]});
    assert_eq!(ask_v0(&sandbox, number).await.json(), expected);

    set(Scenario::Verbatim { status: StatusCode::IM_A_TEAPOT, body: "short and stout".into() });
    let answer = ask_v0(&sandbox, number).await;
    assert_eq!((answer.status, answer.body.as_str()), (418, "short and stout"));

    set(Scenario::UnknownUser);
    let answer = authorize(&sandbox, number, V1_SCOPE).await;
    assert_eq!(answer.verdict(), "400 unknown_user_id");
}

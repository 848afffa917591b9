//! What is asked for in vain is not asked for again and again: each authorization may be a message to
//! a customer.

use std::sync::Arc;

use roamgate::UnknownReason::{ConsentPending, InvalidAnswer, Misconfigured, NoConsent};
use roamgate::camara::{Aggregator as File, Client};
use roamgate::{Query, RoamingProvider};

use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, ROAMING, Reply, TOKEN, json};
use crate::support::clock::{StoppedClock, wall};
use crate::{client_of, line, lookup, refused, until, yaml};

/// A client that nothing holds back but what it remembers.
fn unbounded(server: &Aggregator, scope: &str) -> Client {
    let yaml = yaml(server, "device-status-0.4").replace("dpv:", scope);
    let limits = "lineInterval: 0s, inFlight: 5000, authorizationsPerMinute: 5000";
    let file = File::from_yaml("a.yaml", &format!("{yaml}limits: {{ {limits} }}\n")).unwrap();
    Client::new(file.clock(wall())).unwrap()
}

#[tokio::test]
async fn a_customer_is_not_asked_again_and_again_for_a_token_that_is_worth_nothing() {
    let not_a_token = json(200, "{}");
    let not_bearer = json(200, r#"{"access_token":"t","token_type":"DPoP","expires_in":60}"#);
    let rows: [(Reply, Reply, [usize; 4]); 3] = [
        (not_a_token, json(200, r#"{"roaming":false}"#), [1, 2, 3, 4]),
        (not_bearer, json(200, r#"{"roaming":false}"#), [1, 2, 3, 4]),
        // The first rejected token is replaced at once.
        (
            json(200, r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#),
            json(401, r#"{"code":"UNAUTHENTICATED"}"#),
            [2, 3, 4, 5],
        ),
    ];
    let clock = StoppedClock::new();
    for (token, roaming, asked) in rows {
        let server = Aggregator::start().await;
        server.always(TOKEN, token);
        server.always(ROAMING, roaming);
        let client = unbounded(&server, "dpv:");
        // At once, after five seconds, after half a minute, after five minutes.
        for (wait, asked) in [0, 5, 30, 300].into_iter().zip(asked) {
            clock.advance(wait).await;
            for _ in 0..5 {
                let reason = lookup(&client).await.unwrap_err().reason();
                assert!([InvalidAnswer, Misconfigured].contains(&reason));
            }
            assert_eq!(server.count(BC_AUTHORIZE), asked, "after {wait} s");
        }
    }
}

#[tokio::test]
async fn a_token_that_is_worth_something_ends_the_distrust() {
    let clock = StoppedClock::new();
    let server = Aggregator::start().await;
    // Each token serves once.
    server.on(ROAMING, |n, _| match n % 2 {
        1 => json(200, r#"{"roaming":false}"#),
        _ => json(401, ""),
    });
    let client = unbounded(&server, "dpv:");
    for round in 1..=6 {
        lookup(&client).await.unwrap();
        assert_eq!(server.count(BC_AUTHORIZE), round);
        clock.advance(1).await;
    }
}

#[tokio::test]
async fn k_a_refresh_token_that_the_server_does_not_take_is_given_up() {
    let rows = [
        (refused("unsupported_grant_type"), 2),
        (refused("unauthorized_client"), 2),
        (refused("invalid_scope"), 2),
        (refused("invalid_grant"), 2),
        (json(403, r#"{"error":"access_denied"}"#), 2),
        (json(401, r#"{"error":"invalid_client"}"#), 1),
        (json(503, ""), 1),
        (json(429, ""), 1),
    ];
    let clock = StoppedClock::new();
    for (refusal, authorized) in rows {
        let server = Aggregator::start().await;
        let told = format!("{} {}", refusal.status, String::from_utf8_lossy(&refusal.body));
        server.on(TOKEN, move |_, seen| match seen.body.contains("refresh_token") {
            true => refusal.clone(),
            false => json(
                200,
                r#"{"access_token":"t","token_type":"Bearer","expires_in":20,"refresh_token":"r"}"#,
            ),
        });
        let client = unbounded(&server, "openid offline_access dpv:");
        lookup(&client).await.unwrap();
        clock.advance(21).await;
        assert_eq!(lookup(&client).await.is_ok(), authorized == 2, "{told}");
        assert_eq!(server.count(BC_AUTHORIZE), authorized, "{told}");
    }
}

#[tokio::test]
async fn k_after_a_refusal_nobody_is_asked_for_five_minutes() {
    let clock = StoppedClock::new();
    for code in ["access_denied", "expired_token"] {
        let server = Aggregator::start().await;
        server.always(TOKEN, refused(code));
        let client = unbounded(&server, "dpv:");
        for (wait, asked) in [(0, 1), (299, 1), (1, 2)] {
            clock.advance(wait).await;
            assert_eq!(lookup(&client).await.unwrap_err().reason(), NoConsent);
            assert_eq!(server.count(BC_AUTHORIZE), asked, "{code}");
        }
    }
}

#[tokio::test]
async fn k3_k4_what_bc_authorize_leaves_out_is_five_seconds_and_two_minutes() {
    let clock = StoppedClock::new();
    let server = Aggregator::start().await;
    server.always(BC_AUTHORIZE, json(200, r#"{"auth_req_id":"a"}"#));
    server.always(TOKEN, refused("authorization_pending"));
    let client = unbounded(&server, "dpv:");
    assert_eq!(lookup(&client).await.unwrap_err().reason(), ConsentPending);
    clock.advance(4).await;
    assert_eq!(server.count(TOKEN), 1);
    clock.advance(1).await;
    // One every five seconds before the end of two minutes, and none after.
    for polls in 2..=24 {
        until(|| server.count(TOKEN) == polls).await;
        clock.advance(5).await;
    }
    client.consent_settled(line()).await;
    assert_eq!(server.count(TOKEN), 24);
    assert_eq!(lookup(&client).await.unwrap_err().reason(), NoConsent);
    assert_eq!(server.count(BC_AUTHORIZE), 1);
}

#[tokio::test]
async fn t1_of_more_than_a_thousand_pending_consents_the_oldest_is_given_up_and_not_asked_again() {
    let _clock = StoppedClock::new();
    let server = Aggregator::start().await;
    server.always(TOKEN, refused("authorization_pending"));
    let client = unbounded(&server, "dpv:");
    let of = |number: u32| format!("+3470000{number:04}").parse().unwrap();
    for number in 0..=1_000 {
        let error = client.roaming_status(&Query::new(of(number))).await.unwrap_err();
        assert_eq!(error.reason(), ConsentPending, "{number}");
    }
    for (number, reason) in [(0, NoConsent), (1, ConsentPending), (1_000, ConsentPending)] {
        let error = client.roaming_status(&Query::new(of(number))).await.unwrap_err();
        assert_eq!(error.reason(), reason, "{number}");
    }
    assert_eq!(server.count(BC_AUTHORIZE), 1_001);
}

#[tokio::test]
async fn a10_a_thousand_rejections_of_one_token_replace_exactly_that_one() {
    let server = Aggregator::start().await;
    let client = Arc::new(unbounded(&server, "dpv:"));
    lookup(&client).await.unwrap();
    server.on(ROAMING, |_, request| match request.header("authorization") {
        "Bearer token-1" => json(401, ""),
        _ => json(200, r#"{"roaming":false}"#),
    });
    let ask = |_| {
        let client = Arc::clone(&client);
        tokio::spawn(async move { lookup(&client).await })
    };
    for caller in (0..1_000).map(ask).collect::<Vec<_>>() {
        caller.await.unwrap().unwrap();
    }
    assert_eq!((server.count(BC_AUTHORIZE), server.count(TOKEN)), (2, 2));
}

#[tokio::test]
async fn t8_k8_a_server_that_does_not_know_us_is_left_alone_for_five_seconds_and_no_shorter() {
    let clock = StoppedClock::new();
    let server = Aggregator::start().await;
    server.always(BC_AUTHORIZE, json(401, r#"{"error":"invalid_client"}"#));
    let client = unbounded(&server, "dpv:");
    for (wait, number, asked) in [(0, 1, 1), (4, 2, 1), (1, 3, 2)] {
        clock.advance(wait).await;
        let query = Query::new(format!("+3470000000{number}").parse().unwrap());
        assert_eq!(client.roaming_status(&query).await.unwrap_err().reason(), Misconfigured);
        assert_eq!(server.count(BC_AUTHORIZE), asked);
    }
}

#[tokio::test]
async fn a_token_for_an_address_counts_from_when_its_customer_was_asked_for() {
    let clock = StoppedClock::new();
    let server = Aggregator::start().await;
    server.on(TOKEN, |n, _| match n {
        ..=9 => refused("authorization_pending"),
        _ => json(200, r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#),
    });
    let yaml = yaml(&server, "device-status-0.4").replace("tel:{e164}", "ipport:{ipport}");
    let yaml = yaml + "limits: { lineInterval: 0s }\n";
    let client = client_of(&yaml);
    let address = roamgate::Line::parse_address("203.0.113.7:5060").unwrap();
    let query = Query::new(address);
    assert_eq!(client.roaming_status(&query).await.unwrap_err().reason(), ConsentPending);
    for polls in 2..=10 {
        clock.advance(5).await;
        until(|| server.count(TOKEN) == polls).await;
    }
    client.consent_settled(address).await;
    // The token came after 45 seconds; whoever has the address after 65 is asked for anew.
    clock.advance(20).await;
    client.roaming_status(&query).await.unwrap();
    assert_eq!(server.count(BC_AUTHORIZE), 2);
}

//! How long tokens, failures and refusals last, on clocks that the tests move.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use roamgate::camara::{Aggregator as File, Client};
use roamgate::{Clock, Query, RoamingProvider, UnknownReason};

use crate::grants::{file, parameter, signed};
use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, ROAMING_1, Reply, TOKEN, json};
use crate::support::clock::{StoppedClock, wall};
use crate::support::keys::EC;
use crate::support::proxy::{Fault, Proxy};
use crate::{later, line, lookup, refused, until};

const OWN: &str = "{ clientCredentials: { scope: roaming } }";
const OFFLINE: &str =
    "{ ciba: { loginHint: 'tel:{e164}', scope: 'openid offline_access roaming' } }";
const CIBA: &str = "{ ciba: { loginHint: 'tel:{e164}', scope: roaming } }";

fn client(server: &Aggregator, method: &str, grant: &str, clock: Clock) -> Client {
    let yaml = file(&format!("baseUrl: {}", server.base), method, grant);
    let file = File::from_yaml("a.yaml", &yaml).unwrap().without_line_budget();
    Client::new(file.clock(clock)).unwrap()
}

fn hour(n: usize) -> Reply {
    let body = format!(
        r#"{{"access_token":"token-{n}","refresh_token":"refresh-{n}","token_type":"Bearer","expires_in":3600}}"#
    );
    json(200, body)
}

/// The token of the last lookup.
fn used(server: &Aggregator) -> String {
    let seen = server.seen();
    let last = seen.iter().rev().find(|seen| seen.path == ROAMING_1).unwrap();
    last.header("authorization").replace("Bearer ", "")
}

#[tokio::test]
async fn t11_a_token_is_renewed_while_requests_use_the_old_one() {
    let clock = StoppedClock::new();
    let server = Aggregator::start().await;
    let client = client(&server, "none", OWN, wall());
    lookup(&client).await.unwrap();
    clock.advance(3_400).await;
    lookup(&client).await.unwrap();
    assert_eq!((used(&server).as_str(), server.count(TOKEN)), ("token-1", 1));
    // Inside the window, whatever the jitter.
    clock.advance(120).await;
    lookup(&client).await.unwrap();
    assert_eq!(used(&server), "token-1", "no request waits for the renewal");
    until(|| server.count(TOKEN) == 2).await;
    clock.advance(55).await;
    lookup(&client).await.unwrap();
    assert_eq!((used(&server).as_str(), server.count(TOKEN)), ("token-2", 2));
}

#[tokio::test]
async fn a_failed_renewal_takes_no_token_away_and_is_not_repeated_at_once() {
    for reply in [json(503, ""), refused("invalid_scope"), refused("access_denied")] {
        let server = Aggregator::start().await;
        let replies = reply.clone();
        server.on(TOKEN, move |n, _| if n == 1 { hour(n) } else { replies.clone() });
        let client = client(&server, "none", OWN, wall());
        lookup(&client).await.unwrap();
        // In the window in which requests wait.
        later(Duration::from_secs(3_580)).await;
        for _ in 0..10 {
            lookup(&client).await.unwrap();
            assert_eq!(used(&server), "token-1");
        }
        assert!(server.count(TOKEN) <= 3, "{} requests", server.count(TOKEN));
        later(Duration::from_secs(25)).await;
        assert!(lookup(&client).await.is_err(), "expired");
    }
}

#[tokio::test]
async fn a_renewal_that_failed_for_the_moment_is_forgotten_with_the_token() {
    for _ in 0..10 {
        let server = Aggregator::start().await;
        server.on(TOKEN, |n, _| match n {
            1 => json(200, r#"{"access_token":"token-1","token_type":"Bearer","expires_in":10}"#),
            2 | 3 => json(503, ""),
            n => hour(n),
        });
        let client = client(&server, "none", OWN, wall());
        lookup(&client).await.unwrap();
        // In the window in which requests wait.
        later(Duration::from_millis(9_050)).await;
        lookup(&client).await.unwrap();
        assert_eq!(used(&server), "token-1");
        later(Duration::from_secs(1)).await;
        lookup(&client).await.unwrap();
        assert_ne!(used(&server), "token-1");
    }
}

#[tokio::test]
async fn t7_a_token_is_not_used_after_one_clock_jumped() {
    let clock = StoppedClock::new();
    for (jump, requests) in [(50, 1), (-50, 1), (70, 2), (-70, 2), (600, 2), (-600, 2)] {
        let server = Aggregator::start().await;
        let ahead = Arc::new(AtomicU64::new(1_000));
        let (wall, moved) = (wall(), Arc::clone(&ahead));
        let jumping =
            Clock::from_fn(move || wall.now() + Duration::from_secs(moved.load(Ordering::Relaxed)));
        let client = client(&server, "none", OWN, jumping);
        lookup(&client).await.unwrap();
        ahead.store(1_000_u64.checked_add_signed(jump).unwrap(), Ordering::Relaxed);
        lookup(&client).await.unwrap();
        assert_eq!(server.count(TOKEN), requests, "a jump of {jump} seconds");
    }
    clock.advance(1).await;
}

#[tokio::test]
async fn t7_assertions_are_dated_five_seconds_back_and_last_a_minute() {
    use base64::Engine as _;
    let server = Aggregator::start().await;
    let now = 1_800_000_000;
    let clock = Clock::from_fn(move || std::time::UNIX_EPOCH + Duration::from_secs(now));
    let client = client(&server, &signed(EC, ", algorithm: ES256"), OWN, clock);
    lookup(&client).await.unwrap();
    let jwt = parameter(&server.seen()[0], "client_assertion").unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(jwt.split('.').nth(1).unwrap())
        .unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!((&claims["iat"], &claims["exp"]), (&(now - 5).into(), &(now + 55).into()));
}

#[tokio::test]
async fn what_is_refused_is_not_asked_for_again_for_one_to_five_seconds() {
    let clock = StoppedClock::new();
    let server = Aggregator::start().await;
    server.always(TOKEN, refused("invalid_scope"));
    let client = client(&server, "none", OWN, wall());
    for _ in 0..5 {
        assert_eq!(lookup(&client).await.unwrap_err().reason(), UnknownReason::Misconfigured);
    }
    assert_eq!(server.count(TOKEN), 1);
    clock.advance(5).await;
    assert!(lookup(&client).await.is_err());
    assert_eq!(server.count(TOKEN), 2);
}

/// A line whose token has expired, and what its refresh tokens are worth.
async fn renewed(
    clock: &StoppedClock,
    refresh: impl Fn(usize) -> Reply + Send + Sync + 'static,
) -> (Aggregator, Client) {
    let server = Aggregator::start().await;
    let refreshes = AtomicU64::new(0);
    server.on(TOKEN, move |n, seen| match parameter(seen, "grant_type").as_deref() {
        Some("refresh_token") => refresh(1 + refreshes.fetch_add(1, Ordering::Relaxed) as usize),
        _ => hour(n),
    });
    let client = client(&server, "none", OFFLINE, wall());
    lookup(&client).await.unwrap();
    clock.advance(3_601).await;
    (server, client)
}

fn spent(server: &Aggregator) -> Vec<String> {
    server.seen().iter().filter_map(|seen| parameter(seen, "refresh_token")).collect()
}

#[tokio::test]
async fn a_refresh_token_spares_the_customer_and_the_newest_is_kept() {
    let clock = StoppedClock::new();
    let (server, client) = renewed(&clock, |n| hour(n + 1)).await;
    for _ in 0..3 {
        lookup(&client).await.unwrap();
        clock.advance(3_601).await;
    }
    assert_eq!(server.count(BC_AUTHORIZE), 1);
    assert_eq!(spent(&server), ["refresh-1", "refresh-2", "refresh-3"]);
}

#[tokio::test]
async fn a_server_that_does_not_rotate_gets_the_same_refresh_token_again() {
    let clock = StoppedClock::new();
    let bare = r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#;
    let (server, client) = renewed(&clock, move |_| json(200, bare)).await;
    for _ in 0..2 {
        lookup(&client).await.unwrap();
        clock.advance(3_601).await;
    }
    assert_eq!(spent(&server), ["refresh-1", "refresh-1"]);
}

#[tokio::test]
async fn k_a_refresh_token_that_is_worth_nothing_leads_to_a_new_authorization() {
    let clock = StoppedClock::new();
    let (server, client) = renewed(&clock, |_| refused("invalid_grant")).await;
    lookup(&client).await.unwrap();
    assert_eq!((server.count(BC_AUTHORIZE), spent(&server).len()), (2, 1));
}

#[tokio::test]
async fn a_refresh_without_answer_keeps_the_refresh_token() {
    let clock = StoppedClock::new();
    let (server, client) = renewed(&clock, |n| if n == 1 { json(503, "") } else { hour(9) }).await;
    assert_eq!(lookup(&client).await.unwrap_err().reason(), UnknownReason::Unavailable);
    lookup(&client).await.unwrap();
    assert_eq!((server.count(BC_AUTHORIZE), spent(&server).len()), (1, 2));
}

/// The first refresh is swallowed on its way. What comes of trying the old refresh token once more?
async fn swallowed(reply: fn(usize) -> Reply) -> (Aggregator, usize) {
    let clock = StoppedClock::new();
    let server = Aggregator::start().await;
    server.on(TOKEN, move |n, seen| match parameter(seen, "refresh_token") {
        Some(_) => reply(n).header("connection", "close"),
        None => hour(n).header("connection", "close"),
    });
    let fault = |n| if n == 2 { Fault::BlackHole } else { Fault::None };
    let proxy = Proxy::start(server.base.replace("http://", ""), fault).await;
    let place = format!(
        "baseUrl: {}\nendpoints: {{ token: 'http://{}{TOKEN}' }}",
        server.base, proxy.address
    );
    let yaml = file(&place, "none", OFFLINE);
    let aggregator = File::from_yaml("a.yaml", &yaml).unwrap().without_line_budget();
    let client = Arc::new(Client::new(aggregator.clock(wall())).unwrap());
    lookup(&client).await.unwrap();
    clock.advance(3_601).await;
    let asking = tokio::spawn({
        let client = Arc::clone(&client);
        async move { lookup(&client).await }
    });
    until(|| proxy.connections() == 2).await;
    // In small steps, so that what is answered at once comes in time.
    for _ in 0..240 {
        tokio::time::advance(Duration::from_millis(20)).await;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    assert!(asking.is_finished());
    asking.await.unwrap().unwrap();
    (server, proxy.connections())
}

#[tokio::test]
async fn k21_a_refresh_that_timed_out_is_tried_once_more_with_the_old_refresh_token() {
    let (server, connections) = swallowed(hour).await;
    assert_eq!((server.count(BC_AUTHORIZE), connections), (1, 3));
    assert_eq!(spent(&server), ["refresh-1"], "the first one came nowhere");
}

#[tokio::test]
async fn k21_and_where_it_was_rotated_meanwhile_the_customer_is_asked_again() {
    let (server, connections) = swallowed(|_| refused("invalid_grant")).await;
    assert_eq!((server.count(BC_AUTHORIZE), connections), (2, 4));
    assert_eq!(spent(&server), ["refresh-1"]);
}

#[tokio::test]
async fn refresh_tokens_are_kept_only_where_they_were_asked_for() {
    let clock = StoppedClock::new();
    for grant in [CIBA, OWN] {
        let server = Aggregator::start().await;
        server.on(TOKEN, |n, _| hour(n));
        let client = client(&server, "none", grant, wall());
        for _ in 0..2 {
            lookup(&client).await.unwrap();
            clock.advance(3_601).await;
        }
        assert!(spent(&server).is_empty(), "{grant}");
    }
}

#[tokio::test]
async fn a_rejected_token_is_renewed_without_the_customer() {
    let server = Aggregator::start().await;
    server.on(TOKEN, |n, _| hour(n));
    let is_first = AtomicBool::new(true);
    server.on(ROAMING_1, move |_, _| match is_first.swap(false, Ordering::Relaxed) {
        true => json(401, "{}"),
        false => json(200, r#"{"roaming":false}"#),
    });
    let client = client(&server, "none", OFFLINE, Clock::system());
    client.roaming_status(&Query::new(line())).await.unwrap();
    assert_eq!((server.count(BC_AUTHORIZE), spent(&server)), (1, vec!["refresh-1".to_owned()]));
}

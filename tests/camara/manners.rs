//! What is refused before anything is sent, and why (`failures.md` §3.0 and §3.2).

use std::sync::Arc;
use std::time::Duration;

use roamgate::UnknownReason::{
    ConsentPending, Misconfigured, OverBudget, RateLimited, Unavailable,
};
use roamgate::camara::{BreakerState, Client};
use roamgate::{CachedProvider, Line, ProviderError, Query, RoamingProvider};
use tokio::net::TcpListener;

use crate::support::aggregator::{Aggregator, BC_AUTHORIZE, ROAMING, Reply, TOKEN, json};
use crate::{calls, client, client_of, later, line, lookup, lookups, yaml};

const SECOND: Duration = Duration::from_secs(1);

fn limited(server: &Aggregator, limits: &str) -> Client {
    client_of(&format!("{}limits: {{ {limits} }}\n", yaml(server, "device-status-0.4")))
}

fn home() -> Reply {
    json(200, r#"{"roaming":false}"#)
}

/// Asks about the `number`-th line on behalf of a caller.
async fn ask(client: &Client, caller: &str, number: u32) -> Result<(), ProviderError> {
    let line: Line = format!("+34{}", 600_000_000 + number).parse().unwrap();
    let query = Query::new(line).caller(Some(caller));
    client.roaming_status(&query).await.map(|_| ())
}

#[tokio::test]
async fn a8_w46_a_host_that_asks_us_to_wait_is_not_asked_before() {
    for (status, retry_after, seconds) in
        [(429, "7", 7), (429, "0", 1), (429, "1000000000000", 300), (503, "7", 7)]
    {
        let server = Aggregator::start().await;
        let busy = json(status, "").header("retry-after", retry_after);
        server.on(ROAMING, move |n, _| if n == 1 { busy.clone() } else { home() });
        let client = client(&server);
        lookup(&client).await.unwrap_err();
        let asked = client.calls();
        for outcome in lookups(&client, 20).await {
            let error = outcome.unwrap_err();
            assert_eq!(
                error.to_string(),
                "rateLimited: the aggregator asked us to wait, and is not asked before"
            );
            assert!(error.wait().unwrap() <= seconds * SECOND, "{status} {retry_after}");
        }
        assert_eq!(client.calls(), asked, "nothing was sent, for tokens neither");
        later((seconds - 1) * SECOND).await;
        assert!(seconds == 1 || lookup(&client).await.is_err());
        later(SECOND).await;
        lookup(&client).await.unwrap();
        assert_eq!((client.state().throttled, server.count(ROAMING)), (1, 2));
    }
}

#[tokio::test]
async fn a8_the_gate_is_that_of_the_host_and_stands_before_tokens_too() {
    let server = Aggregator::start().await;
    server.always(TOKEN, json(429, "").header("retry-after", "60"));
    let client = client(&server);
    assert_eq!(lookup(&client).await.unwrap_err().reason(), RateLimited);
    assert_eq!(lookups(&client, 1).await.remove(0).unwrap_err().reason(), RateLimited);
    assert_eq!(calls(client.calls()), [1, 1, 0]);
}

#[tokio::test]
async fn a9_w48_a_host_that_does_not_say_is_left_alone_for_longer_each_time() {
    let server = Aggregator::start().await;
    let body = r#"{"message":"API rate limit exceeded"}"#;
    server.always(ROAMING, json(429, body).header("x-ratelimit-remaining", "0"));
    let client = client(&server);
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
        assert_eq!(lookups(&client, 1).await.remove(0).unwrap_err().reason(), RateLimited);
        let gate = client.state().endpoints.iter().map(|endpoint| endpoint.gate).max().unwrap();
        assert!(gate <= seconds * SECOND && gate > seconds * SECOND / 2, "{gate:?}");
        later(seconds * SECOND).await;
    }
    server.always(ROAMING, home());
    lookup(&client).await.unwrap();
}

#[tokio::test]
async fn a9_w47_a_quota_that_is_used_up_ends_all_asking_for_a_while() {
    let server = Aggregator::start().await;
    let gone = json(429, r#"{"status":429,"code":"QUOTA_EXCEEDED","message":"whatever"}"#);
    server.on(ROAMING, move |n, _| if n == 1 { gone.clone() } else { home() });
    let client = limited(&server, "quotaPause: 1h");
    assert_eq!(lookup(&client).await.unwrap_err().reason(), RateLimited);
    later(3_590 * SECOND).await;
    let error = lookup(&client).await.unwrap_err();
    assert_eq!(error.reason(), RateLimited);
    assert_eq!((client.state().quota_exceeded, server.count(ROAMING)), (1, 1));
    later(10 * SECOND).await;
    lookup(&client).await.unwrap();
}

#[tokio::test]
async fn w28_credentials_that_are_rejected_for_every_line_open_the_breaker() {
    let server = Aggregator::start().await;
    server.always(ROAMING, json(401, r#"{"code":"UNAUTHENTICATED"}"#));
    let client = client(&server);
    let outcomes = lookups(&client, 30).await;
    let reasons: Vec<_> = outcomes.into_iter().map(|it| it.unwrap_err().reason()).collect();
    assert_eq!(reasons[..10], [Misconfigured; 10]);
    assert_eq!(reasons[20..], [Unavailable; 10]);
    assert!(server.count(ROAMING) <= 20);
}

#[tokio::test]
async fn a7_the_breaker_opens_where_half_of_twenty_calls_fail() {
    let server = Aggregator::start().await;
    server.on(ROAMING, |n, _| if n % 2 == 0 { json(500, "") } else { home() });
    let client = client(&server);
    lookups(&client, 40).await;
    assert_eq!(server.count(ROAMING), 20);
    let state = client.state();
    let breakers: Vec<_> = state.endpoints.iter().map(|it| it.breaker).collect();
    assert!(matches!(
        breakers[..],
        [BreakerState::Open(_), BreakerState::Closed, BreakerState::Closed]
    ));
    assert!(state.refused.breaker >= 20, "{state:?}");
}

#[tokio::test]
async fn w56_a_caller_who_leaves_takes_no_place_with_him_and_no_probe() {
    // Connections are taken by the system's queue; nobody answers them.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Aggregator::start().await;
    let yaml = yaml(&server, "device-status-0.4");
    let roaming = format!("http://{}{ROAMING}", silent.local_addr().unwrap());
    let yaml =
        format!("{yaml}endpoints: {{ roaming: \"{roaming}\" }}\nlimits: {{ inFlight: 2 }}\n");
    let client = Arc::new(client_of(&yaml));
    for _ in 0..5 {
        let asking = [1, 2].map(|number| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { ask(&client, "alice", number).await })
        });
        while client.state().in_flight < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(
            ask(&client, "alice", 3).await.unwrap_err().to_string(),
            "unavailable: as many lookups are under way as `limits.inFlight` allows"
        );
        for caller in asking {
            caller.abort();
            assert!(caller.await.unwrap_err().is_cancelled());
        }
        assert_eq!(client.state().in_flight, 0);
    }
    assert_eq!(client.state().refused.in_flight, 5);
}

#[tokio::test]
async fn w56_a_probe_that_is_abandoned_leaves_the_next_lookup_to_probe() {
    let server = Aggregator::start().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let yaml = yaml(&server, "device-status-0.4");
    let client = Arc::new(client_of(&format!(
        "{yaml}endpoints: {{ roaming: \"http://{address}{ROAMING}\" }}\n"
    )));
    lookups(&client, 5).await;
    let silent = TcpListener::bind(address).await.unwrap();
    later(5 * SECOND).await;
    let asking = Arc::clone(&client);
    let probe = tokio::spawn(async move { ask(&asking, "alice", 1).await });
    let _connection = silent.accept().await.unwrap();
    assert_eq!(ask(&client, "alice", 2).await.unwrap_err().reason(), Unavailable);
    probe.abort();
    assert!(probe.await.unwrap_err().is_cancelled());
    let asking = Arc::clone(&client);
    let next = tokio::spawn(async move { ask(&asking, "alice", 2).await });
    let _connection = silent.accept().await.unwrap();
    next.abort();
}

#[tokio::test]
async fn a_line_is_asked_about_in_a_burst_and_then_once_an_interval() {
    let server = Aggregator::start().await;
    let client = limited(&server, "lineBurst: 2, lineInterval: 30s");
    for _ in 0..2 {
        lookup(&client).await.unwrap();
    }
    let error = lookup(&client).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "overBudget: the line was asked about as often as `limits.lineInterval` allows"
    );
    assert!(error.wait().unwrap() <= 30 * SECOND);
    assert_eq!((calls(client.calls()), client.state().refused.line), ([1, 1, 2], 1));
    later(30 * SECOND).await;
    lookup(&client).await.unwrap();
}

#[tokio::test]
async fn a_caller_asks_about_so_many_lines_a_minute_and_others_do_not_suffer() {
    let server = Aggregator::start().await;
    let client = limited(&server, "newLinesPerCaller: 3");
    for number in 1..=3 {
        ask(&client, "mallory", number).await.unwrap();
    }
    assert_eq!(
        ask(&client, "mallory", 4).await.unwrap_err().to_string(),
        "overBudget: the caller asked about as many lines as `limits.newLinesPerCaller` allows"
    );
    ask(&client, "mallory", 3).await.unwrap();
    ask(&client, "alice", 4).await.unwrap();
    assert_eq!(client.state().refused.caller, 1);
}

#[tokio::test]
async fn a_budget_that_one_caller_has_spent_is_not_held_against_the_next() {
    let server = Aggregator::start().await;
    let provider = CachedProvider::new(limited(&server, "newLinesPerCaller: 1"));
    let ask = async |caller, line: &str| {
        let query = Query::new(line.parse().unwrap()).caller(Some(caller));
        provider.roaming_status(&query).await.map_err(|error| error.reason())
    };
    ask("mallory", "+34600000001").await.unwrap();
    assert_eq!(ask("mallory", "+34600000002").await.unwrap_err(), OverBudget);
    ask("alice", "+34600000002").await.unwrap();
}

#[tokio::test]
async fn all_together_are_bounded() {
    let rows = [
        (
            "lookupsPerMinute: 3",
            "as many lookups were made in a minute as `limits.lookupsPerMinute` allows",
        ),
        ("lookupsPerDay: 3", "as many lookups were made in a day as `limits.lookupsPerDay` allows"),
        (
            "authorizationsPerMinute: 3",
            "as many authorizations were begun in a minute as \
             `limits.authorizationsPerMinute` allows",
        ),
    ];
    for (limit, message) in rows {
        let server = Aggregator::start().await;
        let client = limited(&server, limit);
        let outcomes = lookups(&client, 10).await;
        assert!(outcomes[..3].iter().all(Result::is_ok), "{limit}");
        for outcome in &outcomes[3..] {
            let error = outcome.as_ref().unwrap_err().to_string();
            assert_eq!(error, format!("overBudget: {message}"));
        }
        assert_eq!(calls(client.calls()), [3, 3, 3], "{limit}");
    }
}

#[tokio::test]
async fn a_consent_that_is_pending_or_was_refused_costs_no_budget() {
    for (code, reason) in [
        ("authorization_pending", ConsentPending),
        ("access_denied", roamgate::UnknownReason::NoConsent),
    ] {
        let server = Aggregator::start().await;
        server.always(TOKEN, json(400, format!(r#"{{"error":"{code}"}}"#)));
        let client = limited(&server, "lineBurst: 1");
        for _ in 0..50 {
            assert_eq!(lookup(&client).await.unwrap_err().reason(), reason);
        }
        assert_eq!(server.count(BC_AUTHORIZE), 1);
        assert_eq!(client.state().refused, Default::default());
    }
}

/// Calls of a thousand callers about a hundred lines, of whom so many give up.
async fn crowd(abandoned: usize) -> [u64; 3] {
    let server = Aggregator::start().await;
    let client = Arc::new(client(&server));
    let provider = Arc::new(CachedProvider::new(Arc::clone(&client)));
    let ask = |number: usize| {
        let provider = Arc::clone(&provider);
        let line: Line = format!("+34{}", 600_000_000 + number % 100).parse().unwrap();
        tokio::spawn(async move { provider.roaming_status(&Query::new(line)).await })
    };
    let callers: Vec<_> = (0..1_000).map(ask).collect();
    tokio::task::yield_now().await;
    // Among them those who came first, in whose name a line is asked about.
    callers.iter().take(abandoned).for_each(|caller| caller.abort());
    for caller in callers.into_iter().skip(abandoned) {
        caller.await.unwrap().unwrap();
    }
    calls(client.calls())
}

#[tokio::test]
async fn t12_a_thousand_callers_and_a_hundred_lines_cost_what_a_hundred_lookups_cost() {
    for abandoned in [0, 300] {
        assert_eq!(crowd(abandoned).await, [100, 100, 100], "{abandoned} of 1000 gave up");
    }
}

#[tokio::test]
async fn the_state_of_a_client_that_did_nothing_is_nothing() {
    let server = Aggregator::start().await;
    let client = client(&server);
    let mut state = client.state();
    let left = std::mem::take(&mut state.left);
    assert_eq!(
        (left.in_flight, left.minute, left.day, left.authorizations),
        (128, 6_000, 1_000_000, 1_000)
    );
    assert_eq!(state, Default::default());
    client.roaming_status(&Query::new(line())).await.unwrap();
    let state = client.state();
    assert_eq!(
        (state.left.minute, state.left.day, state.left.authorizations),
        (5_999, 999_999, 999)
    );
    let names: Vec<_> = state.endpoints.iter().map(|it| it.endpoint.as_str()).collect();
    assert_eq!(names, ["the roaming endpoint", "the bc-authorize endpoint", "the token endpoint"]);
    assert!(
        state.endpoints.iter().all(|it| it.breaker == BreakerState::Closed && it.gate.is_zero())
    );
}

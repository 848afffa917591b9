//! A bad night: what is counted, what the operator is told, and what is left alone.

use std::sync::Arc;
use std::time::Duration;

use roamgate::UnknownReason::{InvalidAnswer, Misconfigured, OverBudget, Unavailable};
use roamgate::camara::{Client, TroubleKind as Kind};
use roamgate::{CachedProvider, Query, RoamingProvider};
use tokio::net::TcpListener;

use crate::log::Log;
use crate::support::aggregator::{
    Aggregator, BC_AUTHORIZE, ROAMING, ROAMING_1, Reply, TOKEN, json,
};
use crate::support::tls::{self, Authority};
use crate::{client, client_of, client_without_line_budget, later, line, lookup, lookups, yaml};

const MINUTE: Duration = Duration::from_secs(60);

/// A client that names the line in the body and needs no token.
fn bare(base: &str) -> Client {
    client_of(&format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {base}\ngrant: none\n\
         api: {{ dialect: device-status-0.5 }}\n"
    ))
}

fn told(log: &Log, level: &str, what: &str) -> usize {
    let text = log.text();
    text.lines().filter(|line| line.starts_with(level) && line.contains(what)).count()
}

/// How often each kind of trouble was counted at the roaming endpoint.
fn troubles(client: &Client) -> Vec<(Kind, Option<&'static str>, u64)> {
    let troubles = client.state().troubles.into_iter();
    troubles
        .filter(|it| it.endpoint == "the roaming endpoint")
        .map(|it| (it.kind, it.code, it.count))
        .collect()
}

#[tokio::test]
async fn what_goes_wrong_is_counted_by_endpoint_and_kind() {
    let coded = |status, code| (json(status, format!(r#"{{"code":"{code}"}}"#)), Some(code));
    let plain = |body: &str| (json(200, body), None);
    let rows: [(Kind, (Reply, Option<&'static str>)); 14] = [
        (Kind::Refused, coded(400, "INVALID_ARGUMENT")),
        (Kind::Forbidden, coded(403, "PERMISSION_DENIED")),
        (Kind::Mismatch, coded(403, "INVALID_TOKEN_CONTEXT")),
        (Kind::Negative, coded(404, "IDENTIFIER_NOT_FOUND")),
        (Kind::Negative, coded(422, "SERVICE_NOT_APPLICABLE")),
        (Kind::Throttled, coded(429, "TOO_MANY_REQUESTS")),
        (Kind::Refused, coded(501, "NOT_IMPLEMENTED")),
        (Kind::Redirect, (json(302, "").header("location", "https://x.example"), None)),
        (Kind::Oversized, (json(200, "x".repeat(70_000)), None)),
        (Kind::ContentType, (json(200, "<html>").header("content-type", "text/html"), None)),
        (Kind::Malformed, plain(r#"{"roaming":"yes"}"#)),
        (Kind::Malformed, plain(r#"{"roaming":false,"lastStatusTime":"soon"}"#)),
        (Kind::Contradiction, plain(r#"{"roaming":true,"countryCode":262,"countryName":["FR"]}"#)),
        (Kind::Mismatch, plain(r#"{"roaming":false,"device":{"phoneNumber":"+34600000009"}}"#)),
    ];
    for (kind, (reply, code)) in rows {
        let server = Aggregator::start().await;
        server.always(ROAMING, reply);
        let client = bare(&server.base);
        let _ = lookup(&client).await;
        assert_eq!(troubles(&client), [(kind, code, 1)]);
    }
    let server = Aggregator::start().await;
    server.always(ROAMING, json(503, ""));
    let client = bare(&server.base);
    lookup(&client).await.unwrap_err();
    assert_eq!(troubles(&client), [(Kind::ServerError, None, 2)], "with the repetition");
    let server = Aggregator::start().await;
    server.always(ROAMING, json(401, ""));
    let client = self::client(&server);
    lookup(&client).await.unwrap_err();
    assert_eq!(troubles(&client), [(Kind::Rejected, None, 2)], "with the other token");
}

#[tokio::test]
async fn what_never_came_is_counted_by_its_kind() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    for (base, kind) in [(nobody.as_str(), Kind::Connect), ("https://a.invalid", Kind::Dns)] {
        let client = bare(base);
        lookup(&client).await.unwrap_err();
        assert!(troubles(&client).iter().all(|trouble| trouble.0 == kind), "{base}");
    }
}

#[tokio::test]
async fn a2_w53_a_host_that_is_not_who_it_should_be_is_an_error_with_its_cause() {
    let (ours, server) = (Authority::new(), Aggregator::start().await);
    let config = Authority::new().server("127.0.0.1", 2020, 4000);
    let base = tls::front(&server.base, config).await;
    let yaml = format!(
        "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: {base}\ngrant: none\n\
         api: {{ dialect: device-status-0.5 }}\ntls: {{ ca: {{ file: {:?} }} }}\n",
        ours.file()
    );
    let (log, client) = (Log::start(), client_of(&yaml));
    lookups(&client, 5).await;
    let why = "its certificate is not trusted";
    assert_eq!(troubles(&client), [(Kind::Tls, None, 5)]);
    assert_eq!(told(&log, "ERROR", why), 1, "{}", log.text());
    // The turn of the breaker says why, too.
    assert_eq!(told(&log, "WARN", why), 1, "{}", log.text());
    assert!(!log.text().contains("BEGIN"));
}

#[tokio::test]
async fn a19_w15_another_line_is_told_also_in_the_minute_of_a_400() {
    let server = Aggregator::start().await;
    server.on(ROAMING, |n, _| match n {
        1 => json(400, r#"{"code":"INVALID_ARGUMENT"}"#),
        _ => json(200, r#"{"roaming":false,"device":{"phoneNumber":"+34600000009"}}"#),
    });
    let (log, client) = (Log::start(), bare(&server.base));
    lookups(&client, 1).await;
    assert_eq!(told(&log, "WARN", "INVALID_ARGUMENT"), 1, "{}", log.text());
    lookups(&client, 3).await;
    assert_eq!(told(&log, "ERROR", "kind=mismatch"), 1, "{}", log.text());
    later(MINUTE).await;
    lookups(&client, 3).await;
    assert_eq!(told(&log, "ERROR", "kind=mismatch"), 2, "once a minute");
}

#[tokio::test]
async fn a11_w30_a_403_is_an_error_once_a_minute() {
    let server = Aggregator::start().await;
    server.always(ROAMING, json(403, r#"{"code":"PERMISSION_DENIED"}"#));
    let (log, client) = (Log::start(), bare(&server.base));
    for times in 1..=3 {
        lookups(&client, 10).await;
        assert_eq!(told(&log, "ERROR", "403 PERMISSION_DENIED"), times, "{}", log.text());
        later(MINUTE).await;
    }
}

#[tokio::test]
async fn a11_after_a_403_the_line_is_left_alone_for_a_minute() {
    for code in ["INVALID_TOKEN_CONTEXT", "WHO_KNOWS"] {
        let server = Aggregator::start().await;
        server.always(ROAMING, json(403, format!(r#"{{"code":"{code}"}}"#)));
        let provider = CachedProvider::new(bare(&server.base));
        for (asked, wait) in [(1, 59), (1, 2), (2, 0)] {
            provider.roaming_status(&Query::new(line())).await.unwrap_err();
            assert_eq!(server.count(ROAMING), asked, "{code}");
            later(Duration::from_secs(wait)).await;
        }
    }
}

#[tokio::test]
async fn w34_an_address_at_which_every_line_is_unknown_is_told() {
    let server = Aggregator::start().await;
    let is_known = |n| n == 20;
    server.on(ROAMING, move |n, _| match is_known(n) {
        true => json(200, r#"{"roaming":false}"#),
        false => json(404, "<html>"),
    });
    let (log, client) = (Log::start(), bare(&server.base));
    lookups(&client, 39).await;
    assert_eq!(told(&log, "ERROR", ""), 0, "some lines are unknown");
    lookups(&client, 20).await;
    assert_eq!(told(&log, "ERROR", "knows none of the lines"), 1, "{}", log.text());
}

#[tokio::test]
async fn a9_w47_a_quota_that_is_used_up_is_an_error() {
    let server = Aggregator::start().await;
    server.always(ROAMING, json(429, r#"{"code":"QUOTA_EXCEEDED"}"#));
    let (log, client) = (Log::start(), bare(&server.base));
    lookups(&client, 5).await;
    assert_eq!(told(&log, "ERROR", "our quota is used up"), 1, "{}", log.text());
    let gate = client.state().endpoints[0].gate.as_secs();
    assert!((290..=300).contains(&gate), "five minutes, where the file does not say");
}

#[tokio::test]
async fn t7_a_clock_that_is_far_from_ours_is_an_error_once_a_minute_and_a_gauge() {
    let server = Aggregator::start().await;
    server.on(TOKEN, |n, _| {
        let token = format!(r#"{{"access_token":"t{n}","token_type":"Bearer","expires_in":60}}"#);
        json(200, token).header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
    });
    let (log, client) = (Log::start(), client(&server));
    lookups(&client, 3).await;
    assert_eq!(told(&log, "ERROR", "clock_skew_seconds="), 1, "{}", log.text());
    assert_eq!(client.state().clock_skew, Duration::ZERO, "the roaming endpoint is right");
    server.always(ROAMING, json(503, "").header("date", "Sun, 06 Nov 1994 08:49:37 GMT"));
    lookups(&client, 1).await;
    assert!(client.state().clock_skew > Duration::from_secs(900_000_000));
}

#[tokio::test]
async fn w25_each_way_to_misunderstand_each_other_is_a_warning_once_a_minute() {
    let server = Aggregator::start().await;
    server.on(ROAMING, |n, _| match n % 2 {
        0 => json(400, r#"{"code":"INVALID_ARGUMENT"}"#),
        _ => json(200, r#"{"roaming":null}"#),
    });
    let (log, client) = (Log::start(), bare(&server.base));
    for times in 1..=2 {
        lookups(&client, 10).await;
        assert_eq!(told(&log, "WARN", "400 INVALID_ARGUMENT"), times, "{}", log.text());
        assert_eq!(told(&log, "WARN", "is no roaming status"), times, "{}", log.text());
        later(MINUTE).await;
    }
}

#[tokio::test]
async fn consents_that_are_waited_for_are_counted() {
    let server = Aggregator::start().await;
    server.always(TOKEN, crate::refused("authorization_pending"));
    let client = client(&server);
    lookups(&client, 3).await;
    let state = client.state();
    assert_eq!((state.pending, state.troubles), (3, Vec::new()), "which is no trouble");
}

#[tokio::test]
async fn w35_what_a_server_does_not_speak_is_ours_to_mend_and_not_asked_again() {
    for status in [501, 505, 511] {
        let server = Aggregator::start().await;
        server.always(ROAMING, json(status, ""));
        let client = bare(&server.base);
        let error = lookup(&client).await.unwrap_err();
        assert_eq!((error.reason(), server.count(ROAMING)), (Misconfigured, 1), "{status}");
    }
}

#[tokio::test]
async fn w36_a_timeout_of_the_token_endpoint_may_pass() {
    for path in [TOKEN, BC_AUTHORIZE] {
        let server = Aggregator::start().await;
        server.always(path, json(408, ""));
        assert_eq!(lookup(&client(&server)).await.unwrap_err().reason(), Unavailable, "{path}");
    }
}

#[tokio::test]
async fn w15_w31_after_a_mix_up_nothing_of_the_line_is_used_again() {
    let offline = "{ ciba: { loginHint: 'tel:{e164}', scope: 'openid offline_access roaming' } }";
    let replies = [
        json(403, r#"{"code":"INVALID_TOKEN_CONTEXT"}"#),
        json(200, r#"{"roaming":false,"device":{"phoneNumber":"+34600000009"}}"#),
    ];
    for reply in replies {
        let server = Aggregator::start().await;
        server.on(TOKEN, |n, _| {
            json(
                200,
                format!(
                    r#"{{"access_token":"token-{n}","refresh_token":"refresh-{n}","token_type":"Bearer","expires_in":3600}}"#
                ),
            )
        });
        server.on(ROAMING_1, move |n, _| match n {
            1 => reply.clone(),
            _ => json(200, r#"{"roaming":false}"#),
        });
        let place = format!("baseUrl: {}", server.base);
        let client = client_of(&crate::grants::file(&place, "none", offline));
        assert_eq!(lookup(&client).await.unwrap_err().reason(), InvalidAnswer);
        lookup(&client).await.unwrap();
        let seen = server.seen();
        assert_eq!(seen.last().unwrap().header("authorization"), "Bearer token-2");
        assert_eq!(server.count(BC_AUTHORIZE), 2, "the customer's operator is asked anew");
        assert!(!seen.iter().any(|seen| seen.body.contains("refresh-1")));
    }
}

#[tokio::test]
async fn t8_metadata_that_are_refused_are_asked_for_once_in_five_seconds() {
    let metadata = "/.well-known/openid-configuration";
    let (server, other) = (Aggregator::start().await, "https://other.example");
    let wrong = format!(r#"{{"issuer":"{other}","token_endpoint":"{other}/token"}}"#);
    server.always(metadata, json(200, wrong));
    let place = format!("baseUrl: {0}\ndiscovery: {{ issuer: '{0}' }}", server.base);
    let grant = "{ ciba: { loginHint: 'tel:{e164}', scope: roaming } }";
    let client = client_of(&crate::grants::file(&place, "none", grant));
    for times in 1..=3 {
        for outcome in lookups(&client, 200).await {
            assert_eq!(outcome.unwrap_err().reason(), Misconfigured);
        }
        assert_eq!(server.count(metadata), times);
        later(Duration::from_secs(5)).await;
    }
}

#[tokio::test]
async fn a16_no_redirect_of_any_kind_is_followed_or_told() {
    for status in [300, 301, 302, 303, 305, 307, 308] {
        let (server, recorder) = (Aggregator::start().await, Aggregator::start().await);
        let target = format!("{}/stolen?by=canary", recorder.base);
        server.always(ROAMING, json(status, "").header("location", target));
        let log = Log::start();
        let error = lookup(&bare(&server.base)).await.unwrap_err();
        assert_eq!((error.reason(), server.count(ROAMING)), (InvalidAnswer, 1), "{status}");
        assert!(recorder.seen().is_empty(), "{status}");
        assert!(!format!("{error} {}", log.text()).contains("canary"), "{status}");
    }
}

#[tokio::test]
async fn a18_a_moment_in_the_year_0_is_very_old() {
    let server = Aggregator::start().await;
    for year in ["0000", "0001", "1969"] {
        let body = format!(r#"{{"roaming":false,"lastStatusTime":"{year}-01-01T00:00:00Z"}}"#);
        server.always(ROAMING, json(200, body));
        let answer = lookup(&client_without_line_budget(&server)).await.unwrap();
        assert!(answer.confirmed_at().unwrap() < std::time::UNIX_EPOCH, "{year}");
    }
}

#[tokio::test]
async fn limits_that_the_file_does_not_name_are_those_of_the_documentation() {
    let server = Aggregator::start().await;
    server.always(BC_AUTHORIZE, crate::refused("unknown_user_id"));
    let client = client(&server);
    let outcomes = lookups(&client, 1_001).await;
    let spent = |outcome: &Result<_, roamgate::ProviderError>| {
        outcome.as_ref().is_err_and(|error| error.reason() == OverBudget)
    };
    assert_eq!(outcomes.iter().position(spent), Some(1_000), "authorizationsPerMinute");

    let client = bare(&server.base);
    for _ in 0..10 {
        lookup(&client).await.unwrap();
    }
    assert_eq!(lookup(&client).await.unwrap_err().reason(), OverBudget, "lineBurst");
}

#[tokio::test]
async fn a_hundred_and_twenty_eight_lookups_are_under_way_where_the_file_does_not_say() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Arc::new(bare(&format!("http://{}", silent.local_addr().unwrap())));
    let ask = |number: u32| {
        let client = Arc::clone(&client);
        let line = format!("+34{}", 600_000_000 + number).parse().unwrap();
        tokio::spawn(async move { client.roaming_status(&Query::new(line)).await })
    };
    let asking: Vec<_> = (0..128).map(ask).collect();
    let full = async {
        while client.state().in_flight < 128 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(1), full).await.unwrap();
    let error = lookup(&client).await.unwrap_err();
    assert_eq!((error.reason(), client.state().refused.in_flight), (Unavailable, 1));
    asking.iter().for_each(|asking| asking.abort());
}

#[tokio::test]
async fn another_dialect_is_no_reason_to_be_told_less() {
    let server = Aggregator::start().await;
    server.always(ROAMING_1, json(404, ""));
    let (log, client) = (Log::start(), client_of(&yaml(&server, "device-roaming-status-1")));
    lookups(&client, 1).await;
    assert_eq!(told(&log, "WARN", "answered 404"), 1, "here it is the address");
}

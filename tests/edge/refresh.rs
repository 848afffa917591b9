//! How stale answers are asked for again off the path of requests, and what comes of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use roamgate::UnknownReason;
use roamgate::audit::Record;

use crate::bank::{Bank, request_of};
use crate::freshness::{DOWN, HOME};

#[tokio::test(start_paused = true)]
async fn a_refresh_that_fails_evicts_nothing_and_is_tried_again() {
    let bank = Bank::with("freshness: { maxAge: 5m, staleWhileRevalidate: 10m }");
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    for (minutes, lookups) in [(6, 2), (4, 3), (4, 4)] {
        bank.minutes(minutes).await;
        bank.network.says(DOWN).await;
        assert_eq!(bank.pay().await, "allow");
        assert_eq!(bank.network.lookups(), lookups);
    }
    bank.minutes(2).await;
    bank.network.says(DOWN).await;
    assert_eq!(bank.pay().await, "deny unavailable");
}

/// Where the clocks disagree, an answer does not rest.
#[tokio::test(start_paused = true)]
async fn a_stale_answer_of_the_future_is_asked_for_again_at_once() {
    let bank = Bank::with("freshness: { maxAge: 5m, staleWhileRevalidate: 10m }");
    bank.sleeps(Duration::from_secs(3_600));
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    bank.seconds(301).await;
    bank.is_set_back(Duration::from_secs(3_600));
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    assert_eq!(bank.network.lookups(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_the_network_refuses_to_say_again_ends_the_stale_answer() {
    for reason in [UnknownReason::NoConsent, UnknownReason::IdentifierNotFound] {
        let bank = Bank::with("freshness: { maxAge: 5m, staleWhileRevalidate: 10m }");
        bank.network.says(HOME).await;
        assert_eq!(bank.pay().await, "allow");
        bank.minutes(6).await;
        bank.network.says(Err(reason)).await;
        assert_eq!(bank.pay().await, "allow", "the refresh has only begun");
        assert_eq!(bank.pay().await, format!("deny {reason}"));
        assert_eq!(bank.network.lookups(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_route_that_is_cached_only_tells_what_the_network_refused_to_say() {
    let bank = Bank::with("routeSettings: { payments: { lookup: cachedOnly } }");
    bank.network.says(Err(UnknownReason::NotCovered)).await;
    assert_eq!(bank.pay().await, "deny notCached");
    assert_eq!(bank.pay().await, "deny notCovered");
}

#[tokio::test(start_paused = true)]
async fn lines_that_were_asked_about_together_are_refreshed_one_after_the_other() {
    // Half of `staleWhileRevalidate`, and at most a tenth of `maxAge`: 30 seconds here, then 5.
    for (stale, longest) in [("10m", 30), ("10s", 5)] {
        let settings = format!("freshness: {{ maxAge: 5m, staleWhileRevalidate: {stale} }}");
        let bank = Bank::with(&settings);
        let lines = 2..1_002;
        let pay_all = async || {
            for ending in lines.clone() {
                assert_eq!(bank.told(request_of(ending)).await, "allow");
            }
            bank.network.lookups()
        };
        lines.clone().for_each(|_| bank.network.will_say(HOME));
        assert_eq!(pay_all().await, 1_000);
        lines.clone().for_each(|_| bank.network.will_say(HOME));
        bank.seconds(300).await;
        assert_eq!(pay_all().await, 1_000, "nothing is due");
        bank.millis(longest * 500).await;
        let refreshed = pay_all().await - 1_000;
        assert!((350..650).contains(&refreshed), "{refreshed} at half time");
        bank.millis(longest * 500 + 1).await;
        assert_eq!(pay_all().await, 2_000);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_tells_how_old_it_is_by_the_networks_time_and_by_ours() {
    let bank = Bank::with("freshness: { maxStatusAge: none }");
    let ages = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&ages);
    let sink = move |record: &Record<'_>| noted.lock().unwrap().push(record.evidence.ages());
    let bank = Bank { gate: bank.gate.audit(sink), ..bank };
    bank.network.confirmed(Duration::from_secs(3_600));
    bank.network.says(DOWN).await;
    assert_eq!(bank.pay().await, "deny unavailable");
    bank.minutes(1).await;
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    bank.minutes(2).await;
    assert_eq!(bank.pay().await, "allow");
    let told = ages.lock().unwrap().clone().into_iter();
    let told: Vec<_> =
        told.map(|it| it.map(|it| (it.confirmed.as_secs(), it.asked.as_secs()))).collect();
    assert_eq!(told, [None, Some((3_600, 0)), Some((3_720, 120))]);
}

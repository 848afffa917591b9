//! What a request may believe of its line, and whether it waits: `freshness` and `lookup`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use roamgate::audit::Record;
use roamgate::{
    CachedProvider, Effect, Gate, Head, ProviderError, RoamingLayer, RoamingStatus, Subject,
    UnknownReason,
};

use crate::bank::{Bank, Network, request};
use crate::support::*;
use crate::waiting::poll_once;

pub(crate) const HOME: Result<RoamingStatus, UnknownReason> = Ok(RoamingStatus::Home);
pub(crate) const DOWN: Result<RoamingStatus, UnknownReason> = Err(UnknownReason::Unavailable);

fn brazil() -> Result<RoamingStatus, UnknownReason> {
    Ok(roaming_in("BR"))
}

#[tokio::test(start_paused = true)]
async fn an_answer_decides_until_max_age_and_is_then_asked_for_again() {
    let bank = Bank::with("freshness: { maxAge: 2m }");
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    bank.minutes(2).await;
    assert_eq!(bank.pay().await, "allow");
    bank.minutes(1).await;
    bank.network.says(brazil()).await;
    assert_eq!(bank.pay().await, "deny");
    assert_eq!(bank.network.lookups(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_route_overrides_the_keys_that_it_names_and_no_other() {
    let bank = Bank::with(
        "freshness: { maxAge: 1d, maxWait: 90ms }\nrouteSettings: { payments: { freshness: { maxAge: 1m } } }",
    );
    assert_eq!(bank.pay().await, "deny timeout after 90ms");
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    bank.minutes(2).await;
    assert_eq!(bank.pay().await, "deny timeout after 90ms");
}

#[tokio::test(start_paused = true)]
async fn a_stale_answer_decides_at_once_while_one_lookup_replaces_it() {
    let bank = Bank::with("freshness: { maxAge: 5m, staleWhileRevalidate: 10m }");
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    bank.minutes(6).await;
    assert_eq!(bank.pay().await, "allow");
    assert_eq!(bank.pay().await, "allow");
    bank.network.says(brazil()).await;
    assert_eq!(bank.pay().await, "deny");
    assert_eq!(bank.network.lookups(), 2);
}

#[tokio::test(start_paused = true)]
async fn beyond_stale_while_revalidate_a_request_waits() {
    let bank = Bank::with("freshness: { maxAge: 5m, staleWhileRevalidate: 10m }");
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    bank.minutes(16).await;
    assert_eq!(bank.pay().await, "deny timeout after 800ms");
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_an_older_answer_decides_as_long_as_the_policy_says() {
    let bank = Bank::with("freshness: { maxAge: 5m, staleIfError: 1h }");
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    bank.minutes(65).await;
    bank.network.says(DOWN).await;
    assert_eq!(bank.pay().await, "allow");
    bank.minutes(1).await;
    bank.network.says(DOWN).await;
    assert_eq!(bank.pay().await, "deny unavailable");
    assert_eq!(bank.network.lookups(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_older_answer_also_bridges_a_lookup_that_takes_too_long() {
    let bank = Bank::with("freshness: { maxAge: 5m, staleIfError: 1h, maxWait: 100ms }");
    bank.network.says(brazil()).await;
    assert_eq!(bank.pay().await, "deny");
    bank.minutes(6).await;
    assert_eq!(bank.pay().await, "deny after 100ms");
}

#[tokio::test(start_paused = true)]
async fn an_older_answer_does_not_bridge_what_the_network_refuses_to_say() {
    for reason in [UnknownReason::NoConsent, UnknownReason::IdentifierNotFound] {
        let bank = Bank::with("freshness: { maxAge: 5m, staleIfError: 1h }");
        bank.network.says(HOME).await;
        assert_eq!(bank.pay().await, "allow");
        bank.minutes(6).await;
        bank.network.says(Err(reason)).await;
        assert_eq!(bank.pay().await, format!("deny {reason}"));
    }
}

#[tokio::test(start_paused = true)]
async fn without_stale_if_error_the_failure_decides() {
    let bank = Bank::with("freshness: { maxAge: 5m }");
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    bank.minutes(6).await;
    bank.network.says(DOWN).await;
    assert_eq!(bank.pay().await, "deny unavailable");
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_the_machine_slept_does_not_decide_after_it() {
    let asked_before = async || {
        let bank = Bank::with("freshness: { maxAge: 5m, maxWait: 250ms }");
        assert_eq!(bank.pay().await, "deny timeout after 250ms");
        bank.sleeps(Duration::from_secs(7_200));
        bank.network.will_say(HOME);
        bank
    };
    let bank = asked_before().await;
    assert_eq!(bank.pay().await, "deny timeout after 250ms", "the new lookup has not come back");
    bank.network.says(brazil()).await;
    assert_eq!(bank.pay().await, "deny");
    assert_eq!(bank.network.lookups(), 2);

    let bank = asked_before().await;
    bank.network.will_say(brazil());
    assert_eq!(bank.pay().await, "deny", "by the new lookup");
    assert_eq!(bank.network.lookups(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_a_short_sleep_decides() {
    let bank = Bank::with("freshness: { maxAge: 5m, maxWait: 250ms }");
    assert_eq!(bank.pay().await, "deny timeout after 250ms");
    bank.sleeps(Duration::from_secs(240));
    bank.network.will_say(HOME);
    assert_eq!(bank.pay().await, "allow");
    assert_eq!(bank.network.lookups(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_max_wait_the_line_is_unknown_and_the_load_goes_on() {
    let bank = Bank::with("freshness: { maxWait: 250ms }");
    assert_eq!(bank.pay().await, "deny timeout after 250ms");
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    assert_eq!(bank.network.lookups(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_network_confirmed_too_long_ago_is_stale_and_not_bought_again() {
    let two_days = Duration::from_secs(2 * 86_400);
    for (key, told) in [("1d", "deny stale"), ("3d", "allow"), ("none", "allow")] {
        let bank = Bank::with(&format!("freshness: {{ maxStatusAge: {key} }}"));
        bank.network.confirmed(two_days);
        bank.network.says(HOME).await;
        assert_eq!([bank.pay().await, bank.pay().await], [told, told], "{key}");
        assert_eq!(bank.network.lookups(), 1, "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_too_old_does_not_decide_by_what_the_network_confirmed_too_long_ago() {
    let bank = Bank::with(
        "freshness: { maxAge: 5m, maxStatusAge: 10m, staleWhileRevalidate: 1d, staleIfError: 1d }",
    );
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    bank.minutes(11).await;
    bank.network.says(DOWN).await;
    assert_eq!(bank.pay().await, "deny unavailable");
}

#[tokio::test(start_paused = true)]
async fn a_route_that_is_cached_only_never_waits_and_its_miss_makes_the_next_request_a_hit() {
    let bank = Bank::with("routeSettings: { payments: { lookup: cachedOnly } }");
    assert_eq!(bank.pay().await, "deny notCached");
    assert_eq!(bank.pay().await, "deny notCached");
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    assert_eq!(bank.network.lookups(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_prefetch_on_login_makes_the_payment_a_hit() {
    let bank = Bank::with("routeSettings: { login: { lookup: prefetch } }");
    assert_eq!(bank.log_in().await, "allow");
    assert_eq!(bank.log_in().await, "allow");
    bank.network.says(brazil()).await;
    assert_eq!(bank.log_in().await, "allow");
    assert_eq!(bank.pay().await, "deny");
    assert_eq!(bank.network.lookups(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_prefetch_asks_again_for_what_is_older_than_max_age() {
    let bank = Bank::with(
        "freshness: { maxAge: 1d }\nrouteSettings: { login: { lookup: prefetch, freshness: { maxAge: 1m } } }",
    );
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
    bank.minutes(2).await;
    assert_eq!(bank.log_in().await, "allow");
    bank.network.says(brazil()).await;
    assert_eq!(bank.pay().await, "deny");
}

#[tokio::test(start_paused = true)]
async fn a_prefetch_without_a_line_is_nothing() {
    let bank = Bank::with("routeSettings: { login: { lookup: prefetch } }");
    assert_eq!(bank.told(http::Request::post("/login").body(()).unwrap()).await, "allow");
    assert_eq!(bank.network.lookups(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_has_stepped_up_needs_no_lookup_but_a_prefetch_makes_one() {
    let confirm =
        "defaults: { unmatchedRoute: allow, onUnknown: stepUp, stepUp: { acrValues: [sca] } }";
    for (lookup, lookups) in [("normal", 0), ("prefetch", 1)] {
        let text = format!(
            "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: p, owner: o }}\n{confirm}\n\
             routes: {{ payments: [{{ path: {PATH} }}], all: [{{ path: \"/{{*rest}}\" }}] }}\n\
             routeSettings: {{ all: {{ lookup: {lookup} }} }}\n\
             rules:\n  - {{ id: r, match: {{ routes: [payments] }}, when: {{ line: roaming }}, effect: stepUp }}\n"
        );
        let network = Network::default();
        let gate = Gate::new(policy(&text), CachedProvider::new(network.clone()));
        let mut request = request(PATH);
        let moment = std::time::SystemTime::UNIX_EPOCH;
        request.extensions_mut().insert(Subject::from(line(1)).acr("sca").auth_time(moment));
        assert_eq!(gate.check(&Head::of(&request, "")).await.effect(), Effect::Allow);
        network.says(HOME).await;
        assert_eq!(network.lookups(), lookups, "{lookup}");
    }
}

#[tokio::test(start_paused = true)]
async fn on_a_route_that_is_only_prefetched_no_rule_objects() {
    let bank = Bank::with("routeSettings: { payments: { lookup: prefetch } }");
    bank.network.says(brazil()).await;
    assert_eq!([bank.pay().await, bank.pay().await], ["allow", "allow"]);
    assert_eq!(bank.network.lookups(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_route_without_settings_looks_nothing_up_that_no_rule_needs() {
    let bank = Bank::with("routeSettings: { login: { lookup: never } }");
    assert_eq!(bank.log_in().await, "allow");
    assert_eq!(bank.network.lookups(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_load_that_nobody_waits_for_may_fail_or_panic() {
    let panics = roamgate::provider_fn(|_| async {
        if true {
            panic!("the provider has a bug")
        }
        Err::<RoamingStatus, _>(ProviderError::new(UnknownReason::Timeout, "never told"))
    });
    let bank = Bank::of("routeSettings: { payments: { lookup: cachedOnly } }", panics);
    assert_eq!([bank.pay().await, bank.pay().await], ["deny notCached", "deny notCached"]);
}

#[tokio::test(start_paused = true)]
async fn each_purpose_has_a_provider_that_shares_nothing_with_the_others() {
    let fraud = Network::default();
    let bank = Bank::with(
        "routeSettings: { login: { lookup: prefetch }, payments: { freshness: { purpose: fraud } } }",
    )
    .asking_for("marketing", &Network::default())
    .asking_for("fraud", &fraud);
    bank.network.says(HOME).await;
    assert_eq!(bank.log_in().await, "allow");
    fraud.says(brazil()).await;
    assert_eq!(bank.pay().await, "deny");
    assert_eq!([bank.network.lookups(), fraud.lookups()], [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_only_provider_is_asked_for_the_only_purpose() {
    let bank = Bank::with("freshness: { purpose: fraud }");
    bank.network.says(HOME).await;
    assert_eq!(bank.pay().await, "allow");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_for_a_purpose_that_has_no_provider() {
    let two = "freshness: { purpose: fraud }\nrouteSettings: { login: { lookup: prefetch, freshness: { purpose: marketing } } }";
    let one = "freshness: { purpose: fraud }\nrouteSettings: { payments: { lookup: cachedOnly } }";
    for bank in [Bank::with(two), Bank::with(one).asking_for("marketing", &Network::default())] {
        assert_eq!(bank.pay().await, "deny misconfigured");
        assert_eq!(bank.log_in().await, "allow");
        assert_eq!(bank.network.lookups(), 0);
    }
}

#[test]
fn without_a_runtime_nothing_is_loaded_and_nothing_panics() {
    let settings =
        "routeSettings: { payments: { lookup: cachedOnly }, login: { lookup: prefetch } }";
    let bank = Bank::of(settings, roamgate::FixedProvider::new());
    for (path, reason) in [(PATH, Some(UnknownReason::NotCached)), ("/login", None)] {
        let request = request(path);
        let head = Head::of(&request, "");
        let check = std::pin::pin!(bank.gate.check(&head));
        let std::task::Poll::Ready(decision) = poll_once(check) else {
            panic!("nothing to wait for")
        };
        assert_eq!(decision.reason(), reason, "{path}");
    }
}

#[tokio::test]
async fn an_observing_gate_records_what_a_request_would_have_come_to_that_may_not_wait() {
    let reasons = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&reasons);
    let text =
        STRICT.replace("rules:", "routeSettings: { payments: { lookup: cachedOnly } }\nrules:");
    let layer = RoamingLayer::new(policy(&text), roamgate::FixedProvider::new())
        .audit(move |record: &Record<'_>| seen.lock().unwrap().push(record.decision.reason()))
        .observe_only();
    allowed(&layer, http(line(1))).await;
    assert_eq!(*reasons.lock().unwrap(), [Some(UnknownReason::NotCached)]);
}

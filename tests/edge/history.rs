//! Where a line was before: `countryChangedWithin`.

use std::time::Duration;

use http::Request;
use roamgate::country::Mcc;
use roamgate::status::Visited;
use roamgate::{RoamingStatus, UnknownReason};

use crate::bank::{Bank, Network, request};
use crate::support::*;

type Outcome = Result<RoamingStatus, UnknownReason>;

const HOME: Outcome = Ok(RoamingStatus::Home);

/// A bank that refuses who was in another country in the last two hours. Answers are believed for
/// as long as `freshness` says.
fn bank(freshness: &str) -> Bank {
    Bank::under(policy(&format!(
        r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: {{ name: travel, owner: tests@bank.example }}
defaults: {{ unmatchedRoute: allow, onUnknown: deny }}
freshness: {{ maxStatusAge: none, {freshness} }}
routes: {{ payments: [{{ path: "/v1/payments" }}], login: [{{ path: "/login" }}] }}
routeSettings: {{ login: {{ lookup: prefetch, freshness: {{ purpose: p }} }} }}
rules:
  - id: impossible-travel
    description: Two countries within two hours.
    match: {{ routes: [payments] }}
    when: {{ line: {{ countryChangedWithin: 2h }} }}
    effect: deny
"#
    )))
}

/// Each request finds its answer too old.
fn asking_bank() -> Bank {
    bank("maxAge: 1m, purpose: p")
}

fn seen(code: &str) -> Outcome {
    match code {
        "home" => HOME,
        "nowhere" => Ok(RoamingStatus::Roaming(Visited::default())),
        code if code.len() == 3 => {
            Ok(RoamingStatus::Roaming(Visited::network(Mcc::from_digits(code).unwrap())))
        }
        code => Ok(roaming_in(code)),
    }
}

/// What a line is told that is seen in these places, one after the other, so many minutes apart.
async fn journey(bank: &Bank, minutes: u64, places: &[&str]) -> Vec<String> {
    let mut told = Vec::new();
    for place in places {
        bank.network.says(seen(place)).await;
        told.push(bank.pay().await);
        bank.minutes(minutes).await;
    }
    told
}

const FIRST: &str = "deny noHistory";

#[tokio::test(start_paused = true)]
async fn two_countries_within_the_time_are_a_change_and_later_they_are_not() {
    assert_eq!(journey(&asking_bank(), 60, &["FR", "BR"]).await, [FIRST, "deny"]);
    assert_eq!(journey(&asking_bank(), 120, &["FR", "BR"]).await, [FIRST, "deny"]);
    assert_eq!(journey(&asking_bank(), 180, &["FR", "BR"]).await, [FIRST, "allow"]);
}

#[tokio::test(start_paused = true)]
async fn who_stays_has_a_history_without_a_change() {
    assert_eq!(journey(&asking_bank(), 60, &["FR", "FR", "FR"]).await, [FIRST, "allow", "allow"]);
}

#[tokio::test(start_paused = true)]
async fn a_change_is_one_until_it_is_old() {
    let told = journey(&asking_bank(), 60, &["FR", "BR", "BR", "BR"]).await;
    assert_eq!(told, [FIRST, "deny", "deny", "allow"]);
}

#[tokio::test(start_paused = true)]
async fn from_home_to_abroad_and_back_counts() {
    assert_eq!(journey(&asking_bank(), 60, &["home", "BR", "home"]).await, [FIRST, "deny", "deny"]);
    // The line is a Spanish one: national roaming is no change.
    assert_eq!(
        journey(&asking_bank(), 60, &["home", "ES", "214"]).await,
        [FIRST, "allow", "allow"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_network_without_a_country_is_elsewhere_and_so_is_whoever_comes_from_it() {
    assert_eq!(journey(&asking_bank(), 60, &["FR", "901", "FR"]).await, [FIRST, "deny", "deny"]);
    assert_eq!(journey(&asking_bank(), 60, &["901", "901"]).await, [FIRST, "allow"]);
}

#[tokio::test(start_paused = true)]
async fn networks_that_may_be_in_the_same_country_are_no_change() {
    assert_eq!(journey(&asking_bank(), 60, &["GP", "340", "MQ"]).await, [FIRST, "allow", "allow"]);
    assert_eq!(journey(&asking_bank(), 60, &["340", "FR"]).await, [FIRST, "deny"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_country_and_code_says_nothing_and_is_not_kept() {
    let told = journey(&asking_bank(), 30, &["nowhere", "FR", "nowhere", "BR"]).await;
    assert_eq!(told, [FIRST, FIRST, FIRST, "deny"]);
}

#[tokio::test(start_paused = true)]
async fn a_remembered_answer_is_no_new_sighting() {
    let bank = bank("maxAge: 150m, purpose: p");
    bank.network.says(seen("FR")).await;
    // The network said so once: there is nothing to compare with, and two hours later it is not
    // known that the line was still there.
    for _ in 0..3 {
        assert_eq!(bank.pay().await, FIRST);
        bank.minutes(60).await;
    }
    bank.network.says(seen("BR")).await;
    assert_eq!(bank.pay().await, "allow");
    assert_eq!(bank.network.lookups(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_line_was_seen_when_the_network_says_it_was() {
    let bank = asking_bank();
    bank.network.confirmed(Duration::from_secs(90 * 60));
    bank.network.says(seen("FR")).await;
    assert_eq!(bank.pay().await, FIRST);
    bank.minutes(60).await;
    bank.network.confirmed(Duration::ZERO);
    bank.network.says(seen("BR")).await;
    assert_eq!(bank.pay().await, "allow", "150 minutes lie between them");
}

#[tokio::test(start_paused = true)]
async fn a_load_that_nobody_waited_for_is_a_sighting_too() {
    let bank = asking_bank();
    assert_eq!(bank.log_in().await, "allow");
    bank.network.says(seen("FR")).await;
    bank.minutes(60).await;
    bank.network.says(seen("BR")).await;
    assert_eq!(bank.pay().await, "deny");
}

#[tokio::test(start_paused = true)]
async fn a_failed_lookup_is_no_sighting() {
    let bank = asking_bank();
    assert_eq!(journey(&bank, 60, &["FR"]).await, [FIRST]);
    bank.network.says(Err(UnknownReason::NotCovered)).await;
    assert_eq!(bank.pay().await, "deny notCovered");
    bank.minutes(30).await;
    bank.network.says(seen("BR")).await;
    assert_eq!(bank.pay().await, "deny");
}

#[tokio::test(start_paused = true)]
async fn each_line_has_a_history_of_its_own() {
    let bank = asking_bank();
    assert_eq!(journey(&bank, 60, &["FR"]).await, [FIRST]);
    bank.network.says(seen("BR")).await;
    let other = Request::post(PATH).extension(line(2)).body(()).unwrap();
    assert_eq!(bank.told(other).await, FIRST);
}

#[tokio::test(start_paused = true)]
async fn requests_that_wait_for_one_answer_see_one_sighting() {
    let bank = asking_bank();
    bank.network.says(seen("FR")).await;
    let [one, other] = [bank.pay(), bank.pay()];
    assert_eq!(tokio::join!(one, other), (FIRST.to_owned(), FIRST.to_owned()));
    assert_eq!(bank.network.lookups(), 1);
}

#[tokio::test(start_paused = true)]
async fn purposes_share_no_history() {
    let [one, other] = [Network::default(), Network::default()];
    let bank = bank("maxAge: 1m, purpose: other").asking_for("p", &one);
    let bank = bank.asking_for("other", &other);
    assert_eq!(bank.told(request("/login")).await, "allow");
    one.says(seen("FR")).await;
    bank.minutes(60).await;
    other.says(seen("BR")).await;
    assert_eq!(bank.pay().await, FIRST);
    assert_eq!([one.lookups(), other.lookups()], [1, 1]);
}

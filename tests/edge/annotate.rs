//! `effect: annotate`: what the application and the client are told, over a service that answers
//! with what it was told.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{Empty, Full};
use roamgate::{
    Attributes, CachedProvider, Clock, Decision, FixedProvider, Line, RoamingLayer,
    RoamingProvider, RoamingStatus,
};
use tokio::time::Instant;
use tower::{Layer, ServiceExt};

use crate::bank::{EPOCH, Network};
use crate::support::*;

/// Tells videos where the line is; the account is for lines at home.
const RULES: &str = r#"
  - id: quality
    match: { routes: [video] }
    when: { line: abroad }
    effect: annotate
    annotate:
      requestHeaders: { x-line: "${line.state}:${line.countries}" }
      responseHeaders: { x-quality: low }
      otherwise: { requestHeaders: { x-line: "${line.state}" }, responseHeaders: { x-quality: high } }
      unknown: { requestHeaders: { x-line: "${line.state}, ${line.reason}" }, responseHeaders: { x-quality: medium } }
  - id: at-home
    match: { routes: [account] }
    require: { line: home }
    otherwise: deny
"#;

/// A cinema under these rules.
struct Cinema(RoamingLayer);

impl Cinema {
    fn of(rules: &str, provider: impl RoamingProvider + 'static) -> Self {
        let head = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: cinema, owner: tests@stream.example }
defaults: { unmatchedRoute: allow, onUnknown: deny }
freshness: { maxAge: 5m, maxWait: 90ms }
routes:
  video: [{ path: "/video/{*rest}" }, { grpc: "stream.Video/*" }]
  account: [{ path: "/account" }, { path: "/video/mine" }]
rules:
"#;
        let begun = Instant::now();
        let clock = Clock::from_fn(move || SystemTime::UNIX_EPOCH + begun.elapsed());
        Self(RoamingLayer::new(policy(&format!("{head}{rules}")), provider).clock(clock))
    }

    /// A cinema, and the network that it asks.
    fn cold(rules: &str) -> (Self, Network) {
        let network = Network::default();
        (Self::of(rules, CachedProvider::new(network.clone())), network)
    }

    fn knowing(status: RoamingStatus) -> Self {
        Self::of(RULES, FixedProvider::new().with(line(1), status))
    }

    async fn ask(&self, path: &str) -> String {
        self.send(from(line(1), path)).await
    }

    /// What the application was told, and the client; how long it took.
    async fn send(&self, request: Request<Empty<Bytes>>) -> String {
        let begun = Instant::now();
        let service = self.0.layer(tower::service_fn(application));
        let response = collect(service.oneshot(request).await.unwrap()).await;
        let body = String::from_utf8_lossy(response.body());
        let waited = match begun.elapsed() {
            none if none.is_zero() => String::new(),
            waited => format!(" after {waited:?}"),
        };
        match response.status().as_u16() {
            200 => format!("{body} / {}{waited}", header(&response, "x-quality")),
            status => format!("{status} {}{waited}", header(&response, "x-quality")),
        }
    }
}

/// Says what it was told. The permit says the same.
async fn application(
    request: Request<Empty<Bytes>>,
) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
    let told = request.headers().get_all("x-line").iter().map(|value| value.to_str().unwrap());
    let told = told.collect::<Vec<_>>().join(" and ");
    if let Some(permit) = request.extensions().get::<Decision>() {
        let permitted: Vec<_> = permit.annotations().request_headers().collect();
        assert_eq!(permitted.first().map_or("", |(_, value)| value), told);
    }
    let answer = Response::builder().header("x-quality", "as filmed");
    Ok(answer.body(Full::new(told.into())).unwrap())
}

fn from(line: Line, path: &str) -> Request<Empty<Bytes>> {
    Request::post(path).extension(line).body(Empty::new()).unwrap()
}

fn nobody(path: &str) -> Request<Empty<Bytes>> {
    Request::post(path).body(Empty::new()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_is_cached_is_told_at_once() {
    for (status, told) in [
        (RoamingStatus::Home, "home / high"),
        (roaming_in("BR"), "roaming:BR / low"),
        // Roaming is not abroad: the number is Spanish.
        (roaming_in("ES"), "roaming / high"),
    ] {
        assert_eq!(Cinema::knowing(status).ask("/video/1").await, told);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_cached_is_unknown_now_and_told_the_next_time() {
    let (cinema, network) = Cinema::cold(RULES);
    assert_eq!(cinema.ask("/video/1").await, "unknown, notCached / medium");
    assert_eq!(cinema.ask("/video/1").await, "unknown, notCached / medium");
    network.says(Ok(roaming_in("BR"))).await;
    assert_eq!(cinema.ask("/video/1").await, "roaming:BR / low");
    assert_eq!(network.lookups(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_says_so_waits_for_the_line() {
    let waiting = RULES.replacen("effect: annotate", "effect: annotate\n    lookup: wait", 1);
    let (cinema, network) = Cinema::cold(&waiting);
    assert_eq!(cinema.ask("/video/1").await, "unknown, timeout / medium after 90ms");
    network.says(Ok(RoamingStatus::Home)).await;
    assert_eq!(cinema.ask("/video/1").await, "home / high");
    let (cinema, network) = Cinema::cold(&waiting);
    network.says(Ok(RoamingStatus::Home)).await;
    assert_eq!(cinema.ask("/video/1").await, "home / high");
}

#[tokio::test(start_paused = true)]
async fn where_the_decision_needs_the_line_the_annotation_shares_it() {
    let (cinema, network) = Cinema::cold(RULES);
    network.says(Ok(RoamingStatus::Home)).await;
    assert_eq!(cinema.ask("/video/mine").await, "home / high");
    assert_eq!(network.lookups(), 1);
    let abroad = Cinema::knowing(roaming_in("BR"));
    assert_eq!(abroad.ask("/video/mine").await, "403 -", "a refusal tells nothing of quality");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_refused_for_what_only_an_annotation_asks() {
    let cinema = Cinema::knowing(RoamingStatus::Home);
    assert_eq!(cinema.send(nobody("/video/1")).await, "unknown, noIdentifier / medium");
    let by_header =
        Cinema(cinema.0.subject_from_dangerously_trusted_header("x-phone".parse().unwrap()));
    let request =
        Request::post("/video/1").header("x-phone", "+34 600").body(Empty::new()).unwrap();
    assert_eq!(by_header.send(request).await, "unknown, identifierInvalid / medium");
}

#[tokio::test(start_paused = true)]
async fn what_a_client_writes_never_reaches_the_application() {
    let forged = |mut request: Request<Empty<Bytes>>| {
        for value in ["home", "roaming:US"] {
            request.headers_mut().append("X-Line", value.parse().unwrap());
        }
        request
    };
    let cinema = Cinema::knowing(RoamingStatus::Home);
    // Annotated; gated; expected by no route.
    for (path, told) in
        [("/video/1", "home / high"), ("/account", " / as filmed"), ("/elsewhere", " / as filmed")]
    {
        assert_eq!(cinema.send(forged(from(line(1), path))).await, told, "{path}");
    }
    let observing = Cinema(cinema.0.clone().observe_only());
    assert_eq!(observing.send(forged(from(line(1), "/video/1"))).await, " / as filmed");
    let without = Cinema(cinema.0.without_permit());
    assert_eq!(without.send(forged(from(line(1), "/elsewhere"))).await, " / as filmed");
    assert_eq!(without.send(forged(from(line(1), "/video/1"))).await, "home / high");
}

#[tokio::test(start_paused = true)]
async fn of_rules_that_set_the_same_header_the_first_by_its_id_does() {
    let later = "  - { id: z, match: { routes: [video] }, when: { line: home }, effect: annotate, annotate: { responseHeaders: { x-quality: z } } }\n";
    let first = later.replace("z", "a");
    let home = FixedProvider::new().with(line(1), RoamingStatus::Home);
    for (rule, told) in [(later, "home / high"), (&first, "home / a")] {
        let cinema = Cinema::of(&format!("{RULES}{rule}"), home.clone());
        assert_eq!(cinema.ask("/video/1").await, told);
    }
}

#[tokio::test(start_paused = true)]
async fn grpc_carries_annotations_as_metadata() {
    let request = Request::post("/stream.Video/Play").header("content-type", "application/grpc");
    let request = request.header("x-line", "home").extension(line(1)).body(Empty::new()).unwrap();
    assert_eq!(Cinema::knowing(roaming_in("BR")).send(request).await, "roaming:BR / low");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_looked_up_for_a_request_that_the_rule_is_not_about() {
    // It is midnight.
    let rules = |from: &str| {
        let time = format!("time: {{ from: \"{from}\", to: \"23:00\", timezone: Europe/Lisbon }}");
        RULES.replace("[video]", &format!("[video], {time}"))
    };
    let (cinema, network) = Cinema::cold(&rules("22:00"));
    assert_eq!(cinema.ask("/video/1").await, " / as filmed");
    assert_eq!(network.lookups(), 0);
    let (cinema, network) = Cinema::cold(&rules("00:00"));
    assert_eq!(cinema.ask("/video/1").await, "unknown, notCached / medium");
    network.says(Ok(RoamingStatus::Home)).await;
    assert_eq!(network.lookups(), 1);
}

/// Purchases of films, of which a handler may know the amount; the line may have moved.
const PURCHASES: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: purchases, owner: tests@stream.example }
attributes: { request.amountEur: { type: number } }
defaults: { unmatchedRoute: allow, onUnknown: deny }
routes: { films: [{ path: "/films" }] }
rules:
  - id: large
    match: { routes: [films], request.amountEur: { gte: 200 } }
    when: { line: roaming }
    effect: annotate
    lookup: wait
    annotate: { requestHeaders: { x-line: "${line.state}" } }
  - id: moved
    match: { routes: [films] }
    when: { line: { countryChangedWithin: 1h } }
    effect: annotate
    lookup: wait
    annotate: { responseHeaders: { x-quality: moved } }
"#;

fn purchases() -> Cinema {
    let provider = FixedProvider::new().with(line(1), roaming_in("BR"));
    Cinema(RoamingLayer::new(policy(PURCHASES), CachedProvider::new(provider)))
}

fn purchase(amount: f64) -> Request<Empty<Bytes>> {
    let mut request = from(line(1), "/films");
    request.extensions_mut().insert(Attributes::new().set("request.amountEur", amount));
    request
}

#[tokio::test(start_paused = true)]
async fn a_rule_is_about_what_the_attributes_of_the_request_say() {
    let cinema = purchases();
    for (amount, told) in [(200.0, "roaming / as filmed"), (199.0, " / as filmed")] {
        assert_eq!(cinema.send(purchase(amount)).await, told, "{amount}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_is_left_to_a_handler_tells_the_handler_alone() {
    let cinema = Cinema(purchases().0.deferred(["request.amountEur"]));
    let mut forged = purchase(200.0);
    forged.headers_mut().insert("x-line", "home".parse().unwrap());
    assert_eq!(cinema.send(forged).await, " / as filmed");
    let attributes = Attributes::new().set("request.amountEur", 200.0);
    let asked = cinema.0.gate().check_route("films", &line(1).into(), &attributes).await.unwrap();
    assert!(asked.annotations().request_headers().eq([("x-line", "roaming")]));
}

#[tokio::test(start_paused = true)]
async fn where_the_line_was_before_is_told_too() {
    let network = Network::default();
    let begun = Instant::now();
    let clock = Clock::from_fn(move || EPOCH + begun.elapsed());
    let cinema = Cinema(RoamingLayer::new(policy(PURCHASES), network.clone()).clock(clock));
    for (country, told) in [("BR", " / as filmed"), ("US", " / moved"), ("US", " / moved")] {
        network.says(Ok(roaming_in(country))).await;
        assert_eq!(cinema.send(purchase(1.0)).await, told, "{country}");
        tokio::time::advance(Duration::from_secs(60)).await;
    }
}

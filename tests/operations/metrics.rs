//! What is counted, where, and under which names.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use metrics::set_default_local_recorder;
use roamgate::audit::{Record, Taken};
use roamgate::decision_log::DecisionLog;
use roamgate::health::Health;
use roamgate::metrics::{Kind, METRICS, Metric, Told, Unit, Values};
use roamgate::{
    CachedProvider, FixedProvider, Gate, Head, Line, Policy, RoamingStatus, UnknownReason,
    provider_fn,
};

use crate::desk::{Desk, brazil, edition, line, pay, times};
use crate::prometheus::Exposition;

/// The policies of the desk, under a provider that says this of every line.
fn gate(said: Result<RoamingStatus, UnknownReason>) -> Gate {
    gate_over(CachedProvider::new(provider_fn(move |_: Line| async move {
        said.map_err(|reason| roamgate::ProviderError::new(reason, "as told"))
    })))
}

fn gate_over(provider: impl roamgate::RoamingProvider + 'static) -> Gate {
    Gate::new(Policy::from_yaml("policy.yaml", &edition(1, 4)).unwrap(), provider)
}

async fn pay_for(gate: &Gate, ending: usize) {
    let line: Line = format!("+34600{ending:06}").parse().unwrap();
    let request = Request::post("/pay").extension(line).body(()).unwrap();
    gate.check(&Head::of(&request, "")).await;
}

#[test]
fn names_and_units_are_as_prometheus_wants_them() {
    let names: BTreeSet<_> = METRICS.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), METRICS.len(), "a name stands twice");
    for metric in METRICS {
        let name = metric.name;
        let is_plain = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        assert!(name.starts_with("roamgate_") && name.chars().all(is_plain), "{name}");
        assert_eq!(name.ends_with("_total"), metric.kind == Kind::Counter, "{name}");
        let is_time = name.trim_end_matches("_total").ends_with("_seconds");
        assert_eq!(is_time, metric.unit == Unit::Seconds, "{name}");
        assert_eq!(metric.buckets.is_empty(), metric.kind != Kind::Histogram, "{name}");
        assert!(!metric.description.is_empty() && !metric.description.ends_with('.'), "{name}");
        let labels: BTreeSet<_> = metric.labels.iter().map(|label| label.name).collect();
        assert_eq!(labels.len(), metric.labels.len(), "{name}");
    }
}

#[tokio::test]
async fn a_decision_is_counted_by_route_effect_group_and_mode() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let gate = gate(Ok(brazil()));
    for _ in 0..3 {
        pay(&gate).await;
    }
    let denied =
        r#"roamgate_decisions_total{route="pay",effect="deny",group="none",mode="enforced"}"#;
    assert_eq!(exposition.value(denied), Some(3.0));
    assert_eq!(exposition.value(r#"roamgate_lookups_total{outcome="roaming"}"#), Some(1.0));
    assert_eq!(exposition.value(r#"roamgate_lookups_avoided_total{how="cached"}"#), Some(2.0));
    assert_eq!(
        exposition.value(r#"roamgate_lookup_duration_seconds_count{outcome="known"}"#),
        Some(1.0)
    );
    let answers = r#"roamgate_answers_used_total{asked="1m",confirmed="1m"}"#;
    assert_eq!(exposition.value(answers), Some(3.0));
}

#[tokio::test]
async fn what_is_unknown_is_counted_by_its_reason() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let gate = gate(Err(UnknownReason::IdentifierNotFound));
    for _ in 0..2 {
        pay(&gate).await;
    }
    let counted = |series| exposition.value(series);
    let unknown = r#"roamgate_unknown_decisions_total{effect="deny",reason="identifierNotFound",mode="enforced"}"#;
    assert_eq!(counted(unknown), Some(2.0));
    let denied =
        r#"roamgate_decisions_total{route="pay",effect="deny",group="noLine",mode="enforced"}"#;
    assert_eq!(counted(denied), Some(2.0));
    assert_eq!(counted(r#"roamgate_lookups_avoided_total{how="remembered"}"#), Some(1.0));
}

const AMOUNTS: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: amounts, owner: tests@bank.example }
attributes: { request.amount: { type: number } }
defaults: { unmatchedRoute: allow, onUnknown: deny }
routes: { pay: [{ path: /pay }] }
rules:
  - id: large
    description: Large payments are made at home.
    match: { routes: [pay], request.amount: { gte: 5 } }
    when: { line: roaming }
    effect: deny
"#;

#[tokio::test]
async fn what_needs_no_lookup_is_counted_where_it_might_have_needed_one() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let policy = Policy::from_yaml("policy.yaml", AMOUNTS).unwrap();
    let provider = CachedProvider::new(FixedProvider::new().with(line(), brazil()));
    let gate = Gate::new(policy, provider);
    for (path, amount) in [("/pay", 1.0), ("/pay", 9.0), ("/elsewhere", 9.0)] {
        let attributes = roamgate::Attributes::new().set("request.amount", amount);
        let request = Request::post(path).extension(line()).extension(attributes);
        gate.check(&Head::of(&request.body(()).unwrap(), "")).await;
    }
    assert_eq!(exposition.value(r#"roamgate_lookups_avoided_total{how="notNeeded"}"#), Some(1.0));
    assert_eq!(exposition.value(r#"roamgate_lookups_total{outcome="roaming"}"#), Some(1.0));
}

#[tokio::test(start_paused = true)]
async fn t12_who_waits_for_a_lookup_of_another_is_counted() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let gate = gate_over(CachedProvider::new(provider_fn(|_: Line| async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok(RoamingStatus::Home)
    })));
    let callers = (0..1_000).map(|_| pay_for(&gate, 1));
    futures_util::future::join_all(callers).await;
    let coalesced = r#"roamgate_lookups_avoided_total{how="coalesced"}"#;
    assert_eq!(exposition.value(coalesced), Some(999.0));
}

#[tokio::test]
async fn a_panic_that_is_contained_is_counted() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let broken = || provider_fn(|_: Line| async { panic!("a defect of the embedder") });
    pay(&gate_over(broken())).await;
    pay(&gate_over(CachedProvider::new(broken()))).await;
    for place in ["provider", "lookup"] {
        let series = format!("roamgate_panics_total{{place={place:?}}}");
        assert_eq!(exposition.value(&series), Some(1.0), "{place}");
    }
}

#[tokio::test]
async fn a_gate_that_only_observes_counts_apart_and_a_record_that_is_refused_counts() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    struct Full;
    impl roamgate::audit::AuditSink for Full {
        fn record(&self, _: &Record<'_>) {}
        fn try_record(&self, _: &Record<'_>) -> Taken {
            Taken::Refused
        }
    }
    pay(&gate(Ok(brazil())).audit(Full)).await;
    assert_eq!(exposition.value("roamgate_decision_log_refusals_total"), Some(1.0));

    let layer = roamgate::RoamingLayer::from(gate(Ok(RoamingStatus::Home))).observe_only();
    pay(&layer.gate()).await;
    let observed =
        r#"roamgate_decisions_total{route="pay",effect="allow",group="none",mode="observed"}"#;
    assert_eq!(exposition.value(observed), Some(1.0));
}

#[tokio::test]
async fn counters_go_on_under_another_policy() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let gate = gate(Ok(brazil()));
    pay(&gate).await;
    gate.replace(Policy::from_yaml("policy.yaml", &edition(2, 4)).unwrap(), "a test").unwrap();
    pay(&gate).await;
    let denied =
        r#"roamgate_decisions_total{route="pay",effect="deny",group="none",mode="enforced"}"#;
    assert_eq!(exposition.value(denied), Some(2.0));
}

/// Is it a series of this metric? Histograms are counted once, by their sums.
fn is_of(name: &str, metric: &Metric) -> bool {
    match metric.kind {
        Kind::Histogram => name.strip_suffix("_sum") == Some(metric.name),
        _ => name == metric.name,
    }
}

#[tokio::test]
async fn whatever_happens_only_what_is_in_the_table_is_told_and_all_of_it_from_the_start() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let gate = gate(Ok(RoamingStatus::Home));
    let health = Health::of(&gate);
    health.publish();
    for metric in METRICS.iter().filter(|metric| metric.told == Told::AtOnce) {
        let closed = metric.labels.iter().map(|label| match label.values {
            Values::Closed(values) => values().len(),
            _ => 0,
        });
        let series = exposition.names();
        let begun = series.iter().filter(|(name, _)| is_of(name, metric)).count();
        let expected: usize = closed.product();
        assert!(begun >= expected, "{}: {begun} of {expected} begin at zero", metric.name);
    }
    pay(&gate).await;
    health.publish();
    let parts = ["_bucket", "_count"];
    let whole = |name: &str| !parts.iter().any(|part| name.ends_with(part));
    for (name, labels) in exposition.names().into_iter().filter(|(name, _)| whole(name)) {
        let metric = METRICS.iter().find(|metric| is_of(&name, metric));
        let Some(metric) = metric else { panic!("{name} is not in the table") };
        let told = labels.split(',').filter_map(|it| it.split_once('='));
        let told: Vec<_> = told.filter(|(label, _)| *label != "le").collect();
        assert_eq!(told.len(), metric.labels.len(), "{name} {labels}");
        for ((label, value), known) in told.iter().zip(metric.labels) {
            assert_eq!(*label, known.name, "{name}");
            if let Values::Closed(values) = known.values {
                assert!(values().contains(&value.trim_matches('"')), "{name} {label} {value}");
            }
        }
    }
}

#[tokio::test]
async fn q19_a_flood_of_lines_adds_no_series_and_none_names_a_line() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let gate = gate(Ok(brazil()));
    let health = Health::of(&gate);
    health.publish();
    let before = exposition.names();
    for ending in 0..times(20_000) {
        pay_for(&gate, ending).await;
    }
    health.publish();
    assert_eq!(exposition.names(), before);
    assert!(before.len() <= 2_000, "{} series", before.len());
    let page = exposition.page();
    let digits = page.split(|letter: char| !letter.is_ascii_digit());
    assert_eq!(digits.filter(|digits| digits.starts_with("34600")).count(), 0);
}

#[tokio::test]
async fn q19_however_many_routes_policies_have_series_stay_below_two_thousand() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let gate = gate(Ok(brazil()));
    for edition in 0..10 {
        let routes: Vec<_> =
            (0..30).map(|at| format!("r{edition}-{at}: [{{ path: /{edition}/{at} }}]")).collect();
        let text = crate::desk::edition(1, 1)
            .replace("routes: { pay:", &format!("routes: {{ {}, pay:", routes.join(", ")))
            .replace(
                "match: { routes: [pay] }",
                &format!("match: {{ routes: [pay, {}] }}", names(edition)),
            );
        let policy = Policy::from_yaml("policy.yaml", &text);
        gate.replace(policy.unwrap_or_else(|error| panic!("{error}")), "a test").unwrap();
    }
    Health::of(&gate).publish();
    let series = exposition.names();
    assert!(series.len() <= 2_000, "{} series", series.len());
    assert!(series.iter().any(|(_, labels)| labels.contains(r#"route="(other)""#)));
}

fn names(edition: usize) -> String {
    (0..30).map(|at| format!("r{edition}-{at}")).collect::<Vec<_>>().join(", ")
}

#[tokio::test(start_paused = true)]
async fn p2_files_that_cannot_be_used_are_in_the_metrics_and_the_revision_stays() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let desk = Desk::with(&edition(1, 3)).await;
    let health = Health::of(&desk.gate).files("policies", &desk.reload);
    health.publish();
    let revision = exposition.value("roamgate_policy_revision");
    assert_eq!(
        exposition.value(r#"roamgate_reload_stale_since_seconds{files="policies"}"#),
        Some(0.0)
    );

    desk.write("rules: nonsense");
    let status = desk.look().await;
    health.publish();
    let value = |name: &str| exposition.value(&format!("{name}{{files=\"policies\"}}")).unwrap();
    assert_eq!(value("roamgate_reload_failures_total"), 1.0);
    assert!(value("roamgate_reload_stale_since_seconds") > 1.0e9);
    assert_eq!(exposition.value("roamgate_policy_revision"), revision);
    let told = health.status();
    assert_eq!(told["files"][0]["error"].as_str(), status.error.as_deref());

    desk.write(edition(2, 3));
    desk.look().await;
    health.publish();
    assert_eq!(value("roamgate_reload_stale_since_seconds"), 0.0);
    assert_eq!(value("roamgate_reloads_total"), 1.0);
    assert_ne!(exposition.value("roamgate_policy_revision"), revision);
}

#[tokio::test]
async fn l1_what_a_decision_log_wrote_and_lost_is_in_the_metrics() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let folder = tempfile::tempdir().unwrap();
    let log = DecisionLog::to(folder.path().join("log.jsonl")).start().unwrap();
    let gate = gate(Ok(brazil())).audit(log.clone());
    let health = Health::of(&gate).decision_log(&log);
    pay(&gate).await;
    log.shutdown().unwrap();
    pay(&gate).await;
    health.publish();
    health.publish();
    for outcome in ["written", "lost"] {
        let series = format!("roamgate_decision_log_records_total{{outcome={outcome:?}}}");
        assert_eq!(exposition.value(&series), Some(1.0), "{outcome}");
    }
    assert_eq!(exposition.value("roamgate_decision_log_queue"), Some(0.0));
}

#[tokio::test]
async fn caches_are_told_by_name() {
    let exposition = Exposition::default();
    let _recorder = set_default_local_recorder(&exposition);
    let cache = Arc::new(CachedProvider::new(FixedProvider::new().with(line(), brazil())));
    let gate = gate_over(Arc::clone(&cache));
    pay(&gate).await;
    let health = Health::of(&gate).cache("statuses", cache);
    health.publish();
    let series = exposition.names();
    for cache in ["statuses answers", "statuses failures"] {
        let labels = format!("cache={cache:?}");
        assert!(series.contains(&("roamgate_cache_entries".to_owned(), labels)), "{cache}");
    }
}

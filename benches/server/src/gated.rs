//! The gate as a service has it in production: a cache that is warm, a decision log in a file, and
//! metrics with an exporter. Parts of it can be left out, to see what each of them costs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::ValueEnum;
use http::HeaderName;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use roamgate::audit::{AuditSink, Record};
use roamgate::decision_log::{DecisionLog, OnFull, SubjectKey};
use roamgate::health::Health;
use roamgate::{CachedProvider, Clock, FixedProvider, Head, Line, Policy, RoamingLayer};
use serde::{Deserialize, Serialize};

use crate::{Outcome, lines};

/// What can be left out.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[non_exhaustive]
pub enum Part {
    /// The record of every decision.
    Audit,
    /// The keyed hash of the line in the record.
    Key,
    /// The recorder of metrics, and what is published for it.
    Metrics,
    /// The decision in the request's extensions.
    Permit,
    /// Reading the line from the header: every request is of one line.
    Header,
    /// Reading the wall clock.
    Clock,
    /// All that follows from a route: the policy has none that requests belong to.
    Route,
}

/// How a gate is built.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The file of the decision log.
    pub log: PathBuf,
    /// What is left out.
    pub without: Vec<Part>,
    /// Does a header name the line? Otherwise an earlier layer has left it in the request.
    pub has_header: bool,
}

/// A gate, and what stands around it.
#[derive(Debug)]
pub struct Gated {
    /// For the service.
    pub layer: RoamingLayer,
    log: Option<DecisionLog>,
}

/// What became of the records of decisions.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[expect(missing_docs, reason = "they are what they are called")]
pub struct Records {
    pub written: u64,
    pub lost: u64,
    pub undone: usize,
}

/// Keeps no record.
struct NoRecord;

impl AuditSink for NoRecord {
    fn record(&self, _: &Record<'_>) {}
}

impl Gated {
    /// Builds it in a runtime, with all lines in the cache.
    ///
    /// # Errors
    ///
    /// The file of the log cannot be opened, for example.
    pub async fn build(plan: &Plan) -> Outcome<Self> {
        let has = |part| !plan.without.contains(&part);
        // First of all, so that whatever is built finds it.
        let exporter = if has(Part::Metrics) { Some(exporter()?) } else { None };
        // Room for twice as many lines as there are.
        let cache = CachedProvider::new(lines::provider()?).capacity(2 * u64::from(lines::LINES));
        let cache = if has(Part::Clock) { cache } else { cache.clock(stopped()) };
        lines::warm(&cache).await?;
        let cache = Arc::new(cache);
        let (layer, log) = layer(plan, Arc::clone(&cache))?;
        if let Some(exporter) = exporter {
            tokio::spawn(published(health(&layer, cache, log.as_ref()), exporter));
        }
        Ok(Self { layer, log })
    }

    /// Ends the log, if there is one. What became of its records.
    #[must_use]
    pub fn farewell(&self) -> Option<Records> {
        let log = self.log.as_ref()?;
        let undone = log.shutdown().err().map_or(0, |undone| undone.0);
        let counts = log.counts();
        Some(Records { written: counts.written, lost: counts.lost, undone })
    }
}

/// The policy that the crate comes with, which also guards the gRPC service of this benchmark.
///
/// # Errors
///
/// None that is known.
pub fn policy() -> Outcome<Policy> {
    let text = include_str!("../../../policies/payments-eea.yaml");
    let text = text.replace("bank.payments.v1.Payments", "bank.transfers.v1.Transfers");
    Ok(Policy::from_yaml("payments-eea.yaml", &text)?)
}

fn layer(
    plan: &Plan,
    cache: Arc<CachedProvider<FixedProvider>>,
) -> Outcome<(RoamingLayer, Option<DecisionLog>)> {
    let has = |part| !plan.without.contains(&part);
    let header = HeaderName::from_static(lines::HEADER);
    let mut layer = RoamingLayer::new(policy()?, cache);
    if !has(Part::Header) {
        let line: Line = lines::number(1).parse()?;
        layer = layer.subject(move |_: &Head<'_>| line);
    } else if plan.has_header {
        layer = layer.subject_from_dangerously_trusted_header(header);
    }
    layer = if has(Part::Permit) { layer } else { layer.without_permit() };
    layer = if has(Part::Clock) { layer } else { layer.clock(stopped()) };
    layer = if has(Part::Route) { layer } else { layer.mounted_at("/elsewhere") };
    if !has(Part::Audit) {
        return Ok((layer.audit(NoRecord), None));
    }
    let mut log = DecisionLog::to(&plan.log).on_full(OnFull::Deny);
    if has(Part::Key) {
        log = log.subject_key(SubjectKey::new("2026-11", &[7; 32])?);
    }
    let log = log.start()?;
    Ok((layer.audit(log.clone()), Some(log)))
}

/// A clock that nobody has to ask.
fn stopped() -> Clock {
    let now = Clock::system().now();
    Clock::from_fn(move || -> SystemTime { now })
}

fn exporter() -> Result<PrometheusHandle, BuildError> {
    let mut builder = PrometheusBuilder::new();
    for metric in roamgate::metrics::METRICS.iter().filter(|metric| !metric.buckets.is_empty()) {
        let name = Matcher::Full(metric.name.to_owned());
        builder = builder.set_buckets_for_metric(name, metric.buckets)?;
    }
    builder.install_recorder()
}

fn health(
    layer: &RoamingLayer,
    cache: Arc<CachedProvider<FixedProvider>>,
    log: Option<&DecisionLog>,
) -> Health {
    let health = Health::of(&layer.gate()).cache("statuses", cache);
    log.map_or(health.clone(), |log| health.decision_log(log))
}

/// What a scrape every few seconds costs is part of the bill.
async fn published(health: Health, exporter: PrometheusHandle) {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        health.publish();
        std::hint::black_box(exporter.render());
    }
}

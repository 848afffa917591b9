//! What the decision log costs: a record on its request's path, and the same with what its writer
//! does. Against the same record serialized once by `serde_json`, in one run.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a benchmark measures time as it passes")]

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use futures_util::FutureExt;
use roamgate::audit::{AuditSink, Record, Taken};
use roamgate::decision_log::{Builder, DecisionLog, DecisionRecord, SubjectKey};
use roamgate::{
    Attributes, CachedProvider, FixedProvider, Gate, Line, Policy, Query, RoamingProvider,
    RoamingStatus, Subject,
};

const GROUP: &str = "decision_log";
const LONG: Duration = Duration::from_secs(60);

fn line() -> Line {
    "+34600000002".parse().unwrap()
}

/// Hands every record on so many times, and says how long that took.
struct Again {
    log: DecisionLog,
    times: std::sync::atomic::AtomicU64,
    took: std::sync::Mutex<Duration>,
}

impl AuditSink for Again {
    fn record(&self, record: &Record<'_>) {
        let times = self.times.load(std::sync::atomic::Ordering::Relaxed);
        let begun = Instant::now();
        for _ in 0..times {
            assert!(matches!(self.log.try_record(black_box(record)), Taken::Kept));
        }
        *self.took.lock().unwrap() = begun.elapsed();
    }
}

/// A gate whose records go to this log, again and again.
struct Desk {
    gate: Gate,
    again: std::sync::Arc<Again>,
}

impl Desk {
    fn new(log: Builder) -> Self {
        let log = log.start().unwrap();
        let again = Again { log, times: 1.into(), took: std::sync::Mutex::default() };
        let again = std::sync::Arc::new(again);
        let provider = CachedProvider::new(FixedProvider::new().with(line(), RoamingStatus::Home));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(provider.roaming_status(&Query::new(line()))).unwrap();
        let policy = Policy::from_path("policies/payments-eea.yaml").unwrap();
        let sink = std::sync::Arc::clone(&again);
        let gate =
            Gate::new(policy, provider).audit(move |record: &Record<'_>| sink.record(record));
        Self { gate, again }
    }

    /// How long so many records take.
    fn takes(&self, times: u64) -> Duration {
        self.again.times.store(times, std::sync::atomic::Ordering::Relaxed);
        let (subject, attributes) = (Subject::from(line()), Attributes::new());
        let asked = self.gate.check_route("payments", &subject, &attributes);
        let _ = asked.now_or_never().unwrap().unwrap();
        *self.again.took.lock().unwrap()
    }

    /// … until they are in the file.
    fn takes_with_its_writer(&self, times: u64) -> Duration {
        let begun = Instant::now();
        self.takes(times);
        self.again.log.flush(LONG).unwrap();
        begun.elapsed()
    }
}

fn measure(criterion: &mut Criterion, name: &str, settings: fn(Builder) -> Builder) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.jsonl");
    let roomy = |path: &std::path::Path| settings(DecisionLog::to(path).queue(1 << 24, 1 << 33));
    let (quiet, desk) =
        (Desk::new(roomy(std::path::Path::new("/dev/null"))), Desk::new(roomy(&path)));
    let mut group = criterion.benchmark_group(GROUP);
    group.bench_function(name, |bencher| bencher.iter_custom(|times| quiet.takes(times)));
    group.bench_function(format!("{name}_written"), |bencher| {
        bencher.iter_custom(|times| {
            std::fs::File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
            desk.takes_with_its_writer(times)
        });
    });
    let text = std::fs::read_to_string(&path).unwrap();
    let record: DecisionRecord = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    group.bench_function(format!("{name}_by_serde"), |bencher| {
        bencher.iter(|| serde_json::to_string(black_box(&record)).unwrap());
    });
}

fn report(name: &str) -> Option<()> {
    let mean = |of: &str| support::mean_ns(GROUP, &format!("{name}{of}"));
    let (taken, written, serialized) = (mean("")?, mean("_written")?, mean("_by_serde")?);
    println!(
        "{name:<10} taken {taken:4.0} ns = {:.2} x serde_json, {:.2} million a second; \
         taken and written {written:4.0} ns = {:.2} x serde_json",
        taken / serialized,
        1_000.0 / taken,
        written / serialized
    );
    Some(())
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let key = |log: Builder| log.subject_key(SubjectKey::new("2026-11", &[7; 32]).unwrap());
    measure(&mut criterion, "record", |log| log);
    measure(&mut criterion, "with_key", key);
    criterion.final_summary();
    if support::measures() {
        report("record");
        report("with_key");
    }
}

//! A recorder that writes what Prometheus reads: small enough to be read, and without a crate.
//!
//! A service of yours takes `metrics-exporter-prometheus` instead, and gives it the buckets:
//!
//! ```text
//! let mut builder = PrometheusBuilder::new();
//! for metric in METRICS.iter().filter(|metric| !metric.buckets.is_empty()) {
//!     builder = builder.set_buckets_for_metric(Matcher::Full(metric.name.into()), metric.buckets)?;
//! }
//! let prometheus = builder.install_recorder()?;  // before the layer is built
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::{
    Counter, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use roamgate::metrics::METRICS;

/// Everything that was counted so far. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exposition(Arc<Mutex<BTreeMap<Series, Value>>>);

/// A metric, and its labels as they are written.
type Series = (String, String);

#[derive(Clone, Debug)]
enum Value {
    Counter(Arc<AtomicU64>),
    Gauge(Arc<AtomicU64>),
    Histogram(Arc<Buckets>),
}

#[derive(Debug)]
struct Buckets {
    bounds: &'static [f64],
    counts: Vec<AtomicU64>,
    all: AtomicU64,
    /// The bits of a float.
    sum: AtomicU64,
}

impl Exposition {
    /// The page.
    #[must_use]
    pub(crate) fn page(&self) -> String {
        let (mut page, mut last) = (String::new(), String::new());
        for ((name, labels), value) in self.series().iter() {
            let metric = METRICS.iter().find(|metric| metric.name == name);
            if let Some(metric) = metric.filter(|_| *name != last) {
                writeln!(page, "# HELP {name} {}", metric.description).ok();
                writeln!(page, "# TYPE {name} {}", metric.kind).ok();
            }
            value.write(name, labels, &mut page);
            last.clone_from(name);
        }
        page
    }

    fn series(&self) -> MutexGuard<'_, BTreeMap<Series, Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(&self, key: &Key, value: impl FnOnce() -> Value) -> Value {
        let labels = key.labels().map(|label| format!("{}={:?}", label.key(), label.value()));
        let labels = labels.collect::<Vec<_>>().join(",");
        let mut series = self.series();
        series.entry((key.name().to_owned(), labels)).or_insert_with(value).clone()
    }
}

impl Value {
    fn write(&self, name: &str, labels: &str, page: &mut String) {
        let braced = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        match self {
            Self::Counter(count) => {
                writeln!(page, "{name}{braced} {}", count.load(Ordering::Relaxed)).ok();
            }
            Self::Gauge(bits) => {
                let value = f64::from_bits(bits.load(Ordering::Relaxed));
                writeln!(page, "{name}{braced} {value}").ok();
            }
            Self::Histogram(buckets) => buckets.write(name, labels, page),
        }
    }
}

impl Buckets {
    fn of(key: &Key) -> Self {
        let metric = METRICS.iter().find(|metric| metric.name == key.name());
        let bounds = metric.map_or(&[][..], |metric| metric.buckets);
        let counts = bounds.iter().map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, all: AtomicU64::new(0), sum: AtomicU64::new(0) }
    }

    fn write(&self, name: &str, labels: &str, page: &mut String) {
        let comma = if labels.is_empty() { "" } else { "," };
        let all = self.all.load(Ordering::Relaxed);
        for (bound, count) in self.bounds.iter().zip(&self.counts) {
            let count = count.load(Ordering::Relaxed);
            writeln!(page, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}").ok();
        }
        writeln!(page, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {all}").ok();
        let sum = f64::from_bits(self.sum.load(Ordering::Relaxed));
        let braced = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        writeln!(page, "{name}_sum{braced} {sum}\n{name}_count{braced} {all}").ok();
    }
}

impl HistogramFn for Buckets {
    fn record(&self, value: f64) {
        for (bound, count) in self.bounds.iter().zip(&self.counts) {
            count.fetch_add(u64::from(value <= *bound), Ordering::Relaxed);
        }
        self.all.fetch_add(1, Ordering::Relaxed);
        GaugeFn::increment(&self.sum, value);
    }
}

impl Recorder for Exposition {
    // What they are stands in the table.
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        match self.entry(key, || Value::Counter(Arc::default())) {
            Value::Counter(count) => Counter::from_arc(count),
            Value::Gauge(_) | Value::Histogram(_) => Counter::noop(),
        }
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        match self.entry(key, || Value::Gauge(Arc::default())) {
            Value::Gauge(bits) => Gauge::from_arc(bits),
            Value::Counter(_) | Value::Histogram(_) => Gauge::noop(),
        }
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        match self.entry(key, || Value::Histogram(Arc::new(Buckets::of(key)))) {
            Value::Histogram(buckets) => Histogram::from_arc(buckets),
            Value::Counter(_) | Value::Gauge(_) => Histogram::noop(),
        }
    }
}

//! Talking to the recorder that is installed.

use ::metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Level, Metadata, Recorder, SharedString, with_recorder,
};

use super::metric::{Kind, Metric, Told, Unit, Values};
use super::table::METRICS;

const METADATA: Metadata<'static> = Metadata::new("roamgate", Level::INFO, Some("roamgate"));

pub(crate) fn counter(metric: &Metric, values: &[&str]) -> Counter {
    with_recorder(|recorder| recorder.register_counter(&key(metric, values), &METADATA))
}

pub(crate) fn gauge(metric: &Metric, values: &[&str]) -> Gauge {
    with_recorder(|recorder| recorder.register_gauge(&key(metric, values), &METADATA))
}

pub(crate) fn histogram(metric: &Metric, values: &[&str]) -> Histogram {
    with_recorder(|recorder| recorder.register_histogram(&key(metric, values), &METADATA))
}

/// Says what every metric is, and begins those at zero whose labels are all known.
pub(super) fn begin() {
    with_recorder(|recorder| METRICS.iter().for_each(|metric| describe(recorder, metric)));
    for metric in METRICS.iter().filter(|metric| metric.told == Told::AtOnce) {
        zero(metric, &[]);
    }
}

/// Begins at zero whatever follows these values of the first labels, as far as it is known.
pub(crate) fn zero(metric: &Metric, values: &[&str]) {
    let Some(label) = metric.labels.get(values.len()) else {
        match metric.kind {
            Kind::Counter => drop(counter(metric, values)),
            Kind::Gauge => drop(gauge(metric, values)),
            Kind::Histogram => drop(histogram(metric, values)),
        }
        return;
    };
    if let Values::Closed(all) = label.values {
        all().into_iter().for_each(|value| zero(metric, &[values, &[value]].concat()));
    }
}

fn key(metric: &Metric, values: &[&str]) -> Key {
    let labels = metric.labels.iter().zip(values);
    let labels =
        labels.map(|(label, value)| ::metrics::Label::new(label.name, (*value).to_owned()));
    Key::from_parts(metric.name, labels.collect::<Vec<_>>())
}

fn describe(recorder: &dyn Recorder, metric: &Metric) {
    let name = KeyName::from_const_str(metric.name);
    let unit = match metric.unit {
        Unit::Count => ::metrics::Unit::Count,
        Unit::Seconds => ::metrics::Unit::Seconds,
    };
    let text = SharedString::const_str(metric.description);
    match metric.kind {
        Kind::Counter => recorder.describe_counter(name, Some(unit), text),
        Kind::Gauge => recorder.describe_gauge(name, Some(unit), text),
        Kind::Histogram => recorder.describe_histogram(name, Some(unit), text),
    }
}

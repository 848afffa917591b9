//! [`Metric`]: a row of the table.

use std::fmt;

/// A metric: what it is called, and what it tells.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Metric {
    /// The name, as Prometheus shows it.
    pub name: &'static str,
    /// How its values come about.
    pub kind: Kind,
    /// What its values are.
    pub unit: Unit,
    /// The labels, in the order in which they are written.
    pub labels: &'static [Label],
    /// What it tells, in one sentence.
    pub description: &'static str,
    /// How it comes to be.
    pub told: Told,
    /// The upper bounds of the buckets, for a histogram.
    pub buckets: &'static [f64],
}

/// How the values of a metric come about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// It only rises.
    Counter,
    /// It rises and falls.
    Gauge,
    /// Values in buckets.
    Histogram,
}

/// What the values of a metric are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Unit {
    /// A number of things.
    Count,
    /// A time in seconds; a moment in seconds since 1970.
    Seconds,
}

/// How a metric comes to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Told {
    /// It is counted when it happens.
    AtOnce,
    /// It is read from the parts of the service whenever somebody publishes them.
    WhenPublished,
}

/// A label of a metric.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Label {
    /// The name.
    pub name: &'static str,
    /// What may stand there.
    pub values: Values,
}

/// What a label may be.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Values {
    /// One of these. Every one of them is there from the start.
    Closed(fn() -> Vec<&'static str>),
    /// A name that the policies or the service give. There are few.
    Named(
        /// What it names.
        &'static str,
    ),
}

impl Metric {
    pub(super) const fn counter(name: &'static str, labels: &'static [Label]) -> Self {
        Self::new(name, Kind::Counter, labels)
    }

    pub(super) const fn gauge(name: &'static str, labels: &'static [Label]) -> Self {
        Self { told: Told::WhenPublished, ..Self::new(name, Kind::Gauge, labels) }
    }

    pub(super) const fn histogram(
        name: &'static str,
        labels: &'static [Label],
        buckets: &'static [f64],
    ) -> Self {
        Self { buckets, ..Self::new(name, Kind::Histogram, labels).seconds() }
    }

    const fn new(name: &'static str, kind: Kind, labels: &'static [Label]) -> Self {
        let (unit, told) = (Unit::Count, Told::AtOnce);
        Self { name, kind, unit, labels, description: "", told, buckets: &[] }
    }

    pub(super) const fn seconds(self) -> Self {
        Self { unit: Unit::Seconds, ..self }
    }

    pub(super) const fn published(self) -> Self {
        Self { told: Told::WhenPublished, ..self }
    }

    pub(super) const fn tells(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// The label of this name.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&Label> {
        self.labels.iter().find(|label| label.name == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        })
    }
}

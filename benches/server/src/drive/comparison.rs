//! What a comparison has brought: ratios within rounds, and their spread.

use serde::Serialize;
use serde_json::Value;

use super::load::Sample;

/// Servers that answer the same requests, measured in turns.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// What is compared.
    pub name: &'static str,
    /// With what, and how.
    pub how: String,
    /// The first one is what the others are compared with.
    pub rows: Vec<Row>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

/// One of the servers.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The medians of what was measured.
    pub rate: f64,
    /// In microseconds, as all times.
    pub p50: f64,
    /// As above.
    pub p99: f64,
    /// As above.
    pub p999: f64,
    /// The CPU time of the servers for each request.
    pub cpu: f64,
    /// Of all rounds.
    pub failures: f64,
    /// What it is compared with.
    pub of: String,
    /// Ratios of the rounds.
    pub ratios: Ratios,
    /// Whether it reaches what is aimed at, where something is.
    pub aims: Option<Aims>,
    /// What became of the records of its decisions.
    pub records: Value,
}

/// A server by the one it is compared with.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "they have the names of what they are ratios of")]
pub struct Ratios {
    pub rate: Spread,
    pub p50: Spread,
    pub p99: Spread,
    pub p999: Spread,
    pub cpu: Spread,
}

/// The ratios of all rounds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "they are what they are called")]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

/// What is aimed at.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Aims {
    /// At least 0.95 of the throughput.
    pub rate: bool,
    /// At most 1.1 times the p99.
    pub p99: bool,
}

impl Comparison {
    /// None, for this reason.
    #[must_use]
    pub fn left_out(name: &'static str, why: &str) -> Self {
        let left_out = Some(why.to_owned());
        Self { name, how: String::new(), rows: Vec::new(), left_out }
    }
}

impl Row {
    /// What was measured of a server, beside the one it is compared with.
    #[must_use]
    pub fn of(name: &str, samples: &[Sample], base: (&str, &[Sample])) -> Self {
        let middle = |field: fn(&Sample) -> f64| Spread::of(samples.iter().map(field)).median;
        let ratio = |field: fn(&Sample) -> f64| {
            Spread::of(samples.iter().zip(base.1).map(|(own, base)| field(own) / field(base)))
        };
        let ratios = Ratios {
            rate: ratio(|it| it.rate),
            p50: ratio(|it| it.p50),
            p99: ratio(|it| it.p99),
            p999: ratio(|it| it.p999),
            cpu: ratio(|it| it.cpu),
        };
        Self {
            name: name.to_owned(),
            rate: middle(|it| it.rate),
            p50: middle(|it| it.p50),
            p99: middle(|it| it.p99),
            p999: middle(|it| it.p999),
            cpu: middle(|it| it.cpu),
            failures: samples.iter().map(|it| it.failures).sum(),
            of: base.0.to_owned(),
            ratios,
            aims: None,
            records: Value::Null,
        }
    }

    /// How many decisions are not on record.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.records.get("lost").and_then(Value::as_u64).unwrap_or_default()
    }

    /// The same, held against what is aimed at.
    #[must_use]
    pub fn aiming(self) -> Self {
        let Ratios { rate, p99, .. } = &self.ratios;
        let aims = Aims { rate: rate.median >= 0.95, p99: p99.median <= 1.1 };
        Self { aims: Some(aims), ..self }
    }
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let at = |position: usize| values.get(position).copied().unwrap_or_default();
        let (middle, last) = (values.len() / 2, values.len().saturating_sub(1));
        let is_even = values.len().is_multiple_of(2);
        let below = if is_even { middle.saturating_sub(1) } else { middle };
        Self { median: (at(below) + at(middle)) / 2.0, min: at(0), max: at(last) }
    }
}

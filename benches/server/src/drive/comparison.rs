//! What a comparison has brought: ratios within rounds, and their spread.

use serde::Serialize;

use super::load::Sample;
use crate::gated::Records;
use crate::serving::Farewell;

/// Servers that answer the same requests, measured in turns.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// What is compared.
    #[serde(skip)]
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
    /// Requests of all rounds.
    pub requests: f64,
    /// What makes the figures worthless: whoever refuses is fast.
    #[serde(skip)]
    faults: Vec<String>,
    /// What it is compared with.
    pub of: String,
    /// Ratios of the rounds.
    pub ratios: Ratios,
    /// Whether it reaches what is aimed at, where something is.
    pub aims: Option<Aims>,
    /// What became of the records of its decisions, if it has made any.
    pub records: Option<Records>,
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
        let failures: f64 = samples.iter().map(|it| it.failures).sum();
        Self {
            name: name.to_owned(),
            rate: middle(|it| it.rate),
            p50: middle(|it| it.p50),
            p99: middle(|it| it.p99),
            p999: middle(|it| it.p999),
            cpu: middle(|it| it.cpu),
            requests: samples.iter().map(|it| it.requests).sum(),
            faults: (failures > 0.0)
                .then(|| format!("{failures} requests failed"))
                .into_iter()
                .collect(),
            of: base.0.to_owned(),
            ratios,
            aims: None,
            records: None,
        }
    }

    /// Adds what its server says at the end, which had refused so many requests before it had load.
    pub fn ends(&mut self, farewell: &Farewell, refused_before: u64) {
        let refused = farewell.refused.saturating_sub(refused_before);
        if refused > 0 {
            self.faults.push(format!("{refused} calls were refused"));
        }
        self.records = farewell.records;
        if let Some(Records { written, lost, undone }) = self.records {
            if lost > 0 || undone > 0 {
                self.faults
                    .push(format!("{lost} records were lost, and {undone} were not written"));
            }
            if (written as f64) < self.requests {
                let requests = self.requests;
                self.faults.push(format!("{written} decisions were made for {requests} requests"));
            }
        }
    }

    /// Why its figures are worthless, where they are.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        (!self.faults.is_empty()).then(|| format!("{}: {}", self.name, self.faults.join(", ")))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a hundred requests whose server refused two strangers before it had load.
    fn fault(failures: f64, refused: u64, written: u64, lost: u64) -> Option<String> {
        let sample = Sample { requests: 100.0, failures, ..Sample::default() };
        let mut row = Row::of("gated", &[sample], ("bare", &[]));
        let records = Some(Records { written, lost, undone: 0 });
        row.ends(&Farewell { records, refused }, 2);
        row.fault()
    }

    #[test]
    fn a_row_of_refused_or_undecided_requests_is_worthless() {
        assert_eq!(fault(0.0, 2, 103, 0), None);
        assert_eq!(fault(3.0, 2, 103, 0).as_deref(), Some("gated: 3 requests failed"));
        assert_eq!(fault(0.0, 9, 103, 0).as_deref(), Some("gated: 7 calls were refused"));
        let lost = "gated: 4 records were lost, and 0 were not written";
        assert_eq!(fault(0.0, 2, 103, 4).as_deref(), Some(lost));
        let undecided = "gated: 60 decisions were made for 100 requests";
        assert_eq!(fault(0.0, 2, 60, 0).as_deref(), Some(undecided));
    }
}

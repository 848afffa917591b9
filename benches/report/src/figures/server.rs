//! A server under load: each beside the one it is compared with, in the same run.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::sources::{Sources, day};

/// In the order in which they are shown, and how they are called.
const COMPARISONS: [(&str, &str); 5] = [
    ("axum", "axum"),
    ("latency", "axum at half of its load"),
    ("tonic", "tonic"),
    ("nginx", "nginx in front"),
    ("parts", "Without one part after the other"),
];
const PLACES: [&str; 2] = ["benches/server/target/server.json", "target/server.json"];

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) traffic: Vec<Traffic>,
    pub(crate) storm: Option<Storm>,
}

/// Servers that answer the same requests.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) title: &'static str,
    pub(crate) how: String,
    pub(crate) pairs: Vec<Pair>,
    /// Why there are none.
    pub(crate) left_out: Option<String>,
    pub(crate) day: Option<String>,
}

/// A server, in times of the one that it is compared with.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) of: String,
    pub(crate) throughput: Spread,
    pub(crate) p99: Option<Spread>,
    /// Requests in a second.
    pub(crate) rate: Option<f64>,
    /// Is it what the aims are about?
    pub(crate) has_aims: bool,
}

/// A million lines of which some are more frequent than others, and room for a tenth of them.
#[derive(Debug)]
pub(crate) struct Traffic {
    /// The exponent of the frequencies.
    pub(crate) exponent: f64,
    /// Requests in a second. None where time stands still.
    pub(crate) rate: Option<f64>,
    /// The share of the lookups that was avoided, and what could be at most.
    pub(crate) avoided: f64,
    pub(crate) limit: f64,
    /// Calls for a thousand requests.
    pub(crate) calls: f64,
}

/// Requests that come at once, while nothing is cached.
#[derive(Debug)]
pub(crate) struct Storm {
    pub(crate) requests: f64,
    pub(crate) lines: f64,
    /// What the aggregator was asked.
    pub(crate) questions: f64,
}

/// Of the rounds of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Server {
    pub(crate) fn of(sources: &Sources) -> Option<Self> {
        Self::told(&sources.json(&PLACES)?.0)
    }

    fn told(told: &Value) -> Option<Self> {
        let sections = told.get("sections")?;
        let comparison = |(name, title)| Comparison::of(title, sections.get(name)?);
        let comparisons = COMPARISONS.into_iter().filter_map(comparison).collect();
        let traffic = sections.pointer("/zipf/traffic").and_then(Value::as_array);
        let traffic = traffic.into_iter().flatten().filter_map(Traffic::of).collect();
        let storm = sections.get("storm").and_then(Storm::of);
        Some(Self { comparisons, traffic, storm })
    }

    /// What the aims are about.
    pub(crate) fn aimed_at(&self) -> impl Iterator<Item = &Pair> {
        let pairs = self.comparisons.iter().flat_map(|comparison| &comparison.pairs);
        pairs.filter(|pair| pair.has_aims)
    }
}

impl Comparison {
    fn of(title: &'static str, told: &Value) -> Option<Self> {
        let text = |name: &str| Some(told.get(name)?.as_str()?.to_owned());
        let pairs = told.get("rows")?.as_array()?.iter().filter_map(Pair::of).collect();
        let (left_out, day) = (text("left_out"), ended(told));
        Some(Self { title, how: text("how").unwrap_or_default(), pairs, left_out, day })
    }
}

/// The day on which a section ended.
fn ended(told: &Value) -> Option<String> {
    let seconds = told.get("ended")?.as_u64()?;
    day(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

impl Pair {
    /// None for the one that the others are compared with.
    fn of(row: &Value) -> Option<Self> {
        let text = |name: &str| Some(row.get(name)?.as_str()?.to_owned());
        let (name, of) = (text("name")?, text("of")?);
        if name == of {
            return None;
        }
        let spread = |name: &str| Spread::of(row.pointer("/ratios")?.get(name)?);
        Some(Self {
            throughput: spread("rate")?,
            p99: spread("p99"),
            rate: row.get("rate").and_then(Value::as_f64),
            has_aims: row.get("aims").is_some_and(Value::is_object),
            name,
            of,
        })
    }
}

impl Traffic {
    fn of(told: &Value) -> Option<Self> {
        let of = |name: &str| told.get(name)?.as_f64();
        let (exponent, rate, calls) = (of("s")?, of("rate"), of("calls")?);
        Some(Self { exponent, rate, avoided: of("avoided")?, limit: of("limit")?, calls })
    }
}

impl Storm {
    fn of(told: &Value) -> Option<Self> {
        let of = |pointer: &str| told.pointer(pointer)?.as_f64();
        let questions = of("/cold/questions")?;
        Some(Self { requests: of("/requests")?, lines: of("/lines")?, questions })
    }
}

impl Spread {
    fn of(told: &Value) -> Option<Self> {
        let of = |name: &str| told.get(name)?.as_f64();
        Some(Self { median: of("median")?, least: of("min")?, most: of("max")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_told_beside_the_one_it_is_compared_with() {
        let ratio = |at: f64| serde_json::json!({ "median": at, "min": at - 0.1, "max": at + 0.1 });
        let row = |name: &str, rate: f64| {
            serde_json::json!({ "name": name, "of": "bare", "rate": 90_000.0 * rate, "aims": { "rate": true },
                "ratios": { "rate": ratio(rate), "p99": ratio(1.0 / rate) } })
        };
        let told = serde_json::json!({ "sections": {
            "axum": { "ended": 1_795_484_399, "how": "wrk", "rows": [row("bare", 1.0), row("gated", 0.96)] },
            "nginx": { "how": "", "rows": [], "left_out": "nginx is not installed" },
        } });
        let server = Server::told(&told).unwrap();
        let [axum, nginx] = &server.comparisons[..] else { unreachable!("{server:?}") };
        let [gated] = &axum.pairs[..] else { unreachable!("{axum:?}") };
        assert_eq!((&*gated.name, gated.throughput.median, gated.has_aims), ("gated", 0.96, true));
        assert_eq!(axum.day.as_deref(), Some("2026-11-24"));
        assert_eq!(nginx.left_out.as_deref(), Some("nginx is not installed"));
    }
}

//! A server under load: each beside the one it is compared with, in the same run.

use serde_json::Value;

use crate::sources::Sources;

const PLACES: [&str; 2] = ["benches/server/target/server.json", "target/server.json"];

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) day: String,
}

/// Servers that answer the same requests.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) name: String,
    pub(crate) how: String,
    pub(crate) pairs: Vec<Pair>,
    /// Why there are none.
    pub(crate) left_out: Option<String>,
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

/// Of the rounds of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Server {
    pub(crate) fn of(sources: &Sources) -> Option<Self> {
        let (told, day) = sources.json(&PLACES)?;
        let is_trial = told.get("isSmoke").and_then(Value::as_bool).unwrap_or_default();
        if is_trial {
            return None;
        }
        let comparisons: Vec<_> = tables(&told).into_iter().filter_map(Comparison::of).collect();
        (!comparisons.is_empty()).then_some(Self { comparisons, day })
    }

    /// What the aims are about.
    pub(crate) fn aimed_at(&self) -> impl Iterator<Item = &Pair> {
        let pairs = self.comparisons.iter().flat_map(|comparison| &comparison.pairs);
        pairs.filter(|pair| pair.has_aims)
    }
}

/// Whatever has rows, wherever it stands.
fn tables(told: &Value) -> Vec<&Value> {
    if told.get("rows").is_some_and(Value::is_array) {
        return vec![told];
    }
    match told {
        Value::Array(items) => items.iter().flat_map(tables).collect(),
        Value::Object(fields) => fields.values().flat_map(tables).collect(),
        _ => Vec::new(),
    }
}

impl Comparison {
    fn of(told: &Value) -> Option<Self> {
        let text = |name: &str| Some(told.get(name)?.as_str()?.to_owned());
        let pairs = told.get("rows")?.as_array()?.iter().filter_map(Pair::of).collect();
        let left_out = text("left_out");
        Some(Self { name: text("name")?, how: text("how").unwrap_or_default(), pairs, left_out })
    }
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
        let told = serde_json::json!({ "comparisons": [
            { "name": "axum", "how": "wrk", "rows": [row("bare", 1.0), row("gated", 0.96)] },
            { "name": "nginx", "how": "", "rows": [], "left_out": "nginx is not installed" },
        ] });
        let comparisons: Vec<_> = tables(&told).into_iter().filter_map(Comparison::of).collect();
        let [axum, nginx] = &comparisons[..] else { unreachable!("{comparisons:?}") };
        let [gated] = &axum.pairs[..] else { unreachable!("{axum:?}") };
        assert_eq!((&*gated.name, gated.throughput.median, gated.has_aims), ("gated", 0.96, true));
        assert_eq!(nginx.left_out.as_deref(), Some("nginx is not installed"));
    }
}

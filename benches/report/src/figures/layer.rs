//! What a request pays beyond the bare service.

use crate::sources::Sources;

#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) bare: f64,
    /// What each adds to the bare service.
    pub(crate) from_fn: f64,
    pub(crate) hit: f64,
    pub(crate) without_permit: Option<f64>,
    pub(crate) no_lookup: Option<f64>,
    pub(crate) deny: Option<f64>,
    pub(crate) miss: Option<f64>,
    /// The gate's check alone, without a service around it.
    pub(crate) check: Option<f64>,
    /// A call of `moka`'s `get` alone.
    pub(crate) moka: Option<f64>,
    /// The check, in times of the call.
    pub(crate) by_turns: Option<f64>,
    /// What the hit is made of, as far as its parts were measured alone.
    pub(crate) parts: Vec<Part>,
    pub(crate) day: String,
}

#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) ns: f64,
}

const GROUP: &str = "layer";

impl Layer {
    pub(crate) fn of(sources: &Sources) -> Option<Self> {
        let mean = |name| sources.mean(GROUP, name);
        let bare = mean("bare")?;
        let added = |name| mean(name).map(|ns| ns - bare);
        let (hit, without_permit) = (added("gate_hit")?, added("gate_hit_without_permit"));
        Some(Self {
            bare,
            from_fn: added("from_fn")?,
            hit,
            without_permit,
            no_lookup: added("gate_no_lookup"),
            deny: added("gate_deny"),
            miss: added("gate_miss"),
            check: mean("check"),
            moka: mean("moka_get"),
            by_turns: sources.by_turns(GROUP),
            parts: parts(sources, hit, without_permit).unwrap_or_default(),
            day: sources.day(GROUP, "gate_hit")?,
        })
    }
}

/// Parts that were measured alone, and the rest of the whole. None where they are more than it.
fn parts(sources: &Sources, hit: f64, without_permit: Option<f64>) -> Option<Vec<Part>> {
    let mut parts = vec![
        Part { name: "route", ns: sources.mean("classify", "one")? },
        Part { name: "cache", ns: sources.mean("cache", "hit_1000")? },
        Part { name: "decision", ns: sources.mean("decide", "10")? },
        Part { name: "permit", ns: (hit - without_permit?).max(0.0) },
    ];
    let rest = hit - parts.iter().map(|part| part.ns).sum::<f64>();
    parts.push(Part { name: "the rest", ns: rest });
    (rest >= 0.0).then_some(parts)
}

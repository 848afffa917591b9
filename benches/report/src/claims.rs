//! What the crate holds itself to, beside what was measured.

use crate::figures::{Decision, Figures, OURS};
use crate::words::times;

/// A measure, and the most or the least that it is meant to be.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) what: &'static str,
    /// Against what, in a few words.
    pub(crate) beside: &'static str,
    /// None where it was not measured.
    pub(crate) measured: Option<f64>,
    /// Does it stand at the head of the page?
    pub(crate) leads: bool,
    aim: Aim,
    unit: Unit,
}

const LIMIT: &str = "of a hash of the route and one bit test";

#[derive(Clone, Copy, Debug)]
enum Aim {
    AtMost(f64),
    AtLeast(f64),
}

#[derive(Clone, Copy, Debug)]
enum Unit {
    Times,
    Bytes,
}

impl Claim {
    pub(crate) fn all(figures: &Figures) -> Vec<Self> {
        [decision(figures), layer(figures), server(figures), cache(figures)]
            .into_iter()
            .flatten()
            .collect()
    }

    fn leading(self) -> Self {
        Self { leads: true, ..self }
    }

    pub(crate) fn is_met(&self) -> Option<bool> {
        self.measured.map(|measured| match self.aim {
            Aim::AtMost(most) => measured <= most,
            Aim::AtLeast(least) => measured >= least,
        })
    }

    pub(crate) fn figure(&self) -> Option<String> {
        self.measured.map(|measured| self.unit.told(measured))
    }

    pub(crate) fn aim(&self) -> String {
        match self.aim {
            Aim::AtMost(most) => format!("≤ {}", self.unit.aimed(most)),
            Aim::AtLeast(least) => format!("≥ {}", self.unit.aimed(least)),
        }
    }
}

impl Unit {
    fn told(self, value: f64) -> String {
        match self {
            Self::Times => times(value),
            Self::Bytes => format!("{value:.0} B"),
        }
    }

    fn aimed(self, value: f64) -> String {
        match self {
            Self::Times if value < 1_000.0 => format!("{value} ×"),
            value_of => value_of.told(value),
        }
    }
}

fn at_most(what: &'static str, beside: &'static str, most: f64, measured: Option<f64>) -> Claim {
    Claim { what, beside, measured, leads: false, aim: Aim::AtMost(most), unit: Unit::Times }
}

fn at_least(what: &'static str, beside: &'static str, least: f64, measured: Option<f64>) -> Claim {
    Claim { what, beside, measured, leads: false, aim: Aim::AtLeast(least), unit: Unit::Times }
}

fn decision(figures: &Figures) -> Vec<Claim> {
    let decision = figures.decision.as_ref();
    let flat = decision.and_then(|it| Some(it.ns(OURS, 10_000)? / it.ns(OURS, 10)?));
    let limit = |ours: &str| {
        let times = |it: &Decision, rules| Some(it.ns(ours, rules)? / it.ns("limit", rules)?);
        let all = [1, 10, 100, 1_000, 10_000].into_iter();
        all.filter_map(|rules| times(decision?, rules)).reduce(f64::max)
    };
    let beside = |engine: &str, rules| decision.and_then(|it| it.times(it.named(engine)?, rules));
    let regorus = [1, 10, 100, 1_000].into_iter().filter_map(|rules| beside("regorus", rules));
    vec![
        at_most("A decision among 10,000 rules", "of one among 10", 1.5, flat).leading(),
        at_most("A decision of a known route, at worst", LIMIT, 3.0, limit("roamgate_route_known")),
        at_most("A decision from method and path, at worst", LIMIT, 3.0, limit(OURS)),
        at_least("wirefilter, one rule", "what a decision takes", 1.0, beside("wirefilter", 1)),
        at_least("wirefilter, 10 rules", "what a decision takes", 2.0, beside("wirefilter", 10)),
        at_least("wirefilter, 100 rules", "what a decision takes", 15.0, beside("wirefilter", 100)),
        at_least(
            "wirefilter, 1,000 rules",
            "what a decision takes",
            150.0,
            beside("wirefilter", 1_000),
        )
        .leading(),
        at_least("regorus, at best", "what a decision takes", 100.0, regorus.reduce(f64::min)),
        at_least("Cedar, 1,000 rules", "what a decision takes", 5_000.0, beside("cedar", 1_000)),
    ]
}

fn layer(figures: &Figures) -> Vec<Claim> {
    let layer = figures.layer.as_ref();
    let from_fn = layer.map(|it| it.hit / it.from_fn);
    let moka = layer.and_then(|it| it.by_turns);
    vec![
        at_most("A cached hit", "of what an empty from_fn adds", 0.5, from_fn).leading(),
        at_most("A check that the cache answers", "of one moka get, by turns", 1.0, moka),
    ]
}

fn server(figures: &Figures) -> Vec<Claim> {
    let pairs = || figures.server.iter().flat_map(|server| server.aimed_at());
    let throughput = pairs().map(|pair| pair.throughput.median).reduce(f64::min);
    let p99 = pairs().filter_map(|pair| Some(pair.p99?.median)).reduce(f64::max);
    vec![
        at_least("Throughput of a gated server", "of the bare one", 0.95, throughput).leading(),
        at_most("Its 99th percentile", "of the bare one", 1.1, p99),
    ]
}

fn cache(figures: &Figures) -> Vec<Claim> {
    let cache = figures.cache.as_ref();
    let million = cache.and_then(|it| it.by_turns);
    let scaling = cache.and_then(|it| it.scaling);
    let bytes = cache.and_then(|it| it.bytes_a_line);
    let memory = at_most("A line, among a million", "of memory", 100.0, bytes);
    vec![
        at_most("A hit among a million lines", "of a HashMap of that size, by turns", 1.5, million),
        Claim { unit: Unit::Bytes, ..memory }.leading(),
        at_least(
            "Two threads, all lines",
            "of how a spin loop scales",
            0.9,
            scaling.map(|it| it.hits / it.spin),
        ),
        at_least(
            "Two threads, one line",
            "of how a spin loop scales",
            0.9,
            scaling.map(|it| it.one_line / it.spin),
        )
        .leading(),
    ]
}

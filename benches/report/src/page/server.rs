//! A server under load.

use maud::{Markup, html};

use super::nothing;
use crate::draw::{Bar, Bars};
use crate::figures::{Comparison, Pair, Server};
use crate::words::{count, times};

pub(crate) fn section(server: Option<&Server>) -> Markup {
    html! {
        h2 { "What a server pays" }
        @match server {
            None => (nothing("cargo run --release --manifest-path benches/server/Cargo.toml --bin drive")),
            Some(server) => {
                p { "Servers on one core, the load generator on another, by turns; ratios are made within a round." }
                @for comparison in &server.comparisons { (one(comparison)) }
                p.under { time { (server.day) } "." }
            }
        }
    }
}

fn one(comparison: &Comparison) -> Markup {
    html! {
        h3 { (comparison.name) }
        p.how { (comparison.how) }
        @if let Some(why) = &comparison.left_out {
            p.nothing { "Not measured: " (why) "." }
        }
        @if !comparison.pairs.is_empty() {
            figure { (throughput(comparison).draw()) }
            (percentiles(comparison))
        }
    }
}

fn throughput(comparison: &Comparison) -> Bars<'_> {
    let bar = |pair: &Pair| {
        let rate = pair.rate.map(|rate| format!(" ({}/s)", count(rate))).unwrap_or_default();
        let class = if pair.has_aims { "s1" } else { "plain" };
        let name = format!("{} / {}{rate}", pair.name, pair.of);
        let bar = Bar::plain(name, class, pair.throughput.median, times(pair.throughput.median));
        Bar { range: Some((pair.throughput.least, pair.throughput.most)), ..bar }
    };
    let has_aims = comparison.pairs.iter().any(|pair| pair.has_aims);
    Bars {
        title: &comparison.name,
        bars: comparison.pairs.iter().map(bar).collect(),
        mark: has_aims.then(|| (0.95, "aim: 0.95 of the throughput".to_owned())),
    }
}

fn percentiles(comparison: &Comparison) -> Markup {
    html! {
        ul.key {
            @for pair in &comparison.pairs {
                @if let Some(p99) = pair.p99 {
                    li { "p99 of " (pair.name) ": " (times(p99.median)) }
                }
            }
        }
    }
}

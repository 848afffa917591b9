//! A server under load.

use maud::{Markup, html};

use super::nothing;
use crate::draw::{Bar, Bars};
use crate::figures::{Comparison, Pair, Server, Traffic};
use crate::words::{count, times};

pub(crate) fn section(server: Option<&Server>) -> Markup {
    html! {
        h2 { "What a server pays" }
        @match server {
            None => (nothing("benches/server/target/release/drive")),
            Some(server) => {
                p { "Servers on one core, the load generator on another, by turns; ratios are made within a round." }
                @for comparison in &server.comparisons { (one(comparison)) }
                (calls(server))
            }
        }
    }
}

fn one(comparison: &Comparison) -> Markup {
    html! {
        h3 { (comparison.title) }
        p.how { (comparison.how) @if let Some(day) = &comparison.day { ". " time { (day) } "." } }
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
        title: comparison.title,
        bars: comparison.pairs.iter().map(bar).collect(),
        mark: has_aims.then(|| (0.95, "aim: 0.95 of the throughput".to_owned())),
        up_to: 1.0,
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

/// How often the network is asked.
fn calls(server: &Server) -> Markup {
    html! {
        @if let Some(storm) = &server.storm {
            h3 { "A cold start" }
            p {
                (count(storm.requests)) " requests at once for " (count(storm.lines)) " lines, with nothing cached: "
                "the aggregator was asked " (count(storm.questions)) " times."
            }
        }
        @if !server.traffic.is_empty() {
            h3 { "Lookups avoided" }
            p.how { "A million lines, some far more frequent than others, and room for a tenth of them; beside what no cache of that room can exceed. Calls are those for a thousand requests." }
            figure { (avoided(&server.traffic).draw()) }
        }
    }
}

fn avoided(traffic: &[Traffic]) -> Bars<'static> {
    let bar = |traffic: &Traffic| {
        let Traffic { exponent, rate, avoided, limit, calls } = traffic;
        let time =
            rate.map_or("no answer grows old".to_owned(), |rate| format!("{}/s", count(rate)));
        let name = format!("Zipf {exponent:.1}, {time}: {} calls", count(*calls));
        let figure = format!("{:.0} % of at most {:.0} %", 100.0 * avoided, 100.0 * limit);
        Bar::plain(name, "s1", *avoided, figure)
    };
    Bars {
        title: "Lookups avoided",
        bars: traffic.iter().map(bar).collect(),
        mark: None,
        up_to: 1.0,
    }
}

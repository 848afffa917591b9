//! The decision alone, against the number of rules.

use maud::{Markup, html};

use super::nothing;
use crate::draw::{Lines, Series};
use crate::figures::{Decision, Engine, OURS};
use crate::words::{count, time};

/// In the table only: they would hide what is beside them.
const SLOWER_WAYS: [&str; 3] = ["limit_siphash", "regorus_compiled", "regorus_interpreted"];
const COLOURS: [&str; 6] = ["c1", "c2", "c3", "c4", "c5", "c6"];

pub(crate) fn section(decision: Option<&Decision>) -> Markup {
    html! {
        h2 { "A decision, by the number of rules" }
        @match decision {
            None => (nothing("cargo bench --all-features --bench decide")),
            Some(decision) => {
                @let flat = decision.ns(OURS, 10).zip(decision.ns(OURS, 10_000));
                @if let Some((few, many)) = flat {
                    p { "Ten rules: " (time(few)) ". Ten thousand: " (time(many)) ". A policy is compiled into a table when it is loaded." }
                }
                figure {
                    (plot(decision).draw())
                    figcaption {
                        "Time for one decision, by the number of rules; both axes logarithmic. "
                        @if decision.has_peers {
                            "All engines have the same rules, and give the same answers to the same requests, which is asserted before the clock starts. "
                        } @else {
                            "Other engines: not measured. "
                        }
                        time { (decision.day) } "."
                    }
                }
            }
        }
    }
}

fn plot(decision: &Decision) -> Lines<'_> {
    let mut colours = COLOURS.into_iter().cycle();
    let is_drawn = |engine: &&Engine| !SLOWER_WAYS.contains(&&*engine.name);
    let drawn = decision.engines.iter().filter(is_drawn);
    let series = drawn.map(|engine| {
        let class = match &*engine.name {
            OURS => "ours",
            name if name.starts_with(OURS) => "ours thin",
            name if name.starts_with("limit") => "limit",
            _ => colours.next().unwrap_or_default(),
        };
        let points = engine.by_rules.iter().map(|(rules, ns)| (f64::from(*rules), *ns)).collect();
        Series { name: engine.short().to_owned(), class: class.to_owned(), points }
    });
    let sizes = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];
    Lines {
        title: "Time for one decision, by the number of rules",
        across: sizes.into_iter().map(|rules| (rules, count(rules))).collect(),
        across_title: "rules",
        series: series.collect(),
    }
}

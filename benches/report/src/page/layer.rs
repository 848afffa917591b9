//! What a request pays.

use maud::{Markup, html};

use super::nothing;
use crate::draw::{Bar, Bars, Segment};
use crate::figures::Layer;
use crate::words::{time, times};

const SHADES: [&str; 5] = ["s1", "s2", "s3", "s4", "s5"];

pub(crate) fn section(layer: Option<&Layer>) -> Markup {
    html! {
        h2 { "What a request pays" }
        @match layer {
            None => (nothing("cargo bench --all-features --bench layer")),
            Some(layer) => {
                p {
                    "A request whose line is cached pays " (time(layer.hit)) " more than without the gate: "
                    (times(layer.hit / layer.from_fn)) " what an axum middleware pays that does nothing at all."
                }
                figure {
                    (hits(layer).draw())
                    (key(layer))
                    figcaption {
                        "Added to a bare service of " (time(layer.bare)) ", by one request on one thread. "
                        @if layer.parts.is_empty() {
                            "Of what the hit is made: not measured. "
                        } @else {
                            "The parts of the hit were each measured alone; the rest is what is left of the whole. "
                        }
                        time { (layer.day) } "."
                    }
                }
                (alone(layer))
                (others(layer))
            }
        }
    }
}

fn hits(layer: &Layer) -> Bars<'static> {
    let from_fn = plain("axum::middleware::from_fn that does nothing", "plain", layer.from_fn);
    let mut bars = vec![from_fn, hit(layer)];
    let others = [
        ("the gate, cached hit, without permit", layer.without_permit),
        ("the gate, where nothing is to be looked up", layer.no_lookup),
    ];
    bars.extend(others.into_iter().filter_map(|(name, ns)| Some(plain(name, "s1", ns?))));
    let mark = (layer.from_fn / 2.0, "aim: half of from_fn".to_owned());
    Bars { title: "What is added to a request", bars, mark: Some(mark), up_to: 0.0 }
}

/// The check, without a service around it.
fn alone(layer: &Layer) -> Markup {
    let Some((check, moka)) = layer.check.zip(layer.moka) else {
        return html! { p.nothing { "The check alone: not measured." } };
    };
    let bars = vec![
        plain("one get of moka", "plain", moka),
        plain("the check of a request whose line is cached", "s1", check),
    ];
    let mark = Some((moka, "aim: one get of moka".to_owned()));
    html! {
        h3 { "The check alone" }
        figure {
            (Bars { title: "The check alone", bars, mark, up_to: 0.0 }.draw())
            figcaption {
                "The whole of it: whose line it is, the route, the cache, the decision and its record, without anybody who listens to it. "
                "No service is called, and no answer is made."
            }
        }
    }
}

/// What is not the rule.
fn others(layer: &Layer) -> Markup {
    let others = [
        ("a refusal by what is cached, with its answer", layer.deny),
        ("a lookup, answered by a provider in memory", layer.miss),
    ];
    let mut bars = vec![plain("a cached hit, for comparison", "plain", layer.hit)];
    bars.extend(others.into_iter().filter_map(|(name, ns)| Some(plain(name, "s1", ns?))));
    if bars.len() == 1 {
        return html! { p.nothing { "Refusals and lookups: not measured." } };
    }
    html! {
        h3 { "Refusals and lookups" }
        figure {
            (Bars { title: "Refusals and lookups", bars, mark: None, up_to: 0.0 }.draw())
            figcaption { "Added to the bare service, as above. What an aggregator takes to answer a lookup comes on top." }
        }
    }
}

fn plain(name: &str, class: &'static str, ns: f64) -> Bar {
    Bar::plain(name, class, ns, time(ns))
}

fn hit(layer: &Layer) -> Bar {
    let name = "the gate, cached hit";
    if layer.parts.is_empty() {
        return Bar::plain(name, "s1", layer.hit, time(layer.hit));
    }
    let segments =
        layer.parts.iter().zip(SHADES).map(|(part, class)| Segment { class, value: part.ns });
    Bar { segments: segments.collect(), ..Bar::plain(name, "s1", layer.hit, time(layer.hit)) }
}

fn key(layer: &Layer) -> Markup {
    html! {
        ul.key {
            @for (part, class) in layer.parts.iter().zip(SHADES) {
                li { i class=(class) {} (part.name) " " (time(part.ns)) }
            }
        }
    }
}

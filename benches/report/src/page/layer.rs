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
                    (plot(layer).draw())
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
            }
        }
    }
}

fn plot(layer: &Layer) -> Bars<'static> {
    let plain = |name: &str, class, ns: f64| Bar::plain(name, class, ns, time(ns));
    let mut bars = vec![
        plain("axum::middleware::from_fn that does nothing", "plain", layer.from_fn),
        hit(layer),
    ];
    bars.extend(
        layer.without_permit.map(|ns| plain("the gate, cached hit, without permit", "s1", ns)),
    );
    bars.extend(
        layer.no_lookup.map(|ns| plain("the gate, where nothing is to be looked up", "s1", ns)),
    );
    bars.extend(layer.moka.map(|ns| plain("one get of moka, for comparison", "plain", ns)));
    let mark = (layer.from_fn / 2.0, "aim: half of from_fn".to_owned());
    Bars { title: "What is added to a request", bars, mark: Some(mark), up_to: 0.0 }
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

//! What is remembered.

use maud::{Markup, html};

use super::nothing;
use crate::draw::{Bar, Bars, Lines, Series};
use crate::figures::{Cache, Rung};
use crate::words::{count, times};

pub(crate) fn section(cache: Option<&Cache>) -> Markup {
    html! {
        h2 { "A million lines in memory" }
        @match cache {
            None => (nothing("cargo bench --all-features --bench cache")),
            Some(cache) => {
                @match cache.bytes_a_line {
                    Some(bytes) => p { "A line takes " (count(bytes)) " bytes, measured at the process." },
                    None => p.nothing { "Bytes a line: not measured." },
                }
                figure {
                    (ladder(cache).draw())
                    figcaption { "A hit, by the number of lines, asked for in an order that no processor foresees; both axes logarithmic. " time { (cache.day) } "." }
                }
                (scaling(cache))
            }
        }
    }
}

fn ladder(cache: &Cache) -> Lines<'_> {
    let series = |name: &str, class: &str, of: fn(&Rung) -> f64| Series {
        name: name.to_owned(),
        class: class.to_owned(),
        points: cache.rungs.iter().map(|rung| (f64::from(rung.lines), of(rung))).collect(),
    };
    let across = cache.rungs.iter().map(|rung| f64::from(rung.lines));
    Lines {
        title: "A hit, by the number of lines",
        across: across.map(|lines| (lines, count(lines))).collect(),
        across_title: "lines in the cache",
        series: vec![
            series("roamgate", "ours", |rung| rung.ours),
            series("HashMap", "limit", |rung| rung.map),
            series("moka", "c1", |rung| rung.moka),
        ],
    }
}

fn scaling(cache: &Cache) -> Markup {
    let Some(scaling) = cache.scaling else {
        return html! { p.nothing { "What two threads do together: not measured." } };
    };
    let bar = |name: &str, class, ratio| Bar::plain(name, class, ratio, times(ratio));
    let bars = vec![
        bar("a spin loop, which is what the machine has", "plain", scaling.spin),
        bar("hits of a hundred thousand lines", "s1", scaling.hits),
        bar("hits of one line", "s1", scaling.one_line),
    ];
    let mark = Some((0.9 * scaling.spin, "aim: 0.9 of the spin loop".to_owned()));
    html! {
        h3 { "Two threads" }
        figure {
            (Bars { title: "What two threads do together", bars, mark, up_to: 2.0 }.draw())
            figcaption { "What two threads do together, in times of what one does: the middle of eleven rounds." }
        }
    }
}

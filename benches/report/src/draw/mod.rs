//! Plots as SVG. Each is drawn twice, for a wide and for a narrow page: letters keep their size.

mod bars;
mod lines;

pub(crate) use bars::{Bar, Bars, Segment};
pub(crate) use lines::{Lines, Series};

use maud::{Markup, html};

/// How much room there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sheet {
    pub(crate) width: f64,
    pub(crate) is_narrow: bool,
}

/// The plot for both widths. The style sheet shows one of them.
pub(crate) fn twice(title: &str, draw: impl Fn(Sheet) -> (f64, Markup)) -> Markup {
    let one = |width: f64, is_narrow: bool| {
        let (height, plot) = draw(Sheet { width, is_narrow });
        html! {
            svg class=(if is_narrow { "narrow" } else { "wide" }) role="img" aria-label=(title)
                viewBox={ "0 0 " (width) " " (r(height)) } width=(width) height=(r(height)) { (plot) }
        }
    };
    html! { (one(760.0, false)) (one(342.0, true)) }
}

/// A place on the sheet, to a tenth.
fn r(place: f64) -> f64 {
    (place * 10.0).round() / 10.0
}

/// About how wide a text is.
fn width_of(text: &str) -> f64 {
    text.chars().count() as f64 * 6.7
}

//! Bars that lie, below their names. What they are held against is a line across them.

use maud::{Markup, html};

use super::{Sheet, r, width_of};

#[derive(Debug)]
pub(crate) struct Bars<'a> {
    pub(crate) title: &'a str,
    pub(crate) bars: Vec<Bar>,
    /// What the bars are held against, and what stands above it.
    pub(crate) mark: Option<(f64, String)>,
    /// The scale goes at least to here.
    pub(crate) up_to: f64,
}

#[derive(Debug)]
pub(crate) struct Bar {
    pub(crate) name: String,
    /// One after another.
    pub(crate) segments: Vec<Segment>,
    /// The least and the most, where there were several rounds.
    pub(crate) range: Option<(f64, f64)>,
    /// What stands at its end.
    pub(crate) figure: String,
}

#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) class: &'static str,
    pub(crate) value: f64,
}

const TALL: f64 = 20.0;
const APART: f64 = 54.0;
/// Of what the bars are held against.
const MARK: f64 = 20.0;

impl Bar {
    pub(crate) fn plain(
        name: impl Into<String>,
        class: &'static str,
        value: f64,
        figure: String,
    ) -> Self {
        let segments = vec![Segment { class, value }];
        Self { name: name.into(), segments, range: None, figure }
    }

    fn value(&self) -> f64 {
        self.segments.iter().map(|segment| segment.value.max(0.0)).sum()
    }

    fn end(&self) -> f64 {
        self.range.map_or(self.value(), |(_, most)| most.max(self.value()))
    }
}

impl Bars<'_> {
    pub(crate) fn draw(&self) -> Markup {
        super::twice(self.title, |sheet| {
            let scale = self.scale(sheet);
            let top = 4.0 + if self.mark.is_some() { MARK } else { 0.0 };
            let place = |at: usize| top + APART * at as f64;
            let bottom = place(self.bars.len());
            let plot = html! {
                @for (at, bar) in self.bars.iter().enumerate() { (bar.draw(place(at), scale)) }
                @if let Some((value, name)) = &self.mark { (mark(value * scale, name, bottom, sheet)) }
                @for (at, bar) in self.bars.iter().enumerate() { (bar.words(place(at), scale)) }
            };
            (bottom, plot)
        })
    }

    /// So wide is one, with room for what stands at the ends.
    fn scale(&self, sheet: Sheet) -> f64 {
        let room = |bar: &Bar| {
            (sheet.width - 14.0 - width_of(&bar.figure)) / bar.end().max(f64::MIN_POSITIVE)
        };
        let mark = self.mark.as_ref().map(|(value, _)| (sheet.width - 2.0) / value);
        let floor = Some((sheet.width - 60.0) / self.up_to);
        self.bars.iter().map(room).chain(mark).chain(floor).fold(f64::INFINITY, f64::min)
    }
}

impl Bar {
    fn draw(&self, top: f64, scale: f64) -> Markup {
        let places = self.segments.iter().scan(0.0, |left, segment| {
            let begin = *left;
            *left += segment.value.max(0.0) * scale;
            Some((begin, *left - begin))
        });
        html! {
            @for (segment, (left, wide)) in self.segments.iter().zip(places) {
                rect class=(segment.class) x=(r(left)) y=(top + 20.0) width=(r(wide)) height=(TALL) {}
            }
        }
    }

    /// What stands above and beside it, upon whatever is there.
    fn words(&self, top: f64, scale: f64) -> Markup {
        let middle = top + 20.0 + TALL / 2.0;
        html! {
            text class="bar-name" x="0" y=(top + 13.0) { (self.name) }
            @if let Some((least, most)) = self.range {
                path class="range" d=(whisker(least * scale, most * scale, middle)) {}
            }
            text class="figure" x=(r(self.end() * scale + 8.0)) y=(middle + 4.5) { (self.figure) }
        }
    }
}

fn whisker(least: f64, most: f64, y: f64) -> String {
    let (least, most) = (r(least), r(most));
    format!("M{least},{y}H{most}M{least},{}V{}M{most},{}V{}", y - 4.0, y + 4.0, y - 4.0, y + 4.0)
}

fn mark(at: f64, name: &str, bottom: f64, sheet: Sheet) -> Markup {
    let is_left = at + width_of(name) < sheet.width;
    html! {
        line class="mark" x1=(r(at)) x2=(r(at)) y1="16" y2=(bottom - 10.0) {}
        text class="mark-name" x=(r(at)) y="11" text-anchor=(if is_left { "start" } else { "end" }) { (name) }
    }
}

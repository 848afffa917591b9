//! Lines over a grid whose both axes are logarithmic. Each line has its name at its end.

use maud::{Markup, html};

use super::{Sheet, r};
use crate::words::time;

#[derive(Debug)]
pub(crate) struct Lines<'a> {
    pub(crate) title: &'a str,
    /// Where the grid has lines, from left to right, and what stands below them.
    pub(crate) across: Vec<(f64, String)>,
    pub(crate) across_title: &'a str,
    pub(crate) series: Vec<Series>,
}

#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) name: String,
    /// The class of the style sheet that gives it a colour.
    pub(crate) class: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// The place of the grid on the sheet, and what its edges mean.
struct Grid {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    across: (f64, f64),
    up: (f64, f64),
}

impl Lines<'_> {
    pub(crate) fn draw(&self) -> Markup {
        super::twice(self.title, |sheet| {
            let grid = self.grid(sheet);
            let labels = self.labels(&grid);
            let plot = html! {
                (self.axes(&grid))
                @for series in &self.series { (curve(series, &grid)) }
                @for (series, at) in self.series.iter().zip(labels) { (self.label(series, &grid, at)) }
            };
            (grid.bottom + 46.0, plot)
        })
    }

    fn grid(&self, sheet: Sheet) -> Grid {
        let values =
            || self.series.iter().flat_map(|series| &series.points).map(|(_, value)| *value);
        let least = values().fold(f64::INFINITY, f64::min);
        let most = values().fold(1.0, f64::max);
        let edge =
            |places: &[(f64, String)], at: usize| places.get(at).map_or(1.0, |(place, _)| *place);
        let right = sheet.width - if sheet.is_narrow { 112.0 } else { 140.0 };
        let height =
            (34.0 * self.series.len() as f64).max(if sheet.is_narrow { 260.0 } else { 330.0 });
        Grid {
            left: 52.0,
            right,
            top: 14.0,
            bottom: 14.0 + height,
            across: (
                edge(&self.across, 0),
                edge(&self.across, self.across.len().saturating_sub(1)),
            ),
            up: (10f64.powf(least.log10().floor()), 10f64.powf(most.log10().ceil())),
        }
    }

    fn axes(&self, grid: &Grid) -> Markup {
        let (low, high) = (grid.up.0.log10().round() as i32, grid.up.1.log10().round() as i32);
        let decades = (low..=high).map(|power| 10f64.powi(power));
        html! {
            @for value in decades {
                @let y = r(grid.y(value));
                line class="grid" x1=(grid.left) x2=(grid.right) y1=(y) y2=(y) {}
                text class="tick" x=(grid.left - 8.0) y=(y + 4.0) text-anchor="end" { (round_time(value)) }
            }
            @for (value, name) in &self.across {
                @let x = r(grid.x(*value));
                line class="grid" x1=(x) x2=(x) y1=(grid.top) y2=(grid.bottom) {}
                text class="tick" x=(x) y=(grid.bottom + 18.0) text-anchor="middle" { (name) }
            }
            text class="axis" x=(r((grid.left + grid.right) / 2.0)) y=(grid.bottom + 38.0) text-anchor="middle" {
                (self.across_title)
            }
        }
    }

    /// Where the names stand, none upon another.
    fn labels(&self, grid: &Grid) -> Vec<f64> {
        const APART: f64 = 31.0;
        let wanted =
            |series: &Series| series.points.last().map_or(grid.bottom, |(_, value)| grid.y(*value));
        let mut places: Vec<(usize, f64)> = self.series.iter().map(wanted).enumerate().collect();
        places.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        let mut above = grid.top - APART / 2.0;
        for (_, place) in &mut places {
            *place = place.max(above + APART);
            above = *place;
        }
        let mut below = grid.bottom + APART / 2.0;
        for (_, place) in places.iter_mut().rev() {
            *place = place.min(below - APART);
            below = *place;
        }
        places.sort_by_key(|(series, _)| *series);
        places.into_iter().map(|(_, place)| place).collect()
    }

    /// The name, what the line ends with, and a thread from one to the other.
    fn label(&self, series: &Series, grid: &Grid, at: f64) -> Markup {
        let Some((across, up)) = series.points.last() else { return html! {} };
        let (x, y) = (grid.right + 18.0, r(at));
        // A line that ends early says where.
        let end = self.across.last().filter(|(place, _)| place > across);
        let early = end.and_then(|_| self.across.iter().find(|(place, _)| place >= across));
        html! {
            g class=(series.class) {
                line class="thread" x1=(r(grid.x(*across) + 4.0)) y1=(r(grid.y(*up))) x2=(x - 4.0) y2=(y) {}
                text class="name" x=(x) y=(y) { (series.name) }
            }
            text class="tick" x=(x) y=(y + 14.0) {
                (time(*up)) @if let Some((_, name)) = early { " at " (name) }
            }
        }
    }
}

fn curve(series: &Series, grid: &Grid) -> Markup {
    let at = |(across, up): &(f64, f64)| format!("{},{}", r(grid.x(*across)), r(grid.y(*up)));
    let points: Vec<_> = series.points.iter().map(at).collect();
    html! {
        g class=(series.class) {
            polyline points=(points.join(" ")) {}
            @for (across, up) in &series.points {
                circle cx=(r(grid.x(*across))) cy=(r(grid.y(*up))) r="3" {}
            }
        }
    }
}

impl Grid {
    fn x(&self, value: f64) -> f64 {
        self.left + (self.right - self.left) * between(value, self.across)
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * between(value, self.up)
    }
}

/// How far a value is on the way from the one edge to the other, in parts of one.
fn between(value: f64, (low, high): (f64, f64)) -> f64 {
    (value / low).ln() / (high / low).ln()
}

/// A power of ten.
fn round_time(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{ns} ns"),
        ns if ns < 1e6 => format!("{} µs", ns / 1e3),
        ns => format!("{} ms", ns / 1e6),
    }
}

//! A measurement for people.

use std::time::Duration;

use super::pace::{BATCH, Pace, Paces};
use super::traffic::Traffic;
use crate::paint::{BOLD, DIM, FAIL, PASS, paint};

pub(super) fn tell(paces: &Paces<'_>, traffic: &Traffic, budget: Option<Duration>) -> String {
    let name = |route: &Option<&str>| route.unwrap_or("(no route)").to_owned();
    let mut rows: Vec<_> = paces.routes.iter().map(|(route, pace)| (name(route), pace)).collect();
    if rows.len() > 1 {
        rows.push(("all".to_owned(), &paces.all));
    }
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(5);
    let head =
        format!("{:width$}  {:>8}  {:>8}  {:>8}  {:>8}", "route", "p50", "p99", "p99.9", "max");
    let rows: String = rows.iter().map(|(name, pace)| row(name, width, pace)).collect();
    format!("{}\n{rows}\n{}{}", paint(BOLD, head), basis(paces, traffic), verdict(paces, budget))
}

fn row(name: &str, width: usize, pace: &Pace) -> String {
    let [p50, p99, p999, max] = [pace.p50, pace.p99, pace.p999, pace.max].map(shown);
    format!("{name:width$}  {p50:>8}  {p99:>8}  {p999:>8}  {max:>8}\n")
}

fn basis(paces: &Paces<'_>, traffic: &Traffic) -> String {
    let (questions, samples) = (traffic.questions.len(), paces.all.samples);
    let left_out = match traffic.left_out {
        0 => String::new(),
        count => format!(", {count} records left out that do not say enough"),
    };
    let basis = format!(
        "{questions} questions{left_out}; {samples} samples, each of {BATCH} decisions in a row"
    );
    format!("{}\n", paint(DIM, basis))
}

fn verdict(paces: &Paces<'_>, budget: Option<Duration>) -> String {
    let Some(budget) = budget else { return String::new() };
    let (p99, allowed) = (shown(paces.all.p99), shown(budget));
    if paces.all.p99 > budget {
        format!("{}: p99 is {p99}, {allowed} are allowed\n", paint(FAIL, "over the budget"))
    } else {
        format!("{}: p99 is {p99} of {allowed}\n", paint(PASS, "within the budget"))
    }
}

/// In the unit that people would take.
fn shown(time: Duration) -> String {
    let nanoseconds = time.as_nanos();
    match nanoseconds {
        0..1_000 => format!("{nanoseconds} ns"),
        1_000..1_000_000 => format!("{:.1} µs", nanoseconds as f64 / 1e3),
        _ => format!("{:.1} ms", nanoseconds as f64 / 1e6),
    }
}

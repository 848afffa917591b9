//! Colours. Whether they are shown is the terminal's matter, not ours.

use std::fmt::Display;

use clap::builder::styling::{AnsiColor, Effects, Style};
use roamgate::Effect;
use roamgate::policy::{Problem, Severity};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
const YELLOW: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
const GREEN: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
const BLUE: Style = AnsiColor::Blue.on_default().effects(Effects::BOLD);
pub(crate) const CYAN: Style = AnsiColor::Cyan.on_default().effects(Effects::BOLD);

pub(crate) const PASS: Style = GREEN;
pub(crate) const FAIL: Style = RED;

/// The text in this style. Pad before painting: colours have a length, but no width.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    let text = text.to_string();
    if text.is_empty() { text } else { format!("{style}{text}{style:#}") }
}

/// The style of an effect.
pub(crate) fn of_effect(effect: Effect) -> Style {
    match effect {
        Effect::Allow => GREEN,
        Effect::StepUp => YELLOW,
        Effect::Deny => RED,
    }
}

/// `error: `, as the argument parser writes it.
pub(crate) fn error_label() -> String {
    format!("{} ", paint(RED, "error:"))
}

/// The style of a severity.
pub(crate) fn of_severity(severity: Severity) -> Style {
    match severity {
        Severity::Error => RED,
        Severity::Warning => YELLOW,
        Severity::Note => CYAN,
    }
}

/// A problem as it displays itself, in the colours of `rustc`.
pub(crate) fn problem(problem: &Problem) -> String {
    let style = of_severity(problem.severity);
    let text = problem.to_string();
    let painted = text.lines().enumerate().map(|(at, line)| match at {
        0 => heading(line, style),
        _ => body(line, style),
    });
    painted.map(|line| line + "\n").collect()
}

fn heading(line: &str, style: Style) -> String {
    let (label, message) = line.split_once(": ").unwrap_or((line, ""));
    format!("{}{}", paint(style, label), paint(BOLD, format_args!(": {message}")))
}

/// A line after the heading: a gutter, then the place, the source, the underline or the help.
fn body(line: &str, style: Style) -> String {
    let split = |mark: &str| line.find(mark).map(|at| line.split_at(at + mark.len()));
    if let Some((arrow, place)) = split("--> ").filter(|(gutter, _)| gutter.trim() == "-->") {
        return format!("{}{place}", paint(BLUE, arrow));
    }
    if let Some((gutter, help)) = split("= help: ").filter(|(gutter, _)| gutter.trim() == "= help:")
    {
        return format!("{}{help}", paint(BLUE, gutter));
    }
    match split(" |") {
        Some((gutter, rest)) if rest.trim_start().starts_with('^') => {
            format!("{}{}", paint(BLUE, gutter), paint(style, rest))
        }
        Some((gutter, rest)) => format!("{}{rest}", paint(BLUE, gutter)),
        None => line.to_owned(),
    }
}

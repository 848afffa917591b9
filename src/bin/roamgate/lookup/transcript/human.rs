//! The conversation for people: what was sent after `>`, what came after `<`.

use std::fmt::Display;
use std::time::Duration;

use clap::builder::styling::Style;
use roamgate::camara::{Exchange, Message, Step};

use super::{began, hints};
use crate::paint::{BOLD, CYAN, DIM, FAIL, PASS, paint};
use crate::screen;

/// A step, in lines as wide as the terminal.
pub(super) fn step(step: &Step, since: Duration) -> String {
    match step {
        Step::Exchange(exchange) => self::exchange(exchange, since),
        Step::Note(note) => {
            let at = began(since, Duration::ZERO);
            format!("{} {}", offset(at), paint(DIM, hanging("* ", note.text(), DIM).trim_start()))
        }
        _ => String::new(),
    }
}

fn exchange(exchange: &Exchange, since: Duration) -> String {
    let at = began(since, exchange.elapsed());
    let title = format!("{} {}", exchange.method(), exchange.url());
    let mut text = format!("{} {}  {title}\n", offset(at), paint(BOLD, exchange.endpoint()));
    text += &message(exchange.request(), ">");
    if let Some(response) = exchange.response() {
        let style = if response.status() < 300 { PASS } else { FAIL };
        let status = paint(style, response.status());
        let took = format!("after {} ms", exchange.elapsed().as_millis());
        text += &format!("{INDENT}{} {status} {}\n", paint(DIM, "<"), paint(DIM, took));
        text += &message(response.message(), "<");
    }
    if let Some(failure) = exchange.failure() {
        let took = format!("{failure}, after {} ms", exchange.elapsed().as_millis());
        text += &hanging("! ", &took, FAIL);
    }
    if let Some(hint) = hints::of(exchange) {
        text += &hanging("= help: ", &hint, CYAN);
    }
    text
}

fn message(message: &Message, mark: &str) -> String {
    let mark = format!("{mark} ");
    let headers = message.headers().map(|(name, value)| format!("{name}: {value}"));
    let headers: String = headers.map(|line| hanging(&mark, &line, DIM)).collect();
    let body: String = message.body().map(|line| hanging(&mark, line, DIM)).collect();
    let between = if headers.is_empty() || body.is_empty() {
        String::new()
    } else {
        format!("{INDENT}{}\n", paint(DIM, mark.trim_end()))
    };
    headers + &between + &body
}

/// A mark and a text beside it, wrapped.
fn hanging(mark: &str, text: &str, style: Style) -> String {
    let room = screen::width().saturating_sub(INDENT.len() + mark.chars().count());
    let blank = " ".repeat(mark.chars().count());
    let lines = screen::wrapped(&glued(text), room).into_iter();
    let lines = lines.map(|line| line.replace(GLUE, " ")).enumerate();
    let lines = lines.map(|(at, line)| match at {
        0 => format!("{INDENT}{}{line}\n", paint(style, mark)),
        _ => format!("{INDENT}{blank}{line}\n"),
    });
    lines.collect()
}

/// The text with what is in backticks kept together.
fn glued(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(at, part)| match at % 2 {
        1 => part.replace(' ', GLUE),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

fn offset(at: impl Display) -> String {
    paint(DIM, format_args!("{:>6}", format!("+{at} ms")))
}

/// A space that no line ends at.
const GLUE: &str = "\u{a0}";
const INDENT: &str = "       ";

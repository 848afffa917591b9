//! The terminal: what is printed, and how wide.

use std::io::{self, ErrorKind, Write};

use crate::exit::Failure;
use crate::paint::{DIM, paint};

/// The width where there is no terminal and `COLUMNS` does not say.
const WIDTH: usize = 80;

/// Prints to the standard output, with colours on a terminal alone. A reader that has seen enough
/// (`| head`) is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("cannot write the answer: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Prints a line to the standard error.
pub(crate) fn warn(text: &str) {
    // There is nobody left to tell that telling failed.
    let _: io::Result<()> = writeln!(anstream::stderr(), "{text}");
}

/// How many columns a table may take.
pub(crate) fn width() -> usize {
    let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let told = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal.or_else(told).unwrap_or(WIDTH).clamp(60, 160)
}

/// Prints a value as one line of JSON.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value)
        .map_err(|error| Failure::failed(format!("cannot write JSON: {error}")))?;
    print(&format!("{text}\n"))
}

/// The text in lines of at most this many characters, broken at spaces. Colours take no room.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let columns = |text: &str| anstream::adapter::strip_str(text).to_string().chars().count();
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A name and what it is, wrapped beside the name.
pub(crate) fn row(name: &str, value: &str) -> String {
    let lines = wrapped(value, width().saturating_sub(12));
    let names = std::iter::once(name).chain(std::iter::repeat(""));
    lines
        .iter()
        .zip(names)
        .map(|(line, name)| format!("  {}  {line}\n", paint(DIM, format_args!("{name:<8}"))))
        .collect()
}

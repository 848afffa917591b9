//! The terminal: what is printed, and how wide.

use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

use crate::exit::Failure;
use crate::paint::{DIM, paint};

/// The width where there is no terminal and `COLUMNS` does not say.
const WIDTH: usize = 80;

/// Prints to the standard output, with colours on a terminal alone.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    written(anstream::stdout().lock().write_all(text.as_bytes()))
}

/// Prints what is written piece by piece, without colours.
pub(crate) fn stream(
    write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    written(write(&mut out).and_then(|()| out.flush()))
}

/// A reader that has seen enough (`| head`) is no failure.
fn written(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
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
    stream(|out| {
        serde_json::to_writer(&mut *out, value)?;
        out.write_all(b"\n")
    })
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

/// A phrase in lines, the later ones indented.
pub(crate) fn hanging(phrase: &str, width: usize) -> Vec<String> {
    if phrase.chars().count() <= width {
        return vec![phrase.to_owned()];
    }
    let lines = wrapped(phrase, width.saturating_sub(2)).into_iter().enumerate();
    lines.map(|(at, line)| if at == 0 { line } else { format!("  {line}") }).collect()
}

/// What others wrote, as a terminal may be shown it: what it would obey, or nobody would see, stands
/// there as its code.
pub(crate) fn shown(text: &str) -> String {
    let is_obeyed = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}')
    };
    let plain = |letter: char| match is_obeyed(letter) {
        true => format!("\\u{{{:x}}}", u32::from(letter)),
        false => letter.to_string(),
    };
    text.chars().map(plain).collect()
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

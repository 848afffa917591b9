//! How the command ends: the exit code is a type.

use std::fmt::Display;
use std::process::ExitCode;

use crate::{paint, screen};

/// What a run came to. Where several apply, the order is usage, failure, then that of the
/// numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    /// Everything is fine.
    Fine = 0,
    /// A file, the network or the product failed.
    Failure = 1,
    /// The command was written wrongly: unknown route, malformed line.
    Usage = 2,
    /// A policy or a configuration is invalid.
    Invalid = 3,
    /// Tests fail, or try too little.
    TestsFailed = 4,
    /// There are warnings, and they are denied.
    WarningsDenied = 5,
    /// Two policies differ in a way that is not accepted.
    NotAccepted = 6,
    /// Decisions take longer than allowed.
    OverBudget = 7,
}

/// A run that ended early, and what to tell about it.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    /// Whatever was written in the wrong place is quoted, unless it could be a number.
    pub(crate) fn usage(message: impl Display) -> Self {
        let message = without_lines(&message.to_string());
        Self::new(Exit::Usage, format!("{}{message}", paint::error_label()))
    }

    pub(crate) fn failed(message: impl Display) -> Self {
        Self::new(Exit::Failure, format!("{}{message}", paint::error_label()))
    }

    pub(crate) fn invalid(message: impl Display) -> Self {
        Self::new(Exit::Invalid, format!("{}{message}", paint::error_label()))
    }

    /// A message that is already written as it shall appear.
    pub(crate) fn new(exit: Exit, message: String) -> Self {
        Self { exit, message }
    }
}

/// Arguments that make no command, or ask for help.
pub(crate) fn misused(error: &clap::Error) -> Result<Exit, Failure> {
    let text = error.render().ansi().to_string();
    if error.use_stderr() {
        return Err(Failure::new(Exit::Usage, without_lines(text.trim_end())));
    }
    screen::print(&text).map(|()| Exit::Fine)
}

/// Tells about a run that ended early, and turns the outcome into the process's exit code.
pub(crate) fn conclude(outcome: Result<Exit, Failure>) -> ExitCode {
    let exit = outcome.unwrap_or_else(|failure| {
        screen::warn(&failure.message);
        failure.exit
    });
    ExitCode::from(exit as u8)
}

/// The text without what could name somebody: an argument in the wrong place is quoted in the message
/// about it.
fn without_lines(text: &str) -> String {
    let text = without_numbers(text);
    ["ip:", "external:"].iter().fold(text, |text, kind| {
        let mut parts = text.split(kind);
        let before = parts.next().unwrap_or_default().to_owned();
        parts.fold(before, |told, part| {
            let is_end = |letter: char| letter.is_whitespace() || "'`\u{1b}".contains(letter);
            match part.find(is_end).map(|end| part.split_at(end)) {
                Some(("", after)) => told + kind + after,
                Some((_, after)) => told + kind + "…" + after,
                None => told + kind + "…",
            }
        })
    })
}

fn without_numbers(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|found: char| found.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|found: char| !found.is_ascii_digit()).unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        kept.push_str(before);
        kept.push_str(if digits.len() < 5 { digits } else { "…" });
        rest = after;
    }
    kept + rest
}

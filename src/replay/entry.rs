//! The lines of a log.

use std::io::{self, BufRead};

use serde::Deserialize;

use crate::decision_log::{DecisionRecord, SCHEMA, SHADOW_SCHEMA, WITHDRAWN_SCHEMA};

/// What a line of a log says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Entry {
    /// A decision.
    Decision(Box<DecisionRecord>),
    /// What shadow rules made of a decision that another line has.
    Shadow,
    /// The request of the decision with this id, which an earlier line has, did not go on: its record
    /// was not written in time, and its client was told to try again, or had left.
    Withdrawn(String),
    /// So many records are lost here, and the log says so.
    Gap(u64),
    /// It is none of these, and this is why: it was torn when a process was killed, or something
    /// else writes into the file.
    Unreadable(String),
}

/// What every line has.
#[derive(Deserialize)]
struct Envelope {
    schema: Option<String>,
    gap: Option<u64>,
    id: Option<String>,
}

/// The lines of a log with their numbers, from 1 on.
pub fn entries(log: impl BufRead) -> impl Iterator<Item = io::Result<(u64, Entry)>> {
    let lines = (1..).zip(log.split(b'\n'));
    lines.filter_map(|(number, line)| match line {
        Ok(line) if line.iter().all(u8::is_ascii_whitespace) => None,
        Ok(line) => Some(Ok((number, entry(&line)))),
        Err(error) => Some(Err(error)),
    })
}

fn entry(line: &[u8]) -> Entry {
    let read = |error: &serde_json::Error| match error.is_eof() {
        true => "it is not whole: its writer was interrupted".to_owned(),
        false => format!("it is no record: {}", in_words(error)),
    };
    let envelope: Envelope = match serde_json::from_slice(line) {
        Ok(envelope) => envelope,
        Err(error) => return Entry::Unreadable(read(&error)),
    };
    match (envelope.schema.as_deref(), envelope.gap) {
        (None, Some(count)) => Entry::Gap(count),
        (Some(SCHEMA), _) => match serde_json::from_slice(line) {
            Ok(record) => Entry::Decision(Box::new(record)),
            Err(error) => Entry::Unreadable(read(&error)),
        },
        (Some(SHADOW_SCHEMA), _) => Entry::Shadow,
        (Some(WITHDRAWN_SCHEMA), _) => match envelope.id {
            Some(id) => Entry::Withdrawn(id),
            None => Entry::Unreadable("it is no record: a field is missing".to_owned()),
        },
        (Some(other), _) => {
            let other: String = other.chars().filter(|it| !it.is_control()).take(64).collect();
            Entry::Unreadable(format!("its schema is `{other}`, not `{SCHEMA}`"))
        }
        (None, None) => Entry::Unreadable("it has no `schema`".to_owned()),
    }
}

/// What is wrong, without what the line holds.
fn in_words(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Data => "a field is missing, or not of its type",
        _ => "it is not JSON",
    }
}

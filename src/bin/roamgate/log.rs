//! Decision logs that commands read.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use roamgate::decision_log::{DecisionRecord, LineSeen};
use roamgate::replay::{Entry, entries};

use crate::exit::Failure;

/// The lines of a log with their numbers.
pub(crate) fn read(
    path: &Path,
) -> Result<impl Iterator<Item = Result<(u64, Entry), Failure>>, Failure> {
    let shown = path.display().to_string();
    let unreadable =
        move |error: std::io::Error| Failure::failed(format!("cannot read `{shown}`: {error}"));
    let file = File::open(path).map_err(&unreadable)?;
    Ok(entries(BufReader::new(file)).map(move |entry| entry.map_err(&unreadable)))
}

/// The decisions whose requests did not go on: later lines say so. What can be read only once is not
/// asked for them.
pub(crate) fn withdrawn(path: &Path) -> Result<HashSet<String>, Failure> {
    if !path.is_file() {
        return Ok(HashSet::new());
    }
    let ids = read(path)?.filter_map(|entry| match entry {
        Ok((_, Entry::Withdrawn(id))) => Some(Ok(id)),
        Ok(_) => None,
        Err(failure) => Some(Err(failure)),
    });
    ids.collect()
}

/// What was known of the line, as `--line` takes it.
pub(crate) fn line_state(record: &DecisionRecord) -> String {
    let Some(LineSeen { status, mcc, countries, reason, .. }) = &record.line else {
        return "not asked".to_owned();
    };
    match (reason, mcc, countries.as_slice()) {
        (Some(reason), ..) => format!("unknown:{reason}"),
        (None, _, []) => mcc.as_ref().map_or_else(|| status.clone(), |mcc| format!("mcc:{mcc}")),
        (None, Some(mcc), [_, _, ..]) => format!("mcc:{mcc}"),
        (None, _, countries) => format!("{status}:{}", countries.join(",")),
    }
}

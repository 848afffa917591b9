//! States with equal answers, together.

use std::cmp::Reverse;

use roamgate::status::LineFacts;
use roamgate::{Effect, LineState, UnknownReason};

use super::Cell;

/// An answer, and the states that have it.
pub(super) struct Merged<'a> {
    pub(super) effect: Effect,
    pub(super) rule: Option<&'a str>,
    /// Why the rule is undecided, where the state itself does not say it.
    pub(super) reason: Option<UnknownReason>,
    pub(super) lines: Vec<LineFacts>,
}

/// The answers, the strictest first, each with its states in the order of the domain.
pub(super) fn merge(cells: &[Cell]) -> Vec<Merged<'_>> {
    let mut rows: Vec<Merged<'_>> = Vec::new();
    for cell in cells {
        let (effect, rule) = (cell.effect, cell.rule.as_deref());
        let reason = cell.reason.filter(|reason| cell.line.state != LineState::Unknown(*reason));
        match rows
            .iter_mut()
            .find(|row| (row.effect, row.rule, row.reason) == (effect, rule, reason))
        {
            Some(row) => row.lines.push(cell.line),
            None => rows.push(Merged { effect, rule, reason, lines: vec![cell.line] }),
        }
    }
    rows.sort_by_key(|row| Reverse(row.effect));
    rows
}

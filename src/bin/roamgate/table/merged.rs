//! States with equal answers, together.

use std::cmp::Reverse;

use roamgate::policy::Situation;
use roamgate::status::LineFacts;
use roamgate::{Effect, LineState, UnknownReason};

/// An answer, and the states that have it.
pub(super) struct Merged<'a> {
    pub(super) effect: Effect,
    pub(super) rule: Option<&'a str>,
    /// Why the rule is undecided, where the state itself does not say it.
    pub(super) reason: Option<UnknownReason>,
    pub(super) lines: Vec<LineFacts>,
}

/// The answers, the strictest first, each with its states.
pub(super) fn merge(situation: &Situation) -> Vec<Merged<'_>> {
    let mut rows: Vec<Merged<'_>> = Vec::new();
    for state in &situation.states {
        for answer in &state.answers {
            let (effect, rule) = (answer.effect, answer.rule.as_deref());
            let reason =
                answer.reason.filter(|reason| state.line.state != LineState::Unknown(*reason));
            let is_alike = |row: &&mut Merged<'_>| {
                (row.effect, row.rule, row.reason) == (effect, rule, reason)
            };
            match rows.iter_mut().find(is_alike) {
                Some(row) => row.lines.push(state.line),
                None => rows.push(Merged { effect, rule, reason, lines: vec![state.line] }),
            }
        }
    }
    rows.sort_by_key(|row| Reverse(row.effect));
    rows
}

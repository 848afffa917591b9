//! What is known of a line beside its state: how old the answer is, and where the line was before.

use std::time::Duration;

use super::providers::Source;
use crate::facts::RequestFacts;
use crate::line::Line;
use crate::moment::Moment;
use crate::policy::{FactValue, Facts, LINE_AGE, LINE_CHANGED, Policy};
use crate::status::{Answer, LineFacts, LineState, UnknownReason};

/// What a request believes of its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    answer: Result<Answer, Why>,
    /// How long the request waited for it, if it did.
    pub(super) waited: Option<Duration>,
}

/// A reason as wide as a word of an answer, in whose place it stands: otherwise all that are moved are moved
/// by bytes.
#[derive(Clone, Copy, Debug)]
#[repr(align(8))]
struct Why(UnknownReason);

/// The free facts of a request whose line has been asked about.
pub(super) struct SightedFacts<'a> {
    pub(super) request: RequestFacts<'a>,
    pub(super) line: Line,
    pub(super) seen: &'a Seen,
    pub(super) source: Option<&'a Source>,
    pub(super) now: Moment,
}

impl Seen {
    pub(super) fn of(answer: Answer) -> Self {
        Self { answer: Ok(answer), waited: None }
    }

    pub(super) fn state(&self) -> LineState {
        match &self.answer {
            Ok(answer) => LineState::Known(answer.status()),
            Err(Why(reason)) => LineState::Unknown(*reason),
        }
    }

    /// None where the state is not known.
    pub(super) fn answer(&self) -> Option<&Answer> {
        self.answer.as_ref().ok()
    }

    /// The same, after so long a wait.
    pub(super) fn after(self, waited: Duration) -> Self {
        Self { waited: Some(waited), ..self }
    }

    pub(super) fn nothing(reason: UnknownReason) -> Self {
        Self { answer: Err(Why(reason)), waited: None }
    }
}

/// A line in this state, with what its number says, where some rule listens.
pub(super) fn line_facts(policy: &Policy, line: Line, state: LineState) -> LineFacts {
    match policy.asks_for_number() {
        true => LineFacts { state, number_countries: line.number_countries() },
        false => state.into(),
    }
}

impl SightedFacts<'_> {
    /// The line before the policy.
    pub(super) fn line_facts(&self) -> LineFacts {
        line_facts(self.request.policy(), self.line, self.seen.state())
    }

    /// By the network's own time, where it tells.
    fn age(&self) -> Option<FactValue> {
        Some(FactValue::Age(self.seen.answer()?.confirmed_ago(self.now.into())))
    }

    fn changed(&self) -> Option<FactValue> {
        let history = self.source?.history()?;
        history.changed(self.line, self.seen.answer()?, self.now.into())
    }
}

impl Facts for SightedFacts<'_> {
    fn get(&self, name: &str) -> Option<FactValue> {
        match name {
            LINE_AGE => self.age(),
            LINE_CHANGED => self.changed(),
            name => self.request.get(name),
        }
    }
}

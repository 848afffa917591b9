//! The domain of a policy: every state of a line with every cell of the free facts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Policy;
use super::states::states;
use crate::status::LineFacts;

/// Free facts by their names, with their values as they are written.
pub type Facts = BTreeMap<Arc<str>, Arc<str>>;

/// A point of the domain, for some request class.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// The line state as it is written.
    pub(crate) line: Arc<str>,
    pub(crate) state: LineFacts,
    pub(crate) facts: Facts,
}

/// Every point of these policies, in the order of [`line_states`](super::line_states).
pub(crate) fn points(policies: &[&Policy]) -> Vec<Point> {
    let asks_for_place =
        policies.iter().flat_map(|policy| &policy.rules).any(super::rule::Rule::asks_for_place);
    let point =
        |(line, state): (String, _)| Point { line: line.into(), state, facts: Facts::new() };
    states(asks_for_place).into_iter().map(point).collect()
}

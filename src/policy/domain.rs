//! The domain of a policy: every state of a line with every cell of the free facts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::states::line_states;
use crate::status::LineState;

/// Free facts by their names, with their values as they are written.
pub type Facts = BTreeMap<Arc<str>, Arc<str>>;

/// A point of the domain, for some request class.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// The line state as it is written.
    pub(crate) line: Arc<str>,
    pub(crate) state: LineState,
    pub(crate) facts: Facts,
}

/// Every point, in the order of [`line_states`].
pub(crate) fn points() -> Vec<Point> {
    let point =
        |(line, state): (String, _)| Point { line: line.into(), state, facts: Facts::new() };
    line_states().map(point).collect()
}

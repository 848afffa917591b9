//! `where`: the points of the domain that a proof is about.

use crate::document::{Node, NodeKind, Report};
use crate::policy::condition::{Test, Truth};
use crate::policy::effect::Circumstances;
use crate::policy::load::{Block, FactTable};
use crate::policy::states::parse_line_state;
use crate::status::{LineFacts, LineState};

/// A block of conditions, which selects the points where it is true.
#[derive(Debug)]
pub(super) enum Selection {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// `line: unknown`, for whatever reason.
    Unknown,
    /// A line state, written as cases write it.
    State(LineFacts),
    /// A condition of the language.
    Block(Block),
}

impl Selection {
    pub(super) fn load(node: &Node, facts: &mut FactTable, report: &mut Report) -> Option<Self> {
        let NodeKind::Map(entries) = &node.kind else {
            // The language says what a block is.
            return Block::load(node, facts, report).map(Self::Block);
        };
        if entries.is_empty() {
            return Block::load(node, facts, report).map(Self::Block);
        }
        let parts: Vec<_> =
            entries.iter().map(|(key, value)| Self::part(key, value, facts, report)).collect();
        parts.into_iter().collect::<Option<_>>().map(Self::All)
    }

    pub(super) fn holds(&self, line: LineFacts, around: &Circumstances<'_>) -> bool {
        self.evaluate(line, around) == Truth::True
    }

    /// Everything it asks for.
    pub(super) fn tests(&self) -> Vec<Test<'_>> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Not(part) => part.tests(),
            Self::Unknown | Self::State(_) => Vec::new(),
            Self::Block(block) => block.tests(),
        }
    }

    /// The line states that it names.
    pub(super) fn states(&self) -> Vec<LineFacts> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::states).collect(),
            Self::Not(part) => part.states(),
            Self::Unknown | Self::Block(_) => Vec::new(),
            Self::State(state) => vec![*state],
        }
    }

    fn part(key: &Node, value: &Node, facts: &mut FactTable, report: &mut Report) -> Option<Self> {
        match (key.text().unwrap_or_default(), value.text()) {
            ("not", _) => Self::load(value, facts, report).map(|part| Self::Not(Box::new(part))),
            ("anyOf", _) => Self::any_of(value, facts, report),
            ("line", Some("unknown")) => Some(Self::Unknown),
            ("line", Some(text)) if text.contains(':') => Self::state(value, text, report),
            _ => Block::load(&alone(key, value), facts, report).map(Self::Block),
        }
    }

    fn any_of(node: &Node, facts: &mut FactTable, report: &mut Report) -> Option<Self> {
        let items = node.expect_list("anyOf", report)?;
        let parts: Vec<_> = items.iter().map(|item| Self::load(item, facts, report)).collect();
        parts.into_iter().collect::<Option<_>>().map(Self::Any)
    }

    fn state(node: &Node, text: &str, report: &mut Report) -> Option<Self> {
        let state = parse_line_state(text);
        state.map_err(|error| report.add(error.at(node.place))).ok().map(Self::State)
    }

    fn evaluate(&self, line: LineFacts, around: &Circumstances<'_>) -> Truth {
        match self {
            Self::All(parts) => {
                parts.iter().fold(Truth::True, |truth, part| truth.and(part.evaluate(line, around)))
            }
            Self::Any(parts) => {
                parts.iter().fold(Truth::False, |truth, part| truth.or(part.evaluate(line, around)))
            }
            Self::Not(part) => part.evaluate(line, around).negate(),
            Self::Unknown => matches!(line.state, LineState::Unknown(_)).into(),
            Self::State(state) => is_selected(line, *state).into(),
            Self::Block(block) => block.evaluate(line, around),
        }
    }
}

/// A state without the countries of a number selects lines in it whatever their numbers.
fn is_selected(point: LineFacts, wanted: LineFacts) -> bool {
    let is_any_number = wanted.number_countries.is_empty();
    point.state == wanted.state
        && (is_any_number || point.number_countries == wanted.number_countries)
}

/// A block with one key of another block.
fn alone(key: &Node, value: &Node) -> Node {
    key.with_kind(NodeKind::Map(vec![(key.clone(), value.clone())]))
}

//! `where`: the points of the domain that a proof is about.

use crate::document::{Finding, Node, NodeKind, Report};
use crate::policy::condition::Truth;
use crate::policy::domain::Point;
use crate::policy::load::Block;
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
    pub(super) fn load(node: &Node, report: &mut Report) -> Option<Self> {
        let NodeKind::Map(entries) = &node.kind else {
            // The language says what a block is.
            return Block::load(node, report).map(Self::Block);
        };
        if entries.is_empty() {
            return Block::load(node, report).map(Self::Block);
        }
        let parts: Vec<_> =
            entries.iter().map(|(key, value)| Self::part(key, value, report)).collect();
        parts.into_iter().collect::<Option<_>>().map(Self::All)
    }

    pub(super) fn holds(&self, point: &Point) -> bool {
        self.evaluate(point) == Truth::True
    }

    fn part(key: &Node, value: &Node, report: &mut Report) -> Option<Self> {
        match (key.text().unwrap_or_default(), value.text()) {
            ("not", _) => Self::load(value, report).map(|part| Self::Not(Box::new(part))),
            ("anyOf", _) => Self::any_of(value, report),
            ("line", Some("unknown")) => Some(Self::Unknown),
            ("line", Some(text)) if text.contains(':') => Self::state(value, text, report),
            _ => Block::load(&alone(key, value), report).map(Self::Block),
        }
    }

    fn any_of(node: &Node, report: &mut Report) -> Option<Self> {
        let items = node.expect_list("anyOf", report)?;
        let parts: Vec<_> = items.iter().map(|item| Self::load(item, report)).collect();
        parts.into_iter().collect::<Option<_>>().map(Self::Any)
    }

    fn state(node: &Node, text: &str, report: &mut Report) -> Option<Self> {
        let state = parse_line_state(text);
        let finding = |message: String| Finding::error("E008", node.place, message);
        state.map_err(|error| report.add(finding(error.to_string()))).ok().map(Self::State)
    }

    fn evaluate(&self, point: &Point) -> Truth {
        let definite = |is_true| if is_true { Truth::True } else { Truth::False };
        match self {
            Self::All(parts) => {
                parts.iter().fold(Truth::True, |truth, part| truth.and(part.evaluate(point)))
            }
            // By De Morgan: some part is true where not all are false.
            Self::Any(parts) => parts
                .iter()
                .fold(Truth::True, |truth, part| truth.and(part.evaluate(point).negate()))
                .negate(),
            Self::Not(part) => part.evaluate(point).negate(),
            Self::Unknown => definite(matches!(point.state.state, LineState::Unknown(_))),
            Self::State(state) => definite(is_selected(point.state, *state)),
            Self::Block(block) => block.evaluate(point.state),
        }
    }
}

/// `home` without a calling country selects lines at home whatever their numbers.
fn is_selected(point: LineFacts, wanted: LineFacts) -> bool {
    point == wanted || wanted == LineState::HOME.into() && point.state == LineState::HOME
}

/// A block with one key of another block.
fn alone(key: &Node, value: &Node) -> Node {
    key.with_kind(NodeKind::Map(vec![(key.clone(), value.clone())]))
}

//! The tree.

use std::ops::Range;

/// A stretch of a source: where it begins, counted from 1 in lines and characters, and how many
/// characters of its first line it covers.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) width: u32,
}

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) place: Place,
    /// Where a scalar begins and ends in the text, its quotes included.
    pub(super) bytes: (u32, u32),
}

/// What a value is. Scalars keep their text as written: `1.10` stays `1.10`, `NO` stays `NO`.
#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Null,
    Bool(bool, String),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// Another value at the same place.
    pub(crate) fn with_kind(&self, kind: NodeKind) -> Self {
        Self { kind, place: self.place, bytes: self.bytes }
    }

    /// Where a scalar stands in the text without a byte order mark, its quotes included.
    pub(super) fn range(&self) -> Range<usize> {
        self.bytes.0 as usize..self.bytes.1 as usize
    }

    /// The scalar as it was written, whatever its type.
    pub(crate) fn written(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Bool(_, text) | NodeKind::Number(text) | NodeKind::Text(text) => Some(text),
            NodeKind::Null | NodeKind::List(_) | NodeKind::Map(_) => None,
        }
    }

    /// The scalar as it was written, as a text.
    pub(super) fn into_word(self) -> Self {
        let kind = match self.kind {
            NodeKind::Bool(_, text) | NodeKind::Number(text) => NodeKind::Text(text),
            kind => kind,
        };
        Self { kind, ..self }
    }

    /// The text, if the scalar is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a key, without judging the others.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        let NodeKind::Map(entries) = &self.kind else { return None };
        entries.iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// The scalar as it was written, in backticks; else what the value is.
    pub(crate) fn quoted(&self) -> String {
        self.written().map_or_else(|| self.describe().to_owned(), |written| format!("`{written}`"))
    }

    /// What the value is, in words an author knows.
    pub(crate) fn describe(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "an empty value",
            NodeKind::Bool(..) => "a boolean",
            NodeKind::Number(_) => "a number",
            NodeKind::Text(_) => "a text",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a block of keys",
        }
    }
}

//! What a file of ours may hold: its keys, what each is for, and how its values are written.
//!
//! Editors are told so by a schema, and `fmt` walks files by it.

use serde_json::Value;

use super::Node;

/// A block of keys.
#[derive(Debug)]
pub(crate) struct Block {
    /// Its name among the definitions of a schema.
    pub(crate) name: &'static str,
    pub(crate) keys: &'static [Key],
    /// Under names that authors give: what an entry is, and its value.
    pub(crate) others: Option<(&'static str, &'static Shape)>,
    /// What a schema can say of keys that depend on each other.
    pub(crate) law: Option<fn() -> Value>,
}

/// A key of a block.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) description: &'static str,
    pub(crate) need: Need,
    pub(crate) default: Option<&'static str>,
    /// In JSON; a bare word stands for itself.
    pub(crate) examples: &'static [&'static str],
}

/// Must a key be there?
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Need {
    Never,
    Always,
    #[cfg(feature = "camara")]
    ByLaw,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Any text.
    Text,
    /// A scalar with rules of its own.
    Scalar(&'static Scalar),
    /// One of these words, each with what it means.
    Words(&'static [(&'static str, &'static str)]),
    List(&'static Shape),
    /// A list that may not be empty.
    Filled(&'static Shape),
    Block(&'static Block),
    /// A block with names that authors give: what an entry is, its names, its values.
    Map(&'static str, &'static Scalar, &'static Shape),
    /// A block with one kind of value under names that are known elsewhere.
    Each(&'static Each),
    Either(&'static [Shape]),
}

/// See [`Shape::Each`].
#[derive(Debug)]
pub(crate) struct Each {
    /// The names, each with what it means.
    pub(crate) names: fn() -> Vec<(&'static str, String)>,
    pub(crate) required: &'static [&'static str],
    pub(crate) value: Shape,
}

/// A kind of scalar.
#[derive(Debug)]
pub(crate) struct Scalar {
    /// Its name among the definitions of a schema.
    pub(crate) name: &'static str,
    pub(crate) schema: fn() -> Value,
    /// How a text is written in this file, if there is one way: quotes included.
    pub(crate) canonical: fn(&str, file: &Node) -> Option<String>,
}

impl Key {
    pub(crate) const fn new(name: &'static str, shape: Shape, description: &'static str) -> Self {
        Self { name, shape, description, need: Need::Never, default: None, examples: &[] }
    }

    pub(crate) const fn required(mut self) -> Self {
        self.need = Need::Always;
        self
    }

    /// Required by a law of the file, which knows where it may be left out.
    #[cfg(feature = "camara")]
    pub(crate) const fn required_by_law(mut self) -> Self {
        self.need = Need::ByLaw;
        self
    }

    pub(crate) const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    pub(crate) const fn examples(mut self, examples: &'static [&'static str]) -> Self {
        self.examples = examples;
        self
    }
}

/// Texts of this scalar are left as they are.
pub(crate) fn as_written(_: &str, _: &Node) -> Option<String> {
    None
}

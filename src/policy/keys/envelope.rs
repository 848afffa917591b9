//! How every file of the language begins.

use crate::document::{Key, Shape};

/// The key `apiVersion`.
pub(super) const VERSION: Key = Key::new(
    "apiVersion",
    Shape::Words(&[("roamgate/v1", "Version 1 of the language.")]),
    "The version of the language this file is written in.",
)
.required();

/// The key `kind`, with the word for the kind and what it means.
pub(super) const fn kind(word: &'static [(&'static str, &'static str)]) -> Key {
    let description = "What this file is. The name of the file does not matter.";
    Key::new("kind", Shape::Words(word), description).required()
}

//! Values as far as the policy tells them apart: no more is kept than decided.

use serde_json::{Value, json};

use super::compose::MOST;
use crate::policy::{AskedFact, FactKind, FactValue};

/// How much of a value is kept.
pub(super) enum Cell {
    /// It is a cell of its own: what a policy writes out, words of an enum, countries, ages.
    Own,
    Cut(Value),
    /// No record has room for the words that the policy tells apart.
    TooLong,
}

/// The cell of a value.
pub(super) fn cell(value: &FactValue, kind: Option<&FactKind>, asked: &AskedFact) -> Cell {
    let AskedFact { bounds, words, .. } = asked;
    match value {
        FactValue::Number(number) if !bounds.contains(number) => {
            let above = bounds.iter().rfind(|bound| *bound < number);
            let below = bounds.iter().find(|bound| *bound > number);
            Cell::Cut(json!({ "above": above, "below": below }))
        }
        FactValue::Text(text) if !matches!(kind, Some(FactKind::Text)) || words.contains(text) => {
            Cell::Own
        }
        FactValue::Text(_) | FactValue::Texts(_) if words.len() > MOST => Cell::TooLong,
        FactValue::Text(_) => Cell::Cut(json!({ "noneOf": texts(words.iter()) })),
        FactValue::Texts(own) => {
            let (has, none) = words.iter().partition::<Vec<_>, _>(|word| own.contains(word));
            Cell::Cut(json!({ "has": texts(has), "noneOf": texts(none) }))
        }
        _ => Cell::Own,
    }
}

fn texts<'a>(words: impl IntoIterator<Item = &'a std::sync::Arc<str>>) -> Vec<&'a str> {
    words.into_iter().map(AsRef::as_ref).collect()
}

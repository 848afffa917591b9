//! Values as far as the policy tells them apart: no more is kept than decided.

use serde_json::{Value, json};

use super::compose::MOST;
use crate::policy::{AskedFact, FactKind, FactValue};

/// The cell of a value. None where a value is a cell of its own: what a policy writes out, words of
/// an enum, countries, ages.
pub(super) fn cell(value: &FactValue, kind: Option<&FactKind>, asked: &AskedFact) -> Option<Value> {
    let AskedFact { bounds, words, .. } = asked;
    match value {
        FactValue::Number(number) => {
            let above = bounds.iter().rfind(|bound| *bound < number);
            let below = bounds.iter().find(|bound| *bound > number);
            (!bounds.contains(number)).then(|| json!({ "above": above, "below": below }))
        }
        _ if words.len() > MOST => None,
        FactValue::Text(text) => {
            let is_plain = matches!(kind, Some(FactKind::Text)) && !words.contains(text);
            is_plain.then(|| json!({ "noneOf": texts(words.iter()) }))
        }
        FactValue::Texts(own) => {
            let (has, none) = words.iter().partition::<Vec<_>, _>(|word| own.contains(word));
            Some(json!({ "has": texts(has), "noneOf": texts(none) }))
        }
        _ => None,
    }
}

fn texts<'a>(words: impl IntoIterator<Item = &'a std::sync::Arc<str>>) -> Vec<&'a str> {
    words.into_iter().map(AsRef::as_ref).collect()
}

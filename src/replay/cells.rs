//! Values of which a record has only the cell: one of them stands for all, as long as the policy does
//! not tell them apart.

use serde_json::{Map, Value};

use super::Unreplayable;
use crate::policy::{AskedFact, FactKind, FactValue};

/// A value of the cell. None where the cell is not one of this kind.
pub(super) fn value(
    kind: &FactKind,
    cell: &Map<String, Value>,
    asked: Option<&AskedFact>,
) -> Option<Result<FactValue, Unreplayable>> {
    let bounds = asked.map_or(&[][..], |asked| &asked.bounds);
    let words = asked.map_or(&[][..], |asked| &asked.words);
    let list = |name: &str| {
        let texts = cell.get(name).and_then(Value::as_array)?.iter().map(Value::as_str);
        texts.collect::<Option<Vec<_>>>()
    };
    let (has, none) = (list("has"), list("noneOf"));
    let (value, is_split) = match kind {
        FactKind::Number => {
            let (above, below) = (cell.get("above")?.as_f64(), cell.get("below")?.as_f64());
            let is_inside = |bound: &f64| {
                above.is_none_or(|above| *bound > above) && below.is_none_or(|below| *bound < below)
            };
            (FactValue::Number(within(above, below)), bounds.iter().any(is_inside))
        }
        FactKind::Text => {
            let none = none?;
            let other = none.iter().max_by_key(|word| word.len()).map_or("", |word| *word);
            (format!("{other}…").into(), words.iter().any(|word| !none.contains(&word.as_ref())))
        }
        FactKind::Texts => {
            let (has, none) = (has?, none?);
            let is_known = |word: &&str| has.contains(word) || none.contains(word);
            let is_split = words.iter().any(|word| !is_known(&word.as_ref()));
            (FactValue::from(has), is_split)
        }
        _ => return None,
    };
    let name = || asked.map(|asked| asked.name.to_string()).unwrap_or_default();
    Some(if is_split { Err(Unreplayable::SplitCell(name())) } else { Ok(value) })
}

fn within(above: Option<f64>, below: Option<f64>) -> f64 {
    match (above, below) {
        (Some(above), Some(below)) => {
            let middle = above / 2.0 + below / 2.0;
            if above < middle && middle < below { middle } else { above.next_up() }
        }
        (Some(above), None) => above.next_up().max(above + 1.0),
        (None, Some(below)) => below.next_down().min(below - 1.0),
        (None, None) => 0.0,
    }
}

//! A copy of an aggregator file in which no secret can be read, for messages that show its lines.

use crate::document::{Node, NodeKind, Place, Report, Source, parse};

/// The same text, column for column, with the letters of misplaced secrets replaced.
pub(super) fn redacted(source: &Source) -> Source {
    let mut places = Vec::new();
    if let Some(root) = parse(source, &mut Report::new(source)) {
        let authentication = root.get("client").and_then(|client| client.get("authentication"));
        for block in [authentication, root.get("headers")].into_iter().flatten() {
            collect(block, "", &mut places);
        }
    }
    let lines = source.text.split_inclusive('\n').enumerate();
    let text: String = lines.map(|(at, line)| redact_line(line, at + 1, &places)).collect();
    Source { name: source.name.clone(), text: text.into() }
}

/// The scalars of a block that could be secrets: all but the names of places and of encodings.
fn collect(node: &Node, key: &str, places: &mut Vec<Place>) {
    match &node.kind {
        NodeKind::Map(entries) => {
            for (name, value) in entries {
                collect(value, name.text().unwrap_or_default(), places);
            }
        }
        NodeKind::List(items) => items.iter().for_each(|item| collect(item, key, places)),
        NodeKind::Null | NodeKind::Bool(..) | NodeKind::Number(_) | NodeKind::Text(_) => {
            let is_choice = node.text() == Some("none");
            if !is_choice && !["env", "file", "encoding"].contains(&key) {
                places.push(node.place);
            }
        }
    }
}

fn redact_line(line: &str, number: usize, places: &[Place]) -> String {
    let written = after_secret_key(line);
    let hidden = |column: usize| {
        let in_place = |place: &Place| {
            let start = place.column as usize;
            place.line as usize == number && (start..start + place.width as usize).contains(&column)
        };
        written.as_ref().is_some_and(|range| range.contains(&column)) || places.iter().any(in_place)
    };
    let letters = line.chars().enumerate();
    letters.map(|(at, c)| if c.is_alphanumeric() && hidden(at + 1) { 'x' } else { c }).collect()
}

/// The columns of what follows `secret:` on a line, for files whose syntax is broken.
fn after_secret_key(line: &str) -> Option<std::ops::Range<usize>> {
    let (before, value) = line.split_once("secret:")?;
    if value.trim_start().starts_with('{') {
        return None;
    }
    let start = before.chars().count() + "secret:".len() + 1;
    let length = value.chars().take_while(|found| !matches!(found, ',' | '}')).count();
    Some(start..start + length)
}

//! The table as CSV.

use super::Sheet;

/// The header with a column for each free fact, then one row for each cell.
pub(super) fn write(sheet: &Sheet) -> String {
    let mut text = String::from("route,line,effect,rule,reason");
    sheet.facts.iter().for_each(|fact| field(&mut text, fact));
    for (route, cell) in sheet.sorted() {
        let rule = cell.rule.as_deref().unwrap_or_default();
        let reason = cell.reason.map_or("", |reason| reason.name());
        // Names and ids are made of letters, digits and dashes, and the states list no countries.
        text += &format!("\n{},{},{},{rule},{reason}", route.name, cell.state, cell.effect);
        cell.facts.iter().for_each(|label| field(&mut text, label));
    }
    text.push('\n');
    text
}

/// A field that an author may have written, in quotes where it needs them (RFC 4180).
fn field(text: &mut String, value: &str) {
    text.push(',');
    match value.contains([',', '"', '\n', '\r']) {
        true => *text += &format!("\"{}\"", value.replace('"', "\"\"")),
        false => *text += value,
    }
}

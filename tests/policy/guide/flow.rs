//! JSON as people write it in a policy: YAML on one line.

use serde_json::Value;

/// A key and its value.
pub(super) fn entry(key: &str, value: &Value) -> String {
    format!("{key}: {}", flow(value))
}

/// A value.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let entries: Vec<_> = map.iter().map(|(key, value)| entry(key, value)).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// Does the text need no quotes? Country codes have them everywhere, and so has what some readers
/// take for a number or a boolean.
fn is_plain(text: &str) -> bool {
    const BOOLEANS: &[&str] = &["yes", "no", "on", "true", "false", "null"];
    let is_code = text.len() == 2 && text.chars().all(|letter| letter.is_ascii_uppercase());
    let is_other =
        text.parse::<f64>().is_ok() || BOOLEANS.iter().any(|word| word.eq_ignore_ascii_case(text));
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || " ./@%-".contains(letter);
    let starts_well = text.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    starts_well && !is_code && !is_other && text.chars().all(is_word)
}

//! What stands in the place of what is not shown.

/// A secret, or what could be one.
pub(super) const REDACTED: &str = "‹redacted›";
pub(super) const NUMBER: &str = "‹number›";
pub(super) const TOKEN: &str = "‹token›";

/// The mark of a value that we sent, with what may be seen of its shape: the prefix of a login hint, the plus
/// sign of a number.
pub(super) fn of_identifier(value: &str) -> String {
    let rest = identifier(value);
    let prefix = value.strip_suffix(rest).unwrap_or_default();
    let (plus, digits) = match rest.strip_prefix('+') {
        Some(digits) => ("+", digits),
        None => ("", rest),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { format!("{prefix}{plus}{NUMBER}") } else { format!("{prefix}{REDACTED}") }
}

/// The identifier after the prefix that says of what kind it is.
pub(super) fn identifier(value: &str) -> &str {
    value.split_once(':').filter(|(prefix, _)| is_prefix(prefix)).map_or(value, |(_, rest)| rest)
}

/// `tel`, `phone_number`, `ipport`: a kind of identifier, and no identifier.
fn is_prefix(text: &str) -> bool {
    (1..=16).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

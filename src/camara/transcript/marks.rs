//! What stands in the place of what is not shown.

/// A secret, or what could be one.
pub(super) const REDACTED: &str = "‹redacted›";
pub(super) const NUMBER: &str = "‹number›";
pub(super) const TOKEN: &str = "‹token›";

/// The mark of a hint, with the prefix that says of what kind the identifier is.
pub(super) fn of_identifier(value: &str) -> String {
    let rest = identifier(value);
    format!("{}{}", value.strip_suffix(rest).unwrap_or_default(), of_value(rest))
}

/// The mark of a value that we sent, with the plus sign if it is a number.
pub(super) fn of_value(value: &str) -> String {
    let (plus, digits) = match value.strip_prefix('+') {
        Some(digits) => ("+", digits),
        None => ("", value),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { format!("{plus}{NUMBER}") } else { REDACTED.to_owned() }
}

/// The identifier after the prefix that says of what kind it is.
pub(super) fn identifier(value: &str) -> &str {
    value
        .split_once(':')
        .filter(|(prefix, _)| PREFIXES.contains(prefix))
        .map_or(value, |(_, rest)| rest)
}

/// The identifier, and the addresses in it without their ports.
pub(super) fn parts(value: &str) -> impl Iterator<Item = &str> {
    let whole = identifier(value);
    let pieces = whole.split(['/', '?']);
    let hosts = pieces.clone().filter_map(|piece| Some(piece.rsplit_once(':')?.0));
    let hosts = hosts.filter(|host| host.contains(['.', ':']));
    std::iter::once(whole).chain(pieces).chain(hosts).map(|part| part.trim_matches(['[', ']']))
}

/// Kinds of identifiers. Whatever else stands before a colon could be a part of one.
const PREFIXES: [&str; 7] = ["external", "ip", "ipport", "msisdn", "phone_number", "sip", "tel"];

//! Headers that a rule sets.

use std::sync::Arc;

use crate::document::{Fields, Finding, Node, Report};

/// Headers that belong to the connection, to the answer itself, or to the client's credentials.
const NOT_TO_BE_SET: &[&str] = &[
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "expect",
    "host",
    "keep-alive",
    "location",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

/// The headers under a key: names in lower case, and values with their places.
pub(super) fn load<'a>(
    fields: &Fields<'a>,
    key: &'static str,
    report: &mut Report,
) -> Vec<(Arc<str>, &'a Node, &'a str)> {
    let entries = fields.get(key).and_then(|node| node.expect_map(key, report));
    let entries = entries.unwrap_or_default().iter();
    let header = |(name, value): &'a (Node, Node)| {
        let (name, text) = header(name, value, report)?;
        Some((name, value, text))
    };
    entries.filter_map(header).collect()
}

fn header<'a>(name: &Node, value: &'a Node, report: &mut Report) -> Option<(Arc<str>, &'a str)> {
    let written = name.text()?;
    let text = value.expect_text(written, report)?;
    let lower = written.to_ascii_lowercase();
    let is_name = !lower.is_empty()
        && lower.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let refused = match () {
        () if !is_name => Some(format!("`{written}` is not the name of a header")),
        () if NOT_TO_BE_SET.contains(&lower.as_str()) || lower.starts_with("grpc-") => {
            Some(format!("the header `{written}` may not be set"))
        }
        () if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
            Some(format!("the value of `{written}` cannot stand in a header"))
        }
        () => None,
    };
    if let Some(message) = refused {
        let help = "a rule may add headers of its own, such as `x-reason: travelling`";
        report.add(Finding::error("E014", name.place, message).help(help));
        return None;
    }
    Some((lower.into(), text))
}

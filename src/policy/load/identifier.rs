//! Names that authors give.

use crate::document::{Finding, Node, Report};

/// A kebab-case DNS label (RFC 1123): lower-case letters, digits and inner hyphens, at most 63.
pub(crate) fn check(what: &str, node: &Node, name: &str, report: &mut Report) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label = !name.is_empty()
        && name.len() <= 63
        && name.bytes().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-');
    if !is_label {
        let help = "use lower-case letters, digits and hyphens inside, at most 63: `payments-eea`";
        report.add(
            Finding::error("E009", node.place, format!("`{name}` is not a valid {what}"))
                .help(help),
        );
    }
    is_label
}

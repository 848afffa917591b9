//! Parts of a hundred.

use crate::document::{Finding, Node, NodeKind, Report};

/// A whole number from 0 to 100: `10`.
pub(super) fn number(key: &str, node: &Node, report: &mut Report) -> Option<u8> {
    let written = match &node.kind {
        NodeKind::Number(written) => Some(written.as_str()),
        _ => None,
    };
    within(key, node, written, "write a whole number from 0 to 100: `10`", report)
}

/// The same with a sign: `25%`.
pub(super) fn with_sign(key: &str, node: &Node, report: &mut Report) -> Option<u8> {
    let written = node.text().and_then(|text| text.strip_suffix('%'));
    within(key, node, written, "write a whole number from 0 to 100 with its sign: `25%`", report)
}

fn within(
    key: &str,
    node: &Node,
    written: Option<&str>,
    help: &str,
    report: &mut Report,
) -> Option<u8> {
    let is_digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    let percent = written.filter(is_digits).and_then(|text| text.parse().ok());
    let percent = percent.filter(|percent| *percent <= 100);
    if percent.is_none() {
        let message = format!("{} is not a percentage for `{key}`", node.quoted());
        report.add(Finding::error("E023", node.place, message).help(help));
    }
    percent
}

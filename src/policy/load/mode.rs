//! `mode`: whether a rule is enforced, and until when it is not.

use super::percent;
use crate::document::{Fields, Finding, Known, Node, Place, Report, Until};
use crate::policy::rule::Mode;

/// The words for `mode`.
const MODES: &[(&str, Mode)] =
    &[("enforce", Mode::Enforce), ("shadow", Mode::Shadow), ("off", Mode::Off)];

const SHADOW: Known = Known { what: "`shadow`", keys: &["until", "sample"], unbuilt: &[] };
const OFF: Known = Known { what: "`off`", keys: &["until", "ticket"], unbuilt: &[] };

/// The modes that have an end: what their blocks may say, what they must, and why.
const MODES_WITH_AN_END: &[(&str, Mode, Known, &[&str], &str)] = &[
    (
        "shadow",
        Mode::Shadow,
        SHADOW,
        &["until"],
        "say until when the rule is only watched: `shadow: { until: 2027-04-30 }`",
    ),
    (
        "off",
        Mode::Off,
        OFF,
        OFF.keys,
        "nothing is switched off for ever by accident: `off: { until: 2027-04-30, ticket: SEC-1201 }`",
    ),
];

/// The mode of a file.
pub(super) fn of_file(fields: &Fields<'_>, report: &mut Report) -> Mode {
    let mode = fields.get("mode").and_then(|node| node.expect_word("mode", MODES, report));
    mode.unwrap_or_default()
}

/// The mode of a rule. The blocks of modes that are not in force are read too: a slip in them
/// must not wait for the day on which they are.
pub(super) fn load(fields: &Fields<'_>, report: &mut Report) -> Mode {
    let word = fields.get("mode").map(|node| (node, node.expect_word("mode", MODES, report)));
    for (key, mode, known, needed, help) in MODES_WITH_AN_END {
        let block = fields.get(key).and_then(|node| Fields::of(node, *known, report));
        if let Some(block) = &block {
            check(block, report);
        }
        let Some((node, _)) = word.filter(|(_, word)| *word == Some(*mode)) else { continue };
        let is_missing = |name: &&str| block.as_ref().and_then(|block| block.get(name)).is_none();
        for missing in needed.iter().copied().filter(is_missing) {
            let message = format!("`mode: {key}` needs `{key}: {{ {missing}: … }}`");
            report.add(Finding::error("E010", node.place, message).help(*help));
        }
    }
    word.and_then(|(_, mode)| mode).unwrap_or_default()
}

/// Until when the rule is in shadow, if it is.
pub(super) fn shadow_until(fields: &Fields<'_>) -> Option<Until> {
    let mode = fields.get("mode").and_then(Node::text);
    let block = fields.get("shadow").filter(|_| mode == Some("shadow"))?;
    block.get("until").and_then(Until::read)
}

/// Of how many requests in a hundred a shadow rule asks for the line on its own account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) percent: u8,
    /// Where it stands, if it is written.
    pub(crate) place: Option<Place>,
}

impl Sample {
    /// Reads it from a rule.
    pub(super) fn load(rule: &Fields<'_>, report: &mut Report) -> Self {
        let node = rule.get("shadow").and_then(|shadow| shadow.get("sample"));
        let percent = node.and_then(|node| percent::with_sign("sample", node, report));
        Self { percent: percent.unwrap_or(100), place: node.map(|node| node.place) }
    }
}

fn check(block: &Fields<'_>, report: &mut Report) {
    if let Some(until) = block.get("until") {
        until.expect_until(report);
    }
    block.text("ticket", report);
}

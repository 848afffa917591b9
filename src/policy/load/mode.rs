//! `mode`: whether a rule is enforced, and until when it is not.

use crate::document::{Fields, Finding, Known, Node, Report, Until};
use crate::policy::rule::Mode;

/// The words for `mode`.
const MODES: &[(&str, Mode)] =
    &[("enforce", Mode::Enforce), ("shadow", Mode::Shadow), ("off", Mode::Off)];

const SHADOW: Known = Known { what: "`shadow`", keys: &["until"], unbuilt: &["sample"] };
const OFF: Known = Known { what: "`off`", keys: &["until", "ticket"], unbuilt: &[] };

/// The mode of a file.
pub(super) fn of_file(fields: &Fields<'_>, report: &mut Report) -> Mode {
    let mode = fields.get("mode").and_then(|node| node.expect_word("mode", MODES, report));
    mode.unwrap_or_default()
}

/// The mode of a rule. The blocks of modes that are not in force are read too: a slip in them
/// must not wait for the day on which they are.
pub(super) fn load(fields: &Fields<'_>, report: &mut Report) -> Mode {
    let word = fields.get("mode").map(|node| (node, node.expect_word("mode", MODES, report)));
    for (key, mode, known) in [("shadow", Mode::Shadow, SHADOW), ("off", Mode::Off, OFF)] {
        let block = fields.get(key).and_then(|node| Fields::of(node, known, report));
        if let Some(block) = &block {
            check(block, report);
        }
        let Some((node, _)) = word.filter(|(_, word)| *word == Some(mode)) else { continue };
        let is_missing = |name: &&str| block.as_ref().and_then(|block| block.get(name)).is_none();
        for missing in known.keys.iter().copied().filter(is_missing) {
            let message = format!("`mode: {key}` needs `{key}: {{ {missing}: … }}`");
            let help = "nothing is switched off for ever by accident";
            report.add(Finding::error("E010", node.place, message).help(help));
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

fn check(block: &Fields<'_>, report: &mut Report) {
    if let Some(until) = block.get("until") {
        until.expect_until(report);
    }
    block.text("ticket", report);
}

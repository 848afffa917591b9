//! `mode`: whether a rule is enforced, and until when it is not.

use crate::document::{Fields, Finding, Known, Node, Report};
use crate::policy::rule::Mode;

/// The words for `mode`.
pub(super) const MODES: &[(&str, Mode)] =
    &[("enforce", Mode::Enforce), ("shadow", Mode::Shadow), ("off", Mode::Off)];

const SHADOW: Known = Known { what: "`shadow`", keys: &["until"], unbuilt: &["sample"] };
const OFF: Known = Known { what: "`off`", keys: &["until", "ticket"], unbuilt: &[] };

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

fn check(block: &Fields<'_>, report: &mut Report) {
    if let Some(until) = block.get("until") {
        check_moment(until, report);
    }
    block.text("ticket", report);
}

/// A date, or a moment of RFC 3339.
fn check_moment(node: &Node, report: &mut Report) {
    let written = node.written().unwrap_or_default();
    let is_moment = written.parse::<jiff::civil::Date>().is_ok() && written.len() == 10
        || written.parse::<jiff::Timestamp>().is_ok();
    if !is_moment {
        let message = format!("{} is not a date", node.quoted());
        let help = "write 2027-04-30 or 2027-04-30T18:00:00Z";
        report.add(Finding::error("E023", node.place, message).help(help));
    }
}

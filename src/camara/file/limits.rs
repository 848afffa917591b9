//! The block `limits`.

use crate::camara::manners::Limits;
use crate::document::{Fields, Finding, Known, Node, NodeKind, Report};

/// The limits of a file: those it does not name have their defaults.
pub(super) fn read(file: &Fields<'_>, report: &mut Report) -> Option<Limits> {
    let mut limits = Limits::default();
    let Some(node) = file.get("limits") else { return Some(limits) };
    let fields = Fields::of(node, LIMITS, report)?;
    let counts = [
        ("inFlight", &mut limits.in_flight),
        ("lineBurst", &mut limits.line_burst),
        ("newLinesPerCaller", &mut limits.new_lines_per_caller),
        ("lookupsPerMinute", &mut limits.lookups_per_minute),
        ("lookupsPerDay", &mut limits.lookups_per_day),
        ("authorizationsPerMinute", &mut limits.authorizations_per_minute),
    ];
    for (key, limit) in counts {
        let written = fields.get(key).and_then(|node| count(key, node, report));
        *limit = written.unwrap_or(*limit);
    }
    for (key, limit) in
        [("lineInterval", &mut limits.line_interval), ("quotaPause", &mut limits.quota_pause)]
    {
        let written = fields.get(key).and_then(|node| node.expect_duration(key, report));
        *limit = written.unwrap_or(*limit);
    }
    if let Some(node) = fields.get("quotaPause").filter(|_| limits.quota_pause.is_zero()) {
        let message =
            "`quotaPause` is zero, so that a quota that is used up would be asked at once";
        let help = "write how long to wait, or leave it out for 5 minutes";
        report.add(Finding::error("E023", node.place, message).help(help));
    }
    let (minute, day) = (limits.lookups_per_minute, limits.lookups_per_day);
    if let Some(node) = fields.get("lookupsPerMinute").filter(|_| minute > day) {
        let message = format!("`lookupsPerMinute` is more than `lookupsPerDay`, which is {day}");
        let help = format!("write at most {day}, or more for `lookupsPerDay`");
        report.add(Finding::error("E023", node.place, message).help(help));
    }
    Some(limits)
}

fn count(key: &str, node: &Node, report: &mut Report) -> Option<u32> {
    let written = match &node.kind {
        NodeKind::Number(written) => written.parse().ok(),
        _ => None,
    };
    let count = written.filter(|count| (1..=MOST).contains(count));
    if count.is_none() {
        let message = format!("{} is not a number of times for `{key}`", node.quoted());
        let help = "write a whole number from 1 to 1000000000";
        report.add(Finding::error("E023", node.place, message).help(help));
    }
    count
}

pub(super) const MOST: u32 = 1_000_000_000;
pub(in crate::camara) const LIMITS: Known = Known {
    what: "`limits`",
    keys: &[
        "inFlight",
        "lineInterval",
        "lineBurst",
        "newLinesPerCaller",
        "lookupsPerMinute",
        "lookupsPerDay",
        "authorizationsPerMinute",
        "quotaPause",
    ],
    unbuilt: &[],
};

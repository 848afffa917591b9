//! Moments as files write them.

use std::time::SystemTime;

use super::{Finding, Node, Report};

impl Node {
    /// A moment (RFC 3339), or a report.
    pub(crate) fn expect_moment(&self, key: &str, report: &mut Report) -> Option<SystemTime> {
        let moment = self.written().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        if moment.is_none() {
            let message = format!("{} is not a moment for `{key}`", self.quoted());
            let help = "write it as RFC 3339 does: `2026-03-15T10:00:00Z`";
            report.add(Finding::error("E023", self.place, message).help(help));
        }
        moment.map(SystemTime::from)
    }
}

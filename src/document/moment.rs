//! Moments as files write them.

use std::time::SystemTime;

use super::{Finding, Node, Place, Report};

/// Until when something holds, and where that stands.
#[derive(Clone, Debug)]
pub(crate) struct Until {
    pub(crate) place: Place,
    pub(crate) written: Box<str>,
    moment: SystemTime,
}

impl Until {
    /// A moment (RFC 3339), or a date, which ends at 24:00 UTC.
    pub(crate) fn read(node: &Node) -> Option<Self> {
        let written = node.written()?;
        let moment = match written.parse::<jiff::civil::Date>() {
            Ok(date) if written.len() == "2027-04-30".len() => end_of(date),
            _ => written.parse::<jiff::Timestamp>().ok()?,
        };
        Some(Self { place: node.place, written: written.into(), moment: moment.into() })
    }

    /// Where no moment counts as now, nothing is over.
    pub(crate) fn is_over(&self, now: Option<SystemTime>) -> bool {
        now.is_some_and(|now| now >= self.moment)
    }
}

fn end_of(date: jiff::civil::Date) -> jiff::Timestamp {
    let midnight = date.tomorrow().and_then(|next| next.to_zoned(jiff::tz::TimeZone::UTC));
    midnight.map_or(jiff::Timestamp::MAX, |midnight| midnight.timestamp())
}

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

    /// A date or a moment until which something holds, or a report.
    pub(crate) fn expect_until(&self, report: &mut Report) -> Option<Until> {
        let until = Until::read(self);
        if until.is_none() {
            let message = format!("{} is not a date", self.quoted());
            let help = "write 2027-04-30 or 2027-04-30T18:00:00Z";
            report.add(Finding::error("E023", self.place, message).help(help));
        }
        until
    }
}

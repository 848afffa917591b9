//! Moments as files write them.

use std::time::{Duration, SystemTime};

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
        let moment = moment(node, end_of)?.into();
        Some(Self { place: node.place, written: node.written()?.into(), moment })
    }

    /// The first moment at which it no longer holds.
    pub(crate) fn moment(&self) -> SystemTime {
        self.moment
    }

    /// Where no moment counts as now, nothing is over.
    pub(crate) fn is_over(&self, now: Option<SystemTime>) -> bool {
        self.is_over_in(Duration::ZERO, now)
    }

    /// Will it be over when so much time has passed?
    pub(crate) fn is_over_in(&self, time: Duration, now: Option<SystemTime>) -> bool {
        let then = now.and_then(|now| now.checked_add(time));
        then.is_some_and(|then| then >= self.moment)
    }
}

/// A moment, or of a date the moment that is meant.
fn moment(
    node: &Node,
    of_date: fn(jiff::civil::Date) -> jiff::Timestamp,
) -> Option<jiff::Timestamp> {
    let written = node.written()?;
    match written.parse::<jiff::civil::Date>() {
        Ok(date) if written.len() == "2027-04-30".len() => Some(of_date(date)),
        _ => written.parse().ok(),
    }
}

fn beginning_of(date: jiff::civil::Date) -> jiff::Timestamp {
    let midnight = date.to_zoned(jiff::tz::TimeZone::UTC);
    midnight.map_or(jiff::Timestamp::MIN, |midnight| midnight.timestamp())
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
        self.date_or_report(Until::read(self), report)
    }

    /// A moment, or a date, which begins at 00:00 UTC, from which something holds, or a report.
    pub(crate) fn expect_from(&self, report: &mut Report) -> Option<SystemTime> {
        let from = moment(self, beginning_of).map(SystemTime::from);
        self.date_or_report(from, report)
    }

    fn date_or_report<T>(&self, read: Option<T>, report: &mut Report) -> Option<T> {
        if read.is_none() {
            let message = format!("{} is not a date", self.quoted());
            let help = "write 2027-04-30 or 2027-04-30T18:00:00Z";
            report.add(Finding::error("E023", self.place, message).help(help));
        }
        read
    }
}

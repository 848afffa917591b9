//! `--now`: the moment that counts as now.

use std::time::{Duration, SystemTime};

use roamgate::Clock;

/// Reads an RFC 3339 moment, or a date, which stands for its first moment in UTC.
pub(crate) fn parse(text: &str) -> Result<SystemTime, String> {
    let midnight =
        || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let moment = match text.contains(['T', 't', ' ']) {
        true => text.parse::<jiff::Timestamp>().ok(),
        false => midnight().map(|midnight| midnight.timestamp()),
    };
    let form = "write `2026-03-15T10:00:00Z` or `2026-03-15`";
    moment.map(SystemTime::from).ok_or_else(|| format!("`{text}` is not a moment; {form}"))
}

/// The moment that was given, or the present one.
pub(crate) fn or_present(now: Option<SystemTime>) -> SystemTime {
    now.unwrap_or_else(|| Clock::system().now())
}

/// A moment as RFC 3339 writes it, in UTC.
pub(crate) fn rfc3339(moment: SystemTime) -> Option<String> {
    jiff::Timestamp::try_from(moment).ok().map(|moment| moment.to_string())
}

/// A duration as policies write it.
pub(crate) fn written(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let unit =
        units.into_iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit));
    let (unit, name) = unit.unwrap_or((1, "s"));
    format!("{}{name}", seconds / unit)
}

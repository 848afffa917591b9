//! Time windows, in the wall-clock time of a zone.

use std::sync::Arc;
use std::time::SystemTime;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

/// A window that opens and closes at the same wall-clock times on certain days.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Window {
    /// As tables and tests write it: `23:00-06:00 Europe/Madrid`, with `sat+sun` behind it.
    pub(crate) name: Arc<str>,
    pub(crate) zone: TimeZone,
    /// Inclusive.
    pub(crate) from: Time,
    /// Exclusive; `None` is the end of the day.
    pub(crate) to: Option<Time>,
    /// The days on which it opens, from Monday on.
    pub(crate) days: [bool; 7],
}

impl Window {
    pub(crate) fn is_open(&self, now: SystemTime) -> bool {
        let Ok(now) = jiff::Timestamp::try_from(now) else { return false };
        let local = self.zone.to_datetime(now);
        let (date, time) = (local.date(), local.time());
        match self.to {
            // A window over midnight belongs to the day on which it opens.
            Some(to) if to <= self.from => {
                time >= self.from && self.opens_on(date)
                    || time < to && date.yesterday().is_ok_and(|day| self.opens_on(day))
            }
            to => time >= self.from && to.is_none_or(|to| time < to) && self.opens_on(date),
        }
    }

    /// The wall-clock times at which it opens and closes.
    pub(crate) fn edges(&self) -> [Time; 2] {
        [self.from, self.to.unwrap_or(Time::midnight())]
    }

    fn opens_on(&self, date: Date) -> bool {
        let day = match date.weekday() {
            Weekday::Monday => 0,
            Weekday::Tuesday => 1,
            Weekday::Wednesday => 2,
            Weekday::Thursday => 3,
            Weekday::Friday => 4,
            Weekday::Saturday => 5,
            Weekday::Sunday => 6,
        };
        self.days.get(day).copied().unwrap_or_default()
    }
}

//! Times on a [`Sheet`]: moments and how long something took, exactly.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::sheet::Sheet;

/// The moment, where there is a date for it.
pub(super) fn moment(time: SystemTime) -> Option<Timestamp> {
    Timestamp::try_from(time).ok()
}

impl Sheet {
    /// A duration to the nanosecond: `"12.5s"`.
    pub(super) fn seconds(&mut self, duration: Duration) -> &mut Self {
        self.raw("\"").whole(duration.as_secs()).fraction(duration.subsec_nanos()).raw("s\"")
    }

    pub(super) fn seconds_or_null(&mut self, duration: Option<Duration>) -> &mut Self {
        match duration {
            Some(duration) => self.seconds(duration),
            None => self.raw("null"),
        }
    }

    /// RFC 3339, in UTC: `"2026-03-15T10:00:00.5Z"`.
    pub(super) fn moment(&mut self, moment: Timestamp) -> &mut Self {
        let since_1970 = (moment.as_second().try_into(), moment.subsec_nanosecond().try_into());
        match since_1970 {
            (Ok(seconds), Ok(nanos)) => {
                self.raw("\"").bytes(&date_and_time(seconds)).fraction(nanos).raw("Z\"")
            }
            _ => self.text(&moment.to_string()),
        }
    }

    /// What comes after the point, without noughts at its end, and the point.
    fn fraction(&mut self, nanos: u32) -> &mut Self {
        let (mut digits, mut rest) = (*b".000000000", nanos);
        for digit in digits.iter_mut().skip(1).rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        let end = digits.iter().rposition(|digit| digit.is_ascii_digit() && *digit != b'0');
        self.bytes(end.and_then(|end| digits.get(..=end)).unwrap_or_default())
    }
}

/// So many seconds after the beginning of 1970. Years have four digits.
fn date_and_time(seconds: u64) -> [u8; 19] {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years that begin in March have their odd day at the end; 400 of them are a round.
    let day = days + 719_468;
    let (round, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = match month {
        0..10 => (round * 400 + year, month + 3),
        _ => (round * 400 + year + 1, month - 9),
    };
    let [[a, b], [c, d]] = [two(year / 100), two(year % 100)];
    let [[e, f], [g, h]] = [two(month), two(day)];
    let [[i, j], [k, l], [m, n]] = [two(second / 3_600), two(second / 60 % 60), two(second % 60)];
    [a, b, c, d, b'-', e, f, b'-', g, h, b'T', i, j, b':', k, l, b':', m, n]
}

fn two(number: u64) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl FnOnce(&mut Sheet) -> &mut Sheet) -> String {
        let mut sheet = Sheet::default();
        write(&mut sheet);
        String::from_utf8(sheet.into_bytes()).unwrap()
    }

    /// Whole seconds, tenths and every other fraction.
    fn nanos() -> impl Strategy<Value = i32> {
        prop_oneof![Just(0), (0..10).prop_map(|tenth| tenth * 100_000_000), 0..1_000_000_000]
    }

    proptest! {
        #[test]
        fn moments_are_written_as_jiff_writes_them(
            seconds in Timestamp::MIN.as_second()..=Timestamp::MAX.as_second(),
            late in 0..=Timestamp::MAX.as_second(),
            nanos in nanos(),
        ) {
            for seconds in [seconds, late, late / 86_400 * 86_400, late % 86_400] {
                let moment = Timestamp::new(seconds, nanos).unwrap();
                prop_assert_eq!(written(|sheet| sheet.moment(moment)), format!("\"{moment}\""));
            }
        }

        #[test]
        fn durations_are_exact(seconds in any::<u64>(), nanos in nanos()) {
            let text = written(|sheet| sheet.seconds(Duration::new(seconds, nanos as u32)));
            let number = text.strip_prefix('"').unwrap().strip_suffix("s\"").unwrap();
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            prop_assert_eq!(whole.parse(), Ok(seconds));
            prop_assert_eq!(format!("{fraction:0<9}").parse(), Ok(nanos));
            prop_assert!(!fraction.ends_with('0') && !number.ends_with('.'));
        }
    }

    #[test]
    fn a_moment_before_1970_is_a_moment() {
        let moment = Timestamp::new(0, -1).unwrap();
        assert_eq!(written(|sheet| sheet.moment(moment)), "\"1969-12-31T23:59:59.999999999Z\"");
    }
}

//! [`Line`]: the mobile line that is asked about.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::country::{CountrySet, countries_of_prefix};

mod prefix;

pub use prefix::NumberPrefix;

/// A mobile line, named by its E.164 number (MSISDN).
///
/// The whole number fits in one `u64`: E.164 allows at most 15 digits and no leading zero,
/// so the digits are the value. `Line` is `Copy`, compares in one instruction, and cannot be
/// printed: its [`Debug`](fmt::Debug) is redacted, there is no `Display`, and [`Line::expose`]
/// is the one way to the digits.
///
/// # Example
///
/// ```
/// use roamgate::Line;
///
/// let line: Line = "+34600000001".parse()?;
/// assert_eq!(line.expose().to_string(), "+34600000001");
/// assert_eq!(format!("{line:?}"), "Line(+…)");
/// assert!("0034600000001".parse::<Line>().is_err());
/// # Ok::<(), roamgate::line::LineError>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Line(u64);

impl Line {
    /// Parses an E.164 number: `+`, then 5 to 15 digits of which the first is not `0`
    /// (CAMARA `^\+[1-9][0-9]{4,14}$`, strict in every API version).
    ///
    /// Nothing is repaired: no spaces, no `00` prefix, no national numbers.
    ///
    /// # Errors
    ///
    /// [`LineError`] says which part of the form is broken; it never carries the number.
    pub fn parse(text: &str) -> Result<Self, LineError> {
        let digits = digits_of(text)?;
        if !(5..=15).contains(&digits.len()) {
            return Err(LineError::Length(digits.len()));
        }
        Ok(Self(digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))))
    }

    /// A line that the network recognises by itself, and of which nobody tells us the number. Each
    /// is another one.
    #[must_use]
    pub fn recognised() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(RECOGNISED | NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Is it a line that the network recognised, without a number?
    #[must_use]
    pub fn is_recognised(self) -> bool {
        self.0 & RECOGNISED == RECOGNISED
    }

    /// The countries of the number's calling prefix, area codes in `+1` and `+7` included: several
    /// where the prefix is shared, none where it belongs to no country.
    ///
    /// It says where the number was given out, not where the line is.
    #[must_use]
    pub fn number_countries(self) -> CountrySet {
        let mut digits = self.0;
        while digits >= 10_000 {
            digits /= 10;
        }
        countries_of_prefix(u16::try_from(digits).unwrap_or_default())
    }

    /// The number in E.164 form (`+34600000001`), for the one place that may see it: the
    /// request to the aggregator.
    #[must_use]
    pub fn expose(self) -> ExposedLine {
        ExposedLine(self)
    }
}

/// No number has these bits.
const RECOGNISED: u64 = 0b11 << 62;

/// The digits after the plus sign, of which the first is no zero.
fn digits_of(text: &str) -> Result<&[u8], LineError> {
    let digits = text.strip_prefix('+').ok_or(LineError::NoPlus)?.as_bytes();
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(LineError::NotDigits);
    }
    if digits.first() == Some(&b'0') {
        return Err(LineError::LeadingZero);
    }
    Ok(digits)
}

impl FromStr for Line {
    type Err = LineError;

    fn from_str(text: &str) -> Result<Self, LineError> {
        Self::parse(text)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line(+…)")
    }
}

/// The digits of a [`Line`], readable through `Display` alone. Made by [`Line::expose`].
#[derive(Clone, Copy)]
pub struct ExposedLine(Line);

impl fmt::Display for ExposedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0.0)
    }
}

impl fmt::Debug for ExposedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExposedLine(+…)")
    }
}

/// Why a text is not an E.164 number. It carries no digits, so it can be logged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LineError {
    /// The text does not start with `+`.
    NoPlus,
    /// Something other than the digits `0` to `9` follows the `+`.
    NotDigits,
    /// The country code starts with `0`.
    LeadingZero,
    /// The count of digits is not 5 to 15.
    Length(usize),
    /// The count of a prefix's digits is not 1 to 15.
    PrefixLength(usize),
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPlus => f.write_str("a line is an E.164 number and starts with `+`"),
            Self::NotDigits => f.write_str("a line has only digits after `+`, no separators"),
            Self::LeadingZero => f.write_str("a country code never starts with `0`"),
            Self::Length(digits) => {
                write!(f, "a line has 5 to 15 digits after `+`, this one has {digits}")
            }
            Self::PrefixLength(digits) => {
                write!(f, "a prefix has 1 to 15 digits after `+`, this one has {digits}")
            }
        }
    }
}

impl std::error::Error for LineError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_is_redacted() {
        let line = Line::parse("+34600000001").unwrap();
        assert_eq!(format!("{line:?} {:?}", line.expose()), "Line(+…) ExposedLine(+…)");
    }

    #[test]
    fn a_number_belongs_to_the_countries_of_its_longest_known_prefix() {
        let rows = [
            ("+34600000001", "ES"),
            ("+12025550123", "US"),
            ("+18095550123", "DO"),
            (
                "+18005550123",
                "AG AI AS BB BM BS CA DM DO GD GU JM KN KY LC MP MS PR SX TC TT US VC VG VI",
            ),
            ("+77010000001", "KZ"),
            ("+79160000001", "RU"),
            ("+447700900000", "GB GG IM JE"),
            ("+870773110001", ""),
        ];
        for (number, expected) in rows {
            let countries = Line::parse(number).unwrap().number_countries();
            let codes: Vec<_> = countries.iter().map(|country| country.code()).collect();
            assert_eq!(codes.join(" "), expected, "{number}");
        }
    }

    #[test]
    fn only_strict_e164_is_a_line() {
        let rows: [(&str, Result<&str, LineError>); 12] = [
            ("+12345", Ok("+12345")),
            ("+123456789012345", Ok("+123456789012345")),
            ("+1234", Err(LineError::Length(4))),
            ("+1234567890123456", Err(LineError::Length(16))),
            ("+", Err(LineError::Length(0))),
            ("34600000001", Err(LineError::NoPlus)),
            ("", Err(LineError::NoPlus)),
            ("+034600001", Err(LineError::LeadingZero)),
            ("+34 600000001", Err(LineError::NotDigits)),
            ("+34600000001\n", Err(LineError::NotDigits)),
            ("++3460000000", Err(LineError::NotDigits)),
            ("+٣٤٦٠٠٠٠٠٠", Err(LineError::NotDigits)),
        ];
        for (text, expected) in rows {
            let parsed = Line::parse(text).map(|line| line.expose().to_string());
            assert_eq!(parsed.as_deref(), expected.as_ref().copied(), "{text:?}");
        }
    }
}

//! [`NumberPrefix`]: the beginning of a number.

use std::fmt;
use std::str::FromStr;

use super::{Line, LineError, digits_of};

/// The beginning of E.164 numbers: a country code (`+34`), or a country code and some digits of
/// the number (`+1787`).
///
/// # Example
///
/// ```
/// use roamgate::Line;
/// use roamgate::line::NumberPrefix;
///
/// let spain: NumberPrefix = "+34".parse()?;
/// assert!(spain.begins("+34600000001".parse::<Line>()?));
/// assert!(!spain.begins("+351900000001".parse::<Line>()?));
/// assert!("34".parse::<NumberPrefix>().is_err());
/// # Ok::<(), roamgate::line::LineError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct NumberPrefix {
    value: u64,
    digits: u32,
}

impl NumberPrefix {
    /// Parses `+`, then 1 to 15 digits of which the first is not `0`.
    ///
    /// # Errors
    ///
    /// [`LineError`] says which part of the form is broken.
    pub fn parse(text: &str) -> Result<Self, LineError> {
        let digits = digits_of(text)?;
        if !(1..=15).contains(&digits.len()) {
            return Err(LineError::PrefixLength(digits.len()));
        }
        let (value, digits) = digits.iter().fold((0, 0), |(value, count), digit| {
            (value * 10 + u64::from(digit - b'0'), count + 1)
        });
        Ok(Self { value, digits })
    }

    /// Does the number of this line begin so? A line without a number has no beginning.
    #[must_use]
    pub fn begins(self, line: Line) -> bool {
        let length = line.0.checked_ilog10().map_or(0, |log| log + 1);
        let rest = length.checked_sub(self.digits);
        !line.is_handle() && rest.is_some_and(|rest| line.0 / 10_u64.pow(rest) == self.value)
    }

    /// How many digits it has.
    #[must_use]
    pub fn digits(self) -> u32 {
        self.digits
    }
}

impl FromStr for NumberPrefix {
    type Err = LineError;

    fn from_str(text: &str) -> Result<Self, LineError> {
        Self::parse(text)
    }
}

impl fmt::Display for NumberPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_begins_the_numbers_whose_digits_it_has() {
        let rows = [
            ("+34", "+34600000001", true),
            ("+34", "+35600000001", false),
            ("+3", "+34600000001", true),
            ("+34600000001", "+34600000001", true),
            ("+346000000012", "+34600000001", false),
            ("+123456789012345", "+123456789012345", true),
            ("+1", "+100000", true),
            ("+2", "+12000", false),
        ];
        for (prefix, number, begins) in rows {
            let prefix = NumberPrefix::parse(prefix).unwrap();
            assert_eq!(prefix.begins(number.parse().unwrap()), begins, "{prefix} {number}");
        }
    }

    #[test]
    fn no_prefix_begins_a_line_without_a_number() {
        let line = Line::parse_address("203.0.113.7:5060").unwrap();
        for prefix in ["+1", "+2", "+9", "+92", "+922337203685477"] {
            assert!(!NumberPrefix::parse(prefix).unwrap().begins(line), "{prefix}");
        }
    }

    #[test]
    fn only_the_beginning_of_a_strict_number_is_a_prefix() {
        let rows = [
            ("+", LineError::PrefixLength(0)),
            ("+1234567890123456", LineError::PrefixLength(16)),
            ("34", LineError::NoPlus),
            ("+0", LineError::LeadingZero),
            ("+3 4", LineError::NotDigits),
        ];
        for (text, expected) in rows {
            assert_eq!(NumberPrefix::parse(text), Err(expected), "{text:?}");
        }
    }
}

//! [`LineError`]: why something is no line.

use std::fmt;

/// Why something is no line. It carries nothing of what was written, so it can be logged.
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
    /// The text is not an address.
    NotAnAddress,
    /// An IPv4 address has no port, or the port 0.
    NoPort,
    /// The address is private, local or reserved: the internet does not see it.
    NotPublic,
    /// The private address is a local or reserved one: no operator gives it out.
    NotInside,
    /// The external identifier is not `name@domain` in visible ASCII.
    External,
    /// The external identifier has more than 255 characters.
    ExternalLength(usize),
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPlus => "a line is an E.164 number and starts with `+`",
            Self::NotDigits => "a line has only digits after `+`, no separators",
            Self::LeadingZero => "a country code never starts with `0`",
            Self::Length(digits) => {
                return write!(f, "a line has 5 to 15 digits after `+`, this one has {digits}");
            }
            Self::PrefixLength(digits) => {
                return write!(f, "a prefix has 1 to 15 digits after `+`, this one has {digits}");
            }
            Self::NotAnAddress => "an address is written `203.0.113.7:5060` or `[2001:db8::1]`",
            Self::NoPort => "an IPv4 address names a line only together with its port",
            Self::NotPublic => {
                "the address of a line is one that the internet sees, not a private, local or reserved one"
            }
            Self::NotInside => {
                "the private address of a line is one of its operator's network, not a local or reserved one"
            }
            Self::External => {
                "an external identifier is written `name@domain`, in ASCII and without spaces"
            }
            Self::ExternalLength(length) => {
                return write!(
                    f,
                    "an external identifier has at most 255 characters, this one has {length}"
                );
            }
        })
    }
}

impl std::error::Error for LineError {}

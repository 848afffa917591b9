//! [`Line`]: the mobile line that is asked about.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU16;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::country::{CountrySet, countries_of_prefix};

mod address;
mod error;
mod handles;
mod identifier;
mod prefix;

pub use error::LineError;
pub use identifier::{Identifier, PhoneNumber};
pub use prefix::NumberPrefix;

/// A mobile line, named by its E.164 number (MSISDN), by the address that its device is seen under,
/// or by an external identifier.
///
/// The whole number fits in one `u64`: E.164 allows at most 15 digits and no leading zero,
/// so the digits are the value. `Line` is `Copy`, compares in one instruction, and cannot be
/// printed: its [`Debug`](fmt::Debug) is redacted, there is no `Display`, and [`Line::expose`] and
/// [`Line::identifier`] are the ways to what it names.
///
/// # Lines without a number
///
/// An address or an external identifier is remembered by the process, and the line is a handle of it.
/// The same identifier gives the same line as long as it is remembered, and no handle ever names
/// two. The memory is bounded: it holds the last 229,376 identifiers that were made or asked for, and
/// at most twice as many. So such a line is made from each request anew, and not kept for hours. Of one
/// that is forgotten, [`Line::identifier`] is `None`, and a lookup ends in
/// [`identifierInvalid`](crate::UnknownReason::IdentifierInvalid).
///
/// # Example
///
/// ```
/// use std::net::SocketAddr;
///
/// use roamgate::Line;
///
/// let line: Line = "+34600000001".parse()?;
/// assert_eq!(line.expose().to_string(), "+34600000001");
/// assert_eq!(format!("{line:?}"), "Line(+…)");
/// assert!("0034600000001".parse::<Line>().is_err());
///
/// let peer: SocketAddr = "203.0.113.7:5060".parse().unwrap();
/// assert_eq!(Line::ip(peer)?, Line::parse_address("203.0.113.7:5060")?);
/// # Ok::<(), roamgate::line::LineError>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Line(u64);

impl Line {
    /// No number is so large.
    const HANDLE: u64 = 1 << 63;
    /// Handles are counted, and never come so far.
    const RECOGNISED: u64 = Self::HANDLE | 1 << 62;

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
        Self(Self::RECOGNISED | NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Is it a line that the network recognised, without a number?
    #[must_use]
    pub fn is_recognised(self) -> bool {
        self.0 & Self::RECOGNISED == Self::RECOGNISED
    }

    /// The device that is seen under this address, as the peer of a connection.
    ///
    /// Behind the address translation of an operator, an IPv4 address is many customers', and the port
    /// tells them apart: both are kept. An IPv6 address is one device's, whatever the port of the
    /// connection: the port is left out, so that a customer stays one line. An IPv4 address that is
    /// written as IPv6 (`::ffff:203.0.113.7`) is the IPv4 address.
    ///
    /// Address and port are given to somebody else when the customer is gone: a policy for such lines
    /// keeps answers for a short time (`freshness.maxAge`).
    ///
    /// Only addresses that the internet sees are taken. Where a proxy stands in front of a service,
    /// the peer is the proxy, and its address is private as a rule: a refusal, instead of one status
    /// for all customers. A proxy with a public address is the service's own to know.
    ///
    /// # Errors
    ///
    /// [`LineError`] says what the address cannot be. It never carries the address.
    pub fn ip(seen: SocketAddr) -> Result<Self, LineError> {
        let identifier = match address::public(seen.ip())? {
            IpAddr::V4(public_address) => {
                let public_port = NonZeroU16::new(seen.port()).ok_or(LineError::NoPort)?;
                Identifier::Ipv4 { public_address, public_port }
            }
            IpAddr::V6(address) => Identifier::Ipv6 { address },
        };
        Ok(Self::of(identifier))
    }

    /// The device that is seen under a public address, and has this one inside its operator's network:
    /// for those who know both, and no port.
    ///
    /// # Errors
    ///
    /// [`LineError`] says which address cannot be. It never carries one.
    pub fn private_ipv4(
        public_address: Ipv4Addr,
        private_address: Ipv4Addr,
    ) -> Result<Self, LineError> {
        address::public(public_address.into())?;
        address::inside(private_address)?;
        Ok(Self::of(Identifier::Ipv4Private { public_address, private_address }))
    }

    /// The device with this address.
    ///
    /// # Errors
    ///
    /// [`LineError::NotPublic`] for an address that no device has, or only beside others. One that
    /// stands for an IPv4 address has no port: [`LineError::NoPort`].
    pub fn ipv6(address: Ipv6Addr) -> Result<Self, LineError> {
        Self::ip(SocketAddr::from((address, 0)))
    }

    /// Parses an address as the login hint `ipport:` has it: `203.0.113.7:5060`, `[2001:db8::1]`,
    /// or `[2001:db8::1]:8080`, whose port is left out as [`Line::ip`] does.
    ///
    /// # Errors
    ///
    /// [`LineError`] says which part of the form is broken; it never carries the address.
    pub fn parse_address(text: &str) -> Result<Self, LineError> {
        if let Ok(seen) = text.parse() {
            return Self::ip(seen);
        }
        let bracketed = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        match (bracketed.map(str::parse), text.parse::<Ipv4Addr>()) {
            (Some(Ok(address)), _) => Self::ipv6(address),
            (_, Ok(_)) => Err(LineError::NoPort),
            _ => Err(LineError::NotAnAddress),
        }
    }

    /// The line with this external identifier, `name@domain`: `externalId` of Device Status 0.4,
    /// `networkAccessIdentifier` of 0.5.
    ///
    /// Nothing is repaired or folded: identifiers that differ in case are two lines.
    ///
    /// # Errors
    ///
    /// [`LineError`] says which part of the form is broken; it never carries the identifier.
    pub fn external(identifier: &str) -> Result<Self, LineError> {
        if identifier.len() > MAX_EXTERNAL {
            return Err(LineError::ExternalLength(identifier.len()));
        }
        let parts = identifier.split_once('@');
        let is_whole = parts.is_some_and(|(name, domain)| {
            !name.is_empty() && !domain.is_empty() && !domain.contains('@')
        });
        if !is_whole || !identifier.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(LineError::External);
        }
        Ok(Self::of(Identifier::External(identifier.into())))
    }

    /// What the line is named by, for those who ask about it. `None` where it is forgotten: see
    /// [Lines without a number](#lines-without-a-number).
    ///
    /// Like [`Line::expose`], it is for the request to whoever knows.
    ///
    /// ```
    /// use roamgate::Line;
    /// use roamgate::line::Identifier;
    ///
    /// let line = Line::parse_address("[2001:db8::1]")?;
    /// let Some(Identifier::Ipv6 { address }) = line.identifier() else { panic!("another one") };
    /// assert!(address.segments().ends_with(&[1]));
    /// assert_eq!(format!("{:?}", line.identifier()), "Some(Ipv6(…))");
    /// # Ok::<(), roamgate::line::LineError>(())
    /// ```
    #[must_use]
    pub fn identifier(self) -> Option<Identifier> {
        match () {
            () if self.is_recognised() => Some(Identifier::Recognised),
            () if self.is_handle() => handles::identifier(self.0 & !Self::HANDLE),
            () => Some(Identifier::PhoneNumber(PhoneNumber(self.0))),
        }
    }

    /// One that nobody remembers.
    #[cfg(test)]
    pub(crate) fn forgotten() -> Self {
        Self(Self::HANDLE | 1 << 61)
    }

    fn of(identifier: Identifier) -> Self {
        Self(handles::handle(identifier) | Self::HANDLE)
    }

    /// The line as a word, never nought. Whoever keeps it keeps what it names.
    pub(crate) fn bits(self) -> u64 {
        self.0
    }

    /// What no number is, is known by nobody any more.
    pub(crate) fn forget(self) {
        if self.is_handle() {
            handles::forget(self.0 & !Self::HANDLE);
        }
    }

    fn is_handle(self) -> bool {
        self.0 & Self::HANDLE != 0
    }

    /// The countries of the number's calling prefix, area codes in `+1` and `+7` included: several
    /// where the prefix is shared, none where it belongs to no country or the line has no number.
    ///
    /// It says where the number was given out, not where the line is.
    #[must_use]
    pub fn number_countries(self) -> CountrySet {
        if self.is_handle() {
            return CountrySet::EMPTY;
        }
        // Four divisions at most leave the first four of up to fifteen digits.
        const STEPS: [(u64, u64); 4] =
            [(100_000_000_000, 100_000_000), (10_000_000, 10_000), (100_000, 100), (10_000, 10)];
        let four = STEPS
            .iter()
            .fold(self.0, |digits, (from, by)| if digits >= *from { digits / by } else { digits });
        countries_of_prefix(u16::try_from(four).unwrap_or_default())
    }

    /// The number in E.164 form (`+34600000001`), for the one place that may see it: the
    /// request to the aggregator. What has no number is written so that it cannot be taken for one:
    /// `ip:203.0.113.7:5060`, `ip:[2001:db8::1]`, `external:123@domain.com`.
    #[must_use]
    pub fn expose(self) -> ExposedLine {
        ExposedLine(self)
    }
}

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
        f.write_str(if self.is_handle() { "Line(#…)" } else { "Line(+…)" })
    }
}

/// What a [`Line`] is named by, readable through `Display` alone. Made by [`Line::expose`].
#[derive(Clone, Copy)]
pub struct ExposedLine(Line);

impl fmt::Display for ExposedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.identifier() {
            Some(identifier) => identifier.write(f),
            None => f.write_str("forgotten"),
        }
    }
}

impl fmt::Debug for ExposedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exposed{:?}", self.0)
    }
}

const MAX_EXTERNAL: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "203.0.113.7:5060";

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

    #[test]
    fn a_line_without_a_number_is_redacted_and_never_looks_like_a_number() {
        let inside = Line::private_ipv4([203, 0, 113, 7].into(), [10, 0, 0, 1].into());
        let rows = [
            (Line::parse_address(ADDRESS), "ip:203.0.113.7:5060"),
            (Line::ipv6("2001:DB8:0::1".parse().unwrap()), "ip:[2001:db8::1]"),
            (inside, "ip:203.0.113.7/10.0.0.1"),
            (Line::external("1@domain.com"), "external:1@domain.com"),
        ];
        for (line, exposed) in rows {
            let line = line.unwrap();
            assert_eq!(format!("{line:?} {:?}", line.expose()), "Line(#…) ExposedLine(#…)");
            assert_eq!(line.expose().to_string(), exposed);
            assert_eq!(line.number_countries(), CountrySet::EMPTY);
            let debug = format!("{:?}", line.identifier());
            assert!(debug.ends_with("(…))") && !debug.contains(['1', '0']), "{debug}");
        }
        let forgotten = Line::forgotten();
        assert_eq!(
            format!("{:?} {}", forgotten.identifier(), forgotten.expose()),
            "None forgotten"
        );
    }

    #[test]
    fn an_identifier_is_one_line_however_it_is_written() {
        let line = Line::parse_address(ADDRESS).unwrap();
        assert_eq!(Line::parse_address("[::ffff:203.0.113.7]:5060"), Ok(line));
        assert_ne!(Line::parse_address("203.0.113.7:5061"), Ok(line));
        let line = Line::parse_address("[2001:db8::1]:8080").unwrap();
        assert_eq!(Line::parse_address("[2001:0db8:0:0::1]"), Ok(line));
        assert_eq!(Line::parse_address("[2001:db8::1]:1"), Ok(line));
        assert_ne!(Line::external("1@a.com"), Line::external("1@A.com"));
    }

    #[test]
    fn only_what_can_be_a_device_is_a_line() {
        use LineError::*;
        let rows = [
            (Line::parse_address("203.0.113.7"), NoPort),
            (Line::parse_address("203.0.113.7:0"), NoPort),
            (Line::parse_address("[::ffff:203.0.113.7]"), NoPort),
            (Line::parse_address("203.0.113.7:65536"), NotAnAddress),
            (Line::parse_address("203.0.113.07:1"), NotAnAddress),
            (Line::parse_address("2001:db8::1"), NotAnAddress),
            (Line::parse_address("[2001:db8::/64]"), NotAnAddress),
            (Line::parse_address(" 203.0.113.7:1"), NotAnAddress),
            (Line::parse_address(""), NotAnAddress),
            (Line::parse_address("10.0.0.1:1"), NotPublic),
            (Line::parse_address("[::1]:1"), NotPublic),
            (Line::parse_address("[::ffff:127.0.0.1]:1"), NotPublic),
            (Line::private_ipv4([10, 0, 0, 1].into(), [10, 0, 0, 1].into()), NotPublic),
            (Line::private_ipv4([203, 0, 113, 7].into(), [127, 0, 0, 1].into()), NotInside),
            (Line::external("123"), External),
            (Line::external("@domain.com"), External),
            (Line::external("1@"), External),
            (Line::external("1@2@3"), External),
            (Line::external("1 @domain.com"), External),
            (Line::external("é@domain.com"), External),
            (Line::external(&format!("1@{}", "a".repeat(254))), ExternalLength(256)),
        ];
        for (at, (line, error)) in rows.into_iter().enumerate() {
            assert_eq!(line, Err(error), "row {at}");
        }
        assert!(Line::external(&format!("1@{}", "a".repeat(253))).is_ok());
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told_without_it() {
        let rows = [
            (
                LineError::NotAnAddress,
                "an address is written `203.0.113.7:5060` or `[2001:db8::1]`",
            ),
            (LineError::NoPort, "an IPv4 address names a line only together with its port"),
            (
                LineError::NotPublic,
                "the address of a line is one that the internet sees, not a private, local or reserved one",
            ),
            (
                LineError::NotInside,
                "the private address of a line is one of its operator's network, not a local or reserved one",
            ),
            (
                LineError::External,
                "an external identifier is written `name@domain`, in ASCII and without spaces",
            ),
            (
                LineError::ExternalLength(256),
                "an external identifier has at most 255 characters, this one has 256",
            ),
        ];
        for (error, text) in rows {
            assert_eq!(error.to_string(), text);
        }
    }
}

//! [`Identifier`]: what a line is named by, in the open.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU16;
use std::sync::Arc;

/// What a line is named by: see [`Line::identifier`](super::Line::identifier).
///
/// It is for matching. Its `Debug` is redacted, and it has no `Display`; its fields are what is sent to
/// those who know where the line is, and to nobody else.
#[derive(Clone, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Identifier {
    /// A number (`phoneNumber`, `msisdn`).
    PhoneNumber(PhoneNumber),
    /// The public address and port that an IPv4 device is seen under.
    Ipv4 {
        /// What the internet sees.
        public_address: Ipv4Addr,
        /// What tells those apart who share the address.
        public_port: NonZeroU16,
    },
    /// The public address that an IPv4 device is seen under, and its own in the operator's network.
    Ipv4Private {
        /// What the internet sees.
        public_address: Ipv4Addr,
        /// What the operator gave the device.
        private_address: Ipv4Addr,
    },
    /// The address of an IPv6 device.
    Ipv6 {
        /// What the internet sees.
        address: Ipv6Addr,
    },
    /// An external identifier (`externalId`, `networkAccessIdentifier`).
    External(Arc<str>),
}

impl Identifier {
    /// Is it an address? Another customer may have it soon.
    #[must_use]
    pub fn is_address(&self) -> bool {
        matches!(self, Self::Ipv4 { .. } | Self::Ipv4Private { .. } | Self::Ipv6 { .. })
    }

    /// Writes it so that nothing else can look like a number.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PhoneNumber(number) => write!(f, "{number}"),
            Self::Ipv4 { public_address, public_port } => {
                write!(f, "ip:{public_address}:{public_port}")
            }
            Self::Ipv4Private { public_address, private_address } => {
                write!(f, "ip:{public_address}/{private_address}")
            }
            Self::Ipv6 { address } => write!(f, "ip:[{address}]"),
            Self::External(identifier) => write!(f, "external:{identifier}"),
        }
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PhoneNumber(_) => "PhoneNumber(…)",
            Self::Ipv4 { .. } => "Ipv4(…)",
            Self::Ipv4Private { .. } => "Ipv4Private(…)",
            Self::Ipv6 { .. } => "Ipv6(…)",
            Self::External(_) => "External(…)",
        })
    }
}

/// An E.164 number, readable through `Display` alone: `+34600000001`.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct PhoneNumber(pub(super) u64);

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

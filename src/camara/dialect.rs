//! The dialects of the roaming endpoint: where it is, and what its request says.

use serde_json::{Value, json};

use crate::line::Line;

/// A version of the API, as far as a client can tell the difference.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Dialect {
    /// The flat body of the first samples: `{"phoneNumber": …}`. No published version has it.
    PhoneNumber,
    /// Device Status 0.4: `{"ueId": {"msisdn": …}}`.
    DeviceStatus04,
    /// Device Roaming Status 1.x: the token names the line, and the body must not.
    DeviceRoamingStatus1,
}

/// Whom a token speaks for. It follows from the grant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum TokenKind {
    /// For one customer: the token itself names the line.
    ThreeLegged,
    /// For the client itself: the request names the line.
    TwoLegged,
}

impl Dialect {
    /// The dialects by their names in files.
    pub(super) const NAMES: [(&'static str, Self); 3] = [
        ("phone-number", Self::PhoneNumber),
        ("device-status-0.4", Self::DeviceStatus04),
        ("device-roaming-status-1", Self::DeviceRoamingStatus1),
    ];

    /// The path below the base URL.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::PhoneNumber | Self::DeviceStatus04 => "/device-status/v0/roaming",
            Self::DeviceRoamingStatus1 => "/device-roaming-status/v1/retrieve",
        }
    }

    /// What the request says of `line`.
    pub(super) fn body(self, token: TokenKind, line: Line) -> Value {
        let number = line.expose().to_string();
        match (self, token) {
            (Self::PhoneNumber, _) => json!({ "phoneNumber": number }),
            (Self::DeviceStatus04, _) => json!({ "ueId": { "msisdn": number } }),
            (Self::DeviceRoamingStatus1, TokenKind::ThreeLegged) => json!({}),
            (Self::DeviceRoamingStatus1, TokenKind::TwoLegged) => {
                json!({ "device": { "phoneNumber": number } })
            }
        }
    }

    /// Does the request name the line, so that an answer may name it too?
    pub(super) fn names_line(self, token: TokenKind) -> bool {
        match (self, token) {
            (Self::PhoneNumber | Self::DeviceStatus04, _) | (_, TokenKind::TwoLegged) => true,
            (Self::DeviceRoamingStatus1, TokenKind::ThreeLegged) => false,
        }
    }

    /// Does 404 have a code of its own for an unknown line? If not, every 404 may mean that.
    pub(super) fn tells_unknown_lines_apart(self) -> bool {
        match self {
            Self::PhoneNumber | Self::DeviceStatus04 => false,
            Self::DeviceRoamingStatus1 => true,
        }
    }
}

//! The dialects of the roaming endpoint: where it is, and what its request says.

use serde_json::{Value, json};

use super::device;
use crate::line::Identifier;

/// A version of the API, as far as a client can tell the difference.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Dialect {
    /// The flat body of the first samples: `{"phoneNumber": …}`. No published version has it.
    PhoneNumber,
    /// Device Status 0.4: `{"ueId": {"msisdn": …}}`.
    DeviceStatus04,
    /// Device Status 0.5: `{"device": {"phoneNumber": …}}`, on the same path.
    DeviceStatus05,
    /// Device Roaming Status 0.6: `device` only where the token names no line.
    DeviceRoamingStatus06,
    /// Device Roaming Status 1.x: where the token names the line, the body must not.
    DeviceRoamingStatus1,
}

/// Whom a token speaks for. It follows from the grant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum TokenKind {
    /// For one customer: the token itself names the line.
    ThreeLegged,
    /// For us alone: the request must name the line.
    TwoLegged,
}

impl Dialect {
    /// The dialects by their names in files.
    pub(super) const NAMES: [(&'static str, Self); 5] = [
        ("phone-number", Self::PhoneNumber),
        ("device-status-0.4", Self::DeviceStatus04),
        ("device-status-0.5", Self::DeviceStatus05),
        ("device-roaming-status-0.6", Self::DeviceRoamingStatus06),
        ("device-roaming-status-1", Self::DeviceRoamingStatus1),
    ];

    /// The path below the base URL.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::PhoneNumber | Self::DeviceStatus04 | Self::DeviceStatus05 => {
                "/device-status/v0/roaming"
            }
            Self::DeviceRoamingStatus06 => "/device-roaming-status/v0.6/retrieve",
            Self::DeviceRoamingStatus1 => "/device-roaming-status/v1/retrieve",
        }
    }

    /// The dialect, if it is another one, whose path this is the end of.
    pub(super) fn other_of(self, path: &str) -> Option<&'static str> {
        let is_other = |other: Self| other.path() != self.path() && path.ends_with(other.path());
        Self::NAMES.iter().rev().find(|(_, other)| is_other(*other)).map(|(name, _)| *name)
    }

    /// What the request says of a line: one identifier or none, never an empty `device`. `None` where the
    /// version has no place for such an identifier.
    pub(super) fn body(self, token: TokenKind, identifier: &Identifier) -> Option<Value> {
        if !self.names_line(token) {
            return Some(json!({}));
        }
        match self {
            Self::PhoneNumber => match identifier {
                Identifier::PhoneNumber(number) => {
                    Some(json!({ "phoneNumber": number.to_string() }))
                }
                _ => None,
            },
            Self::DeviceStatus04 => device::ue_id(identifier),
            Self::DeviceStatus05 => device::device(identifier, true),
            Self::DeviceRoamingStatus06 | Self::DeviceRoamingStatus1 => {
                device::device(identifier, false)
            }
        }
    }

    /// Does the request name the line, so that an answer may name it too?
    pub(super) fn names_line(self, token: TokenKind) -> bool {
        match (self, token) {
            (_, TokenKind::TwoLegged)
            | (Self::PhoneNumber | Self::DeviceStatus04 | Self::DeviceStatus05, _) => true,
            (Self::DeviceRoamingStatus06 | Self::DeviceRoamingStatus1, TokenKind::ThreeLegged) => {
                false
            }
        }
    }

    /// Does 404 have a code of its own for an unknown line? If not, every 404 may mean that.
    pub(super) fn tells_unknown_lines_apart(self) -> bool {
        match self {
            Self::PhoneNumber | Self::DeviceStatus04 | Self::DeviceStatus05 => false,
            Self::DeviceRoamingStatus06 | Self::DeviceRoamingStatus1 => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Dialect::*;
    use super::TokenKind::*;
    use super::*;
    use crate::line::{Line, LineError};

    fn identifier(line: Result<Line, LineError>) -> Identifier {
        line.unwrap().identifier().unwrap()
    }

    #[test]
    fn the_body_follows_from_the_dialect_and_the_token() {
        let number = identifier(Line::parse("+34600000001"));
        let flat = json!({ "phoneNumber": "+34600000001" });
        let ue_id = json!({ "ueId": { "msisdn": "+34600000001" } });
        let device = json!({ "device": { "phoneNumber": "+34600000001" } });
        let rows = [
            (PhoneNumber, ThreeLegged, &flat),
            (PhoneNumber, TwoLegged, &flat),
            (DeviceStatus04, ThreeLegged, &ue_id),
            (DeviceStatus04, TwoLegged, &ue_id),
            (DeviceStatus05, ThreeLegged, &device),
            (DeviceStatus05, TwoLegged, &device),
            (DeviceRoamingStatus06, ThreeLegged, &json!({})),
            (DeviceRoamingStatus06, TwoLegged, &device),
            (DeviceRoamingStatus1, ThreeLegged, &json!({})),
            (DeviceRoamingStatus1, TwoLegged, &device),
        ];
        for (dialect, token, expected) in rows {
            assert_eq!(dialect.body(token, &number).unwrap(), *expected, "{dialect:?} {token:?}");
            assert_eq!(dialect.names_line(token), *expected != json!({}), "{dialect:?} {token:?}");
        }
    }

    #[test]
    fn every_identifier_has_its_place_or_none() {
        let inside = Line::private_ipv4([203, 0, 113, 7].into(), [10, 0, 0, 1].into());
        let port = json!({ "publicAddress": "203.0.113.7", "publicPort": 5060 });
        let private = json!({ "publicAddress": "203.0.113.7", "privateAddress": "10.0.0.1" });
        let rows = [
            (
                Line::parse_address("203.0.113.7:5060"),
                Some(json!({ "ueId": { "ipv4Addr": "203.0.113.7" }, "uePort": 5060 })),
                Some(json!({ "device": { "ipv4Address": port } })),
                Some(json!({ "device": { "ipv4Address": port } })),
            ),
            (
                inside,
                None,
                Some(json!({ "device": { "ipv4Address": private } })),
                Some(json!({ "device": { "ipv4Address": private } })),
            ),
            (
                Line::parse_address("[2001:DB8:0:0::1]:8080"),
                Some(json!({ "ueId": { "ipv6Addr": "2001:db8::1" } })),
                Some(json!({ "device": { "ipv6Address": "2001:db8::1" } })),
                Some(json!({ "device": { "ipv6Address": "2001:db8::1" } })),
            ),
            (
                Line::external("1@domain.com"),
                Some(json!({ "ueId": { "externalId": "1@domain.com" } })),
                Some(json!({ "device": { "networkAccessIdentifier": "1@domain.com" } })),
                None,
            ),
        ];
        for (line, v0_4, v0_5, later) in rows {
            let identifier = identifier(line);
            for token in [ThreeLegged, TwoLegged] {
                assert_eq!(PhoneNumber.body(token, &identifier), None, "{identifier:?}");
                assert_eq!(DeviceStatus04.body(token, &identifier), v0_4, "{identifier:?}");
                assert_eq!(DeviceStatus05.body(token, &identifier), v0_5, "{identifier:?}");
            }
            for dialect in [DeviceRoamingStatus06, DeviceRoamingStatus1] {
                assert_eq!(dialect.body(TwoLegged, &identifier), later, "{identifier:?}");
                assert_eq!(dialect.body(ThreeLegged, &identifier), Some(json!({})));
            }
        }
    }
}

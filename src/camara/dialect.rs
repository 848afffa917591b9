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

    /// What the request says of `line`: one identifier or none, never an empty `device`.
    pub(super) fn body(self, token: TokenKind, line: Line) -> Value {
        if !self.names_line(token) {
            return json!({});
        }
        let number = line.expose().to_string();
        match self {
            Self::PhoneNumber => json!({ "phoneNumber": number }),
            Self::DeviceStatus04 => json!({ "ueId": { "msisdn": number } }),
            Self::DeviceStatus05 | Self::DeviceRoamingStatus06 | Self::DeviceRoamingStatus1 => {
                json!({ "device": { "phoneNumber": number } })
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

    #[test]
    fn the_body_follows_from_the_dialect_and_the_token() {
        let line = "+34600000001".parse().unwrap();
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
            assert_eq!(dialect.body(token, line), *expected, "{dialect:?} {token:?}");
            assert_eq!(dialect.names_line(token), *expected != json!({}), "{dialect:?} {token:?}");
        }
    }
}

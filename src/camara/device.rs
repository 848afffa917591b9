//! How a request names a device, and how an answer does.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU16;

use serde_json::{Map, Value, json};

use crate::line::{Identifier, Line};

/// `ueId` of Device Status 0.4, and `uePort` beside it. A private address has no place there.
pub(super) fn ue_id(identifier: &Identifier) -> Option<Value> {
    Some(match identifier {
        Identifier::PhoneNumber(number) => json!({ "ueId": { "msisdn": number.to_string() } }),
        Identifier::Ipv4 { public_address, public_port } => {
            json!({ "ueId": { "ipv4Addr": public_address }, "uePort": public_port })
        }
        Identifier::Ipv4Private { .. } | Identifier::Recognised => return None,
        Identifier::Ipv6 { address } => json!({ "ueId": { "ipv6Addr": address } }),
        Identifier::External(identifier) => json!({ "ueId": { "externalId": &**identifier } }),
    })
}

/// `device` of all later versions. Those from 0.6 on support no `networkAccessIdentifier`.
pub(super) fn device(identifier: &Identifier, takes_external: bool) -> Option<Value> {
    let device = match identifier {
        Identifier::PhoneNumber(number) => json!({ "phoneNumber": number.to_string() }),
        Identifier::Ipv4 { public_address, public_port } => json!({
            "ipv4Address": { "publicAddress": public_address, "publicPort": public_port }
        }),
        Identifier::Ipv4Private { public_address, private_address } => json!({
            "ipv4Address": { "publicAddress": public_address, "privateAddress": private_address }
        }),
        Identifier::Ipv6 { address } => json!({ "ipv6Address": address }),
        Identifier::External(identifier) if takes_external => {
            json!({ "networkAccessIdentifier": &**identifier })
        }
        Identifier::External(_) | Identifier::Recognised => return None,
    };
    Some(json!({ "device": device }))
}

/// The one device that an answer names. Addresses are read, so that they compare by value.
pub(super) fn named(device: &Value) -> Option<Identifier> {
    let (member, value) = only(device.as_object()?)?;
    match member {
        "phoneNumber" => Line::parse(value.as_str()?).ok()?.identifier(),
        "networkAccessIdentifier" => Some(Identifier::External(value.as_str()?.into())),
        "ipv4Address" => ipv4(value.as_object()?),
        "ipv6Address" => {
            let address: Ipv6Addr = value.as_str()?.parse().ok()?;
            Some(Identifier::Ipv6 { address })
        }
        _ => None,
    }
}

/// An address with its port or its private address, and nothing else.
fn ipv4(members: &Map<String, Value>) -> Option<Identifier> {
    let address = |name| members.get(name)?.as_str()?.parse::<Ipv4Addr>().ok();
    let public_address = address("publicAddress")?;
    let present = |name| members.get(name).filter(|value| !value.is_null());
    let count = members.values().filter(|value| !value.is_null()).count();
    match (count, present("publicPort")) {
        (2, Some(port)) => {
            let port = port.as_u64().and_then(|port| u16::try_from(port).ok());
            let public_port = port.and_then(NonZeroU16::new)?;
            Some(Identifier::Ipv4 { public_address, public_port })
        }
        (2, None) => {
            let private_address = address("privateAddress")?;
            Some(Identifier::Ipv4Private { public_address, private_address })
        }
        _ => None,
    }
}

/// The one member that says something: null says nothing.
fn only(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut members = members.iter().filter(|(_, value)| !value.is_null());
    let (first, second) = (members.next(), members.next());
    first.filter(|_| second.is_none()).map(|(name, value)| (name.as_str(), value))
}

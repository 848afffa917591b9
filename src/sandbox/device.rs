//! How bodies name a device, and which line it is.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::fault::Fault;
use crate::line::{Identifier, Line, LineError};

/// Dialect A of 0.4.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UeIdBody {
    ue_id: UeId,
    ue_port: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct UeId {
    msisdn: Option<String>,
    external_id: Option<String>,
    ipv4_addr: Option<String>,
    ipv6_addr: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Device {
    #[serde(deserialize_with = "present")]
    phone_number: Option<String>,
    #[serde(deserialize_with = "present")]
    network_access_identifier: Option<String>,
    #[serde(deserialize_with = "present")]
    ipv4_address: Option<Ipv4Address>,
    #[serde(deserialize_with = "present")]
    ipv6_address: Option<Ipv6Addr>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Ipv4Address {
    public_address: Ipv4Addr,
    private_address: Option<Ipv4Addr>,
    public_port: Option<u16>,
}

/// What a version takes.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) number: fn(&str) -> Result<Line, Fault>,
    pub(super) takes_external: bool,
}

impl UeIdBody {
    /// The line of the first identifier that there is.
    pub(super) fn line(self, number: fn(&str) -> Result<Line, Fault>) -> Result<Line, Fault> {
        let UeId { msisdn, external_id, ipv4_addr, ipv6_addr } = self.ue_id;
        match (msisdn, ipv4_addr, ipv6_addr, external_id) {
            (Some(msisdn), ..) => number(&msisdn),
            (_, Some(address), ..) => {
                let address: Ipv4Addr = address.parse().map_err(|_| NO_ADDRESS)?;
                found(Line::ip(SocketAddr::from((address, self.ue_port.unwrap_or_default()))))
            }
            (_, _, Some(address), _) => found(Line::ipv6(address.parse().map_err(|_| NO_ADDRESS)?)),
            (.., Some(identifier)) => found(Line::external(&identifier)),
            _ => Err(Fault::Invalid("`ueId` is empty")),
        }
    }
}

impl Device {
    /// The line of the first identifier that there is. All must be well formed.
    pub(super) fn line(self, form: Form) -> Result<Line, Fault> {
        let ipv4 = self.ipv4_address.map(Ipv4Address::line).transpose()?;
        match (self.phone_number, ipv4, self.ipv6_address, self.network_access_identifier) {
            (Some(number), ..) => (form.number)(&number),
            (_, Some(line), ..) => found(line),
            (_, _, Some(address), _) => found(Line::ipv6(address)),
            (.., Some(identifier)) if form.takes_external => found(Line::external(&identifier)),
            (.., Some(_)) => Err(Fault::UnsupportedIdentifier),
            _ => Err(Fault::Invalid("`device` is empty")),
        }
    }
}

impl Ipv4Address {
    fn line(self) -> Result<Result<Line, LineError>, Fault> {
        match (self.public_port, self.private_address) {
            (Some(port), _) => Ok(Line::ip(SocketAddr::from((self.public_address, port)))),
            (None, Some(private)) => Ok(Line::private_ipv4(self.public_address, private)),
            (None, None) => Err(Fault::Invalid("`ipv4Address` needs a port or a private address")),
        }
    }
}

/// What is well formed and no line of anybody is not found.
fn found(line: Result<Line, LineError>) -> Result<Line, Fault> {
    line.map_err(|error| match error {
        LineError::NoPort => Fault::Invalid("an IPv4 address needs its port, which is never 0"),
        LineError::External | LineError::ExternalLength(_) => {
            Fault::Invalid("an external identifier is written `name@domain`")
        }
        _ => Fault::IdentifierNotFound,
    })
}

/// The device as an answer of 1.x names it.
pub(super) fn named(line: Line) -> Option<Value> {
    Some(match line.identifier()? {
        Identifier::PhoneNumber(number) => json!({ "phoneNumber": number.to_string() }),
        Identifier::Ipv4 { public_address, public_port } => json!({
            "ipv4Address": { "publicAddress": public_address, "publicPort": public_port }
        }),
        Identifier::Ipv4Private { public_address, private_address } => json!({
            "ipv4Address": { "publicAddress": public_address, "privateAddress": private_address }
        }),
        Identifier::Ipv6 { address } => json!({ "ipv6Address": address }),
        Identifier::External(identifier) => json!({ "networkAccessIdentifier": &*identifier }),
    })
}

/// A member that may be left out, but not be `null`.
pub(super) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

const NO_ADDRESS: Fault = Fault::Invalid("`ueId` has an address that is none");

//! The bodies that the roaming API takes, and whom they ask about.
//!
//! A token may name a line (three-legged) or none (two-legged); each version has its own idea of
//! what the body then has to say.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::fault::Fault;
use super::settings::V0Body;
use crate::line::Line;

/// Whom a request asks about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Asked {
    pub(super) line: Line,
    /// The line, if the body named it.
    pub(super) named: Option<Line>,
}

/// Dialect A of 0.4.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UeIdBody {
    #[serde(rename = "ueId")]
    ue_id: UeId,
    #[serde(rename = "uePort")]
    _ue_port: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct UeId {
    msisdn: Option<String>,
    external_id: Option<String>,
    ipv4_addr: Option<String>,
    ipv6_addr: Option<String>,
}

/// The flat dialect of some code samples.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct FlatBody {
    phone_number: String,
}

/// The dialect from 0.5 on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceBody {
    #[serde(default, deserialize_with = "present")]
    device: Option<Device>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Device {
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
    #[serde(rename = "publicAddress")]
    _public_address: Ipv4Addr,
    private_address: Option<Ipv4Addr>,
    public_port: Option<u16>,
}

/// 0.4: the body must name the line, whatever the token says.
pub(super) fn v0_4(body: &[u8], dialect: V0Body, token: Option<Line>) -> Result<Asked, Fault> {
    let number = match dialect {
        V0Body::PhoneNumber => read::<FlatBody>(body)?.phone_number,
        V0Body::UeId | V0Body::Device => msisdn(read::<UeIdBody>(body)?.ue_id)?,
    };
    same(loose(&number)?, token)
}

/// 0.5: the same, as `device`.
pub(super) fn v0_5(body: &[u8], token: Option<Line>) -> Result<Asked, Fault> {
    let device = read::<DeviceBody>(body)?.device.ok_or(Fault::MissingIdentifier)?;
    same(device.line(loose)?, token)
}

/// 0.6: the body need not name the line of the token, but no other.
pub(super) fn v0_6(body: &[u8], token: Option<Line>) -> Result<Asked, Fault> {
    match (read::<DeviceBody>(body)?.device, token) {
        (None, Some(line)) => Ok(Asked { line, named: None }),
        (None, None) => Err(Fault::MissingIdentifier),
        (Some(device), _) => same(device.line(strict)?, token),
    }
}

/// 1.x: the body must not name the line of the token, even if it is right.
pub(super) fn v1(body: &[u8], token: Option<Line>) -> Result<Asked, Fault> {
    match (read::<DeviceBody>(body)?.device, token) {
        (None, Some(line)) => Ok(Asked { line, named: None }),
        (None, None) => Err(Fault::MissingIdentifier),
        (Some(device), None) => same(device.line(strict)?, None),
        (Some(device), Some(_)) => match device.line(strict) {
            Ok(_) | Err(Fault::UnsupportedIdentifier) => Err(Fault::UnnecessaryIdentifier),
            Err(fault) => Err(fault),
        },
    }
}

impl Device {
    /// The line that it names by a number of this form. The rest must be well formed.
    fn line(self, form: fn(&str) -> Result<Line, Fault>) -> Result<Line, Fault> {
        let has_other = [
            self.network_access_identifier.is_some(),
            self.ipv4_address.is_some(),
            self.ipv6_address.is_some(),
        ];
        let lonely = |it: &Ipv4Address| it.private_address.is_none() && it.public_port.is_none();
        if self.ipv4_address.as_ref().is_some_and(lonely) {
            return Err(Fault::Invalid("`ipv4Address` needs a port or a private address"));
        }
        match self.phone_number {
            Some(number) => form(&number),
            None if has_other.contains(&true) => Err(Fault::UnsupportedIdentifier),
            None => Err(Fault::Invalid("`device` is empty")),
        }
    }
}

fn same(named: Line, token: Option<Line>) -> Result<Asked, Fault> {
    match token.is_none_or(|line| line == named) {
        true => Ok(Asked { line: named, named: Some(named) }),
        false => Err(Fault::OtherLine),
    }
}

/// The form of 0.4 and 0.5: the plus sign may be left out. No line begins with a zero.
fn loose(number: &str) -> Result<Line, Fault> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    if !(5..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::Invalid("the number has not the form that the API allows"));
    }
    Line::parse(&format!("+{digits}")).map_err(|_| Fault::IdentifierNotFound)
}

/// The form of 0.6 and 1.x.
fn strict(number: &str) -> Result<Line, Fault> {
    Line::parse(number).map_err(|_| NOT_E164)
}

/// The sandbox knows lines by their number alone.
fn msisdn(id: UeId) -> Result<String, Fault> {
    let other = [id.external_id, id.ipv4_addr, id.ipv6_addr].iter().any(Option::is_some);
    let fault =
        if other { Fault::UnsupportedIdentifier } else { Fault::Invalid("`ueId` is empty") };
    id.msisdn.ok_or(fault)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    // serde would read an array as a struct, which no API does.
    let object = body.trim_ascii_start().starts_with(b"{");
    let value = serde_json::from_slice(body).ok().filter(|_| object);
    value.ok_or(Fault::Invalid("the body has not the form that the API allows"))
}

/// A member that may be left out, but not be `null`.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

const NOT_E164: Fault = Fault::Invalid("`device.phoneNumber` is not an E.164 number");

#[cfg(test)]
mod tests;

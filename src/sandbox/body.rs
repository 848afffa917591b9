//! The bodies that the roaming API takes.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::fault::Fault;
use super::settings::V0Body;
use crate::line::Line;

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

/// The dialect of 1.x.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceBody {
    #[serde(default, deserialize_with = "present")]
    device: Option<Device>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Device {
    phone_number: Option<String>,
    network_access_identifier: Option<String>,
    ipv4_address: Option<serde_json::Map<String, serde_json::Value>>,
    ipv6_address: Option<String>,
}

/// 0.4: the body must name the line of the token.
pub(super) fn names_line(body: &[u8], dialect: V0Body, line: Line) -> Result<(), Fault> {
    let named = match dialect {
        V0Body::UeId => msisdn(read::<UeIdBody>(body)?.ue_id)?,
        V0Body::PhoneNumber => read::<FlatBody>(body)?.phone_number,
    };
    let digits = named.strip_prefix('+').unwrap_or(&named);
    if !(5..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::Invalid("the number has not the form that the API allows"));
    }
    let same = Line::parse(&format!("+{digits}")) == Ok(line);
    if same { Ok(()) } else { Err(Fault::OtherLine) }
}

/// 1.x: the token names the line, so the body must not, even if it is right.
pub(super) fn names_nobody(body: &[u8]) -> Result<(), Fault> {
    let Some(device) = read::<DeviceBody>(body)?.device else { return Ok(()) };
    if device.phone_number.as_deref().is_some_and(|number| Line::parse(number).is_err()) {
        return Err(Fault::Invalid("`device.phoneNumber` is not an E.164 number"));
    }
    let identifiers = [
        device.phone_number.is_some(),
        device.network_access_identifier.is_some(),
        device.ipv4_address.is_some(),
        device.ipv6_address.is_some(),
    ];
    if identifiers.contains(&true) {
        return Err(Fault::UnnecessaryIdentifier);
    }
    Err(Fault::Invalid("`device` is empty"))
}

/// The sandbox knows lines by their number alone.
fn msisdn(id: UeId) -> Result<String, Fault> {
    let other = [id.external_id, id.ipv4_addr, id.ipv6_addr].iter().any(Option::is_some);
    let fault = if other { Fault::IdentifierNotFound } else { Fault::Invalid("`ueId` is empty") };
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

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

/// 0.4: the body must name the line of the token, if the token has one.
pub(super) fn names_line(body: &[u8], dialect: V0Body, token: Option<Line>) -> Result<Line, Fault> {
    let named = match dialect {
        V0Body::UeId => msisdn(read::<UeIdBody>(body)?.ue_id)?,
        V0Body::PhoneNumber => read::<FlatBody>(body)?.phone_number,
    };
    let digits = named.strip_prefix('+').unwrap_or(&named);
    if !(5..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::Invalid("the number has not the form that the API allows"));
    }
    let line = Line::parse(&format!("+{digits}")).map_err(|_| Fault::IdentifierNotFound)?;
    if token.is_none_or(|token| token == line) { Ok(line) } else { Err(Fault::OtherLine) }
}

/// 1.x: where the token names the line, the body must not, even if it is right.
pub(super) fn names_rest(body: &[u8], token: Option<Line>) -> Result<Line, Fault> {
    let Some(device) = read::<DeviceBody>(body)?.device else {
        return token.ok_or(Fault::MissingIdentifier);
    };
    let number = device.phone_number.as_deref().and_then(|number| Line::parse(number).ok());
    if device.phone_number.as_deref().is_some_and(|number| Line::parse(number).is_err()) {
        return Err(Fault::Invalid("`device.phoneNumber` is not an E.164 number"));
    }
    let identifiers = [
        device.phone_number.is_some(),
        device.network_access_identifier.is_some(),
        device.ipv4_address.is_some(),
        device.ipv6_address.is_some(),
    ];
    match (identifiers.contains(&true), token, number) {
        (false, ..) => Err(Fault::Invalid("`device` is empty")),
        (true, Some(_), _) => Err(Fault::UnnecessaryIdentifier),
        (true, None, number) => number.ok_or(Fault::IdentifierNotFound),
    }
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

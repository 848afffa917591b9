//! The bodies that the roaming API takes, and whom they ask about.
//!
//! A token may name a line (three-legged) or none (two-legged); each version has its own idea of
//! what the body then has to say.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::device::{Device, Form, UeIdBody, present};
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

/// 0.4: the body must name the line, whatever the token says.
pub(super) fn v0_4(body: &[u8], dialect: V0Body, token: Option<Line>) -> Result<Asked, Fault> {
    let named = match dialect {
        V0Body::PhoneNumber => loose(&read::<FlatBody>(body)?.phone_number)?,
        V0Body::UeId | V0Body::Device => read::<UeIdBody>(body)?.line(loose)?,
    };
    same(named, token)
}

/// 0.5: the same, as `device`.
pub(super) fn v0_5(body: &[u8], token: Option<Line>) -> Result<Asked, Fault> {
    let device = read::<DeviceBody>(body)?.device.ok_or(Fault::MissingIdentifier)?;
    same(device.line(LOOSE)?, token)
}

/// 0.6: the body need not name the line of the token, but no other.
pub(super) fn v0_6(body: &[u8], token: Option<Line>) -> Result<Asked, Fault> {
    match (read::<DeviceBody>(body)?.device, token) {
        (None, Some(line)) => Ok(Asked { line, named: None }),
        (None, None) => Err(Fault::MissingIdentifier),
        (Some(device), _) => same(device.line(STRICT)?, token),
    }
}

/// 1.x: the body must not name the line of the token, even if it is right.
pub(super) fn v1(body: &[u8], token: Option<Line>) -> Result<Asked, Fault> {
    match (read::<DeviceBody>(body)?.device, token) {
        (None, Some(line)) => Ok(Asked { line, named: None }),
        (None, None) => Err(Fault::MissingIdentifier),
        (Some(device), None) => same(device.line(STRICT)?, None),
        (Some(device), Some(_)) => match device.line(STRICT) {
            Ok(_) | Err(Fault::UnsupportedIdentifier) => Err(Fault::UnnecessaryIdentifier),
            Err(fault) => Err(fault),
        },
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

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    // serde would read an array as a struct, which no API does.
    let object = body.trim_ascii_start().starts_with(b"{");
    let value = serde_json::from_slice(body).ok().filter(|_| object);
    value.ok_or(Fault::Invalid("the body has not the form that the API allows"))
}

/// What 0.5 takes, and what all later versions do.
const LOOSE: Form = Form { number: loose, takes_external: true };
const STRICT: Form = Form { number: strict, takes_external: false };
const NOT_E164: Fault = Fault::Invalid("`device.phoneNumber` is not an E.164 number");

#[cfg(test)]
mod tests;

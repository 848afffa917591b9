//! The answer of the roaming endpoint: what may be believed of it.
//!
//! `roaming` decides. Code and names must agree; where they do not, the line roams and nobody
//! knows where. What is malformed is not guessed at.

use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::Value;

use super::{device, json};
use crate::country::{Candidates, Country, CountrySet, Mcc};
use crate::line::Identifier;
use crate::status::{Answer, RoamingStatus, Visited};

/// The members we read. The union of all versions: what one requires, another leaves out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    roaming: bool,
    country_code: Option<Value>,
    country_name: Option<Value>,
    last_status_time: Option<Value>,
    device: Option<Value>,
}

/// Why an answer is not believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// It is not what the contract says.
    Malformed(&'static str),
    /// It is about another line.
    OtherDevice,
}

/// A way in which a provider leaves the contract, and is to be understood all the same.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deviation {
    /// `countryCode` is a text.
    StringCode,
    /// `countryCode` may be anything, `countryName` is right.
    TrustNames,
}

/// The deviations of a provider.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Compatibility {
    string_code: bool,
    trust_names: bool,
}

impl Compatibility {
    pub(super) fn with(self, deviation: Deviation) -> Self {
        match deviation {
            Deviation::StringCode => Self { string_code: true, ..self },
            Deviation::TrustNames => Self { trust_names: true, ..self },
        }
    }
}

/// Reads a body. `sent` is what the request named, if it named anything.
pub(super) fn read(
    body: &[u8],
    sent: Option<&Identifier>,
    compatibility: Compatibility,
    asked_at: SystemTime,
) -> Result<Answer, Fault> {
    std::str::from_utf8(body).map_err(|_| Fault::Malformed("bytes that are not UTF-8"))?;
    let wire: Wire =
        json::read(body).ok_or(Fault::Malformed("a body that is no roaming status"))?;
    if wire.device.as_ref().is_some_and(|device| !is_ours(device, sent)) {
        return Err(Fault::OtherDevice);
    }
    let confirmed_at = wire.last_status_time.as_ref().map(|time| confirmed_at(time, asked_at));
    let status = match wire.roaming {
        true => RoamingStatus::Roaming(visited(&wire, compatibility)),
        false => RoamingStatus::Home,
    };
    Ok(Answer::new(status, asked_at).confirmed(confirmed_at.transpose()?))
}

fn is_ours(device: &Value, sent: Option<&Identifier>) -> bool {
    sent.is_some() && device::named(device).as_ref() == sent
}

/// Where code and names put the line. They hold each other in check: a calling code may look like
/// the network code of another country, and then only the names give it away.
fn visited(wire: &Wire, compatibility: Compatibility) -> Visited {
    let names = wire.country_name.as_ref().map(names);
    let named = names.flatten().map_or_else(Visited::default, Visited::countries);
    let Some(code) = &wire.country_code else { return named };
    match (number(code, compatibility).and_then(network_code), names) {
        (Some(code), None) => Visited::network(code),
        (Some(code), Some(Some(names))) if agree(code, names) => {
            Visited { mcc: Some(code), countries: names }
        }
        _ if compatibility.trust_names => named,
        _ => Visited::default(),
    }
}

/// The whole number that a code is. One that cannot be read holds no name in check, so that names beside
/// it are not believed.
fn number(code: &Value, compatibility: Compatibility) -> Option<i64> {
    match code {
        Value::String(text) if compatibility.string_code && shaped(text, "000") => {
            text.parse().ok()
        }
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
}

/// A number outside the range of network codes is a calling code, perhaps of another country.
fn network_code(code: i64) -> Option<Mcc> {
    let in_range = u16::try_from(code).ok().filter(|code| *code == 1 || *code >= 200);
    in_range.and_then(Mcc::new)
}

/// Do the names stay inside what the code stands for? The empty list is for codes of no country.
fn agree(code: Mcc, names: Candidates) -> bool {
    match code.countries() {
        Some(countries) => {
            names.iter().all(|name| countries.contains(name))
                && names.is_empty() == countries.is_empty()
        }
        None => true,
    }
}

/// The countries of a list, or of one bare code. One name that is no code spoils the list: without
/// it, the line would seem to be in fewer places than it may be in. So do more names than a network has.
fn names(value: &Value) -> Option<Candidates> {
    match value {
        Value::String(name) => country(name).map(Candidates::from),
        Value::Array(names) => {
            let names: Option<CountrySet> =
                names.iter().map(|name| country(name.as_str()?)).collect();
            Candidates::from_countries(names?)
        }
        _ => None,
    }
}

fn country(name: &str) -> Option<Country> {
    Country::from_code(&name.to_ascii_uppercase())
}

fn confirmed_at(value: &Value, asked_at: SystemTime) -> Result<SystemTime, Fault> {
    let moment = value.as_str().filter(|text| is_rfc3339(text));
    let moment: jiff::Timestamp = moment
        .and_then(|text| text.parse().ok())
        .ok_or(Fault::Malformed("a `lastStatusTime` that is no moment with a zone"))?;
    let moment = SystemTime::from(moment);
    if moment > asked_at + CLOCK_SKEW {
        return Err(Fault::Malformed(FUTURE));
    }
    Ok(moment)
}

/// Does the line roam, and was its country code not believed? It contradicts the names, or is none.
pub(super) fn doubts_code(body: &[u8], answer: &Answer) -> bool {
    let RoamingStatus::Roaming(visited) = answer.status() else { return false };
    let wire: Option<Wire> = json::read(body);
    visited.mcc.is_none() && wire.is_some_and(|wire| wire.country_code.is_some())
}

/// The shape of RFC 3339, which is narrower than what the parser takes.
fn is_rfc3339(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(10) else { return false };
    let Some(rest) = rest.strip_prefix(['T', 't']) else { return false };
    let Some((time, rest)) = rest.split_at_checked(8) else { return false };
    let zone = rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches(is_digit));
    shaped(date, "0000-00-00")
        && shaped(time, "00:00:00")
        && (matches!(zone, "Z" | "z") || shaped(zone, "+00:00") || shaped(zone, "-00:00"))
}

fn shaped(text: &str, shape: &str) -> bool {
    let fits = |(found, wanted): (char, char)| match wanted {
        '0' => is_digit(found),
        _ => found == wanted,
    };
    text.len() == shape.len() && text.chars().zip(shape.chars()).all(fits)
}

fn is_digit(found: char) -> bool {
    found.is_ascii_digit()
}

/// What a clock that is wrong may be to blame for.
pub(super) const FUTURE: &str = "a `lastStatusTime` that lies in the future";
const CLOCK_SKEW: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;

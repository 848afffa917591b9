//! Answers, as they are shown: members that are known and harmless, and of texts what is no secret.

use ::http::HeaderMap;
use reqwest::Url;
use serde_json::{Map, Value};

use super::marks::{REDACTED, TOKEN};
use super::vault::Vault;
use crate::camara::http::Reply;
use crate::provider::Correlator;

/// The headers that can explain an answer.
pub(super) fn head(
    headers: &HeaderMap,
    correlator: Correlator,
    vault: &Vault,
) -> Vec<(String, String)> {
    let correlator = correlator.to_string();
    let shown = HEADERS.iter().filter_map(|name| {
        let value = headers.get(*name)?.to_str().unwrap_or("‹no text›");
        let is_ours = *name == "x-correlator" && value == correlator;
        let shown = match *name {
            "x-correlator" if is_ours => value.to_owned(),
            "date" if is_date(value) => value.to_owned(),
            "location" => location(value, vault),
            _ => vault.told(value),
        };
        Some(((*name).to_owned(), shown))
    });
    shown.collect()
}

/// A redirect is not followed; its host is enough to see who redirects.
fn location(value: &str, vault: &Vault) -> String {
    let host = Url::parse(value).ok().and_then(|url| Some(url.host_str()?.to_owned()));
    host.map_or_else(|| REDACTED.to_owned(), |host| format!("{}/…", vault.told(&host)))
}

fn is_date(value: &str) -> bool {
    jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", value).is_ok()
}

/// The body in one line, or what kind of body it is.
pub(super) fn body(reply: &Reply, vault: &Vault) -> Vec<String> {
    let Some(body) = reply.body.as_deref() else {
        return vec!["‹more than 64 KiB, not read to the end›".to_owned()];
    };
    if body.is_empty() {
        return Vec::new();
    }
    let Ok(members) = serde_json::from_slice::<Map<String, Value>>(body) else {
        return vec![format!("‹{} bytes that are no JSON object›", body.len())];
    };
    for name in SECRET {
        vault.learn(members.get(name).and_then(Value::as_str).unwrap_or_default());
    }
    let mut shown: Vec<String> =
        members.iter().filter_map(|member| self::member(member, vault)).collect();
    let hidden = members.len() - shown.len();
    if hidden > 0 {
        shown.push(format!("‹{hidden} more›"));
    }
    vec![format!("{{{}}}", shown.join(", "))]
}

/// A member whose name we know. The names of others are texts of the aggregator too.
fn member((name, value): (&String, &Value), vault: &Vault) -> Option<String> {
    let name = name.as_str();
    let shown = match name {
        "access_token" | "refresh_token" | "id_token" => TOKEN.to_owned(),
        _ if SECRET.contains(&name) => REDACTED.to_owned(),
        "countryName" => list(value, vault),
        "lastStatusTime" => moment(value, vault),
        _ if OPEN.contains(&name) => scalar(value, vault),
        _ => return None,
    };
    Some(format!("\"{name}\": {shown}"))
}

fn scalar(value: &Value, vault: &Vault) -> String {
    match value {
        Value::Null | Value::Bool(_) => value.to_string(),
        Value::Number(number) if number.as_u64().is_some_and(|number| number < MAX_SHOWN) => {
            vault.without_secrets(&number.to_string())
        }
        Value::Number(number) => vault.told(&number.to_string()),
        Value::String(text) => Value::from(vault.told(text)).to_string(),
        Value::Array(_) => "‹a list›".to_owned(),
        Value::Object(_) => "‹an object›".to_owned(),
    }
}

fn list(value: &Value, vault: &Vault) -> String {
    let Value::Array(items) = value else { return scalar(value, vault) };
    let shown: Vec<String> = items.iter().take(MAX_ITEMS).map(|item| scalar(item, vault)).collect();
    let more = if items.len() > MAX_ITEMS { ", …" } else { "" };
    format!("[{}{more}]", shown.join(", "))
}

fn moment(value: &Value, vault: &Vault) -> String {
    let is_moment = |text: &str| {
        let reads = text.parse::<jiff::Timestamp>().is_ok()
            || text.parse::<jiff::civil::DateTime>().is_ok();
        text.len() <= MAX_MOMENT && text.contains(':') && reads
    };
    match value.as_str() {
        Some(text) if is_moment(text) => format!("\"{text}\""),
        _ => scalar(value, vault),
    }
}

const HEADERS: [&str; 6] =
    ["content-type", "retry-after", "www-authenticate", "location", "x-correlator", "date"];
const SECRET: [&str; 8] = [
    "access_token",
    "auth_req_id",
    "consent_url",
    "device",
    "id_token",
    "refresh_token",
    "phoneNumber",
    "ueId",
];
const OPEN: [&str; 19] = [
    "backchannel_authentication_endpoint",
    "code",
    "countryCode",
    "detail",
    "error",
    "error_description",
    "expires_in",
    "interval",
    "issuer",
    "message",
    "roaming",
    "scope",
    "status",
    "title",
    "token_endpoint",
    "token_type",
    "eventStatus",
    "eventType",
    "error_uri",
];
/// Seconds, statuses and codes; longer numbers could be those of lines.
const MAX_SHOWN: u64 = 1_000_000_000;
const MAX_ITEMS: usize = 10;
const MAX_MOMENT: usize = 40;

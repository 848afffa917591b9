//! What may be seen of an assertion of ours: all that explains why a server refuses it.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::marks::{of_identifier, parts};
use super::text;
use super::vault::Vault;

/// `‹jwt: alg RS256, aud https://…, exp in 55 s›`, or nothing where the text is no JWT.
pub(super) fn shape(jwt: &str, now: SystemTime, vault: &Vault) -> Option<String> {
    let mut pieces = jwt.split('.');
    let (header, claims) = (read(pieces.next()?)?, read(pieces.next()?)?);
    let now = now.duration_since(UNIX_EPOCH).ok()?.as_secs();
    let mut told: Vec<String> = Vec::new();
    told.extend(OF_HEADER.iter().filter_map(|name| named(&header, name)));
    told.extend(OF_CLAIMS.iter().filter_map(|name| named(&claims, name)));
    if let Some(subject) = claims.get("sub").and_then(Value::as_str) {
        let is_client = claims.get("iss").and_then(Value::as_str) == Some(subject);
        if !is_client {
            parts(subject).for_each(|part| vault.learn(part));
        }
        let shown = if is_client { subject.to_owned() } else { of_identifier(subject) };
        told.push(format!("sub {}", text::in_one_line(&shown)));
    }
    told.extend(claims.get("iat").and_then(Value::as_u64).map(|at| issued(at, now)));
    told.extend(claims.get("exp").and_then(Value::as_u64).map(|at| expires(at, now)));
    Some(format!("‹jwt: {}›", told.join(", ")))
}

fn read(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn named(members: &Map<String, Value>, name: &str) -> Option<String> {
    Some(format!("{name} {}", text::in_one_line(members.get(name)?.as_str()?)))
}

fn issued(at: u64, now: u64) -> String {
    if at > now {
        return format!("iat in {} s", at - now);
    }
    format!("iat {} s ago", now - at)
}

fn expires(at: u64, now: u64) -> String {
    if at < now {
        return format!("exp {} s ago", now - at);
    }
    format!("exp in {} s", at - now)
}

const OF_HEADER: [&str; 2] = ["alg", "kid"];
const OF_CLAIMS: [&str; 4] = ["iss", "aud", "scope", "application_id"];

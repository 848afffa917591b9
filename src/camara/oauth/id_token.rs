//! ID tokens (OpenID Connect Core §3.1.3.7): that the answer to a code is for this sign-in.
//!
//! They never name the line: `sub` is a pseudonym.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::camara::failure::{self, Endpoint};
use crate::camara::http::Reply;
use crate::camara::json;
use crate::clock::Clock;
use crate::provider::ProviderError;

/// What an ID token must say.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    /// Who must have issued it, where that is known.
    pub(super) issuer: Option<&'a str>,
    /// With which keys, where the issuer's metadata name some. Otherwise the encrypted connection to the
    /// token endpoint vouches for it (§3.1.3.7, 6).
    pub(super) keys: Option<&'a Keys>,
}

/// The public keys of an issuer (RFC 7517).
#[derive(Debug)]
pub(super) struct Keys(Vec<Jwk>);

#[derive(Deserialize)]
struct Wire {
    id_token: Option<SecretString>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// What must be understood by whoever takes the token (RFC 7515 §4.1.11). We understand nothing.
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: OneOrMany,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nonce: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Keys {
    /// Reads a key set. Keys of kinds that we do not know are somebody else's.
    pub(super) fn read(reply: &Reply) -> Result<Self, ProviderError> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        if reply.status != 200 {
            return Err(failure::of_reply(Endpoint::Keys, reply));
        }
        let invalid = |fault| failure::invalid(Endpoint::Keys, fault);
        let set: Set = json::read(reply.body.as_deref().unwrap_or_default())
            .ok_or_else(|| invalid("a body that is no key set"))?;
        Ok(Self(set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect()))
    }

    /// What is wrong with a signature.
    fn fault(&self, header: &Header, message: &str, signature: &[u8]) -> Option<&'static str> {
        let Some((_, algorithm)) = ALGORITHMS.iter().find(|(name, _)| *name == header.alg) else {
            return Some("an ID token signed by an algorithm that we do not take");
        };
        let is_meant = |key: &&Jwk| {
            let is_named = header.kid.is_none() || key.common.key_id == header.kid;
            is_named && key.common.public_key_use != Some(PublicKeyUse::Encryption)
        };
        let is_signed = self.0.iter().filter(is_meant).any(|key| {
            let key = DecodingKey::from_jwk(key).ok();
            let verifier =
                key.and_then(|key| (DEFAULT_PROVIDER.verifier_factory)(algorithm, &key).ok());
            verifier.is_some_and(|it| it.verify(message.as_bytes(), &signature.to_vec()).is_ok())
        });
        (!is_signed).then_some("an ID token that the issuer has not signed")
    }
}

/// Checks the ID token in the answer of a token endpoint.
pub(super) fn check(
    reply: &Reply,
    expected: Expected<'_>,
    clock: &Clock,
) -> Result<(), ProviderError> {
    let fault = match reply.json().map(json::read::<Wire>) {
        Ok(Some(Wire { id_token: Some(token) })) => {
            let now = clock.now().duration_since(UNIX_EPOCH).unwrap_or_default();
            fault(token.expose_secret(), expected, now)
        }
        _ => Some("no ID token, although `openid` was asked for"),
    };
    fault.map_or(Ok(()), |fault| Err(failure::invalid(Endpoint::Token, fault)))
}

/// What is wrong with an ID token.
fn fault(jwt: &str, expected: Expected<'_>, now: Duration) -> Option<&'static str> {
    let Some((message, header, claims, signature)) = taken_apart(jwt) else {
        return Some("an ID token that is no signed JWT");
    };
    if header.crit.is_some() {
        return Some("an ID token that demands what we do not know");
    }
    let signature = expected.keys.and_then(|keys| keys.fault(&header, message, &signature));
    signature.or_else(|| misplaced(&claims, expected, now))
}

/// What is wrong with what an ID token says.
fn misplaced(claims: &Claims, expected: Expected<'_>, now: Duration) -> Option<&'static str> {
    let audiences = match &claims.aud {
        OneOrMany::One(only) => std::slice::from_ref(only),
        OneOrMany::Many(several) => several,
    };
    let is_ours = audiences.iter().any(|name| name == expected.client_id);
    let authorized = claims.azp.as_deref();
    let now = now.as_secs_f64();
    match () {
        () if expected.issuer.is_some_and(|issuer| issuer != claims.iss) => {
            Some("an ID token of another issuer")
        }
        () if !is_ours || authorized.is_some_and(|party| party != expected.client_id) => {
            Some("an ID token for another client")
        }
        () if audiences.len() > 1 && authorized.is_none() => {
            Some("an ID token for several clients, none of them named")
        }
        () if claims.exp + LEEWAY <= now => Some("an ID token that has expired"),
        () if claims.iat - LEEWAY > now => Some("an ID token that is issued in the future"),
        () if claims.nonce.as_deref() != Some(expected.nonce) => {
            Some("an ID token for another sign-in")
        }
        () => None,
    }
}

fn taken_apart(jwt: &str) -> Option<(&str, Header, Claims, Vec<u8>)> {
    let (message, signature) = jwt.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    Some((message, part(header)?, part(claims)?, URL_SAFE_NO_PAD.decode(signature).ok()?))
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    json::read(&URL_SAFE_NO_PAD.decode(text).ok()?)
}

const ALGORITHMS: [(&str, Algorithm); 3] =
    [("RS256", Algorithm::RS256), ("PS256", Algorithm::PS256), ("ES256", Algorithm::ES256)];
/// How far two clocks may differ, in seconds.
const LEEWAY: f64 = 60.0;

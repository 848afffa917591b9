//! Signed assertions (RFC 7523): who signed, for whom, when, and that it is the first time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::state::State;

/// The public key of the client that is accepted.
#[derive(Clone)]
pub(super) struct ClientKey {
    key: DecodingKey,
    algorithms: &'static [(&'static str, Algorithm)],
}

/// What an accepted assertion says.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    pub(super) sub: String,
    aud: String,
    exp: u64,
    iat: u64,
    jti: String,
    pub(super) scope: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

impl ClientKey {
    /// Reads a PEM text: an RSA key takes RS256 and PS256, a P-256 key takes ES256.
    pub(super) fn from_pem(pem: &[u8]) -> Option<Self> {
        let rsa = DecodingKey::from_rsa_pem(pem).ok().map(|key| (key, RSA));
        let (key, algorithms) = rsa.or_else(|| Some((DecodingKey::from_ec_pem(pem).ok()?, EC)))?;
        Some(Self { key, algorithms })
    }

    fn verifies(&self, algorithm: &str, message: &str, signature: &[u8]) -> bool {
        let known = self.algorithms.iter().find(|(name, _)| *name == algorithm);
        let verifier =
            known.and_then(|(_, known)| (DEFAULT_PROVIDER.verifier_factory)(known, &self.key).ok());
        verifier.is_some_and(|verifier| {
            verifier.verify(message.as_bytes(), &signature.to_vec()).is_ok()
        })
    }
}

/// Accepts an assertion that is sent to `path`, once.
pub(super) fn accept(jwt: &str, path: &str, state: &mut State) -> Result<Claims, &'static str> {
    let claims = verified(jwt, state)?;
    let settings = &state.settings;
    let now = settings.clock.now().duration_since(std::time::UNIX_EPOCH);
    let now = now.unwrap_or_default().as_secs();
    let is_ours = claims.aud == settings.base_url
        || claims.aud.strip_prefix(settings.base_url.as_str()) == Some(path);
    match () {
        () if claims.iss != settings.client_id => Err("`iss` is not the client"),
        () if !is_ours => Err("`aud` is neither this endpoint nor the issuer"),
        () if claims.iat > now => Err("`iat` lies in the future"),
        () if claims.exp <= now => Err("the assertion has expired"),
        () if claims.exp.saturating_sub(claims.iat) > 300 => Err("`exp` is too far from `iat`"),
        () if claims.jti.is_empty() => Err("`jti` is empty"),
        () if !state.is_first(&claims.jti) => Err("`jti` was used before"),
        () => Ok(claims),
    }
}

fn verified(jwt: &str, state: &State) -> Result<Claims, &'static str> {
    let key = state.settings.client_key.as_ref().ok_or("no key of this client is known")?;
    let unsigned = "the assertion is not signed by the client";
    let (message, signature) = jwt.rsplit_once('.').ok_or(unsigned)?;
    let (header, claims) = message.split_once('.').ok_or(unsigned)?;
    let header: Header = part(header).ok_or("the assertion has no header")?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| unsigned)?;
    if !key.verifies(&header.alg, message, &signature) {
        return Err(unsigned);
    }
    part(claims).ok_or("a claim is missing: iss, sub, aud, exp, iat and jti are needed")
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

const RSA: &[(&str, Algorithm)] = &[("RS256", Algorithm::RS256), ("PS256", Algorithm::PS256)];
const EC: &[(&str, Algorithm)] = &[("ES256", Algorithm::ES256)];

//! ID tokens and the key that signs them (OpenID Connect Core §2). The key is made anew for each
//! sandbox.

use std::time::UNIX_EPOCH;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::answer::Reply;
use crate::sandbox::call::Call;
use crate::sandbox::settings::Settings;
use crate::sandbox::state::State;

pub(in crate::sandbox) const KEYS_PATH: &str = "/keys";

/// Signs ID tokens by ES256.
pub(in crate::sandbox) struct Signer(Option<EcdsaKeyPair>);

impl Signer {
    pub(in crate::sandbox) fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok())
    }

    /// A token for the sign-in with this nonce. `sub` is a pseudonym: it never names the line.
    pub(in crate::sandbox) fn sign(&self, nonce: &str, settings: &Settings) -> Option<String> {
        let now = settings.clock.now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let claims = json!({
            "iss": settings.base_url,
            "sub": format!("{:032x}", rand::random::<u128>()),
            "aud": settings.client_id,
            "iat": now,
            "exp": now + LIFETIME,
            "nonce": nonce,
        });
        let part = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": KEY_ID });
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.0.as_ref()?.sign(&SystemRandom::new(), message.as_bytes()).ok()?;
        Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The public key (RFC 7518 §6.2): an uncompressed point is a byte, then x, then y.
    fn public(&self) -> Option<Value> {
        let point = self.0.as_ref()?.public_key().as_ref().get(1..)?;
        let (x, y) = point.split_at_checked(point.len() / 2)?;
        let encode = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
        Some(json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": KEY_ID,
            "x": encode(x), "y": encode(y),
        }))
    }
}

/// `GET /keys` (RFC 7517).
pub(in crate::sandbox) fn keys(_: &Call<'_>, state: &mut State) -> Reply {
    let keys: Vec<_> = state.signer.public().into_iter().collect();
    Reply::json(StatusCode::OK, &json!({ "keys": keys }))
}

const KEY_ID: &str = "sandbox";
const LIFETIME: u64 = 300;

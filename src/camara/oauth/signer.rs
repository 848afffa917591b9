//! Signed assertions: the key, which may be rotated while we run, and the JWTs made with it.

mod unfit;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, EncodingKey};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout};

use crate::camara::secret::Reference;
use crate::config::ConfigError;
use crate::provider::ProviderError;
use crate::status::UnknownReason;

/// How assertions are signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::camara) enum Signature {
    Rs256,
    Ps256,
    Es256,
}

/// A private key and what it signs with.
pub(super) struct Signer {
    signature: Signature,
    key_id: Option<String>,
    reference: Reference,
    key: Arc<Mutex<Key>>,
}

struct Key {
    encoding: Arc<EncodingKey>,
    /// Of the PEM text it was read from, or of the broken one that was read last.
    seen: [u8; 32],
    checked: Instant,
}

impl Signer {
    /// Reads the key, and signs once to see that it fits.
    pub(super) fn new(
        reference: &Reference,
        signature: Signature,
        key_id: Option<String>,
    ) -> Result<Self, ConfigError> {
        let pem = reference.fetch()?;
        let encoding = signature.key(&pem).ok_or_else(|| {
            ConfigError::message(format!("{reference} {}", unfit::fault(&pem, signature)))
        })?;
        let checked = Instant::now();
        let key = Key { encoding: Arc::new(encoding), seen: digest(&pem), checked };
        let key = Arc::new(Mutex::new(key));
        Ok(Self { signature, key_id, reference: reference.clone(), key })
    }

    /// A JWT with these claims.
    pub(super) async fn sign(&self, claims: &Value) -> Result<Zeroizing<String>, ProviderError> {
        self.look_again().await;
        let mut header = json!({ "alg": self.signature.name(), "typ": "JWT" });
        if let (Some(id), Value::Object(members)) = (&self.key_id, &mut header) {
            members.insert("kid".to_owned(), id.as_str().into());
        }
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let mut jwt = Zeroizing::new(format!("{}.{}", encode(&header), encode(claims)));
        let key = Arc::clone(&held(&self.key).encoding);
        let signature = self.signature.sign(&key, jwt.as_bytes()).ok_or_else(|| {
            ProviderError::new(UnknownReason::Misconfigured, "the private key cannot sign")
        })?;
        jwt.push('.');
        jwt.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Ok(jwt)
    }

    /// Reads a key file again that was last looked at a while ago. A disk that hangs does not hold
    /// up the request: it is signed with the key at hand.
    async fn look_again(&self) {
        {
            let mut key = held(&self.key);
            if self.reference.file().is_none() || key.checked.elapsed() < LOOK_AGAIN {
                return;
            }
            key.checked = Instant::now();
        }
        let (reference, key) = (self.reference.clone(), Arc::clone(&self.key));
        let signature = self.signature;
        let read = tokio::task::spawn_blocking(move || reread(&reference, signature, &key));
        let _ = timeout(MAX_LOOK, read).await;
    }
}

impl Signature {
    fn algorithm(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Ps256 => Algorithm::PS256,
            Self::Es256 => Algorithm::ES256,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Rs256 | Self::Ps256 => "RSA",
            Self::Es256 => "P-256",
        }
    }

    /// How long a key must be, where its kind does not say.
    fn least(self) -> &'static str {
        match self {
            Self::Rs256 | Self::Ps256 => " with 2048 bits or more",
            Self::Es256 => "",
        }
    }

    /// The key in a PEM text, if it can sign so.
    fn key(self, pem: &SecretString) -> Option<EncodingKey> {
        self.parse(pem).filter(|key| self.sign(key, b"").is_some())
    }

    /// The key in a PEM text, of whatever length or curve.
    fn parse(self, pem: &SecretString) -> Option<EncodingKey> {
        let pem = pem.expose_secret().as_bytes();
        let key = match self {
            Self::Rs256 | Self::Ps256 => EncodingKey::from_rsa_pem(pem),
            Self::Es256 => EncodingKey::from_ec_pem(pem),
        };
        key.ok()
    }

    /// Asks the provider by name: which one is the default of the process is the application's.
    fn sign(self, key: &EncodingKey, message: &[u8]) -> Option<Vec<u8>> {
        let signer = (DEFAULT_PROVIDER.signer_factory)(&self.algorithm(), key).ok()?;
        signer.try_sign(message).ok()
    }
}

fn reread(reference: &Reference, signature: Signature, key: &Mutex<Key>) {
    let Ok(pem) = reference.fetch() else { return };
    let seen = digest(&pem);
    if held(key).seen == seen {
        return;
    }
    let read = signature.key(&pem);
    match read {
        Some(_) => tracing::info!("the private key was read again, from {reference}"),
        None => tracing::error!("{reference} holds no usable private key; the former one stays"),
    }
    let mut key = held(key);
    key.seen = seen;
    if let Some(encoding) = read {
        key.encoding = Arc::new(encoding);
    }
}

fn held(key: &Mutex<Key>) -> MutexGuard<'_, Key> {
    key.lock().unwrap_or_else(PoisonError::into_inner)
}

fn digest(pem: &SecretString) -> [u8; 32] {
    Sha256::digest(pem.expose_secret()).into()
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({:?})", self.signature)
    }
}

const LOOK_AGAIN: Duration = Duration::from_secs(1);
const MAX_LOOK: Duration = Duration::from_millis(100);

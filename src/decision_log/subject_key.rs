//! [`SubjectKey`]: customers under names that mean nothing without the key.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::record::SubjectSeen;
use super::sheet::{Digits, Sheet, digits};
use crate::line::Line;

/// A secret, and its name. A plain hash of a phone number is the phone number: all of a country's
/// are tried in seconds.
#[derive(Clone)]
pub struct SubjectKey {
    id: Arc<str>,
    keyed: Hmac<Sha256>,
}

impl SubjectKey {
    /// A key of this name. The secret should be 32 random bytes; whoever destroys it has erased all
    /// customers from the records.
    ///
    /// # Errors
    ///
    /// [`WeakKey`] where the secret has less than 16 bytes.
    pub fn new(id: impl Into<Arc<str>>, secret: &[u8]) -> Result<Self, WeakKey> {
        let keyed = Hmac::new_from_slice(secret).map_err(|_| WeakKey)?;
        if secret.len() < 16 { Err(WeakKey) } else { Ok(Self { id: id.into(), keyed }) }
    }

    /// How records name the customer with this line: what support staff search for.
    #[must_use]
    pub fn name(&self, line: Line) -> SubjectSeen {
        let hmac = self.hmac(line).into_iter().flatten().map(char::from).collect();
        SubjectSeen { key: self.id.to_string(), hmac }
    }

    /// Writes the same, as records have it.
    pub(super) fn write<'s>(&self, sheet: &'s mut Sheet, line: Line) -> &'s mut Sheet {
        sheet.raw(r#"{"key":"#).text(&self.id).raw(r#","hmac":""#);
        sheet.bytes(self.hmac(line).as_flattened()).raw(r#""}"#)
    }

    fn hmac(&self, line: Line) -> [Digits; 4] {
        let exposed = line.expose().to_string();
        let mut keyed = self.keyed.clone();
        for field in ["roamgate.subject/v1", &exposed] {
            keyed.update(&(field.len() as u64).to_be_bytes());
            keyed.update(field.as_bytes());
        }
        let bytes: [u8; 32] = keyed.finalize().into_bytes().into();
        let mut words = bytes.as_chunks().0.iter().map(|word| u64::from_be_bytes(*word));
        std::array::from_fn(|_| digits(words.next().unwrap_or_default()))
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SubjectKey").field(&self.id).finish()
    }
}

/// A secret that can be guessed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WeakKey;

impl fmt::Display for WeakKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key for subjects has less than 16 bytes; use 32 random ones")
    }
}

impl std::error::Error for WeakKey {}

//! Client authentication with HTTP Basic.

use std::fmt::Write as _;

use ::http::{HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;

use crate::camara::aggregator::Encoding;
use crate::camara::http::sensitive;
use crate::camara::secret::Reference;
use crate::config::ConfigError;

/// The `Authorization` header that proves who we are.
pub(super) fn authorization(
    id: &str,
    secret: &Reference,
    encoding: Encoding,
) -> Result<HeaderValue, ConfigError> {
    let secret = secret.fetch()?;
    let secret = secret.expose_secret();
    let pair = Zeroizing::new(match encoding {
        Encoding::Form => format!("{}:{}", *form_encoded(id), *form_encoded(secret)),
        Encoding::Raw => format!("{id}:{secret}"),
    });
    let header = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    sensitive(&header, &header::AUTHORIZATION)
}

fn form_encoded(text: &str) -> Zeroizing<String> {
    let mut encoded = Zeroizing::new(String::with_capacity(text.len() * 3));
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

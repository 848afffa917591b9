//! Keys that protect nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, DecodingKey};

pub(crate) const RSA: &str = include_str!("keys/rsa.pem");
pub(crate) const RSA_2: &str = include_str!("keys/rsa-2.pem");
pub(crate) const EC: &str = include_str!("keys/ec.pem");
/// Too short to sign with.
pub(crate) const RSA_1024: &str = include_str!("keys/rsa-1024.pem");
pub(crate) const RSA_PUBLIC: &str = include_str!("keys/rsa.pub.pem");
const PUBLIC: [(&str, &str); 2] =
    [("rsa", RSA_PUBLIC), ("rsa-2", include_str!("keys/rsa-2.pub.pem"))];

/// Which of the RSA keys signed a JWT.
pub(crate) fn signer(jwt: &str) -> &'static str {
    let (message, signature) = jwt.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let signed = |pem: &str| {
        let key = DecodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
        let verifier = (DEFAULT_PROVIDER.verifier_factory)(&Algorithm::RS256, &key).unwrap();
        verifier.verify(message.as_bytes(), &signature).is_ok()
    };
    PUBLIC.iter().find(|(_, pem)| signed(pem)).map_or("nobody", |(name, _)| name)
}

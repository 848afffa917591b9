//! Why a text is no key that can sign, for whoever has to mend it.

use super::Signature;
use secrecy::{ExposeSecret, SecretString};

/// What a text holds instead of a key that signs with `wanted`.
pub(super) fn fault(pem: &SecretString, wanted: Signature) -> String {
    let (name, kind) = (wanted.name(), wanted.kind());
    let labelled = |label: &str| pem.expose_secret().contains(label);
    if let Some((_, fault)) = LABELS.iter().find(|(label, _)| labelled(label)) {
        return (*fault).to_owned();
    }
    let all = [Signature::Rs256, Signature::Ps256, Signature::Es256];
    match all.into_iter().find(|other| other.key(pem).is_some()) {
        Some(other) => {
            format!("holds a private key for {}, and {name} needs one of {kind}", other.name())
        }
        None if wanted.parse(pem).is_some() => format!(
            "holds a private key that cannot sign with {name}: it is to be one of {kind}{}",
            wanted.least()
        ),
        None => format!("holds no {kind} private key in PEM form"),
    }
}

/// What is no private key in the form that we read, by its first line.
const LABELS: [(&str, &str); 6] = [
    ("-BEGIN ENCRYPTED PRIVATE KEY-", ENCRYPTED),
    (",ENCRYPTED", ENCRYPTED),
    (
        "-BEGIN EC PRIVATE KEY-",
        "holds a private key in the form SEC 1; `openssl pkcs8 -topk8 -nocrypt` turns it into \
         PKCS #8",
    ),
    ("-BEGIN PUBLIC KEY-", PUBLIC),
    ("-BEGIN RSA PUBLIC KEY-", PUBLIC),
    ("-BEGIN CERTIFICATE-", "holds a certificate, and not the private key that belongs to it"),
];
const ENCRYPTED: &str =
    "holds an encrypted private key; `openssl pkcs8 -topk8 -nocrypt` decrypts it";
const PUBLIC: &str = "holds a public key, and not the private key that belongs to it";

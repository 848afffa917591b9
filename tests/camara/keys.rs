//! A key that cannot sign is refused when the client is built, and the error says what it is.

use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384};
use roamgate::camara::{Aggregator, Client};

use crate::grants::{file, signed};
use crate::support::keys::{EC, RSA, RSA_1024, RSA_PUBLIC};

const OWN: &str = "{ clientCredentials: { scope: roaming } }";

/// What is said of this text as a key for the algorithm.
fn told(pem: &str, algorithm: &str) -> String {
    let method = signed(pem, &format!(", algorithm: {algorithm}"));
    let yaml = file("baseUrl: http://127.0.0.1:1", &method, OWN);
    let error = Client::new(Aggregator::from_yaml("a.yaml", &yaml).unwrap()).unwrap_err();
    let told = error.to_string();
    told.split_once(") ").unwrap().1.to_owned()
}

#[test]
fn a_key_that_cannot_sign_so_is_refused_and_named_for_what_it_is() {
    let longer_curve = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap().serialize_pem();
    let block = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
    let encrypted = "holds an encrypted private key; `openssl pkcs8 -topk8 -nocrypt` decrypts it";
    let public = "holds a public key, and not the private key that belongs to it";
    let rows = [
        (EC, "RS256", "holds a private key for ES256, and RS256 needs one of RSA"),
        (EC, "PS256", "holds a private key for ES256, and PS256 needs one of RSA"),
        (RSA, "ES256", "holds a private key for RS256, and ES256 needs one of P-256"),
        (
            RSA_1024,
            "RS256",
            "holds a private key that cannot sign with RS256: it is to be one of RSA with 2048 bits or more",
        ),
        (
            &longer_curve,
            "ES256",
            "holds a private key that cannot sign with ES256: it is to be one of P-256",
        ),
        (
            &block("EC PRIVATE KEY"),
            "ES256",
            "holds a private key in the form SEC 1; `openssl pkcs8 -topk8 -nocrypt` turns it into PKCS #8",
        ),
        (&block("ENCRYPTED PRIVATE KEY"), "RS256", encrypted),
        ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", "RS256", encrypted),
        (RSA_PUBLIC, "RS256", public),
        (
            &block("CERTIFICATE"),
            "RS256",
            "holds a certificate, and not the private key that belongs to it",
        ),
        ("junk", "RS256", "holds no RSA private key in PEM form"),
        (&block("PRIVATE KEY"), "ES256", "holds no P-256 private key in PEM form"),
    ];
    for (pem, algorithm, expected) in rows {
        assert_eq!(told(pem, algorithm), expected);
    }
}

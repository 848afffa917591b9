//! An aggregator whose certificate comes from a root that only the file names.

use roamgate::camara::Client;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::aggregator::Aggregator;
use crate::support::tls;
use crate::{client_of, lookup, yaml};

/// Certificates with keys that protect nothing, for 127.0.0.1 alone, from 2020 to 2120.
const SERVER: &str = "server.pem";
/// Signed by itself and marked as an authority, as `openssl req -x509` makes them.
const AUTHORITY: &str = "authority.pem";
/// The root of `SERVER`, and some other.
const ROOT: &str = "root.pem";
const OTHER: &str = "other.pem";

fn path(name: &str) -> String {
    format!("{}/tests/camara/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// An encrypted front of `server` with this certificate; gives its base URL.
async fn encrypted(server: &Aggregator, certificate: &str) -> String {
    let pem = std::fs::read(path(certificate)).unwrap();
    let certificate = CertificateDer::from_pem_slice(&pem).unwrap();
    let key = PrivateKeyDer::from_pem_slice(&pem).unwrap();
    tls::front(&server.base, tls::config(certificate, key)).await
}

/// A client of `server` behind this certificate, which trusts `root` and finds it under `host`.
async fn client(server: &Aggregator, certificate: &str, root: &str, host: &str) -> Client {
    let base = encrypted(server, certificate).await.replace("127.0.0.1", host);
    let yaml = yaml(server, "device-status-0.4").replace(&server.base, &base);
    client_of(&format!("{yaml}tls: {{ ca: {{ file: \"{}\" }} }}\n", path(root)))
}

#[tokio::test]
async fn a_root_that_the_file_names_is_trusted() {
    let server = Aggregator::start().await;
    lookup(&client(&server, SERVER, ROOT, "127.0.0.1").await).await.unwrap();
}

#[tokio::test]
async fn a_server_that_no_root_vouches_for_gets_nothing_and_the_error_says_why() {
    let rows = [
        // Some other root, so that the test does not depend on the roots of the system.
        (SERVER, OTHER, "127.0.0.1", "its certificate is not trusted"),
        (SERVER, ROOT, "localhost", "its certificate is for another name"),
        (AUTHORITY, AUTHORITY, "127.0.0.1", "its certificate is that of an authority, `CA:TRUE`"),
    ];
    for (certificate, root, host, why) in rows {
        let server = Aggregator::start().await;
        let error = lookup(&client(&server, certificate, root, host).await).await.unwrap_err();
        let expected =
            format!("unavailable: the bc-authorize endpoint could not be reached ({why})");
        assert_eq!(error.to_string(), expected);
        assert!(server.seen().is_empty());
    }
}

/// What is said where nothing can be told at `base` after all.
async fn told(base: &str) -> String {
    let server = Aggregator::start().await;
    let yaml = yaml(&server, "device-status-0.4").replace(&server.base, base);
    let client = client_of(&format!("{yaml}tls: {{ ca: {{ file: \"{}\" }} }}\n", path(ROOT)));
    lookup(&client).await.unwrap_err().to_string()
}

#[tokio::test]
async fn who_does_not_speak_tls_or_has_no_address_is_told_from_who_is_not_there() {
    let server = Aggregator::start().await;
    let rows = [
        (server.base.replace("http:", "https:"), "it does not speak TLS"),
        ("https://no..such.host".to_owned(), "its host name cannot be resolved"),
        ("https://127.0.0.1:1".to_owned(), "connection refused"),
    ];
    for (base, why) in rows {
        let expected =
            format!("unavailable: the bc-authorize endpoint could not be reached ({why})");
        assert_eq!(told(&base).await, expected);
    }
}

#[tokio::test]
async fn a_server_that_asks_for_a_client_certificate_is_told_as_such() {
    let authority = tls::Authority::new();
    let server = Aggregator::start().await;
    let base = tls::front(&server.base, authority.asking_server("127.0.0.1")).await;
    let yaml = yaml(&server, "device-status-0.4").replace(&server.base, &base);
    let root = authority.file();
    let client = client_of(&format!("{yaml}tls: {{ ca: {{ file: \"{}\" }} }}\n", root.display()));
    let told = lookup(&client).await.unwrap_err().to_string();
    assert!(told.ends_with("(it asks for a client certificate)"), "{told}");
}

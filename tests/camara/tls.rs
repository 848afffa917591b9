//! An aggregator whose certificate comes from a root that only the file names.

use std::sync::Arc;

use roamgate::camara::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::aggregator::Aggregator;
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
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let behind = server.base.replace("http://", "");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(forward(acceptor.clone(), stream, behind.clone()));
        }
    });
    base
}

async fn forward(acceptor: TlsAcceptor, stream: TcpStream, behind: String) {
    // A client that does not trust us hangs up.
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let (mut from, mut to) = tokio::io::split(stream);
    let (mut read, mut write) = TcpStream::connect(behind).await.unwrap().into_split();
    let requests = async {
        let mut buffer = vec![0; 4096];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            write.write_all(&buffer[..count]).await.unwrap();
        }
    };
    let replies = tokio::io::copy(&mut read, &mut to);
    tokio::select! { () = requests => {}, _ = replies => {} }
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

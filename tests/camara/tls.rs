//! An aggregator whose certificate comes from a root that only the file names.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::aggregator::Aggregator;
use crate::{client_of, lookup, yaml};

/// Valid for a hundred years and for 127.0.0.1 alone; the key protects nothing.
const SERVER: &[u8] = include_bytes!("tls/server.pem");
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/camara/tls/root.pem");

/// An encrypted front of `server`; gives its base URL.
async fn encrypted(server: &Aggregator) -> String {
    let certificate = CertificateDer::from_pem_slice(SERVER).unwrap();
    let key = PrivateKeyDer::from_pem_slice(SERVER).unwrap();
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

#[tokio::test]
async fn a_root_that_the_file_names_is_trusted() {
    let server = Aggregator::start().await;
    let yaml = yaml(&server, "device-status-0.4").replace(&server.base, &encrypted(&server).await);
    lookup(&client_of(&format!("{yaml}tls: {{ ca: {{ file: \"{ROOT}\" }} }}\n"))).await.unwrap();
}

#[tokio::test]
async fn a_server_that_no_root_vouches_for_gets_nothing() {
    let server = Aggregator::start().await;
    // Some other root, so that the test does not depend on the roots of the system.
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/camara/tls/other.pem");
    let yaml = yaml(&server, "device-status-0.4").replace(&server.base, &encrypted(&server).await);
    let client = client_of(&format!("{yaml}tls: {{ ca: {{ file: \"{other}\" }} }}\n"));
    let error = lookup(&client).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "unavailable: the bc-authorize endpoint could not be reached \
         (its certificate is not trusted)"
    );
    assert!(server.seen().is_empty());
}

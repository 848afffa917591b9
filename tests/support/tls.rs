//! Servers behind TLS, with certificates that are right, or wrong in one way.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// Who vouches for certificates.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its certificate, in a new file of the directory that Cargo keeps for tests.
    pub(crate) fn file(&self) -> PathBuf {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static FILES: AtomicUsize = AtomicUsize::new(0);
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let name = format!("authority-{}-{number}.pem", std::process::id());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, self.0.pem()).unwrap();
        path
    }

    /// A server that asks clients for a certificate of this authority.
    pub(crate) fn asking_server(&self, name: &str) -> ServerConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
        let (certificate, key) = self.certificate(name, 2020, 2120);
        let config = ServerConfig::builder().with_client_cert_verifier(verifier);
        config.with_single_cert(vec![certificate], key).unwrap()
    }

    /// A server for `name` whose certificate is valid from one year to the other.
    pub(crate) fn server(&self, name: &str, from: i32, to: i32) -> ServerConfig {
        let (certificate, key) = self.certificate(name, from, to);
        config(certificate, key)
    }

    fn certificate(
        &self,
        name: &str,
        from: i32,
        to: i32,
    ) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        (certificate.der().clone(), key)
    }
}

/// A server with this certificate.
pub(crate) fn config(
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> ServerConfig {
    let config = ServerConfig::builder().with_no_client_auth();
    config.with_single_cert(vec![certificate], key).unwrap()
}

/// An encrypted front of a plain server (`http://127.0.0.1:1`); gives its base URL.
pub(crate) async fn front(plain: &str, config: ServerConfig) -> String {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let behind = plain.replace("http://", "");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(forward(acceptor.clone(), stream, behind.clone()));
        }
    });
    base
}

async fn forward(acceptor: TlsAcceptor, stream: TcpStream, behind: String) {
    // A client that does not trust us hangs up.
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let mut server = TcpStream::connect(behind).await.unwrap();
    let _ = tokio::io::copy_bidirectional(&mut stream, &mut server).await;
}

//! [`SandboxBuilder`]: how a sandbox is set up.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::Sandbox;
use super::assertion::ClientKey;
use crate::clock::Clock;

/// The body that `POST /device-status/v0/roaming` takes. The path is the same in documents that
/// do not agree on it, so that it is a setting here as it is at every aggregator.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum V0Body {
    /// `{"ueId":{"msisdn":"+34…"}}`, as in Device Status 0.4.
    #[default]
    UeId,
    /// `{"phoneNumber":"+34…"}`, as in code samples of some aggregators.
    PhoneNumber,
    /// `{"device":{"phoneNumber":"+34…"}}`, as in Device Status 0.5, whose scope and codes it brings.
    Device,
}

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    /// Where customers who sign in may be sent back to.
    pub(super) redirect_uris: Vec<String>,
    pub(super) interval: Duration,
    pub(super) request_lifetime: Duration,
    pub(super) token_lifetime: Duration,
    pub(super) v0_body: V0Body,
    pub(super) clock: Clock,
    /// Instead of the secret.
    pub(super) client_key: Option<ClientKey>,
    /// Which is the issuer, too. Known once the server listens.
    pub(super) base_url: String,
}

/// Sets up a [`Sandbox`]. Made by [`Sandbox::builder`].
#[derive(Clone)]
#[must_use]
pub struct SandboxBuilder {
    listen: SocketAddr,
    settings: Settings,
}

impl SandboxBuilder {
    pub(super) fn new() -> Self {
        let settings = Settings {
            client_id: "mock_sandbox_app_id".to_owned(),
            client_secret: "mock_sandbox_app_secret".to_owned(),
            redirect_uris: Vec::new(),
            interval: Duration::from_secs(2),
            request_lifetime: Duration::from_secs(300),
            token_lifetime: Duration::from_secs(3600),
            v0_body: V0Body::default(),
            clock: Clock::system(),
            client_key: None,
            base_url: String::new(),
        };
        Self { listen: (Ipv4Addr::LOCALHOST, 0).into(), settings }
    }

    /// Where to listen; by default a free port of `127.0.0.1`.
    pub fn listen(self, listen: SocketAddr) -> Self {
        Self { listen, ..self }
    }

    /// The client that is accepted; by default `mock_sandbox_app_id` with `mock_sandbox_app_secret`.
    /// Clients form-encode both before they make a Basic header of them (RFC 6749 §2.3.1).
    pub fn credentials(self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.with(|settings| {
            settings.client_id = id.into();
            settings.client_secret = secret.into();
        })
    }

    /// Registers where customers who sign in may be sent back to, letter by letter. Without one,
    /// nobody can sign in.
    pub fn redirect_uri(self, uri: impl Into<String>) -> Self {
        self.with(|settings| settings.redirect_uris.push(uri.into()))
    }

    /// The public key of the client, in PEM form: RSA for RS256 and PS256, P-256 for ES256. The
    /// client then authenticates by `private_key_jwt` and not by its secret, and may use the JWT
    /// bearer grant.
    ///
    /// # Errors
    ///
    /// The text holds no such key.
    pub fn client_key(self, pem: &str) -> io::Result<Self> {
        let key = ClientKey::from_pem(pem.as_bytes());
        let key = key.ok_or_else(|| io::Error::other("no RSA or P-256 public key in PEM form"))?;
        Ok(self.with(|settings| settings.client_key = Some(key)))
    }

    /// The least time between two polls, in whole seconds; by default 2 s.
    pub fn interval(self, interval: Duration) -> Self {
        self.with(|settings| settings.interval = interval)
    }

    /// How long an authorisation may be polled, in whole seconds; by default 5 minutes.
    pub fn request_lifetime(self, lifetime: Duration) -> Self {
        self.with(|settings| settings.request_lifetime = lifetime)
    }

    /// How long a token lives, in whole seconds; by default an hour.
    pub fn token_lifetime(self, lifetime: Duration) -> Self {
        self.with(|settings| settings.token_lifetime = lifetime)
    }

    /// The body that the path of 0.4 and 0.5 takes; by default [`V0Body::UeId`].
    pub fn v0_body(self, body: V0Body) -> Self {
        self.with(|settings| settings.v0_body = body)
    }

    /// The source of `lastStatusTime`; by default the system's clock. Pacing and lifetimes use
    /// tokio's clock, which tests pause.
    pub fn clock(self, clock: Clock) -> Self {
        self.with(|settings| settings.clock = clock)
    }

    /// Starts the sandbox.
    ///
    /// # Errors
    ///
    /// The address cannot be listened on.
    ///
    /// # Panics
    ///
    /// When called outside a tokio runtime.
    pub async fn start(self) -> io::Result<Sandbox> {
        Sandbox::serve(self.listen, self.settings).await
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }
}

impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder").field("listen", &self.listen).finish_non_exhaustive()
    }
}

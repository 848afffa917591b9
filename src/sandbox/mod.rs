//! [`Sandbox`]: an aggregator that runs in the process and speaks real HTTP on loopback.
//!
//! It is for tests, for demonstrations and for `roamgate sandbox`. It is strict: it refuses what
//! a real aggregator refuses, so that a wrong client cannot pass.
//!
//! | endpoint | what it is |
//! |---|---|
//! | `POST /bc-authorize` | CIBA authorisation; Basic authentication, `login_hint`, `scope` |
//! | `POST /token` | CIBA poll; one poll each `interval`, `slow_down` adds 5 s for good. JWT bearer, client credentials, codes, refresh tokens that work once |
//! | `GET /.well-known/openid-configuration` | where the endpoints are; the issuer is the base URL |
//! | `POST /device-status/v0/roaming` | Device Status 0.4: the body names the token's line. 0.5 has the same path and another body: [`V0Body::Device`] |
//! | `POST /device-roaming-status/v0.6/retrieve` | Device Roaming Status 0.6: the body is `{}`, or names the token's line |
//! | `POST /device-roaming-status/v1/retrieve` | Device Roaming Status 1.1: the body is `{}` |
//!
//! A scope is `dpv:<purpose>#<scope>` or `openid dpv:<purpose> <scope>`, where `<scope>` opens one
//! of the APIs: `device-status-roaming-read` 0.4, `device-status:roaming:read` 0.5, and
//! `device-roaming-status:read` 0.6 and 1.x.
//!
//! # Numbers
//!
//! The end of a number chooses what happens to it: the last digit is the kind, the three
//! before it are its value. [`SCENARIOS`] is this table for programs. Nothing is random.
//!
//! | number ends in | what happens |
//! |---|---|
//! | `MMM1` | roams in the network with the mobile country code `MMM`: `2621` Germany, `7241` Brazil, `3401` five candidates, `9011` satellite. Where `MMM` is no assigned code (`0001`), no country is told |
//! | `2` | at home |
//! | `SSS0` | the API answers with the status `SSS`: `4030`, `4040`, `4220`, `4290` (`Retry-After: 2`), `5030`; `4010` refuses the first call only |
//! | `0003` | the consent is pending until [`Sandbox::grant`] |
//! | `0NN3`, `1NN3` | the consent is pending for `NN` polls, for `NN` seconds |
//! | `SSS3` | the authorisation fails: `4033` refused, `4043` unknown customer, `2063` scope narrower than asked |
//! | `0014`, `0024`, `0034` | strange answers: not JSON; code and name contradict; confirmed a day ago |
//! | `NNN5` | at home, answered after `NNN` tenths of a second |
//! | `NNN6` | at home; every token works for `NNN` calls, then it is refused with 401 |
//! | anything else | at home |
//!
//! A line without a number has the digits of its IPv4 address without dots and port, those of the last group of its IPv6 address,
//! or those at the end of what its external identifier has before the `@`; zeros stand for those that lack. `198.51.26.21:5060` and `[2001:db8::2621]`
//! roam in Germany, `203.0.113.2:5060` and `2@example.com` are at home.
//!
//! What ends in `1` roams and what ends in `2` does not, as in the mock mode of Telefónica's sandbox,
//! where all other numbers answer by chance.
//!
//! [`Sandbox::set`] gives a line another scenario, and [`Sandbox::outage`] takes all endpoints down.
//!
//! # Time
//!
//! Pacing, lifetimes and delays follow tokio's clock, so tests can pause it.
//!
//! # Example
//!
//! ```
//! use roamgate::sandbox::{Calls, Sandbox, Scenario};
//! use roamgate::{Line, RoamingStatus};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let sandbox = Sandbox::start().await?;
//! assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
//!
//! let line: Line = "+34600000001".parse().unwrap();
//! sandbox.set(line, RoamingStatus::Home); // what the number says no longer counts
//! sandbox.set(line, Scenario::Outage);
//! assert_eq!(sandbox.calls(), Calls::default());
//! sandbox.shutdown().await
//! # })?;
//! # Ok::<(), std::io::Error>(())
//! ```

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::panic::resume_unwind;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::line::Line;

mod answer;
mod assertion;
mod authorize;
mod body;
mod call;
mod calls;
mod device;
mod discovery;
mod fault;
mod form;
mod roaming;
mod scenario;
mod scope;
mod server;
mod settings;
mod state;
mod token;

pub use calls::Calls;
pub use scenario::{NumberRule, SCENARIOS, Scenario};
pub use settings::{SandboxBuilder, V0Body};

use scope::Scope;
use server::House;
use settings::Settings;
use state::{SignedIn, State};

/// A running aggregator. Dropping it stops its server.
///
/// A panic inside the sandbox comes out when it is shut down or dropped, so that a test fails.
#[must_use = "the server stops when the sandbox is dropped"]
pub struct Sandbox {
    address: SocketAddr,
    settings: Arc<Settings>,
    house: Arc<House>,
    server: JoinHandle<io::Result<()>>,
}

impl Sandbox {
    /// Starts a sandbox with the default settings on a free port of `127.0.0.1`.
    ///
    /// # Errors
    ///
    /// No port can be listened on.
    ///
    /// # Panics
    ///
    /// When called outside a tokio runtime.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// A sandbox with other settings.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::new()
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL below which the endpoints hang, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The id of the client that is accepted.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.settings.client_id
    }

    /// The secret of the client that is accepted.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.settings.client_secret
    }

    /// Gives `line` a scenario instead of the one its number has. A scenario begins anew each
    /// time it is set; authorisations and tokens stay.
    pub fn set(&self, line: Line, scenario: impl Into<Scenario>) {
        self.house.state().set(line, scenario.into());
    }

    /// Gives a consent that is pending, and every later one of this line.
    pub fn grant(&self, line: Line) {
        self.house.state().grant(line);
    }

    /// Plays the customer who signs in with a browser, and gives the code that comes back.
    /// `challenge` is that of PKCE with S256.
    ///
    /// # Errors
    ///
    /// The scope is not one that the sandbox knows.
    pub fn sign_in(
        &self,
        line: Line,
        scope: &str,
        redirect_uri: &str,
        challenge: &str,
    ) -> io::Result<String> {
        let scope = Scope::parse(scope).map_err(|_| io::Error::other("the scope is not known"))?;
        let signed_in = SignedIn {
            line,
            scope,
            redirect_uri: redirect_uri.to_owned(),
            challenge: challenge.to_owned(),
        };
        Ok(self.house.state().sign_in(signed_in))
    }

    /// Begins or ends an outage: every endpoint answers 503.
    pub fn outage(&self, on: bool) {
        self.house.state().outage = on;
    }

    /// The requests that arrived since the start or the last reset.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.house.state().calls
    }

    /// Those of the requests that named this line, directly or by an id or token of its.
    #[must_use]
    pub fn calls_of(&self, line: Line) -> Calls {
        self.house.state().calls_by_line.get(&line).copied().unwrap_or_default()
    }

    /// Sets all counters to zero.
    pub fn reset_calls(&self) {
        let mut state = self.house.state();
        state.calls = Calls::default();
        state.calls_by_line.clear();
    }

    /// Stops the server once the open answers are sent; held ones are sent at once.
    ///
    /// # Errors
    ///
    /// The server failed, or its runtime stopped it.
    ///
    /// # Panics
    ///
    /// With the panic of an endpoint, if there was one.
    pub async fn shutdown(mut self) -> io::Result<()> {
        self.house.stop.cancel();
        (&mut self.server).await.map_err(io::Error::other)?
    }

    async fn serve(listen: SocketAddr, mut settings: Settings) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        settings.base_url = format!("http://{address}");
        let settings = Arc::new(settings);
        let house = Arc::new(House::new(State::new(Arc::clone(&settings))));
        let server = tokio::spawn(server::serve(listener, Arc::clone(&house)));
        Ok(Self { address, settings, house, server })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.house.stop.cancel();
        if let Some(panic) = self.house.take_panic()
            && !std::thread::panicking()
        {
            resume_unwind(panic);
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("address", &self.address).finish_non_exhaustive()
    }
}

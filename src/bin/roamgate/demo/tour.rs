//! The tour: real requests to the gated service, one after another.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use roamgate::camara::{Aggregator, Client};
use roamgate::sandbox::{Calls, Sandbox};
use roamgate::{Line, UnknownReason};
use tokio::time::{Instant, timeout};

use super::picture::{self, Picture};
use super::service::{Judged, LINE, Service};
use super::stops::{self, Seen, Stop};
use crate::exit::Failure;
use crate::{sandbox, screen};

/// Everything that runs.
pub(super) struct Tour {
    sandbox: Sandbox,
    client: Arc<Client>,
    service: Service,
    http: reqwest::Client,
}

impl Tour {
    /// Starts a sandbox, a client that knows it by an aggregator file, and a service gated by both.
    pub(super) async fn start(listen: SocketAddr) -> Result<Self, Failure> {
        let sandbox = Sandbox::builder().interval(POLL).start().await.map_err(broken)?;
        let file = sandbox::aggregator_file(&sandbox);
        let aggregator =
            Aggregator::from_yaml("the demo's aggregator file", &file).map_err(broken)?;
        let client =
            Client::new(aggregator.client_secret(sandbox.client_secret())).map_err(broken)?;
        let client = Arc::new(client);
        let service = Service::start(listen, Arc::clone(&client)).await?;
        // Loopback only: no proxy, and no certificates to load.
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).timeout(PATIENCE);
        Ok(Self { sandbox, client, service, http: http.build().map_err(broken)? })
    }

    /// What is about to be seen.
    pub(super) fn introduction(&self) -> String {
        picture::introduction(&self.sandbox.base_url(), &self.url(""))
    }

    /// That everything was as expected.
    pub(super) fn conclusion(&self) -> String {
        picture::conclusion(stops::all().len())
    }

    /// How to go on alone.
    pub(super) fn invitation(&self) -> String {
        picture::invitation(&self.url(""))
    }

    /// Makes every stop and shows it. Returns how many were not as expected.
    pub(super) async fn walk(&mut self) -> Result<usize, Failure> {
        let picture = Picture::fitting(screen::width());
        screen::print(&picture.head())?;
        let mut surprises = 0;
        for (at, stop) in stops::all().iter().enumerate() {
            if stop.consents_first {
                self.consent(stop).await;
            }
            let (seen, elapsed) = self.visit(stop).await?;
            surprises += usize::from(seen != stop.expected);
            screen::print(&picture.stop(at + 1, stop, &seen, elapsed))?;
        }
        Ok(surprises)
    }

    /// Shows each decision as it is made.
    pub(super) async fn keep_serving(&mut self) -> Result<(), Failure> {
        while let Some(judged) = self.service.judged.recv().await {
            screen::print(&picture::decision(&judged))?;
        }
        Ok(())
    }

    /// Stops what runs in the background.
    pub(super) async fn end(self) -> Result<(), Failure> {
        self.client.shutdown().await;
        self.sandbox.shutdown().await.map_err(broken)
    }

    /// The customer consents, and the client learns it.
    async fn consent(&self, stop: &Stop) {
        let Some(line) = stop.line.and_then(|line| Line::parse(line).ok()) else { return };
        self.sandbox.grant(line);
        // Where it takes too long, the next row shows it.
        let _ = timeout(POLL * 10, self.client.consent_settled(line)).await;
    }

    async fn visit(&mut self, stop: &Stop) -> Result<(Seen, Duration), Failure> {
        let (begin, before) = (Instant::now(), self.sandbox.calls());
        let (mut status, mut judged) = self.ask(stop).await?;
        for _ in 0..REPEATS {
            // The policy waits 800 ms, the lookup goes on: a slow machine has its answer later.
            if judged.reason == Some(UnknownReason::Timeout) {
                (status, judged) = self.ask(stop).await?;
            }
        }
        let elapsed = begin.elapsed();
        let Judged { effect, rule, reason, .. } = judged;
        let calls = since(before, self.sandbox.calls());
        Ok((Seen { status, effect, rule, reason, calls }, elapsed))
    }

    /// One request, and what the gate recorded of it.
    async fn ask(&mut self, stop: &Stop) -> Result<(u16, Judged), Failure> {
        let (method, path) = stop.request.split_once(' ').unwrap_or(("GET", "/"));
        let method = method.parse::<http::Method>().map_err(broken)?;
        let mut request = self.http.request(method, self.url(path));
        if let Some(line) = stop.line {
            request = request.header(LINE, line);
        }
        let status = request.send().await.map_err(broken)?.status().as_u16();
        let judged = self.service.judged.recv().await;
        Ok((status, judged.ok_or_else(|| Failure::failed("the gated service stopped"))?))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.service.address)
    }
}

fn since(before: Calls, after: Calls) -> [u64; 3] {
    [
        after.bc_authorize - before.bc_authorize,
        after.token - before.token,
        after.roaming - before.roaming,
    ]
}

fn broken(error: impl std::fmt::Display) -> Failure {
    Failure::failed(format!("the demo does not work: {error}"))
}

/// How often the sandbox lets a client ask whether a consent is given.
const POLL: Duration = Duration::from_secs(1);
/// How often a request is repeated that the machine was too slow for.
const REPEATS: usize = 5;
/// After this time something hangs.
const PATIENCE: Duration = Duration::from_secs(30);

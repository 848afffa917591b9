//! A cold start: the cache is empty, the aggregator takes 50 ms to answer, and a thousand requests
//! come at once. All speak HTTP on loopback: the clients, the service, and the aggregator.

use std::sync::Arc;
use std::time::Duration;

use roamgate::camara::{Aggregator, Client};
use roamgate::sandbox::{Sandbox, Scenario};
use roamgate::{CachedProvider, Line, RoamingLayer};
use serde::Serialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::time::Instant;

use super::client;
use super::load::percentile;
use crate::{Outcome, gated, lines, payments};

const REQUESTS: u32 = 1_000;
const LINES: u32 = 100;
const ANSWER: Duration = Duration::from_millis(50);

/// What has come of it.
#[derive(Clone, Debug, Serialize)]
pub struct Storm {
    /// How many requests came at once,
    pub requests: u32,
    /// for how many lines.
    pub lines: u32,
    /// With an empty cache.
    pub cold: Wave,
    /// The same once more, a moment later.
    pub warm: Wave,
}

/// A thousand requests.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Wave {
    /// Half of them were answered within so many milliseconds,
    pub p50: f64,
    /// ninety-nine of a hundred within so many,
    pub p99: f64,
    /// and all within so many.
    pub max: f64,
    /// How many got another answer than 200.
    pub refused: usize,
    /// The calls at the aggregator: authorizations,
    pub authorizations: u64,
    /// tokens,
    pub tokens: u64,
    /// and questions about lines, which are paid for.
    pub questions: u64,
}

/// Lets it come.
///
/// # Errors
///
/// Something does not start or does not answer, or the aggregator is asked about a line twice.
pub async fn run() -> Outcome<Storm> {
    let sandbox = Sandbox::start().await?;
    for customer in 0..LINES {
        let line: Line = lines::number(customer).parse()?;
        sandbox.set(line, Scenario::Delayed(ANSWER));
    }
    let cache = CachedProvider::new(Arc::new(asking(&sandbox)?));
    let header = http::HeaderName::from_static(lines::HEADER);
    let layer =
        RoamingLayer::new(gated::policy()?, cache).subject_from_dangerously_trusted_header(header);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let service = payments::service().layer(layer);
    let server = tokio::spawn(async move { axum::serve(listener, service).await });
    let cold = wave(&address, &sandbox).await?;
    let warm = wave(&address, &sandbox).await?;
    server.abort();
    sandbox.shutdown().await?;
    // Refusals are told: on a machine that does something else meanwhile, some wait for too long.
    if cold.questions > u64::from(LINES) {
        return Err(
            format!("a cold start: {} questions about {LINES} lines", cold.questions).into()
        );
    }
    Ok(Storm { requests: REQUESTS, lines: LINES, cold, warm })
}

async fn wave(address: &str, sandbox: &Sandbox) -> Outcome<Wave> {
    sandbox.reset_calls();
    let start = Arc::new(Barrier::new(REQUESTS as usize));
    let mut clients = Vec::new();
    for request in 0..REQUESTS {
        let mut connection = TcpStream::connect(address).await?;
        let start = Arc::clone(&start);
        clients.push(tokio::spawn(async move {
            let payment = client::payment(&lines::number(request % LINES));
            start.wait().await;
            let begun = Instant::now();
            let status = client::status(&mut connection, &payment).await?;
            Outcome::Ok((begun.elapsed().as_secs_f64() * 1e3, status))
        }));
    }
    let (mut took, mut refused) = (Vec::new(), 0);
    for client in clients {
        let (milliseconds, status) = client.await??;
        took.push(milliseconds);
        refused += usize::from(status != 200);
    }
    took.sort_by(f64::total_cmp);
    let within = |share| percentile(&took, share).unwrap_or_default();
    let calls = sandbox.calls();
    Ok(Wave {
        p50: within(0.5),
        p99: within(0.99),
        max: within(1.0),
        refused,
        authorizations: calls.bc_authorize,
        tokens: calls.token,
        questions: calls.roaming,
    })
}

fn asking(sandbox: &Sandbox) -> Outcome<Client> {
    let file = format!(
        r#"
apiVersion: roamgate/v1
kind: Aggregator
baseUrl: {}
client: {{ id: {}, authentication: {{ basic: {{ secret: {{ env: ROAMGATE_CLIENT_SECRET }} }} }} }}
grant: {{ ciba: {{ loginHint: "tel:{{e164}}", scope: "dpv:FraudPreventionAndDetection#device-status-roaming-read" }} }}
api: {{ dialect: device-status-0.4 }}
"#,
        sandbox.base_url(),
        sandbox.client_id()
    );
    let aggregator = Aggregator::from_yaml("aggregator.yaml", &file)?;
    Ok(Client::new(aggregator.client_secret(sandbox.client_secret()))?)
}

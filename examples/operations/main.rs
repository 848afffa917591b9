//! What operators see: `/livez`, `/readyz`, `/status` and `/metrics`, on a port of their own.
//!
//! ```console
//! $ cargo run --example operations --features sandbox,metrics
//! $ curl -i -X POST -H 'x-line: +34600000002' http://127.0.0.1:3000/v1/payments
//! $ curl http://127.0.0.1:3001/status
//! $ curl http://127.0.0.1:3001/metrics
//! ```
//!
//! The aggregator is a sandbox in this process. Break `payments-eea.yaml` in the folder that is
//! printed, and look at `/status` again. `examples/dashboards/` has a dashboard and alerts for it.

mod prometheus;

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use http::HeaderName;
use roamgate::camara::{Aggregator, Client};
use roamgate::decision_log::DecisionLog;
use roamgate::health::Health;
use roamgate::reload::PolicyFiles;
use roamgate::sandbox::Sandbox;
use roamgate::{CachedProvider, RoamingLayer};
use tokio::net::TcpListener;

use prometheus::Exposition;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // First of all, so that whatever is built finds it.
    let exposition = Exposition::default();
    metrics::set_global_recorder(exposition.clone()).map_err(|_| "there is a recorder")?;

    let folder = tempfile::tempdir()?;
    let policy = folder.path().join("payments-eea.yaml");
    std::fs::write(&policy, include_str!("../../policies/payments-eea.yaml"))?;
    let files = PolicyFiles::new([&policy]);
    let log = DecisionLog::to(folder.path().join("decisions.jsonl")).start()?;
    let sandbox = Sandbox::start().await?;
    let client = Arc::new(client(&sandbox)?);
    let cache = Arc::new(CachedProvider::new(Arc::clone(&client)));

    // The header stands for your authentication.
    let layer = RoamingLayer::new(files.load()?, Arc::clone(&cache))
        .subject_from_dangerously_trusted_header(HeaderName::from_static("x-line"))
        .audit(log.clone());
    let health = Health::of(&layer.gate())
        .files("policies", &files.watch(&layer.gate()))
        .aggregator("sandbox", client)
        .cache("statuses", cache)
        .decision_log(&log);

    let app = Router::new().route("/v1/payments", post(|| async { "paid\n" })).layer(layer);
    let operators = operators(health, exposition);
    let (customers_port, operators_port) =
        (TcpListener::bind("127.0.0.1:3000").await?, TcpListener::bind("127.0.0.1:3001").await?);
    println!("policies and decisions are in {}", folder.path().display());
    tokio::try_join!(
        axum::serve(customers_port, app).into_future(),
        axum::serve(operators_port, operators).into_future(),
    )?;
    Ok(())
}

/// Published before each scrape, so that what is read is of the moment.
fn operators(health: Health, exposition: Exposition) -> Router {
    let published = health.clone();
    let metrics = get(move || async move {
        published.publish();
        exposition.page()
    });
    Router::new().route("/metrics", metrics).fallback_service(health.router())
}

fn client(sandbox: &Sandbox) -> Result<Client, Box<dyn Error>> {
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

//! The aggregator client against scripted servers on loopback. Nothing here waits for time to pass.
#![cfg(feature = "camara")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in the functions that its cases share"
)]

#[path = "../support/openapi.rs"]
mod openapi;
#[path = "../support/mod.rs"]
mod support;

mod answers;
mod completeness;
mod consent;
mod contract;
mod discovery;
mod failures;
mod faults;
mod files;
mod flapping;
mod grants;
mod hanging;
mod http2;
mod id_token;
mod independent;
mod keys;
mod lifetimes;
mod lines;
mod log;
mod manners;
mod mistakes;
mod night;
mod places;
mod presets;
mod providers;

mod repeats;
mod replies;
mod requests;
mod rows;
mod schema;
mod secrecy;
mod sign_in;
mod swapped;
mod tls;
mod together;
mod tokens;
mod transcript;
mod unanswered;
mod vain;
mod written;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use roamgate::camara::{Aggregator as File, Calls, Client};
use roamgate::status::Answer;
use roamgate::{Line, ProviderError, Query, RoamingProvider};
use support::aggregator::{Aggregator, Reply, json};

const NUMBER: &str = "+34600000001";
const SECRET: &str = "s3cr3t:with+odd%chars é";

fn line() -> Line {
    NUMBER.parse().unwrap()
}

/// A new file in the directory that Cargo keeps for tests.
fn file_with(content: &str) -> PathBuf {
    log::watch();
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let name = format!("{}-{number}", std::process::id());
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path
}

/// An aggregator file for `server`, in the dialect.
fn yaml(server: &Aggregator, dialect: &str) -> String {
    let (base, secret) = (&server.base, file_with(SECRET));
    format!(
        r##"
apiVersion: roamgate/v1
kind: Aggregator
baseUrl: {base}
client:
  id: "my app"
  authentication: {{ basic: {{ secret: {{ file: "{secret}" }} }} }}
grant:
  ciba:
    loginHint: "tel:{{e164}}"
    scope: "dpv:FraudPreventionAndDetection#device-status-roaming-read"
api: {{ dialect: {dialect} }}
"##,
        secret = secret.display()
    )
}

fn client_of(yaml: &str) -> Client {
    log::watch();
    let file = File::from_yaml("aggregator.yaml", yaml).unwrap_or_else(|error| panic!("{error}"));
    Client::new(file).unwrap()
}

fn client(server: &Aggregator) -> Client {
    client_of(&yaml(server, "device-status-0.4"))
}

/// One that may be asked about its one line as often as a test likes.
fn client_without_line_budget(server: &Aggregator) -> Client {
    client_of(&format!("{}limits: {{ lineInterval: 0s }}\n", yaml(server, "device-status-0.4")))
}

/// Moves the clock, and lets it run on: what waits for a socket does not see it stand.
async fn later(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// Waits for what others do, and fails where they never do it.
async fn until(condition: impl Fn() -> bool) {
    // Counted, as the clock may stand still.
    for _ in 0..10_000_000 {
        if condition() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it never came to that");
}

/// Asks `times` times about lines that nobody has asked about.
async fn lookups(client: &Client, times: u32) -> Vec<Result<Answer, ProviderError>> {
    static LINES: AtomicUsize = AtomicUsize::new(0);
    let mut outcomes = Vec::new();
    for _ in 0..times {
        let number = 700_000_000 + LINES.fetch_add(1, Ordering::Relaxed);
        let query = Query::new(format!("+34{number}").parse().unwrap());
        outcomes.push(client.roaming_status(&query).await);
    }
    outcomes
}

/// One lookup of the line that all tests use.
async fn lookup(client: &Client) -> Result<Answer, ProviderError> {
    client.roaming_status(&Query::new(line())).await
}

/// An OAuth refusal with this code.
fn refused(code: &str) -> Reply {
    json(400, format!(r#"{{"error":"{code}"}}"#))
}

fn calls(calls: Calls) -> [u64; 3] {
    [calls.bc_authorize, calls.token, calls.roaming]
}

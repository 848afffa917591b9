//! A roaming endpoint that takes requests and never answers, and whoever stops waiting for it
//! (`failures.md` A5: "breaker counts it").

use std::sync::Arc;
use std::time::Duration;

use roamgate::UnknownReason::{Timeout, Unavailable};
use roamgate::camara::{BreakerState, Client};
use roamgate::switchboard::Fallback;
use roamgate::{CachedProvider, FixedProvider, Query, RoamingProvider, RoamingStatus};
use tokio::net::TcpListener;

use crate::support::aggregator::{Aggregator, ROAMING_1, TOKEN};
use crate::support::proxy::{Fault, Proxy};
use crate::{client_of, yaml};

/// A server whose roaming endpoint is a black hole, and whose tokens come so late.
struct Night {
    server: Aggregator,
    slow: Proxy,
    /// Connections are taken by the system's queue; nobody answers them.
    silent: TcpListener,
}

impl Night {
    async fn begin(tokens: Duration) -> Self {
        let server = Aggregator::start().await;
        let behind = server.base.replace("http://", "");
        let slow = Proxy::start(behind, move |_| Fault::Delay(tokens)).await;
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { server, slow, silent }
    }

    fn client(&self, grant: &str, timeouts: &str) -> Arc<Client> {
        let yaml = yaml(&self.server, "device-roaming-status-1");
        let (before, _) = yaml.split_once("grant:").unwrap();
        let (slow, silent) = (self.slow.address, self.silent.local_addr().unwrap());
        Arc::new(client_of(&format!(
            "{before}grant: {grant}\napi: {{ dialect: device-roaming-status-1 }}\n\
             endpoints: {{ bcAuthorize: 'http://{slow}/bc-authorize', token: 'http://{slow}{TOKEN}', \
             roaming: 'http://{silent}{ROAMING_1}' }}\n\
             timeouts: {{ {timeouts} }}\nlimits: {{ newLinesPerCaller: 1000 }}\n"
        )))
    }
}

const CIBA: &str = "{ ciba: { loginHint: 'tel:{e164}', scope: roaming } }";
const OWN: &str = "{ clientCredentials: { scope: roaming } }";
const MILLIS: Duration = Duration::from_millis(1);

fn breaker(client: &Client) -> BreakerState {
    let state = client.state();
    let of_roaming = state.endpoints.iter().find(|it| it.endpoint == "the roaming endpoint");
    of_roaming.unwrap().breaker
}

async fn until_open(client: &Client) {
    let opens = async {
        while !matches!(breaker(client), BreakerState::Open(_)) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(60 * 1_000 * MILLIS, opens).await.unwrap();
}

/// Asks about so many lines at once.
async fn round(
    provider: &Arc<impl RoamingProvider + 'static>,
    lines: u32,
) -> Vec<Result<RoamingStatus, roamgate::UnknownReason>> {
    let ask = |number: u32| {
        let provider = Arc::clone(provider);
        let line = format!("+34{}", 600_000_000 + number).parse().unwrap();
        tokio::spawn(async move {
            let outcome = provider.roaming_status(&Query::new(line)).await;
            outcome.map(|answer| answer.status()).map_err(|error| error.reason())
        })
    };
    let mut outcomes = Vec::new();
    for asking in (0..lines).map(ask).collect::<Vec<_>>() {
        outcomes.push(asking.await.unwrap());
    }
    outcomes
}

#[tokio::test]
async fn a5_behind_a_fallback_that_loses_patience_the_breaker_opens_all_the_same() {
    let night = Night::begin(10 * MILLIS).await;
    let client = night.client(CIBA, "connect: 500ms, attempt: 500ms, total: 5s");
    // As by default, the fallback waits for as long as one attempt may take, and tokens come before it.
    let second = FixedProvider::new();
    let both = Fallback::new(Arc::clone(&client), second).patience(500 * MILLIS);
    round(&Arc::new(both.clone()), 40).await;
    until_open(&client).await;
    let asked = client.calls().roaming;
    round(&Arc::new(both), 40).await;
    assert_eq!(client.calls().roaming, asked, "the host is left alone");
}

#[tokio::test]
async fn a5_what_the_total_time_cuts_off_counts_against_the_endpoint() {
    let night = Night::begin(400 * MILLIS).await;
    let client = night.client(OWN, "connect: 600ms, attempt: 600ms, total: 800ms");
    assert_eq!(round(&client, 20).await, vec![Err(Timeout); 20]);
    assert!(matches!(breaker(&client), BreakerState::Open(_)));
    assert_eq!(round(&client, 1).await, [Err(Unavailable)]);
}

#[tokio::test]
async fn a5_what_somebody_waited_long_for_and_dropped_counts_against_the_endpoint() {
    let night = Night::begin(MILLIS).await;
    let client = night.client(OWN, "connect: 400ms, attempt: 400ms, total: 10s");
    let cached = CachedProvider::new(Arc::clone(&client)).deadline(350 * MILLIS);
    assert_eq!(round(&Arc::new(cached), 20).await, vec![Err(Timeout); 20]);
    assert!(matches!(breaker(&client), BreakerState::Open(_)));
}

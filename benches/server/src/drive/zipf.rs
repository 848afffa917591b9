//! A million lines, some of which are far more frequent than others, and room for a tenth of them.
//!
//! The line at rank `r` comes with the frequency `1 / r^s`. Nobody can avoid more lookups than a cache
//! that always holds the most frequent lines, which is told beside. Time is tokio's, paused: in one run
//! it stands still, so that no answer grows old; in the other there are a thousand requests each
//! second, and answers decide for five minutes.

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::{Request, Response};
use roamgate::{CachedProvider, Line, RoamingLayer, RoamingStatus, provider_fn};
use serde::Serialize;
use tower::{Layer, Service};

use crate::{Outcome, gated, payments};

const LINES: usize = 1_000_000;
const ROOM: u32 = 100_000;

/// What has come of it.
#[derive(Clone, Debug, Serialize)]
pub struct Zipf {
    /// The exponent.
    pub s: f64,
    /// How many requests come each second; none where time stands still.
    pub rate: Option<u32>,
    /// How many requests were counted, after half as many that were not.
    pub requests: u32,
    /// The share of the lookups that was avoided.
    pub avoided: f64,
    /// What a cache would avoid that always held the most frequent lines, and of which no answer grew old.
    pub limit: f64,
    /// Calls to the provider for each thousand requests.
    pub calls: f64,
}

/// Runs all of them, with so many requests each.
///
/// # Errors
///
/// A request is refused.
pub fn run(requests: u32) -> Outcome<Vec<Zipf>> {
    let mut all = Vec::new();
    for s in [1.0, 0.8] {
        let lines = Lines::new(s);
        for rate in [None, Some(1_000)] {
            all.push(traffic(&lines, rate, requests)?);
        }
    }
    Ok(all)
}

fn traffic(lines: &Lines, rate: Option<u32>, requests: u32) -> Outcome<Zipf> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    let asked = Arc::new(AtomicU64::new(0));
    let calls = Arc::clone(&asked);
    let provider = provider_fn(move |_: Line| {
        asked.fetch_add(1, Ordering::Relaxed);
        async { Ok(RoamingStatus::Home) }
    });
    let cache = CachedProvider::new(provider).capacity(u64::from(ROOM));
    let gate = RoamingLayer::new(gated::policy()?, cache);
    let counted = runtime.block_on(async {
        let mut draws = Draws(0x9e37_79b9_7f4a_7c15);
        pass(&gate, lines, &mut draws, (rate, requests / 2)).await?;
        let before = calls.load(Ordering::Relaxed);
        pass(&gate, lines, &mut draws, (rate, requests)).await?;
        Outcome::Ok(calls.load(Ordering::Relaxed) - before)
    })?;
    let share = counted as f64 / f64::from(requests);
    let (s, limit) = (lines.s, lines.share_of_the_first(ROOM));
    Ok(Zipf { s, rate, requests, avoided: 1.0 - share, limit, calls: share * 1e3 })
}

/// Lets so many requests through the gate.
async fn pass(
    gate: &RoamingLayer,
    lines: &Lines,
    draws: &mut Draws,
    (rate, requests): (Option<u32>, u32),
) -> Outcome<()> {
    let inner = tower::service_fn(|_: Request<()>| {
        ready(Ok::<_, Infallible>(Response::new(axum::body::Body::empty())))
    });
    let mut service = gate.layer(inner);
    for request in 0..requests {
        if let Some(rate) = rate
            && request % AT_ONCE == 0
        {
            tokio::time::advance(Duration::from_secs(1) * AT_ONCE / rate).await;
        }
        let line = Line::parse(&format!("+34{:09}", 600_000_000 + lines.at(draws.next())))?;
        let request = Request::post(payments::PATH).extension(line).body(())?;
        if service.call(request).await?.status() != http::StatusCode::OK {
            return Err("a request was refused".into());
        }
    }
    Ok(())
}

/// So many requests come at one moment.
const AT_ONCE: u32 = 100;

/// Lines by their frequency.
struct Lines {
    s: f64,
    /// Of each line, the share of all requests that are for it or for a more frequent one.
    up_to: Vec<f64>,
}

impl Lines {
    fn new(s: f64) -> Self {
        let sums = (1..=LINES).scan(0.0, |sum, rank| {
            *sum += (rank as f64).powf(-s);
            Some(*sum)
        });
        let sums: Vec<f64> = sums.collect();
        let all = sums.last().copied().unwrap_or(1.0);
        Self { s, up_to: sums.into_iter().map(|sum| sum / all).collect() }
    }

    fn at(&self, draw: f64) -> usize {
        self.up_to.partition_point(|up_to| *up_to < draw)
    }

    fn share_of_the_first(&self, lines: u32) -> f64 {
        let last = (lines as usize).saturating_sub(1);
        self.up_to.get(last).copied().unwrap_or(1.0)
    }
}

/// The same draws in every run (xorshift64*).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        bits as f64 / (1u64 << 53) as f64
    }
}

//! A request that waits for the network, which answers at once: by a task of its own in a runtime of
//! one thread, which is counted too.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use futures_util::future::join_all;
use http::StatusCode;
use roamgate::{CachedProvider, Line, RoamingLayer, RoamingStatus, provider_fn};
use tower::{Layer, Service, service_fn};

use super::Work;
use super::service::{inner, payment, policy, runtime};

/// So many requests come for one line.
pub(super) const COMPANY: u64 = 10;

pub(super) fn miss() -> Work {
    together(1)
}

/// One of them begins the lookup, all wait for it.
pub(super) fn coalesced() -> Work {
    together(COMPANY)
}

fn together(requests: u64) -> Work {
    let asked = Arc::new(AtomicU64::new(0));
    let mut service = asking(&asked).layer(service_fn(inner));
    let runtime = runtime();
    Box::new(move |pass| {
        asked.store(0, Relaxed);
        let mut some: Vec<_> = (0..requests).map(|_| payment()).collect();
        let mut answered = 0;
        pass(&mut || {
            let calls = some.drain(..).map(|request| service.call(request));
            let answers = runtime.block_on(join_all(calls));
            let allowed = answers.iter().flatten().filter(|it| it.status() == StatusCode::OK);
            answered = allowed.count() as u64;
        });
        assert_eq!((answered, asked.load(Relaxed)), (requests, 1));
    })
}

/// A layer over a cache in which every answer is too old at once.
fn asking(asked: &Arc<AtomicU64>) -> RoamingLayer {
    let asked = Arc::clone(asked);
    let provider = provider_fn(move |_: Line| {
        asked.fetch_add(1, Relaxed);
        async { Ok(RoamingStatus::Home) }
    });
    RoamingLayer::new(policy(), CachedProvider::new(provider).home_for(Duration::ZERO))
}

//! How long decisions take.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use roamgate::Policy;

use super::traffic::Traffic;

/// The paces of the routes, and of all together.
pub(super) struct Paces<'a> {
    pub(super) routes: BTreeMap<Option<&'a str>, Pace>,
    pub(super) all: Pace,
}

/// What half of the decisions, 99 and 99.9 of a hundred, and all of them take at most.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    pub(super) samples: usize,
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    pub(super) p999: Duration,
    pub(super) max: Duration,
}

/// A reading of the clock takes as long as a decision: so many decisions of one question are timed
/// together.
pub(super) const BATCH: u32 = 32;
/// Every question has its turn, and then again until this is over.
const AT_LEAST: Duration = Duration::from_secs(1);

impl<'a> Paces<'a> {
    pub(super) fn measure(policy: &Policy, traffic: &'a Traffic) -> Self {
        // Once for nothing: what is compiled or fetched at the first use is no request's.
        for (_, question) in &traffic.questions {
            black_box(question.decided_by(policy));
        }
        let mut samples: BTreeMap<Option<&str>, Vec<Duration>> = BTreeMap::new();
        let began = now();
        while began.elapsed() < AT_LEAST {
            for (route, question) in &traffic.questions {
                let since = now();
                for _ in 0..BATCH {
                    black_box(black_box(question).decided_by(policy));
                }
                samples.entry(route.as_deref()).or_default().push(since.elapsed() / BATCH);
            }
        }
        let all = Pace::of(samples.values().flatten().copied().collect());
        Self { routes: samples.into_iter().map(|(route, it)| (route, Pace::of(it))).collect(), all }
    }
}

impl Pace {
    fn of(mut samples: Vec<Duration>) -> Self {
        samples.sort_unstable();
        let at = |share: f64| {
            let place = (samples.len() as f64 * share) as usize;
            samples.get(place.min(samples.len().saturating_sub(1))).copied().unwrap_or_default()
        };
        Self { samples: samples.len(), p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1.0) }
    }
}

#[expect(clippy::disallowed_methods, reason = "a stopwatch reads the real clock")]
fn now() -> Instant {
    Instant::now()
}

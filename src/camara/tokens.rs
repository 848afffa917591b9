//! Tokens by line: remembered, and asked for once however many wait.

use std::sync::Arc;
use std::time::Duration;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::time::Instant;

use super::oauth::{Ciba, Next, Pending, Token};
use crate::flight::Flights;
use crate::line::Line;
use crate::provider::{Correlator, ProviderError};
use crate::status::UnknownReason;

/// The tokens of one client at one token endpoint for one scope: the line is the key.
#[derive(Debug)]
pub(super) struct Tokens {
    source: Arc<Source>,
    flights: Flights<Line, Outcome>,
}

type Outcome = Result<Arc<Token>, ProviderError>;

#[derive(Debug)]
struct Source {
    ciba: Ciba,
    held: Cache<Line, Held>,
    pending: Pending,
}

/// What is remembered of a line.
#[derive(Clone)]
enum Held {
    Token(Arc<Token>),
    /// The customer said no, and is not asked again before this moment.
    Refused(ProviderError, Instant),
}

impl Tokens {
    pub(super) fn new(ciba: Ciba, deadline: Duration) -> Self {
        let held = Cache::builder().max_capacity(CAPACITY).eviction_policy(EvictionPolicy::lru());
        let source = Source { ciba, held: held.build(), pending: Pending::new(MAX_PENDING) };
        Self { source: Arc::new(source), flights: Flights::new(deadline) }
    }

    /// A token for `line`, from memory or from the aggregator.
    pub(super) async fn token(&self, line: Line, correlator: Correlator) -> Outcome {
        if let Some(held) = self.source.held(line) {
            return held;
        }
        let (asking, keeping) = (Arc::clone(&self.source), Arc::clone(&self.source));
        let kept = || self.source.held(line);
        let load = async move { asking.ask(line, correlator).await };
        let keep = move |outcome: &Outcome| keeping.hold(line, outcome);
        let landed = self.flights.join(line, kept, load, keep).await;
        landed.unwrap_or_else(|lost| Err(ProviderError::new(lost.reason(), lost.to_string())))
    }

    /// Why no token can be had at the moment, as far as it is known without asking: the consent is pending,
    /// or was refused.
    pub(super) fn refusal(&self, line: Line) -> Option<ProviderError> {
        self.source.known(line)?.err()
    }

    /// Forgets exactly this token, not a newer one.
    pub(super) fn reject(&self, line: Line, token: &Arc<Token>) {
        let is_held = matches!(self.source.held.get(&line), Some(Held::Token(held)) if Arc::ptr_eq(&held, token));
        // A newer token that comes in between is lost, which costs one request and nothing else.
        if is_held {
            self.source.held.invalidate(&line);
        }
    }

    /// Waits until no consent is pending for `line`.
    pub(super) async fn settled(&self, line: Line) {
        self.source.pending.settled(line).await;
    }

    pub(super) async fn shutdown(&self, grace: Duration) {
        self.flights.shutdown(grace).await;
        self.source.pending.shutdown().await;
    }
}

impl Drop for Tokens {
    /// The background tasks hold the source, and would outlive the client until their consents expire.
    fn drop(&mut self) {
        self.source.pending.stop();
    }
}

impl Source {
    /// What is known without asking.
    fn held(&self, line: Line) -> Option<Outcome> {
        let now = Instant::now();
        match self.held.get(&line)? {
            Held::Token(token) => token.is_usable(now).then_some(Ok(token)),
            Held::Refused(error, until) => (now < until).then_some(Err(error)),
        }
    }

    /// The same, and what is known of a consent that is pending.
    fn known(&self, line: Line) -> Option<Outcome> {
        // In this order: a background task keeps its token before it ends.
        self.pending.latest(line).map(Err).or_else(|| self.held(line))
    }

    fn hold(&self, line: Line, outcome: &Outcome) {
        match outcome {
            Ok(token) => self.held.insert(line, Held::Token(Arc::clone(token))),
            Err(error) if error.reason() == UnknownReason::NoConsent => {
                self.held.insert(line, Held::Refused(error.clone(), Instant::now() + REFUSAL));
            }
            Err(_) => {}
        }
    }

    /// Begins an authorization and polls once; a pending one goes on in the background.
    async fn ask(self: Arc<Self>, line: Line, correlator: Correlator) -> Outcome {
        if let Some(known) = self.known(line) {
            return known;
        }
        let mut begun = self.ciba.begin(line, correlator).await?;
        let (until, meanwhile) = match self.ciba.poll(&mut begun).await {
            Next::Done(outcome) => return outcome.map(Arc::new),
            Next::Wait { until, meanwhile } => (until, meanwhile),
        };
        let source = Arc::clone(&self);
        self.pending.start(line, meanwhile.clone(), |tell| async move {
            let mut next = until;
            loop {
                tokio::time::sleep_until(next).await;
                match source.ciba.poll(&mut begun).await {
                    Next::Done(outcome) => return source.hold(line, &outcome.map(Arc::new)),
                    Next::Wait { until, meanwhile } => {
                        next = until;
                        tell.send_replace(meanwhile);
                    }
                }
            }
        });
        Err(meanwhile)
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token",
            Self::Refused(..) => "Refused",
        })
    }
}

const CAPACITY: u64 = 100_000;
const MAX_PENDING: usize = 1_000;
const REFUSAL: Duration = Duration::from_secs(300);

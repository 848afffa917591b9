//! [`Pass`]: a request that may be sent, and what its outcome teaches.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::breaker::{Outcome, Turn};
use super::latch::Ticket;
use super::refusal::Refusal;
use super::state::count;
use super::throttle::Plea;
use super::{Manners, Route, locked};
use crate::provider::ProviderError;

/// A request may be sent. Dropped without a judgement, it proves nothing, and if it was a probe, leaves
/// room for another; unless whoever dropped it had waited for so long that the endpoint is to blame.
pub(in crate::camara) struct Pass {
    manners: Arc<Manners>,
    route: Route,
    breaker: Option<Ticket>,
    throttle: Option<Ticket>,
    /// From then on, giving up is a failure of the endpoint.
    late: Option<Instant>,
    is_replay: bool,
}

/// What became of the request.
#[derive(Clone, Copy, Debug)]
pub(in crate::camara) enum Judgement {
    /// A whole reply came.
    Replied { status: u16, retry_after: Option<Duration>, is_quota: bool },
    /// It broke off, or did not come in time.
    Failed,
    /// No connection came about.
    Unconnected,
}

impl Pass {
    pub(super) fn of(manners: &Arc<Manners>, route: Route, now: Instant) -> Result<Self, Refusal> {
        let breaker = locked(&route.breaker).enter(now);
        let breaker = breaker.map_err(|wait| Refusal::Breaker(route.endpoint, wait))?;
        if let Err(wait) = locked(&route.throttle).look(now) {
            locked(&route.breaker).give_back(breaker, now);
            return Err(Refusal::Gate(wait));
        }
        if breaker.is_probe() {
            let endpoint = route.endpoint;
            tracing::warn!(%endpoint, breaker = "halfOpen", "an endpoint is tried again");
        }
        let (manners, breaker) = (Arc::clone(manners), Some(breaker));
        Ok(Self { manners, route, breaker, throttle: None, late: None, is_replay: false })
    }

    /// The request is about to be sent. Only now does it pass the gate: before, requests for tokens
    /// of the same lookup may have to, and the first of them all is the probe. It may take `attempt`.
    pub(in crate::camara) fn begin(&mut self, attempt: Duration) -> Result<(), ProviderError> {
        let now = Instant::now();
        let ticket = locked(&self.route.throttle).enter(now);
        self.throttle = Some(ticket.map_err(|wait| self.manners.refuse(Refusal::Gate(wait)))?);
        self.late = Some(now + attempt / 2);
        Ok(())
    }

    /// The same request with a token that has just been given: if it is rejected too, the endpoint
    /// is to blame, or our credentials.
    pub(in crate::camara) fn with_another_token(mut self) -> Self {
        self.is_replay = true;
        self
    }

    /// Learns from what became of the request.
    pub(in crate::camara) fn judge(mut self, judgement: Judgement, cause: impl Fn() -> String) {
        self.settle(judgement, cause);
    }

    fn settle(&mut self, judgement: Judgement, cause: impl Fn() -> String) {
        let now = Instant::now();
        if let Some(ticket) = self.throttle.take() {
            match self.plea(judgement) {
                Some(plea) => {
                    locked(&self.route.throttle).shut(ticket, self.route.endpoint, plea, now)
                }
                None => locked(&self.route.throttle).settle(ticket, self.route.endpoint),
            }
        }
        let Some(ticket) = self.breaker.take() else { return };
        let outcome = self.outcome(judgement);
        let turn = locked(&self.route.breaker).settle(ticket, outcome, now, rand::random());
        self.tell(turn, cause);
    }

    /// Did the host ask us to wait?
    fn plea(&self, judgement: Judgement) -> Option<Plea> {
        let counters = &self.manners.counters;
        let Judgement::Replied { status, retry_after, is_quota } = judgement else { return None };
        if status != 429 && (status != 503 || retry_after.is_none()) {
            return None;
        }
        count(&counters.throttled);
        if status == 429 && is_quota {
            count(&counters.quota_exceeded);
            tracing::error!(endpoint = %self.route.endpoint, "the aggregator says that our quota is used up");
            let pause = self.manners.limits.quota_pause;
            return Some(retry_after.map_or(Plea::Quota(pause), Plea::For));
        }
        Some(retry_after.map_or(Plea::Unsaid, Plea::For))
    }

    fn outcome(&self, judgement: Judgement) -> Outcome {
        match judgement {
            Judgement::Unconnected => Outcome::Unconnected,
            Judgement::Failed => Outcome::Failed,
            Judgement::Replied { status: 501 | 505 | 511, .. } => Outcome::Answered,
            Judgement::Replied { status: 500..=599, .. } => Outcome::Failed,
            Judgement::Replied { status: 401, .. } if self.is_replay => Outcome::Failed,
            Judgement::Replied { .. } => Outcome::Answered,
        }
    }

    fn tell(&self, turn: Option<Turn>, cause: impl Fn() -> String) {
        let endpoint = self.route.endpoint;
        match turn {
            Some(Turn::Opened(wait)) => {
                let (seconds, cause) = (wait.as_secs_f64(), cause());
                tracing::warn!(%endpoint, breaker = "open", seconds, cause, "an endpoint failed too often and is left alone");
            }
            Some(Turn::Closed) => {
                tracing::warn!(%endpoint, breaker = "closed", "an endpoint answers again");
            }
            None => {}
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let now = Instant::now();
        if self.late.is_some_and(|late| now >= late) {
            self.settle(Judgement::Failed, || "given up before the answer came".to_owned());
        }
        if let Some(ticket) = self.breaker {
            locked(&self.route.breaker).give_back(ticket, now);
        }
        if let Some(ticket) = self.throttle {
            locked(&self.route.throttle).give_back(ticket, now);
        }
    }
}

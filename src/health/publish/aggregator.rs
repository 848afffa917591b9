//! What a client of an aggregator knows.

use crate::camara::{BreakerState, EndpointState, State, Trouble};
use crate::health::Health;
use crate::metrics::publish::{gauge, table, zero};

impl Health {
    pub(super) fn publish_aggregator(&self, name: &str, state: &State) {
        for metric in [&table::TROUBLES, &table::REFUSALS, &table::BREAKER, &table::GATE] {
            zero(metric, &[name]);
        }
        state.endpoints.iter().for_each(|endpoint| publish_endpoint(name, endpoint));
        // Codes are many: they are added up.
        for kind in &state.troubles {
            let same = |it: &&_| is_same(it, kind);
            let count = state.troubles.iter().filter(same).map(|it| it.count).sum();
            self.raise(&table::TROUBLES, &[name, kind.name, kind.kind.name()], count);
        }
        for (by, count) in state.refused.by_word() {
            self.raise(&table::REFUSALS, &[name, by], count);
        }
        self.raise(&table::RETRIES, &[name], state.retries);
        self.raise(&table::THROTTLED, &[name], state.throttled);
        self.raise(&table::QUOTA, &[name], state.quota_exceeded);
        gauge(&table::IN_FLIGHT, &[name]).set(state.in_flight as f64);
        gauge(&table::PENDING, &[name]).set(state.pending as f64);
        gauge(&table::SKEW, &[name]).set(state.clock_skew.as_secs_f64());
        gauge(&table::ENTRIES, &[&format!("{name} tokens")]).set(state.tokens as f64);
        for (budget, left) in state.left.by_word() {
            gauge(&table::BUDGET_LEFT, &[name, budget]).set(left as f64);
        }
    }
}

fn is_same(one: &Trouble, other: &Trouble) -> bool {
    (one.name, one.kind) == (other.name, other.kind)
}

fn publish_endpoint(name: &str, endpoint: &EndpointState) {
    let labels = [name, endpoint.name];
    gauge(&table::BREAKER, &labels).set(match endpoint.breaker {
        BreakerState::Closed => 0.0,
        BreakerState::HalfOpen => 1.0,
        BreakerState::Open(_) => 2.0,
    });
    gauge(&table::GATE, &labels).set(endpoint.gate.as_secs_f64());
}

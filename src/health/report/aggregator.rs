//! What a client of an aggregator tells.

use serde_json::{Map, Value, json};

use crate::camara::{BreakerState, Client, EndpointState, State, Trouble};

pub(super) fn of(name: &str, client: &Client) -> Value {
    let (state, calls) = (client.state(), client.calls());
    let State { endpoints, in_flight, pending, tokens, left, troubles, .. } = &state;
    json!({
        "name": name,
        "endpoints": endpoints.iter().map(endpoint).collect::<Vec<_>>(),
        "inFlight": in_flight,
        "consentsPending": pending,
        "tokens": tokens,
        "calls": {
            "metadata": calls.metadata,
            "bcAuthorize": calls.bc_authorize,
            "token": calls.token,
            "roaming": calls.roaming,
        },
        "retries": state.retries,
        "throttled": state.throttled,
        "quotaExceeded": state.quota_exceeded,
        "refused": counts(state.refused.by_word()),
        "left": counts(left.by_word()),
        "troubles": troubles.iter().map(trouble).collect::<Vec<_>>(),
        "clockSkewSeconds": state.clock_skew.as_secs(),
    })
}

fn endpoint(endpoint: &EndpointState) -> Value {
    let (breaker, wait) = match endpoint.breaker {
        BreakerState::Closed => ("closed", None),
        BreakerState::Open(wait) => ("open", Some(wait.as_secs_f64())),
        BreakerState::HalfOpen => ("halfOpen", None),
    };
    json!({
        "endpoint": endpoint.name,
        "breaker": breaker,
        "openForSeconds": wait,
        "gateForSeconds": endpoint.gate.as_secs_f64(),
    })
}

fn counts(counts: impl IntoIterator<Item = (&'static str, u64)>) -> Value {
    counts
        .into_iter()
        .map(|(word, count)| (word.to_owned(), count.into()))
        .collect::<Map<_, _>>()
        .into()
}

fn trouble(trouble: &Trouble) -> Value {
    json!({
        "endpoint": trouble.name,
        "kind": trouble.kind.name(),
        "code": trouble.code,
        "count": trouble.count,
    })
}

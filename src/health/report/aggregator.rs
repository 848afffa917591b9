//! What a client of an aggregator tells.

use serde_json::{Value, json};

use crate::camara::{BreakerState, BudgetsLeft, Client, EndpointState, Refused, State, Trouble};

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
        "refused": refused(&state.refused),
        "left": budgets(left),
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

fn refused(refused: &Refused) -> Value {
    json!({
        "breaker": refused.breaker,
        "gate": refused.gate,
        "inFlight": refused.in_flight,
        "line": refused.line,
        "caller": refused.caller,
        "minute": refused.minute,
        "day": refused.day,
        "authorizations": refused.authorizations,
        "retries": refused.retries,
    })
}

fn budgets(left: &BudgetsLeft) -> Value {
    json!({
        "inFlight": left.in_flight,
        "minute": left.minute,
        "day": left.day,
        "authorizations": left.authorizations,
    })
}

fn trouble(trouble: &Trouble) -> Value {
    json!({
        "endpoint": trouble.name,
        "kind": trouble.kind.name(),
        "code": trouble.code,
        "count": trouble.count,
    })
}

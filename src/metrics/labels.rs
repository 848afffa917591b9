//! The labels, and what may stand in them.

use super::metric::{Label, Values};
use super::words::{Avoided, CallOutcome, Place, TokenFrom};
use crate::policy::Effect;
use crate::status::{ReasonGroup, UnknownReason};

macro_rules! labels {
    ($($name:ident = $label:literal, $values:expr;)+) => {
        $(pub(crate) const $name: Label = Label { name: $label, values: $values };)+
    };
}

labels! {
    ROUTE = "route", Values::Named("a route of the policy; `(unmatched)`; `(other)` beyond the first 50");
    AGGREGATOR = "aggregator", Values::Named("an aggregator, as the service calls it");
    CACHE = "cache", Values::Named("a cache, as the service calls it, and what it holds");
    FILES = "files", Values::Named("watched files, as the service calls them");
    EFFECT = "effect", Values::Closed(effects);
    PROJECTED = "projected", Values::Closed(effects);
    GROUP = "group", Values::Closed(groups);
    REASON = "reason", Values::Closed(reasons);
    MODE = "mode", Values::Closed(|| vec![ENFORCED, OBSERVED]);
    HOW = "how", Values::Closed(|| Avoided::ALL.map(Avoided::name).to_vec());
    OUTCOME = "outcome", Values::Closed(outcomes);
    WAITED = "outcome", Values::Closed(|| vec![KNOWN, UNKNOWN]);
    AGE = "asked", Values::Closed(ages);
    CONFIRMED = "confirmed", Values::Closed(ages);
    PLACE = "place", Values::Closed(|| Place::ALL.map(Place::name).to_vec());
    ENDPOINT = "endpoint", Values::Closed(|| ENDPOINTS.to_vec());
    CALL_OUTCOME = "outcome", Values::Closed(|| CallOutcome::ALL.map(CallOutcome::name).to_vec());
    TOKENS = "from", Values::Closed(|| TokenFrom::ALL.map(TokenFrom::name).to_vec());
    TROUBLE = "kind", Values::Closed(|| TROUBLE_KINDS.to_vec());
    REFUSED_BY = "by", Values::Closed(|| REFUSERS.to_vec());
    BUDGET = "budget", Values::Closed(|| BUDGETS.to_vec());
    RECORDS = "outcome", Values::Closed(|| vec!["written", "lost"]);
    UNDECIDED = "outcome", Values::Closed(|| vec!["shed", "cancelled"]);
}

pub(crate) const ENFORCED: &str = "enforced";
pub(crate) const OBSERVED: &str = "observed";
pub(crate) const KNOWN: &str = "known";
pub(crate) const UNKNOWN: &str = "unknown";
pub(crate) const NO_GROUP: &str = "none";
/// The request was malformed, or its decision could not be recorded.
pub(crate) const FAULT: &str = "fault";

pub(crate) const ENDPOINTS: [&str; 5] = ["metadata", "keys", "bcAuthorize", "token", "roaming"];
pub(crate) const BUDGETS: [&str; 4] = ["inFlight", "minute", "day", "authorizations"];
pub(crate) const REFUSERS: [&str; 9] =
    ["breaker", "gate", "inFlight", "line", "caller", "minute", "day", "authorizations", "retries"];
/// The names of `camara::TroubleKind`.
pub(crate) const TROUBLE_KINDS: [&str; 18] = [
    "connect",
    "connectTimeout",
    "dns",
    "tls",
    "timeout",
    "broken",
    "serverError",
    "throttled",
    "rejected",
    "forbidden",
    "negative",
    "refused",
    "redirect",
    "oversized",
    "contentType",
    "malformed",
    "mismatch",
    "contradiction",
];

/// How old answers are: at most so many seconds, or more.
pub(crate) const AGES: [(u64, &str); 5] =
    [(60, "1m"), (300, "5m"), (900, "15m"), (3_600, "1h"), (86_400, "1d")];
pub(crate) const OLDER: &str = "older";

fn ages() -> Vec<&'static str> {
    AGES.iter().map(|(_, name)| *name).chain([OLDER]).collect()
}

fn effects() -> Vec<&'static str> {
    [Effect::Allow, Effect::StepUp, Effect::Deny].map(Effect::name).to_vec()
}

fn reasons() -> Vec<&'static str> {
    UnknownReason::ALL.iter().map(|reason| reason.name()).collect()
}

fn groups() -> Vec<&'static str> {
    let groups = ReasonGroup::ALL.iter().map(|group| group.name());
    groups.chain([NO_GROUP, FAULT]).collect()
}

fn outcomes() -> Vec<&'static str> {
    let unknown = UnknownReason::line_reasons().map(UnknownReason::name);
    ["home", "roaming"].into_iter().chain(unknown).collect()
}

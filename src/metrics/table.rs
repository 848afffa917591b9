//! The table of all metrics: what is described, begun at zero, documented and drawn comes from here.

use super::labels::{
    AGE, AGGREGATOR, BUDGET, CACHE, CALL_OUTCOME, CONFIRMED, EFFECT, ENDPOINT, FILES, GROUP, HOW,
    MODE, OUTCOME, PLACE, PROJECTED, REASON, RECORDS, REFUSED_BY, ROUTE, TOKENS, TROUBLE,
    UNDECIDED, WAITED,
};
use super::metric::Metric;

macro_rules! table {
    ($($name:ident = $metric:expr, $description:literal;)+) => {
        $(pub(crate) const $name: Metric = $metric.tells($description);)+

        /// Every metric.
        pub const METRICS: &[Metric] = &[$($name,)+];
    };
}

table! {
    DECISIONS = Metric::counter("roamgate_decisions_total", &[ROUTE, EFFECT, GROUP, MODE]),
        "decisions, by route, effect, and the group of the reason where something was unknown";
    UNKNOWN = Metric::counter("roamgate_unknown_decisions_total", &[EFFECT, REASON, MODE]),
        "decisions where something was unknown, by the reason; with the effect `allow`, something was let through that nobody had verified";
    SHADOW = Metric::counter("roamgate_shadow_decisions_total", &[EFFECT, PROJECTED]),
        "decisions that shadow rules judged too, by their effect and by what it would be if these rules were enforced";
    AVOIDED = Metric::counter("roamgate_lookups_avoided_total", &[HOW]),
        "lookups that were not made, each of which would have been a paid call";
    LOOKUPS = Metric::counter("roamgate_lookups_total", &[OUTCOME]),
        "questions put to a provider because nothing usable was cached, by what came of them; those among them that are `coalesced` or `remembered` cost nothing";
    WAITED_FOR = Metric::histogram("roamgate_lookup_duration_seconds", &[WAITED], WAITS),
        "how long requests waited for a lookup: what the gate adds to a request that is not decided from the cache";
    CHECKS_WAITING = Metric::gauge("roamgate_checks_waiting", &[]),
        "checks that wait for the network";
    NOT_WAITED = Metric::counter("roamgate_checks_not_waited_total", &[UNDECIDED]).published(),
        "checks for which there was no room to wait, so that they were answered at once (`shed`), and those whose callers gave up before there was a decision (`cancelled`)";
    ANSWERS = Metric::counter("roamgate_answers_used_total", &[AGE, CONFIRMED]),
        "answers about lines that decided, by how long ago we asked and how long ago the network had confirmed them, each at most so much";
    PANICS = Metric::counter("roamgate_panics_total", &[PLACE]),
        "panics of code around the gate that were contained, each of which is a defect";
    CALLS = Metric::counter("roamgate_aggregator_calls_total", &[ENDPOINT, CALL_OUTCOME]),
        "requests sent to aggregators, by endpoint and what came of them; those to `roaming` are paid for";
    CALL_DURATION = Metric::histogram("roamgate_aggregator_call_duration_seconds", &[ENDPOINT], CALL_TIMES),
        "how long requests to aggregators took, whatever came of them";
    TOKEN_USES = Metric::counter("roamgate_tokens_total", &[TOKENS]),
        "tokens that lookups needed, by where they came from; one that was `reused` saved one call, or two with CIBA";
    TROUBLES = Metric::counter("roamgate_aggregator_troubles_total", &[AGGREGATOR, ENDPOINT, TROUBLE]).published(),
        "what went wrong with requests to aggregators and with their answers";
    REFUSALS = Metric::counter("roamgate_aggregator_refusals_total", &[AGGREGATOR, REFUSED_BY]).published(),
        "lookups, repetitions and authorizations that were refused before they cost anything, by what refused them";
    RETRIES = Metric::counter("roamgate_aggregator_retries_total", &[AGGREGATOR]).published(),
        "requests that were repeated after a failure";
    THROTTLED = Metric::counter("roamgate_aggregator_throttled_total", &[AGGREGATOR]).published(),
        "answers that asked us to wait";
    QUOTA = Metric::counter("roamgate_aggregator_quota_exceeded_total", &[AGGREGATOR]).published(),
        "answers that said that our quota is used up";
    BREAKER = Metric::gauge("roamgate_aggregator_breaker_state", &[AGGREGATOR, ENDPOINT]),
        "the breaker of an endpoint: 0 closed, 1 half open, 2 open: nothing is asked";
    GATE = Metric::gauge("roamgate_aggregator_gate_seconds", &[AGGREGATOR, ENDPOINT]).seconds(),
        "for how long yet an aggregator has asked us to wait";
    IN_FLIGHT = Metric::gauge("roamgate_aggregator_in_flight", &[AGGREGATOR]),
        "lookups that are under way";
    BUDGET_LEFT = Metric::gauge("roamgate_aggregator_budget_left", &[AGGREGATOR, BUDGET]),
        "what is left of each budget that all lines share";
    PENDING = Metric::gauge("roamgate_aggregator_consents_pending", &[AGGREGATOR]),
        "customers whose consent is waited for";
    SKEW = Metric::gauge("roamgate_aggregator_clock_skew_seconds", &[AGGREGATOR]).seconds(),
        "how far the clock of whoever answered last was from ours, where that was more than 30 s";
    ENTRIES = Metric::gauge("roamgate_cache_entries", &[CACHE]),
        "what caches hold, about";
    POLICY = Metric::gauge("roamgate_policy_revision", &[]),
        "the first 48 bits of the hash of the policy that decides, as a number: instances that show different ones decide by different policies";
    RULES = Metric::gauge("roamgate_policy_rules", &[]),
        "the rules of the policy that decides, those in shadow included";
    ACTIVE_SINCE = Metric::gauge("roamgate_policy_active_since_seconds", &[]).seconds(),
        "since when the policy decides";
    OVERRIDES = Metric::gauge("roamgate_overrides_active", &[]),
        "overrides that are alive";
    RELOADS = Metric::counter("roamgate_reloads_total", &[FILES]).published(),
        "how many times other contents of watched files became active";
    RELOAD_FAILURES = Metric::counter("roamgate_reload_failures_total", &[FILES]).published(),
        "how many times watched files could not be used, each error once";
    STALE_SINCE = Metric::gauge("roamgate_reload_stale_since_seconds", &[FILES]).seconds(),
        "since when watched files cannot be used and what was active before stays; 0 where they can";
    CHECKED = Metric::gauge("roamgate_reload_checked_seconds", &[FILES]).seconds(),
        "when watched files were last looked at";
    LOG_RECORDS = Metric::counter("roamgate_decision_log_records_total", &[RECORDS]).published(),
        "records of decisions, by what became of them; those that are `lost` are declared as gaps";
    LOG_QUEUE = Metric::gauge("roamgate_decision_log_queue", &[]),
        "records of decisions that wait to be written";
    LOG_FAILING = Metric::gauge("roamgate_decision_log_failing", &[]),
        "1 where decisions cannot be written at the moment";
    UNRECORDED = Metric::counter("roamgate_decision_log_refusals_total", &[]),
        "requests that were refused because their decision could not be put on record";
}

const WAITS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2];
const CALL_TIMES: &[f64] = &[0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4];

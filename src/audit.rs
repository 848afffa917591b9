//! One record per decision.

use crate::policy::{Decision, Effect};

/// What is recorded of a decision. It names no line and no customer.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Record<'a> {
    /// The decision.
    pub decision: &'a Decision,
    /// The request class: the most specific route. None where no route matched.
    pub route: Option<&'a str>,
    /// The gate only observed: whatever was decided, the request went on.
    pub observed: bool,
}

/// Receives the record of every decision, exactly once each.
///
/// It is called on the request's path and must neither wait nor fail. Implemented for closures.
pub trait AuditSink: Send + Sync {
    /// Takes a record.
    fn record(&self, record: &Record<'_>);
}

impl<F: Fn(&Record<'_>) + Send + Sync> AuditSink for F {
    fn record(&self, record: &Record<'_>) {
        self(record);
    }
}

/// Writes each record as one `tracing` event with the target `roamgate::decision`: at `WARN` where
/// a request was allowed although something is unknown, at `INFO` otherwise.
///
/// The fields are `id`, `policy`, `rule`, `effect`, `reason`, `fault`, `route` and `observed`; one
/// that does not apply is empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TracingSink;

impl AuditSink for TracingSink {
    fn record(&self, record: &Record<'_>) {
        macro_rules! event {
            ($level:ident) => {
                tracing::event!(
                    target: "roamgate::decision",
                    tracing::Level::$level,
                    id = %record.decision.id(),
                    policy = %record.decision.policy_hash(),
                    rule = record.decision.rule().unwrap_or_default(),
                    effect = record.decision.effect().name(),
                    reason = record.decision.reason().map_or("", |reason| reason.name()),
                    fault = record.decision.fault().map_or("", |fault| fault.name()),
                    route = record.route.unwrap_or_default(),
                    observed = record.observed,
                    "decision"
                )
            };
        }
        if record.decision.effect() == Effect::Allow && record.decision.reason().is_some() {
            event!(WARN);
        } else {
            event!(INFO);
        }
    }
}

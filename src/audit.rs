//! One record per decision.

use std::fmt;
use std::pin::Pin;

use crate::policy::{Decision, DecisionId, Effect};
use crate::provider::Correlator;

mod evidence;

pub use evidence::{Ages, Evidence};

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
    /// What it was decided from.
    pub evidence: &'a Evidence<'a>,
}

impl Record<'_> {
    /// The `x-correlator` under which the aggregator was asked for this decision, if it was: what
    /// its own log calls the request. It follows from the decision's id. An answer that was at
    /// hand, or that another request was already waiting for, was asked for under another one.
    #[must_use]
    pub fn correlator(&self) -> Correlator {
        correlator_of(self.decision.id())
    }
}

/// Under which `x-correlator` the aggregator is asked for a decision.
pub(crate) fn correlator_of(id: DecisionId) -> Correlator {
    Correlator::from_random(id.bits())
}

/// What is recorded of shadow rules that had to look a line up: once the request is answered, and
/// for the share that `shadow.sample` allows.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ShadowRecord<'a> {
    /// The decision, which was recorded before.
    pub decision: &'a Decision,
    /// The request class: the most specific route. None where no route matched.
    pub route: Option<&'a str>,
    /// The gate only observed: whatever was decided, the request went on.
    pub observed: bool,
    /// What the effect would be if every rule in shadow were enforced. None where the lookup
    /// brought nothing.
    pub projected: Option<Effect>,
}

/// Receives the record of every decision, exactly once each.
///
/// It is called on the request's path and must neither wait nor fail. Implemented for closures.
pub trait AuditSink: Send + Sync {
    /// Takes a record.
    fn record(&self, record: &Record<'_>);

    /// Takes a record, or says that it cannot. The gate calls this one, and refuses a request whose
    /// record is not taken: 503, [`Fault::AuditUnavailable`](crate::policy::Fault::AuditUnavailable).
    /// Where the gate only observes, the request goes on.
    fn try_record(&self, record: &Record<'_>) -> Taken {
        self.record(record);
        Taken::Kept
    }

    /// Takes a record of shadow rules, which has the id of a decision recorded before. Where
    /// shadow rules need no lookup of their own, [`Decision::projected`] says it all, and there is
    /// none.
    fn shadow(&self, _: &ShadowRecord<'_>) {}
}

/// What became of a record.
#[derive(Debug)]
#[non_exhaustive]
pub enum Taken {
    /// It is taken, or lost in a way that the sink declares.
    Kept,
    /// It is not, and nothing may happen that is not on record.
    Refused,
    /// It is not known yet: the request waits.
    Waits(Waits),
}

/// A record that waits for its place. It resolves to `true` where it is taken.
pub struct Waits(Pin<Box<dyn Future<Output = bool> + Send>>);

impl Waits {
    /// A record that waits for this, which must end within milliseconds: a customer waits too.
    #[must_use]
    pub fn new(taken: impl Future<Output = bool> + Send + 'static) -> Self {
        Self(Box::pin(taken))
    }

    /// Is it taken?
    pub async fn taken(self) -> bool {
        self.0.await
    }
}

impl fmt::Debug for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waits")
    }
}

impl<F: Fn(&Record<'_>) + Send + Sync> AuditSink for F {
    fn record(&self, record: &Record<'_>) {
        self(record);
    }
}

/// Writes each record as one `tracing` event with the target `roamgate::decision`: at `WARN` where
/// a request was allowed although something is unknown, at `INFO` otherwise.
///
/// The fields are `id`, `correlator`, `policy`, `rule`, `effect`, `reason`, `projected`, `fault`, `route` and
/// `observed`, and `overrides`, the names of those that touched it; one that does not apply is empty.
///
/// Records of shadow rules have the target `roamgate::shadow`, and the fields `id`, `policy`,
/// `effect`, `projected` (`notEvaluated` where the lookup brought nothing), `route` and `observed`.
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
                    correlator = %record.correlator(),
                    policy = %record.decision.policy_hash(),
                    rule = record.decision.rule().unwrap_or_default(),
                    effect = record.decision.effect().name(),
                    reason = record.decision.reason().map_or("", |reason| reason.name()),
                    projected = record.decision.projected().map_or("", Effect::name),
                    fault = record.decision.fault().map_or("", |fault| fault.name()),
                    route = record.route.unwrap_or_default(),
                    observed = record.observed,
                    overrides = record.decision.overrides().join(" "),
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

    fn shadow(&self, record: &ShadowRecord<'_>) {
        tracing::info!(
            target: "roamgate::shadow",
            id = %record.decision.id(),
            policy = %record.decision.policy_hash(),
            effect = record.decision.effect().name(),
            projected = record.projected.map_or("notEvaluated", Effect::name),
            route = record.route.unwrap_or_default(),
            observed = record.observed,
            "shadow"
        );
    }
}

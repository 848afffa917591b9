//! [`Fallback`]: whom to ask where the first provider cannot tell.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::runtime::Handle;

use crate::flight::Lost;
use crate::line::Line;
use crate::provider::{ProviderError, Query, RoamingProvider};
use crate::status::{Answer, UnknownReason};

/// Two providers, of which the second is asked where asking another makes sense:
///
/// | what the first says | the second is asked |
/// |---|---|
/// | a status | no |
/// | `timeout`, `unavailable`, `rateLimited` | yes: it is down or busy |
/// | `misconfigured`, `invalidAnswer` | yes: we and it do not understand each other |
/// | `identifierNotFound`, `notCovered` | yes: the line may be somebody else's customer |
/// | `noConsent`, `consentPending` | no: a customer who says no is not asked elsewhere |
/// | `overBudget` | no: a ceiling is not there to be walked around |
/// | `noIdentifier`, `identifierInvalid` | no: there is nothing to ask about |
///
/// Where both fail, the reason is that of the second, unless all that it says is that the line is not
/// its own: then the first may know it, and its reason counts.
///
/// The first may take two seconds before it counts as `timeout` ([`patience`](Self::patience)); what it was
/// asked goes on without us, so that it learns from its own failures and can keep what comes late. The
/// deadline of the [`CachedProvider`](crate::CachedProvider) around it must leave time for the
/// second.
#[derive(Clone, Debug)]
pub struct Fallback<P, Q> {
    first: Arc<P>,
    second: Q,
    patience: Duration,
}

impl<P, Q> Fallback<P, Q> {
    /// Asks `first`, then `second`. For a third, name another `Fallback` as the second.
    #[must_use]
    pub fn new(first: P, second: Q) -> Self {
        Self { first: Arc::new(first), second, patience: PATIENCE }
    }

    /// The same pair, where the first may take so long.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}

#[async_trait]
impl<P: RoamingProvider + 'static, Q: RoamingProvider> RoamingProvider for Fallback<P, Q> {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        let first = match self.ask_first(query).await {
            Err(error) if another_may_know(error.reason()) => error,
            outcome => return outcome,
        };
        tracing::debug!(reason = %first.reason(), "the second provider is asked");
        self.second
            .roaming_status(query)
            .await
            .map_err(|second| if is_stranger(second.reason()) { first } else { second })
    }

    fn cached(&self, query: &Query<'_>) -> Option<Answer> {
        self.first.cached(query).or_else(|| self.second.cached(query))
    }

    fn refused(&self, query: &Query<'_>) -> Option<UnknownReason> {
        let first = self.first.refused(query)?;
        if !another_may_know(first) {
            return Some(first);
        }
        let second = self.second.refused(query)?;
        Some(if is_stranger(second) { first } else { second })
    }

    fn forget(&self, line: &Line) {
        self.first.forget(line);
        self.second.forget(line);
    }
}

impl<P: RoamingProvider + 'static, Q> Fallback<P, Q> {
    /// Asks in a task of its own, of which we only wait for the outcome.
    async fn ask_first(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        let runtime = Handle::try_current().map_err(|_| lost(Lost::NoRuntime))?;
        let first = Arc::clone(&self.first);
        let caller = query.caller.map(str::to_owned);
        let &Query { line, max_age, correlator, .. } = query;
        let query = Query { line, max_age, caller: None, correlator, ticked: None };
        let asking = runtime.spawn(async move {
            let query = query.caller(caller.as_deref());
            tokio::time::timeout(LONGEST, first.roaming_status(&query)).await
        });
        match tokio::time::timeout(self.patience, asking).await {
            Ok(Ok(Ok(outcome))) => outcome,
            Ok(Err(task)) if task.is_panic() => Err(lost(Lost::Panicked)),
            Ok(Err(_)) => Err(lost(Lost::ShutDown)),
            Err(_) | Ok(Ok(Err(_))) => Err(took_too_long()),
        }
    }
}

fn lost(lost: Lost) -> ProviderError {
    ProviderError::new(lost.reason(), lost.to_string())
}

fn took_too_long() -> ProviderError {
    ProviderError::new(UnknownReason::Timeout, "the first provider did not answer in time")
}

/// Exhaustive, so that a new reason has to be thought about.
fn another_may_know(reason: UnknownReason) -> bool {
    use UnknownReason::*;
    match reason {
        Timeout | Unavailable | RateLimited | Misconfigured | InvalidAnswer => true,
        IdentifierNotFound | NotCovered => true,
        NoConsent | ConsentPending | OverBudget | NoIdentifier | IdentifierInvalid => false,
        // No provider says these.
        NotCached | Stale | CountryAmbiguous | CountryUnresolved | NoHistory | MissingAttribute => {
            false
        }
    }
}

/// The line is somebody else's customer, for all this provider knows.
fn is_stranger(reason: UnknownReason) -> bool {
    matches!(reason, UnknownReason::IdentifierNotFound | UnknownReason::NotCovered)
}

const PATIENCE: Duration = Duration::from_secs(2);
/// Far beyond the time that any provider gives itself: none keeps a task for ever.
const LONGEST: Duration = Duration::from_secs(60);

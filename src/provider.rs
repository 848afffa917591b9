//! The port to whoever knows where a line is: [`RoamingProvider`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::line::Line;
use crate::moment::Moment;
use crate::status::{Answer, UnknownReason};

mod simple;

pub use simple::{FixedProvider, ProviderFn, provider_fn};

/// Answers where a line is attached.
///
/// Implement [`roaming_status`](Self::roaming_status); leave [`cached`](Self::cached) to caches.
/// The trait is object safe and implemented for `Arc<dyn RoamingProvider>`,
/// [closures](provider_fn) and [`CachedProvider`](crate::CachedProvider).
///
/// A failed lookup is not exceptional: it is a [`ProviderError`] with one [`UnknownReason`],
/// which the policy answers.
#[async_trait]
pub trait RoamingProvider: fmt::Debug + Send + Sync {
    /// Asks for the status of a line.
    ///
    /// # Errors
    ///
    /// [`ProviderError`] says why the status is unknown.
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError>;

    /// An answer that is already here and young enough for `query.max_age`. It must neither wait
    /// nor allocate: it is the hot path.
    fn cached(&self, query: &Query<'_>) -> Option<Answer> {
        let _ = query;
        None
    }

    /// What the network said of the line instead of an answer when it was last asked, as long as
    /// asking again cannot help. An older answer does not decide in its place. The same holds as for
    /// [`cached`](Self::cached).
    fn refused(&self, query: &Query<'_>) -> Option<UnknownReason> {
        let _ = query;
        None
    }

    /// Forgets all that is kept of a line, so that nothing of it is left in this process. Whoever
    /// keeps something, or asks another provider, implements it; what a lookup brings that is under
    /// way must not be kept either.
    fn forget(&self, line: &Line) {
        let _ = line;
    }
}

#[async_trait]
impl<P: RoamingProvider + ?Sized> RoamingProvider for Arc<P> {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        (**self).roaming_status(query).await
    }

    fn cached(&self, query: &Query<'_>) -> Option<Answer> {
        (**self).cached(query)
    }

    fn refused(&self, query: &Query<'_>) -> Option<UnknownReason> {
        (**self).refused(query)
    }

    fn forget(&self, line: &Line) {
        (**self).forget(line);
    }
}

/// A question to a provider.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Query<'a> {
    /// Who is asked about.
    pub line: Line,
    /// How old an answer may be, counted from when we asked the network.
    pub max_age: Duration,
    /// On whose behalf we ask, for budgets: the embedder's name of the calling principal.
    pub caller: Option<&'a str>,
    /// Ties our request to the aggregator's log (`x-correlator`).
    pub correlator: Option<Correlator>,
    /// What the system's wall clock said when the request came, where somebody has read it.
    pub(crate) ticked: Option<Moment>,
}

impl<'a> Query<'a> {
    /// A question about `line` that any answer of the last five minutes answers.
    #[must_use]
    pub fn new(line: Line) -> Self {
        let max_age = Duration::from_secs(300);
        Self { line, max_age, caller: None, correlator: None, ticked: None }
    }

    /// The same question for answers not older than `max_age`.
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// The same question on behalf of `caller`.
    #[must_use]
    pub fn caller(self, caller: Option<&'a str>) -> Self {
        Self { caller, ..self }
    }

    pub(crate) fn ticked(self, ticked: Option<Moment>) -> Self {
        Self { ticked, ..self }
    }

    /// The same question under this correlator.
    #[must_use]
    pub fn correlator(self, correlator: Correlator) -> Self {
        Self { correlator: Some(correlator), ..self }
    }
}

/// Ties one request of ours to the aggregator's log. Displays as a lower-case UUID (version 4),
/// which is a valid `x-correlator` in every CAMARA release.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Correlator(u128);

impl Correlator {
    /// A correlator from 128 random bits, six of which become the UUID's version and variant.
    #[must_use]
    pub fn from_random(bits: u128) -> Self {
        const VERSION: u128 = 0xf << 76;
        const VARIANT: u128 = 0x3 << 62;
        Self(bits & !VERSION & !VARIANT | 0x4 << 76 | 0x2 << 62)
    }

    pub(crate) fn bits(self) -> u128 {
        self.0
    }
}

impl fmt::Display for Correlator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        let (low, mid, high) = (bits >> 96, bits >> 80 & 0xffff, bits >> 64 & 0xffff);
        let (variant, node) = (bits >> 48 & 0xffff, bits & 0xffff_ffff_ffff);
        write!(f, "{low:08x}-{mid:04x}-{high:04x}-{variant:04x}-{node:012x}")
    }
}

/// Why a lookup gave no status: one [`UnknownReason`], and a message for the operator.
///
/// The message never carries a number, a token, a secret or a text of the remote side that
/// could hold one.
#[derive(Clone)]
pub struct ProviderError {
    reason: UnknownReason,
    message: Arc<str>,
    retry_after: Option<Duration>,
}

impl ProviderError {
    /// A lookup that ended in `reason`. Choose the reason by what happened:
    /// [`Unavailable`](UnknownReason::Unavailable) for transport faults and 5xx,
    /// [`Timeout`](UnknownReason::Timeout) for a deadline,
    /// [`Misconfigured`](UnknownReason::Misconfigured) when asking again cannot help,
    /// [`InvalidAnswer`](UnknownReason::InvalidAnswer) for an answer outside the contract.
    #[must_use]
    pub fn new(reason: UnknownReason, message: impl Into<Arc<str>>) -> Self {
        Self { reason, message: message.into(), retry_after: None }
    }

    /// The same error, with the time after which asking again makes sense.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Why the status is unknown.
    #[must_use]
    pub fn reason(&self) -> UnknownReason {
        self.reason
    }

    /// How long the provider asks us to wait, if it says.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.message)
    }
}

impl fmt::Debug for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderError({self})")
    }
}

impl std::error::Error for ProviderError {}

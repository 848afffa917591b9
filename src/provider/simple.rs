//! Providers for tests and for services that know the answer themselves.

use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;

use super::{ProviderError, Query, RoamingProvider};
use crate::clock::Clock;
use crate::line::Line;
use crate::status::{Answer, RoamingStatus, UnknownReason};

/// A provider that knows a fixed set of lines. Every other line is `identifierNotFound`.
///
/// # Example
///
/// ```
/// use roamgate::{FixedProvider, Line, Query, RoamingProvider, RoamingStatus, UnknownReason};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let line: Line = "+34600000002".parse().unwrap();
/// let provider = FixedProvider::new().with(line, RoamingStatus::Home);
/// assert_eq!(provider.roaming_status(&Query::new(line)).await.unwrap().status(), RoamingStatus::Home);
/// # });
/// ```
#[derive(Clone, Debug, Default)]
pub struct FixedProvider {
    lines: HashMap<Line, Result<RoamingStatus, UnknownReason>>,
}

impl FixedProvider {
    /// A provider that knows no line.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same provider, which also knows this line.
    #[must_use]
    pub fn with(mut self, line: Line, status: RoamingStatus) -> Self {
        self.lines.insert(line, Ok(status));
        self
    }

    /// The same provider, whose lookups of this line fail.
    #[must_use]
    pub fn failing(mut self, line: Line, reason: UnknownReason) -> Self {
        self.lines.insert(line, Err(reason));
        self
    }

    fn answer(&self, line: Line) -> Result<Answer, UnknownReason> {
        let status =
            self.lines.get(&line).copied().unwrap_or(Err(UnknownReason::IdentifierNotFound))?;
        Ok(Answer::new(status, Clock::system().now()))
    }
}

#[async_trait]
impl RoamingProvider for FixedProvider {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        self.answer(query.line).map_err(|reason| ProviderError::new(reason, "fixed answer"))
    }

    fn cached(&self, query: &Query<'_>) -> Option<Answer> {
        self.answer(query.line).ok()
    }
}

/// A provider from a closure over the line, for tests and small services.
///
/// # Example
///
/// ```
/// use roamgate::{Line, ProviderError, RoamingStatus, UnknownReason, provider_fn};
///
/// let everyone_is_home = provider_fn(|_line: Line| async { Ok(RoamingStatus::Home) });
/// let nobody_answers = provider_fn(|_line: Line| async {
///     Err(ProviderError::new(UnknownReason::Unavailable, "the switch is on fire"))
/// });
/// # let _ = (everyone_is_home, nobody_answers);
/// ```
pub fn provider_fn<F, Fut>(lookup: F) -> ProviderFn<F>
where
    F: Fn(Line) -> Fut + Send + Sync,
    Fut: Future<Output = Result<RoamingStatus, ProviderError>> + Send,
{
    ProviderFn(lookup)
}

/// A provider made of a closure. Made by [`provider_fn`].
#[derive(Clone, Copy)]
pub struct ProviderFn<F>(F);

impl<F> fmt::Debug for ProviderFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProviderFn")
    }
}

#[async_trait]
impl<F, Fut> RoamingProvider for ProviderFn<F>
where
    F: Fn(Line) -> Fut + Send + Sync,
    Fut: Future<Output = Result<RoamingStatus, ProviderError>> + Send,
{
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        let status = (self.0)(query.line).await?;
        Ok(Answer::new(status, Clock::system().now()))
    }
}

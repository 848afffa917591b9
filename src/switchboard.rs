//! Several providers behind one gate: [`Switchboard`] says who is asked about which line,
//! [`Fallback`] who is asked next where the first cannot tell.
//!
//! A line is asked of one provider, because its number is personal data of one customer with one
//! operator. Whoever should be asked after that is named, and is asked only for reasons for which
//! asking another makes sense.
//!
//! # Example
//!
//! ```
//! use roamgate::switchboard::{Fallback, Switchboard};
//! use roamgate::{CachedProvider, FixedProvider, Line, Query, RoamingProvider, RoamingStatus};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! let spanish: Line = "+34600000001".parse()?;
//! let ported: Line = "+34600000002".parse()?;
//! let german: Line = "+4915100000001".parse()?;
//! # let movistar = FixedProvider::new().with(spanish, RoamingStatus::Home);
//! # let aggregator = FixedProvider::new().with(ported, RoamingStatus::Home);
//! # let world = FixedProvider::new().with(german, RoamingStatus::Home);
//!
//! // Each of these would be an aggregator client of its own.
//! let provider = Switchboard::new()
//!     .prefix("+34".parse()?, Fallback::new(movistar, aggregator))
//!     .otherwise(world);
//! let provider = CachedProvider::new(provider);
//!
//! for line in [spanish, ported, german] {
//!     let answer = provider.roaming_status(&Query::new(line)).await?;
//!     assert_eq!(answer.status(), RoamingStatus::Home);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::line::{Line, NumberPrefix};
use crate::provider::{ProviderError, Query, RoamingProvider};
use crate::status::{Answer, UnknownReason};

mod fallback;

pub use fallback::Fallback;

/// A provider made of several, of which each line has one.
///
/// In this order: the first closure that claims the line ([`when`](Self::when)), the longest prefix
/// of its number ([`prefix`](Self::prefix)), whoever is left ([`otherwise`](Self::otherwise)). A
/// line that is nobody's is `unknown(notCovered)`, and no one is asked.
///
/// Put it into a [`CachedProvider`](crate::CachedProvider), which remembers answers whoever gave
/// them. A switchboard keeps nothing.
#[derive(Clone, Default)]
pub struct Switchboard {
    /// In the order in which they are tried.
    claims: Vec<Connection<Claim>>,
    /// The longest first.
    prefixes: Vec<Connection<NumberPrefix>>,
    rest: Option<Arc<dyn RoamingProvider>>,
}

type Claim = Arc<dyn Fn(Line) -> bool + Send + Sync>;

#[derive(Clone)]
struct Connection<T> {
    to: T,
    provider: Arc<dyn RoamingProvider>,
}

impl Switchboard {
    /// A switchboard without a connection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same switchboard; lines that `claims` is true of are asked of `provider`. For services
    /// that know the operator of a line, because numbers are ported.
    ///
    /// It is called for each request: it must neither wait nor allocate.
    #[must_use]
    pub fn when(
        mut self,
        claims: impl Fn(Line) -> bool + Send + Sync + 'static,
        provider: impl RoamingProvider + 'static,
    ) -> Self {
        self.claims.push(Connection { to: Arc::new(claims), provider: Arc::new(provider) });
        self
    }

    /// The same switchboard; lines whose number begins with `prefix` are asked of `provider`. The
    /// longest prefix wins, and of two that are equal the one that was named last.
    #[must_use]
    pub fn prefix(
        mut self,
        prefix: NumberPrefix,
        provider: impl RoamingProvider + 'static,
    ) -> Self {
        let place = self.prefixes.partition_point(|other| other.to.digits() > prefix.digits());
        self.prefixes.insert(place, Connection { to: prefix, provider: Arc::new(provider) });
        self
    }

    /// The same switchboard; all other lines are asked of `provider`.
    #[must_use]
    pub fn otherwise(mut self, provider: impl RoamingProvider + 'static) -> Self {
        self.rest = Some(Arc::new(provider));
        self
    }

    fn connect(&self, line: Line) -> Option<&Arc<dyn RoamingProvider>> {
        let claimed = self.claims.iter().find(|claim| (claim.to)(line));
        let claimed = claimed.map(|claim| &claim.provider);
        let begun = || self.prefixes.iter().find(|prefix| prefix.to.begins(line));
        claimed.or_else(|| begun().map(|prefix| &prefix.provider)).or(self.rest.as_ref())
    }
}

#[async_trait]
impl RoamingProvider for Switchboard {
    async fn roaming_status(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        let Some(provider) = self.connect(query.line) else {
            let message = "no provider is responsible for the line";
            return Err(ProviderError::new(UnknownReason::NotCovered, message));
        };
        provider.roaming_status(query).await
    }

    fn cached(&self, query: &Query<'_>) -> Option<Answer> {
        self.connect(query.line)?.cached(query)
    }

    fn refused(&self, query: &Query<'_>) -> Option<UnknownReason> {
        self.connect(query.line)?.refused(query)
    }

    /// Whoever has the line now, another one may have had it before.
    fn forget(&self, line: &Line) {
        let claimed = self.claims.iter().map(|claim| &claim.provider);
        let prefixes = self.prefixes.iter().map(|prefix| &prefix.provider);
        claimed.chain(prefixes).chain(&self.rest).for_each(|provider| provider.forget(line));
    }
}

impl fmt::Debug for Switchboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let claimed: Vec<_> = self.claims.iter().map(|claim| &claim.provider).collect();
        let prefixes = self.prefixes.iter().map(|it| (it.to.to_string(), &it.provider));
        f.debug_struct("Switchboard")
            .field("when", &claimed)
            .field("prefixes", &prefixes.collect::<Vec<_>>())
            .field("otherwise", &self.rest)
            .finish()
    }
}

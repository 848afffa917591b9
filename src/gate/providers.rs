//! Who is asked, for which purpose.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use crate::history::History;
use crate::line::Line;
use crate::metrics::{self, Place};
use crate::policy::Policy;
use crate::provider::{ProviderError, Query, RoamingProvider};
use crate::status::{Answer, UnknownReason};

/// The providers of a gate. Each has its own cache, tokens and history, so that purposes share none.
#[derive(Clone, Debug)]
pub(super) struct Providers {
    /// Asked where the policy names no purpose.
    usual: Source,
    /// The policy names one purpose at most, and so may leave it to the usual provider.
    has_one_purpose: bool,
    by_purpose: Vec<(Arc<str>, Source)>,
    /// How far back the rules look, if some do.
    looks_back: Option<Duration>,
    remembered_lines: u64,
}

/// A provider, and where it saw lines before.
#[derive(Clone, Debug)]
pub(super) struct Source {
    provider: Arc<dyn RoamingProvider>,
    /// None where no rule asks for it.
    history: Option<History>,
}

impl Providers {
    pub(super) fn new(usual: impl RoamingProvider + 'static, policy: &Policy) -> Self {
        let (looks_back, remembered_lines) = (policy.looks_back(), History::LINES);
        let history = looks_back.map(|span| History::new(remembered_lines, span));
        Self {
            usual: Source { provider: Arc::new(usual), history },
            has_one_purpose: policy.purposes().len() <= 1,
            by_purpose: Vec::new(),
            looks_back,
            remembered_lines,
        }
    }

    /// The same providers under another policy. What is remembered of lines stays, where it is asked for.
    pub(super) fn under(&self, policy: &Policy) -> Self {
        let (lines, looks_back) = (self.remembered_lines, policy.looks_back());
        let again = |source: &Source| Source {
            provider: Arc::clone(&source.provider),
            history: looks_back.map(|span| match &source.history {
                Some(history) => history.looking_back(lines, span),
                None => History::new(lines, span),
            }),
        };
        let by_purpose = self.by_purpose.iter();
        Self {
            usual: again(&self.usual),
            has_one_purpose: policy.purposes().len() <= 1,
            by_purpose: by_purpose.map(|(name, it)| (Arc::clone(name), again(it))).collect(),
            looks_back,
            remembered_lines: lines,
        }
    }

    pub(super) fn add(&mut self, purpose: Arc<str>, provider: impl RoamingProvider + 'static) {
        let source = Source { provider: Arc::new(provider), history: self.history() };
        self.by_purpose.push((purpose, source));
    }

    /// Remembers so many lines for each provider.
    pub(super) fn remember(&mut self, lines: u64) {
        self.remembered_lines = lines;
        self.usual.history = self.history();
        let fresh: Vec<_> = self.by_purpose.iter().map(|_| self.history()).collect();
        for ((_, source), history) in self.by_purpose.iter_mut().zip(fresh) {
            source.history = history;
        }
    }

    /// Whom to ask for this purpose. None where another provider would ask for another purpose
    /// than customers have consented to.
    pub(super) fn of(&self, purpose: Option<&Arc<str>>) -> Option<&Source> {
        let Some(purpose) = purpose else { return Some(&self.usual) };
        let named = self.by_purpose.iter().rfind(|(name, _)| name == purpose);
        let is_understood = self.has_one_purpose && self.by_purpose.is_empty();
        named.map(|(_, source)| source).or_else(|| is_understood.then_some(&self.usual))
    }

    /// Forgets a line, whoever knows it.
    pub(super) fn forget(&self, line: Line, now: SystemTime) {
        let named = self.by_purpose.iter().map(|(_, source)| source);
        [&self.usual].into_iter().chain(named).for_each(|source| source.forget(line, now));
    }

    fn history(&self) -> Option<History> {
        self.looks_back.map(|span| History::new(self.remembered_lines, span))
    }
}

impl Source {
    pub(super) fn cached(&self, query: &Query<'_>) -> Option<Answer> {
        self.at_hand(|provider| provider.cached(query))
    }

    fn forget(&self, line: Line, now: SystemTime) {
        // What was remembered by another policy is gone with it.
        self.history.iter().for_each(|history| history.forget(line, now));
        self.provider.forget(&line);
    }

    pub(super) fn refused(&self, query: &Query<'_>) -> Option<UnknownReason> {
        self.at_hand(|provider| provider.refused(query))
    }

    /// What the provider says at once. One that panics says nothing.
    fn at_hand<T>(&self, ask: impl FnOnce(&dyn RoamingProvider) -> Option<T>) -> Option<T> {
        catch_unwind(AssertUnwindSafe(|| ask(&*self.provider))).unwrap_or_else(|_| {
            metrics::panicked(Place::Cache);
            tracing::error!(target: "roamgate::gate", "a provider panicked when it was asked what it has at hand");
            None
        })
    }

    pub(super) fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    /// Asks the network, and takes note of what it says.
    pub(super) async fn ask(&self, query: &Query<'_>) -> Result<Answer, ProviderError> {
        let answer = without_panic(self.provider.roaming_status(query)).await?;
        if let Some(history) = &self.history {
            history.note(query.line, &answer);
        }
        Ok(answer)
    }
}

/// A lookup that panics brings nothing: the policy answers that too.
async fn without_panic(
    mut lookup: Pin<Box<dyn Future<Output = Result<Answer, ProviderError>> + Send + '_>>,
) -> Result<Answer, ProviderError> {
    let panicked = || {
        metrics::panicked(Place::Provider);
        ProviderError::new(UnknownReason::Unavailable, "the lookup panicked")
    };
    std::future::poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| lookup.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(panicked())))
    })
    .await
}

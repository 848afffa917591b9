//! What is kept of a line, and how it is forgotten.

use super::Gate;
use crate::line::Line;

impl Gate {
    /// Forgets all that this process keeps of a line: its status and failures in the caches of the
    /// providers, what rules remember of where it was, its tokens, a consent that is waited for, its
    /// budgets, and the identifier of a line that is no number. Requests that wait for it are
    /// answered; what they are answered with is not kept.
    ///
    /// Providers forget by [`RoamingProvider::forget`](crate::RoamingProvider::forget); one of your
    /// own that keeps something must implement it. What is written already stays: the decision log
    /// names no line, and the aggregator has a log of its own. With several instances, each forgets
    /// for itself. Budgets begin anew for the line alone: those of callers and of all together hold.
    ///
    /// # Example
    ///
    /// ```
    /// use roamgate::{CachedProvider, FixedProvider, Gate, Line, Policy, Query, RoamingProvider, RoamingStatus};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
    /// let line: Line = "+34600000001".parse()?;
    /// let provider = CachedProvider::new(FixedProvider::new().with(line, RoamingStatus::Home));
    /// let provider = std::sync::Arc::new(provider);
    /// let gate = Gate::new(Policy::from_path("policies/payments-eea.yaml")?, provider.clone());
    ///
    /// provider.roaming_status(&Query::new(line)).await?;
    /// assert!(provider.cached(&Query::new(line)).is_some());
    ///
    /// gate.forget(&line);
    /// assert!(provider.cached(&Query::new(line)).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn forget(&self, line: &Line) {
        let (snapshot, now) = (self.snapshot(), self.clock.now());
        snapshot.providers.forget(*line, now);
        // Last: those before have to know what it is called.
        Line::forget(*line);
    }
}

//! Who is asked, for which purpose.

use std::sync::Arc;

use crate::policy::Policy;
use crate::provider::RoamingProvider;

/// The providers of a gate. Each has its own cache and tokens, so that purposes share neither.
#[derive(Clone, Debug)]
pub(super) struct Providers {
    /// Asked where the policy names no purpose.
    usual: Arc<dyn RoamingProvider>,
    /// The policy names one purpose at most, and so may leave it to the usual provider.
    has_one_purpose: bool,
    by_purpose: Vec<(Arc<str>, Arc<dyn RoamingProvider>)>,
}

impl Providers {
    pub(super) fn new(usual: impl RoamingProvider + 'static, policy: &Policy) -> Self {
        let has_one_purpose = policy.purposes().len() <= 1;
        Self { usual: Arc::new(usual), has_one_purpose, by_purpose: Vec::new() }
    }

    pub(super) fn add(&mut self, purpose: Arc<str>, provider: impl RoamingProvider + 'static) {
        self.by_purpose.push((purpose, Arc::new(provider)));
    }

    /// Whom to ask for this purpose. None where another provider would ask for another purpose
    /// than customers have consented to.
    pub(super) fn of(&self, purpose: Option<&Arc<str>>) -> Option<&Arc<dyn RoamingProvider>> {
        let Some(purpose) = purpose else { return Some(&self.usual) };
        let named = self.by_purpose.iter().rfind(|(name, _)| name == purpose);
        let is_understood = self.has_one_purpose && self.by_purpose.is_empty();
        named.map(|(_, provider)| provider).or_else(|| is_understood.then_some(&self.usual))
    }
}

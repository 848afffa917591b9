//! [`Effect`] and how to step up.

#![warn(clippy::arithmetic_side_effects)]

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::fact::Facts;

/// What happens to a request, from the mildest to the strictest.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller must handle every effect; a fourth would be a new language"
)]
pub enum Effect {
    /// The request goes on.
    #[default]
    Allow,
    /// The customer authenticates more strongly and tries again (RFC 9470).
    StepUp,
    /// The request is refused.
    Deny,
}

impl Effect {
    /// The name in policies, logs and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::StepUp => "stepUp",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How to step up: the challenge of RFC 9470.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Challenge {
    /// The authentication contexts of which any one is enough. Never empty.
    pub acr_values: Vec<Arc<str>>,
    /// How long ago the customer may have authenticated, if that matters.
    pub max_age: Option<Duration>,
    /// The HTTP status of the answer: 401, or 403 where a policy asks for it.
    pub status: u16,
}

impl Challenge {
    /// Clocks of the identity provider and of this service may differ by this much.
    const LEEWAY: Duration = Duration::from_secs(30);

    pub(crate) fn new(acr_values: Vec<Arc<str>>, max_age: Option<Duration>, status: u16) -> Self {
        Self { acr_values, max_age, status }
    }

    /// Has the subject already done what the challenge asks for?
    pub(crate) fn is_met_by(&self, assurance: &Assurance<'_>) -> bool {
        let Some(acr) = assurance.acr else { return false };
        self.acr_values.iter().any(|value| **value == *acr) && self.is_recent(assurance)
    }

    fn is_recent(&self, assurance: &Assurance<'_>) -> bool {
        let Some(auth_time) = assurance.auth_time else { return false };
        let age = assurance.now.duration_since(auth_time);
        age.is_ok_and(|age| {
            self.max_age.is_none_or(|max_age| age <= max_age.saturating_add(Self::LEEWAY))
        })
    }

    /// One challenge that meets both: the contexts acceptable to both, the smaller age.
    pub(crate) fn join(&self, other: &Self) -> Self {
        let acr_values = self
            .acr_values
            .iter()
            .filter(|value| other.acr_values.contains(value))
            .cloned()
            .collect();
        let max_age = match (self.max_age, other.max_age) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self { acr_values, max_age, status: self.status.min(other.status) }
    }
}

/// How the subject authenticated, and when "now" is.
#[derive(Clone, Copy, Debug)]
pub struct Assurance<'a> {
    /// The authentication context class (`acr`), if it is known.
    pub acr: Option<&'a str>,
    /// When the subject authenticated (`auth_time`), if it is known.
    pub auth_time: Option<SystemTime>,
    /// The moment of the decision.
    pub now: SystemTime,
}

impl Assurance<'_> {
    /// Nothing is known of how the subject authenticated.
    pub const NONE: Self = Self { acr: None, auth_time: None, now: SystemTime::UNIX_EPOCH };
}

/// What is known around a decision without asking the network.
#[derive(Clone, Copy)]
pub struct Circumstances<'a> {
    /// How the subject authenticated, and when "now" is.
    pub assurance: Assurance<'a>,
    /// The free facts.
    pub facts: &'a dyn Facts,
}

impl<'a> Circumstances<'a> {
    /// The same, with these facts.
    #[must_use]
    pub fn facts(self, facts: &'a dyn Facts) -> Self {
        Self { facts, ..self }
    }
}

impl<'a> From<&Assurance<'a>> for Circumstances<'a> {
    /// No fact is known.
    fn from(assurance: &Assurance<'a>) -> Self {
        Self { assurance: *assurance, facts: &() }
    }
}

impl<'a> From<&Circumstances<'a>> for Circumstances<'a> {
    fn from(circumstances: &Circumstances<'a>) -> Self {
        *circumstances
    }
}

impl fmt::Debug for Circumstances<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Circumstances").field("assurance", &self.assurance).finish_non_exhaustive()
    }
}

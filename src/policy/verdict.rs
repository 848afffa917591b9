//! [`Verdict`]: what a policy says of a request; and the same, shared by all requests of whom it is said.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::effect::{Challenge, Effect};
use super::load::Answers;
use super::respond::Respond;
use crate::status::UnknownReason;

/// What a policy says of a request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Verdict {
    /// The strictest contribution.
    pub effect: Effect,
    /// The deciding rule. None where no rule contributed, or no route matched.
    pub rule: Option<Arc<str>>,
    /// Why the deciding rule is undecided. None if it is definite.
    pub reason: Option<UnknownReason>,
    /// The deciding rule asked for a step-up that the subject has already made.
    pub is_satisfied: bool,
    /// What the customer has to do, where the effect is `stepUp`.
    pub challenge: Option<Arc<Challenge>>,
    /// How the deciding rule shapes its refusals, if it does.
    pub respond: Option<Arc<Respond>>,
    /// The status of "try again later": 503, or 403 where the policy says so.
    pub try_again_status: u16,
    /// How long the client should wait before it tries again.
    pub retry_after: Duration,
    /// The client may be told the deciding rule and its reason.
    pub exposes_rule: bool,
}

/// A verdict that is made once and handed out as a word: decisions are moved a lot.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedVerdict(
    /// None where nothing objects, as with most requests: they touch no count that others touch.
    Option<Arc<Verdict>>,
);

static NOTHING: Verdict = Verdict::NOTHING;

impl Verdict {
    const NOTHING: Self = Self {
        effect: Effect::Allow,
        rule: None,
        reason: None,
        is_satisfied: false,
        challenge: None,
        respond: None,
        try_again_status: Answers::STANDARD.try_again_status,
        retry_after: Answers::STANDARD.retry_after,
        exposes_rule: Answers::STANDARD.exposes_rule,
    };
}

impl Default for Verdict {
    /// Nothing objects.
    fn default() -> Self {
        Self::NOTHING
    }
}

impl From<Verdict> for SharedVerdict {
    fn from(verdict: Verdict) -> Self {
        Self((verdict != NOTHING).then(|| Arc::new(verdict)))
    }
}

impl From<SharedVerdict> for Verdict {
    fn from(SharedVerdict(shared): SharedVerdict) -> Self {
        shared.map_or(Self::NOTHING, Arc::unwrap_or_clone)
    }
}

impl Deref for SharedVerdict {
    type Target = Verdict;

    #[inline]
    fn deref(&self) -> &Verdict {
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

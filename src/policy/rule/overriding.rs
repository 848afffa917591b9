//! What an override makes of a rule while it lives.

use std::sync::Arc;

use super::Mode;
use crate::policy::condition::{FactTest, Test, Truth};
use crate::policy::effect::{Circumstances, Effect};
use crate::status::UnknownReason;

/// An override, as a rule sees it.
#[derive(Clone, Debug)]
pub(crate) struct Overriding {
    /// The name of the override.
    pub(crate) name: Arc<str>,
    pub(crate) live: FactTest,
    pub(crate) set: Setting,
}

/// What an override sets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Setting {
    Off,
    Shadow,
    OnUnknown(Replies),
}

/// Effects for some reasons; the others are left to the rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Replies([Option<Effect>; UnknownReason::ALL.len()]);

impl Replies {
    pub(crate) fn from_fn(reply: impl Fn(UnknownReason) -> Option<Effect>) -> Self {
        let mut effects = [None; UnknownReason::ALL.len()];
        for (effect, reason) in effects.iter_mut().zip(UnknownReason::ALL) {
            *effect = reply(*reason);
        }
        Self(effects)
    }

    pub(crate) fn get(&self, reason: UnknownReason) -> Option<Effect> {
        self.0.get(reason as usize).copied().flatten()
    }

    pub(crate) fn has(&self, effect: Effect) -> bool {
        self.0.contains(&Some(effect))
    }

    /// The strictest of them.
    pub(crate) fn strictest(&self) -> Option<Effect> {
        self.0.iter().copied().flatten().max()
    }
}

impl Setting {
    /// Does it keep the rule from counting among those of this mode?
    fn lifts(self, weakest: Mode) -> bool {
        match self {
            Self::Off => true,
            Self::Shadow => weakest == Mode::Enforce,
            Self::OnUnknown(_) => false,
        }
    }

    pub(crate) fn replies(&self) -> Option<&Replies> {
        match self {
            Self::OnUnknown(replies) => Some(replies),
            Self::Off | Self::Shadow => None,
        }
    }
}

impl Overriding {
    pub(crate) fn is_live(&self, around: &Circumstances<'_>) -> bool {
        self.live.evaluate(around) == Truth::True
    }
}

/// Is the rule out of force, by the truth of its tests?
pub(super) fn lifted<'a>(
    overridings: &'a [Overriding],
    weakest: Mode,
    test: &mut impl FnMut(Test<'a>) -> Truth,
) -> Truth {
    let lifting = overridings.iter().filter(|one| one.set.lifts(weakest));
    lifting.fold(Truth::False, |lifted, one| lifted.or(test(Test::Fact(&one.live))))
}

/// The strictest reply of those that live. `Err` where it depends on what is not known yet.
pub(super) fn reply<'a>(
    overridings: &'a [Overriding],
    reason: UnknownReason,
    test: &mut impl FnMut(Test<'a>) -> Truth,
) -> Result<Option<Effect>, Waits> {
    let mut strictest = None;
    for one in overridings {
        let Some(effect) = one.set.replies().and_then(|replies| replies.get(reason)) else {
            continue;
        };
        match test(Test::Fact(&one.live)) {
            Truth::True => strictest = strictest.max(Some(effect)),
            truth if truth.waits() => return Err(Waits),
            _ => {}
        }
    }
    Ok(strictest)
}

/// Nobody has looked yet.
#[derive(Debug)]
pub(super) struct Waits;

//! From the contributions of rules to one outcome: the strictest wins.
//!
//! Outcomes form a commutative monoid under [`Outcome::join`]: whatever is contributed first, and
//! however contributions are grouped, the same comes out. This is what lets a policy be compiled
//! piece by piece.

#![warn(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use super::effect::{Assurance, Challenge, Circumstances, Effect};
use super::rule::{Contribution, Mode, Rule};
use crate::status::{LineFacts, UnknownReason};

/// What contributions come to.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) effect: Effect,
    /// The deciding rule, by its position; none where nothing contributed, or no route matched.
    pub(crate) rule: Option<u32>,
    /// Why the deciding rule is undecided; none if it is definite.
    pub(crate) reason: Option<UnknownReason>,
    /// The deciding rule's step-up was already met.
    pub(crate) is_satisfied: bool,
    /// The step-ups that contribute, the deciding one first; of those that ask for the same, the
    /// first. Empty unless the effect is `stepUp`.
    pub(crate) step_ups: Vec<StepUp>,
    /// What all step-ups ask for together.
    pub(crate) challenge: Option<Arc<Challenge>>,
    /// Beside a step-up: the deciding contribution among those that allow, which remains when
    /// every step-up is met.
    pub(crate) allowed_by: Option<Voice>,
}

/// A rule that asks for a step-up.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct StepUp {
    pub(crate) voice: Voice,
    pub(crate) challenge: Arc<Challenge>,
}

/// Who speaks. The smaller one decides: definite before undecided, then the smallest id.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Voice {
    pub(crate) rule: u32,
    pub(crate) reason: Option<UnknownReason>,
}

impl Voice {
    fn rank(self) -> (bool, u32) {
        (self.reason.is_some(), self.rule)
    }

    fn first(self, other: Self) -> Self {
        if other.rank() < self.rank() { other } else { self }
    }
}

impl Outcome {
    /// A request that no route expects, under `unmatchedRoute: deny`.
    pub(crate) fn unmatched() -> Self {
        Self { effect: Effect::Deny, ..Self::default() }
    }

    /// The outcome of these rules (sorted by id), with rules in these modes counted.
    pub(crate) fn of(
        rules: &[Rule],
        positions: &[u32],
        weakest: Mode,
        line: LineFacts,
        around: &Circumstances<'_>,
    ) -> Self {
        let mut outcome = Self::default();
        for at in positions {
            let Some(rule) = rules.get(*at as usize) else { continue };
            if let Some(contribution) = rule.contribution(weakest, line, around) {
                outcome = outcome.join(&Self::single(*at, rule, contribution));
            }
        }
        outcome
    }

    /// What one rule contributes.
    pub(crate) fn single(at: u32, rule: &Rule, contribution: Contribution) -> Self {
        let voice = Voice { rule: at, reason: contribution.reason };
        let challenge = rule.challenge.clone().filter(|_| contribution.effect == Effect::StepUp);
        let step_up = challenge.clone().map(|challenge| StepUp { voice, challenge });
        Self {
            effect: contribution.effect,
            rule: Some(at),
            reason: contribution.reason,
            is_satisfied: false,
            step_ups: step_up.into_iter().collect(),
            challenge,
            allowed_by: None,
        }
    }

    /// Both together. What contributed nothing changes nothing.
    pub(crate) fn join(&self, other: &Self) -> Self {
        use std::cmp::Ordering;
        match self.effect.cmp(&other.effect) {
            Ordering::Less => other.join(self),
            Ordering::Greater if self.effect == Effect::StepUp => {
                Self { allowed_by: first(self.allowed_by, other.voice()), ..self.clone() }
            }
            Ordering::Greater => self.clone(),
            Ordering::Equal => self.join_equal(other),
        }
    }

    /// Do both together come to this one? False where only joining them tells.
    pub(crate) fn outweighs(&self, other: &Self) -> bool {
        use std::cmp::Ordering;
        let rank = |outcome: &Self| outcome.voice().map(Voice::rank);
        self.effect != Effect::StepUp
            && match self.effect.cmp(&other.effect) {
                Ordering::Greater => true,
                Ordering::Equal => {
                    rank(other).is_none_or(|it| rank(self).is_some_and(|own| own < it))
                }
                Ordering::Less => false,
            }
    }

    fn join_equal(&self, other: &Self) -> Self {
        let Some(voice) = first(self.voice(), other.voice()) else { return self.clone() };
        let mut step_ups = self.step_ups.clone();
        for asked in &other.step_ups {
            match step_ups.iter_mut().find(|known| known.challenge == asked.challenge) {
                Some(known) => known.voice = known.voice.first(asked.voice),
                None => step_ups.push(asked.clone()),
            }
        }
        step_ups.sort_by_key(|step_up| step_up.voice.rank());
        Self {
            effect: self.effect,
            rule: Some(voice.rule),
            reason: voice.reason,
            is_satisfied: false,
            challenge: joined(&step_ups),
            step_ups,
            allowed_by: first(self.allowed_by, other.allowed_by),
        }
    }

    /// It asks for what no context class fulfils.
    pub(crate) fn is_impossible(&self) -> bool {
        self.challenge.as_ref().is_some_and(|challenge| challenge.acr_values.is_empty())
    }

    fn voice(&self) -> Option<Voice> {
        self.rule.map(|rule| Voice { rule, reason: self.reason })
    }

    /// The effect for a subject who may already have stepped up.
    pub(crate) fn effect_after(&self, assurance: &Assurance<'_>) -> Effect {
        self.after_step_up(assurance).as_ref().unwrap_or(self).effect
    }

    /// The outcome for a subject who may already have stepped up. `None` if nothing changes.
    pub(crate) fn after_step_up(&self, assurance: &Assurance<'_>) -> Option<Self> {
        let unmet = |step_up: &&StepUp| !step_up.challenge.is_met_by(assurance);
        if self.step_ups.iter().all(|step_up| unmet(&step_up)) {
            return None;
        }
        let step_ups: Vec<_> = self.step_ups.iter().filter(unmet).cloned().collect();
        Some(match step_ups.first().map(|first| first.voice) {
            Some(Voice { rule, reason }) => {
                let challenge = joined(&step_ups);
                Self { rule: Some(rule), reason, challenge, step_ups, ..self.clone() }
            }
            None => self.satisfied(),
        })
    }

    /// All step-ups are met and contribute `allow`: definite ones decide before undecided ones.
    fn satisfied(&self) -> Self {
        let met = self.step_ups.iter().map(|met| (met.voice, true));
        let allowing = self.allowed_by.map(|voice| (voice, false));
        let deciding = met.chain(allowing).min_by_key(|(voice, _)| voice.rank());
        let Some((voice, is_satisfied)) = deciding else { return Self::default() };
        Self { rule: Some(voice.rule), reason: voice.reason, is_satisfied, ..Self::default() }
    }
}

fn first(one: Option<Voice>, other: Option<Voice>) -> Option<Voice> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.first(other)),
        (one, other) => one.or(other),
    }
}

fn joined(step_ups: &[StepUp]) -> Option<Arc<Challenge>> {
    step_ups
        .iter()
        .map(|step_up| Arc::clone(&step_up.challenge))
        .reduce(|a, b| if a == b { a } else { Arc::new(a.join(&b)) })
}

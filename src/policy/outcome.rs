//! From the contributions of rules to one outcome: the strictest wins.

use std::sync::Arc;

use super::effect::{Assurance, Challenge, Effect};
use super::rule::{Contribution, Mode, Rule};
use crate::status::{LineFacts, UnknownReason};

/// What a request class and a line state come to.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) effect: Effect,
    /// The deciding rule, by its position; none where nothing contributed, or no route matched.
    pub(crate) rule: Option<u32>,
    /// Why the deciding rule is undecided; none if it is definite.
    pub(crate) reason: Option<UnknownReason>,
    /// The deciding rule's step-up was already met.
    pub(crate) is_satisfied: bool,
    /// All step-ups that contribute, the deciding one first. Empty unless the effect is `stepUp`.
    pub(crate) step_ups: Vec<StepUp>,
    /// What all step-ups ask for together.
    pub(crate) challenge: Option<Arc<Challenge>>,
    /// What remains when every step-up is met: the deciding contribution among those that allow.
    pub(crate) allowed_by: Option<(u32, Option<UnknownReason>)>,
}

/// A rule that asks for a step-up.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct StepUp {
    pub(crate) rule: u32,
    pub(crate) reason: Option<UnknownReason>,
    pub(crate) challenge: Arc<Challenge>,
}

/// A contribution with the position of its rule.
type Voice = (u32, Contribution);

impl Outcome {
    /// A request that no route expects, under `unmatchedRoute: deny`.
    pub(crate) fn unmatched() -> Self {
        Self { effect: Effect::Deny, ..Self::default() }
    }

    /// The outcome of these rules (sorted by id) for a line, with rules in these modes counted.
    pub(crate) fn of(rules: &[Rule], positions: &[u32], weakest: Mode, line: LineFacts) -> Self {
        let voices: Vec<Voice> = positions
            .iter()
            .filter_map(|at| rules.get(*at as usize).map(|rule| (*at, rule)))
            .filter(|(_, rule)| rule.mode >= weakest)
            .filter_map(|(at, rule)| Some((at, rule.contribution(line)?)))
            .collect();
        let Some((rule, deciding)) = deciding(&voices) else { return Self::default() };
        let step_ups = match deciding.effect {
            Effect::StepUp => step_ups(rules, &voices),
            Effect::Allow | Effect::Deny => Vec::new(),
        };
        let challenge = joined(step_ups.iter());
        let allowing: Vec<_> =
            voices.into_iter().filter(|(_, voice)| voice.effect == Effect::Allow).collect();
        let allowed_by = self::deciding(&allowing).map(|(rule, voice)| (rule, voice.reason));
        let (effect, reason) = (deciding.effect, deciding.reason);
        Self {
            effect,
            rule: Some(rule),
            reason,
            is_satisfied: false,
            step_ups,
            challenge,
            allowed_by,
        }
    }

    /// The effect for a subject who may already have stepped up.
    pub(crate) fn effect_after(&self, assurance: &Assurance<'_>) -> Effect {
        self.after_step_up(assurance).as_ref().unwrap_or(self).effect
    }

    /// The outcome for a subject who may already have stepped up. `None` if nothing changes.
    pub(crate) fn after_step_up(&self, assurance: &Assurance<'_>) -> Option<Self> {
        let unmet = |step_up: &&StepUp| !step_up.challenge.is_met_by(assurance);
        let step_ups: Vec<_> = self.step_ups.iter().filter(unmet).cloned().collect();
        if step_ups.len() == self.step_ups.len() {
            return None;
        }
        Some(match step_ups.first().map(|first| (first.rule, first.reason)) {
            Some((rule, reason)) => {
                let challenge = joined(step_ups.iter());
                Self { rule: Some(rule), reason, challenge, step_ups, ..self.clone() }
            }
            None => self.satisfied(),
        })
    }

    /// All step-ups are met and contribute `allow`: definite ones decide before undecided ones.
    fn satisfied(&self) -> Self {
        let met = self.step_ups.iter().map(|met| ((met.rule, met.reason), true));
        let allowing = self.allowed_by.map(|voice| (voice, false));
        let key =
            |((rule, reason), _): &((u32, Option<UnknownReason>), bool)| (reason.is_some(), *rule);
        let deciding = met.chain(allowing).min_by_key(key);
        let Some(((rule, reason), is_satisfied)) = deciding else { return Self::default() };
        Self { rule: Some(rule), reason, is_satisfied, ..Self::default() }
    }
}

/// Among the strictest: definite before undecided, then the smallest id.
fn deciding(voices: &[Voice]) -> Option<Voice> {
    let strictness =
        |(at, voice): &&Voice| (std::cmp::Reverse(voice.effect), voice.reason.is_some(), *at);
    voices.iter().min_by_key(strictness).copied()
}

/// The contributions that ask for a step-up, in the order in which they would decide.
fn step_ups(rules: &[Rule], voices: &[Voice]) -> Vec<StepUp> {
    let mut asking: Vec<_> =
        voices.iter().filter(|(_, voice)| voice.effect == Effect::StepUp).collect();
    asking.sort_by_key(|(at, voice)| (voice.reason.is_some(), *at));
    let step_up = |(at, voice): &Voice| {
        let challenge = rules.get(*at as usize)?.challenge.clone()?;
        Some(StepUp { rule: *at, reason: voice.reason, challenge })
    };
    asking.into_iter().filter_map(step_up).collect()
}

fn joined<'a>(step_ups: impl Iterator<Item = &'a StepUp>) -> Option<Arc<Challenge>> {
    step_ups
        .map(|step_up| Arc::clone(&step_up.challenge))
        .reduce(|a, b| if a == b { a } else { Arc::new(a.join(&b)) })
}

//! Rules as they are evaluated: one at a time, without errors, without order.

use std::sync::Arc;

use super::condition::{Condition, LineTest, Reasons, Truth};
use super::effect::{Challenge, Effect};
use super::respond::Respond;
use crate::status::{LineFacts, UnknownReason};

/// A rule with everything resolved: groups are sets, defaults are filled in.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: Arc<str>,
    /// The position of the file in the set.
    pub(crate) file: usize,
    pub(crate) polarity: Polarity,
    pub(crate) condition: Condition,
    /// Excuses the rule when it is true, and only then.
    pub(crate) unless: Option<Condition>,
    pub(crate) on_unknown: UnknownAnswers,
    pub(crate) mode: Mode,
    /// How to step up, where the rule may ask for it.
    pub(crate) challenge: Option<Arc<Challenge>>,
    /// For refusals by the rule itself, and for those by `onUnknown`.
    pub(crate) respond: [Option<Arc<Respond>>; 2],
}

/// Does the rule fire when its condition is true, or when it is not?
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Polarity {
    /// `when` and `effect`.
    When(Effect),
    /// `require` and `otherwise`.
    Require(Effect),
}

/// The mode of a rule, the weaker of the rule's own and its file's.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Mode {
    Off,
    Shadow,
    #[default]
    Enforce,
}

/// The effect for every reason, after the rule's own words and its file's defaults.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct UnknownAnswers([Effect; UnknownReason::ALL.len()]);

impl UnknownAnswers {
    pub(crate) fn from_fn(answer: impl Fn(UnknownReason) -> Effect) -> Self {
        let mut effects = [Effect::Allow; UnknownReason::ALL.len()];
        for (effect, reason) in effects.iter_mut().zip(UnknownReason::ALL) {
            *effect = answer(*reason);
        }
        Self(effects)
    }

    pub(crate) fn get(&self, reason: UnknownReason) -> Effect {
        self.0.get(reason as usize).copied().unwrap_or(Effect::Deny)
    }
}

/// What a rule says of a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Contribution {
    pub(crate) effect: Effect,
    /// Why it is undecided; none if it is definite.
    pub(crate) reason: Option<UnknownReason>,
}

impl Rule {
    /// Does the rule fire for this line?
    pub(crate) fn fires(&self, line: LineFacts) -> Truth {
        let truth = self.condition.evaluate(line);
        match self.polarity {
            Polarity::When(_) => truth,
            Polarity::Require(_) => truth.negate(),
        }
    }

    /// Is the rule excused for this line?
    pub(crate) fn is_excused(&self, line: LineFacts) -> bool {
        self.unless.as_ref().is_some_and(|unless| unless.evaluate(line) == Truth::True)
    }

    /// All tests of the rule, excuses included.
    pub(crate) fn tests(&self) -> Vec<&LineTest> {
        [Some(&self.condition), self.unless.as_ref()]
            .into_iter()
            .flatten()
            .flat_map(Condition::tests)
            .collect()
    }

    /// Does the place of a line at home matter, and so its number?
    pub(crate) fn asks_for_place(&self) -> bool {
        self.tests().into_iter().any(LineTest::asks_for_place)
    }

    /// What the rule contributes to the decision, if anything.
    pub(crate) fn contribution(&self, line: LineFacts) -> Option<Contribution> {
        match self.fires(line) {
            Truth::True | Truth::Undecided(_) if self.is_excused(line) => None,
            Truth::True => Some(Contribution { effect: self.effect(), reason: None }),
            Truth::False => None,
            Truth::Undecided(reasons) => Some(self.undecided(reasons)),
        }
    }

    /// How a refusal is shaped: by the rule itself where it is definite, else by `onUnknown`.
    pub(crate) fn respond(&self, is_definite: bool) -> Option<&Arc<Respond>> {
        let [by_rule, by_unknown] = &self.respond;
        if is_definite { by_rule.as_ref() } else { by_unknown.as_ref() }
    }

    /// The effect when the rule fires.
    pub(crate) fn effect(&self) -> Effect {
        let (Polarity::When(effect) | Polarity::Require(effect)) = self.polarity;
        effect
    }

    /// The strictest answer to the reasons, and the first reason that gave it.
    fn undecided(&self, reasons: Reasons) -> Contribution {
        let answers = reasons.iter().map(|reason| (self.on_unknown.get(reason), reason));
        let strictest = answers.reduce(|kept, next| if next.0 > kept.0 { next } else { kept });
        let (effect, reason) =
            strictest.map_or((Effect::Deny, None), |(effect, reason)| (effect, Some(reason)));
        Contribution { effect, reason }
    }
}

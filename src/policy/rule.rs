//! Rules as they are evaluated: one at a time, without errors, without order.

#![warn(clippy::arithmetic_side_effects)]

mod overriding;

use std::sync::Arc;

pub(crate) use overriding::{Overriding, Replies, Setting};
use overriding::{lifted, reply};

use super::condition::{Condition, FactTest, LineTest, Reasons, Test, Truth};
use super::effect::{Challenge, Circumstances, Effect};
use super::respond::Respond;
use crate::status::{LineFacts, LineState, UnknownReason};

/// A rule with everything resolved: groups are sets, defaults are filled in.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: Arc<str>,
    /// The position of the file in the set.
    pub(crate) file: usize,
    /// What is asked of free facts beside the routes.
    pub(crate) matching: Option<Condition>,
    pub(crate) polarity: Polarity,
    pub(crate) condition: Condition,
    /// Excuses the rule when it is true, and only then.
    pub(crate) unless: Option<Condition>,
    pub(crate) on_unknown: UnknownAnswers,
    pub(crate) mode: Mode,
    /// While it is in shadow: for how many requests in a hundred it may have the line looked up.
    pub(crate) sample: u8,
    /// Outside this part of the customers the rule runs as shadow.
    pub(crate) rollout: Option<FactTest>,
    /// Exceptions that name the rule.
    pub(crate) reductions: Vec<Reduction>,
    /// Overrides that touch the rule.
    pub(crate) overridings: Vec<Overriding>,
    /// How to step up, where the rule may ask for it.
    pub(crate) challenge: Option<Arc<Challenge>>,
    /// For refusals by the rule itself, and for those by `onUnknown`.
    pub(crate) respond: [Option<Arc<Respond>>; 2],
}

/// An exception, as a rule sees it.
#[derive(Clone, Debug)]
pub(crate) struct Reduction {
    pub(crate) id: Arc<str>,
    /// It lives, and its `match` is true.
    pub(crate) condition: Condition,
    pub(crate) to: Effect,
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
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Contribution {
    pub(crate) effect: Effect,
    /// Why it is undecided; none if it is definite.
    pub(crate) reason: Option<UnknownReason>,
}

/// What a rule says, as far as it can be known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Said {
    Nothing,
    This(Contribution),
    /// It depends on the line, about which nobody has asked.
    Waits,
}

impl Rule {
    /// Does the rule fire?
    pub(crate) fn fires(&self, line: LineFacts, around: &Circumstances<'_>) -> Truth {
        self.fires_by(&mut |test| test.evaluate(line, around))
    }

    /// Does the rule fire, by the truth of its tests?
    pub(crate) fn fires_by<'a>(&'a self, test: &mut impl FnMut(Test<'a>) -> Truth) -> Truth {
        let matching = self.matching.as_ref().map_or(Truth::True, |matching| matching.fold(test));
        let is_negated = matches!(self.polarity, Polarity::Require(_));
        matching.and(self.condition.fold(test).negate_if(is_negated))
    }

    /// Is the rule excused?
    pub(crate) fn is_excused(&self, line: LineFacts, around: &Circumstances<'_>) -> bool {
        let unless = self.unless.as_ref();
        unless.is_some_and(|unless| unless.evaluate(line, around) == Truth::True)
    }

    /// Does an override keep the rule from counting among those of this mode?
    pub(crate) fn is_lifted(&self, weakest: Mode, around: &Circumstances<'_>) -> bool {
        // Whether an override lives is no matter of the line.
        let mut test = |test: Test<'_>| test.evaluate(LineState::HOME.into(), around);
        lifted(&self.overridings, weakest, &mut test) == Truth::True
    }

    /// The exceptions that hold.
    pub(crate) fn reduced_by(
        &self,
        line: LineFacts,
        around: &Circumstances<'_>,
    ) -> impl Iterator<Item = &Reduction> {
        let holds = move |one: &&Reduction| one.condition.evaluate(line, around) == Truth::True;
        self.reductions.iter().filter(holds)
    }

    /// Every block of the rule: what it matches, what it asks, what excuses it, what reduces it.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Condition> {
        self.asking().chain(self.lifting())
    }

    /// The blocks by which the rule fires.
    pub(crate) fn asking(&self) -> impl Iterator<Item = &Condition> {
        self.matching.iter().chain([&self.condition])
    }

    /// The blocks that count where they are true, and nowhere else.
    pub(crate) fn lifting(&self) -> impl Iterator<Item = &Condition> {
        self.unless.iter().chain(self.reductions.iter().map(|one| &one.condition))
    }

    /// The tests that its author wrote into the rule, excuses included.
    pub(crate) fn tests(&self) -> Vec<Test<'_>> {
        let own = [self.matching.as_ref(), Some(&self.condition), self.unless.as_ref()];
        own.into_iter().flatten().flat_map(Condition::tests).collect()
    }

    /// Everything on which the contribution of the rule depends.
    pub(crate) fn all_tests(&self) -> impl Iterator<Item = Test<'_>> {
        let others = self.rollout.iter().chain(self.overridings.iter().map(|one| &one.live));
        self.blocks().flat_map(Condition::tests).chain(others.map(Test::Fact))
    }

    /// Does its contribution depend on one of these facts?
    pub(crate) fn reads(&self, names: &[Arc<str>]) -> bool {
        self.all_tests().flat_map(Test::facts).any(|name| names.contains(name))
    }

    /// All tests of the line.
    pub(crate) fn line_tests(&self) -> impl Iterator<Item = &LineTest> {
        self.all_tests().filter_map(Test::line)
    }

    /// Does it depend on the line, in whatever mode?
    pub(crate) fn needs_line(&self) -> bool {
        self.line_tests().next().is_some()
    }

    /// Does it run as shadow, be it for a part of the customers?
    pub(crate) fn runs_as_shadow(&self) -> bool {
        let is_shadow = |one: &Overriding| one.set == Setting::Shadow;
        self.mode == Mode::Shadow
            || self.rollout.is_some()
            || self.overridings.iter().any(is_shadow)
    }

    /// Does the place of a line at home matter, and so its number?
    pub(crate) fn asks_for_place(&self) -> bool {
        self.line_tests().any(LineTest::asks_for_place)
    }

    /// Does the country of the number matter?
    pub(crate) fn asks_for_number(&self) -> bool {
        self.line_tests().any(LineTest::asks_for_number)
    }

    /// What the rule contributes to the decision, if anything, with rules in these modes counted.
    pub(crate) fn contribution(
        &self,
        weakest: Mode,
        line: LineFacts,
        around: &Circumstances<'_>,
    ) -> Option<Contribution> {
        match self.says(weakest, &mut |test| test.evaluate(line, around)) {
            Said::This(contribution) => Some(contribution),
            Said::Nothing | Said::Waits => None,
        }
    }

    /// What it would contribute if it were in force for everybody and no exception lived.
    pub(crate) fn unreduced(
        &self,
        line: LineFacts,
        around: &Circumstances<'_>,
    ) -> Option<Contribution> {
        let bare = Self { reductions: Vec::new(), ..self.clone() };
        bare.contribution(Mode::Shadow, line, around)
    }

    /// What the rule says by the truth of its tests.
    pub(crate) fn says<'a>(
        &'a self,
        weakest: Mode,
        test: &mut impl FnMut(Test<'a>) -> Truth,
    ) -> Said {
        self.says_under(&self.overridings, weakest, test)
    }

    /// The same as if these were its overrides.
    pub(crate) fn says_under<'a>(
        &'a self,
        overridings: &'a [Overriding],
        weakest: Mode,
        test: &mut impl FnMut(Test<'a>) -> Truth,
    ) -> Said {
        let rollout = self.rollout.as_ref().filter(|_| weakest == Mode::Enforce);
        let is_inside = rollout.map_or(Truth::True, |rollout| test(Test::Fact(rollout)));
        let in_force = is_inside.and(lifted(overridings, weakest, test).negate());
        if self.mode < weakest || in_force == Truth::False {
            return Said::Nothing;
        }
        let fires = self.fires_by(test);
        let excused = self.unless.as_ref().map_or(Truth::False, |unless| unless.fold(test));
        let contribution = match (fires, excused) {
            (Truth::False, _) | (_, Truth::True) => return Said::Nothing,
            (fires, excused) if fires.waits() || excused.waits() || in_force.waits() => {
                return Said::Waits;
            }
            (Truth::Undecided(reasons), _) => {
                match self.undecided(reasons, |reason| reply(overridings, reason, test)) {
                    Ok(contribution) => contribution,
                    Err(_) => return Said::Waits,
                }
            }
            (Truth::True, _) => Contribution { effect: self.effect(), reason: None },
        };
        let mut effect = contribution.effect;
        for reduction in &self.reductions {
            match reduction.condition.fold(test) {
                Truth::True => effect = effect.min(reduction.to),
                truth if truth.waits() => return Said::Waits,
                _ => {}
            }
        }
        Said::This(Contribution { effect, ..contribution })
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

    /// The strictest thing it can say.
    pub(crate) fn strictest(&self) -> Effect {
        let reasons = self.all_tests().flat_map(|test| test.reasons().iter());
        let answers = reasons.map(|reason| self.on_unknown.get(reason));
        let replies = self.overridings.iter().filter_map(|one| one.set.replies()?.strictest());
        answers.chain(replies).fold(self.effect(), Effect::max)
    }

    /// The strictest answer to the reasons, and the first reason that gave it.
    fn undecided<E>(
        &self,
        reasons: Reasons,
        mut reply: impl FnMut(UnknownReason) -> Result<Option<Effect>, E>,
    ) -> Result<Contribution, E> {
        let mut strictest: Option<(Effect, UnknownReason)> = None;
        for reason in reasons.iter() {
            let effect = reply(reason)?.unwrap_or_else(|| self.on_unknown.get(reason));
            if strictest.is_none_or(|(kept, _)| effect > kept) {
                strictest = Some((effect, reason));
            }
        }
        let (effect, reason) =
            strictest.map_or((Effect::Deny, None), |(effect, reason)| (effect, Some(reason)));
        Ok(Contribution { effect, reason })
    }
}

//! A case: one point of the domain, and what is expected there.

use std::sync::Arc;

use super::report::{Aspect, Mistake, TestKind, TestResult};
use super::{Named, route_name};
use crate::document::{Finding, Place, Report, nearest};
use crate::policy::effect::{Circumstances, Effect};
use crate::policy::explain::{Explanation, RuleReport};
use crate::policy::fact::{Attributes, FactError, FactValue, NUMBER_COUNTRY, Written};
use crate::policy::{Policy, RequestClass};
use crate::status::{LineFacts, ReasonGroup, UnknownReason};

#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: Arc<str>,
    pub(super) place: Place,
    pub(super) route: Named,
    /// The line state as it is written.
    pub(super) line: Arc<str>,
    pub(super) state: LineFacts,
    pub(super) expect: Effect,
    pub(super) by: Option<Arc<str>>,
    pub(super) not_by: Option<Arc<str>>,
    pub(super) reason: Option<ExpectedReason>,
    pub(super) set: Vec<Setting>,
}

/// A fact, and the value it has in a case.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) fact: Named,
    pub(super) place: Place,
    pub(super) items: Vec<Arc<str>>,
}

impl Setting {
    fn written(&self) -> String {
        self.items.join(",")
    }

    fn value(&self, policy: &Policy) -> Result<Option<FactValue>, FactError> {
        let items: Vec<&str> = self.items.iter().map(AsRef::as_ref).collect();
        policy.read_fact(&self.fact.text, Written { text: &self.written(), items: &items })
    }

    /// Says what this policy does not understand.
    pub(super) fn check(&self, policy: &Policy, report: &mut Report) {
        if let Err(error) = self.value(policy) {
            let is_known = policy.facts().iter().any(|fact| *fact.name == *self.fact.text);
            let place = if is_known { self.place } else { self.fact.place };
            report.add(Finding::error("E008", place, error.to_string()));
        }
    }
}

/// Why the deciding rule is expected to be undecided.
#[derive(Clone, Copy, Debug)]
pub(super) enum ExpectedReason {
    One(UnknownReason),
    Group(ReasonGroup),
}

impl ExpectedReason {
    fn is_met_by(self, reason: Option<UnknownReason>) -> bool {
        match self {
            Self::One(one) => reason == Some(one),
            Self::Group(group) => reason.is_some_and(|reason| reason.group() == group),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::One(one) => one.name(),
            Self::Group(group) => group.name(),
        }
    }
}

impl Case {
    /// The facts of the case, those left out that the policy does not understand.
    pub(super) fn facts(&self, policy: &Policy) -> Attributes {
        let mut facts = Attributes::new();
        if !self.state.number_countries.is_empty() {
            let number = FactValue::Countries(self.state.number_countries);
            facts = facts.set(NUMBER_COUNTRY, number);
        }
        for setting in &self.set {
            if let Ok(Some(value)) = setting.value(policy) {
                facts = facts.set(Arc::clone(&setting.fact.text), value);
            }
        }
        facts
    }

    pub(super) fn run(
        &self,
        policy: &Policy,
        class: RequestClass,
        around: &Circumstances<'_>,
    ) -> TestResult {
        let explanation = policy.explain(class, self.state, around);
        let mistakes: Vec<_> = [
            self.effect(&explanation),
            self.reach(policy, &explanation),
            self.rule(&explanation),
            self.reason(&explanation),
        ]
        .into_iter()
        .flatten()
        .collect();
        // What was never asked has no grounds.
        let grounds = match mistakes.iter().all(|mistake| mistake.aspect == Aspect::Reach) {
            true => Vec::new(),
            false => grounds(&explanation, [&self.by, &self.not_by]),
        };
        TestResult {
            name: Arc::clone(&self.name),
            kind: TestKind::Case,
            place: (self.place.line, self.place.column),
            asked: Some((route_name(policy, class), Arc::clone(&self.line))),
            facts: self.set.iter().map(|one| (Arc::clone(&one.fact.text), one.written())).collect(),
            expected: self.expect.to_string(),
            got: Some(explanation.verdict.effect),
            rule: explanation.verdict.rule,
            reason: explanation.verdict.reason,
            mistakes,
            grounds,
            counterexample: None,
        }
    }

    fn effect(&self, explanation: &Explanation) -> Option<Mistake> {
        let (expected, got) = (self.expect, explanation.verdict.effect);
        let message = || format!("expected {expected}, got {got}");
        (expected != got).then(|| Mistake::new(Aspect::Effect, message()))
    }

    /// A rule that has no say in the matter: whatever is said of it holds.
    fn reach(&self, policy: &Policy, explanation: &Explanation) -> Option<Mistake> {
        let judges = |rule: &&Arc<str>| !explanation.rules.iter().any(|report| report.id == **rule);
        let unreached = [&self.by, &self.not_by].into_iter().flatten().find(judges)?;
        let mut ids = policy.all_rules().map(|rule| &*rule.id);
        let message = if ids.clone().any(|id| *id == **unreached) {
            format!(
                "`{unreached}` does not judge requests of `{}`, so that the case proves nothing",
                self.route.text
            )
        } else {
            let near = nearest(unreached, ids.by_ref());
            let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("there is no rule `{unreached}`{help}")
        };
        Some(Mistake::new(Aspect::Reach, message))
    }

    fn rule(&self, explanation: &Explanation) -> Option<Mistake> {
        let got = explanation.verdict.rule.as_ref();
        let decided = got.map_or_else(|| "no rule did".to_owned(), |rule| format!("`{rule}` did"));
        let message = match (&self.by, &self.not_by) {
            (Some(by), _) if Some(by) != got => format!("expected `{by}` to decide, {decided}"),
            (_, Some(not_by)) if Some(not_by) == got => {
                format!("expected `{not_by}` not to decide, but it did")
            }
            _ => return None,
        };
        Some(Mistake::new(Aspect::Rule, message))
    }

    fn reason(&self, explanation: &Explanation) -> Option<Mistake> {
        let (expected, got) = (self.reason?, explanation.verdict.reason);
        if expected.is_met_by(got) {
            return None;
        }
        let got = got.map_or("none", UnknownReason::name);
        Some(Mistake::new(Aspect::Reason, format!("expected {}, got {got}", expected.name())))
    }
}

/// What the deciding rule and those that are named said; where there is none, what all said.
pub(super) fn grounds(explanation: &Explanation, named: [&Option<Arc<str>>; 2]) -> Vec<RuleReport> {
    let deciding = &explanation.verdict.rule;
    let matters = |report: &&RuleReport| {
        named.into_iter().chain([deciding]).flatten().any(|rule| *rule == report.id)
    };
    let found: Vec<_> = explanation.rules.iter().filter(matters).cloned().collect();
    if found.is_empty() { explanation.rules.clone() } else { found }
}

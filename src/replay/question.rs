//! A recorded question, read once, to be decided as often as wanted.

use std::sync::Arc;
use std::time::SystemTime;

use super::facts::RecordedFacts;
use super::{Case, Unreplayable};
use crate::policy::{
    Assurance, Attributes, Circumstances, Facts, Policy, ROLLOUT, RequestClass, Verdict,
};
use crate::status::{LineFacts, LineState, UnknownReason};

/// What a policy is asked about one request.
#[derive(Clone, Debug)]
pub struct Question {
    class: RequestClass,
    line: LineFacts,
    facts: Attributes,
    acr: Option<String>,
    auth_time: Option<SystemTime>,
    now: SystemTime,
}

impl Question {
    /// A question about a line by a subject of whose authentication nothing is known.
    #[must_use]
    pub fn new(class: RequestClass, line: LineFacts, facts: Attributes, now: SystemTime) -> Self {
        Self { class, line, facts, acr: None, auth_time: None, now }
    }

    /// The class of the request.
    #[must_use]
    pub fn class(&self) -> RequestClass {
        self.class
    }

    /// Decides it as a gate does: without the line where that is enough.
    #[must_use]
    pub fn decided_by(&self, policy: &Policy) -> Verdict {
        let Self { class, line, facts, acr, auth_time, now } = self;
        let assurance = Assurance { acr: acr.as_deref(), auth_time: *auth_time, now: *now };
        let around = Circumstances { assurance, facts };
        match policy.decide_unless_needed(&policy.standing(*class, &around), &around) {
            Some(verdict) => Verdict::clone(&verdict),
            None => policy.decide(*class, *line, around).into_owned(),
        }
    }
}

impl Case<'_> {
    pub(super) fn question(self) -> Result<Question, Unreplayable> {
        let Self { policy, record } = self;
        let class = self.class()?;
        let recorded = RecordedFacts::new(policy, class, record);
        let assurance = self.assurance()?;
        let asked = policy.asked_by(class).facts.iter().map(|fact| &fact.name);
        let mut facts = Attributes::new();
        for name in asked.filter(|name| ***name != *ROLLOUT) {
            if let Some(value) = recorded.get(name) {
                facts = facts.set(Arc::clone(name), value);
            }
        }
        if let Some(rollouts) = recorded.get(ROLLOUT) {
            facts = facts.set(ROLLOUT, rollouts);
        }
        recorded.complete()?;
        let line = match policy.needs_line(class, Circumstances { assurance, facts: &facts }) {
            true => self.line(class)?,
            false => LineState::Unknown(UnknownReason::NotCached).into(),
        };
        let acr = assurance.acr.map(str::to_owned);
        Ok(Question { class, line, facts, acr, auth_time: assurance.auth_time, now: assurance.now })
    }
}

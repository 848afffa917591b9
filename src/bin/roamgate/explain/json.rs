//! A decision for programs.

use roamgate::policy::{Explanation, PolicyHash, RuleReport};
use serde::Serialize;

use super::Answer;

#[derive(Serialize)]
pub(super) struct Document<'a> {
    effect: &'a str,
    route: Option<&'a str>,
    rule: Option<&'a str>,
    reason: Option<&'a str>,
    lookup: &'a str,
    projected: &'a str,
    rules: Vec<Rule<'a>>,
    #[serde(rename = "policyHash")]
    policy_hash: String,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    outcome: &'a str,
    effect: Option<&'a str>,
    reason: Option<&'a str>,
    because: &'a str,
}

impl<'a> Document<'a> {
    pub(super) fn new(answer: &'a Answer, hash: PolicyHash) -> Self {
        let refused = Self {
            effect: "deny",
            route: None,
            rule: None,
            reason: None,
            lookup: "not-needed",
            projected: "deny",
            rules: Vec::new(),
            policy_hash: hash.to_string(),
        };
        match answer {
            Answer::Decided { route, explanation } => {
                Self::decided(route.as_deref(), explanation, hash)
            }
            Answer::Refused(_) => refused,
        }
    }

    pub(super) fn decided(
        route: Option<&'a str>,
        explanation: &'a Explanation,
        hash: PolicyHash,
    ) -> Self {
        Self {
            effect: explanation.verdict.effect.name(),
            route,
            rule: explanation.verdict.rule.as_deref(),
            reason: explanation.verdict.reason.map(|reason| reason.name()),
            lookup: match explanation.needs_line || explanation.annotation_waits {
                true => "needed",
                false => "not-needed",
            },
            projected: explanation.projected.name(),
            rules: explanation.rules.iter().map(Rule::new).collect(),
            policy_hash: hash.to_string(),
        }
    }
}

impl<'a> Rule<'a> {
    fn new(report: &'a RuleReport) -> Self {
        Self {
            id: &report.id,
            outcome: report.outcome.name(),
            effect: report.effect.map(|effect| effect.name()),
            reason: report.reason.map(|reason| reason.name()),
            because: &report.because,
        }
    }
}

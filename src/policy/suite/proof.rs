//! `forAll`: a statement about every point of the domain, proved or disproved.

use std::fmt;
use std::sync::Arc;

use super::report::{Aspect, Mistake, TestKind, TestResult};
use super::selection::Selection;
use super::{Named, case, route_name};
use crate::document::Place;
use crate::policy::domain::{Point, points};
use crate::policy::effect::{Assurance, Effect};
use crate::policy::explain::Explanation;
use crate::policy::{Policy, RequestClass};

#[derive(Debug)]
pub(super) struct Proof {
    pub(super) name: Arc<str>,
    pub(super) place: Place,
    pub(super) route: Named,
    /// None: every point.
    pub(super) selection: Option<Selection>,
    pub(super) bound: Bound,
}

/// The effects that are expected, from the mildest to the strictest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    pub(super) least: Effect,
    pub(super) most: Effect,
}

impl Bound {
    fn holds(self, effect: Effect) -> bool {
        (self.least..=self.most).contains(&effect)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { least, most } = self;
        match (least, most) {
            (least, most) if least == most => write!(f, "{least}"),
            (least, Effect::Deny) => write!(f, "at least {least}"),
            (Effect::Allow, most) => write!(f, "at most {most}"),
            (least, most) => write!(f, "at least {least} and at most {most}"),
        }
    }
}

/// What looking at every point came to.
#[derive(Default)]
struct Survey<'a> {
    selected: usize,
    violated: usize,
    first: Option<(RequestClass, &'a Point)>,
}

impl Proof {
    pub(super) fn run(
        &self,
        policy: &Policy,
        classes: &[RequestClass],
        assurance: &Assurance<'_>,
    ) -> TestResult {
        let points = points(&[policy]);
        let survey = self.survey(policy, classes, &points, assurance);
        let result = self.result(&survey);
        let Some((class, point)) = survey.first else { return result };
        let explanation = policy.explain(class, point.state, assurance);
        let result = self.disproved(result, &route_name(policy, class), point, explanation);
        let Survey { selected, violated, .. } = survey;
        let effect = result.got.unwrap_or_default();
        let message = format!(
            "expected {}, got {effect}; so at {violated} of {selected} points of the domain",
            self.bound
        );
        TestResult { mistakes: vec![Mistake::new(Aspect::Effect, message)], ..result }
    }

    fn survey<'a>(
        &self,
        policy: &Policy,
        classes: &[RequestClass],
        points: &'a [Point],
        assurance: &Assurance<'_>,
    ) -> Survey<'a> {
        let mut survey = Survey::default();
        let is_meant =
            |point: &&Point| self.selection.as_ref().is_none_or(|part| part.holds(point));
        let meant: Vec<_> = points.iter().filter(is_meant).collect();
        for class in classes {
            survey.selected += meant.len();
            for point in &meant {
                if !self.bound.holds(policy.decide(*class, point.state, assurance).effect) {
                    survey.violated += 1;
                    survey.first.get_or_insert((*class, point));
                }
            }
        }
        survey
    }

    fn result(&self, survey: &Survey<'_>) -> TestResult {
        let nothing = "`where` selects no point of the domain, so that nothing is proved";
        let nothing = (survey.selected == 0).then(|| Mistake::new(Aspect::Reach, nothing));
        TestResult {
            name: Arc::clone(&self.name),
            kind: TestKind::Proof,
            place: (self.place.line, self.place.column),
            asked: None,
            expected: self.bound.to_string(),
            got: None,
            rule: None,
            reason: None,
            mistakes: nothing.into_iter().collect(),
            grounds: Vec::new(),
            counterexample: None,
        }
    }

    fn disproved(
        &self,
        result: TestResult,
        route: &Arc<str>,
        point: &Point,
        explanation: Explanation,
    ) -> TestResult {
        let grounds = case::grounds(&explanation, [&None, &None]);
        let verdict = explanation.verdict;
        TestResult {
            asked: Some((Arc::clone(route), Arc::clone(&point.line))),
            got: Some(verdict.effect),
            rule: verdict.rule,
            reason: verdict.reason,
            grounds,
            counterexample: Some(self.as_case(route, point, verdict.effect)),
            ..result
        }
    }

    /// The point as a case, which fails as long as the proof does.
    fn as_case(&self, route: &str, point: &Point, got: Effect) -> String {
        let expect = if got < self.bound.least { self.bound.least } else { self.bound.most };
        let name = quoted(&format!("{}: {}", self.name, point.line));
        let (route, line) = (quoted(route), quoted(&point.line));
        format!("- {{ name: {name}, route: {route}, line: {line}, expect: {expect} }}")
    }
}

/// The text as a YAML scalar: plain where that is safe.
fn quoted(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && text.starts_with(|first: char| first.is_ascii_alphabetic());
    match is_plain {
        true => text.to_owned(),
        false => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

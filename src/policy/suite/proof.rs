//! `forAll`: a statement about every point of the domain, proved or disproved.

use std::fmt;
use std::sync::Arc;

use super::report::{Aspect, Mistake, TestKind, TestResult};
use super::selection::Selection;
use super::{Named, Skeleton, case, route_name};
use crate::document::{Node, Place, Report, Source};
use crate::policy::domain::{Combination, Domain, Reduced};
use crate::policy::effect::{Circumstances, Effect};
use crate::policy::explain::Explanation;
use crate::policy::load::FactTable;
use crate::policy::rule::Rule;
use crate::policy::{Policy, RequestClass};
use crate::status::LineFacts;

#[derive(Debug)]
pub(super) struct Proof {
    pub(super) name: Arc<str>,
    pub(super) place: Place,
    pub(super) route: Named,
    /// `where`, which the facts of a policy complete. None: every point.
    pub(super) selection: Option<Node>,
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
    /// Is the statement about any point?
    is_about_some: bool,
    violated: usize,
    first: Option<Counterexample<'a>>,
    /// So many points are more than are looked at.
    too_many: Option<u128>,
}

/// A point at which a statement does not hold.
struct Counterexample<'a> {
    class: RequestClass,
    line: &'a str,
    state: LineFacts,
    combination: Combination<'a>,
}

/// More points of one class than this are not looked at.
const MAX_POINTS: u128 = 50_000_000;

impl Proof {
    /// The points that are meant, where `where` says.
    pub(super) fn selection(&self, policy: &Policy, report: &mut Report) -> Option<Selection> {
        let mut facts = FactTable::of(policy.facts().iter().cloned());
        self.selection.as_ref().and_then(|node| Selection::load(node, &mut facts, report))
    }

    pub(super) fn run(
        &self,
        source: &Source,
        (policy, classes): (&Policy, &[RequestClass]),
        around: &Circumstances<'_>,
    ) -> TestResult {
        let selection = self.selection(policy, &mut Report::new(source));
        let domains = |of: fn(&[&Rule], Option<&Selection>) -> Domain| -> Vec<_> {
            let rules = |class| policy.rules_of(class).collect::<Vec<_>>();
            let domain = |class: &_| (*class, of(&rules(*class), selection.as_ref()));
            classes.iter().map(domain).collect()
        };
        // Where it holds at every point that can be told apart, it holds at all of them.
        let apart = domains(reduced);
        let survey = self.survey(policy, &apart, selection.as_ref(), around);
        let result = self.result(&survey);
        let Some(found) = survey.first else { return result };
        // All of them are looked at to say how many there are, and where the first one is.
        let all = domains(merged);
        let whole = match all.iter().all(|(_, domain)| is_small(domain)) {
            true => self.survey(policy, &all, selection.as_ref(), around),
            false => Survey::default(),
        };
        let meant = |(_, domain): &(_, Domain)| selected(domain, selection.as_ref(), around);
        let counts =
            (whole.violated, all.iter().filter(|_| whole.violated > 0).map(meant).sum::<usize>());
        let found = whole.first.unwrap_or(found);
        let around = around.facts(found.combination.attributes());
        let explanation = policy.explain(found.class, found.state, around);
        let result = self.disproved(result, &route_name(policy, found.class), &found, explanation);
        let effect = result.got.unwrap_or_default();
        let so = match counts {
            (0, _) => String::new(),
            (violated, selected) => {
                format!("; so at {violated} of {selected} points of the domain")
            }
        };
        let message = format!("expected {}, got {effect}{so}", self.bound);
        TestResult { mistakes: vec![Mistake::new(Aspect::Effect, message)], ..result }
    }

    fn survey<'a>(
        &self,
        policy: &Policy,
        domains: &'a [(RequestClass, Domain)],
        selection: Option<&Selection>,
        around: &Circumstances<'_>,
    ) -> Survey<'a> {
        let mut survey = Survey::default();
        for (class, domain) in domains {
            if !is_small(domain) {
                survey.too_many = Some(domain.size());
                continue;
            }
            let grid = policy.grid(*class, domain, around);
            for (row, combination) in domain.combinations().enumerate() {
                for (column, (line, state)) in domain.states().iter().enumerate() {
                    let effect = grid.get(row, column).map_or(Effect::Deny, |found| found.effect);
                    let holds = self.bound.holds(effect);
                    // Most points are as they should be, and it does not matter which are meant.
                    if holds && survey.is_about_some
                        || !is_meant(selection, &combination, *state, around)
                    {
                        continue;
                    }
                    survey.is_about_some = true;
                    if !holds {
                        survey.violated += 1;
                        survey.first.get_or_insert_with(|| Counterexample {
                            class: *class,
                            line,
                            state: *state,
                            combination: combination.clone(),
                        });
                    }
                }
            }
        }
        survey
    }

    fn result(&self, survey: &Survey<'_>) -> TestResult {
        let nothing = match survey.too_many {
            Some(cells) => Some(format!("not proved: {cells} cells")),
            None if !survey.is_about_some => {
                Some("`where` selects no point of the domain, so that nothing is proved".to_owned())
            }
            None => None,
        };
        let nothing = nothing.map(|message| Mistake::new(Aspect::Reach, message));
        TestResult {
            name: Arc::clone(&self.name),
            kind: TestKind::Proof,
            place: (self.place.line, self.place.column),
            asked: None,
            facts: Vec::new(),
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
        found: &Counterexample<'_>,
        explanation: Explanation,
    ) -> TestResult {
        let grounds = case::grounds(&explanation, [&None, &None]);
        let verdict = explanation.verdict;
        TestResult {
            asked: Some((Arc::clone(route), found.line.into())),
            facts: found
                .combination
                .written()
                .map(|(name, written)| (Arc::clone(name), written.to_owned()))
                .collect(),
            got: Some(verdict.effect),
            rule: verdict.rule,
            reason: verdict.reason,
            grounds,
            counterexample: Some(self.as_case(route, found, verdict.effect)),
            ..result
        }
    }

    /// The point as a case, which fails as long as the proof does.
    fn as_case(&self, route: &str, found: &Counterexample<'_>, got: Effect) -> String {
        let expect = if got < self.bound.least { self.bound.least } else { self.bound.most };
        let skeleton = Skeleton {
            name: format!("{}: {}", self.name, found.line),
            route,
            line: found.line,
            facts: &found.combination,
            expect,
            by: None,
            reason: None,
        };
        skeleton.to_string()
    }
}

fn is_small(domain: &Domain) -> bool {
    domain.size() <= MAX_POINTS
}

/// Is the statement about this point?
fn is_meant(
    selection: Option<&Selection>,
    combination: &Combination<'_>,
    state: LineFacts,
    around: &Circumstances<'_>,
) -> bool {
    let around = around.facts(combination.attributes());
    combination.admits(state)
        && selection.is_none_or(|part| part.holds(state.with_number(around.facts), &around))
}

/// How many points the statement is about.
fn selected(domain: &Domain, selection: Option<&Selection>, around: &Circumstances<'_>) -> usize {
    let is_meant =
        |combination: &Combination<'_>, state| is_meant(selection, combination, state, around);
    let meant = |combination: Combination<'_>| {
        domain.states().iter().filter(|(_, state)| is_meant(&combination, *state)).count()
    };
    domain.combinations().map(meant).sum()
}

/// Every point of a class, equal values merged.
fn merged(rules: &[&Rule], selection: Option<&Selection>) -> Domain {
    Domain::merged(rules, &selection.map(Selection::tests).unwrap_or_default())
}

/// Every point that the rules of a class and the statement can tell apart.
fn reduced(rules: &[&Rule], selection: Option<&Selection>) -> Domain {
    let tests = selection.map(Selection::tests).unwrap_or_default();
    let states = selection.map(Selection::states).unwrap_or_default();
    Reduced::with(rules, &tests, &states).domain
}

//! A point at which a rule does what no test has seen.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use crate::policy::condition::{Reasons, Truth};
use crate::policy::domain::{Combination, Domain};
use crate::policy::effect::{Assurance, Circumstances};
use crate::policy::rule::{Mode, Rule};
use crate::policy::suite::Skeleton;
use crate::policy::{Policy, RequestClass, Verdict};
use crate::status::{LineFacts, ReasonGroup};

/// More points than this are not looked at for one case, nor more routes at one of them.
const MAX_POINTS: usize = 100_000;
const MAX_ROUTES: usize = 8;

/// Finds cases for a rule.
pub(super) struct Witness<'a> {
    policy: &'a Policy,
    pub(super) rule: &'a Rule,
    now: SystemTime,
    /// The routes that it judges, each with a class. Every test of its file knows these names.
    routes: Vec<(&'a str, RequestClass)>,
}

/// What the rule should do there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sought {
    Applies,
    /// It is undecided for some of these reasons, which are of one group.
    Undecided(ReasonGroup, Reasons),
}

/// A point of the domain.
struct Point<'a> {
    name: &'a Arc<str>,
    line: LineFacts,
    facts: &'a Combination<'a>,
}

impl<'a> Witness<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        (rule, stands): (&'a Rule, &[usize]),
        now: SystemTime,
    ) -> Self {
        let is_judged = |class| policy.rules_of(class).any(|one| one.id == rule.id);
        let routes = stands.iter().filter_map(|at| {
            let name: &str = policy.route_names.get(*at)?;
            let class = policy.class_by_name(name).ok().filter(|class| is_judged(*class))?;
            Some((name, class))
        });
        Self { policy, rule, now, routes: routes.take(MAX_ROUTES).collect() }
    }

    /// A case in which the rule does what is sought, if possible one that it decides.
    pub(super) fn case(&self, sought: Sought) -> Option<String> {
        let domain = Domain::merged(&[self.rule], &[]);
        let mut other = None;
        for facts in domain.combinations().take(MAX_POINTS / domain.states().len().max(1)) {
            for (name, line) in domain.states() {
                let point = Point { name, line: *line, facts: &facts };
                for (route, class) in self.routes.iter().filter(|_| self.is_sought(&point, sought))
                {
                    let verdict = self.decide(&point, *class);
                    if self.is_decided(&verdict, sought) {
                        return Some(self.written(&point, route, &verdict, Some(sought)));
                    }
                    other.get_or_insert_with(|| self.written(&point, route, &verdict, None));
                }
            }
            // A rule that is not in force decides nowhere.
            if other.is_some() && self.rule.mode != Mode::Enforce {
                break;
            }
        }
        other
    }

    fn is_sought(&self, point: &Point<'_>, sought: Sought) -> bool {
        self.around(point, |around| {
            let line = point.line.with_number(around.facts);
            let fires = self.rule.fires(line, &around);
            let is_meant = point.facts.admits(point.line) && !self.rule.is_excused(line, &around);
            is_meant
                && match sought {
                    Sought::Applies => fires == Truth::True,
                    Sought::Undecided(_, wanted) => {
                        matches!(fires, Truth::Undecided(reasons) if reasons.meets(wanted))
                    }
                }
        })
    }

    fn decide(&self, point: &Point<'_>, class: RequestClass) -> Cow<'_, Verdict> {
        self.around(point, |around| self.policy.decide(class, point.line, around))
    }

    fn is_decided(&self, verdict: &Verdict, sought: Sought) -> bool {
        verdict.rule.as_ref() == Some(&self.rule.id)
            && match sought {
                Sought::Applies => verdict.reason.is_none(),
                Sought::Undecided(_, wanted) => {
                    verdict.reason.is_some_and(|reason| wanted.contains(reason))
                }
            }
    }

    /// The point as a case, with what the rule decides there, if it does.
    fn written(
        &self,
        point: &Point<'_>,
        route: &str,
        verdict: &Verdict,
        decided: Option<Sought>,
    ) -> String {
        let reason = match decided {
            Some(Sought::Undecided(group, _)) => Some(group),
            Some(Sought::Applies) | None => None,
        };
        let case = Skeleton {
            name: format!("{}: {}", self.rule.id, point.name),
            route,
            line: point.name,
            facts: point.facts,
            expect: verdict.effect,
            by: decided.map(|_| &*self.rule.id),
            reason,
        };
        case.to_string()
    }

    fn around<T>(&self, point: &Point<'_>, ask: impl FnOnce(Circumstances<'_>) -> T) -> T {
        let assurance = Assurance { now: self.now, ..Assurance::NONE };
        ask(Circumstances::from(&assurance).facts(point.facts.attributes()))
    }
}

//! [`Meters`]: what every request counts, at the price of an increment.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ::metrics::Counter;

use crate::metrics::labels::{AGES, ENFORCED, FAULT, NO_GROUP, OBSERVED, OLDER};
use crate::metrics::recorder::{begin, counter};
use crate::metrics::table;
use crate::metrics::words::Avoided;
use crate::moment::{Moment, SECOND};
use crate::policy::{Decision, Effect, Policy};
use crate::status::{Answer, ReasonGroup, UnknownReason};

/// Counters for a policy, which are taken from the recorder when they are needed first.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    routes: Arc<Routes>,
    counters: OnceLock<Counters>,
}

/// Counters that were taken from the recorder.
pub(crate) struct Counters {
    /// By the position of the class.
    classes: Vec<Class>,
    /// By row of its class, effect and group.
    decisions: Vec<Counter>,
    /// By effect and reason.
    unknown: Vec<Counter>,
    /// By effect and projected effect.
    shadow: Vec<Counter>,
    not_needed: Counter,
    cached: Counter,
    /// By when we asked, and when the network had confirmed.
    answers: Vec<Counter>,
}

/// A class of requests, as it is counted.
#[derive(Clone, Copy)]
struct Class {
    /// Which of the routes that are counted apart.
    row: usize,
    /// Some rule may need the line.
    may_ask: bool,
}

/// The names of routes that are counted apart, whichever policies they come from.
#[derive(Debug, Default)]
struct Routes(Mutex<BTreeSet<Box<str>>>);

impl Meters {
    /// The same for another policy.
    pub(crate) fn next(&self) -> Self {
        Self { routes: Arc::clone(&self.routes), counters: OnceLock::new() }
    }

    /// The counters for this policy, always the same one.
    pub(crate) fn of(&self, policy: &Policy, is_observed: bool) -> &Counters {
        self.counters.get_or_init(|| Counters::new(&self.routes, policy, is_observed))
    }
}

impl Counters {
    fn new(routes: &Routes, policy: &Policy, is_observed: bool) -> Self {
        begin();
        let mode = if is_observed { OBSERVED } else { ENFORCED };
        let mut rows = BTreeMap::from([(UNMATCHED, 0)]);
        let class = |(route, may_ask): (Option<_>, bool)| {
            let route = route.map_or(UNMATCHED, |route| routes.admit(route));
            let next = rows.len();
            Class { row: *rows.entry(route).or_insert(next), may_ask }
        };
        let classes = policy.measured().map(class).collect();
        let mut names: Vec<_> = rows.into_iter().map(|(name, row)| (row, name)).collect();
        names.sort_unstable();
        let decided = |route: &str, effect: Effect, group: &str| {
            counter(&table::DECISIONS, &[route, effect.name(), group, mode])
        };
        let decided = names.iter().flat_map(|(_, route)| {
            EFFECTS
                .iter()
                .flat_map(move |effect| groups().map(move |group| decided(route, *effect, group)))
        });
        let unknown = |effect: Effect, reason: UnknownReason| {
            counter(&table::UNKNOWN, &[effect.name(), reason.name(), mode])
        };
        let reasons = UnknownReason::ALL;
        Self {
            classes,
            decisions: decided.collect(),
            unknown: pairs(&EFFECTS, reasons, unknown),
            shadow: pairs(&EFFECTS, &EFFECTS, |effect, projected| {
                counter(&table::SHADOW, &[effect.name(), projected.name()])
            }),
            not_needed: counter(&table::AVOIDED, &[Avoided::NotNeeded.name()]),
            cached: counter(&table::AVOIDED, &[Avoided::Cached.name()]),
            answers: pairs(&ages(), &ages(), |asked, confirmed| {
                counter(&table::ANSWERS, &[asked, confirmed])
            }),
        }
    }

    /// A decision was made, about a request of the class at this position, by this answer.
    pub(crate) fn decided(
        &self,
        class: Option<usize>,
        decision: &Decision,
        answer: Option<&Answer>,
        now: Moment,
    ) {
        let class = class.and_then(|class| self.classes.get(class));
        let effect = place(&EFFECTS, &decision.effect());
        let reason = decision.reason();
        let group = match (decision.fault(), reason) {
            (Some(_), _) => ReasonGroup::ALL.len() + 1,
            (None, None) => ReasonGroup::ALL.len(),
            (None, Some(reason)) => place(ReasonGroup::ALL, &reason.group()),
        };
        let row = class.map_or(0, |class| class.row);
        count(&self.decisions, (row * EFFECTS.len() + effect) * GROUPS + group);
        if let Some(reason) = reason {
            let reason = place(UnknownReason::ALL, &reason);
            count(&self.unknown, effect * UnknownReason::ALL.len() + reason);
        }
        if let Some(projected) = decision.projected() {
            self.projected(decision.effect(), projected);
        }
        if let Some(answer) = answer {
            count(&self.answers, age_of(answer, now));
        } else if decision.line().is_none() && class.is_some_and(|class| class.may_ask) {
            self.not_needed.increment(1);
        }
    }

    /// Shadow rules judged a decision.
    pub(crate) fn projected(&self, effect: Effect, projected: Effect) {
        let [effect, projected] = [effect, projected].map(|it| place(&EFFECTS, &it));
        count(&self.shadow, effect * EFFECTS.len() + projected);
    }

    /// An answer was at hand.
    pub(crate) fn cached(&self) {
        self.cached.increment(1);
    }
}

impl Routes {
    /// The name by which a route is counted.
    fn admit<'a>(&self, route: &'a str) -> &'a str {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(route) {
            return route;
        }
        if known.len() >= MOST {
            return OTHER;
        }
        known.insert(route.into());
        route
    }
}

impl fmt::Debug for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counters").field("classes", &self.classes.len()).finish_non_exhaustive()
    }
}

fn groups() -> impl Iterator<Item = &'static str> {
    let groups = ReasonGroup::ALL.iter().map(|group| group.name());
    groups.chain([NO_GROUP, FAULT])
}

fn ages() -> Vec<&'static str> {
    AGES.iter().map(|(_, name)| *name).chain([OLDER]).collect()
}

fn age_of(answer: &Answer, now: Moment) -> usize {
    // What is of the future is new.
    let place = |moment| {
        let age = now.since(moment);
        AGES.iter().take_while(|(most, _)| age > most * SECOND).count()
    };
    let [asked, confirmed] = [answer.asked(), answer.said()].map(place);
    asked * (AGES.len() + 1) + confirmed
}

fn pairs<A: Copy, B: Copy>(
    first: &[A],
    second: &[B],
    counter: impl Fn(A, B) -> Counter,
) -> Vec<Counter> {
    let each = |a: &A| second.iter().map(|b| counter(*a, *b)).collect::<Vec<_>>();
    first.iter().flat_map(each).collect()
}

fn place<T: PartialEq>(all: &[T], one: &T) -> usize {
    all.iter().position(|other| other == one).unwrap_or_default()
}

fn count(counters: &[Counter], place: usize) {
    if let Some(counter) = counters.get(place) {
        counter.increment(1);
    }
}

const EFFECTS: [Effect; 3] = [Effect::Allow, Effect::StepUp, Effect::Deny];
const GROUPS: usize = ReasonGroup::ALL.len() + 2;
/// How many routes are counted apart.
const MOST: usize = 50;
const UNMATCHED: &str = "(unmatched)";
const OTHER: &str = "(other)";

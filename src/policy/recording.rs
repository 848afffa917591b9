//! What a record needs of the policy that decided, so that the decision can be made again.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::condition::{Condition, FactTest, LineTest, Test};
use super::fact::{Facts, LINE_AGE, LINE_CHANGED, NUMBER_COUNTRY};
use super::route::{Entry, Methods, Target, Template};
use super::{Policy, RequestClass};

/// What records need of each class, once somebody records it.
#[derive(Debug, Default)]
pub(super) struct Recording(Vec<OfClass>);

#[derive(Debug, Default)]
struct OfClass {
    asked: OnceLock<Asked>,
    alike: OnceLock<Vec<u8>>,
}

/// What the rules of a class ask beside the state of the line, and where its requests aim.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// The free facts, sorted by name. One that only places customers in rollouts is not among them.
    pub(crate) facts: Vec<AskedFact>,
    /// Positions of the rules that are rolled out.
    rollouts: Vec<usize>,
    /// Positions of the entries of its routes, and their templates without the names of parameters.
    entries: Vec<(usize, String)>,
}

/// A free fact, and what the rules tell its values apart by.
#[derive(Debug, Default)]
pub(crate) struct AskedFact {
    pub(crate) name: Arc<str>,
    /// Of a number: the bounds, sorted.
    pub(crate) bounds: Vec<f64>,
    /// Of texts: those that the rules write out, sorted.
    pub(crate) words: Vec<Arc<str>>,
}

impl Asked {
    pub(crate) fn fact(&self, name: &str) -> Option<&AskedFact> {
        let at = self.facts.binary_search_by(|known| (*known.name).cmp(name)).ok()?;
        self.facts.get(at)
    }
}

impl AskedFact {
    fn of(name: Arc<str>, tests: &[Test<'_>]) -> Self {
        let (mut bounds, mut words) = (Vec::new(), BTreeSet::new());
        for test in tests.iter().filter_map(|test| test.fact()) {
            match test {
                FactTest::Number { fact, bound, .. } if fact.name == name => bounds.push(*bound),
                FactTest::Text { fact, values, .. } | FactTest::Texts { fact, values, .. }
                    if fact.name == name =>
                {
                    words.extend(values.iter().cloned());
                }
                _ => {}
            }
        }
        bounds.sort_by(f64::total_cmp);
        Self { name, bounds, words: words.into_iter().collect() }
    }
}

impl Recording {
    pub(super) fn of(classes: usize) -> Self {
        Self((0..classes).map(|_| OfClass::default()).collect())
    }
}

impl Policy {
    /// What the rules of a class ask, in whatever mode.
    pub(crate) fn asked_by(&self, class: RequestClass) -> &Asked {
        static NOTHING: Asked =
            Asked { facts: Vec::new(), rollouts: Vec::new(), entries: Vec::new() };
        let place = self.recording.0.get(class.0 as usize);
        place.map_or(&NOTHING, |place| place.asked.get_or_init(|| self.asked_now(class)))
    }

    /// What all records of a class say alike, written once.
    pub(crate) fn alike(
        &self,
        class: Option<RequestClass>,
        write: impl FnOnce() -> Vec<u8>,
    ) -> Cow<'_, [u8]> {
        match class.and_then(|class| self.recording.0.get(class.0 as usize)) {
            Some(place) => Cow::Borrowed(place.alike.get_or_init(write)),
            None => Cow::Owned(write()),
        }
    }

    fn asked_now(&self, class: RequestClass) -> Asked {
        let (mut tests, mut rollouts) = (Vec::new(), Vec::new());
        for at in self.table.rules(class.0).iter().map(|at| *at as usize) {
            let Some(rule) = self.rules.get(at) else { continue };
            tests.extend(rule.blocks().flat_map(Condition::tests));
            rollouts.extend(rule.rollout.is_some().then_some(at));
        }
        let names: BTreeSet<_> = tests.iter().flat_map(|test| read_by(*test)).collect();
        let facts = names.into_iter().map(|name| AskedFact::of(name, &tests));
        let routes = self.class(class).map_or(&[][..], |class| &class.routes);
        let entries = self.entries.iter().enumerate();
        let entries = entries.filter(|(_, entry)| routes.contains(&entry.route));
        let entries = entries.map(|(at, entry)| (at, entry.template.to_string())).collect();
        Asked { facts: facts.collect(), rollouts, entries }
    }

    /// Where the customer stands in the rollouts of a class, as [`Facts`] say it again: the rule and
    /// the place among all, from 0 to 99; `RULE -` where the customer counts as inside.
    pub(crate) fn standings(&self, class: RequestClass, facts: &dyn Facts) -> Vec<String> {
        let rules = self.asked_by(class).rollouts.iter().filter_map(|at| self.rules.get(*at));
        let standing = |rule: &super::rule::Rule| match rule.rollout.as_ref()? {
            FactTest::RolledOut(rollout) => Some(match rollout.standing(facts) {
                Some(place) => format!("{} {place}", rule.id),
                None => format!("{} -", rule.id),
            }),
            _ => None,
        };
        rules.filter_map(standing).collect()
    }

    /// The template that describes a request of the class most closely, without the names of its
    /// parameters. None where no route matched.
    pub(crate) fn template_of(&self, class: RequestClass, target: &Target<'_>) -> Option<&str> {
        let own = self.asked_by(class).entries.iter();
        let own = own.filter_map(|(at, text)| Some((self.entries.get(*at)?, text)));
        let matching = own.filter(|(entry, text)| {
            // A template describes the path that reads like it, and most paths do.
            let is_described = || *text == target.path || entry.template.matches(target.path);
            entry.methods.accept(target.method) && is_described()
        });
        let closest = matching.max_by_key(|(entry, _)| {
            (entry.template.segments(), matches!(entry.methods, Methods::Named(_)))
        });
        closest.map(|(_, text)| text.as_str())
    }

    /// The classes of the requests with this method that a template describes. None where it is no
    /// template.
    pub(crate) fn classes_of(
        &self,
        method: &str,
        template: &str,
    ) -> Option<BTreeSet<RequestClass>> {
        let template = Template::parse(template).ok()?;
        Some(self.automaton.classes_of(method, &template).into_iter().map(RequestClass).collect())
    }

    /// Is a request refused that aims at a path which cannot be judged?
    pub(crate) fn refuses_hostile(&self, target: &Target<'_>) -> bool {
        self.judges(target)
    }

    /// Tells which requests belong to which class: policies with the same routing have the same
    /// classes under the same names.
    pub(crate) fn routing(&self) -> &Arc<str> {
        &self.routing
    }
}

/// A digest of all entries, in their order.
pub(super) fn routing(names: &[Arc<str>], entries: &[Entry]) -> Arc<str> {
    let mut hash = Sha256::new();
    for entry in entries {
        let name = names.get(entry.route).map_or("", AsRef::as_ref);
        let (template, methods) = (&entry.template, &entry.methods);
        let parts = (entry.route, name, template.to_string(), methods, entry.is_enforced);
        hash.update(format!("{parts:?}\n"));
    }
    let digest: [u8; 32] = hash.finalize().into();
    let start: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    start.into()
}

/// The free facts that a test reads, those of the line included.
fn read_by(test: Test<'_>) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = test.facts().into_iter().cloned().collect();
    match test.line() {
        Some(LineTest::StatusOlderThan(_)) => names.push(LINE_AGE.into()),
        Some(LineTest::CountryChangedWithin(_)) => names.push(LINE_CHANGED.into()),
        Some(test) if test.asks_for_number() => {
            names.push(NUMBER_COUNTRY.into());
        }
        _ => {}
    }
    names
}

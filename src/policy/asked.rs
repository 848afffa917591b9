//! What the rules ask beside the state of the line.

use std::sync::Arc;
use std::time::Duration;

use super::Policy;
use super::condition::LineTest;
use super::fact::Fact;
use super::rule::Rule;

impl Policy {
    /// The rules that object, then those that annotate; each sorted by id.
    pub(super) fn all_rules(&self) -> impl Iterator<Item = &Rule> + Clone {
        self.rules.iter().chain(self.annotators.all().map(|annotator| &annotator.rule))
    }

    /// The free facts that the rules ask for, sorted by name.
    #[must_use]
    pub fn facts(&self) -> &[Arc<Fact>] {
        &self.facts
    }

    /// The free fact of this name.
    pub(crate) fn fact(&self, name: &str) -> Option<&Fact> {
        let at = self.facts.binary_search_by(|fact| (*fact.name).cmp(name)).ok()?;
        self.facts.get(at).map(AsRef::as_ref)
    }

    /// Does some rule ask for the fact?
    pub(crate) fn asks_for(&self, name: &Arc<str>) -> bool {
        self.all_rules().any(|rule| rule.reads(std::slice::from_ref(name)))
    }

    /// How far back some rule looks with `countryChangedWithin`. None where nobody does.
    pub(crate) fn looks_back(&self) -> Option<Duration> {
        let spans = self.all_rules().flat_map(Rule::line_tests).filter_map(|test| match test {
            LineTest::CountryChangedWithin(span) => Some(*span),
            _ => None,
        });
        spans.max()
    }
}

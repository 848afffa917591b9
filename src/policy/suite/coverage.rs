//! What cases leave untried.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::policy::condition::{LineTest, Reasons, Test, Truth};
use crate::policy::effect::{Assurance, Circumstances};
use crate::policy::hash::FileHash;
use crate::policy::rule::Rule;
use crate::policy::states::states;
use crate::policy::{Policy, RequestClass};
use crate::status::{LineFacts, LineState, UnknownReason};

/// What could be tried, and whether some case did.
///
/// Suites over the same files [`merge`](Self::merge) into one.
#[derive(Clone, Debug, Default)]
pub struct Coverage(BTreeMap<Unit, bool>);

/// Something that can be tried.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Unit {
    file: FileHash,
    rule: Arc<str>,
    event: Event,
}

#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Event {
    /// The rule applies.
    Applies,
    /// The test with this number in its rule is true, or false.
    Atom { number: usize, name: Arc<str>, value: bool },
    /// The rule is undecided.
    Undecided(UnknownReason),
}

/// What is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CoverageKind {
    /// Rules that applied.
    Rules,
    /// Tests of the line, each once true and once false.
    Atoms,
    /// Reasons for which a rule can be undecided.
    Reasons,
}

/// How much of something was tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Share {
    /// What was tried.
    pub covered: usize,
    /// What could be tried.
    pub total: usize,
}

/// What no case tried.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Gap {
    /// The rule.
    pub rule: Arc<str>,
    /// What never happened: "never applies", "`home` is never false", "timeout".
    pub what: String,
}

impl Coverage {
    /// Nothing of the policy is tried yet.
    pub(super) fn of(policy: &Policy) -> Self {
        let units = policy.rules.iter().flat_map(|rule| {
            events(rule).into_iter().filter_map(|event| Unit::of(policy, rule, event))
        });
        Self(units.map(|unit| (unit, false)).collect())
    }

    /// A case asked about this.
    pub(super) fn observe(
        &mut self,
        policy: &Policy,
        class: RequestClass,
        line: LineFacts,
        around: &Circumstances<'_>,
    ) {
        let line = line.with_number(around.facts);
        let positions = policy.table.rules(class.0).iter();
        for rule in positions.filter_map(|at| policy.rules.get(*at as usize)) {
            let units = observed(rule, line, around).into_iter();
            let units = units.filter_map(|event| Unit::of(policy, rule, event));
            self.0.extend(units.map(|unit| (unit, true)));
        }
    }

    /// Did some case make the rule apply?
    pub(crate) fn applies(&self, policy: &Policy, rule: &Rule) -> bool {
        self.has_seen(policy, rule, Event::Applies)
    }

    /// Those of the reasons for which some case left the rule undecided.
    pub(crate) fn undecided(&self, policy: &Policy, rule: &Rule, reasons: Reasons) -> Reasons {
        let is_seen = |reason: &_| self.has_seen(policy, rule, Event::Undecided(*reason));
        reasons.iter().filter(is_seen).collect()
    }

    fn has_seen(&self, policy: &Policy, rule: &Rule, event: Event) -> bool {
        let unit = Unit::of(policy, rule, event);
        unit.and_then(|unit| self.0.get(&unit)).is_some_and(|is_covered| *is_covered)
    }

    /// Takes over what another suite could try and tried.
    pub fn merge(&mut self, other: Self) {
        for (unit, is_covered) in other.0 {
            *self.0.entry(unit).or_default() |= is_covered;
        }
    }

    /// How much of one kind was tried.
    #[must_use]
    pub fn share(&self, kind: CoverageKind) -> Share {
        let of_kind = || self.0.iter().filter(|(unit, _)| unit.event.kind() == kind);
        let covered = of_kind().filter(|(_, is_covered)| **is_covered).count();
        Share { covered, total: of_kind().count() }
    }

    /// What of one kind was not tried, by rule.
    #[must_use]
    pub fn gaps(&self, kind: CoverageKind) -> Vec<Gap> {
        let is_gap =
            |(unit, is_covered): &(&Unit, &bool)| !**is_covered && unit.event.kind() == kind;
        let gap = |(unit, _): (&Unit, _)| Gap {
            rule: Arc::clone(&unit.rule),
            what: unit.event.untried(),
        };
        let mut gaps: Vec<_> = self.0.iter().filter(is_gap).map(gap).collect();
        gaps.sort_by(|a, b| a.rule.cmp(&b.rule));
        gaps
    }
}

impl CoverageKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Rules, Self::Atoms, Self::Reasons];

    /// The name in JSON and for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Atoms => "atoms",
            Self::Reasons => "reasons",
        }
    }
}

impl Share {
    /// In whole percent, rounded down: 100 means everything. Where nothing can be tried, nothing
    /// is missing.
    #[must_use]
    pub fn percent(self) -> usize {
        (self.covered * 100).checked_div(self.total).unwrap_or(100)
    }
}

impl Unit {
    fn of(policy: &Policy, rule: &Rule, event: Event) -> Option<Self> {
        let file = *policy.file_hashes.get(rule.file)?;
        Some(Self { file, rule: Arc::clone(&rule.id), event })
    }
}

impl Event {
    fn kind(&self) -> CoverageKind {
        match self {
            Self::Applies => CoverageKind::Rules,
            Self::Atom { .. } => CoverageKind::Atoms,
            Self::Undecided(_) => CoverageKind::Reasons,
        }
    }

    fn untried(&self) -> String {
        match self {
            Self::Applies => "never applies".to_owned(),
            Self::Atom { name, value, .. } => format!("`{name}` is never {value}"),
            Self::Undecided(reason) => reason.to_string(),
        }
    }
}

/// Everything that a rule can be seen doing.
fn events(rule: &Rule) -> Vec<Event> {
    let mut events = vec![Event::Applies];
    for (number, test) in rule.tests().into_iter().enumerate() {
        let name: Arc<str> = test.name().into();
        let atom = |value| Event::Atom { number, name: Arc::clone(&name), value };
        events.extend([true, false].map(atom));
    }
    events.extend(reasons(rule).iter().map(Event::Undecided));
    events
}

/// More tests of free facts in one rule than this are not combined.
const MAX_COMBINED: usize = 8;

/// The reasons for which the rule is undecided somewhere: by every state of a line, with every
/// combination of what the tests say that need more than the state.
pub(crate) fn reasons(rule: &Rule) -> Reasons {
    let open = |test: &Test<'_>| test.line().is_none_or(LineTest::is_late);
    let tests: Vec<_> = rule.tests().into_iter().filter(open).collect();
    if tests.len() > MAX_COMBINED {
        return rule
            .tests()
            .into_iter()
            .map(Test::reasons)
            .fold(Reasons::default(), Reasons::union);
    }
    let says: Vec<Vec<Truth>> = tests.iter().map(|test| sayings(*test)).collect();
    let combinations = says.iter().map(Vec::len).product::<usize>();
    let mut found = Reasons::default();
    for ((_, line), number) in states(rule.asks_for_place())
        .iter()
        .flat_map(|state| (0..combinations).map(move |number| (state, number)))
    {
        let fires = rule.fires_by(&mut |test| match tests.iter().position(|one| one.is(test)) {
            Some(at) => said(&says, at, number, test, *line),
            None => test.evaluate(*line, &Circumstances::from(&Assurance::NONE)),
        });
        if let Truth::Undecided(reasons) = fires {
            found = found.union(reasons);
        }
    }
    found
}

/// What a test can say, whatever the line.
fn sayings(test: Test<'_>) -> Vec<Truth> {
    let of_its_own = match test {
        Test::Line(test) => test.reasons(),
        Test::Fact(test) => test.reasons(),
    };
    [Truth::True, Truth::False]
        .into_iter()
        .chain(of_its_own.iter().map(|reason| Truth::undecided(*reason)))
        .collect()
}

/// What the test at this place says in a combination.
fn said(says: &[Vec<Truth>], at: usize, number: usize, test: Test<'_>, line: LineFacts) -> Truth {
    if let (Test::Line(_), LineState::Unknown(reason)) = (test, line.state) {
        return Truth::undecided(reason);
    }
    let before = says.iter().take(at).map(Vec::len).product::<usize>();
    let own = says.get(at).map(Vec::as_slice).unwrap_or_default();
    let place = (number / before).checked_rem(own.len()).unwrap_or_default();
    own.get(place).copied().unwrap_or(Truth::False)
}

/// What a rule is seen doing.
fn observed(rule: &Rule, line: LineFacts, around: &Circumstances<'_>) -> Vec<Event> {
    let atoms = rule.tests().into_iter().enumerate().filter_map(|(number, test)| {
        let value = match test.evaluate(line, around) {
            Truth::True => true,
            Truth::False => false,
            Truth::Undecided(_) => return None,
        };
        Some(Event::Atom { number, name: test.name().into(), value })
    });
    let mut events: Vec<_> = atoms.collect();
    match rule.fires(line, around) {
        Truth::True => events.push(Event::Applies),
        Truth::False => {}
        Truth::Undecided(reasons) => events.extend(reasons.iter().map(Event::Undecided)),
    }
    events
}

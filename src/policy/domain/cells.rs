//! The values of a fact that some tests can tell apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::DomainAxis;
use super::rollouts::rollouts;
use super::windows::windows;
use crate::country::{Country, CountrySet, Mcc, shared_prefixes};
use crate::document::written_duration;
use crate::policy::axis::Cut;
use crate::policy::condition::{Comparison, FactTest, LineTest, Test};
use crate::policy::fact::{
    Fact, FactKind, FactValue, LINE_AGE, LINE_CHANGED, NUMBER_COUNTRY, ROLLOUT, TIME,
};

/// A value that stands for all that are judged like it.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// As tables write it: `200..10000`.
    pub(super) label: Arc<str>,
    /// As test files write it: `200`. None where the fact is missing.
    pub(super) written: Option<String>,
    pub(super) value: Option<FactValue>,
    /// The labels of values that it stands for since they were merged with it.
    pub(super) merged: Vec<Arc<str>>,
}

impl Cell {
    pub(super) fn new(
        label: impl Into<Arc<str>>,
        written: impl Into<String>,
        value: FactValue,
    ) -> Self {
        let (label, written) = (label.into(), Some(written.into()));
        Self { label, written, value: Some(value), merged: Vec::new() }
    }

    /// Written as tables write it.
    fn plain(label: &str, value: FactValue) -> Self {
        Self::new(label, label, value)
    }

    /// Its label, and those of the values merged with it.
    pub(super) fn labels(&self) -> Vec<&Arc<str>> {
        std::iter::once(&self.label).chain(&self.merged).collect()
    }

    fn missing(label: &str) -> Self {
        Self { label: label.into(), written: None, value: None, merged: Vec::new() }
    }
}

/// The axes of what these tests ask for, sorted by name, with the country of the number where a
/// test compares with it without naming it.
pub(super) fn axes(tests: &[Test<'_>]) -> Vec<DomainAxis> {
    let mut axes = named_axes(tests);
    let is_compared = tests.iter().any(|test| test.line() == Some(&LineTest::Abroad));
    if is_compared && !axes.iter().any(|axis| *axis.name == *NUMBER_COUNTRY) {
        axes.push(DomainAxis { name: NUMBER_COUNTRY.into(), cells: with_missing(sets()) });
        axes.sort_by(|a, b| a.name.cmp(&b.name));
    }
    axes
}

/// The axes of the facts that these tests name.
pub(super) fn named_axes(tests: &[Test<'_>]) -> Vec<DomainAxis> {
    let mut cells: BTreeMap<Arc<str>, Vec<Cell>> = BTreeMap::new();
    for (name, tests) in by_fact(tests) {
        let of_fact = tests.first().map(|(fact, _)| values(fact, &tests));
        cells.insert(name, of_fact.unwrap_or_default());
    }
    for (name, kind) in by_line(tests) {
        cells.entry(name).or_insert_with(|| {
            let countries = if kind == FactKind::Country { countries().collect() } else { sets() };
            with_missing(countries)
        });
    }
    let ages = |verb: fn(&LineTest) -> Option<Duration>| {
        tests.iter().filter_map(|test| test.line()).filter_map(verb).collect::<BTreeSet<_>>()
    };
    let (older, changed) = (ages(older_than), ages(changed_within));
    if !older.is_empty() {
        cells.insert(LINE_AGE.into(), durations(&older));
    }
    if !changed.is_empty() {
        let mut of_change = durations(&changed);
        of_change.push(Cell::plain("never", FactValue::Never));
        of_change.push(Cell::missing("unknown"));
        cells.insert(LINE_CHANGED.into(), of_change);
    }
    let windows = windows(tests);
    if !windows.is_empty() {
        cells.insert(TIME.into(), windows);
    }
    let rollouts = rollouts(tests);
    if !rollouts.is_empty() {
        cells.insert(ROLLOUT.into(), rollouts);
    }
    cells.into_iter().map(|(name, cells)| DomainAxis { name, cells }).collect()
}

impl DomainAxis {
    /// Keeps one of the values that all tests judge alike. Where a verb of the line looks at the
    /// fact, each value is judged in its own way.
    pub(super) fn merge(&mut self, tests: &[Test<'_>]) {
        let own: Vec<_> = tests
            .iter()
            .filter_map(|test| test.fact())
            .filter(|test| test.fact().is_some_and(|fact| fact.name == self.name))
            .collect();
        if own.is_empty() || self.is_relative(tests) {
            return;
        }
        let mut kept: Vec<Cell> = Vec::new();
        let mut seen = HashMap::new();
        for cell in self.cells.drain(..) {
            let judge = |test: &&FactTest| test.judge(cell.value.as_ref(), &());
            let at = *seen.entry(own.iter().map(judge).collect::<Vec<_>>()).or_insert(kept.len());
            match kept.get_mut(at) {
                Some(alike) => alike.merged.push(cell.label),
                None => kept.push(cell),
            }
        }
        self.cells = kept;
    }

    /// What it means depends on where the line is: a verb of the line looks at it, or it is the
    /// country of the number, of which lines at home meet their own alone.
    pub(super) fn is_relative(&self, tests: &[Test<'_>]) -> bool {
        *self.name == *NUMBER_COUNTRY || by_line(tests).contains_key(&self.name)
    }
}

type OfFact<'a> = Vec<(&'a Arc<Fact>, &'a FactTest)>;

fn by_fact<'a>(tests: &[Test<'a>]) -> BTreeMap<Arc<str>, OfFact<'a>> {
    let mut facts: BTreeMap<Arc<str>, OfFact<'a>> = BTreeMap::new();
    for test in tests.iter().filter_map(|test| test.fact()) {
        if let Some(fact) = test.fact() {
            facts.entry(Arc::clone(&fact.name)).or_default().push((fact, test));
        }
    }
    facts
}

/// Facts that lists and verbs of the line name.
fn by_line(tests: &[Test<'_>]) -> BTreeMap<Arc<str>, FactKind> {
    let mut facts = BTreeMap::new();
    for test in tests {
        if let Test::Line(LineTest::DiffersFrom(name)) = test {
            facts.insert(Arc::clone(name), FactKind::Country);
        }
        let list = match test {
            Test::Line(test) => test.list(),
            Test::Fact(FactTest::Places { list, .. }) => Some(list),
            Test::Fact(_) => None,
        };
        let names = list.into_iter().flat_map(|list| list.attributes.iter().cloned());
        facts.extend(names.map(|name| (name, FactKind::Countries)));
    }
    facts
}

fn values(fact: &Fact, tests: &OfFact<'_>) -> Vec<Cell> {
    let texts = || -> BTreeSet<&Arc<str>> {
        let values = tests.iter().flat_map(|(_, test)| match test {
            FactTest::Text { values, .. } | FactTest::Texts { values, .. } => values.as_slice(),
            _ => &[],
        });
        values.collect()
    };
    with_missing(match &fact.kind {
        FactKind::Number => numbers(tests),
        FactKind::Enum(words) => words.iter().map(text).collect(),
        FactKind::Text => {
            let mut cells: Vec<_> = texts().into_iter().map(text).collect();
            let other = (0..).map(|at| format!("other{}", "-".repeat(at)));
            let other = other.map(Arc::from).find(|other| !texts().contains(other));
            cells.extend(other.iter().map(text));
            cells
        }
        FactKind::Texts => subsets(&texts().into_iter().cloned().collect::<Vec<_>>()),
        FactKind::Boolean => {
            [false, true].map(|is| Cell::plain(&is.to_string(), FactValue::Boolean(is))).to_vec()
        }
        FactKind::Country => countries().collect(),
        FactKind::Countries => sets(),
    })
}

fn with_missing(mut cells: Vec<Cell>) -> Vec<Cell> {
    cells.push(Cell::missing("missing"));
    cells
}

fn text(value: &Arc<str>) -> Cell {
    Cell::plain(value, FactValue::Text(Arc::clone(value)))
}

fn numbers(tests: &OfFact<'_>) -> Vec<Cell> {
    let cuts = tests.iter().flat_map(|(_, test)| match test {
        FactTest::Number { comparison, bound, .. } => Cut::of(*comparison, *bound),
        _ => Vec::new(),
    });
    let mut cuts: Vec<_> = cuts.collect();
    Cut::sort(&mut cuts);
    let cell = |at| {
        let number = Cut::number(&cuts, at);
        let label = interval(&cuts, at, |bound| bound.to_string());
        Cell::new(label, number.to_string(), FactValue::Number(number))
    };
    (0..=cuts.len()).map(cell).collect()
}

/// Cells of ages, each of which ends with one of these.
fn durations(ages: &BTreeSet<Duration>) -> Vec<Cell> {
    let cut = |age: &Duration| Cut::of(Comparison::Greater, age.as_secs_f64());
    let cuts: Vec<_> = ages.iter().flat_map(cut).collect();
    let age = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default();
    let cell = |at| {
        let value = age(Cut::number(&cuts, at));
        let label = interval(&cuts, at, |bound| written_duration(age(bound)));
        Cell::new(label, written_duration(value), FactValue::Age(value))
    };
    (0..=cuts.len()).map(cell).collect()
}

/// `<200`, `200..10000`, `>=10000`; `>200..=10000` where the bounds belong to the other side.
fn interval(cuts: &[Cut], cell: usize, written: impl Fn(f64) -> String) -> String {
    let below = cell.checked_sub(1).and_then(|at| cuts.get(at));
    let above = cuts.get(cell);
    match (below, above) {
        (Some(below), Some(above)) if below.bound == above.bound => written(below.bound),
        (Some(below), Some(above)) => {
            let from = if below.is_behind { ">" } else { "" };
            let to = if above.is_behind { "=" } else { "" };
            format!("{from}{}..{to}{}", written(below.bound), written(above.bound))
        }
        (Some(below), None) => {
            format!("{}{}", if below.is_behind { ">" } else { ">=" }, written(below.bound))
        }
        (None, Some(above)) => {
            format!("{}{}", if above.is_behind { "<=" } else { "<" }, written(above.bound))
        }
        (None, None) => "any".to_owned(),
    }
}

/// More members than this have more subsets than anybody looks at.
const MAX_MEMBERS: usize = 16;

/// Every subset of the mentioned members.
fn subsets(members: &[Arc<str>]) -> Vec<Cell> {
    let members = members.get(..MAX_MEMBERS).unwrap_or(members);
    let subset = |bits: u32| -> Vec<Arc<str>> {
        let chosen = members.iter().enumerate().filter(|(at, _)| bits & 1 << at != 0);
        chosen.map(|(_, member)| Arc::clone(member)).collect()
    };
    let cell = |bits| {
        let chosen = subset(bits);
        let label = if chosen.is_empty() { "-".to_owned() } else { chosen.join("+") };
        let quoted: Vec<_> = chosen.iter().map(|member| format!("{member:?}")).collect();
        Cell::new(label, format!("[{}]", quoted.join(", ")), FactValue::Texts(chosen.into()))
    };
    (0..1_u32 << members.len()).map(cell).collect()
}

fn countries() -> impl Iterator<Item = Cell> {
    Country::all().map(|country| {
        Cell::new(country.code(), format!("\"{country}\""), FactValue::Country(country))
    })
}

/// No country, every country alone, and those that share a network code or a calling prefix.
fn sets() -> Vec<Cell> {
    let shared =
        Mcc::all().filter_map(Mcc::countries).map(CountrySet::from).chain(shared_prefixes());
    let mut sets = vec![CountrySet::EMPTY];
    sets.extend(Country::all().map(CountrySet::from));
    for set in shared.filter(|set| set.len() > 1) {
        if !sets.contains(&set) {
            sets.push(set);
        }
    }
    let cell = |set: CountrySet| {
        let codes: Vec<_> = set.iter().map(Country::code).collect();
        let quoted: Vec<_> = codes.iter().map(|code| format!("\"{code}\"")).collect();
        let written = format!("[{}]", quoted.join(", "));
        let label = if codes.is_empty() { "-".to_owned() } else { codes.join("+") };
        Cell::new(label, written, FactValue::Countries(set))
    };
    sets.into_iter().map(cell).collect()
}

fn older_than(test: &LineTest) -> Option<Duration> {
    match test {
        LineTest::StatusOlderThan(age) => Some(*age),
        _ => None,
    }
}

fn changed_within(test: &LineTest) -> Option<Duration> {
    match test {
        LineTest::CountryChangedWithin(within) => Some(*within),
        _ => None,
    }
}

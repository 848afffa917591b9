//! Policies as values, and how they are written down.

use std::fmt::{self, Display};

use roamgate::Country;
use roamgate::country::Mcc;
use roamgate::policy::{Effect, Policy as Compiled, SourceFile};

use crate::free::{ATTRIBUTES, FactTest};

/// A set of files.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) files: Vec<File>,
}

#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) mode: Mode,
    pub(crate) on_unknown: Map,
    pub(crate) step_up: Option<StepUp>,
    pub(crate) rules: Vec<Rule>,
}

/// From `default`, groups and reasons to effects.
pub(crate) type Map = Vec<(String, Effect)>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StepUp {
    pub(crate) acr_values: Vec<String>,
    /// In seconds.
    pub(crate) max_age: Option<u64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) routes: Vec<&'static str>,
    /// Facts beside the routes in `match`.
    pub(crate) matching: Vec<FactTest>,
    pub(crate) polarity: Polarity,
    pub(crate) condition: Block,
    pub(crate) unless: Option<Block>,
    pub(crate) effect: Effect,
    pub(crate) on_unknown: Option<Map>,
    pub(crate) step_up: Option<StepUp>,
    pub(crate) mode: Mode,
}

/// A condition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    /// One word, or verbs with lists.
    pub(crate) tests: Vec<Test>,
    pub(crate) facts: Vec<FactTest>,
    pub(crate) any_of: Vec<Block>,
    pub(crate) not: Option<Box<Block>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Polarity {
    When,
    Require,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    Enforce,
    Shadow,
    Off,
}

#[derive(Clone, Debug)]
pub(crate) enum Test {
    Home,
    Roaming,
    RoamingIn(ListTest),
    RoamingOutside(ListTest),
    LocatedIn(ListTest),
    LocatedOutside(ListTest),
    Abroad,
    /// In seconds.
    CountryChangedWithin(u64),
    DiffersFrom,
    StatusOlderThan(u64),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ListTest {
    pub(crate) countries: Vec<Country>,
    pub(crate) codes: Vec<Mcc>,
    /// `a.countries` lengthens the list.
    pub(crate) is_lengthened: bool,
}

/// The routes of every file: two that overlap, and one for everything.
pub(crate) const ROUTES: [&str; 3] = ["one", "both", "any"];
/// A path that both routes match, one that only the second matches, and one that neither does.
pub(crate) const PATHS: [&str; 3] = ["/a/one", "/a/two", "/elsewhere"];

impl File {
    /// `one` is `/a/one`, `both` is `/a/{x}`, `any` is `/{*rest}`.
    #[expect(clippy::unused_self, reason = "a route is a name of its file")]
    pub(crate) fn route_matches(&self, name: &str, path: &str) -> bool {
        match name {
            "one" => path == "/a/one",
            "both" => path.starts_with("/a/"),
            _ => true,
        }
    }
}

impl Policy {
    /// The policy as the library reads it.
    pub(crate) fn compile(&self) -> Compiled {
        let files: Vec<_> =
            self.files.iter().map(|file| SourceFile::new(&file.name, &file.to_string())).collect();
        let (policy, problems) = Compiled::check(&files);
        policy.unwrap_or_else(|| panic!("{problems}\n{}", self.files[0]))
    }
}

impl Block {
    pub(crate) fn says_nothing(&self) -> bool {
        self.tests.is_empty()
            && self.facts.is_empty()
            && self.any_of.is_empty()
            && self.not.is_none()
    }

    /// Of the line `roamingIn` and nothing else, so that it is false at home: E017 in `require`.
    pub(crate) fn refuses_home(&self) -> bool {
        self.asks_roaming_in_alone() && self.at_home() == Some(false)
    }

    fn asks_roaming_in_alone(&self) -> bool {
        let mut inside = self.any_of.iter().chain(self.not.as_deref());
        self.tests.iter().all(|test| matches!(test, Test::RoamingIn(_)))
            && inside.all(Self::asks_roaming_in_alone)
    }

    /// Where every test of the line is false, and every fact is missing.
    fn at_home(&self) -> Option<bool> {
        let any_of = self.any_of.iter().map(Self::at_home);
        let any_of = any_of.reduce(|a, b| not(and(not(a), not(b))));
        let parts = self.tests.iter().map(|_| Some(false)).chain(self.facts.iter().map(|_| None));
        let parts = parts.chain(any_of).chain(self.not.iter().map(|block| not(block.at_home())));
        parts.fold(Some(true), and)
    }
}

fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn not(truth: Option<bool>) -> Option<bool> {
    truth.map(|truth| !truth)
}

impl Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "apiVersion: roamgate/v1\nkind: RoamingPolicy")?;
        writeln!(f, "metadata: {{ name: {}, owner: o }}\nmode: {}", self.name, self.mode)?;
        f.write_str(ATTRIBUTES)?;
        writeln!(f, "defaults:\n  unmatchedRoute: allow\n  onUnknown: {}", map(&self.on_unknown))?;
        if let Some(step_up) = &self.step_up {
            writeln!(f, "  stepUp: {step_up}")?;
        }
        writeln!(
            f,
            "routes: {{ one: [{{ path: /a/one }}], both: [{{ path: '/a/{{x}}' }}], any: [{{ path: '/{{*rest}}' }}] }}"
        )?;
        writeln!(f, "rules:{}", if self.rules.is_empty() { " []" } else { "" })?;
        self.rules.iter().try_for_each(|rule| write!(f, "{rule}"))
    }
}

impl Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  - id: {}\n    description: d", self.id)?;
        let facts: String = self.matching.iter().map(|fact| format!(", {fact}")).collect();
        writeln!(f, "    match: {{ routes: [{}]{facts} }}", self.routes.join(", "))?;
        let (condition, effect) = match self.polarity {
            Polarity::When => ("when", "effect"),
            Polarity::Require => ("require", "otherwise"),
        };
        writeln!(f, "    {condition}: {}", self.condition)?;
        if let Some(unless) = &self.unless {
            writeln!(f, "    unless: {unless}")?;
        }
        writeln!(f, "    {effect}: {}", self.effect)?;
        if let Some(answers) = &self.on_unknown {
            writeln!(f, "    onUnknown: {}", map(answers))?;
        }
        if let Some(step_up) = &self.step_up {
            writeln!(f, "    stepUp: {step_up}")?;
        }
        match self.mode {
            Mode::Enforce => Ok(()),
            Mode::Shadow => writeln!(f, "    mode: shadow\n    shadow: {{ until: 2027-04-30 }}"),
            Mode::Off => {
                writeln!(f, "    mode: off\n    off: {{ until: 2027-04-30, ticket: SEC-1 }}")
            }
        }
    }
}

impl Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tests: Vec<_> = self.tests.iter().map(Test::to_string).collect();
        let mut parts = match tests.as_slice() {
            [] => Vec::new(),
            [word] if !word.contains(':') => vec![format!("line: {word}")],
            verbs => vec![format!("line: {{ {} }}", verbs.join(", "))],
        };
        parts.extend(self.facts.iter().map(ToString::to_string));
        if !self.any_of.is_empty() {
            let blocks: Vec<_> = self.any_of.iter().map(Block::to_string).collect();
            parts.push(format!("anyOf: [{}]", blocks.join(", ")));
        }
        parts.extend(self.not.as_ref().map(|block| format!("not: {block}")));
        write!(f, "{{ {} }}", parts.join(", "))
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => f.write_str("home"),
            Self::Roaming => f.write_str("roaming"),
            Self::RoamingIn(list) => write!(f, "roamingIn: [{list}]"),
            Self::RoamingOutside(list) => write!(f, "roamingOutside: [{list}]"),
            Self::LocatedIn(list) => write!(f, "locatedIn: [{list}]"),
            Self::LocatedOutside(list) => write!(f, "locatedOutside: [{list}]"),
            Self::Abroad => f.write_str("abroad"),
            Self::CountryChangedWithin(within) => write!(f, "countryChangedWithin: {within}s"),
            Self::DiffersFrom => f.write_str("differsFrom: a.country"),
            Self::StatusOlderThan(age) => write!(f, "statusOlderThan: {age}s"),
        }
    }
}

impl Display for ListTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let countries = self.countries.iter().map(|country| format!("\"{country}\""));
        let codes = self.codes.iter().map(|code| format!("\"mcc:{code}\""));
        let attribute = self.is_lengthened.then(|| "{ attribute: a.countries }".to_owned());
        f.write_str(&countries.chain(codes).chain(attribute).collect::<Vec<_>>().join(", "))
    }
}

impl Display for StepUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{ acrValues: [{}]", self.acr_values.join(", "))?;
        match self.max_age {
            Some(seconds) => write!(f, ", maxAge: {seconds}s }}"),
            None => f.write_str(" }"),
        }
    }
}

impl Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enforce => "enforce",
            Self::Shadow => "shadow",
            Self::Off => "off",
        })
    }
}

/// A map of one default may be written as a word.
fn map(map: &Map) -> String {
    if let [(key, effect)] = map.as_slice()
        && key == "default"
    {
        return effect.to_string();
    }
    let entries: Vec<_> = map.iter().map(|(key, effect)| format!("{key}: {effect}")).collect();
    format!("{{ {} }}", entries.join(", "))
}

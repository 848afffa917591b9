//! What is asked of free facts.

use std::sync::Arc;
use std::time::SystemTime;

use super::places::PlaceList;
use super::truth::Truth;
use super::window::Window;
use crate::country::CountrySet;
use crate::moment::Moment;
use crate::policy::effect::Circumstances;
use crate::policy::fact::{Fact, FactValue, Facts, ROLLOUT, TIME};
use crate::status::{LinePlace, UnknownReason};

/// One test of a free fact.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FactTest {
    Number {
        fact: Arc<Fact>,
        comparison: Comparison,
        bound: f64,
    },
    /// A text or an enum is one of these. Sorted, without repetition.
    Text {
        fact: Arc<Fact>,
        values: Vec<Arc<str>>,
        verb: Membership,
    },
    Texts {
        fact: Arc<Fact>,
        values: Vec<Arc<str>>,
        quantity: Quantity,
    },
    Places {
        fact: Arc<Fact>,
        list: PlaceList,
        verb: Membership,
    },
    Boolean {
        fact: Arc<Fact>,
        value: bool,
    },
    Time(Arc<Window>),
    /// An exception lives: from the first moment, up to the second.
    Live {
        from: Option<SystemTime>,
        until: SystemTime,
    },
    /// The request belongs to the part for which a rule is rolled out.
    RolledOut(Rollout),
}

/// `eq`, `gt`, `gte`, `lt`, `lte`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Comparison {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// `is` and `in`, or `notIn`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Membership {
    Is,
    In,
    NotIn,
}

/// `containsAny`, `containsAll`, `containsNone`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Quantity {
    Any,
    All,
    None,
}

/// A part of all customers, the same ones every time.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Rollout {
    /// In percent.
    pub(crate) percent: u8,
    /// The fact by which a customer stays in or out.
    pub(crate) sticky: Arc<Fact>,
    /// Different rules meet different parts.
    pub(crate) rule: Arc<str>,
}

impl FactTest {
    pub(crate) fn evaluate(&self, around: &Circumstances<'_>) -> Truth {
        match self {
            Self::Time(window) => is_open(window, around).into(),
            Self::Live { from, until } => {
                Moment::from(around.assurance.now).is_within(*from, *until).into()
            }
            Self::RolledOut(rollout) => rollout.includes(around.facts).into(),
            Self::Number { fact, .. }
            | Self::Text { fact, .. }
            | Self::Texts { fact, .. }
            | Self::Places { fact, .. }
            | Self::Boolean { fact, .. } => {
                self.judge(value(fact, around.facts).as_ref(), around.facts)
            }
        }
    }

    /// What the test says of a value of its fact.
    pub(crate) fn judge(&self, value: Option<&FactValue>, facts: &dyn Facts) -> Truth {
        match (self, value) {
            (Self::Number { comparison, bound, .. }, Some(FactValue::Number(number))) => {
                comparison.holds(*number, *bound).into()
            }
            (Self::Text { values, verb, .. }, Some(FactValue::Text(text))) => {
                Truth::from(values.binary_search(text).is_ok())
                    .negate_if(*verb == Membership::NotIn)
            }
            (Self::Texts { values, quantity, .. }, Some(FactValue::Texts(texts))) => {
                quantity.holds(values, texts).into()
            }
            (Self::Places { list, verb, .. }, Some(value)) => list
                .contains(LinePlace { mcc: None, countries: countries(value) }, facts)
                .negate_if(*verb == Membership::NotIn),
            (Self::Boolean { value, .. }, Some(FactValue::Boolean(actual))) => {
                (value == actual).into()
            }
            _ => Truth::undecided(UnknownReason::MissingAttribute),
        }
    }

    /// The fact, unless the test is about time or an exception.
    pub(crate) fn fact(&self) -> Option<&Arc<Fact>> {
        match self {
            Self::Number { fact, .. }
            | Self::Text { fact, .. }
            | Self::Texts { fact, .. }
            | Self::Places { fact, .. }
            | Self::Boolean { fact, .. } => Some(fact),
            Self::Time(_) | Self::Live { .. } | Self::RolledOut(_) => None,
        }
    }

    /// Tells it from every other test.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Time(window) => format!("time {}", window.name),
            Self::Texts { values, .. } => format!("{} {values:?}", self.name()),
            other => format!("{other:?}"),
        }
    }

    /// The reasons for which the test can be undecided.
    pub(crate) fn reasons(&self) -> &'static [UnknownReason] {
        use UnknownReason::{CountryAmbiguous, CountryUnresolved, MissingAttribute};
        match self {
            Self::Places { .. } => &[CountryAmbiguous, CountryUnresolved, MissingAttribute],
            Self::Time(_) | Self::Live { .. } | Self::RolledOut(_) => &[],
            _ => &[MissingAttribute],
        }
    }

    /// The fact and the verb, as policies write them: `request.amountEur gte 200`.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Number { fact, comparison, bound } => {
                format!("{} {} {bound}", fact.name, comparison.verb())
            }
            Self::Text { fact, verb, .. } | Self::Places { fact, verb, .. } => {
                format!("{} {}", fact.name, verb.verb())
            }
            Self::Texts { fact, quantity, .. } => format!("{} {}", fact.name, quantity.verb()),
            Self::Boolean { fact, value } => format!("{} is {value}", fact.name),
            Self::Time(window) => format!("time {}", window.name),
            Self::Live { .. } => "exception".to_owned(),
            Self::RolledOut(rollout) => format!("rollout {}%", rollout.percent),
        }
    }
}

/// The value of a fact, if the request has one of its kind.
pub(crate) fn value(fact: &Fact, facts: &dyn Facts) -> Option<FactValue> {
    facts.get(&fact.name).filter(|value| fact.kind.admits(value))
}

fn countries(value: &FactValue) -> CountrySet {
    match value {
        FactValue::Country(country) => (*country).into(),
        FactValue::Countries(countries) => *countries,
        _ => CountrySet::EMPTY,
    }
}

fn is_open(window: &Window, around: &Circumstances<'_>) -> bool {
    match around.facts.get(TIME) {
        Some(FactValue::Texts(open)) => open.contains(&window.name),
        Some(FactValue::Boolean(is_open)) => is_open,
        _ => window.is_open(around.assurance.now),
    }
}

impl Comparison {
    pub(crate) fn holds(self, number: f64, bound: f64) -> bool {
        match self {
            Self::Equal => number == bound,
            Self::Greater => number > bound,
            Self::GreaterOrEqual => number >= bound,
            Self::Less => number < bound,
            Self::LessOrEqual => number <= bound,
        }
    }

    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "gte",
            Self::Less => "lt",
            Self::LessOrEqual => "lte",
        }
    }
}

impl Membership {
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::In => "in",
            Self::NotIn => "notIn",
        }
    }
}

impl Quantity {
    fn holds(self, values: &[Arc<str>], texts: &[Arc<str>]) -> bool {
        match self {
            Self::Any => values.iter().any(|value| texts.contains(value)),
            Self::All => values.iter().all(|value| texts.contains(value)),
            Self::None => !values.iter().any(|value| texts.contains(value)),
        }
    }

    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Any => "containsAny",
            Self::All => "containsAll",
            Self::None => "containsNone",
        }
    }
}

impl Rollout {
    /// A request that lacks the fact counts as inside.
    fn includes(&self, facts: &dyn Facts) -> bool {
        if let Some(FactValue::Number(place)) = facts.get(ROLLOUT) {
            return place < f64::from(self.percent);
        }
        self.standing(facts).is_none_or(|place| place < u64::from(self.percent))
    }

    /// Where the customer stands among all, from 0 to 99. None where nobody knows which one it is.
    pub(crate) fn standing(&self, facts: &dyn Facts) -> Option<u64> {
        if let Some(FactValue::Texts(known)) = facts.get(ROLLOUT) {
            let own = |text: &Arc<str>| {
                text.strip_prefix(&*self.rule)?.strip_prefix(' ').map(str::to_owned)
            };
            if let Some(place) = known.iter().find_map(own) {
                return place.parse().ok();
            }
        }
        match facts.get(&self.sticky.name) {
            Some(FactValue::Text(text)) => Some(share(&self.rule, &text)),
            _ => None,
        }
    }
}

/// Where a customer stands among all, from 0 to 99, differently for each rule. The same in every process and version.
fn share(key: &str, text: &str) -> u64 {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new().chain_update(key).chain_update([0]).chain_update(text).finalize();
    let bytes = digest.first_chunk::<8>().copied().unwrap_or_default();
    u64::from_be_bytes(bytes) % 100
}

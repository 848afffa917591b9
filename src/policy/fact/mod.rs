//! Free facts: what is known of a request without asking the network.

mod attributes;
mod value;
mod written;

pub use attributes::Attributes;
pub use value::FactValue;
pub(crate) use value::number;
pub use written::FactError;
pub(crate) use written::Written;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::status::LineFacts;

/// The age of the line's status, counted from when the network confirmed it.
pub(crate) const LINE_AGE: &str = "line.age";
/// How long ago the line was last seen in another country.
pub(crate) const LINE_CHANGED: &str = "line.changed";
/// The countries of the number's calling prefix.
pub(crate) const NUMBER_COUNTRY: &str = "line.numberCountry";
/// Which time windows are open. A value overrides the clock: for tests and tables.
pub(crate) const TIME: &str = "time";
/// Where a customer stands among all, in percent: inside the rollouts that go further. A value
/// overrides the customer's own place: for tests and proofs. Texts are the places of rules (`RULE 37`), as records
/// have them.
pub(crate) const ROLLOUT: &str = "rollout";
/// Inside every rollout, as whoever lacks the fact is.
pub(crate) const INSIDE: f64 = -1.0;
/// Outside every rollout that does not include everybody.
pub(crate) const OUTSIDE: f64 = 99.0;

/// Where the values of free facts come from. Nothing is read that no condition asks for.
pub trait Facts {
    /// The value of a fact, or nothing where the request lacks it.
    fn get(&self, name: &str) -> Option<FactValue>;
}

/// No fact is known.
impl Facts for () {
    fn get(&self, _: &str) -> Option<FactValue> {
        None
    }
}

/// A fact that a policy may ask for.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Fact {
    /// The name in policies: `request.amountEur`.
    pub name: Arc<str>,
    /// What its values are.
    pub kind: FactKind,
    /// Where its values come from.
    pub source: FactSource,
}

/// What the values of a fact are.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum FactKind {
    /// A number.
    Number,
    /// One of these words. Any other value counts as missing.
    Enum(Arc<[Arc<str>]>),
    /// A text.
    Text,
    /// Several texts.
    Texts,
    /// A country.
    Country,
    /// Several countries: the ones it may be, or the ones that are meant.
    Countries,
    /// True or false.
    Boolean,
}

/// The kinds that need no further word, each with a name.
static PLAIN: [FactKind; 6] = [
    FactKind::Number,
    FactKind::Text,
    FactKind::Texts,
    FactKind::Country,
    FactKind::Countries,
    FactKind::Boolean,
];

/// Where the values of a fact come from.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum FactSource {
    /// The [`Attributes`] in the request's extensions.
    #[default]
    Extension,
    /// The claims of the subject.
    Claim,
    /// A header of this name, in lower case, which the service must have declared trusted.
    Header(Arc<str>),
    /// The language itself.
    BuiltIn,
}

impl Fact {
    /// The facts of the language, which need no declaration.
    pub(crate) fn built_in() -> [Self; 4] {
        let proofs = ["claimed", "network"].map(Arc::from);
        [
            ("line.numberCountry", FactKind::Countries),
            ("line.proof", FactKind::Enum(Arc::new(proofs))),
            ("subject.id", FactKind::Text),
            ("subject.groups", FactKind::Texts),
        ]
        .map(|(name, kind)| Self { name: name.into(), kind, source: FactSource::BuiltIn })
    }
}

impl FactKind {
    /// One of these words.
    ///
    /// ```
    /// use roamgate::policy::FactKind;
    ///
    /// assert_eq!(FactKind::one_of(["retail", "private"]).name(), "enum");
    /// ```
    #[must_use]
    pub fn one_of(words: impl IntoIterator<Item = impl Into<Arc<str>>>) -> Self {
        Self::Enum(words.into_iter().map(Into::into).collect())
    }

    /// The names of all kinds but enums, in the order of the language.
    pub(crate) fn plain_names() -> impl Iterator<Item = &'static str> {
        PLAIN.iter().map(Self::name)
    }

    /// The kind of this name, if it is no enum.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        PLAIN.iter().find(|kind| kind.name() == name).cloned()
    }

    /// The same kind: the order of an enum's words means nothing.
    pub(crate) fn with_sorted_words(&self) -> Self {
        match self {
            Self::Enum(words) => {
                let words: BTreeSet<_> = words.iter().cloned().collect();
                Self::one_of(words)
            }
            kind => kind.clone(),
        }
    }

    /// The name in policies.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Enum(_) => "enum",
            Self::Text => "string",
            Self::Texts => "strings",
            Self::Country => "country",
            Self::Countries => "countries",
            Self::Boolean => "boolean",
        }
    }

    /// Is this a value of the kind? Any other counts as missing.
    pub(crate) fn admits(&self, value: &FactValue) -> bool {
        match (self, value) {
            (Self::Number, FactValue::Number(number)) => !number.is_nan(),
            (Self::Enum(words), FactValue::Text(text)) => words.contains(text),
            (Self::Text, FactValue::Text(_))
            | (Self::Texts, FactValue::Texts(_))
            | (Self::Country, FactValue::Country(_))
            | (Self::Countries, FactValue::Countries(_))
            | (Self::Boolean, FactValue::Boolean(_)) => true,
            _ => false,
        }
    }
}

impl LineFacts {
    /// The same line; where its number is not known, these facts may say from where it is.
    pub(crate) fn with_number(self, facts: &dyn Facts) -> Self {
        match self.number_countries.is_empty().then(|| facts.get(NUMBER_COUNTRY)).flatten() {
            Some(FactValue::Countries(number_countries)) => Self { number_countries, ..self },
            _ => self,
        }
    }
}

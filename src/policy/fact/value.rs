//! [`FactValue`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{FactKind, Written};
use crate::country::{Country, CountrySet};
use crate::document::written_duration;

/// The value of a free fact. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FactValue {
    /// A number. NaN counts as missing.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A text, or a word of an enum.
    Text(Arc<str>),
    /// Several texts.
    Texts(Arc<[Arc<str>]>),
    /// A country.
    Country(Country),
    /// Several countries.
    Countries(CountrySet),
    /// A length of time, for `line.age` and `line.changed`.
    Age(Duration),
    /// It has not happened as far back as is known, for `line.changed`.
    Never,
}

impl FactValue {
    /// Reads a value as headers write it: `10000`, `true`, `retail`, `NO`; lists are `a,b`. `None`
    /// where it is not a value of the kind.
    #[must_use]
    pub fn parse(text: &str, kind: &FactKind) -> Option<Self> {
        let items: Vec<_> = match kind {
            FactKind::Texts | FactKind::Countries => {
                text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
            }
            _ => Vec::new(),
        };
        Written { text, items: &items }.read(kind)
    }
}

/// A finite number in digits, with a sign, a point or an exponent.
pub(crate) fn number(text: &str) -> Option<f64> {
    let is_written_in_digits = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
    // Zero has one sign here.
    is_written_in_digits.then_some(number + 0.0)
}

macro_rules! from {
    ($($from:ty => |$value:ident| $into:expr;)+) => {
        $(impl From<$from> for FactValue {
            fn from($value: $from) -> Self {
                $into
            }
        })+
    };
}

from! {
    f64 => |number| Self::Number(number + 0.0);
    i32 => |number| Self::Number(number.into());
    u32 => |number| Self::Number(number.into());
    bool => |is_true| Self::Boolean(is_true);
    &str => |text| Self::Text(text.into());
    Arc<str> => |text| Self::Text(text);
    String => |text| Self::Text(text.into());
    Vec<Arc<str>> => |texts| Self::Texts(texts.into());
    Vec<&str> => |texts| Self::Texts(texts.into_iter().map(Arc::from).collect());
    Country => |country| Self::Country(country);
    CountrySet => |countries| Self::Countries(countries);
}

impl fmt::Display for FactValue {
    /// As `--set` takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Boolean(is_true) => write!(f, "{is_true}"),
            Self::Text(text) => f.write_str(text),
            Self::Texts(texts) => f.write_str(&texts.join(",")),
            Self::Country(country) => write!(f, "{country}"),
            Self::Countries(countries) => {
                let codes: Vec<_> = countries.iter().map(Country::code).collect();
                f.write_str(&codes.join(","))
            }
            Self::Age(age) => f.write_str(&written_duration(*age)),
            Self::Never => f.write_str("never"),
        }
    }
}

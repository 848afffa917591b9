//! Facts as people write them on the command line and in test files.

use std::fmt;
use std::sync::Arc;

use super::{
    FactKind, FactValue, INSIDE, LINE_AGE, LINE_CHANGED, NUMBER_COUNTRY, OUTSIDE, ROLLOUT, TIME,
    number,
};
use crate::country::Country;
use crate::document::{nearest, parse_duration};
use crate::policy::Policy;

impl Policy {
    /// Reads the value of a fact that this policy can ask for, as `--set FACT=VALUE` has it: lists
    /// are `a,b`, or `[a, b]` as in a file; `line.age=10m`, `line.changed=1h|never|unknown`, `time=in|out`, `rollout=in|out`.
    /// `None` is a fact that is missing.
    ///
    /// # Errors
    ///
    /// [`FactError`] says what is wrong and what would be right.
    pub fn parse_fact(&self, name: &str, text: &str) -> Result<Option<FactValue>, FactError> {
        let list = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        let items = list.split(',').map(|item| item.trim().trim_matches(['"', '\'']));
        let items: Vec<_> = items.filter(|item| !item.is_empty()).collect();
        self.read_fact(name, Written { text, items: &items })
    }

    pub(crate) fn read_fact(
        &self,
        name: &str,
        written: Written<'_>,
    ) -> Result<Option<FactValue>, FactError> {
        let refused = |expected: &str| FactError::value(name, written.text, expected);
        match name {
            LINE_AGE => age(written.text).map(Some).ok_or_else(|| refused("a duration: `10m`")),
            LINE_CHANGED => match written.text {
                "never" => Ok(Some(FactValue::Never)),
                "unknown" => Ok(None),
                text => {
                    age(text).map(Some).ok_or_else(|| refused("a duration, `never` or `unknown`"))
                }
            },
            TIME => match written.text {
                "in" => Ok(Some(FactValue::Boolean(true))),
                "out" => Ok(Some(FactValue::Boolean(false))),
                _ => Ok(Some(FactValue::Texts(written.texts()))),
            },
            ROLLOUT => match written.text {
                "in" => Ok(Some(FactValue::Number(INSIDE))),
                "out" => Ok(Some(FactValue::Number(OUTSIDE))),
                text => {
                    let place = number(text).filter(|place| (0.0..100.0).contains(place));
                    let expected = "`in`, `out`, or a place among all customers in percent: `50`";
                    place.map(|place| Some(place.into())).ok_or_else(|| refused(expected))
                }
            },
            name => {
                let known = self.facts().iter().find(|fact| *fact.name == *name);
                let kind = match known {
                    Some(fact) => &fact.kind,
                    // `abroad` and the places of lines at home ask for it without its name.
                    None if name == NUMBER_COUNTRY => &FactKind::Countries,
                    None => return Err(self.no_such_fact(name)),
                };
                let value = written.read(kind);
                value.map(Some).ok_or_else(|| refused(&expected(kind)))
            }
        }
    }

    fn no_such_fact(&self, name: &str) -> FactError {
        let names: Vec<_> = self.facts().iter().map(|fact| &*fact.name).collect();
        let help = match nearest(name, names.iter().copied().chain(OF_THE_LANGUAGE)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "the policy asks for none".to_owned(),
            None => format!("the facts are `{}`", names.join("`, `")),
        };
        FactError(format!("no rule asks for the fact `{name}`; {help}"))
    }
}

/// Facts that every policy knows.
const OF_THE_LANGUAGE: [&str; 5] = [LINE_AGE, LINE_CHANGED, NUMBER_COUNTRY, TIME, ROLLOUT];

/// A value as it is written: whole, and as a list.
#[derive(Clone, Copy)]
pub(crate) struct Written<'a> {
    pub(crate) text: &'a str,
    pub(crate) items: &'a [&'a str],
}

impl Written<'_> {
    fn texts(&self) -> Arc<[Arc<str>]> {
        self.items.iter().map(|item| Arc::from(*item)).collect()
    }

    pub(crate) fn read(&self, kind: &FactKind) -> Option<FactValue> {
        let value = match kind {
            FactKind::Number => FactValue::Number(number(self.text)?),
            FactKind::Enum(words) => {
                FactValue::Text(Arc::clone(words.iter().find(|word| ***word == *self.text)?))
            }
            FactKind::Text => FactValue::Text(self.text.into()),
            FactKind::Texts => FactValue::Texts(self.texts()),
            FactKind::Country => FactValue::Country(Country::from_code(self.text)?),
            FactKind::Countries => {
                let countries = self.items.iter().map(|code| Country::from_code(code));
                FactValue::Countries(countries.collect::<Option<_>>()?)
            }
            FactKind::Boolean => FactValue::Boolean(self.text.parse().ok()?),
        };
        kind.admits(&value).then_some(value)
    }
}

fn age(text: &str) -> Option<FactValue> {
    parse_duration(text).map(FactValue::Age)
}

fn expected(kind: &FactKind) -> String {
    match kind {
        FactKind::Number => "a number: `250`, `0.5`".to_owned(),
        FactKind::Enum(words) => format!("one of `{}`", words.join("`, `")),
        FactKind::Text => "a text".to_owned(),
        FactKind::Texts => "a list: `a,b`".to_owned(),
        FactKind::Country => "a country code: `NO`".to_owned(),
        FactKind::Countries => "country codes: `NO,SE`".to_owned(),
        FactKind::Boolean => "`true` or `false`".to_owned(),
    }
}

/// A fact that cannot be set like this.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FactError(String);

impl FactError {
    fn value(name: &str, text: &str, expected: &str) -> Self {
        Self(format!("`{text}` is not a value of `{name}`; write {expected}"))
    }
}

impl fmt::Display for FactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FactError {}

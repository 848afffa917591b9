//! The facts of a record, and which of them it lacks.

use std::cell::RefCell;

use serde_json::{Map, Value};

use super::line::duration;
use super::{Unreplayable, cells};
use crate::country::Country;
use crate::decision_log::{DecisionRecord, MISFIT};
use crate::policy::{
    FactKind, FactValue, Facts, LINE_AGE, LINE_CHANGED, NUMBER_COUNTRY, Policy, ROLLOUT,
    RequestClass, TIME,
};

/// Says what the record says, and remembers for what it was asked in vain.
pub(super) struct RecordedFacts<'a> {
    policy: &'a Policy,
    class: RequestClass,
    record: &'a DecisionRecord,
    lacks: RefCell<Option<Unreplayable>>,
}

impl<'a> RecordedFacts<'a> {
    pub(super) fn new(policy: &'a Policy, class: RequestClass, record: &'a DecisionRecord) -> Self {
        Self { policy, class, record, lacks: RefCell::new(None) }
    }

    /// Was everything known that was asked?
    pub(super) fn complete(&self) -> Result<(), Unreplayable> {
        self.lacks.borrow_mut().take().map_or(Ok(()), Err)
    }

    fn read(&self, name: &str) -> Result<Option<FactValue>, Unreplayable> {
        match self.record.facts.get(name) {
            Some(Value::Null) => Ok(None),
            Some(value) if value.get(MISFIT).is_some() => match self.is_of_this_policy() {
                true => Ok(None),
                false => Err(Unreplayable::OtherType(name.to_owned())),
            },
            Some(value) => {
                let value = match value {
                    Value::Object(cell) => self.within(name, cell),
                    value => self.value(name, value).map(Ok),
                };
                value.ok_or_else(|| Unreplayable::OtherType(name.to_owned()))?.map(Some)
            }
            None if name == LINE_AGE => self.age(),
            None if self.record.left_out.iter().any(|known| known == name) => {
                Err(Unreplayable::LeftOut(name.to_owned()))
            }
            // `numberCountry` is read for all classes, wherever some class asks for it.
            None if name == NUMBER_COUNTRY
                && self.policy.asked_by(self.class).fact(name).is_none() =>
            {
                Ok(None)
            }
            None => Err(Unreplayable::MissingFact(name.to_owned())),
        }
    }

    fn is_of_this_policy(&self) -> bool {
        self.record.policy == self.policy.hash().to_string()
    }

    fn within(
        &self,
        name: &str,
        cell: &Map<String, Value>,
    ) -> Option<Result<FactValue, Unreplayable>> {
        let asked = self.policy.asked_by(self.class).fact(name);
        cells::value(&self.policy.fact(name)?.kind, cell, asked)
    }

    fn age(&self) -> Result<Option<FactValue>, Unreplayable> {
        let age = self.record.line.as_ref().and_then(|line| line.age.as_deref());
        let age = age.map(|age| duration(age).ok_or(Unreplayable::Malformed("line.age")));
        Ok(age.transpose()?.map(FactValue::Age))
    }

    fn value(&self, name: &str, value: &Value) -> Option<FactValue> {
        match name {
            LINE_AGE => Some(FactValue::Age(duration(value.as_str()?)?)),
            LINE_CHANGED if value == "never" => Some(FactValue::Never),
            LINE_CHANGED => Some(FactValue::Age(duration(value.as_str()?)?)),
            NUMBER_COUNTRY => of_kind(&FactKind::Countries, value),
            name => of_kind(&self.policy.fact(name)?.kind, value),
        }
    }
}

impl Facts for RecordedFacts<'_> {
    fn get(&self, name: &str) -> Option<FactValue> {
        match name {
            // The clock says it.
            TIME => None,
            ROLLOUT => {
                let places = self.record.rollouts.iter().map(|place| place.as_str().into());
                Some(FactValue::Texts(places.collect()))
            }
            name => self.read(name).unwrap_or_else(|lack| {
                self.lacks.borrow_mut().get_or_insert(lack);
                None
            }),
        }
    }
}

fn of_kind(kind: &FactKind, value: &Value) -> Option<FactValue> {
    let texts = || value.as_array()?.iter().map(Value::as_str).collect::<Option<Vec<_>>>();
    match kind {
        FactKind::Number => {
            let infinite =
                || value.as_str()?.parse().ok().filter(|number: &f64| number.is_infinite());
            value.as_f64().or_else(infinite).map(FactValue::Number)
        }
        FactKind::Boolean => value.as_bool().map(FactValue::Boolean),
        FactKind::Enum(_) | FactKind::Text => value.as_str().map(FactValue::from),
        FactKind::Texts => texts().map(FactValue::from),
        FactKind::Country => Country::from_code(value.as_str()?).map(FactValue::Country),
        FactKind::Countries => {
            let countries = texts()?.into_iter().map(Country::from_code).collect::<Option<_>>();
            countries.map(FactValue::Countries)
        }
    }
}

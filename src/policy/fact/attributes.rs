//! [`Attributes`]: values of free facts by name.

use std::sync::Arc;

use super::{FactValue, Facts};

/// What the service knows of a request, by the names that policies give it.
///
/// Middleware in front of the gate puts it into the request's extensions; a handler hands it to
/// [`Gate::check_route`](crate::Gate::check_route).
///
/// # Example
///
/// ```
/// use roamgate::policy::{Attributes, FactValue, Facts};
///
/// let attributes = Attributes::new().set("request.amountEur", 250.0).set("subject.segment", "retail");
/// assert_eq!(attributes.get("request.amountEur"), Some(FactValue::Number(250.0)));
/// assert_eq!(attributes.get("request.currency"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(Vec<(Arc<str>, FactValue)>);

impl Attributes {
    /// Nothing is known.
    pub(crate) const NONE: Self = Self(Vec::new());

    /// Nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with this value, in place of an earlier one of the name.
    #[must_use]
    pub fn set(mut self, name: impl Into<Arc<str>>, value: impl Into<FactValue>) -> Self {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
        self
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.iter().map(|(name, _)| name)
    }
}

impl Facts for Attributes {
    fn get(&self, name: &str) -> Option<FactValue> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone())
    }
}

//! Sets of headers, and values with variables.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::status::{LineState, RoamingStatus};

/// Headers of the request and of the answer, by their names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Headers<V> {
    pub(crate) request: BTreeMap<Arc<str>, V>,
    pub(crate) response: BTreeMap<Arc<str>, V>,
}

/// The value of a header, with variables.
#[derive(Clone, Debug)]
pub(crate) struct Template(pub(crate) Vec<Part>);

#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(Box<str>),
    Variable(Variable),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Variable {
    State,
    Countries,
    Reason,
}

impl<V> Default for Headers<V> {
    fn default() -> Self {
        Self { request: BTreeMap::new(), response: BTreeMap::new() }
    }
}

impl<V> Headers<V> {
    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.request.values().chain(self.response.values())
    }
}

impl Headers<String> {
    /// Adds what is not set yet.
    pub(super) fn add(&mut self, set: &Headers<Template>, line: LineState) {
        let own = [&mut self.request, &mut self.response];
        for (own, set) in own.into_iter().zip([&set.request, &set.response]) {
            for (name, template) in set {
                own.entry(Arc::clone(name)).or_insert_with(|| template.filled(line));
            }
        }
    }
}

impl Template {
    pub(super) fn has_variables(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Variable(_)))
    }

    fn filled(&self, line: LineState) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.to_string(),
            Part::Variable(variable) => variable.value(line),
        };
        self.0.iter().map(part).collect()
    }
}

impl Variable {
    /// The variables, by the names that policies use.
    pub(crate) const ALL: &[(&'static str, Self)] = &[
        ("line.state", Self::State),
        ("line.countries", Self::Countries),
        ("line.reason", Self::Reason),
    ];

    fn value(self, line: LineState) -> String {
        match (self, line) {
            (Self::State, LineState::Known(RoamingStatus::Home)) => "home".to_owned(),
            (Self::State, LineState::Known(RoamingStatus::Roaming(_))) => "roaming".to_owned(),
            (Self::State, LineState::Unknown(_)) => "unknown".to_owned(),
            (Self::Countries, LineState::Known(RoamingStatus::Roaming(visited))) => {
                let codes: Vec<_> = visited.countries.iter().map(|it| it.code()).collect();
                codes.join(",")
            }
            (Self::Reason, LineState::Unknown(reason)) => reason.name().to_owned(),
            (Self::Countries | Self::Reason, _) => String::new(),
        }
    }
}

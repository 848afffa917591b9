//! Conditions over the line and the free facts, in Kleene's logic.

#![warn(clippy::arithmetic_side_effects)]

mod fact;
mod line;
mod places;
mod truth;
mod window;

pub(crate) use fact::{Comparison, FactTest, Membership, Quantity, Rollout, value};
pub(crate) use line::LineTest;
pub(crate) use places::PlaceList;
pub(crate) use truth::{Reasons, Truth};
pub(crate) use window::Window;

use std::borrow::Cow;
use std::sync::Arc;

use super::effect::Circumstances;
use crate::status::{LineFacts, UnknownReason};

/// A block: tests joined by AND, OR and NOT.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Line(LineTest),
    Fact(FactTest),
}

/// A test of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Test<'a> {
    Line(&'a LineTest),
    Fact(&'a FactTest),
}

impl Condition {
    /// Is it so? The reasons are those of the undecided tests that still matter.
    pub(crate) fn evaluate(&self, line: LineFacts, around: &Circumstances<'_>) -> Truth {
        self.fold(&mut |test| test.evaluate(line, around))
    }

    /// The truth of the whole from that of its tests.
    pub(crate) fn fold<'a>(&'a self, test: &mut impl FnMut(Test<'a>) -> Truth) -> Truth {
        match self {
            Self::All(parts) => {
                parts.iter().fold(Truth::True, |truth, part| truth.and(part.fold(test)))
            }
            Self::Any(parts) => {
                parts.iter().fold(Truth::False, |truth, part| truth.or(part.fold(test)))
            }
            Self::Not(part) => part.fold(test).negate(),
            Self::Line(line) => test(Test::Line(line)),
            Self::Fact(fact) => test(Test::Fact(fact)),
        }
    }

    /// All tests, in the order in which they are written.
    pub(crate) fn tests(&self) -> Vec<Test<'_>> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Not(part) => part.tests(),
            Self::Line(test) => vec![Test::Line(test)],
            Self::Fact(test) => vec![Test::Fact(test)],
        }
    }

    /// The tests of the line among them.
    pub(crate) fn line_tests(&self) -> impl Iterator<Item = &LineTest> {
        self.tests().into_iter().filter_map(Test::line)
    }
}

impl<'a> Test<'a> {
    pub(crate) fn evaluate(self, line: LineFacts, around: &Circumstances<'_>) -> Truth {
        match self {
            Self::Line(test) => test.evaluate(line, around.facts),
            Self::Fact(test) => test.evaluate(around),
        }
    }

    pub(crate) fn line(self) -> Option<&'a LineTest> {
        match self {
            Self::Line(test) => Some(test),
            Self::Fact(_) => None,
        }
    }

    pub(crate) fn fact(self) -> Option<&'a FactTest> {
        match self {
            Self::Fact(test) => Some(test),
            Self::Line(_) => None,
        }
    }

    /// Is it the same test at the same place?
    pub(crate) fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Line(one), Self::Line(other)) => std::ptr::eq(one, other),
            (Self::Fact(one), Self::Fact(other)) => std::ptr::eq(one, other),
            _ => false,
        }
    }

    /// The names of the free facts that the test reads.
    pub(crate) fn facts(self) -> Vec<&'a Arc<str>> {
        let (own, list) = match self {
            Self::Line(LineTest::DiffersFrom(name)) => (Some(name), None),
            Self::Line(test) => (None, test.list()),
            Self::Fact(FactTest::Places { fact, list, .. }) => (Some(&fact.name), Some(list)),
            Self::Fact(FactTest::RolledOut(rollout)) => (Some(&rollout.sticky.name), None),
            Self::Fact(test) => (test.fact().map(|fact| &fact.name), None),
        };
        own.into_iter().chain(list.into_iter().flat_map(|list| &list.attributes)).collect()
    }

    /// As policies write it: a verb of the line, or a fact with its verb.
    pub(crate) fn name(self) -> Cow<'static, str> {
        match self {
            Self::Line(test) => test.verb().into(),
            Self::Fact(test) => test.name().into(),
        }
    }

    /// The reasons for which the test can be undecided.
    pub(crate) fn reasons(self) -> Reasons {
        match self {
            Self::Line(test) => {
                UnknownReason::line_reasons().chain(test.reasons().iter().copied()).collect()
            }
            Self::Fact(test) => test.reasons().iter().copied().collect(),
        }
    }
}

//! What a rule turns on.

use crate::policy::axis::{Axes, Axis};
use crate::policy::condition::{FactTest, Test, Truth};
use crate::policy::rule::Rule;
use crate::policy::runs::Run;

/// What the tests of a rule say along one way through the axes.
pub(super) type Known<'r> = Vec<(Test<'r>, Truth)>;

/// What a rule turns on: its tests that have an axis, and these axes in their order.
pub(super) struct Turns<'a> {
    pub(super) at: u32,
    pub(super) rule: &'a Rule,
    tests: Vec<(Test<'a>, u32)>,
    pub(super) free: Vec<u32>,
    pub(super) late: Vec<u32>,
}

impl<'a> Turns<'a> {
    pub(super) fn of(at: u32, rule: &'a Rule, axes: &Axes) -> Self {
        let tests = rule.all_tests().filter_map(|test| Some((test, axes.axis_of(test)?)));
        let tests: Vec<_> = tests.collect();
        let [free, late] = [false, true].map(|is_late| {
            let of_kind = tests.iter().filter(|(test, _)| test.line().is_some() == is_late);
            let mut own: Vec<_> = of_kind.map(|(_, axis)| *axis).collect();
            own.sort_unstable();
            own.dedup();
            own
        });
        Self { at, rule, tests, free, late }
    }

    /// What the blocks of the rule come to, as far as it is known; of a block that waits for the
    /// line, what its facts say.
    pub(super) fn settled(&self, known: &Known<'a>) -> Vec<Truth> {
        let asking = self.rule.asking().map(|block| (block, false));
        let lifting = self.rule.lifting().map(|block| (block, true));
        let mut settled = Vec::new();
        for (block, lifts) in asking.chain(lifting) {
            let truth = block.fold(&mut |test| of(known, test));
            if truth.waits() {
                settled.push(Truth::WAITS);
                let facts = block.tests().into_iter().filter(|test| test.fact().is_some());
                settled.extend(facts.map(|test| of(known, test)));
            } else if lifts {
                settled.push(Truth::from(truth == Truth::True));
            } else {
                settled.push(truth);
            }
        }
        let overridings = self.rule.overridings.iter();
        settled.extend(overridings.map(|one| of(known, Test::Fact(&one.live))));
        settled
    }

    /// The runs of an axis in which all tests of the rule say the same, with what they say.
    pub(super) fn runs(&self, axis: u32, axes: &Axes) -> Vec<Run<Known<'a>>> {
        let own = self.tests.iter().filter(|(_, on)| *on == axis).map(|(test, _)| *test);
        let tests: Vec<Test<'a>> = own.collect();
        let Some(axis) = axes.get(axis) else { return Vec::new() };
        let facts: Vec<&FactTest> = tests.iter().filter_map(|test| test.fact()).collect();
        let truth = |test: Test<'a>, cell| match test {
            Test::Fact(fact) => axis.truth(fact, cell),
            Test::Line(_) => Axis::truth_of(cell, test),
        };
        let run = |start: usize| {
            (start as u32, tests.iter().map(|test| (*test, truth(*test, start))).collect())
        };
        axis.starts(&facts).into_iter().map(run).collect()
    }
}

/// What is known of this very test; what is not, waits.
pub(super) fn of(known: &Known<'_>, test: Test<'_>) -> Truth {
    let found = known.iter().find(|(other, _)| other.is(test));
    found.map_or(Truth::WAITS, |(_, truth)| *truth)
}

//! Who is inside the rollouts of rules, and who is not.

use std::collections::BTreeSet;

use super::cells::Cell;
use crate::policy::condition::{FactTest, Test};
use crate::policy::fact::{FactValue, INSIDE};

/// `in` all rollouts, `out` of all of them, and between these the parts of the customers that
/// several rollouts divide. A customer has one place in all of them here. That is enough: what is
/// decided for those with several places lies between `in` and `out`.
pub(super) fn rollouts(tests: &[Test<'_>]) -> Vec<Cell> {
    let percents: BTreeSet<u8> = tests.iter().filter_map(|test| divides(*test)).collect();
    let percents: Vec<_> = percents.into_iter().collect();
    let Some(last) = percents.last() else { return Vec::new() };
    let cell = |label: &str, written: &str, place: f64| {
        Cell::new(label, written, FactValue::Number(place))
    };
    let between = percents.windows(2).filter_map(|pair| {
        let [from, to] = pair else { return None };
        Some(cell(&format!("{from}%..{to}%"), &from.to_string(), (*from).into()))
    });
    let inside = std::iter::once(cell("in", "in", INSIDE));
    inside.chain(between).chain([cell("out", "out", (*last).into())]).collect()
}

/// The percentage of a rollout that has two sides. Even of nobody: whoever lacks the fact is
/// inside.
fn divides(test: Test<'_>) -> Option<u8> {
    match test {
        Test::Fact(FactTest::RolledOut(rollout)) => {
            Some(rollout.percent).filter(|percent| *percent < 100)
        }
        _ => None,
    }
}

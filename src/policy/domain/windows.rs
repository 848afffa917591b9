//! Which time windows can be open together.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::civil::date;
use jiff::{Timestamp, ToSpan};

use super::cells::Cell;
use crate::policy::condition::{FactTest, Test, Window};
use crate::policy::fact::FactValue;

/// The sets of windows that are open at some moment: `in` and `out` of one; of several the names
/// of those that are open.
pub(super) fn windows(tests: &[Test<'_>]) -> Vec<Cell> {
    let mut windows: Vec<&Arc<Window>> = Vec::new();
    for test in tests {
        if let Test::Fact(FactTest::Time(window)) = test
            && !windows.iter().any(|known| known.name == window.name)
        {
            windows.push(window);
        }
    }
    windows.sort_by(|a, b| a.name.cmp(&b.name));
    let open_at = |moment: SystemTime| -> Vec<bool> {
        windows.iter().map(|window| window.is_open(moment)).collect()
    };
    let combinations: BTreeSet<_> = moments(&windows).into_iter().map(open_at).collect();
    combinations.iter().rev().map(|open| cell(&windows, open)).collect()
}

/// Every moment of a year, summer time included, at which some window opens or closes.
fn moments(windows: &[&Arc<Window>]) -> BTreeSet<SystemTime> {
    let mut moments = BTreeSet::new();
    for window in windows {
        for day in date(2026, 1, 1).series(1.day()).take(366) {
            let edges = window.edges().into_iter().map(|time| day.to_datetime(time));
            let edges = edges.filter_map(|edge| window.zone.to_timestamp(edge).ok());
            moments.extend(edges.map(|edge: Timestamp| SystemTime::from(edge)));
        }
    }
    moments
}

fn cell(windows: &[&Arc<Window>], open: &[bool]) -> Cell {
    let names: Arc<[Arc<str>]> = windows
        .iter()
        .zip(open)
        .filter(|(_, is_open)| **is_open)
        .map(|(window, _)| Arc::clone(&window.name))
        .collect();
    let label = match (windows, names.as_ref()) {
        ([_], []) => "out".to_owned(),
        ([_], _) => "in".to_owned(),
        (_, []) => "-".to_owned(),
        (_, names) => names.join("+"),
    };
    let written = match (windows, names.as_ref()) {
        ([_], _) => label.clone(),
        (_, names) => {
            let names: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
            format!("[{}]", names.join(", "))
        }
    };
    Cell::new(label, written, FactValue::Texts(names))
}

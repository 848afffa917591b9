//! Combinations of facts, told together.

use std::collections::BTreeSet;

/// The positions of values on each axis; none where all its values are meant.
pub(super) type Position = Vec<Option<usize>>;

/// Some values of each axis, and all their combinations.
pub(super) type Ranges = Vec<BTreeSet<Option<usize>>>;

/// The positions as few boxes: those that differ on one axis alone become one.
pub(super) fn boxes(positions: &[Position]) -> Vec<Ranges> {
    let single = |position: &Position| position.iter().map(|at| BTreeSet::from([*at])).collect();
    let mut boxes: Vec<Ranges> = positions.iter().map(single).collect();
    for axis in 0..positions.first().map_or(0, Vec::len) {
        let mut joined: Vec<Ranges> = Vec::new();
        for found in boxes {
            let is_beside = |other: &&mut Ranges| {
                other
                    .iter()
                    .zip(&found)
                    .enumerate()
                    .all(|(at, (one, two))| at == axis || one == two)
            };
            match joined.iter_mut().find(is_beside) {
                Some(other) => {
                    let more = found.into_iter().nth(axis).unwrap_or_default();
                    other.get_mut(axis).into_iter().for_each(|set| set.extend(&more));
                }
                None => joined.push(found),
            }
        }
        boxes = joined;
    }
    boxes
}

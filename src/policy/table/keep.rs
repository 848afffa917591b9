//! What is left of the work on a table: what its classes lead to. The diagrams of single rules, and
//! what was joined on the way, take no room.

use std::collections::HashMap;

use super::build::Parts;
use super::{Compiled, Leaf};
use crate::policy::diagram::{Diagram, Keeper};
use crate::policy::effect::Effect;
use crate::policy::rows::{Rows, RowsBuilder};

/// All that was made.
pub(super) struct Made {
    pub(super) rows: RowsBuilder,
    pub(super) local: Diagram,
    pub(super) late: Diagram,
    pub(super) leaves: Vec<Parts>,
}

/// What some class leads to.
pub(super) struct Kept {
    pub(super) classes: Vec<Compiled>,
    pub(super) rows: Rows,
    pub(super) local: Diagram,
    pub(super) leaves: Vec<Leaf>,
    pub(super) late: Diagram,
}

/// Gives new numbers, in the order in which they are first asked for.
#[derive(Default)]
struct Numbers {
    wanted: Vec<u32>,
    known: HashMap<u32, u32>,
}

impl Numbers {
    fn of(&mut self, old: u32) -> u32 {
        let wanted = &mut self.wanted;
        *self.known.entry(old).or_insert_with(|| {
            wanted.push(old);
            (wanted.len() as u32).saturating_sub(1)
        })
    }
}

impl Made {
    /// Leaves behind what no class leads to. A row gets so many cells.
    pub(super) fn keep(self, mut classes: Vec<Compiled>, cells: usize) -> Kept {
        let mut local = Keeper::new(&self.local);
        let mut numbers = Numbers::default();
        for class in &mut classes {
            class.root = class.root.map(|root| local.keep(root, &mut |leaf| numbers.of(leaf)));
        }
        let mut late = Keeper::new(&self.late);
        let mut rows = Numbers::default();
        let parts = numbers.wanted.iter().filter_map(|leaf| self.leaves.get(*leaf as usize));
        let parts: Vec<Parts> = parts
            .map(|(outcome, tail)| (*outcome, late.keep(*tail, &mut |row| rows.of(row))))
            .collect();
        let (local, late) = (local.finish(), late.finish());
        let rows = self.rows.finish(&rows.wanted, cells);
        let leaves = parts.into_iter().map(|parts| leaf(parts, &rows, &late)).collect();
        Kept { classes, rows, local, leaves, late }
    }
}

fn leaf((local, tail): Parts, rows: &Rows, late: &Diagram) -> Leaf {
    let all = || late.leaves(tail).into_iter().flat_map(|row| rows.row(row).iter().copied());
    let first = all().next();
    let settled = first.filter(|first| all().all(|id| id == *first));
    let strictest = all().filter_map(|id| rows.outcome(id)).map(|one| one.effect).max();
    Leaf { local, tail, settled, strictest: strictest.unwrap_or(Effect::Deny) }
}

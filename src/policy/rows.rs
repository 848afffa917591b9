//! Rows: an outcome for each cell of the line, equal ones kept once.

use std::collections::HashMap;

use super::outcome::Outcome;

/// The number of an outcome.
pub(crate) type OutcomeId = u32;
/// The number of a row.
pub(crate) type RowId = u32;

/// Nothing is contributed, by whatever line.
pub(crate) const NOTHING: u32 = 0;

/// All outcomes and rows of a policy.
#[derive(Debug)]
pub(crate) struct Rows {
    outcomes: Vec<Outcome>,
    rows: Vec<Box<[OutcomeId]>>,
}

impl Rows {
    pub(crate) fn outcome(&self, id: OutcomeId) -> Option<&Outcome> {
        self.outcomes.get(id as usize)
    }

    /// The outcome of a row in a cell.
    pub(crate) fn at(&self, row: RowId, cell: usize) -> Option<OutcomeId> {
        self.rows.get(row as usize)?.get(cell).copied()
    }

    /// The different outcomes of a row.
    pub(crate) fn of(&self, row: RowId) -> Vec<OutcomeId> {
        let mut outcomes = self.rows.get(row as usize).map(|row| row.to_vec()).unwrap_or_default();
        outcomes.sort_unstable();
        outcomes.dedup();
        outcomes
    }
}

/// Makes outcomes and rows.
pub(crate) struct RowsBuilder {
    rows: Rows,
    cells: usize,
    outcomes: HashMap<Outcome, OutcomeId>,
    known: HashMap<Box<[OutcomeId]>, RowId>,
    joined: HashMap<(OutcomeId, OutcomeId), OutcomeId>,
}

impl RowsBuilder {
    /// For so many cells of the line.
    pub(crate) fn new(cells: usize) -> Self {
        let rows = Rows { outcomes: Vec::new(), rows: Vec::new() };
        let (outcomes, known, joined) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut builder = Self { rows, cells, outcomes, known, joined };
        // INVARIANT: the first outcome and the first row are `NOTHING`.
        builder.constant(Outcome::default());
        builder
    }

    pub(crate) fn outcome(&mut self, outcome: Outcome) -> OutcomeId {
        let all = &mut self.rows.outcomes;
        *self.outcomes.entry(outcome).or_insert_with_key(|outcome| {
            all.push(outcome.clone());
            all.len() as u32 - 1
        })
    }

    /// The same outcome in every cell.
    pub(crate) fn constant(&mut self, outcome: Outcome) -> (OutcomeId, RowId) {
        let id = self.outcome(outcome);
        (id, self.row(vec![id; self.cells].into()))
    }

    pub(crate) fn row(&mut self, row: Box<[OutcomeId]>) -> RowId {
        let all = &mut self.rows.rows;
        *self.known.entry(row).or_insert_with_key(|row| {
            all.push(row.clone());
            all.len() as u32 - 1
        })
    }

    pub(crate) fn join_outcomes(&mut self, one: OutcomeId, other: OutcomeId) -> OutcomeId {
        if one == other || other == NOTHING {
            return one;
        }
        if one == NOTHING {
            return other;
        }
        let pair = (one.min(other), one.max(other));
        if let Some(known) = self.joined.get(&pair) {
            return *known;
        }
        let [a, b] = [one, other].map(|id| self.rows.outcome(id));
        let (Some(a), Some(b)) = (a, b) else { return one };
        let joined = a.join(b);
        let joined = self.outcome(joined);
        self.joined.insert(pair, joined);
        joined
    }

    pub(crate) fn join_rows(&mut self, one: RowId, other: RowId) -> RowId {
        if one == other || other == NOTHING {
            return one;
        }
        if one == NOTHING {
            return other;
        }
        let cells = (0..self.cells).map(|cell| {
            let [a, b] = [one, other].map(|row| self.rows.at(row, cell).unwrap_or(NOTHING));
            self.join_outcomes(a, b)
        });
        let row: Vec<_> = cells.collect();
        self.row(row.into())
    }

    pub(crate) fn finish(self) -> Rows {
        self.rows
    }
}

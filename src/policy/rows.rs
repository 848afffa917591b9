//! Rows: an outcome for each cell of the line, equal ones kept once.

use std::sync::OnceLock;

use super::outcome::Outcome;
use super::quick::QuickMap;
use super::runs::{Run, aligned, merged, spread};
use super::verdict::SharedVerdict;

/// The number of an outcome.
pub(crate) type OutcomeId = u32;
/// The number of a row.
pub(crate) type RowId = u32;

/// Nothing is contributed, by whatever line.
pub(crate) const NOTHING: u32 = 0;

/// All outcomes and rows of a policy.
#[derive(Debug)]
pub(crate) struct Rows {
    outcomes: Vec<KeptOutcome>,
    rows: Vec<Box<[OutcomeId]>>,
}

/// An outcome, and what is said of the requests that come to it, once somebody has asked.
// INVARIANT: rows belong to one policy, whose rules and answers the verdicts name.
#[derive(Debug)]
pub(crate) struct KeptOutcome {
    pub(crate) outcome: Outcome,
    pub(crate) verdict: OnceLock<SharedVerdict>,
    /// Where every step-up that it asks for is met.
    pub(crate) satisfied: OnceLock<SharedVerdict>,
}

impl Rows {
    pub(crate) fn kept(&self, id: OutcomeId) -> Option<&KeptOutcome> {
        self.outcomes.get(id as usize)
    }

    pub(crate) fn outcome(&self, id: OutcomeId) -> Option<&Outcome> {
        self.kept(id).map(|kept| &kept.outcome)
    }

    /// The outcome of a row in a cell.
    pub(crate) fn at(&self, row: RowId, cell: usize) -> Option<OutcomeId> {
        self.row(row).get(cell).copied()
    }

    /// The outcomes of a row, cell by cell.
    pub(crate) fn row(&self, row: RowId) -> &[OutcomeId] {
        self.rows.get(row as usize).map(|row| &**row).unwrap_or_default()
    }

    /// All outcomes that were ever met.
    pub(crate) fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().map(|kept| &kept.outcome)
    }

    /// The different outcomes of a row.
    pub(crate) fn of(&self, row: RowId) -> Vec<OutcomeId> {
        let mut outcomes = self.row(row).to_vec();
        outcomes.sort_unstable();
        outcomes.dedup();
        outcomes
    }
}

impl From<Outcome> for KeptOutcome {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, verdict: OnceLock::new(), satisfied: OnceLock::new() }
    }
}

/// Makes outcomes and rows. A row is a list of runs here, of which most rows have few.
pub(crate) struct RowsBuilder {
    outcomes: Vec<Outcome>,
    rows: Vec<Box<[Run<OutcomeId>]>>,
    known_outcomes: QuickMap<Outcome, OutcomeId>,
    known_rows: QuickMap<Box<[Run<OutcomeId>]>, RowId>,
    joined: QuickMap<(OutcomeId, OutcomeId), OutcomeId>,
}

impl RowsBuilder {
    pub(crate) fn new() -> Self {
        let (outcomes, rows, joined) = (Vec::new(), Vec::new(), QuickMap::default());
        let (known_outcomes, known_rows) = (QuickMap::default(), QuickMap::default());
        let mut builder = Self { outcomes, rows, known_outcomes, known_rows, joined };
        // INVARIANT: the first outcome and the first row are `NOTHING`.
        builder.constant(Outcome::default());
        builder
    }

    pub(crate) fn outcome(&mut self, outcome: Outcome) -> OutcomeId {
        let all = &mut self.outcomes;
        *self.known_outcomes.entry(outcome).or_insert_with_key(|outcome| {
            all.push(outcome.clone());
            all.len() as u32 - 1
        })
    }

    /// The same outcome in every cell.
    pub(crate) fn constant(&mut self, outcome: Outcome) -> (OutcomeId, RowId) {
        let id = self.outcome(outcome);
        (id, self.row([(0, id)]))
    }

    /// A row of these runs, the first of which begins at 0.
    pub(crate) fn row(&mut self, runs: impl IntoIterator<Item = Run<OutcomeId>>) -> RowId {
        let all = &mut self.rows;
        *self.known_rows.entry(merged(runs).into()).or_insert_with_key(|row| {
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
        let [a, b] = [one, other].map(|id| self.outcomes.get(id as usize));
        let (Some(a), Some(b)) = (a, b) else { return one };
        if a.outweighs(b) {
            return one;
        }
        if b.outweighs(a) {
            return other;
        }
        let pair = (one.min(other), one.max(other));
        if let Some(known) = self.joined.get(&pair) {
            return *known;
        }
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
        let [one, other] = [one, other].map(|row| self.rows.get(row as usize));
        let [one, other] = [one, other].map(|row| row.map(|runs| &**runs).unwrap_or_default());
        let aligned = aligned(one, other).into_iter();
        let joined: Vec<_> =
            aligned.map(|(start, a, b)| (start, self.join_outcomes(a, b))).collect();
        self.row(joined)
    }

    /// Those of the rows that are wanted, in this order, with so many cells each.
    pub(crate) fn finish(self, wanted: &[RowId], cells: usize) -> Rows {
        let runs = wanted.iter().map(|row| self.rows.get(*row as usize));
        let rows = runs.map(|runs| spread(runs.map(|runs| &**runs).unwrap_or_default(), cells));
        let outcomes = self.outcomes.into_iter().map(KeptOutcome::from);
        Rows { rows: rows.collect(), outcomes: outcomes.collect() }
    }
}

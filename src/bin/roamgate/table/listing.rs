//! Every cell of the table, in the order of the contract.

use roamgate::Policy;
use roamgate::policy::{Assurance, Circumstances, Combination, Domain, RequestClass, Verdict};

use crate::exit::Failure;

/// Nobody reads a longer table.
const MAX_CELLS: u128 = 50_000_000;

/// The cells of some classes, which are decided as they are listed.
pub(super) struct Listing<'a> {
    pub(super) policy: &'a Policy,
    /// Sorted by name.
    classes: Vec<(&'a str, RequestClass)>,
    around: Circumstances<'a>,
}

/// One cell.
pub(super) struct Row<'a> {
    pub(super) route: &'a str,
    /// The state of the line, as it is written.
    pub(super) line: &'a str,
    pub(super) facts: &'a Combination<'a>,
    pub(super) verdict: &'a Verdict,
}

impl<'a> Listing<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        classes: &[RequestClass],
        assurance: &'a Assurance<'a>,
    ) -> Result<Self, Failure> {
        let named = |class: &RequestClass| Some((&**policy.class_name(*class)?, *class));
        let mut classes: Vec<_> = classes.iter().filter_map(named).collect();
        classes.sort_unstable();
        let cells: u128 = classes.iter().map(|(_, class)| domain(policy, *class).size()).sum();
        if cells > MAX_CELLS {
            let message = format!(
                "the table has {cells} cells, more than {MAX_CELLS}; `--route` lists one route, and `forAll` in a test file proves statements about all of them"
            );
            return Err(Failure::failed(message));
        }
        Ok(Self { policy, classes, around: assurance.into() })
    }

    /// The names of the free facts, sorted.
    pub(super) fn facts(&self) -> Vec<String> {
        Domain::of(&[self.policy]).rolled_out().facts().map(ToString::to_string).collect()
    }

    /// Hands over every cell, sorted by route, line and facts as they are written.
    pub(super) fn each<E>(&self, mut take: impl FnMut(Row<'_>) -> Result<(), E>) -> Result<(), E> {
        for (route, class) in &self.classes {
            let domain = domain(self.policy, *class);
            let grid = self.policy.grid(*class, &domain, self.around);
            let mut columns: Vec<_> = domain.states().iter().enumerate().collect();
            columns.sort_by_key(|(_, (line, _))| line);
            let mut rows: Vec<_> = domain.combinations().enumerate().collect();
            rows.sort_by(|(_, a), (_, b)| a.labels().cmp(b.labels()));
            for (column, (line, state)) in columns {
                for (row, facts) in rows.iter().filter(|(_, facts)| facts.admits(*state)) {
                    let Some(verdict) = grid.get(*row, column) else { continue };
                    take(Row { route, line, facts, verdict })?;
                }
            }
        }
        Ok(())
    }
}

fn domain(policy: &Policy, class: RequestClass) -> Domain {
    Domain::of_class(policy, class).with_facts_of(policy).rolled_out()
}

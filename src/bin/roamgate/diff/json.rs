//! The difference for programs.

use roamgate::policy::FactLabels;
use roamgate::policy::diff::{Change, Diff};
use serde::Serialize;

use crate::exit::Failure;

#[derive(Serialize)]
pub(super) struct Document<'a> {
    changes: Vec<Row<'a>>,
    loosened: usize,
    tightened: usize,
}

#[derive(Serialize)]
struct Row<'a> {
    route: Option<&'a str>,
    line: Option<&'a str>,
    #[serde(serialize_with = "written")]
    facts: &'a FactLabels,
    from: &'a str,
    to: &'a str,
    rule: Option<&'a str>,
}

impl<'a> Document<'a> {
    pub(super) fn new(diff: &'a Diff) -> Result<Self, Failure> {
        if let Some((route, points)) = diff.not_listed().iter().chain(diff.not_compared()).next() {
            let message = format!(
                "the route `{route}` has {points} points, too many to list; `--format human` tells who moves"
            );
            return Err(Failure::failed(message));
        }
        let changes = diff.changes().iter().map(Row::new).collect();
        Ok(Self { changes, loosened: diff.loosened(), tightened: diff.tightened() })
    }
}

impl<'a> Row<'a> {
    fn new(change: &'a Change) -> Self {
        Self {
            route: change.route.as_deref(),
            line: change.line.as_deref(),
            facts: &change.facts,
            from: change.from.name(),
            to: change.to.name(),
            rule: change.rule.as_deref(),
        }
    }
}

fn written<S: serde::Serializer>(facts: &FactLabels, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(facts.iter().map(|(name, value)| (&**name, &**value)))
}

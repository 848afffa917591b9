//! The table for programs: `{"rows":[{"route","line","facts","effect","rule","reason"}],"policyHash"}`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Cell, Route, Sheet};

#[derive(Serialize)]
pub(super) struct Document<'a> {
    rows: Vec<Row<'a>>,
    #[serde(rename = "policyHash")]
    policy_hash: String,
}

#[derive(Serialize)]
struct Row<'a> {
    route: &'a str,
    line: &'a str,
    /// The cells of the free facts, by name.
    facts: BTreeMap<&'a str, &'a str>,
    effect: &'a str,
    rule: Option<&'a str>,
    reason: Option<&'a str>,
}

impl<'a> Document<'a> {
    pub(super) fn new(sheet: &'a Sheet) -> Self {
        let rows = sheet.sorted().into_iter().map(|(route, cell)| Row::new(sheet, route, cell));
        Self { rows: rows.collect(), policy_hash: sheet.policy.to_string() }
    }
}

impl<'a> Row<'a> {
    fn new(sheet: &'a Sheet, route: &'a Route, cell: &'a Cell) -> Self {
        let facts = sheet.facts.iter().zip(&*cell.facts);
        Self {
            route: &route.name,
            line: &cell.state,
            facts: facts.map(|(name, label)| (&**name, &**label)).collect(),
            effect: cell.effect.name(),
            rule: cell.rule.as_deref(),
            reason: cell.reason.map(|reason| reason.name()),
        }
    }
}

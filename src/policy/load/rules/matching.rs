//! `match`: which requests a rule is about.

use super::super::routes::{self, Route};
use super::Context;
use crate::document::{Fields, Finding, Node, NodeKind, Report, nearest};
use crate::policy::condition::Condition;

/// The positions of the routes, and what is asked of free facts.
pub(super) fn load(
    fields: &Fields<'_>,
    context: &mut Context<'_>,
    report: &mut Report,
) -> Option<(Vec<usize>, Option<Condition>)> {
    let node = fields.required("match", report)?;
    let entries = node.expect_map("match", report)?;
    let asked = entries.iter().filter(|(key, _)| key.text() != Some("routes"));
    let facts: Vec<_> =
        asked.filter_map(|(key, value)| fact(key, value, context, report)).collect();
    let condition = (!facts.is_empty()).then_some(Condition::All(facts));
    Some((routes(node, context, report), condition))
}

/// A fact; a slip of `routes` is told from one of a fact.
fn fact(
    key: &Node,
    value: &Node,
    context: &mut Context<'_>,
    report: &mut Report,
) -> Option<Condition> {
    let name = key.text().unwrap_or_default();
    let near = nearest(name, ["routes"]);
    if near.is_some() {
        let message = format!("`{name}` is not a key of `match`");
        report.add(Finding::error("E003", key.place, message).did_you_mean(near));
        return None;
    }
    context.reader.matching(key, value, report)
}

fn routes(node: &Node, context: &Context<'_>, report: &mut Report) -> Vec<usize> {
    let Some(list) = node.get("routes") else {
        report.add(Finding::missing("`match`", node.place, "routes"));
        return Vec::new();
    };
    let items = list.expect_list("routes", report).unwrap_or_default();
    if items.is_empty() && matches!(list.kind, NodeKind::List(_)) {
        report.add(
            Finding::error("E018", list.place, "`routes` names no route")
                .help("a rule stands on at least one route"),
        );
    }
    items.iter().filter_map(|item| route(item, context.routes, report)).collect()
}

fn route(node: &Node, routes: &[Route], report: &mut Report) -> Option<usize> {
    let name = node.expect_item("routes", report)?;
    routes::find(node, name, routes, report)
}

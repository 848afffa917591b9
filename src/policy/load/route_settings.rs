//! `routeSettings`: how the requests of a route ask about lines.

use super::freshness;
use super::routes::{self, Route};
use super::rules::RuleDraft;
use crate::document::{Fields, Finding, Known, Node, Report};
use crate::policy::asking::Asking;
use crate::policy::freshness::Lookup;

const SETTINGS: Known =
    Known { what: "the settings of a route", keys: &["lookup", "freshness"], unbuilt: &[] };

/// The words for `lookup`.
const LOOKUPS: &[(&str, Lookup)] = &[
    ("normal", Lookup::Normal),
    ("cachedOnly", Lookup::CachedOnly),
    ("prefetch", Lookup::Prefetch),
    ("never", Lookup::Never),
];

/// How each route asks, by its position: as its settings say, and where they are silent, its file.
pub(super) fn load(file: &Fields<'_>, routes: &[Route], report: &mut Report) -> Vec<Asking> {
    let entries =
        file.get("routeSettings").and_then(|node| node.expect_map("routeSettings", report));
    let file = &freshness::load(file.get("freshness"), Asking::default(), report);
    let mut askings = vec![file.clone(); routes.len()];
    for (key, value) in entries.unwrap_or_default() {
        let name = key.text().unwrap_or_default();
        let route = routes::find(key, name, routes, report);
        let asking = settings(value, file, report);
        if let Some(place) = route.and_then(|at| askings.get_mut(at)) {
            *place = asking;
        }
    }
    askings
}

fn settings(node: &Node, file: &Asking, report: &mut Report) -> Asking {
    let Some(fields) = Fields::of(node, SETTINGS, report) else { return file.clone() };
    let lookup = fields.get("lookup").and_then(|node| node.expect_word("lookup", LOOKUPS, report));
    let asking = freshness::load(fields.get("freshness"), file.clone(), report);
    Asking { lookup: lookup.unwrap_or(file.lookup), ..asking }
}

/// Where a line is never looked up, no rule may need it.
pub(super) fn check(
    askings: &[Asking],
    routes: &[Route],
    rules: &[RuleDraft],
    report: &mut Report,
) {
    for rule in rules.iter().filter(|rule| rule.needs_line()) {
        for at in &rule.routes {
            let Some((asking, route)) = askings.get(*at).zip(routes.get(*at)) else { continue };
            if asking.lookup == Lookup::Never {
                report.add(needs_line(rule, &route.name));
            }
        }
    }
}

fn needs_line(rule: &RuleDraft, route: &str) -> Finding {
    let message =
        format!("the rule `{}` needs the line, and `{route}` has `lookup: never`", rule.id);
    let help = format!("take `{route}` out of the rule's `routes`, or let it look lines up");
    Finding::error("E008", rule.place, message).help(help)
}

//! W117: what nobody uses, describes or answers for.

use super::Lints;
use crate::document::{Finding, Place};
use crate::policy::freshness::Lookup;
use crate::policy::load::{ExceptionDraft, File, RuleDraft};

pub(super) fn check(at: usize, file: &File, lints: &mut Lints) {
    if file.metadata.owner.is_none() {
        let help = "add `owner: team@bank.example` to `metadata`, so that somebody can be asked";
        let finding = Finding::warning("W117", file.metadata.place, "the policy has no owner");
        lints.about_file(at, finding.help(help));
    }
    let is_prefetch = |route: usize| {
        file.askings.get(route).is_some_and(|asking| asking.lookup == Lookup::Prefetch)
    };
    let is_used = |route: usize| {
        is_prefetch(route) || file.rules.iter().any(|rule| rule.routes.contains(&route))
    };
    for (_, route) in file.routes.iter().enumerate().filter(|(number, _)| !is_used(*number)) {
        lints.about_file(at, unnamed("route", &route.name, route.place));
    }
    for declared in file.facts.iter().filter(|declared| !declared.is_used) {
        if let Some(place) = declared.place {
            lints.about_file(at, unnamed("attribute", &declared.fact.name, place));
        }
    }
    for (what, names) in [("country group", &file.groups), ("condition", &file.conditions)] {
        for (name, place, _) in names.iter().filter(|(_, _, is_used)| !is_used) {
            lints.about_file(at, unnamed(what, name, *place));
        }
    }
}

pub(super) fn check_exception(at: usize, exception: &ExceptionDraft, lints: &mut Lints) {
    if exception.description.is_none() {
        let message = format!("the exception `{}` has no description", exception.reduction.id);
        let finding = Finding::warning("W117", exception.place, message);
        lints.about_file(at, finding.help("say in one sentence whom it is for, and why"));
    }
}

pub(super) fn check_rule(at: usize, rule: &RuleDraft, lints: &mut Lints) {
    if rule.description.is_none() {
        let message = format!("the rule `{}` has no description", rule.id);
        let finding = Finding::warning("W117", rule.place, message);
        lints.about_rule(at, &rule.id, finding.help("say in one sentence what it is for"));
    }
}

fn unnamed(what: &str, name: &str, place: Place) -> Finding {
    let message = format!("no rule names the {what} `{name}`");
    Finding::warning("W117", place, message).help("use it in a rule, or remove it")
}

//! Warnings: what is probably not what was meant.

use super::condition::LineTest;
use super::effect::Effect;
use super::freshness::Lookup;
use super::load::{File, RuleDraft, reasons};
use super::rule::Polarity;
use crate::document::{Finding, Report};
use crate::status::UnknownReason;

/// The checks of the language that [`Policy::check`](super::Policy::check) does not make: they need
/// an input that it does not get (manifest, log, tests), or this build does not have them yet.
/// Silence about them means nothing.
pub const CHECKS_NOT_RUN: &[&str] = &[
    "E019", "E020", "E021", "N109", "N114", "N116", "W101", "W102", "W103", "W104", "W105", "W106",
    "W107", "W110", "W111", "W112", "W113", "W115", "W118", "W119", "W125",
];

/// Looks for what is probably a mistake in a file that loads.
pub(crate) fn lint(file: &File, report: &mut Report) {
    if file.metadata.owner.is_none() {
        let help = "add `owner: team@bank.example` to `metadata`, so that somebody can be asked";
        report.add(
            Finding::warning("W117", file.metadata.place, "the policy has no owner").help(help),
        );
    }
    for (at, route) in file.routes.iter().enumerate() {
        let is_prefetch = file.askings.get(at).is_some_and(|it| it.lookup == Lookup::Prefetch);
        if !is_prefetch && !file.rules.iter().any(|rule| rule.routes.contains(&at)) {
            let message = format!("no rule names the route `{}`", route.name);
            report.add(
                Finding::warning("W117", route.place, message)
                    .help("use it in a rule, or remove it"),
            );
        }
    }
    for (name, place, _) in file.groups.iter().filter(|(_, _, is_used)| !is_used) {
        let message = format!("no rule names the country group `{name}`");
        report
            .add(Finding::warning("W117", *place, message).help("use it in a rule, or remove it"));
    }
    for (name, place, _) in file.conditions.iter().filter(|(_, _, is_used)| !is_used) {
        let message = format!("no rule names the condition `{name}`");
        report
            .add(Finding::warning("W117", *place, message).help("use it in a rule, or remove it"));
    }
    for rule in &file.rules {
        lint_rule(rule, report);
        lint_prefetch(rule, file, report);
    }
}

/// A rule that needs the line has no say where its lookup is a mere prefetch.
fn lint_prefetch(rule: &RuleDraft, file: &File, report: &mut Report) {
    let routes = rule.routes.iter().filter(|_| rule.needs_line());
    for at in routes {
        let Some((asking, route)) = file.askings.get(*at).zip(file.routes.get(*at)) else {
            continue;
        };
        if asking.lookup == Lookup::Prefetch {
            let route = &route.name;
            let message = format!(
                "the rule `{}` never objects on `{route}`, whose `lookup: prefetch` decides nothing",
                rule.id
            );
            let help = format!(
                "take `{route}` out of the rule's `routes`, or write `lookup: cachedOnly` to decide by what is cached"
            );
            report.add(Finding::warning("W101", rule.place, message).help(help));
        }
    }
}

fn lint_rule(rule: &RuleDraft, report: &mut Report) {
    if rule.description.is_none() {
        let message = format!("the rule `{}` has no description", rule.id);
        report.add(
            Finding::warning("W117", rule.place, message)
                .help("say in one sentence what it is for"),
        );
    }
    let Some(place) = rule.on_unknown_place else { return };
    let answer = |reason: UnknownReason| rule.on_unknown.get(reason);
    let (Polarity::When(effect) | Polarity::Require(effect)) = rule.polarity;
    if reasons(&rule.condition).into_iter().any(|reason| answer(reason) > effect) {
        let message = format!("`onUnknown` is stricter than the rule's own effect `{effect}`");
        let help = "a line that is not known is treated worse than one that is known to be stopped";
        report.add(Finding::warning("W122", place, message).help(help));
    }
    let stops = |test: &&LineTest| matches!(test, LineTest::RoamingIn(_) | LineTest::LocatedIn(_));
    let stops_in = rule.condition.line_tests().find(stops);
    if let Some(stops_in) = stops_in
        && rule.polarity == Polarity::When(Effect::Deny)
        && UnknownReason::line_reasons().any(|reason| answer(reason) == Effect::Allow)
    {
        let help = "whoever can make the lookup fail is let through: answer `stepUp` or `deny`";
        report.add(
            Finding::warning(
                "W108",
                place,
                format!("a deny rule over `{}` lets the unknown through", stops_in.verb()),
            )
            .help(help),
        );
    }
}

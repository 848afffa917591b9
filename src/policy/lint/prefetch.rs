//! W101 of a rule that its route's settings silence.

use super::Lints;
use crate::document::Finding;
use crate::policy::freshness::Lookup;
use crate::policy::load::{File, RuleDraft};

/// A rule that needs the line has no say where its lookup is a mere prefetch.
pub(super) fn check(at: usize, file: &File, rule: &RuleDraft, lints: &mut Lints) {
    let objects = rule.needs_line() && rule.annotation.is_none();
    for route in rule.routes.iter().filter(|_| objects) {
        let settings = file.askings.get(*route).zip(file.routes.get(*route));
        let Some((asking, route)) = settings else { continue };
        if asking.lookup == Lookup::Prefetch {
            let route = &route.name;
            let message = format!(
                "the rule `{}` never objects on `{route}`, whose `lookup: prefetch` decides nothing",
                rule.id
            );
            let help = format!(
                "take `{route}` out of the rule's `routes`, or write `lookup: cachedOnly` to decide by what is cached"
            );
            let finding = Finding::warning("W101", rule.place, message);
            lints.about_rule(at, &rule.id, finding.help(help));
        }
    }
}

//! N114: a rule for which every request needs a lookup.

use super::Lints;
use crate::document::Finding;
use crate::policy::Observed;
use crate::policy::load::{File, RuleDraft};
use crate::policy::route::Methods;

pub(super) fn check(
    at: usize,
    file: &File,
    (rule, log): (&RuleDraft, Option<&Observed>),
    lints: &mut Lints,
) {
    let mut entries = rule
        .routes
        .iter()
        .filter_map(|route| file.routes.get(*route))
        .flat_map(|route| &route.entries);
    let takes_all =
        entries.any(|entry| entry.template.is_catch_all() && entry.methods == Methods::Any);
    if takes_all && needs_line(rule) {
        let message = format!("every request needs a lookup, for `{}`", rule.id);
        let help = "each is a paid call unless the answer is cached: name the routes that matter";
        let seen = log.map(|log| {
            let waited = log.per_thousand();
            format!("{help}; in the log, {waited} of 1,000 requests waited for one")
        });
        let help = seen.unwrap_or_else(|| help.to_owned());
        lints.about_effect(at, rule, Finding::note("N114", rule.place, message).help(help));
    }
}

/// Is the line asked about whatever else is known of the request?
fn needs_line(rule: &RuleDraft) -> bool {
    rule.matching.is_none() && rule.condition.line_tests().next().is_some()
}

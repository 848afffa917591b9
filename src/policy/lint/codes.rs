//! The codes of the language, and which of them this build judges.

use super::Given;

/// Every warning and note that can be accepted, and what it says.
pub(crate) const CODES: &[(&str, &str)] = &[
    ("W101", "Nothing ever makes the rule apply."),
    ("W102", "Another rule is at least as strict wherever this one applies."),
    ("W103", "What `onUnknown` says never matters."),
    ("W104", "Two rules say the same."),
    ("W105", "A country that one rule requires is refused by another on the same route."),
    ("W106", "Severity is high, and an outage lets requests through."),
    ("W107", "Severity is high, and a broken lookup or a missing line lets requests through."),
    ("W108", "A rule over a list of places lets the unknown through."),
    ("W110", "`eea` or `eu` without `eu-outermost`, or the reverse."),
    ("W111", "The country groups are of an older edition."),
    ("W112", "Routes of the policy and of the service differ."),
    ("W113", "Waiting times that do not fit the provider's."),
    ("W115", "A rule is in shadow for too long."),
    ("W117", "Something has no description, no owner or no use."),
    ("W118", "Severity is high, and nothing could ever lift what a rule denies."),
    ("W119", "A rule, or a reason, without a test."),
    ("W120", "Personal data in what a client is told."),
    ("W121", "A shadow rule that nothing ever evaluates."),
    ("W122", "`onUnknown` is stricter than the rule's own effect."),
    ("W123", "A file for fraud prevention that only annotates."),
    ("W125", "A rule relies on history that instances do not share."),
    ("N109", "A list divides countries that share a network code."),
    ("N114", "Every request needs a lookup."),
    ("N116", "An exception that has ended, ends soon, or is not used."),
];

/// The checks of the language that [`Policy::check_at`](crate::Policy::check_at) does not make: they need
/// an input that it does not get (manifest, log, tests), or this build does not have them yet.
/// Silence about them means nothing. [`Review::not_run`](crate::policy::Review::not_run) leaves out
/// those that a review makes.
///
/// Of W115 and N116 it judges the dates: since when a rule is in shadow no file says, and whom an
/// exception meets only a log does.
pub const CHECKS_NOT_RUN: &[&str] =
    &["E019", "E020", "E021", "W111", "W112", "W113", "W119", "W125"];

/// The checks of the compiled set, which is missing where some file is refused.
const OF_THE_SET: &[&str] = &["W101", "W102", "W103", "W104", "W113", "W119", "W121"];

/// The checks that look at every decision.
pub(crate) const OF_ALL_DECISIONS: &[&str] = &["W101", "W102", "W103", "W104"];

/// The checks that need a moment.
const OF_A_MOMENT: &[&str] = &["W115", "N116"];

/// Does silence about this code mean something?
pub(super) fn is_judged(code: &str, given: Given) -> bool {
    let is_made = match code {
        "W112" => given.has_routes,
        "W113" => given.has_log,
        "W119" => given.has_tests,
        _ => !CHECKS_NOT_RUN.contains(&code),
    };
    is_made
        && (given.is_compiled || !OF_THE_SET.contains(&code))
        && (given.is_surveyed || !OF_ALL_DECISIONS.contains(&code))
        && (given.now.is_some() || !OF_A_MOMENT.contains(&code))
}

//! A replay for programs.

use roamgate::policy::PolicyHash;
use serde::Serialize;

use super::tally::{Change, Count, Tally};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    records: u64,
    as_before: u64,
    newly_denied: u64,
    newly_challenged: u64,
    newly_allowed: u64,
    changes: Vec<Changed<'a>>,
    not_replayed: Vec<NotReplayed>,
    unreadable: Vec<Unreadable<'a>>,
    withdrawn: u64,
    lost: u64,
    policy_hash: String,
}

#[derive(Serialize)]
struct Changed<'a> {
    route: Option<&'a str>,
    line: &'a str,
    from: &'a str,
    to: &'a str,
    rule: Option<&'a str>,
    reason: Option<&'a str>,
    records: u64,
    customers: Option<usize>,
    first: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotReplayed {
    kind: &'static str,
    message: String,
    records: u64,
    first_line: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Unreadable<'a> {
    message: &'a str,
    lines: u64,
    first_line: u64,
}

impl<'a> Document<'a> {
    pub(super) fn new(tally: &'a Tally, hash: PolicyHash) -> Self {
        let not_replayed = tally.not_replayed.0.iter().map(|(why, (records, first_line))| {
            let (kind, message) = (why.name(), why.to_string());
            NotReplayed { kind, message, records: *records, first_line: *first_line }
        });
        let unreadable = tally.unreadable.0.iter().map(|(message, (lines, first_line))| {
            Unreadable { message, lines: *lines, first_line: *first_line }
        });
        Self {
            records: tally.records,
            as_before: tally.as_before,
            newly_denied: tally.newly("deny"),
            newly_challenged: tally.newly("stepUp"),
            newly_allowed: tally.newly("allow"),
            changes: tally.changes.iter().map(changed).collect(),
            not_replayed: not_replayed.collect(),
            unreadable: unreadable.collect(),
            withdrawn: tally.withdrawn,
            lost: tally.lost,
            policy_hash: hash.to_string(),
        }
    }
}

fn changed<'a>((change, count): (&'a Change, &'a Count)) -> Changed<'a> {
    Changed {
        route: change.route.as_deref(),
        line: &change.line,
        from: &change.from,
        to: change.to,
        rule: change.rule.as_deref(),
        reason: change.reason,
        records: count.records,
        customers: count.customers(),
        first: &count.first,
    }
}

//! A set of policies that has lost most of its rules, or a whole file, is probably not whole.

use std::sync::Arc;

use crate::policy::{Policy, PolicyDocument, RuleSummary};

/// Why `next` must not take the place of `active` unasked.
pub(super) fn loss(active: &Policy, next: &Policy) -> Option<String> {
    let [had, has] = [active, next].map(|policy| rules(policy).count());
    if has * 2 < had {
        return Some(held_back(&format!("only {has} of {had} rules that decide are left")));
    }
    let [had, has] = [active, next].map(|policy| rules(policy).filter(|it| it.denies).count());
    if had > 0 && has == 0 {
        return Some(held_back("no rule is left that refuses"));
    }
    let name = lost_document(active, next)?;
    Some(held_back(&format!("policy `{name}` is gone, its file deleted or empty")))
}

fn held_back(what: &str) -> String {
    format!("{what}: if that is meant, accept fewer rules, or start the service again")
}

/// The rules that decide.
fn rules(policy: &Policy) -> impl Iterator<Item = &RuleSummary> {
    let rules = policy.documents().iter().flat_map(|document| &document.rules);
    rules.filter(|rule| !rule.is_shadow)
}

/// A document without another one in its place, whose rules have not moved to others.
fn lost_document<'a>(active: &'a Policy, next: &Policy) -> Option<&'a Arc<str>> {
    let (had, has) = (active.documents(), next.documents());
    let is_there = |rule: &RuleSummary| rules(next).any(|other| other.id == rule.id);
    let is_lost = |document: &&PolicyDocument| {
        let is_named = has.iter().any(|other| other.name == document.name);
        let has_moved = !document.rules.is_empty() && document.rules.iter().all(is_there);
        !is_named && !has_moved
    };
    let lost = had.iter().find(is_lost);
    lost.filter(|_| has.len() < had.len()).map(|document| &document.name)
}

//! A set of policies that has lost most of its rules is probably a file that is not whole.

use crate::policy::{Policy, RuleSummary};

/// Why `next` must not take the place of `active` unasked.
pub(super) fn loss(active: &Policy, next: &Policy) -> Option<String> {
    let [had, has] = [active, next].map(|policy| rules(policy).count());
    if has * 2 < had {
        return Some(held_back(&format!("only {has} of {had} rules are left")));
    }
    let [had, has] = [active, next].map(|policy| rules(policy).filter(|it| it.denies).count());
    let is_unarmed = had > 0 && has == 0;
    is_unarmed.then(|| held_back("no rule is left that refuses"))
}

fn held_back(what: &str) -> String {
    format!("{what}: if that is meant, accept fewer rules, or start the service again")
}

fn rules(policy: &Policy) -> impl Iterator<Item = &RuleSummary> {
    policy.documents().iter().flat_map(|document| &document.rules)
}

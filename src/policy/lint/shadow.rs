//! W115: a rule that should have left shadow.

use std::time::SystemTime;

use super::Lints;
use crate::document::Finding;
use crate::policy::load::RuleDraft;

pub(super) fn check(at: usize, rule: &RuleDraft, now: Option<SystemTime>, lints: &mut Lints) {
    let until = rule.remarks.shadow_until.as_ref();
    if let Some(until) = until.filter(|until| until.is_over(now)) {
        let message =
            format!("`{}` was to be in shadow until {}, and still is", rule.id, until.written);
        let help = "enforce the rule, remove it, or say until when it is to be watched";
        lints.about_rule(at, &rule.id, Finding::warning("W115", until.place, message).help(help));
    }
}

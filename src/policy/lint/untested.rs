//! W119: a rule without a test, and reasons without a test on a rule that fails closed.
//!
//! 1. What counts as tried is what [`Coverage`] has seen in cases, whether they pass or not.
//! 2. A reason counts with its group: who has tried one outage has thought of outages.
//! 3. Rules that annotate are left out: test files have no words for what they set.

mod witness;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Lints;
use crate::document::{Finding, Place};
use crate::policy::condition::Reasons;
use crate::policy::effect::Effect;
use crate::policy::load::File;
use crate::policy::rule::{Mode, Rule};
use crate::policy::suite::{Coverage, reasons};
use crate::policy::{Policy, Review};
use crate::status::{ReasonGroup, UnknownReason};
use witness::{Sought, Witness};

pub(super) fn check(files: &[File], policy: &Policy, review: Review<'_>, lints: &mut Lints) {
    let Some(tests) = review.tests else { return };
    let places: HashMap<&str, Place> =
        files.iter().flat_map(|file| &file.rules).map(|rule| (&*rule.id, rule.place)).collect();
    let never_apply = lints.rules_with("W101");
    for (rule, routes) in policy.rules.iter().zip(&policy.stands) {
        let Some(place) = places.get(&*rule.id) else { continue };
        let witness = Witness::new(policy, (rule, routes), review.now);
        if !tests.applies(policy, rule) && !never_apply.contains(&rule.id) {
            lints.about_rule(rule.file, &rule.id, without_case(&witness, *place));
        }
        let untried = untried(policy, rule, tests);
        if !untried.is_empty() {
            lints.about_rule(rule.file, &rule.id, without_reasons(&witness, *place, &untried));
        }
    }
}

impl Lints {
    /// The rules of which this was found.
    fn rules_with(&self, code: &str) -> BTreeSet<Arc<str>> {
        let found = self.found.iter().filter(|found| found.finding.code == code);
        found.filter_map(|found| found.rule.clone()).collect()
    }
}

fn without_case(witness: &Witness<'_>, place: Place) -> Finding {
    let message = format!("no test makes the rule `{}` apply", witness.rule.id);
    let help = match witness.case(Sought::Applies) {
        Some(case) => format!("add a case such as `{case}`"),
        None => "add a case in which it does".to_owned(),
    };
    Finding::warning("W119", place, message).help(help)
}

fn without_reasons(
    witness: &Witness<'_>,
    place: Place,
    untried: &[(ReasonGroup, Reasons)],
) -> Finding {
    let names: Vec<_> = untried.iter().map(|(group, _)| format!("`{}`", group.name())).collect();
    let message = format!(
        "`{}` fails closed, and no test tries it for {}",
        witness.rule.id,
        names.join(", ")
    );
    let mut cases =
        untried.iter().map(|(group, reasons)| witness.case(Sought::Undecided(*group, *reasons)));
    let others =
        if untried.len() > 1 { "; the others likewise, one reason of each will do" } else { "" };
    let help = match cases.find_map(|case| case) {
        Some(case) => format!("add a case such as `{case}`{others}"),
        None => "add a case for one reason of each".to_owned(),
    };
    Finding::warning("W119", place, message).help(help)
}

/// The groups of reasons for which the rule is not open, and which no case has tried, each with
/// these reasons.
fn untried(policy: &Policy, rule: &Rule, tests: &Coverage) -> Vec<(ReasonGroup, Reasons)> {
    if rule.mode != Mode::Enforce {
        return Vec::new();
    }
    let is_closed = |reason: &UnknownReason| rule.on_unknown.get(*reason) > Effect::Allow;
    let closed: Reasons = reasons(rule).iter().filter(is_closed).collect();
    let tried = tests.undecided(policy, rule, closed);
    let groups = ReasonGroup::ALL.iter().map(|group| {
        let of_group = |reason: &UnknownReason| reason.group() == *group;
        (*group, closed.iter().filter(of_group).collect::<Reasons>())
    });
    groups.filter(|(_, own)| *own != Reasons::default() && !own.meets(tried)).collect()
}

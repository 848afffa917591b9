//! W101 to W104: rules that change nothing. Exact: decided over every point of the domain.
//!
//! 1. For each request class every rule is asked at every point. What it says is one [`Said`].
//! 2. A rule whose conditions nothing meets is W101; one that others always outdo is W102; an
//!    `onUnknown` that others always outdo is W103; two rules that say the same are W104.

mod survey;

use std::collections::{BTreeMap, BTreeSet};

use super::Lints;
use crate::document::{Finding, Place};
use crate::policy::Policy;
use crate::policy::load::{File, RuleDraft};
use crate::policy::rule::Mode;
use survey::{Survey, survey};

/// What was seen of a rule, over all classes.
#[derive(Default)]
struct Seen {
    applies: bool,
    /// Somewhere it counts: nothing else is as strict there.
    counts: bool,
    /// Others that are at least as strict somewhere where it says something.
    outdone_by: BTreeSet<u32>,
    unknown_matters: bool,
    unknown_is_strict: bool,
    unknown_outdone_by: BTreeSet<u32>,
    /// What it says, class by class.
    says: Vec<(u32, u64)>,
}

/// Adds what is found to the findings of the files. False where some class has too many points to
/// look at: nothing is said of its rules.
pub(super) fn check(files: &[File], policy: &Policy, lints: &mut Lints) -> bool {
    let drafts: BTreeMap<&str, (usize, &RuleDraft)> = files
        .iter()
        .enumerate()
        .flat_map(|(at, file)| file.rules.iter().map(move |rule| (&*rule.id, (at, rule))))
        .collect();
    let mut seen: BTreeMap<u32, Seen> = BTreeMap::new();
    let mut unknown: BTreeSet<u32> = BTreeSet::new();
    for class in policy.judged_classes() {
        let Some(survey) = survey(policy, class, &drafts) else {
            unknown.extend(policy.table.rules(class));
            continue;
        };
        survey
            .into_iter()
            .for_each(|(rule, found)| seen.entry(rule).or_default().add(class, found));
    }
    seen.retain(|rule, _| !unknown.contains(rule));
    let twins = twins(&seen);
    for (at, seen_of) in &seen {
        let Some(rule) = policy.rules.get(*at as usize) else { continue };
        let Some((file, draft)) = drafts.get(&*rule.id) else { continue };
        if rule.mode == Mode::Enforce {
            let names = |rules: &BTreeSet<u32>| names(policy, rules);
            let followers: BTreeSet<u32> =
                twins.iter().filter(|(_, leader)| *leader == at).map(|(twin, _)| *twin).collect();
            let is_outdone = !seen_of.counts && !seen_of.outdone_by.is_subset(&followers);
            for finding in findings((draft, is_outdone), seen_of, twins.get(at).copied(), &names) {
                lints.about_rule(*file, &draft.id, finding);
            }
        }
    }
    unknown.is_empty()
}

impl Seen {
    fn add(&mut self, class: u32, found: Survey) {
        self.applies |= found.applies;
        self.counts |= found.counts;
        self.outdone_by.extend(found.outdone_by);
        self.unknown_matters |= found.unknown_matters;
        self.unknown_is_strict |= found.unknown_is_strict;
        self.unknown_outdone_by.extend(found.unknown_outdone_by);
        self.says.push((class, found.says));
    }
}

/// Rules that say the same as an earlier one, everywhere.
fn twins(seen: &BTreeMap<u32, Seen>) -> BTreeMap<u32, u32> {
    let mut first: BTreeMap<&[(u32, u64)], u32> = BTreeMap::new();
    let mut twins = BTreeMap::new();
    for (at, seen) in seen.iter().filter(|(_, seen)| seen.applies) {
        match first.get(seen.says.as_slice()) {
            Some(other) => {
                twins.insert(*at, *other);
            }
            None => {
                first.insert(&seen.says, *at);
            }
        }
    }
    twins
}

fn findings(
    (rule, is_outdone): (&RuleDraft, bool),
    seen: &Seen,
    twin: Option<u32>,
    names: &impl Fn(&BTreeSet<u32>) -> String,
) -> Vec<Finding> {
    let id = &rule.id;
    if !seen.applies {
        let message = format!("`{id}` never applies: no request and no line makes it true");
        let help = "its conditions exclude each other, or leave nothing over: mend or remove it";
        return vec![Finding::warning("W101", rule.place, message).help(help)];
    }
    if let Some(twin) = twin {
        let other = names(&[twin].into());
        let message = format!("`{id}` says the same as {other}, wherever either applies");
        let help = "keep one of them";
        return vec![Finding::warning("W104", rule.place, message).help(help)];
    }
    if is_outdone {
        let others = names(&seen.outdone_by);
        let message =
            format!("`{id}` never decides: wherever it applies, {others} is at least as strict");
        let help = "remove it, or make it stricter where it should count";
        return vec![Finding::warning("W102", rule.place, message).help(help)];
    }
    rule.on_unknown_place
        .and_then(|place| dead_answer(id, place, seen, names))
        .into_iter()
        .collect()
}

fn dead_answer(
    id: &str,
    place: Place,
    seen: &Seen,
    names: &impl Fn(&BTreeSet<u32>) -> String,
) -> Option<Finding> {
    if seen.unknown_matters || !seen.unknown_is_strict {
        return None;
    }
    let others = names(&seen.unknown_outdone_by);
    let message = format!(
        "`onUnknown` of `{id}` never decides: whatever is unknown, {others} is at least as strict"
    );
    let help = "remove it, or say what should be stricter";
    Some(Finding::warning("W103", place, message).help(help))
}

/// `a`, or `a` or `b`.
fn names(policy: &Policy, rules: &BTreeSet<u32>) -> String {
    let ids = rules.iter().filter_map(|at| policy.rules.get(*at as usize));
    ids.map(|rule| format!("`{}`", rule.id)).collect::<Vec<_>>().join(" or ")
}

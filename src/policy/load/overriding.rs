//! From overrides to the rules that they are for, over all files.

use std::sync::Arc;

use super::file::File;
use super::overrides::{OverrideDraft, Target};
use super::rules::{RuleDraft, SAY_HOW};
use crate::document::{Finding, Place, Report, nearest};
use crate::policy::condition::FactTest;
use crate::policy::effect::Effect;
use crate::policy::rule::Overriding;

/// Brings an override to its rules. What could not be read at all is `None`.
pub(super) fn link(files: &mut [Option<File>], draft: &OverrideDraft, report: &mut Report) {
    let is_whole = files.iter().all(|file| file.as_ref().is_some_and(|file| file.is_whole));
    if is_whole {
        unknown_names(files, draft, report);
    }
    let live = FactTest::Live { from: draft.begins(), until: draft.expires.moment() };
    let overriding = Overriding { name: Arc::clone(&draft.name), live, set: draft.set };
    let mut has_failed = false;
    for file in files.iter_mut().flatten() {
        let policy = Arc::clone(&file.metadata.name);
        for rule in &mut file.rules {
            let Some(place) = draft.target.meets(&policy, &rule.id) else { continue };
            match fit(rule, draft, place) {
                Fit::Takes => take(rule, &overriding),
                Fit::Stays => {}
                Fit::Refused(finding) if !has_failed => {
                    has_failed = place.is_none();
                    report.add(finding);
                }
                Fit::Refused(_) => {}
            }
        }
    }
}

/// What an override can do to a rule.
enum Fit {
    Takes,
    /// The rule is as it was: it was not named, and is none of those that the override is for.
    Stays,
    Refused(Finding),
}

fn take(rule: &mut RuleDraft, overriding: &Overriding) {
    let asks = overriding.set.replies().is_some_and(|replies| replies.has(Effect::StepUp));
    if asks && rule.challenge.is_none() {
        rule.challenge.clone_from(&rule.step_up);
    }
    rule.overridings.push(overriding.clone());
}

/// A rule that is named is named for a reason: where it cannot be met, somebody must know. One that
/// is meant with others stays as it is.
fn fit(rule: &RuleDraft, draft: &OverrideDraft, named: Option<Place>) -> Fit {
    let refuse = |message: String, help: &str| match named {
        Some(place) => Fit::Refused(Finding::error("E011", place, message).help(help)),
        None => Fit::Stays,
    };
    let id = &rule.id;
    let replies = draft.set.replies();
    if rule.lifting.is_guardrail {
        let message = format!("`{id}` is a guardrail, which no override touches");
        return refuse(message, "take it out of `rules`: guardrails stay");
    }
    if rule.annotation.is_some() && replies.is_some() {
        let message = format!("`{id}` annotates: `onUnknown` means nothing to it");
        return refuse(message, "take it out of `rules`, or set it `off`");
    }
    let asks = replies.is_some_and(|replies| replies.has(Effect::StepUp));
    if asks && rule.challenge.is_none() && rule.step_up.is_none() {
        let message =
            format!("`{}` lets `{id}` ask for a step-up, and nothing says how", draft.name);
        let place = named.unwrap_or(draft.set_place);
        return Fit::Refused(Finding::error("E010", place, message).help(SAY_HOW));
    }
    Fit::Takes
}

impl Target {
    /// Is the rule of this policy meant? Where it is named, the place.
    fn meets(&self, policy: &str, rule: &str) -> Option<Option<Place>> {
        let place = |names: &[(Arc<str>, Place)], own: &str| {
            names.iter().find(|(name, _)| **name == *own).map(|(_, place)| *place)
        };
        match self {
            Self::All => Some(None),
            Self::Rules(names) => place(names, rule).map(Some),
            Self::Policies(names) => place(names, policy).map(|_| None),
        }
    }
}

fn unknown_names(files: &[Option<File>], draft: &OverrideDraft, report: &mut Report) {
    let files = || files.iter().flatten();
    let (what, names, known): (_, _, Vec<&str>) = match &draft.target {
        Target::All => return,
        Target::Rules(names) => {
            ("rule", names, files().flat_map(|file| &file.rules).map(|rule| &*rule.id).collect())
        }
        Target::Policies(names) => {
            ("policy", names, files().map(|file| &*file.metadata.name).collect())
        }
    };
    for (name, place) in names.iter().filter(|(name, _)| !known.contains(&&**name)) {
        let near = nearest(name, known.iter().copied());
        let finding = Finding::error("E011", *place, format!("there is no {what} `{name}`"));
        report.add(match near {
            Some(_) => finding.did_you_mean(near),
            None if known.is_empty() => finding.help("check it together with the policies"),
            None if what == "rule" => finding.help("name rules by their ids"),
            None => finding.help("name policies by the `name` in their `metadata`"),
        });
    }
}

//! W121: a shadow rule that nothing ever evaluates.

use super::Lints;
use crate::document::Finding;
use crate::policy::load::{File, RuleDraft};
use crate::policy::rule::Mode;
use crate::policy::{Policy, RequestClass};

pub(super) fn check(files: &[File], policy: &Policy, lints: &mut Lints) {
    for (at, file) in files.iter().enumerate() {
        for rule in file.rules.iter().filter(|rule| rule.mode == Mode::Shadow) {
            let place = rule.sample.place.filter(|_| rule.sample.percent == 0);
            let (Some(place), Some(route)) = (place, idle_on(rule, policy)) else { continue };
            let message = format!(
                "`{}` is never evaluated on `{route}`: it samples nothing, and no rule in force there needs the line",
                rule.id
            );
            let help = "let it sample some requests, such as `sample: 5%`";
            let finding = Finding::warning("W121", place, message).help(help);
            lints.about_rule(at, &rule.id, finding);
        }
    }
}

/// A class whose requests never have a line for the rule.
fn idle_on<'a>(draft: &RuleDraft, policy: &'a Policy) -> Option<&'a str> {
    let stands_on = |class: &RequestClass| {
        policy.rules_of(*class).any(|rule| rule.id == draft.id && rule.needs_line())
    };
    let is_asked = |class: &RequestClass| {
        policy.rules_of(*class).any(|rule| rule.mode == Mode::Enforce && rule.needs_line())
    };
    let mut idle =
        policy.classes().into_iter().filter(|class| stands_on(class) && !is_asked(class));
    idle.find_map(|class| policy.class_name(class)).map(AsRef::as_ref)
}

//! W106, W107 and W118: what `severity: high` does not forgive.

use super::Lints;
use crate::document::Finding;
use crate::policy::effect::Effect;
use crate::policy::load::{File, RuleDraft, reasons};
use crate::policy::rule::Polarity;
use crate::status::{ReasonGroup, UnknownReason};

/// Groups of reasons that should not be answered with `allow`: the code, the groups, and why.
const OPEN: &[(&str, &[ReasonGroup], &str)] = &[
    ("W106", &[ReasonGroup::Outage], "an attacker can provoke time-outs"),
    (
        "W107",
        &[ReasonGroup::Broken, ReasonGroup::NoLine],
        "whoever sends no number, or breaks the answer, is let through",
    ),
];

pub(super) fn check(at: usize, file: &File, rule: &RuleDraft, lints: &mut Lints) {
    if file.metadata.is_severe && rule.annotation.is_none() {
        let open = OPEN.iter().filter_map(|(code, groups, why)| {
            let finding = lets_through(file, rule, code, groups)?;
            Some(finding.help(format!("{why}: answer `stepUp` or `deny`")))
        });
        open.chain(denies_for_good(rule)).for_each(|finding| lints.about_effect(at, rule, finding));
    }
}

fn lets_through(
    file: &File,
    rule: &RuleDraft,
    code: &'static str,
    groups: &[ReasonGroup],
) -> Option<Finding> {
    let names: Vec<_> = groups.iter().flat_map(|group| open_reasons(rule, *group)).collect();
    let message = format!("severity is high, and `onUnknown` lets {} through", names.join(", "));
    let place = rule.on_unknown_place.unwrap_or(file.on_unknown_place);
    (!names.is_empty()).then(|| Finding::warning(code, place, message))
}

fn denies_for_good(rule: &RuleDraft) -> Option<Finding> {
    let (Polarity::When(effect) | Polarity::Require(effect)) = rule.polarity;
    let message =
        format!("severity is high, and nothing could ever lift what `{}` denies", rule.id);
    let help = "say in `unless` who is excused, or make it a `guardrail` if that is meant; where somebody lifts it by hand, accept W118 and say who";
    (effect == Effect::Deny && !is_liftable(rule))
        .then(|| Finding::warning("W118", rule.place, message).help(help))
}

/// Is there a way past the rule for those who need one, or is there none on purpose?
fn is_liftable(rule: &RuleDraft) -> bool {
    rule.unless.is_some() || !rule.reductions.is_empty() || rule.lifting.is_guardrail
}

/// The reasons of a group that are answered with `allow`; the group where all of them are.
fn open_reasons(rule: &RuleDraft, group: ReasonGroup) -> Vec<String> {
    let all = || reasons(&rule.condition).filter(move |reason| reason.group() == group);
    let open: Vec<UnknownReason> =
        all().filter(|reason| rule.on_unknown.get(*reason) == Effect::Allow).collect();
    match open.len() {
        0 => Vec::new(),
        count if count == all().count() => vec![format!("`{}`", group.name())],
        _ => open.iter().map(|reason| format!("`{reason}`")).collect(),
    }
}

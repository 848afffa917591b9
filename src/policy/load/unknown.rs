//! `onUnknown`: what happens when a fact is not known.

use std::collections::HashMap;

use crate::document::{Finding, Node, NodeKind, Report, nearest};
use crate::policy::effect::Effect;
use crate::status::{ReasonGroup, UnknownReason};

/// The words for an effect of `onUnknown`.
const EFFECTS: &[(&str, Effect)] =
    &[("allow", Effect::Allow), ("stepUp", Effect::StepUp), ("deny", Effect::Deny)];

/// The answers a block gives, which may leave reasons open.
#[derive(Clone, Debug, Default)]
pub(super) struct PartialAnswers {
    reasons: HashMap<UnknownReason, Effect>,
    groups: HashMap<ReasonGroup, Effect>,
    default: Option<Effect>,
}

impl PartialAnswers {
    /// One answer to everything.
    pub(super) fn all(effect: Effect) -> Self {
        Self { default: Some(effect), ..Self::default() }
    }

    /// The exact reason, then its group, then the default.
    pub(super) fn get(&self, reason: UnknownReason) -> Option<Effect> {
        let exact = self.reasons.get(&reason).or_else(|| self.groups.get(&reason.group()));
        exact.copied().or(self.default)
    }
}

/// Reads an effect or a map. The map of `defaults` must have a `default`.
pub(super) fn load(
    node: &Node,
    needs_default: bool,
    report: &mut Report,
) -> Option<PartialAnswers> {
    let NodeKind::Map(entries) = &node.kind else {
        return node.expect_word("onUnknown", EFFECTS, report).map(PartialAnswers::all);
    };
    let mut answers = PartialAnswers::default();
    for (key, value) in entries {
        let name = key.text().unwrap_or_default();
        let Some(effect) = value.expect_word(name, EFFECTS, report) else { continue };
        if name == "default" {
            answers.default = Some(effect);
        } else if let Some(reason) = UnknownReason::from_name(name) {
            answers.reasons.insert(reason, effect);
        } else if let Some(group) = ReasonGroup::from_name(name) {
            answers.groups.insert(group, effect);
        } else {
            report.add(unknown_reason(key, name));
        }
    }
    if needs_default && node.get("default").is_none() {
        let help =
            "add `default: deny` (or `stepUp`, or `allow`) for the reasons that are not named";
        report.add(
            Finding::error("E012", node.place, "`onUnknown` of `defaults` needs the key `default`")
                .help(help),
        );
    }
    Some(answers)
}

fn unknown_reason(key: &Node, name: &str) -> Finding {
    let finding = Finding::error(
        "E012",
        key.place,
        format!("`{name}` is neither a reason nor a group of reasons"),
    );
    let reasons = UnknownReason::ALL.iter().map(|reason| reason.name());
    let groups = ReasonGroup::ALL.iter().map(|group| group.name());
    let near = nearest(name, reasons.chain(groups.clone()).chain(["default"]));
    match near {
        Some(_) => finding.did_you_mean(near),
        None => finding.help(format!("the groups are {}", groups.collect::<Vec<_>>().join(", "))),
    }
}

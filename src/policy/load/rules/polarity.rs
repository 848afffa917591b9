//! `when` and `effect`, or `require` and `otherwise`.

use super::super::annotate;
use super::super::condition::Reader;
use crate::document::{Fields, Finding, Node, Report};
use crate::policy::condition::{Condition, LineTest};
use crate::policy::effect::Effect;
use crate::policy::rule::Polarity;

const OBJECTIONS: &[(&str, Effect)] = &[("stepUp", Effect::StepUp), ("deny", Effect::Deny)];

/// The condition, and what follows from it.
pub(super) fn load(
    fields: &Fields<'_>,
    reader: &mut Reader<'_>,
    report: &mut Report,
) -> Option<(Polarity, Condition)> {
    for (key, other) in [("effect", "require"), ("otherwise", "when")] {
        if let (Some((node, _)), Some(_)) = (fields.entry(key), fields.get(other)) {
            let help = match key {
                "effect" if annotate::is_asked(fields) => {
                    "an annotation is no objection: write `when` instead of `require`"
                }
                "effect" => "write `otherwise` instead",
                _ => "write `effect` instead",
            };
            let message = format!("`{key}` does not go with `{other}`");
            report.add(Finding::error("E013", node.place, message).help(help));
        }
    }
    match (fields.get("when"), fields.get("require")) {
        (Some(when), None) => {
            let effect = consequence(fields, "effect", "otherwise", report);
            let condition = reader.condition(when, report);
            Some((Polarity::When(effect?), condition?))
        }
        (None, Some(require)) => {
            let effect = consequence(fields, "otherwise", "effect", report);
            let condition = reader.condition(require, report)?;
            refuses_everyone_at_home(&condition, require, report);
            Some((Polarity::Require(effect?), condition))
        }
        (Some(_), Some(require)) => {
            let help = "`when` names what to stop, `require` what must be proved: keep one";
            report.add(
                Finding::error("E013", require.place, "a rule has either `when` or `require`")
                    .help(help),
            );
            None
        }
        (None, None) => {
            let help =
                "add `when: { line: … }` with `effect`, or `require: { line: … }` with `otherwise`";
            report.add(
                Finding::error("E013", fields.place(), "a rule needs `when` or `require`")
                    .help(help),
            );
            None
        }
    }
}

fn consequence(
    fields: &Fields<'_>,
    key: &'static str,
    wrong: &str,
    report: &mut Report,
) -> Option<Effect> {
    // The wrong key has been reported already.
    if fields.get(key).is_none() && fields.get(wrong).is_some() {
        return None;
    }
    let node = fields.required(key, report)?;
    if node.text() == Some("annotate") {
        if key == "effect" {
            return Some(Effect::Allow);
        }
        let message = "`annotate` does not go with `require`";
        let help = "an annotation is no objection: write `when` with `effect: annotate`";
        report.add(Finding::error("E013", node.place, message).help(help));
        return None;
    }
    if node.text() == Some("allow") {
        let help = "a gate raises objections, it does not grant: `stepUp` or `deny`";
        report.add(
            Finding::error("E003", node.place, format!("`allow` is not a value of `{key}`"))
                .help(help),
        );
        return None;
    }
    node.expect_word(key, OBJECTIONS, report)
}

fn refuses_everyone_at_home(condition: &Condition, node: &Node, report: &mut Report) {
    if matches!(condition, Condition::Line(LineTest::RoamingIn(_))) {
        let message = "`require` over `roamingIn` alone refuses everyone at home";
        let help = "use `locatedIn`, which includes lines at home";
        report.add(Finding::error("E017", node.place, message).help(help));
    }
}

//! `when` and `effect`, or `require` and `otherwise`.

use super::super::annotate;
use super::super::condition::Reader;
use crate::document::{Fields, Finding, Report};
use crate::policy::condition::{Condition, LineTest, Test, Truth};
use crate::policy::effect::Effect;
use crate::policy::rule::Polarity;
use crate::status::{LineState, UnknownReason};

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

/// Of the line nothing but `roamingIn` is required, which no line at home can prove, and nothing
/// excuses it.
pub(super) fn refuses_everyone_at_home(
    fields: &Fields<'_>,
    condition: &Condition,
    unless: Option<&Condition>,
    report: &mut Report,
) {
    let Some(node) = fields.get("require") else { return };
    let is_excused = unless.is_some_and(|unless| at_home(unless) == Truth::True);
    let is_roaming_in = |test: &LineTest| matches!(test, LineTest::RoamingIn(_));
    if !is_excused
        && condition.line_tests().all(is_roaming_in)
        && at_home(condition) == Truth::False
    {
        let message = "`require` over `roamingIn` alone refuses everyone at home";
        let help = "use `locatedIn`, which includes lines at home";
        report.add(Finding::error("E017", node.place, message).help(help));
    }
}

/// What a block says of a line at home of which nothing else is known.
fn at_home(block: &Condition) -> Truth {
    let home = LineState::HOME.into();
    block.fold(&mut |test| match test {
        Test::Line(test) => test.evaluate(home, &()),
        Test::Fact(_) => Truth::undecided(UnknownReason::MissingAttribute),
    })
}

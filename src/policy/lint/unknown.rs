//! W108 and W122: what a rule says of the unknown does not fit what it says of the known.

use super::Lints;
use crate::document::Finding;
use crate::policy::condition::LineTest;
use crate::policy::effect::Effect;
use crate::policy::load::{RuleDraft, reasons};
use crate::policy::rule::Polarity;
use crate::status::UnknownReason;

pub(super) fn check(at: usize, rule: &RuleDraft, lints: &mut Lints) {
    let Some(place) = rule.on_unknown_place else { return };
    let answer = |reason: UnknownReason| rule.on_unknown.get(reason);
    let (Polarity::When(effect) | Polarity::Require(effect)) = rule.polarity;
    if reasons(&rule.condition).any(|reason| answer(reason) > effect) {
        let message = format!("`onUnknown` is stricter than the rule's own effect `{effect}`");
        let help = "a line that is not known is treated worse than one that is known to be stopped";
        lints.about_rule(at, &rule.id, Finding::warning("W122", place, message).help(help));
    }
    let stops = |test: &&LineTest| matches!(test, LineTest::RoamingIn(_) | LineTest::LocatedIn(_));
    if let Some(stops_in) = rule.condition.line_tests().find(stops)
        && rule.polarity == Polarity::When(effect)
        && UnknownReason::line_reasons().any(|reason| answer(reason) == Effect::Allow)
    {
        let message =
            format!("a {effect} rule over `{}` lets the unknown through", stops_in.verb());
        let help = "whoever can make the lookup fail is let through: answer `stepUp` or `deny`";
        lints.about_rule(at, &rule.id, Finding::warning("W108", place, message).help(help));
    }
}

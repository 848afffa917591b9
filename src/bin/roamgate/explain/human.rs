//! A decision for people.

use roamgate::Effect;
use roamgate::policy::{Challenge, Explanation, Hostile, PolicyHash, RuleOutcome, RuleReport};

use super::Answer;
use super::question::{Asked, State};
use crate::paint::{BOLD, DIM, of_effect, paint};
use crate::screen::{self, row};

/// The decision, its grounds, and every rule.
pub(super) fn spell_out(asked: &Asked, state: &State, answer: &Answer, hash: PolicyHash) -> String {
    let (effect, grounds) = match answer {
        Answer::Decided { route, explanation } => {
            let facts = facts(route.as_deref(), explanation);
            (explanation.verdict.effect, facts + &rules(explanation) + &shadows(explanation))
        }
        Answer::Refused(hostile) => (Effect::Deny, refused(*hostile)),
    };
    format!("{}{grounds}\n{}\n", heading(effect, asked, state), paint(DIM, hash))
}

fn heading(effect: Effect, asked: &Asked, state: &State) -> String {
    let asked = format!("{asked} with line {}", state.text);
    format!("{}  {}\n\n", paint(of_effect(effect), effect), paint(BOLD, asked))
}

fn refused(hostile: Hostile) -> String {
    let why = format!(
        "refused with 400 whatever the rules say: {hostile}, so that two readers could understand it differently"
    );
    row("path", &why) + &row("lookup", "not needed")
}

fn facts(route: Option<&str>, explanation: &Explanation) -> String {
    let verdict = &explanation.verdict;
    let no_rule = match explanation.is_refused_unmatched {
        true => {
            "none: no route expects this request, and `unmatchedRoute: deny` refuses such requests"
        }
        false => "none: nothing objects",
    };
    let reason = match (verdict.reason, &verdict.rule) {
        (Some(reason), _) => format!(
            "{reason} ({}): the rule cannot be decided, `onUnknown` answers",
            reason.group().name()
        ),
        (None, Some(_)) => "none: the rule is definite".to_owned(),
        (None, None) => "none".to_owned(),
    };
    let lookup = match (explanation.needs_line, explanation.annotation_waits) {
        (true, _) => "needed: what the network says can change the decision",
        (false, true) => "needed: a rule that annotates waits for it",
        (false, false) => "not needed: no line state changes the decision",
    };
    let mut text = row("route", route.unwrap_or("none: the request belongs to no route"));
    text += &row("rule", verdict.rule.as_deref().unwrap_or(no_rule));
    text += &row("reason", &reason);
    if let Some(challenge) = &verdict.challenge {
        text += &row("step up", &demand(challenge));
    }
    text + &row("lookup", lookup)
}

fn demand(challenge: &Challenge) -> String {
    let age =
        challenge.max_age.map(|age| format!(", not older than {}", crate::moment::written(age)));
    format!("{}{}", challenge.acr_values.join(" or "), age.unwrap_or_default())
}

pub(super) fn rules(explanation: &Explanation) -> String {
    if explanation.rules.is_empty() {
        return format!("\n{}\n", paint(DIM, "no rule judges this request"));
    }
    let rules =
        explanation.rules.iter().map(|rule| self::rule(rule, explanation.verdict.rule.as_deref()));
    format!("\n{}\n{}", paint(BOLD, "rules that judge this request"), rules.collect::<String>())
}

fn rule(report: &RuleReport, deciding: Option<&str>) -> String {
    let mark = if deciding == Some(&*report.id) { "›" } else { " " };
    let because =
        screen::wrapped(&screen::shown(&report.because), screen::width().saturating_sub(4));
    let because: String = because.iter().map(|line| format!("    {line}\n")).collect();
    format!(
        "\n{mark} {}  {}\n{}",
        paint(BOLD, &report.id),
        outcome(report),
        paint(DIM, because.trim_end()) + "\n"
    )
}

/// What came of a rule, in a few words.
pub(crate) fn outcome(report: &RuleReport) -> String {
    let effect = report.effect.map_or_else(String::new, |effect| paint(of_effect(effect), effect));
    let reason = report.reason.map_or_else(String::new, |reason| format!(" ({reason})"));
    match report.outcome {
        RuleOutcome::True if report.effect.is_none() => "annotates".to_owned(),
        RuleOutcome::True => format!("applies: {effect}"),
        RuleOutcome::False => "does not apply".to_owned(),
        RuleOutcome::Undecided if report.effect.is_none() => {
            format!("cannot be decided{reason}: annotates")
        }
        RuleOutcome::Undecided => format!("cannot be decided{reason}: {effect}"),
        RuleOutcome::Satisfied => "applies, and the customer has already stepped up".to_owned(),
        RuleOutcome::Shadow if report.effect.is_none() => "in shadow, would annotate".to_owned(),
        RuleOutcome::Shadow => format!("in shadow{reason}, would say {effect}"),
        other => other.name().to_owned(),
    }
}

/// What shadow rules would change, where there are any that apply.
pub(super) fn shadows(explanation: &Explanation) -> String {
    let effect = explanation.projected;
    let in_shadow = |rule: &RuleReport| rule.outcome == RuleOutcome::Shadow;
    if effect != explanation.verdict.effect {
        return format!(
            "\nwith every shadow rule enforced: {}\n",
            paint(of_effect(effect), effect)
        );
    }
    match explanation.rules.iter().any(in_shadow) {
        true => format!(
            "\nwith every shadow rule enforced: {}, as now\n",
            paint(of_effect(effect), effect)
        ),
        false => String::new(),
    }
}

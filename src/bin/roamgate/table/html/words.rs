//! One state and its answer, in words.

use roamgate::Effect;
use roamgate::policy::{Answer, StateAnswers};
use roamgate::status::ReasonGroup;

use super::super::kind::Kind;

/// Where the line is.
pub(super) fn state(cell: &StateAnswers) -> String {
    match Kind::of(cell.line) {
        Kind::Home(number) if number.is_empty() => "at home".to_owned(),
        Kind::Home(number) => {
            let names: Vec<_> = number.iter().map(|country| country.name()).collect();
            format!("at home, with a number of {}", names.join(" or "))
        }
        Kind::Nowhere => "roaming, no country told".to_owned(),
        Kind::Countries(countries) => {
            let names: Vec<_> = countries.iter().map(|country| country.name()).collect();
            format!("roaming in {}", names.join(" or "))
        }
        Kind::Shared(code) => {
            let countries = code.countries().unwrap_or_default();
            let names: Vec<_> = countries.iter().map(|country| country.name()).collect();
            format!("network {code}: {}", names.join(" or "))
        }
        Kind::International(code) => format!("network {code}, of no country"),
        Kind::Unknown(reason) => format!("unknown: {}", group(reason.group())),
    }
}

/// What happens, by which rule, and why that rule is undecided; in all cases.
pub(super) fn answers(cell: &StateAnswers) -> String {
    let answers: Vec<_> = cell.answers.iter().map(|found| answer(found)).collect();
    answers.join("; or ")
}

fn answer(Answer { effect, rule, reason, .. }: &Answer) -> String {
    match (rule, reason) {
        (None, _) => format!("{effect}, {}", without_rule(*effect)),
        (Some(rule), None) => format!("{effect} by {rule}"),
        (Some(rule), Some(reason)) => format!("{effect} by {rule}, undecided: {reason}"),
    }
}

/// Why there is no deciding rule.
pub(super) fn without_rule(effect: Effect) -> &'static str {
    match effect {
        Effect::Deny => "no rule expects it",
        Effect::Allow | Effect::StepUp => "nothing objects",
    }
}

/// What the reasons of a group have in common.
pub(super) fn group(group: ReasonGroup) -> &'static str {
    match group {
        ReasonGroup::Outage => "no answer for now",
        ReasonGroup::Broken => "the exchange fails",
        ReasonGroup::NoLine => "no line to ask about",
        ReasonGroup::Consent => "no consent",
        ReasonGroup::Imprecise => "not precise enough",
        ReasonGroup::Missing => "another fact is missing",
    }
}

//! The tables of the specification, row by row.

use std::borrow::Cow;

use roamgate::policy::{Assurance, Effect, Policy, Severity, Target, Verdict, parse_line_state};
use roamgate::status::{LineFacts, Visited};
use roamgate::{LineState, RoamingStatus, UnknownReason};

use crate::reference::assurance;

/// A policy with one route, these defaults and these rules.
fn policy(on_unknown: &str, rules: &[&str]) -> Policy {
    let rule = |(at, rule): (usize, &&str)| {
        format!("  - {{ id: r{at}, description: d, match: {{ routes: [pay] }}, {rule} }}\n")
    };
    let rules: String = rules.iter().enumerate().map(rule).collect();
    let text = format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: p, owner: o }}\n\
         defaults: {{ unmatchedRoute: allow, onUnknown: {on_unknown} }}\n\
         routes: {{ pay: [{{ path: /pay }}] }}\nrules:\n{rules}"
    );
    Policy::from_yaml("p.yaml", &text).unwrap_or_else(|error| panic!("{error}"))
}

fn decide(policy: &Policy, line: LineFacts, assurance: &Assurance<'_>) -> Verdict {
    let class = policy.classify(&Target::new("GET", "/pay")).unwrap();
    policy.decide(class, line, assurance).into_owned()
}

fn visited(text: &str) -> Visited {
    match parse_line_state(text).unwrap().state {
        LineState::Known(RoamingStatus::Roaming(visited)) => visited,
        other => panic!("{other:?} is not roaming"),
    }
}

/// A state as it is written, and with `/` a code beside the countries that the answer named.
/// After `@` stand the countries of the number.
fn state(text: &str) -> LineFacts {
    if let Some((text, number)) = text.split_once('@') {
        let number_countries = visited(&format!("roaming:{number}")).countries.into();
        return LineFacts { number_countries, ..state(text) };
    }
    let Some((code, countries)) = text.split_once('/') else {
        return parse_line_state(text).unwrap();
    };
    let countries = visited(&format!("roaming:{countries}")).countries;
    LineState::roaming(Visited { countries, ..visited(&format!("mcc:{code}")) }).into()
}

/// T, F, or the reason why it is undecided: read off a rule that denies when the test is true
/// and allows while it is not known.
fn truth(test: &str, line: &str) -> String {
    let policy = policy("allow", &[&format!("when: {{ line: {test} }}, effect: deny")]);
    let verdict = decide(&policy, state(line), &Assurance::NONE);
    match (verdict.effect, verdict.reason) {
        (Effect::Deny, None) => "T".to_owned(),
        (Effect::Allow, None) => "F".to_owned(),
        (_, Some(reason)) => reason.to_string(),
        (Effect::StepUp, None) => panic!("nothing asks for a step-up"),
    }
}

const AMBIGUOUS: &str = "countryAmbiguous";
const UNRESOLVED: &str = "countryUnresolved";

#[test]
fn line_verbs_mean_what_their_rows_say() {
    let states = ["home", "roaming:FR", "roaming:US", "roaming:FR,US", "roaming", "unknown:stale"];
    let rows = [
        ("home", ["T", "F", "F", "F", "F", "stale"]),
        ("roaming", ["F", "T", "T", "T", "T", "stale"]),
        ("{ roamingIn: [FR, DE] }", ["F", "T", "F", AMBIGUOUS, UNRESOLVED, "stale"]),
        ("{ roamingOutside: [FR, DE] }", ["F", "F", "T", AMBIGUOUS, UNRESOLVED, "stale"]),
        (
            "{ roamingIn: [eea], roamingOutside: [FR] }",
            ["F", "F", "F", AMBIGUOUS, UNRESOLVED, "stale"],
        ),
    ];
    for (test, expected) in rows {
        assert_eq!(states.map(|line| truth(test, line)), expected, "{test}");
    }
}

#[test]
fn the_place_of_a_line_at_home_is_that_of_its_number() {
    let states = [
        "home:FR",
        "home:US",
        "home@FR,US",
        "home",
        "roaming:FR@US",
        "roaming:US@FR",
        "roaming",
        "unknown:stale",
    ];
    let rows = [
        ("{ locatedIn: [FR] }", ["T", "F", AMBIGUOUS, UNRESOLVED, "T", "F", UNRESOLVED, "stale"]),
        (
            "{ locatedOutside: [FR] }",
            ["F", "T", AMBIGUOUS, UNRESOLVED, "F", "T", UNRESOLVED, "stale"],
        ),
        (
            "{ locatedIn: [mcc:208] }",
            ["T", "F", AMBIGUOUS, UNRESOLVED, "T", "F", UNRESOLVED, "stale"],
        ),
        ("{ roamingIn: [FR] }", ["F", "F", "F", "F", "T", "F", UNRESOLVED, "stale"]),
    ];
    for (test, expected) in rows {
        assert_eq!(states.map(|line| truth(test, line)), expected, "{test}");
    }
}

#[test]
fn roaming_is_not_abroad() {
    let rows = [
        ("home:FR", "F"),
        ("roaming:FR@FR", "F"),
        ("roaming:FR@US", "T"),
        ("roaming:FR,MC@FR", AMBIGUOUS),
        ("roaming:GB@GB,GG,IM,JE", AMBIGUOUS),
        ("roaming:FR", "T"),
        ("mcc:901@FR", "T"),
        ("roaming@FR", UNRESOLVED),
        ("unknown:timeout@FR", "timeout"),
    ];
    for (line, expected) in rows {
        assert_eq!(truth("abroad", line), expected, "{line}");
    }
}

#[test]
fn codes_alone_match_by_code_or_by_their_countries() {
    let states =
        ["mcc:340", "mcc:901", "340/GF", "901/FR", "roaming:GF", "roaming:GF,RE", "roaming"];
    let rows = [
        ("{ roamingIn: [mcc:340] }", ["T", "F", "T", "F", "T", AMBIGUOUS, UNRESOLVED]),
        ("{ roamingOutside: [mcc:340] }", ["F", "T", "F", "T", "F", AMBIGUOUS, UNRESOLVED]),
        ("{ roamingIn: [mcc:901] }", ["F", "T", "F", "T", "F", "F", UNRESOLVED]),
        ("{ roamingOutside: [international] }", ["T", "F", "T", "F", "T", "T", UNRESOLVED]),
    ];
    for (test, expected) in rows {
        assert_eq!(states.map(|line| truth(test, line)), expected, "{test}");
    }
}

#[test]
fn codes_beside_countries_leave_an_answer_without_a_country_unresolved() {
    let states = ["mcc:340", "mcc:901", "340/GF", "901/FR", "roaming:GF", "roaming", "mcc:500"];
    let rows = [
        ("{ roamingIn: [FR, mcc:901] }", ["F", "T", "F", "T", "F", UNRESOLVED, UNRESOLVED]),
        ("{ roamingIn: [GF] }", [AMBIGUOUS, UNRESOLVED, "T", "F", "T", UNRESOLVED, UNRESOLVED]),
        (
            "{ roamingOutside: [eu-outermost] }",
            [AMBIGUOUS, UNRESOLVED, "F", "T", "F", UNRESOLVED, UNRESOLVED],
        ),
        ("{ roamingIn: [mcc:901] }", ["F", "T", "F", "T", "F", UNRESOLVED, "F"]),
    ];
    for (test, expected) in rows {
        assert_eq!(states.map(|line| truth(test, line)), expected, "{test}");
    }
}

/// The effects for a time-out, an outage of another kind, a number nobody knows, and no country.
fn unknowns(defaults: &str, rule: &str) -> String {
    let policy = policy(defaults, &[rule]);
    let effect = |line| decide(&policy, state(line), &Assurance::NONE).effect.name();
    let states =
        ["unknown:timeout", "unknown:unavailable", "unknown:identifierNotFound", "roaming"];
    states.map(effect).join(" ")
}

#[test]
fn a_when_rule_looks_into_its_own_map_and_then_into_the_defaults() {
    let defaults =
        "{ default: deny, outage: allow, timeout: stepUp }, stepUp: { acrValues: [sca] }";
    let rows = [
        ("{ noHistory: allow }", "stepUp allow deny deny"),
        ("allow", "allow allow allow allow"),
        ("{ outage: deny }", "deny deny deny deny"),
        ("{ unavailable: deny }", "stepUp deny deny deny"),
        ("{ imprecise: allow, noLine: allow }", "stepUp allow allow allow"),
        ("{ default: allow, timeout: deny }", "deny allow allow allow"),
        ("{ timeout: allow, outage: stepUp, default: deny }", "allow stepUp deny deny"),
    ];
    for (own, expected) in rows {
        let rule =
            format!("when: {{ line: {{ roamingIn: [FR] }} }}, effect: deny, onUnknown: {own}");
        assert_eq!(unknowns(defaults, &rule), expected, "{own}");
    }
}

#[test]
fn a_require_rule_never_looks_into_the_defaults() {
    let rows = [
        ("allow", "{ noHistory: allow }", "deny deny deny deny"),
        ("allow", "{ outage: allow }", "allow allow deny deny"),
        ("deny", "{ default: allow, imprecise: deny }", "allow allow allow deny"),
    ];
    for (defaults, own, expected) in rows {
        let condition = "require: { line: { roamingOutside: [FR] } }, otherwise: deny";
        let rule = format!("{condition}, onUnknown: {own}");
        assert_eq!(unknowns(defaults, &rule), expected, "{defaults}, {own}");
    }
}

#[test]
fn the_strictest_decides_then_the_definite_then_the_smallest_id() {
    let definite = "when: { line: roaming }, effect: deny";
    let undecided = "when: { line: { roamingIn: [FR] } }, effect: deny";
    let allowing = "when: { line: { roamingIn: [FR] } }, effect: deny, onUnknown: allow";
    let rows = [
        ([definite, definite], "r0", None),
        ([undecided, definite], "r1", None),
        ([undecided, undecided], "r0", Some(UnknownReason::CountryUnresolved)),
        ([allowing, undecided], "r1", Some(UnknownReason::CountryUnresolved)),
    ];
    for (rules, rule, reason) in rows {
        let verdict = decide(&policy("deny", &rules), state("roaming"), &Assurance::NONE);
        assert_eq!((verdict.rule.as_deref(), verdict.reason), (Some(rule), reason), "{rules:?}");
    }
}

/// What a roaming customer is asked for by two rules that ask for a step-up.
fn asked(first: &str, second: &str) -> (String, Option<u64>, u16) {
    let rule =
        |step_up: &str| format!("when: {{ line: roaming }}, effect: stepUp, stepUp: {step_up}");
    let policy = policy("deny", &[&rule(first), &rule(second)]);
    let challenge = decide(&policy, state("roaming:FR"), &Assurance::NONE).challenge.unwrap();
    let max_age = challenge.max_age.map(|age| age.as_secs());
    (challenge.acr_values.join(" "), max_age, challenge.status)
}

#[test]
fn step_ups_are_joined_to_what_satisfies_all() {
    let rows = [
        ("{ acrValues: [a, b] }", "{ acrValues: [b, c] }", ("b", None, 401)),
        ("{ acrValues: [a, b], maxAge: 5m }", "{ acrValues: [b, a] }", ("a b", Some(300), 401)),
        ("{ acrValues: [a], maxAge: 5m }", "{ acrValues: [a], maxAge: 60s }", ("a", Some(60), 401)),
        ("{ acrValues: [a], status: 403 }", "{ acrValues: [a], status: 403 }", ("a", None, 403)),
        ("{ acrValues: [a], status: 403 }", "{ acrValues: [a] }", ("a", None, 401)),
    ];
    for (first, second, (acr_values, max_age, status)) in rows {
        let expected = (acr_values.to_owned(), max_age, status);
        assert_eq!(asked(first, second), expected, "{first} and {second}");
    }
}

#[test]
fn a_step_up_is_satisfied_by_any_context_exactly_and_within_its_age() {
    let step_up = "effect: stepUp, stepUp: { acrValues: [a, b], maxAge: 5m }";
    let policy = policy("deny", &[&format!("when: {{ line: roaming }}, {step_up}")]);
    let rows = [
        (Some("a"), Some(0), Effect::Allow),
        (Some("b"), Some(330), Effect::Allow),
        (Some("b"), Some(331), Effect::StepUp),
        (Some("a"), Some(-1), Effect::StepUp),
        (Some("a"), None, Effect::StepUp),
        (None, Some(0), Effect::StepUp),
        (Some("A"), Some(0), Effect::StepUp),
        (Some("a b"), Some(0), Effect::StepUp),
        (Some(""), Some(0), Effect::StepUp),
    ];
    for (acr, ago, expected) in rows {
        let verdict = decide(&policy, state("roaming:FR"), &assurance(acr, ago));
        let is_satisfied = expected == Effect::Allow;
        assert_eq!(
            (verdict.effect, verdict.is_satisfied),
            (expected, is_satisfied),
            "{acr:?} {ago:?}"
        );
    }
}

#[test]
fn a_satisfied_step_up_does_not_lift_another_rules_denial() {
    let rules = [
        "when: { line: roaming }, effect: stepUp, stepUp: { acrValues: [a] }",
        "when: { line: { roamingIn: [FR] } }, effect: deny",
    ];
    let policy = policy("deny", &rules);
    let effect = |line| decide(&policy, state(line), &assurance(Some("a"), Some(0))).effect;
    assert_eq!((effect("roaming:FR"), effect("roaming:DE")), (Effect::Deny, Effect::Allow));
}

/// What a policy of this repository decides about one route, as its comments promise.
fn promised(name: &str, path: &str, cases: &[(&str, &str)]) {
    let file = format!("{}/policies/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let policy = Policy::from_path(file).unwrap();
    assert_eq!(policy.warnings().count(Severity::Warning), 0, "{}", policy.warnings());
    let class = policy.classify(&Target::new("POST", path)).unwrap();
    for (lines, expected) in cases {
        for line in lines.split(' ') {
            let verdict = policy.decide(class, state(line), &Assurance::NONE);
            assert_eq!(verdict.effect.name(), *expected, "{line}");
        }
    }
}

#[test]
fn payments_are_refused_outside_the_eea() {
    let cases = [
        ("home roaming:NO roaming:RE roaming:CH", "allow"),
        ("roaming:BR roaming:GB", "deny"),
        ("mcc:340 mcc:901 roaming unknown:timeout unknown:noConsent", "stepUp"),
    ];
    promised("payments-eea", "/v1/payments/7/confirm", &cases);
    promised("payments-eea", "/bank.payments.v1.Payments/Create", &cases);
}

#[test]
fn the_back_office_is_used_from_home_only() {
    let cases = [("home", "allow"), ("roaming:NO mcc:340 roaming unknown:timeout", "deny")];
    promised("streaming", "/admin", &cases);
}

#[test]
fn subscriptions_are_portable_inside_the_eu() {
    let cases = [
        ("home roaming:FR roaming:RE mcc:340 unknown:timeout", "allow"),
        ("roaming:NO roaming:US", "deny"),
        ("unknown:identifierNotFound", "stepUp"),
    ];
    promised("streaming", "/playback/start", &cases);
}

#[test]
fn a_verdict_is_made_once_and_lent_to_all_who_ask() {
    let policy = policy("deny", &["when: { line: roaming }, effect: deny"]);
    let class = policy.classify(&Target::new("GET", "/pay")).unwrap();
    let ask = |acr| {
        let subject = Assurance { acr: Some(acr), ..Assurance::NONE };
        policy.decide(class, LineState::roaming(visited("roaming:FR")), &subject)
    };
    let (Cow::Borrowed(one), Cow::Borrowed(other)) = (ask("pwd"), ask("sca")) else {
        panic!("the policy has made one for the caller alone")
    };
    assert_eq!((one.effect, one.rule.as_deref()), (Effect::Deny, Some("r0")));
    assert!(std::ptr::eq(one, other));
}

//! What is decided, against the specification read literally.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use roamgate::country::Mcc;
use roamgate::policy::{
    Assurance, Circumstances, Effect, Policy as Compiled, RequestClass, Target, Verdict,
    line_states,
};
use roamgate::status::{LineFacts, Visited};
use roamgate::{Country, LineState, UnknownReason};

use crate::free::{ATTRIBUTES, Values, moments, values};
use crate::generate::{config, named, odd_states, policy, policy_with_facts, rule, states};
use crate::model::{Mode, PATHS, Policy, StepUp};
use crate::reference::{Outcome, assurance, decide, enforced};

fn class(policy: &Compiled, path: &str) -> RequestClass {
    policy.classify(&Target::new("GET", path)).unwrap()
}

/// No assurance, the right one at every edge, the wrong one, and one from the future.
fn assurances() -> [Assurance<'static>; 9] {
    [
        Assurance::NONE,
        assurance(Some("sca"), None),
        assurance(None, Some(0)),
        assurance(Some("sca"), Some(0)),
        assurance(Some("sca"), Some(330)),
        assurance(Some("sca"), Some(331)),
        assurance(Some("sca"), Some(-1)),
        assurance(Some("mfa"), Some(90)),
        assurance(Some("pwd"), Some(0)),
    ]
}

/// What the library decided, in the words of the reference.
fn outcome(verdict: &Verdict) -> Outcome {
    let challenge =
        verdict.challenge.as_ref().filter(|_| verdict.effect == Effect::StepUp).map(|challenge| {
            StepUp {
                acr_values: challenge.acr_values.iter().map(|value| value.to_string()).collect(),
                max_age: challenge.max_age.map(|age| age.as_secs()),
            }
        });
    Outcome {
        effect: verdict.effect,
        rule: verdict.rule.as_deref().map(str::to_owned),
        reason: verdict.reason,
        is_satisfied: verdict.is_satisfied,
        challenge,
    }
}

/// The contexts of a challenge are a set.
fn sorted(mut outcome: Outcome) -> Outcome {
    outcome.challenge.iter_mut().for_each(|challenge| challenge.acr_values.sort());
    outcome
}

/// Every effect of a policy, over all paths and states, for somebody without assurance.
fn effects(policy: &Compiled) -> Vec<Effect> {
    let decide =
        |path: &str, line| policy.decide(class(policy, path), line, &Assurance::NONE).effect;
    PATHS.iter().flat_map(|path| states().into_iter().map(move |line| decide(path, line))).collect()
}

/// The whole of what is decided, rules, reasons and challenges included.
fn outcomes(policy: &Compiled) -> Vec<Outcome> {
    let decide = |path: &str, line| {
        sorted(outcome(&policy.decide(class(policy, path), line, &Assurance::NONE)))
    };
    PATHS.iter().flat_map(|path| states().into_iter().map(move |line| decide(path, line))).collect()
}

/// Prints how many decisions were compared, for reports of the long setting.
fn told(compared: &Cell<usize>, what: &str) {
    println!("{} decisions compared with the specification, {what}", compared.get());
}

#[test]
fn the_library_decides_what_the_specification_says() {
    let compared = Cell::new(0);
    proptest!(config(24), |(model in policy(), skip in 0_usize..29)| {
        let compiled = model.compile();
        let lines = line_states().map(|(_, line)| line.into()).skip(skip).step_by(29);
        let lines: Vec<_> = lines.chain(odd_states()).collect();
        for path in PATHS {
            let (class, rules) = (class(&compiled, path), enforced(&model, path));
            for (line, assurance) in lines.iter().flat_map(|line| assurances().map(|assurance| (*line, assurance))) {
                let expected = sorted(decide(&rules, line, &Values::default(), &assurance));
                let verdict = compiled.decide(class, line, &assurance);
                prop_assert_eq!(sorted(outcome(&verdict)), expected, "{} {:?} {:?}", path, line, assurance);
                compared.update(|count| count + 1);
            }
        }
    });
    told(&compared, "by the line and the assurance");
}

#[test]
fn with_free_facts_too_the_library_decides_what_the_specification_says() {
    let compared = Cell::new(0);
    let facts = || vec(values(), 12);
    proptest!(config(10), |(model in policy_with_facts(), facts in facts(), now in moments(), skip in 0_usize..97)| {
        let compiled = model.compile();
        let lines = line_states().map(|(_, line)| line.into()).skip(skip).step_by(97);
        let lines: Vec<LineFacts> = lines.chain(odd_states().into_iter().skip(skip % 7).step_by(7)).collect();
        for path in PATHS {
            let (class, rules) = (class(&compiled, path), enforced(&model, path));
            for (line, values) in lines.iter().flat_map(|line| facts.iter().map(move |values| (*line, values))) {
                let assurance = Assurance { now, ..Assurance::NONE };
                let attributes = values.attributes();
                let around = Circumstances::from(&assurance).facts(&attributes);
                let expected = sorted(decide(&rules, line, values, &assurance));
                let verdict = compiled.decide(class, line, around);
                prop_assert_eq!(sorted(outcome(&verdict)), expected.clone(), "{} {:?} {:?}", path, line, values);
                compared.update(|count| count + 1);
                // Nobody asks about a line that cannot raise the decision.
                if !compiled.needs_line(class, around) {
                    let without = compiled.decide_without_line(class, around);
                    prop_assert_eq!(without.effect, expected.effect, "{} {:?} {:?}", path, line, values);
                }
            }
        }
    });
    told(&compared, "by free facts too");
}

proptest! {
    #![proptest_config(config(16))]

    #[test]
    fn the_line_is_needed_where_it_could_raise_the_decision_and_hardly_anywhere_else(model in policy()) {
        let compiled = model.compile();
        for path in PATHS {
            let (class, rules) = (class(&compiled, path), enforced(&model, path));
            for assurance in assurances() {
                let raised = states().into_iter().any(|line| decide(&rules, line, &Values::default(), &assurance).effect > Effect::Allow);
                let needed = compiled.needs_line(class, &assurance);
                prop_assert!(needed || !raised, "{} {:?}", path, assurance);
                // A code beside countries that are not its own is no state of ours, but may be one of a provider's.
                let mentions_codes = model.files.iter().any(|file| file.to_string().contains("mcc:"));
                prop_assert!(raised || !needed || mentions_codes, "{} {:?}", path, assurance);
            }
        }
    }
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn adding_a_rule_never_loosens(mut model in policy(), mut added in rule(), file in any::<prop::sample::Index>()) {
        let before = effects(&model.compile());
        added.id = "added".to_owned();
        file.get_mut(&mut model.files).rules.push(added);
        let after = effects(&model.compile());
        prop_assert!(before.iter().zip(&after).all(|(before, after)| before <= after));
    }

    #[test]
    fn the_order_of_rules_and_files_means_nothing(model in policy()) {
        let mut turned = model.clone();
        turned.files.reverse();
        turned.files.iter_mut().for_each(|file| file.rules.reverse());
        prop_assert_eq!(outcomes(&model.compile()), outcomes(&turned.compile()));
    }

    #[test]
    fn rules_in_shadow_or_off_change_nothing_that_is_enforced(model in policy()) {
        let mut without = model.clone();
        without.files.iter_mut().for_each(|file| file.rules.retain(|rule| rule.mode == Mode::Enforce));
        without.files.iter_mut().filter(|file| file.mode != Mode::Enforce).for_each(|file| file.rules.clear());
        prop_assert_eq!(outcomes(&model.compile()), outcomes(&without.compile()));
    }

    #[test]
    fn what_is_explained_is_what_is_decided(model in policy(), at in any::<prop::sample::Index>()) {
        let (compiled, line) = (model.compile(), *at.get(&states()));
        for (path, assurance) in PATHS.iter().flat_map(|path| assurances().map(|assurance| (*path, assurance))) {
            let class = class(&compiled, path);
            let explained = compiled.explain(class, line, &assurance);
            let decided = compiled.decide(class, line, &assurance);
            prop_assert_eq!(explained.needs_line, compiled.needs_line(class, &assurance));
            prop_assert_eq!(explained.verdict.effect, decided.effect);
            prop_assert!(!explained.needs_line || explained.verdict == *decided);
        }
    }

    #[test]
    fn without_a_line_that_is_not_needed_the_effect_is_that_of_any_line(model in policy()) {
        let compiled = model.compile();
        for path in PATHS {
            let class = class(&compiled, path);
            if !compiled.needs_line(class, &Assurance::NONE) {
                let effect = compiled.decide_without_line(class, &Assurance::NONE).effect;
                prop_assert!(states().into_iter().all(|line| compiled.decide(class, line, &Assurance::NONE).effect == effect));
            }
        }
    }
}

/// One file with these rules, each on `/a/one`.
fn one_file(name: &str, rules: Vec<crate::model::Rule>) -> Policy {
    let file = crate::model::File {
        name: name.to_owned(),
        mode: Mode::Enforce,
        on_unknown: vec![("default".to_owned(), Effect::Deny)],
        step_up: None,
        rules,
    };
    named(Policy { files: vec![file] }, 0)
}

#[test]
fn a_policy_without_rules_needs_no_line_and_allows() {
    let policy = one_file("empty", Vec::new()).compile();
    let class = class(&policy, "/a/one");
    assert!(!policy.needs_line(class, &Assurance::NONE));
    assert_eq!(policy.decide_without_line(class, &Assurance::NONE).effect, Effect::Allow);
    let verdict =
        policy.decide(class, LineState::Unknown(UnknownReason::Timeout), &Assurance::NONE);
    assert_eq!((verdict.effect, &verdict.rule), (Effect::Allow, &None));
}

/// A country and its neighbour, of which an answer may name both.
const NEIGHBOURS: &str = r#"
apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: neighbours, owner: o }
defaults: { unmatchedRoute: allow, onUnknown: allow }
routes: { one: [{ path: /a/one }] }
rules:
"#;

#[test]
fn an_answer_with_two_countries_can_raise_what_a_step_up_has_met() {
    let rule = "  - { id: r, description: d, match: { routes: [one] }, when: { line: { roamingIn: [DE] } }, effect: stepUp, \
                stepUp: { acrValues: [sca] }, onUnknown: { countryAmbiguous: deny } }\n";
    let policy = Compiled::from_yaml("p.yaml", &format!("{NEIGHBOURS}{rule}")).unwrap();
    assert!(policy.needs_line(class(&policy, "/a/one"), &assurance(Some("sca"), Some(0))));
}

#[test]
fn step_ups_that_only_an_answer_with_two_countries_joins_must_have_something_in_common() {
    let rule = |id: &str, acr: &str| {
        format!(
            "  - {{ id: {id}, description: d, match: {{ routes: [one] }}, when: {{ line: {{ roamingIn: [{id}] }} }}, effect: deny, \
             stepUp: {{ acrValues: [{acr}] }}, onUnknown: {{ countryAmbiguous: stepUp }} }}\n"
        )
        .replace("[de]", "[DE]")
        .replace("[fr]", "[FR]")
    };
    let text = format!("{NEIGHBOURS}{}{}", rule("de", "one"), rule("fr", "two"));
    assert_eq!(crate::problems::errors(&text), [("E010", 8)]);
    let text = format!("{NEIGHBOURS}{}{}", rule("de", "one"), rule("fr", "one"));
    assert_eq!(crate::problems::errors(&text), []);
}

#[test]
fn a_code_beside_a_country_that_is_not_its_own_can_raise_the_decision() {
    let rule = r#"  - id: r
    description: d
    match: { routes: [one] }
    when:
      line: { roamingIn: ["mcc:901"] }
      anyOf:
        - line: { roamingIn: ["FR", "GP", "RE", "mcc:340"] }
        - line: { roamingIn: ["GF", "YT"], roamingOutside: ["FR", "NO"] }
      not: { line: { roamingOutside: ["MQ", "GP", "FR", "US", "mcc:310"] } }
    effect: deny
"#;
    let policy = Compiled::from_yaml("p.yaml", &format!("{NEIGHBOURS}{rule}")).unwrap();
    let class = class(&policy, "/a/one");
    let mut visited = Visited::countries(Country::from_code("FR").unwrap());
    visited.mcc = Mcc::new(901);
    let verdict = policy.decide(class, LineState::roaming(visited), &Assurance::NONE);
    assert_eq!(verdict.effect, Effect::Deny);
    assert!(policy.needs_line(class, &Assurance::NONE));
}

#[test]
fn a_missing_fact_can_raise_the_decision_once_the_line_is_known() {
    let rules = r#"  - { id: a, description: d, match: { routes: [one] }, require: { a.number: { lt: -5 } }, otherwise: stepUp }
  - id: b
    description: d
    match: { routes: [one], line.proof: { is: network } }
    when:
      subject.id: { is: y }
      anyOf: [{ line: { countryChangedWithin: 60s, roamingIn: [{ attribute: a.countries }] }, a.enum: { is: y } }]
      not: { line: home, a.number: { eq: -5 } }
    effect: stepUp
  - id: c
    description: d
    match: { routes: [one], a.number: { lt: -5 } }
    require: { not: { line: home } }
    otherwise: stepUp
    onUnknown: { missingAttribute: deny }
"#;
    let head = NEIGHBOURS.replace("defaults:", &format!("{ATTRIBUTES}defaults:"));
    let head = head.replace("onUnknown: allow", "onUnknown: allow, stepUp: { acrValues: [sca] }");
    let policy = Compiled::from_yaml("p.yaml", &format!("{head}{rules}")).unwrap();
    let class = class(&policy, "/a/one");
    let at_home = policy.decide(class, LineState::HOME, &Assurance::NONE);
    assert_eq!(at_home.effect, Effect::Deny);
    assert!(policy.needs_line(class, &Assurance::NONE));
}

#[test]
fn a_network_of_several_countries_of_which_one_is_the_numbers_may_be_at_home() {
    let rule = r#"  - id: not-abroad
    description: d
    match: { routes: [one] }
    when: { not: { line: abroad } }
    onUnknown: { countryAmbiguous: stepUp }
    effect: deny
    stepUp: { acrValues: [sca] }
"#;
    let policy = Compiled::from_yaml("p.yaml", &format!("{NEIGHBOURS}{rule}")).unwrap();
    let class = class(&policy, "/a/one");
    let countries = |code| Country::from_code(code).unwrap().into();
    // The network, the country of the number, and what comes of it.
    let rows = [
        (310, "US", Effect::StepUp),
        (310, "FR", Effect::Allow),
        (208, "FR", Effect::Deny),
        (901, "US", Effect::Allow),
        (500, "US", Effect::Allow),
    ];
    for (code, number, effect) in rows {
        let state = LineState::roaming(Visited::network(Mcc::new(code).unwrap()));
        let line = LineFacts { state, number_countries: countries(number) };
        assert_eq!(policy.decide(class, line, &Assurance::NONE).effect, effect, "{code} {number}");
    }
}

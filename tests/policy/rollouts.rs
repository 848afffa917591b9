//! Rules that are in force for a part of the customers: who is inside, and who is told.

use std::time::SystemTime;

use roamgate::policy::diff::Diff;
use roamgate::policy::suite::{Suite, SuiteReport};
use roamgate::policy::{
    Assurance, Attributes, Circumstances, Domain, Effect, Policy, RuleOutcome, SourceFile, Target,
    parse_line_state,
};

/// Refuses roaming lines, by rules of these ids and percentages.
fn policy(rules: &[(&str, u8)]) -> Policy {
    let rule = |(id, percent): &(&str, u8)| {
        format!(
            "  - {{ id: {id}, description: d, match: {{ routes: [pay] }}, when: {{ line: roaming }}, effect: deny, \
             rollout: {{ percent: {percent}, sticky: subject.id }} }}\n"
        )
    };
    let text = format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: {{ name: p, owner: o }}\n\
         defaults: {{ unmatchedRoute: allow, onUnknown: allow }}\nroutes: {{ pay: [{{ path: /pay }}] }}\nrules:\n{}",
        rules.iter().map(rule).collect::<String>()
    );
    Policy::from_yaml("p.yaml", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// Who of ten thousand is refused.
fn refused(policy: &Policy) -> Vec<bool> {
    (0..10_000)
        .map(|number| effect(policy, Some(&format!("customer-{number}"))) == Effect::Deny)
        .collect()
}

fn effect(policy: &Policy, id: Option<&str>) -> Effect {
    let attributes = id.map_or(Attributes::new(), |id| Attributes::new().set("subject.id", id));
    let class = policy.classify(&Target::new("POST", "/pay")).unwrap();
    let around = Circumstances::from(&Assurance::NONE).facts(&attributes);
    let line = parse_line_state("roaming:BR").unwrap();
    let verdict = policy.decide(class, line, around);
    assert_eq!(policy.needs_line(class, around), verdict.effect == Effect::Deny, "{id:?}");
    verdict.effect
}

#[test]
fn the_share_of_customers_inside_is_the_percentage() {
    for percent in [0, 1, 10, 50, 99, 100] {
        let share = refused(&policy(&[("r", percent)])).iter().filter(|inside| **inside).count();
        let expected = usize::from(percent) * 100;
        assert!(share.abs_diff(expected) <= 150, "{percent} percent are {share} of 10,000");
    }
}

#[test]
fn raising_the_percentage_lets_nobody_out() {
    let steps = [0, 1, 5, 10, 33, 60, 100].map(|percent| refused(&policy(&[("r", percent)])));
    for (before, after) in steps.iter().zip(steps.iter().skip(1)) {
        assert!(before.iter().zip(after).all(|(before, after)| !before || *after));
    }
}

#[test]
fn a_customer_stays_on_the_same_side_in_every_version() {
    let inside = refused(&policy(&[("r", 10)]));
    let first: Vec<_> = (0..10_000).filter(|at| inside[*at]).take(5).collect();
    assert_eq!(first, FIRST_INSIDE);
}

const FIRST_INSIDE: [usize; 5] = [1, 9, 14, 22, 28];

#[test]
fn different_rules_meet_different_customers() {
    let [one, other] = ["one", "other"].map(|id| refused(&policy(&[(id, 10)])));
    let both = one.iter().zip(&other).filter(|(one, other)| **one && **other).count();
    assert!((50..150).contains(&both), "{both} of 10,000 are inside both");
}

#[test]
fn whoever_lacks_the_fact_is_inside() {
    assert_eq!(effect(&policy(&[("r", 1)]), None), Effect::Deny);
    assert_eq!(effect(&policy(&[("r", 0)]), None), Effect::Deny);
}

#[test]
fn outside_a_rule_runs_as_shadow() {
    let policy = policy(&[("r", 10)]);
    let class = policy.classify(&Target::new("POST", "/pay")).unwrap();
    for (side, effect, outcome) in
        [("in", Effect::Deny, RuleOutcome::True), ("out", Effect::Allow, RuleOutcome::Shadow)]
    {
        let value = policy.parse_fact("rollout", side).unwrap().unwrap();
        let attributes = Attributes::new().set("rollout", value);
        let around = Circumstances::from(&Assurance::NONE).facts(&attributes);
        let explained = policy.explain(class, parse_line_state("roaming:BR").unwrap(), around);
        assert_eq!((explained.verdict.effect, explained.projected), (effect, Effect::Deny));
        assert_eq!(explained.rules[0].outcome, outcome);
    }
}

/// Runs a test file of these lines.
fn run(policy: &Policy, lines: &str) -> SuiteReport {
    let text = format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicyTest\nmetadata: {{ name: t, policies: [p.yaml] }}\n{lines}"
    );
    let suite = Suite::read(&SourceFile::new("t.yaml", &text));
    let suite = suite.unwrap_or_else(|problems| panic!("{problems}"));
    suite.run(policy, SystemTime::UNIX_EPOCH).unwrap()
}

#[test]
fn a_proof_looks_at_both_sides_and_its_counterexample_says_which() {
    let policy = policy(&[("r", 10)]);
    let proof = "forAll:\n  - { name: no roaming, route: pay, where: { line: roaming }, expectAtLeast: deny }\n";
    let report = run(&policy, proof);
    let counterexample = report.results[0].counterexample.as_deref().unwrap();
    let expected = "- { name: \"no roaming: roaming\", route: pay, line: roaming, set: { rollout: out }, expect: deny }";
    assert_eq!(counterexample, expected);
    let as_case = run(&policy, &format!("cases:\n  {counterexample}\n"));
    assert!(!as_case.results[0].is_ok());
    let turned = counterexample.replace("rollout: out", "rollout: in");
    assert!(run(&policy, &format!("cases:\n  {turned}\n")).results[0].is_ok());
}

/// Who moves, from what to what, for lines that roam in Brazil.
fn moves(old: &Policy, new: &Policy) -> Vec<String> {
    let diff = Diff::between(old, new, SystemTime::UNIX_EPOCH).unwrap();
    let brazil = diff.changes().iter().filter(|one| one.line.as_deref() == Some("roaming:BR"));
    brazil.map(|one| format!("{} {} → {}", one.facts["rollout"], one.from, one.to)).collect()
}

#[test]
fn a_diff_says_whom_a_larger_percentage_meets() {
    let [tenth, half, everybody] = [10, 50, 100].map(|percent| policy(&[("r", percent)]));
    assert_eq!(moves(&tenth, &half), ["10%..50% allow → deny"]);
    assert_eq!(moves(&half, &tenth), ["10%..50% deny → allow"]);
    assert_eq!(moves(&tenth, &everybody), ["out allow → deny"]);
    assert_eq!(moves(&tenth, &tenth), Vec::<String>::new());
}

#[test]
fn a_table_shows_those_inside() {
    let policy = policy(&[("r", 10), ("s", 0)]);
    let domain = Domain::of(&[&policy]).rolled_out();
    assert_eq!(domain.facts().count(), 0);
    let combination = domain.combinations().next().unwrap();
    let class = policy.classify(&Target::new("POST", "/pay")).unwrap();
    let around = Circumstances::from(&Assurance::NONE).facts(combination.attributes());
    let verdict = policy.decide(class, parse_line_state("roaming:BR").unwrap(), around);
    assert_eq!((verdict.effect, verdict.rule.as_deref()), (Effect::Deny, Some("r")));
}

#[test]
fn only_a_place_among_all_customers_can_be_set() {
    let policy = policy(&[("r", 10)]);
    for text in ["in", "out", "0", "50", "99.5"] {
        assert!(policy.parse_fact("rollout", text).is_ok(), "{text}");
    }
    let told = policy.parse_fact("rollout", "100").unwrap_err().to_string();
    let expected = "`100` is not a value of `rollout`; write `in`, `out`, or a place among all customers in percent: `50`";
    assert_eq!(told, expected);
}

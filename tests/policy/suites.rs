//! Test files: what passes, what fails and why, and what they leave untried.

use std::time::SystemTime;

use roamgate::policy::suite::{CoverageKind, Share, Suite, SuiteReport, TestKind};
use roamgate::policy::{FileKind, Policy, SourceFile, find};

use crate::problems::document;

/// Roaming customers step up, those in GB are refused, whoever is unknown is refused; nobody is
/// stopped at `/open`; `/pay/out` belongs to two routes.
const POLICY: &str = r#"apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: p, owner: o }
defaults: { unmatchedRoute: allow, onUnknown: deny, stepUp: { acrValues: ["sca"] } }
routes:
  pay: [{ path: "/pay/{what}" }]
  out: [{ path: "/pay/out" }]
  open: [{ path: "/open" }]
rules:
  - { id: abroad, description: d, match: { routes: [pay] }, when: { line: roaming }, effect: stepUp }
  - { id: british, description: d, match: { routes: [out] }, when: { line: { roamingIn: ["GB"] } }, effect: deny, onUnknown: allow }
  - { id: trial, description: d, match: { routes: [open] }, when: { line: home }, effect: deny, mode: shadow, shadow: { until: 2027-01-01 } }
"#;

fn policy() -> Policy {
    Policy::from_yaml("p.yaml", POLICY).unwrap()
}

/// A test file of these cases and proofs, each in braces.
fn run(cases: &[&str], proofs: &[&str]) -> SuiteReport {
    let list = |key: &str, items: &[&str]| match items {
        [] => String::new(),
        items => {
            let items: Vec<_> = (0..)
                .zip(items)
                .map(|(at, item)| format!("  - {{ name: n{at}, {item} }}\n"))
                .collect();
            format!("{key}:\n{}", items.concat())
        }
    };
    let text = document("suite", &(list("cases", cases) + &list("forAll", proofs)));
    let suite = Suite::read(&SourceFile::new("t.yaml", &text));
    let suite = suite.unwrap_or_else(|problems| panic!("{problems}"));
    suite.run(&policy(), SystemTime::UNIX_EPOCH).unwrap()
}

/// What is wrong with each, one after another.
fn mistakes(report: &SuiteReport) -> Vec<String> {
    let said = |mistake: &roamgate::policy::suite::Mistake| {
        format!("{}: {}", mistake.aspect.name(), mistake.message)
    };
    let of = |test: &roamgate::policy::suite::TestResult| {
        test.mistakes.iter().map(said).collect::<Vec<_>>().join("; ")
    };
    report.results.iter().map(of).collect()
}

#[test]
fn a_case_passes_or_says_what_is_otherwise() {
    let rows = [
        ("route: pay, line: home, expect: allow", ""),
        ("route: pay, line: \"roaming:FR\", expect: stepUp, by: abroad", ""),
        ("route: pay, line: \"unknown:timeout\", expect: deny, by: abroad, reason: timeout", ""),
        ("route: pay, line: \"unknown:timeout\", expect: deny, reason: outage", ""),
        ("route: out, line: \"roaming:GB\", expect: deny, by: british, notBy: abroad", ""),
        ("route: pay, line: home, expect: deny", "effect: expected deny, got allow"),
        (
            "route: out, line: \"roaming:GB\", expect: deny, by: abroad",
            "rule: expected `abroad` to decide, `british` did",
        ),
        (
            "route: pay, line: home, expect: stepUp, by: abroad",
            "effect: expected stepUp, got allow; rule: expected `abroad` to decide, no rule did",
        ),
        (
            "route: pay, line: roaming, expect: stepUp, notBy: abroad",
            "rule: expected `abroad` not to decide, but it did",
        ),
        (
            "route: pay, line: \"unknown:stale\", expect: deny, reason: timeout",
            "reason: expected timeout, got stale",
        ),
        (
            "route: pay, line: roaming, expect: stepUp, reason: consent",
            "reason: expected consent, got none",
        ),
    ];
    let report = run(&rows.map(|(case, _)| case), &[]);
    assert_eq!(mistakes(&report), rows.map(|(_, mistake)| mistake));
}

#[test]
fn a_case_that_reaches_no_rule_it_names_fails() {
    let rows = [
        (
            "route: pay, line: home, expect: allow, notBy: british",
            "reach: `british` does not judge requests of `pay`, so that the case proves nothing",
        ),
        (
            "route: pay, line: home, expect: allow, notBy: abrod",
            "reach: there is no rule `abrod`; did you mean `abroad`?",
        ),
        (
            "route: pay, line: home, expect: allow, by: nobody-at-all",
            "reach: there is no rule `nobody-at-all`; rule: expected `nobody-at-all` to decide, no rule did",
        ),
    ];
    let report = run(&rows.map(|(case, _)| case), &[]);
    assert_eq!(mistakes(&report), rows.map(|(_, mistake)| mistake));
}

#[test]
fn a_proof_holds_everywhere_or_has_a_counterexample() {
    let rows = [
        ("route: pay, where: { line: home }, expect: allow", "", None),
        ("route: pay, where: { line: unknown }, expect: deny", "", None),
        ("route: pay, where: { not: { line: home } }, expectAtLeast: stepUp", "", None),
        (
            "route: pay, where: { anyOf: [{ line: home }, { line: roaming }] }, expectAtMost: deny",
            "",
            None,
        ),
        ("route: pay, where: { line: \"unknown:stale\" }, expect: deny", "", None),
        (
            "route: pay, where: { line: roaming }, expect: deny",
            "effect: expected deny, got stepUp; so at 531 of 532 points of the domain",
            Some("- { name: \"n5: roaming\", route: out, line: roaming, expect: deny }"),
        ),
        (
            "route: open, expectAtLeast: stepUp",
            "effect: expected at least stepUp, got allow; so at 281 of 281 points of the domain",
            Some("- { name: \"n6: home\", route: open, line: home, expect: stepUp }"),
        ),
        (
            "route: out, where: { line: { roamingIn: [\"GB\"] } }, expectAtMost: stepUp",
            "effect: expected at most stepUp, got deny; so at 1 of 1 points of the domain",
            Some(
                "- { name: \"n7: roaming:GB\", route: out, line: \"roaming:GB\", expect: stepUp }",
            ),
        ),
    ];
    let report = run(&[], &rows.map(|(proof, _, _)| proof));
    assert_eq!(mistakes(&report), rows.map(|(_, mistake, _)| mistake));
    let examples: Vec<_> =
        report.results.iter().map(|test| test.counterexample.as_deref()).collect();
    assert_eq!(examples, rows.map(|(_, _, example)| example));
}

#[test]
fn a_counterexample_is_a_case_that_fails() {
    let proof = run(&[], &["route: out, where: { line: roaming }, expectAtMost: stepUp"]);
    let case = proof.results[0].counterexample.as_deref().unwrap();
    let text = document("suite", &format!("cases:\n  {case}"));
    let suite = Suite::read(&SourceFile::new("t.yaml", &text)).unwrap();
    let report = suite.run(&policy(), SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(mistakes(&report), ["effect: expected stepUp, got deny"]);
}

#[test]
fn a_proof_about_a_route_is_about_every_class_of_its_requests() {
    // `/pay/out` belongs to `pay` as well.
    let report = run(&[], &["route: pay, where: { line: roaming }, expect: stepUp"]);
    assert_eq!(report.results[0].asked.as_ref().unwrap().0.as_ref(), "out");
}

#[test]
fn a_proof_about_nothing_fails() {
    let report =
        run(&[], &["route: pay, where: { line: home, not: { line: home } }, expect: deny"]);
    let nothing = "reach: `where` selects no point of the domain, so that nothing is proved";
    assert_eq!(mistakes(&report), [nothing]);
}

#[test]
fn where_selects_what_is_true_and_not_what_is_undecided() {
    // What is shared by GB and others is neither in GB nor outside.
    let report = run(
        &[],
        &[
            "route: out, where: { line: { roamingIn: [\"GB\"] } }, expect: allow",
            "route: out, where: { line: { roamingOutside: [\"GB\"] } }, expect: allow",
            "route: out, where: { not: { anyOf: [{ line: home }, { line: unknown }] } }, expect: allow",
        ],
    );
    let points: Vec<_> = mistakes(&report)
        .iter()
        .map(|mistake| {
            mistake.split_once("so at ").unwrap().1.split(' ').nth(2).unwrap().to_owned()
        })
        .collect();
    assert_eq!(points, ["1", "258", "266"]);
}

#[test]
fn a_state_in_where_is_that_of_lines_with_any_number() {
    let rule = r#"  - { id: r, description: d, match: { routes: [pay], line.numberCountry: { in: ["ES"] } },
      when: { line: roaming }, effect: deny, onUnknown: allow }
"#;
    let proof = r#"forAll:
  - { name: n, route: pay, where: { line: "roaming:FR" }, expect: allow }
"#;
    let policy = Policy::from_yaml("p.yaml", &document("rule", rule)).unwrap();
    let suite = Suite::read(&SourceFile::new("t.yaml", &document("suite", proof))).unwrap();
    let report = suite.run(&policy, SystemTime::UNIX_EPOCH).unwrap();
    let example = report.results[0].counterexample.as_deref().unwrap_or("none");
    assert!(example.contains("set: { line.numberCountry: [\"ES\"] }"), "{example}");
}

fn share(report: &SuiteReport, kind: CoverageKind) -> (usize, usize) {
    let Share { covered, total, .. } = report.coverage.share(kind);
    (covered, total)
}

#[test]
fn coverage_counts_rules_that_applied_tests_both_ways_and_reasons() {
    let nothing = run(&[], &["route: pay, expectAtMost: deny"]);
    assert_eq!(CoverageKind::ALL.map(|kind| share(&nothing, kind)), [(0, 3), (0, 6), (0, 44)]);
    let some = run(
        &[
            "route: out, line: \"roaming:FR\", expect: stepUp",
            "route: out, line: \"unknown:timeout\", expect: deny",
            "route: open, line: home, expect: allow",
        ],
        &[],
    );
    assert_eq!(CoverageKind::ALL.map(|kind| share(&some, kind)), [(2, 3), (3, 6), (2, 44)]);
    let gaps = |kind| {
        let gaps = some.coverage.gaps(kind).into_iter();
        gaps.map(|gap| format!("{}: {}", gap.rule, gap.what)).collect::<Vec<_>>()
    };
    assert_eq!(gaps(CoverageKind::Rules), ["british: never applies"]);
    let atoms = [
        "abroad: `roaming` is never false",
        "british: `roamingIn` is never true",
        "trial: `home` is never false",
    ];
    assert_eq!(gaps(CoverageKind::Atoms), atoms);
    assert_eq!(gaps(CoverageKind::Reasons)[0], "abroad: unavailable");
}

#[test]
fn coverage_of_several_files_over_one_policy_is_one() {
    let mut first = run(&["route: pay, line: roaming, expect: stepUp"], &[]).coverage;
    first.merge(run(&["route: out, line: \"roaming:GB\", expect: deny"], &[]).coverage);
    let share = first.share(CoverageKind::Rules);
    assert_eq!((share.covered, share.total, share.percent()), (2, 3, 66));
}

#[test]
fn a_file_that_is_tested_alone_and_beside_others_counts_once() {
    let of = |name: &str, rule: &str| {
        let rule = format!(
            "  - {{ id: {rule}, description: d, match: {{ routes: [pay] }}, when: {{ line: roaming }}, effect: deny }}"
        );
        SourceFile::new(
            name,
            &document("rule", &rule).replace("name: p,", &format!("name: {name},")),
        )
    };
    let (one, other) = (of("one", "r"), of("other", "s"));
    let text = document("case", "name: n, route: pay, line: roaming, expect: deny");
    let suite = Suite::read(&SourceFile::new("t.yaml", &text)).unwrap();
    let tried = |files: &[SourceFile]| {
        let (policy, _) = Policy::check(files);
        suite.coverage(&policy.unwrap(), SystemTime::UNIX_EPOCH).unwrap()
    };
    let mut coverage = tried(std::slice::from_ref(&one));
    coverage.merge(tried(&[one, other]));
    let share = coverage.share(CoverageKind::Rules);
    assert_eq!((share.covered, share.total), (2, 2));
}

#[test]
fn a_route_that_the_policy_lacks_is_a_problem_of_the_test() {
    let text = document("case", "name: n, route: pya, line: home, expect: allow");
    let suite = Suite::read(&SourceFile::new("t.yaml", &text)).unwrap();
    let problems = suite.run(&policy(), SystemTime::UNIX_EPOCH).unwrap_err();
    let expected = "error[E008]: no route is named `pya`
 --> t.yaml:5:23
  |
5 |   - { name: n, route: pya, line: home, expect: allow }
  |                       ^^^
  = help: did you mean `pay`?
";
    assert_eq!(problems.to_string(), expected);
}

#[test]
fn policies_are_found_beside_the_test_or_missed_there() {
    let text = document("case", "name: n, route: payments, line: home, expect: allow");
    let beside = SourceFile::new("policies/t.yaml", &text.replace("p.yaml", "payments-eea.yaml"));
    assert!(Suite::check(&beside).is_empty());
    let missed = Suite::check(&SourceFile::new("policies/t.yaml", &text));
    let missed: Vec<_> = missed.iter().map(|problem| (problem.code, &*problem.message)).collect();
    let cause = "cannot read `policies/p.yaml`: No such file or directory (os error 2)";
    assert_eq!(missed, [("E008", cause)]);
}

#[test]
fn a_test_file_is_no_policy() {
    let text = document("case", "name: n, route: pay, line: home, expect: allow");
    let error = Policy::from_yaml("t.yaml", &text).unwrap_err();
    assert!(error.problems().unwrap().iter().any(|problem| problem.code == "E004"));
}

/// The files that users start from, each with its test.
#[test]
fn every_policy_of_the_project_has_a_test_that_passes_and_reaches_every_rule() {
    let files = find(["policies"]).unwrap();
    for policy in files.iter().filter(|file| file.kind == FileKind::Policy) {
        let name = policy.name.replace(".yaml", ".test.yaml");
        let test = files.iter().find(|file| *file.name == *name);
        let suite = Suite::read(test.unwrap_or_else(|| panic!("{name} is missing"))).unwrap();
        let report =
            suite.run(&suite.policy().unwrap(), suite.now().expect("a fixed moment")).unwrap();
        assert!(mistakes(&report).iter().all(String::is_empty), "{name}: {:?}", mistakes(&report));
        assert!(report.passed(TestKind::Case).0 >= 6, "{name} has too few cases");
        let gaps = report.coverage.gaps(CoverageKind::Rules);
        assert!(gaps.is_empty(), "{name}: {gaps:?}");
    }
}

#[test]
fn a_proof_over_abroad_looks_at_lines_that_roam_in_their_own_country() {
    let policy = POLICY.replace("when: { line: roaming }", "when: { line: abroad }");
    let policy = Policy::from_yaml("p.yaml", &policy).unwrap();
    let proofs = r#"cases:
  - { name: at home in Brazil, route: pay, line: "roaming:BR", set: { line.numberCountry: ["BR"] }, expect: allow }
forAll:
  - { name: challenged, route: pay, where: { line: roaming }, expectAtLeast: stepUp }
"#;
    let suite = Suite::read(&SourceFile::new("t.yaml", &document("suite", proofs))).unwrap();
    let report = suite.run(&policy, SystemTime::UNIX_EPOCH).unwrap();
    let [case, proof] = &report.results[..] else { panic!("a case and a proof") };
    assert!(case.is_ok() && !proof.is_ok());
    let found = proof.counterexample.as_deref().unwrap();
    assert!(found.contains("set: { line.numberCountry: [\"AD\"] }"), "{found}");
}

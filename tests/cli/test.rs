//! `roamgate test`.

use serde_json::json;

use crate::command::{Files, json, roamgate, roamgate_at};

const POLICY: &str = r#"apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: p, owner: o }
defaults: { unmatchedRoute: allow, onUnknown: deny, stepUp: { acrValues: ["sca"] } }
routes: { pay: [{ path: "/pay" }], open: [{ path: "/open" }] }
rules:
  - { id: abroad, description: d, match: { routes: [pay] }, when: { line: { roamingOutside: [eea] } }, effect: stepUp }
  - { id: trial, description: d, match: { routes: [open] }, when: { line: home }, effect: deny, mode: shadow, shadow: { until: 2027-01-01 } }
"#;

/// The head of a test file over `p.yaml`.
const HEAD: &str =
    "apiVersion: roamgate/v1\nkind: RoamingPolicyTest\nmetadata: { name: p, policies: [p.yaml] }\n";

const PASSES: &str = "cases:
  - { name: Brazil, route: pay, line: \"roaming:BR\", expect: stepUp, by: abroad }
";

const FAILS: &str = "cases:
  - { name: Norway, route: pay, line: \"roaming:NO\", expect: stepUp, by: abroad }
  - { name: no answer, route: pay, line: \"unknown:timeout\", expect: deny, reason: stale }
  - { name: of another route, route: pay, line: home, expect: allow, notBy: trial }
forAll:
  - { name: \"nobody <unknown> pays\", route: pay, where: { line: unknown }, expect: deny }
  - { name: all confirm, route: pay, where: { line: roaming }, expectAtLeast: stepUp }
";

/// The policy, and a test file beside it.
fn beside(files: &Files, test: &str) -> String {
    files.add("p.yaml", POLICY);
    files.add("p.test.yaml", &format!("{HEAD}{test}"))
}

#[test]
fn the_policies_of_the_project_pass_their_tests() {
    let expected = "ok      policies/group-baseline.test.yaml        24 cases, 2 proofs
ok      policies/high-value-transfers.test.yaml  11 cases, 4 proofs
ok      policies/login-shadow.test.yaml          6 cases, 2 proofs
ok      policies/payments-eea.test.yaml          13 cases, 4 proofs
ok      policies/proved-line.test.yaml           10 cases, 4 proofs
ok      policies/streaming.test.yaml             14 cases, 4 proofs
ok      policies/video-quality.test.yaml         7 cases, 1 proof

106 passed in 7 files
the cases try: rules 14 of 14, atoms 40 of 40, reasons 59 of 202
";
    assert_eq!(roamgate(&["test", "policies", "--min-coverage", "100"]).fine(), expected);
}

#[test]
fn a_failure_is_spelled_out_with_its_grounds() {
    let files = Files::new();
    let path = beside(&files, FAILS);
    let run = roamgate_at(100, &["test", &path]);
    let expected = format!(
        "failed  {path}  0 of 3 cases, 1 of 2 proofs

Norway
  --> {path}:5:5
  asked     pay with line roaming:NO
  effect    expected stepUp, got allow
  rule      expected `abroad` to decide, no rule did
  because   abroad: does not apply
            `roamingOutside` does not hold: the line is roaming in NO

no answer
  --> {path}:6:5
  asked     pay with line unknown:timeout
  effect    deny, as expected
  reason    expected stale, got timeout
  because   abroad: cannot be decided (timeout): deny
            `roamingOutside` cannot be decided (timeout): the line's status is unknown (timeout)

of another route
  --> {path}:7:5
  asked     pay with line home
  effect    allow, as expected
  reach     `trial` does not judge requests of `pay`, so that the case proves nothing

all confirm
  --> {path}:10:5
  asked     pay with line roaming:AT
  effect    expected at least stepUp, got allow; so at 30 of 266 points of the domain
  because   abroad: does not apply
            `roamingOutside` does not hold: the line is roaming in AT
  as a case for this file:
    - {{ name: \"all confirm: roaming:AT\", route: pay, line: \"roaming:AT\", expect: stepUp }}

4 failed, 1 passed in 1 file
the cases try: rules 0 of 2, atoms 1 of 4, reasons 1 of 29
"
    );
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (4, expected.as_str(), ""));
}

#[test]
fn what_no_case_tries_is_told_when_it_is_asked() {
    let files = Files::new();
    let path = beside(&files, PASSES);
    let text = roamgate(&["test", &path, "--coverage"]).fine();
    let gaps = text.split_once("reasons 0 of 29\n").unwrap().1;
    let expected = "
what no case tries
  rules     trial: never applies
  atoms     abroad: `roamingOutside` is never false
  atoms     trial: `home` is never false, `home` is never true
  reasons   abroad: never undecided for timeout, unavailable, rateLimited,
            overBudget, notCached, stale, misconfigured, invalidAnswer,
            noIdentifier, identifierInvalid, identifierNotFound, notCovered,
            noConsent, consentPending, countryUnresolved
";
    assert!(gaps.starts_with(expected), "{gaps}");
}

#[test]
fn too_little_coverage_fails_whatever_the_format() {
    let files = Files::new();
    let path = beside(&files, PASSES);
    for format in ["human", "json", "junit"] {
        let asked =
            |percent| roamgate(&["test", &path, "--format", format, "--min-coverage", percent]);
        let run = asked("51");
        let told = "error: the cases make 50 % of the rules apply, 51 % are asked\n";
        assert_eq!((run.code, run.err.as_str()), (4, told), "{format}");
        asked("50").fine();
    }
    assert_eq!(roamgate(&["test", &path, "--min-coverage", "101"]).code, 2);
}

#[test]
fn json_has_every_member_and_null_for_what_is_absent() {
    let files = Files::new();
    let path = beside(&files, FAILS);
    let run = roamgate(&["test", &path, "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (4, ""));
    let case = |name, ok, expected, got, rule, reason| {
        let [got, rule, reason]: [Option<&str>; 3] = [got, rule, reason];
        json!({ "name": name, "file": path, "ok": ok, "expected": expected, "got": got, "rule": rule, "reason": reason })
    };
    let expected = json!({
        "passed": 1,
        "failed": 4,
        "cases": [
            case("Norway", false, "stepUp", Some("allow"), None, None),
            case("no answer", false, "deny", Some("deny"), Some("abroad"), Some("timeout")),
            case("of another route", false, "allow", Some("allow"), None, None),
            case("nobody <unknown> pays", true, "deny", None, None, None),
            case("all confirm", false, "at least stepUp", Some("allow"), None, None),
        ],
        "coverage": { "rules": 0, "atoms": 25, "reasons": 3 },
    });
    assert_eq!(json(&run.out), expected);
}

#[test]
fn build_servers_read_junit() {
    let files = Files::new();
    let path = beside(&files, FAILS);
    let run = roamgate(&["test", &path, "--format", "junit"]);
    assert_eq!((run.code, run.err.as_str()), (4, ""));
    let head = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="roamgate" tests="5" failures="4" errors="0">
  <testsuite name="p" tests="5" failures="4" errors="0" skipped="0">
"#;
    assert!(run.out.starts_with(head), "{}", run.out);
    let passed = format!(
        r#"    <testcase name="nobody &lt;unknown&gt; pays" classname="p.forAll" file="{path}" line="9"/>"#
    );
    let failed = format!(
        r#"    <testcase name="Norway" classname="p.cases" file="{path}" line="5">
      <failure message="expected stepUp, got allow; expected `abroad` to decide, no rule did">route pay, line roaming:NO
abroad: `roamingOutside` does not hold: the line is roaming in NO</failure>
    </testcase>
"#
    );
    assert!(run.out.contains(&passed) && run.out.contains(&failed), "{}", run.out);
    assert!(run.out.ends_with("  </testsuite>\n</testsuites>\n"), "{}", run.out);
}

#[test]
fn names_cannot_act_in_a_terminal_or_break_the_document() {
    let files = Files::new();
    let test = "cases: [{ name: \"a\\e[2Jb\\0\", route: pay, line: home, expect: deny }]\n";
    let path = beside(&files, test);
    for format in ["human", "junit"] {
        let run = roamgate(&["test", &path, "--format", format]);
        assert!(run.out.contains("a\u{fffd}[2Jb\u{fffd}"), "{}", run.out);
    }
}

#[test]
fn a_test_that_is_wrong_itself_is_invalid() {
    let files = Files::new();
    let path = beside(&files, &PASSES.replace("route: pay", "route: pya"));
    let (code, told) = roamgate(&["test", &path]).refused();
    assert_eq!(code, 3);
    assert!(told.starts_with("error[E008]: no route is named `pya`\n"), "{told}");
    assert!(told.ends_with("\n1 error in 1 file\n"), "{told}");
}

#[test]
fn a_policy_that_does_not_load_ends_the_command() {
    let files = Files::new();
    let path = beside(&files, PASSES);
    files.add("p.yaml", &POLICY.replace("[eea]", "[aee]"));
    let (code, told) = roamgate(&["test", &path]).refused();
    assert_eq!(code, 3);
    assert!(told.starts_with("error[E007]: there is no group `aee`\n"), "{told}");
}

#[test]
fn paths_without_a_test_are_told() {
    let told = "error: there is no test file in `policies/payments-eea.yaml`\n";
    let run = roamgate(&["test", "policies/payments-eea.yaml"]);
    assert_eq!(run.refused(), (3, told.to_owned()));
    assert_eq!(roamgate(&["test", "no/such.yaml"]).code, 1);
    assert_eq!(roamgate(&["test"]).code, 2);
}

#[test]
fn check_judges_test_files_too() {
    let files = Files::new();
    let path = beside(&files, &PASSES.replace("expect: stepUp", "expect: refuse"));
    let run = roamgate(&["check", files.path()]);
    assert_eq!(run.code, 3);
    let place = format!("error[E003]: `refuse` is not a value of `expect`\n --> {path}:5:61\n");
    assert!(run.out.contains(&place), "{}", run.out);
}

#[test]
fn check_says_that_the_policies_of_a_test_do_not_load() {
    let files = Files::new();
    let path = beside(&files, PASSES);
    files.add("p.yaml", &POLICY.replace("[eea]", "[aee]"));
    let run = roamgate(&["check", &path]);
    let place = format!("error[E008]: the policies of this test do not load\n --> {path}:3:33\n");
    assert!(run.code == 3 && run.out.starts_with(&place), "{}", run.out);
    assert!(run.out.contains(" = help: `roamgate check` on them says why\n"), "{}", run.out);
}

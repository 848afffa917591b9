//! `roamgate check --tests`.

use crate::command::{Files, json, roamgate};

const POLICY: &str = r#"apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: back-office, owner: risk@bank.example }
defaults: { unmatchedRoute: allow, onUnknown: allow }
routes: { admin: [{ path: "/admin/{*rest}" }] }
rules:
  - id: admin-home-only
    description: Home only.
    match: { routes: [admin] }
    when: { line: roaming }
    effect: deny
"#;

/// A test of a policy, with one case.
fn test(policy: &str, case: &str) -> String {
    format!(
        "apiVersion: roamgate/v1\nkind: RoamingPolicyTest\nmetadata: {{ name: t, policies: [\"{policy}\"] }}\ncases:\n  {case}\n"
    )
}

const AT_HOME: &str = "- { name: n, route: admin, line: home, expect: allow }";
/// It fails, which is the business of `roamgate test`.
const ABROAD: &str = "- { name: n, route: admin, line: roaming, expect: allow }";

#[test]
fn a_rule_that_no_case_makes_apply_is_warned_of_with_a_case_that_would() {
    let files = Files::new();
    let policy = files.add("p.yaml", POLICY);
    let tests = files.add("t.yaml", &test("p.yaml", AT_HOME));
    let run = roamgate(&["check", "--tests", &tests, &policy]);
    let expected = format!(
        "warning[W119]: no test makes the rule `admin-home-only` apply
 --> {policy}:7:9
  |
7 |   - id: admin-home-only
  |         ^^^^^^^^^^^^^^^
  = help: add a case such as `- {{ name: \"admin-home-only: roaming\", route: admin, line: roaming, expect: deny, by: admin-home-only }}`

1 warning in 2 files
"
    );
    assert_eq!(run.fine(), expected);
    assert_eq!(roamgate(&["check", "--deny-warnings", "--tests", &tests, &policy]).code, 5);
    assert_eq!(roamgate(&["check", "--deny-warnings", &tests, &policy]).code, 0);
    let (_, suggested) = expected.split_once("such as `").unwrap();
    files.add("t.yaml", &test("p.yaml", suggested.split_once('`').unwrap().0));
    let told = roamgate(&["check", "--tests", &tests, &policy]).fine();
    assert_eq!(told, "2 files, no problems\n");
    assert_eq!(roamgate(&["test", &tests]).code, 0);
}

#[test]
fn tests_of_several_paths_are_one_and_need_not_pass() {
    let files = Files::new();
    let policy = files.add("p.yaml", POLICY);
    let home = files.add("home.yaml", &test("p.yaml", AT_HOME));
    files.add("more/deep/abroad.yaml", &test("../../p.yaml", ABROAD));
    files.add("more/other.yaml", &POLICY.replace("back-office", "other"));
    let more = format!("{}/more", files.path());
    let told = roamgate(&["check", "--tests", &home, "--tests", &more, &policy]).fine();
    assert_eq!(told, "3 files, no problems\n", "of a folder the tests alone are meant");
}

#[test]
fn tests_count_for_the_files_they_name_wherever_these_lie() {
    let files = Files::new();
    let policy = files.add("p.yaml", POLICY);
    let tests = files.add("copy/t.yaml", &test("p.yaml", ABROAD));
    files.add("copy/p.yaml", POLICY);
    let warned = || roamgate(&["check", "--tests", &tests, &policy]).fine().contains("[W119]");
    assert!(!warned(), "the same text is the same policy");
    files.add("copy/p.yaml", &POLICY.replace("Home only.", "An older one."));
    assert!(warned());
}

#[test]
fn the_check_is_not_run_without_tests_or_where_one_of_them_does_not_load() {
    let files = Files::new();
    let policy = files.add("p.yaml", POLICY);
    let good = files.add("good.yaml", &test("p.yaml", AT_HOME));
    let bad = files.add("bad.yaml", &test("p.yaml", &AT_HOME.replace("admin", "admn")));
    let run = |arguments: &[&str]| {
        let run = roamgate(&[&["check", "--format", "json", &policy], arguments].concat());
        let answer = json(&run.out);
        let codes = answer["problems"].as_array().unwrap().iter();
        let codes: Vec<_> =
            codes.map(|problem| problem["code"].as_str().unwrap().to_owned()).collect();
        (run.code, answer["notRun"].as_array().unwrap().contains(&"W119".into()), codes.join(" "))
    };
    assert_eq!(run(&[]), (0, true, String::new()));
    assert_eq!(run(&[&good]), (0, true, String::new()));
    assert_eq!(run(&["--tests", &good]), (0, false, "W119".to_owned()));
    assert_eq!(run(&["--tests", &good, "--tests", &bad]), (3, true, "E008".to_owned()));
}

#[test]
fn paths_without_tests_are_a_mistake() {
    let files = Files::new();
    let policy = files.add("p.yaml", POLICY);
    let told = format!("error: there is no test file in `{policy}`\n");
    assert_eq!(roamgate(&["check", "--tests", &policy, &policy]).refused(), (3, told));
    let told = "error: cannot read `no/such`: No such file or directory (os error 2)\n";
    assert_eq!(roamgate(&["check", "--tests", "no/such", &policy]).refused(), (1, told.to_owned()));
}

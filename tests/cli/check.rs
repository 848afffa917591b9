//! `roamgate check`.

use serde_json::Value;

use crate::command::{Files, json, roamgate};

const WARNED: &str = r#"apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: warned }
defaults: { unmatchedRoute: allow, onUnknown: deny }
routes:
  admin: [{ path: "/admin/{*rest}" }]
rules:
  - id: admin-home-only
    description: Home only.
    match: { routes: [admin] }
    require: { line: home }
    otherwise: deny
"#;

/// Two mistakes, in two places.
const BROKEN: &str = r#"apiVersion: roamgate/v1
kind: RoamingPolicy
metadata: { name: broken, owner: risk@bank.example }
defaults: { unmatchedRoute: allow, onUnknown: deny }
routes: { admin: [{ path: "/admin" }] }
rules:
  - id: one
    description: One.
    match: { routes: [admn] }
    when: { line: { roamingIn: ["UK"] } }
    effect: deny
"#;

#[test]
fn the_policies_of_the_project_have_no_warnings() {
    for arguments in [&["policies"][..], &["--tests", "policies", "policies"]] {
        let told = roamgate(&[&["check", "--deny-warnings"], arguments].concat()).fine();
        assert!(told.ends_with("\n6 notes in 14 files\n"), "{told}");
    }
    assert_eq!(
        roamgate(&["check", "--deny-warnings", "policies/high-value-transfers.yaml"]).fine(),
        "1 file, no problems\n"
    );
}

#[test]
fn all_problems_come_at_once_with_their_places_and_a_count() {
    let files = Files::new();
    let path = files.add("broken.yaml", BROKEN);
    let run = roamgate(&["check", &path]);
    let expected = format!(
        "error[E008]: there is no route `admn`
 --> {path}:9:23
  |
9 |     match: {{ routes: [admn] }}
  |                       ^^^^
  = help: did you mean `admin`?

error[E006]: `UK` is not an assigned ISO 3166-1 code
  --> {path}:10:33
   |
10 |     when: {{ line: {{ roamingIn: [\"UK\"] }} }}
   |                                 ^^^^
   = help: the code of the United Kingdom is \"GB\"

2 errors in 1 file
"
    );
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (3, expected.as_str(), ""));
}

#[test]
fn warnings_fail_where_they_are_denied_and_nowhere_else() {
    let files = Files::new();
    let path = files.add("warned.yaml", WARNED);
    let told = roamgate(&["check", &path]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    assert!(told.out.starts_with("warning[W117]: the policy has no owner\n"), "{}", told.out);
    assert!(told.out.ends_with("\n1 warning in 1 file\n"), "{}", told.out);
    let denied = roamgate(&["check", "--deny-warnings", &path]);
    assert_eq!((denied.code, denied.out), (5, told.out));
}

#[test]
fn an_accepted_warning_is_given_again_after_its_day() {
    let files = Files::new();
    let lint = "lint: [{ accept: W117, because: nobody has to, until: 2027-06-30 }]\nrules:";
    let path = files.add("accepted.yaml", &WARNED.replace("rules:", lint));
    let run = |now| roamgate(&["check", "--deny-warnings", "--now", now, &path]);
    assert_eq!(run("2027-06-30").fine(), "1 file, no problems\n");
    assert_eq!(run("2027-06-30T23:59:59Z").fine(), "1 file, no problems\n");
    let after = run("2027-07-01");
    assert_eq!(after.code, 5);
    assert!(after.out.contains("; it was accepted until 2027-06-30\n"), "{}", after.out);
}

#[test]
fn a_note_is_told_and_denied_by_nothing() {
    let run =
        roamgate(&["check", "--deny-warnings", "--format", "json", "policies/payments-eea.yaml"]);
    let answer = json(&run.fine());
    let note = &answer["problems"][0];
    assert_eq!((&note["code"], &note["severity"]), (&"N109".into(), &"note".into()));
    assert_eq!(members(note), ["code", "column", "file", "help", "line", "message", "severity"]);
}

#[test]
fn an_error_weighs_more_than_a_denied_warning() {
    let files = Files::new();
    let paths = [files.add("both/broken.yaml", BROKEN), files.add("both/warned.yaml", WARNED)];
    let run = roamgate(&["check", "--deny-warnings", &paths[0], &paths[1]]);
    assert_eq!(run.code, 3);
    assert!(run.out.ends_with("\n2 errors, 1 warning in 2 files\n"), "{}", run.out);
}

#[test]
fn json_has_every_member_and_null_for_what_is_absent() {
    let files = Files::new();
    let path = files.add("json.yaml", &BROKEN.replace("[\"UK\"]", "[]"));
    let run = roamgate(&["check", "--format", "json", &path]);
    assert_eq!((run.code, run.err.as_str()), (3, ""));
    let answer = json(&run.out);
    assert_eq!(members(&answer), ["files", "notRun", "problems"]);
    assert_eq!(answer["files"], 1);
    assert!(answer["notRun"].as_array().unwrap().contains(&"W113".into()));
    let problem = &answer["problems"][0];
    assert_eq!(members(problem), ["code", "column", "file", "help", "line", "message", "severity"]);
    assert_eq!((&problem["code"], &problem["severity"]), (&"E008".into(), &"error".into()));
    assert_eq!(
        (&problem["line"], &problem["column"], &problem["file"]),
        (&9.into(), &23.into(), &path.into())
    );
    assert_eq!(problem["message"], "there is no route `admn`");
    assert_eq!(problem["help"], "did you mean `admin`?");
    assert!(
        answer["problems"].as_array().unwrap().iter().all(|problem| problem.get("help").is_some())
    );
}

#[test]
fn aggregator_files_are_judged_by_their_own_check() {
    let files = Files::new();
    let good = roamgate(&["check", "examples/aggregators"]);
    assert_eq!((good.code, good.out.as_str()), (0, "6 files, no problems\n"));
    let text = "apiVersion: roamgate/v1\nkind: Aggregator\nbaseUrl: http://gateway.example\n";
    let bad = roamgate(&["check", &files.add("aggregator.yaml", text)]);
    assert_eq!(bad.code, 3);
    assert!(bad.out.contains("aggregator.yaml:3:10\n"), "{}", bad.out);
}

/// A service with one of the routes of the policy above, and another.
const SERVICE: &str = r#"apiVersion: roamgate/v1
kind: Service
metadata: { name: back-office }
routes: ["GET /admin/users", "GET /health"]
"#;

#[test]
fn policies_are_judged_by_the_service_they_are_for() {
    let files = Files::new();
    let policy = files.add("p.yaml", &WARNED.replace("metadata: { name: warned }", OWNED));
    let service = files.add("service.yaml", SERVICE);
    let run = roamgate(&["check", "--service", &service, &policy]);
    let expected = format!(
        "warning[W112]: no policy matches `GET /health`
 --> {service}:4:30
  |
4 | routes: [\"GET /admin/users\", \"GET /health\"]
  |                              ^^^^^^^^^^^^^
  = help: name it in a policy's `routes`; or, where nobody has to be asked, let a policy accept it: `lint: [{{ accept: W112, because: … }}]`

1 warning in 2 files
"
    );
    assert_eq!(run.fine(), expected);
    let asking = WARNED
        .replace("metadata: { name: warned }", OWNED)
        .replace("    otherwise: deny", "    otherwise: stepUp\n    stepUp: { acrValues: [sca] }");
    let run = roamgate(&["check", "--service", &service, &files.add("asking.yaml", &asking)]);
    assert_eq!(run.code, 3);
    assert!(run.out.starts_with("error[E021]: the rule `admin-home-only`"), "{}", run.out);
}

const OWNED: &str = "metadata: { name: owned, owner: risk@bank.example }";

#[test]
fn checks_that_need_a_service_are_not_run_without_one() {
    let files = Files::new();
    let policy = files.add("p.yaml", WARNED);
    let without_routes = SERVICE.split_once("routes").unwrap().0;
    let [service, silent, broken] =
        [("s", SERVICE), ("silent", without_routes), ("broken", "kind: Service\n")]
            .map(|(name, text)| files.add(&format!("{name}.yaml"), text));
    let not_run = |arguments: &[&str]| {
        let run = roamgate(&[&["check", "--format", "json", &policy], arguments].concat());
        let codes = json(&run.out)["notRun"].as_array().unwrap().clone();
        let of_a_service = ["E019", "E020", "E021", "W112"];
        of_a_service.into_iter().filter(|code| codes.contains(&(*code).into())).collect::<Vec<_>>()
    };
    assert_eq!(not_run(&[]), ["E019", "E020", "E021", "W112"]);
    assert_eq!(not_run(&["--service", &service]), [""; 0]);
    assert_eq!(not_run(&["--service", &silent]), ["W112"]);
    assert_eq!(not_run(&["--service", &broken]), ["E019", "E020", "E021", "W112"]);
    assert_eq!(not_run(&[&service]).len(), 4, "a file among the paths judges nobody");
}

#[test]
fn a_service_file_is_checked_itself_and_counted_once() {
    let files = Files::new();
    files.add("all/p.yaml", &WARNED.replace("metadata: { name: warned }", OWNED));
    let bad = files.add("all/service.yaml", &SERVICE.replace("GET /health", "health"));
    let folder = format!("{}/all", files.path());
    for arguments in [&["check", &folder][..], &["check", "--service", &bad, &folder]] {
        let run = roamgate(arguments);
        assert_eq!(run.code, 3);
        assert!(run.out.starts_with("error[E016]: `health` is not a route\n"), "{}", run.out);
        assert!(run.out.ends_with("\n1 error in 2 files\n"), "{}", run.out);
    }
}

#[test]
fn the_service_is_one_file_of_that_kind() {
    let files = Files::new();
    let policy = files.add("p.yaml", &WARNED.replace("metadata: { name: warned }", OWNED));
    let other = roamgate(&["check", "--service", "policies/payments-eea.yaml", &policy]);
    assert_eq!(other.code, 3);
    let told = "error[E004]: `RoamingPolicy` is not the `kind` of a service file\n";
    assert!(other.out.starts_with(told), "{}", other.out);
    let folder = roamgate(&["check", "--service", "policies", &policy]).refused();
    assert_eq!(folder, (2, "error: `--service` takes one file, not a folder\n".to_owned()));
    let alone = files.add("s.yaml", SERVICE);
    let alone = roamgate(&["check", "--service", &alone, &alone]).fine();
    assert!(alone.ends_with("\n2 warnings in 1 file\n"), "{alone}");
    let missing = roamgate(&["check", "--service", "no/such.yaml", &policy]).refused();
    let told = "error: cannot read `no/such.yaml`: No such file or directory (os error 2)\n";
    assert_eq!(missing, (1, told.to_owned()));
}

#[test]
fn a_folder_skips_what_is_not_ours_and_a_named_file_must_be_ours() {
    let files = Files::new();
    files.add("folder/values.yaml", "replicas: 3\n");
    files.add("folder/deep/policy.yml", WARNED);
    let folder = format!("{}/folder", files.path());
    assert_eq!(roamgate(&["check", &folder]).out.lines().last(), Some("1 warning in 1 file"));
    let named = roamgate(&["check", &format!("{folder}/values.yaml")]);
    assert_eq!(named.code, 3);
    assert!(named.out.contains("error[E004]: "), "{}", named.out);
}

#[test]
fn a_path_without_any_file_of_ours_is_not_fine() {
    let files = Files::new();
    files.add("empty/values.yaml", "replicas: 3\n");
    let folder = format!("{}/empty", files.path());
    let told = format!("error: no file in `{folder}` says `apiVersion: roamgate/v1`\n");
    assert_eq!(roamgate(&["check", &folder]).refused(), (3, told));
}

#[test]
fn a_file_that_cannot_be_read_is_a_failure() {
    let told = "error: cannot read `no/such.yaml`: No such file or directory (os error 2)\n";
    assert_eq!(roamgate(&["check", "no/such.yaml"]).refused(), (1, told.to_owned()));
}

fn members(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_file_that_two_paths_mean_is_checked_once() {
    let twice = roamgate(&["check", "policies", "policies/../policies/payments-eea.yaml"]);
    assert_eq!(twice.fine().lines().last(), Some("6 notes in 14 files"));
}

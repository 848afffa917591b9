//! `roamgate fmt` and `roamgate schema`.

use crate::command::{Files, MIXED, json, roamgate};

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn changed_files_are_named_and_unchanged_ones_are_not() {
    let files = Files::new();
    let path = files.add("untidy.yaml", &MIXED.replace("\"GB\"", "gb").replace('\n', " \n"));
    let tidy = files.add("tidy.yaml", &MIXED.replace("mixed", "tidy"));
    assert_eq!(roamgate(&["fmt", files.path()]).fine(), format!("{path}\n"));
    assert_eq!((read(&path).as_str(), read(&tidy)), (MIXED, MIXED.replace("mixed", "tidy")));
    assert_eq!(roamgate(&["fmt", files.path()]).fine(), "");
}

#[test]
fn check_names_what_would_change_and_writes_nothing() {
    let files = Files::new();
    let untidy = MIXED.trim_end();
    let path = files.add("untidy.yaml", untidy);
    let run = roamgate(&["fmt", "--check", &path]);
    assert_eq!((run.code, run.out, run.err), (1, format!("{path}\n"), String::new()));
    assert_eq!(read(&path), untidy);
}

#[test]
fn the_files_of_the_project_are_in_canonical_form() {
    assert_eq!(roamgate(&["fmt", "--check", "policies", "examples/aggregators"]).fine(), "");
}

#[test]
fn a_file_with_broken_syntax_is_left_alone_and_the_others_are_formatted() {
    let files = Files::new();
    let broken = files.add("a.yaml", "apiVersion: roamgate/v1 \nkind: [\n");
    let untidy = files.add("b.yaml", MIXED.trim_end());
    let run = roamgate(&["fmt", files.path()]);
    assert_eq!((run.code, run.out), (3, format!("{untidy}\n")));
    assert_eq!(run.err, roamgate(&["check", &broken]).out.replace("in 1 file", "in 2 files"));
    assert_eq!(read(&broken), "apiVersion: roamgate/v1 \nkind: [\n");
    files.add("b.yaml", MIXED.trim_end());
    assert_eq!(roamgate(&["fmt", "--check", files.path()]).code, 1, "1 goes before 3");
}

#[test]
fn what_cannot_be_formatted_ends_as_in_check() {
    let (code, told) = roamgate(&["fmt", "Cargo.toml"]).refused();
    assert_eq!((code, told), (3, roamgate(&["check", "Cargo.toml"]).out));
    assert_eq!(roamgate(&["fmt", "no/such.yaml"]).code, 1);
    assert_eq!(roamgate(&["fmt"]).code, 2);
    let files = Files::new();
    files.add("values.yaml", "replicas: 3 \n");
    assert_eq!(roamgate(&["fmt", files.path()]).code, 3);
}

#[test]
fn an_aggregator_file_shows_no_secret_and_keeps_what_is_sent() {
    let files = Files::new();
    let text = read("examples/aggregators/camara-1.yaml");
    let text = text
        .replace("timeouts:", "# kept \ntimeouts:")
        .replace("  ciba:\n", "  ciba:\n    extra: { maxAge: 60s }\n");
    let path = files.add("aggregator.yaml", &text.replace("attempt: 2s", "attempt: 2000ms"));
    assert_eq!(roamgate(&["fmt", &path]).fine(), format!("{path}\n"));
    assert_eq!(read(&path), text.replace("# kept \n", "# kept\n"));
    files.add(
        "aggregator.yaml",
        "kind: Aggregator\napiVersion: roamgate/v1\nsecret: hunter2]\nx: [\n",
    );
    let (code, told) = roamgate(&["fmt", &path]).refused();
    assert!(code == 3 && !told.contains("hunter2"), "{told}");
}

#[test]
fn schemas_are_those_of_the_library() {
    for (kind, schema) in [
        ("policy", roamgate::Policy::schema()),
        ("test", roamgate::policy::suite::Suite::schema()),
        ("aggregator", roamgate::camara::Aggregator::schema()),
        ("service", roamgate::policy::service::Manifest::schema()),
    ] {
        let printed = roamgate(&["schema", kind]).fine();
        assert_eq!(printed, schema);
        assert_eq!(json(&printed)["$schema"], "http://json-schema.org/draft-07/schema#");
    }
}

#[test]
fn a_kind_that_does_not_exist_is_a_usage_error() {
    let (code, told) = roamgate(&["schema", "polcy"]).refused();
    let values = "[possible values: policy, test, aggregator, service, override]";
    assert!(code == 2 && told.contains(values), "{told}");
}

//! P1: what is invalid at the start does not start.

use std::fs;

use roamgate::reload::PolicyFiles;

use crate::desk::edition;

/// A policy with one mistake, and where it is.
fn mistakes() -> Vec<(String, &'static str)> {
    let good = edition(1, 2);
    let with = |from: &str, to: &str| good.replacen(from, to, 1);
    vec![
        (with("rules:", "rules: ["), "error[E001]"),
        (with("effect: deny", "effect: deny\n    effect: deny"), "error[E002]"),
        (with("effect: deny", "efect: deny"), "error[E003]"),
        (with("roamgate/v1", "roamgate/v9"), "error[E004]"),
        (with("\"BR\"", "false"), "error[E005]"),
        (with("\"BR\"", "\"UK\""), "error[E006]"),
        (with("[\"BR\"]", "[nowhere]"), "error[E007]"),
        (with("routes: [pay]", "routes: [pey]"), "error[E008]"),
        (with("edition-1-001", "edition-1-000"), "error[E009]"),
        (with("onUnknown: deny ", ""), "error[E012]"),
        (with("    effect: deny\n", ""), "error[E018]"),
    ]
}

#[test]
fn p1_what_is_invalid_does_not_start_and_says_where_it_is_wrong() {
    for (text, code) in mistakes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.yaml");
        fs::write(&file, text).unwrap();
        let error = PolicyFiles::new([folder.path()]).load().unwrap_err().to_string();
        let place = format!("--> {}:", file.display());
        assert!(error.contains(code) && error.contains(&place), "{code}:\n{error}");
        assert!(error.ends_with(" in the policy"), "{error}");
    }
}

#[test]
fn p1_a_folder_without_policies_and_a_file_that_is_missing_do_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let told = |files: PolicyFiles| files.load().unwrap_err().to_string();
    assert_eq!(told(PolicyFiles::new([folder.path()])), "no policy file was given");
    let missing = folder.path().join("missing.yaml");
    let expected = format!("cannot read `{}`: No such file or directory", missing.display());
    assert!(told(PolicyFiles::new([missing])).starts_with(&expected));
}

#[test]
fn p1_a_file_without_the_end_that_is_demanded_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.yaml");
    let files = PolicyFiles::new([folder.path()]).end_mark();
    fs::write(&file, edition(1, 2)).unwrap();
    let expected = format!(
        "cannot read `{}`: the last line is not `# end`, so the file may be half written",
        file.display()
    );
    assert_eq!(files.load().unwrap_err().to_string(), expected);
    fs::write(&file, edition(1, 2) + "# end\n").unwrap();
    assert!(files.load().is_ok());
}

//! Which files a folder means, and which of them are refused.

use std::path::{Path, PathBuf};

use roamgate::policy::{FileKind, Policy, find};

use crate::problems::document;

/// A folder that goes away with its test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(path.join("a")).unwrap();
        for (name, text) in files {
            std::fs::write(path.join(name), text).unwrap();
        }
        Self(path)
    }

    fn found(&self) -> Vec<(String, FileKind)> {
        let name =
            |path: &str| Path::new(path).strip_prefix(&self.0).unwrap().display().to_string();
        find([&self.0]).unwrap().iter().map(|file| (name(&file.name), file.kind)).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn plain() -> String {
    document("top", "mode: enforce")
}

#[test]
fn a_folder_is_every_file_below_it_that_says_it_is_ours() {
    let (plain, marked) = (plain(), format!("\u{feff}{}", plain()));
    let files = [
        ("b.yaml", plain.as_str()),
        ("a/c.yml", "# a comment\n---\nkind: RoamingPolicy\napiVersion : 'roamgate/v1'\n"),
        ("mark.yaml", &marked),
        ("json.yaml", r#"{"apiVersion":"roamgate/v1","kind":"RoamingPolicy"}"#),
        ("flow.yaml", "{ kind: Aggregator, apiVersion: roamgate/v1 }"),
        ("test.yaml", "apiVersion: roamgate/v1\nkind: RoamingPolicyTest\n"),
        ("service.yaml", "apiVersion: roamgate/v1\nkind: Service\n"),
        ("broken.yaml", "apiVersion: roamgate/v2\n[\n"),
        ("kubernetes.yaml", "apiVersion: v1\nkind: ConfigMap\n# apiVersion: roamgate/v1\n"),
        ("notes.txt", "apiVersion: roamgate/v1\n"),
        ("empty.yaml", ""),
    ];
    let expected = [
        ("a/c.yml", FileKind::Policy),
        ("b.yaml", FileKind::Policy),
        ("broken.yaml", FileKind::Policy),
        ("flow.yaml", FileKind::Aggregator),
        ("json.yaml", FileKind::Policy),
        ("mark.yaml", FileKind::Policy),
        ("service.yaml", FileKind::Service),
        ("test.yaml", FileKind::Test),
    ];
    let found = Folder::new("every", &files).found();
    assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind)));
}

#[test]
fn an_override_that_is_wrong_refuses_the_folder() {
    let other = (
        "o.yaml",
        "apiVersion: roamgate/v1\nkind: Override\nmetadata: { name: o }\nall: true\nset: off\n",
    );
    let folder = Folder::new("override", &[("p.yaml", &plain()), other]);
    let error = Policy::from_path(&folder.0).unwrap_err();
    let codes: Vec<_> = error.problems().unwrap().iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["E010", "E010", "E010"]);
}

#[test]
fn files_of_another_kind_are_no_policies() {
    let aggregator = ("a.yaml", "apiVersion: roamgate/v1\nkind: Aggregator\n");
    let service = ("s.yaml", "apiVersion: roamgate/v1\nkind: Service\n");
    let folder = Folder::new("beside", &[("p.yaml", &plain()), aggregator, service]);
    assert!(Policy::from_path(&folder.0).is_ok());
    let alone = Folder::new("alone", &[aggregator]);
    assert_eq!(Policy::from_path(&alone.0).unwrap_err().to_string(), "no policy file was given");
}

#[test]
fn a_text_of_another_kind_is_no_policy() {
    let text = "apiVersion: roamgate/v1\nkind: Aggregator\n";
    let error = Policy::from_yaml("a.yaml", text).unwrap_err();
    let wrong = error.problems().unwrap().iter().find(|problem| problem.code == "E004").unwrap();
    assert_eq!(wrong.message, "`Aggregator` is not the `kind` of a policy");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Policy::from_path("/nowhere/p.yaml").unwrap_err();
    let expected = "cannot read `/nowhere/p.yaml`: No such file or directory (os error 2)";
    assert_eq!(error.to_string(), expected);
    let folder = Folder::new("latin", &[]);
    let path = folder.0.join("p.yaml");
    std::fs::write(&path, b"# caf\xe9\n").unwrap();
    let cause = "the file is not UTF-8 text, from byte 5 on";
    let expected = format!("cannot read `{}`: {cause}", path.display());
    assert_eq!(Policy::from_path(&path).unwrap_err().to_string(), expected);
}

#[test]
fn a_refusal_counts_its_errors() {
    let error = Policy::from_yaml("p.yaml", &document("list", "\"UK\", \"EL\"")).unwrap_err();
    assert!(error.to_string().ends_with("\n2 errors in the policy"), "{error}");
    let error = Policy::from_yaml("p.yaml", &document("list", "\"UK\"")).unwrap_err();
    assert!(error.to_string().ends_with("\n1 error in the policy"), "{error}");
}

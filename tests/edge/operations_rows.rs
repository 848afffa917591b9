//! `operations_rows.txt`: which test proves which row of what can go wrong around a service. Built so
//! far: the rows of the decision log (L).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROWS: &str = include_str!("operations_rows.txt");

/// Row, test and what is said of it.
fn rows() -> impl Iterator<Item = [&'static str; 3]> {
    ROWS.lines().map(|line| {
        let parts: Vec<_> = line.split('\t').collect();
        parts.try_into().unwrap_or_else(|_| panic!("{line:?} is not three columns"))
    })
}

fn every_id() -> BTreeSet<String> {
    (1..=6).map(|number| format!("L{number}")).collect()
}

/// Where a test is: in a module of these tests, or `tests::policy::…` in those of another binary.
fn source(module: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let path = match module.strip_prefix("tests::") {
        Some(path) => tests.join(path.replace("::", "/")),
        None => tests.join("edge").join(module),
    };
    path.with_extension("rs")
}

#[test]
fn every_row_has_a_test() {
    let found: BTreeSet<_> = rows().map(|[id, ..]| id.to_owned()).collect();
    assert_eq!(found, every_id());
}

#[test]
fn every_test_that_a_row_names_exists_and_carries_its_id() {
    for [id, test, said] in rows() {
        assert!(!said.is_empty(), "{id} says nothing");
        let (module, name) = test.rsplit_once("::").unwrap();
        let text = fs::read_to_string(source(module)).unwrap_or_else(|_| panic!("{id}: no {test}"));
        assert!(text.contains(&format!("fn {name}()")), "{id}: no {test}");
        let is_named = name.starts_with(&format!("{}_", id.to_lowercase()));
        assert!(is_named, "{test} does not carry {id}");
    }
}

#[test]
fn every_test_that_is_named_after_a_row_is_listed_there() {
    let listed: BTreeSet<_> = rows().map(|[_, test, _]| test.to_owned()).collect();
    for entry in fs::read_dir(source("main").parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        let Some(module) =
            path.file_stem().filter(|_| path.extension().is_some_and(|it| it == "rs"))
        else {
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        for (before, line) in text.lines().zip(text.lines().skip(1)) {
            let name = line
                .trim_start_matches("async ")
                .strip_prefix("fn ")
                .and_then(|it| it.split_once("()"));
            let Some((name, _)) = name
                .filter(|_| before.starts_with("#[test") || before.starts_with("#[tokio::test"))
            else {
                continue;
            };
            let is_row =
                name.split_once('_').is_some_and(|(id, _)| every_id().contains(&id.to_uppercase()));
            let test = format!("{}::{name}", module.to_str().unwrap());
            assert!(!is_row || listed.contains(&test), "{test}");
        }
    }
}

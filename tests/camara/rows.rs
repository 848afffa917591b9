//! `rows.txt`: which test proves which row of what a roaming endpoint may answer (w), of how tokens
//! are had (k), and of what can go wrong with the aggregator (A) and with tokens (T).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROWS: &str = include_str!("rows.txt");

/// Row, test and what is said of it.
fn rows() -> impl Iterator<Item = [&'static str; 3]> {
    ROWS.lines().map(|line| {
        let parts: Vec<_> = line.split('\t').collect();
        parts.try_into().unwrap_or_else(|_| panic!("{line:?} is not three columns"))
    })
}

/// T13 is for refresh tokens that several processes share, which do not.
fn every_id() -> Vec<String> {
    let tables = [("A", 1..=21), ("T", 1..=14), ("k", 1..=30), ("w", 1..=56)];
    let ids = tables
        .into_iter()
        .flat_map(|(table, numbers)| numbers.map(move |number: u8| format!("{table}{number}")));
    ids.filter(|id| id != "T13").collect()
}

/// Where a test is: in a module of these tests, or beside the code that it tests.
fn source(module: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match module.strip_prefix("roamgate::") {
        Some(path) => root.join("src").join(path.replace("::", "/")).with_extension("rs"),
        None => root.join("tests/camara").join(module).with_extension("rs"),
    }
}

#[test]
fn every_row_has_a_test() {
    let found: BTreeSet<_> = rows().map(|[id, ..]| id.to_owned()).collect();
    assert_eq!(found, every_id().into_iter().collect());
}

/// The rows of the tables that begin so, from a heading to the next.
fn tabled(file: &str, heading: &str, row: &str) -> usize {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(file);
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().skip_while(|line| !line.starts_with(heading)).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('#'));
    let is_row = |line: &str| {
        let rest = line.strip_prefix(row);
        let is_head = |rest: &str| rest.starts_with("Situation") || rest.starts_with("---");
        rest.is_some_and(|rest| match row {
            "| " if heading.contains("5.2") => !is_head(rest),
            _ => rest.starts_with(|found: char| found.is_ascii_digit()),
        })
    };
    lines.filter(|line| is_row(line)).count()
}

#[test]
fn the_rows_are_those_of_the_tables() {
    if !Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/wire.md").is_file() {
        eprintln!("skipped: the tables are not beside this repository");
        return;
    }
    let of = |table: &str| every_id().iter().filter(|id| id.starts_with(table)).count();
    assert_eq!(of("w"), tabled("wire.md", "### 5.1", "| "));
    assert_eq!(of("k"), tabled("wire.md", "### 5.2", "| "));
    assert_eq!(of("A"), tabled("failures.md", "### 3.2", "| A"));
    // T13 is the one that is left out.
    assert_eq!(of("T") + 1, tabled("failures.md", "### 3.3", "| T"));
}

#[test]
fn every_test_that_a_row_names_exists() {
    for [id, test, said] in rows() {
        assert!(!said.is_empty(), "{id} says nothing");
        let (module, name) = test.rsplit_once("::").unwrap();
        let source = source(module);
        let text = fs::read_to_string(&source).unwrap_or_else(|_| panic!("{id}: no {test}"));
        let is_test = |(at, _): (usize, &str)| {
            text[..at].lines().rev().take(2).any(|line| {
                line.trim().starts_with("#[test]") || line.trim().starts_with("#[tokio::test")
            })
        };
        let written = format!("fn {name}()");
        assert!(text.match_indices(&written).any(is_test), "{id}: no {test}");
    }
}

/// The tests of this binary that are named after a row, with the row.
fn named_after_rows() -> Vec<(String, String)> {
    let ids: BTreeSet<_> = every_id().iter().map(|id| id.to_lowercase()).collect();
    let mut found = Vec::new();
    for entry in fs::read_dir(source("rows").parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let module = path.file_stem().unwrap().to_str().unwrap();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let name = line.strip_prefix("async fn ").and_then(|line| line.split_once("()"));
            let Some((name, _)) = name else { continue };
            let (id, _) = name.split_once('_').unwrap_or((name, ""));
            if ids.contains(id) {
                found.push((id.to_owned(), format!("{module}::{name}")));
            }
        }
    }
    found
}

#[test]
fn every_test_that_is_named_after_a_row_is_listed_there() {
    let listed: BTreeSet<_> =
        rows().map(|[id, test, _]| (id.to_lowercase(), test.to_owned())).collect();
    for named in named_after_rows() {
        assert!(listed.contains(&named), "{named:?}");
    }
}

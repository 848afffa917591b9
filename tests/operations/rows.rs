//! `operations_rows.txt`: which test proves which row of what can go wrong with decision logs (L), with
//! policies (P), and with the process, its callers and too much of both (X).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROWS: &str = include_str!("operations_rows.txt");

/// The rows whose tests are complete.
const TABLES: [(&str, std::ops::RangeInclusive<u8>); 3] =
    [("L", 1..=6), ("P", 1..=11), ("X", 1..=11)];

/// Row, test and what is said of it.
fn rows() -> impl Iterator<Item = [&'static str; 3]> {
    ROWS.lines().map(|line| {
        let parts: Vec<_> = line.split('\t').collect();
        parts.try_into().unwrap_or_else(|_| panic!("{line:?} is not three columns"))
    })
}

fn every_id() -> BTreeSet<String> {
    let ids = TABLES.into_iter();
    ids.flat_map(|(table, numbers)| numbers.map(move |number| format!("{table}{number}"))).collect()
}

/// Where a test is: `module::test` here, `binary/module::test` among other tests,
/// `src/module::test` beside what it tests.
fn source(module: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests = root.join("tests");
    let folder = match module.split_once('/') {
        Some(("src", _)) => root.to_owned(),
        Some(_) => tests,
        None => tests.join("operations"),
    };
    folder.join(module).with_extension("rs")
}

#[test]
fn every_row_has_a_test() {
    let found: BTreeSet<_> = rows().map(|[id, ..]| id.to_owned()).collect();
    let missing: Vec<_> = every_id().difference(&found).cloned().collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_test_that_a_row_names_exists() {
    for [id, test, said] in rows() {
        assert!(!said.is_empty(), "{id} says nothing");
        let (module, name) = test.rsplit_once("::").unwrap();
        let text = fs::read_to_string(source(module)).unwrap_or_else(|_| panic!("{id}: no {test}"));
        let is_test = |(at, _): (usize, &str)| {
            text[..at].lines().rev().take(2).any(|line| {
                line.trim().starts_with("#[test]") || line.trim().starts_with("#[tokio::test")
            })
        };
        let written = format!("fn {name}(");
        assert!(text.match_indices(&written).any(is_test), "{id}: no {test}");
    }
}

/// The tests here and at the edge that are named after a row, with the row.
fn named_after_rows() -> Vec<(String, String)> {
    let mut named = named_in("rows", "");
    named.extend(named_in("edge/main", "edge/"));
    named
}

/// Those in the folder of a module.
fn named_in(neighbour: &str, prefix: &str) -> Vec<(String, String)> {
    let ids: BTreeSet<_> = every_id().iter().map(|id| id.to_lowercase()).collect();
    let mut found = Vec::new();
    for entry in fs::read_dir(source(neighbour).parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let module = path.file_stem().unwrap().to_str().unwrap();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let written = line.trim_start_matches("async ").strip_prefix("fn ");
            let Some((name, _)) = written.and_then(|line| line.split_once("()")) else { continue };
            let (id, _) = name.split_once('_').unwrap_or((name, ""));
            if ids.contains(id) {
                found.push((id.to_owned(), format!("{prefix}{module}::{name}")));
            }
        }
    }
    found
}

#[test]
fn every_test_that_is_named_after_a_row_is_listed_there() {
    let listed: BTreeSet<_> =
        rows().map(|[id, test, _]| (id.to_lowercase(), test.to_owned())).collect();
    let named = named_after_rows();
    assert!(!named.is_empty());
    for named in named {
        assert!(listed.contains(&named), "{named:?}");
    }
}

#[test]
fn the_rows_are_sorted() {
    let key = |[id, test, _]: [&str; 3]| {
        let (table, number) = id.split_at(1);
        (table.to_owned(), number.parse::<u8>().unwrap(), test.to_owned())
    };
    assert!(rows().map(key).is_sorted());
}

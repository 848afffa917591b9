//! The guide: its policies load, its tables of answers are true, its tables of keys are those of
//! the schema, and no code of a problem is missing.

mod answers;
mod flow;
mod keys;
mod operations;
mod schema;
mod verbs;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use roamgate::policy::service::Manifest;
use roamgate::policy::suite::Suite;
use roamgate::policy::{FileKind, Policy, Severity, SourceFile, find};

use crate::guide_page::{Block, Page};

const PAGES: &[&str] = &[
    "first_policy.md",
    "language.md",
    "recipes.md",
    "errors.md",
    "for_app_developers.md",
    "operations.md",
    "data_protection.md",
];

#[test]
fn every_policy_of_the_guide_loads_without_a_warning() {
    let complete = |page: &Page| page.blocks().into_iter().filter(is_complete).collect::<Vec<_>>();
    let blocks: Vec<_> = PAGES.iter().flat_map(|name| complete(&Page::read(name))).collect();
    assert!(blocks.len() > 10, "the pages have {} complete files", blocks.len());
    for block in blocks {
        let problems = problems(&block.text);
        let name = block.says("file").unwrap_or("a file");
        let told = |code: &str| problems.iter().any(|problem| problem.code == code);
        let is_refused = problems.iter().any(|problem| problem.severity == Severity::Error);
        match (block.is("mistakes"), block.is("later")) {
            (true, _) => assert!(is_refused, "{name} has no mistake:\n{}", block.text),
            // What this build does not have yet. When it has, the word `later` goes.
            (_, true) => {
                assert!(told("E000"), "{name} is not for `later` any more:\n{}", block.text)
            }
            _ => assert!(problems.is_empty(), "{name}: {problems}\n{}", block.text),
        }
    }
}

#[test]
fn the_page_of_errors_has_one_row_for_each_code() {
    let page = Page::read("errors.md");
    let rows = page.text.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows: Vec<_> = rows.map(|row| row.split('`').next().unwrap()).collect();
    let rank = |code: &&str| ("EWN".find(&code[..1]), code[1..].to_owned());
    assert!(rows.is_sorted_by_key(rank), "{rows:?}");
    let listed: BTreeSet<_> = rows.iter().copied().collect();
    assert_eq!(listed.len(), rows.len(), "a code stands twice");
    let told = told();
    let missing: Vec<_> = told.iter().filter(|code| !listed.contains(code.as_str())).collect();
    assert!(missing.is_empty(), "errors.md has no row for {missing:?}");
}

/// The last column of the table of faults.
#[test]
fn the_tests_that_the_guide_names_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests = [sources(&root.join("tests")), sources(&root.join("src"))].concat();
    let tests: String = tests.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let page = Page::read("samples.md");
    let (_, table) = page.text.split_once("| fault of the samples |").unwrap();
    let rows: Vec<_> = table.lines().skip(2).filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 20, "the table has {} rows", rows.len());
    for row in rows {
        let named = row.trim_end_matches(" |").rsplit_once(" | ").unwrap().1;
        let names: Vec<_> = named.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test: {row}");
        for name in names {
            assert!(tests.contains(&format!("fn {name}()")), "no such test: {name}");
        }
    }
}

/// The codes that the sources know.
fn told() -> BTreeSet<String> {
    let is_code = |word: &&str| {
        let (letter, digits) = word.split_at_checked(1).unwrap_or_default();
        ["E", "W", "N"].contains(&letter)
            && digits.len() == 3
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let quoted = |text: String| {
        let words = text.split('"').filter(is_code);
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    sources(&root)
        .into_iter()
        .flat_map(|path| quoted(std::fs::read_to_string(path).unwrap()))
        .collect()
}

/// The Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    paths.flat_map(below).filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

/// Is the block a whole file?
fn is_complete(block: &Block) -> bool {
    block.is("yaml") && block.text.lines().any(|line| line.starts_with("apiVersion:"))
}

/// What the reader of its kind says of a file; notes apart.
fn problems(text: &str) -> roamgate::policy::Problems {
    let file = SourceFile::new("guide.yaml", text);
    let problems = match file.kind {
        FileKind::Test => Suite::read(&file).err().unwrap_or_default(),
        FileKind::Service => Manifest::read(&file).err().unwrap_or_default(),
        // It is for a policy of the project.
        FileKind::Override => {
            let files = find(["policies/payments-eea.yaml"]).unwrap();
            Policy::check(&[&files[..], &[file]].concat()).1
        }
        _ => Policy::check(&[file]).1,
    };
    problems.iter().filter(|problem| problem.severity != Severity::Note).cloned().collect()
}

//! Who may know whom: the arrows between modules, read from `use crate::` and `crate::` paths.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each module with the modules it may import.
const ARROWS: &[(&str, &[&str])] = &[
    // L0: the ground floor.
    ("line", &["country"]),
    ("country", &[]),
    ("moment", &[]),
    ("status", &["country", "moment"]),
    ("clock", &["moment"]),
    ("document", &[]),
    // L1: the pure core, and the port.
    ("policy", &["country", "status", "document", "moment"]),
    ("metrics", &["policy", "status", "moment"]),
    ("provider", &["line", "status", "clock", "moment"]),
    ("flight", &["status", "metrics"]),
    // L2: adapters, which do not know each other.
    ("cache", &["line", "country", "status", "provider", "flight", "clock", "metrics", "moment"]),
    ("switchboard", &["flight", "line", "status", "provider"]),
    ("config", &["document"]),
    (
        "camara",
        &[
            "line", "country", "status", "provider", "flight", "clock", "document", "config",
            "metrics",
        ],
    ),
    ("head", &["policy"]),
    ("subject", &["line", "head", "policy", "moment"]),
    ("audit", &["policy", "provider", "status", "subject", "moment"]),
    ("decision_log", &["line", "country", "status", "policy", "subject", "audit"]),
    ("replay", &["country", "status", "policy", "decision_log"]),
    ("facts", &["policy", "head", "subject"]),
    ("history", &["line", "status", "policy"]),
    // L3: the flow.
    (
        "gate",
        &[
            "line", "policy", "provider", "status", "subject", "head", "facts", "history", "audit",
            "clock", "metrics", "moment",
        ],
    ),
    // L4: the edge.
    ("middleware", &["gate", "head", "subject", "audit", "policy", "provider", "status", "clock"]),
    ("stall", &[]),
    ("reload", &["camara", "clock", "config", "gate", "line", "policy", "provider", "status"]),
    ("health", &["cache", "camara", "decision_log", "gate", "metrics", "policy", "reload"]),
    ("frontend", &["camara", "cache", "config", "head", "line", "provider", "status", "subject"]),
    // An aggregator of its own, which the client does not know.
    ("sandbox", &["line", "country", "status", "clock"]),
    // Pages about all of it.
    ("guide", &[]),
];

/// What the pure core must not name.
const IMPURE: &[&str] =
    &["tokio", "http::", "tracing", "Instant", "SystemTime::now", ".await", "async fn", "reqwest"];

#[test]
fn modules_import_only_what_lies_below_them() {
    let mut breaches = Vec::new();
    for path in sources("src").iter().filter(|path| !path.starts_with("src/bin")) {
        let module = module(path);
        if module == "lib" {
            continue;
        }
        let allowed = ARROWS.iter().find(|(name, _)| *name == module);
        let Some((_, allowed)) = allowed else {
            breaches.push(format!("`{module}` has no row in the table"));
            continue;
        };
        for import in imports(&code(path)).into_iter().filter(|import| *import != module) {
            if !allowed.contains(&import.as_str()) {
                breaches.push(format!("{}: `{module}` must not know `{import}`", path.display()));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn the_pure_core_knows_no_clock_no_runtime_and_no_log() {
    let core = [
        "src/policy",
        "src/line.rs",
        "src/line",
        "src/country",
        "src/status.rs",
        "src/status",
        "src/document",
    ];
    for path in core.iter().flat_map(|root| sources(root)) {
        let code = code(&path);
        for word in IMPURE {
            assert!(!code.contains(word), "{} names `{word}`", path.display());
        }
    }
}

#[test]
fn the_command_line_uses_the_public_api_alone() {
    for path in sources("src/bin") {
        assert!(!code(&path).contains("#[path"), "{} reaches into the library", path.display());
    }
}

#[test]
fn no_file_is_longer_than_400_lines_without_its_tests() {
    for path in ["src", "examples", "tests", "benches"].iter().flat_map(|root| sources(root)) {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}

/// The Rust files below a folder, or the file itself. What is built there is nobody's.
fn sources(root: &str) -> Vec<PathBuf> {
    let root = Path::new(root);
    if root.is_file() {
        return vec![root.to_owned()];
    }
    let Ok(entries) = std::fs::read_dir(root) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| !path.ends_with("target"));
    let mut found: Vec<_> = paths
        .flat_map(|path| match path.is_dir() {
            true => sources(path.to_str().unwrap()),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect();
    found.sort();
    found
}

/// The top-level module a file belongs to.
fn module(path: &Path) -> String {
    let first = path.strip_prefix("src").unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// The code of a file, without comments and inline tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
    lines.map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The modules named after `crate::`, groups included.
fn imports(code: &str) -> BTreeSet<String> {
    let heads = code.split("crate::").skip(1).flat_map(|rest| match rest.strip_prefix('{') {
        Some(group) => group.split('}').next().unwrap().split(',').map(str::trim).collect(),
        None => vec![rest],
    });
    let word = |head: &str| {
        head.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .next()
            .unwrap()
            .to_owned()
    };
    heads.map(word).filter(|word| !word.is_empty()).collect()
}

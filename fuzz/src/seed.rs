//! Seeds the fuzzer: the loader's corpus from what the tree has anyway (files that are shipped, YAML
//! of the guide, cases of the tests), the others' from what is kept; the dictionary from the schemas.
//! `keep` packs their corpora again, the shortest inputs first: let `-merge=1` minimise them before.

mod kept;
#[path = "../../tests/policy/problems.rs"]
#[allow(dead_code, reason = "of the tests only the documents are wanted")]
mod problems;

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use roamgate::Policy;
use roamgate::camara::Aggregator;
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    if std::env::args().nth(1).is_some_and(|word| word == "keep") {
        return kept::pack(home);
    }
    kept::unpack(home)?;
    let root = home.join("..");
    let mut seeds = BTreeSet::new();
    for path in files(&root.join("policies"))?.iter().chain(&files(&root.join("examples/aggregators"))?) {
        seeds.insert(std::fs::read_to_string(path)?);
    }
    for path in files(&root.join("src/guide"))? {
        seeds.extend(blocks(&std::fs::read_to_string(path)?));
    }
    for path in files(&root.join("tests/policy/problems"))? {
        seeds.extend(problems::documents(&std::fs::read_to_string(path)?));
    }
    let corpus = home.join("corpus/load");
    std::fs::create_dir_all(&corpus)?;
    for (number, seed) in seeds.iter().enumerate() {
        std::fs::write(corpus.join(format!("seed-{number:03}")), seed)?;
    }
    let words = words()?;
    std::fs::write(home.join("load.dict"), dictionary(&words))?;
    println!("{} seeds in {}, {} words", seeds.len(), corpus.display(), words.len());
    Ok(())
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.is_file());
    paths.sort();
    Ok(paths)
}

/// The YAML of a page.
fn blocks(page: &str) -> Vec<String> {
    let fenced = page.split("\n```").skip(1).step_by(2).filter(|block| block.starts_with("yaml"));
    fenced.filter_map(|block| Some(block.split_once('\n')?.1.to_owned() + "\n")).collect()
}

/// The keys and the values that the schemas name.
fn words() -> Result<BTreeSet<String>, serde_json::Error> {
    let mut words = BTreeSet::new();
    for schema in [Policy::schema(), Aggregator::schema()] {
        collect(&serde_json::from_str(&schema)?, &mut words);
    }
    // What stands in test files, and what marks an author's tricks.
    words.extend(["RoamingPolicyTest", "Aggregator", "cases:", "forAll:", "policies:", "now:", "expect:"].map(str::to_owned));
    words.extend(["where:", "expectAtLeast:", "by:", "notBy:", "set:", "&a ", "*a", "<<: ", "!!str ", "---\n", "|2\n", "\u{feff}"].map(str::to_owned));
    Ok(words)
}

fn collect(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::Object(keys)) = map.get("properties") {
                words.extend(keys.keys().map(|key| format!("{key}: ")));
            }
            for list in ["enum", "examples"].into_iter().filter_map(|key| map.get(key)) {
                let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
                words.extend(texts.map(str::to_owned));
            }
            words.extend(map.get("const").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| collect(value, words));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, words)),
        _ => {}
    }
}

/// In the format of libFuzzer.
fn dictionary(words: &BTreeSet<String>) -> String {
    let head = "# Written by `cargo run --bin seed`, from the schemas.\n";
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' => format!("\\{}", byte as char),
        b' '..=b'~' => (byte as char).to_string(),
        _ => format!("\\x{byte:02X}"),
    };
    let line = |word: &String| format!("\"{}\"\n", word.bytes().map(escaped).collect::<String>());
    head.to_owned() + &words.iter().map(line).collect::<String>()
}

//! A schema for editors and its loader, kept in step: each block is opened with every key there
//! could be, and what the loader takes is what the schema describes.

use std::collections::BTreeSet;

use roamgate::policy::{Problem, Problems, Severity};
use serde_json::Value;

/// Keys and their values.
pub(crate) type Entries = &'static [(&'static str, &'static str)];

/// A schema and the loader it speaks for.
pub(crate) struct Pair {
    pub(crate) schema: String,
    pub(crate) check: fn(&str) -> Problems,
    /// A document that loads.
    pub(crate) document: Entries,
    pub(crate) blocks: &'static [Row],
    /// Further keys of the format, whether this build reads them or not.
    pub(crate) others: &'static str,
}

/// A block: where the schema has it, and what opens it, with `<>` for its entries; one `||` another
/// where no document has a use for all keys. Each document has entries of its own, which make it
/// complete.
pub(crate) struct Row {
    pub(crate) at: &'static str,
    pub(crate) inside: &'static str,
    pub(crate) entries: &'static [Entries],
}

/// The errors of a document, and the column of the key that is tried in its first line.
type Attempt = (Vec<Problem>, usize);

impl Pair {
    /// The schema describes exactly the keys that the loader reads.
    pub(crate) fn describes_what_is_read(&self) {
        let mut breaches = Vec::new();
        let described = self.blocks.iter().flat_map(|row| self.keys(row));
        let some: BTreeSet<_> =
            described.chain(self.others.split_whitespace().map(str::to_owned)).collect();
        for row in self.blocks {
            let candidates: BTreeSet<_> = some.iter().cloned().chain(self.listed(row)).collect();
            let read: BTreeSet<_> =
                candidates.into_iter().filter(|key| self.reads(row, key)).collect();
            let here = self.keys(row);
            let silent = read.difference(&here);
            breaches.extend(
                silent.map(|key| {
                    format!("`{key}` is read in `{}` and has no description", row.inside)
                }),
            );
            let idle = here.difference(&read);
            breaches.extend(
                idle.map(|key| {
                    format!("`{key}` is described for `{}` and refused there", row.inside)
                }),
            );
        }
        assert!(breaches.is_empty(), "see the tables of keys:\n{}", breaches.join("\n"));
    }

    /// Where the schema lists words, they are exactly those that the loader takes.
    pub(crate) fn lists_the_words_that_are_read(&self) {
        let schema = self.schema();
        let keys = || {
            self.blocks
                .iter()
                .flat_map(|row| properties(&schema, row).iter().map(move |it| (row, it)))
        };
        let mut some: BTreeSet<_> = self.others.split_whitespace().collect();
        some.extend(keys().flat_map(|(_, (_, part))| words(part)));
        let mut breaches = Vec::new();
        for (row, (key, part)) in keys().filter(|(_, (_, part))| words(part).next().is_some()) {
            let here: BTreeSet<_> = words(part).collect();
            let read = some.iter().copied().filter(|word| self.takes(row, key, word)).collect();
            if here != read {
                breaches.push(format!("`{key}` of `{}` lists {here:?} and takes {read:?}", row.at));
            }
        }
        assert!(breaches.is_empty(), "see the tables of keys:\n{}", breaches.join("\n"));
    }

    /// No block of the schema is forgotten, and none takes any key.
    pub(crate) fn has_a_row_for_every_block(&self) {
        let mut blocks = BTreeSet::new();
        walk("", &self.schema(), &mut |at, part| {
            if part["type"] == "object" && part["properties"].is_object() {
                blocks.insert(at.to_owned());
            } else if part["type"] == "object" {
                assert!(part["additionalProperties"].is_object(), "`{at}` takes any key");
            }
        });
        assert_eq!(blocks, self.blocks.iter().map(|row| row.at.to_owned()).collect());
    }

    /// Every key has a sentence, and every reference something that it refers to.
    pub(crate) fn explains_every_key(&self) {
        let schema = self.schema();
        for row in self.blocks {
            for (key, part) in properties(&schema, row) {
                let sentence = part["description"].as_str().unwrap_or_default();
                let is_one = sentence.len() > 10 && sentence.ends_with('.');
                assert!(is_one, "`{key}` of `{}`: `{sentence}`", row.at);
            }
        }
        walk("", &schema, &mut |at, part| {
            if let Some(name) = part.get("$ref").and_then(Value::as_str) {
                assert!(schema.pointer(&name[1..]).is_some(), "{at}: `{name}` is not defined");
            }
        });
    }

    /// Every example and every default is accepted where it stands.
    pub(crate) fn gives_examples_that_load(&self) {
        let schema = self.schema();
        for row in self.blocks {
            for (key, part) in properties(&schema, row) {
                let list = |name: &str| part[name].as_array().into_iter().flatten();
                let blocks = list("defaultSnippets").map(|snippet| &snippet["body"]);
                for example in list("examples").chain(blocks).chain(part.get("default")) {
                    let told = self.attempts(row, key, &example.to_string());
                    let loads = told.iter().any(|(problems, _)| problems.is_empty());
                    assert!(loads, "`{key}` of `{}`: {example}: {told:?}", row.at);
                }
            }
        }
    }

    fn schema(&self) -> Value {
        serde_json::from_str(&self.schema).unwrap()
    }

    fn keys(&self, row: &Row) -> BTreeSet<String> {
        properties(&self.schema(), row).keys().cloned().collect()
    }

    /// Does the loader know the key?
    fn reads(&self, row: &Row, key: &str) -> bool {
        // A value may be refused before its key is looked at: so two, of which one fits the kind.
        ["{}", "deny"].iter().all(|value| {
            self.attempts(row, key, value).iter().any(|(problems, at)| !is_unknown(problems, *at))
        })
    }

    /// Does the loader know the word as a value of the key? In a document where the key has no
    /// business, the value is not looked at.
    fn takes(&self, row: &Row, key: &str, word: &str) -> bool {
        let unknown = |(problems, at): &Attempt| is_unknown(problems, at + key.len() + ": ".len());
        !self.attempts(row, key, word).iter().any(unknown)
    }

    /// The words the loader names when it meets a key that is like none of them.
    fn listed(&self, row: &Row) -> Vec<String> {
        let told = self.attempts(row, "qqqqqqqqqqqqqqqq", "{}");
        let problems = told.iter().flat_map(|(problems, _)| problems);
        let helps = problems.filter_map(|problem| problem.help.as_deref());
        let quoted = helps.flat_map(|help| help.split('`').skip(1).step_by(2));
        let is_word = |text: &&str| text.chars().all(|it| it.is_alphanumeric() || it == '.');
        quoted.filter(is_word).map(str::to_owned).collect()
    }

    /// Tries a key beside the entries of each of the row's documents.
    fn attempts(&self, row: &Row, key: &str, value: &str) -> Vec<Attempt> {
        let openings = || row.inside.split(" || ");
        let attempt = |(inside, base): (&str, &Entries)| {
            let mut entries: Vec<_> =
                base.iter().filter(|(name, _)| *name != key).copied().collect();
            entries.push((key, value));
            let (text, column) = row.document(inside, &entries, self.document);
            let problems = (self.check)(&text);
            let errors = problems.iter().filter(|it| it.severity == Severity::Error);
            (errors.cloned().collect(), column)
        };
        let pairs =
            openings().flat_map(|inside| row.entries.iter().map(move |base| (inside, base)));
        pairs.map(attempt).collect()
    }
}

impl Row {
    /// The document with these entries in the block, and the column of the last of them.
    fn document(&self, inside: &str, entries: &[(&str, &str)], others: Entries) -> (String, usize) {
        let all: Vec<_> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let (before, after) = inside.split_once("<>").unwrap();
        let opened = format!("{before}{{ {}", all.join(", "));
        let column = opened.len() - all.last().map_or(0, String::len) + 1;
        let tops: Vec<_> = inside.lines().filter_map(|line| line.split(':').next()).collect();
        let others = others.iter().filter(|(key, _)| !self.at.is_empty() && !tops.contains(key));
        let others: String = others.map(|(key, value)| format!("{key}: {value}\n")).collect();
        (format!("{opened} }}{after}\n{others}"), column)
    }
}

/// Is what stands there refused as something that the loader does not know?
fn is_unknown(problems: &[Problem], column: usize) -> bool {
    let codes = ["E000", "E003", "E004", "E008", "E012", "E013"];
    let is_here = |it: &Problem| it.line == 1 && it.column as usize == column;
    problems.iter().any(|problem| is_here(problem) && codes.contains(&problem.code))
}

/// The words that a schema lists, alone or beside something else.
fn words(part: &Value) -> impl Iterator<Item = &str> {
    let choices = part["anyOf"].as_array().into_iter().flatten();
    let lists = choices.chain([part]).filter_map(|choice| choice["enum"].as_array());
    lists.flatten().filter_map(Value::as_str)
}

fn properties<'a>(schema: &'a Value, row: &Row) -> &'a serde_json::Map<String, Value> {
    let block = schema.pointer(row.at);
    block.unwrap_or_else(|| panic!("the schema has no `{}`", row.at))["properties"]
        .as_object()
        .unwrap()
}

/// Calls with every part of the schema and where it stands.
fn walk(at: &str, part: &Value, found: &mut impl FnMut(&str, &Value)) {
    found(at, part);
    match part {
        Value::Object(map) => {
            map.iter().for_each(|(key, part)| walk(&format!("{at}/{key}"), part, found))
        }
        Value::Array(list) => {
            list.iter()
                .enumerate()
                .for_each(|(key, part)| walk(&format!("{at}/{key}"), part, found));
        }
        _ => {}
    }
}

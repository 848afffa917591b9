//! The tables of keys in the page of the language: written from the schema, between
//! `<!-- keys: PATH -->` and `<!-- end -->`. A path names keys from the top of a file; lists and
//! maps in between are passed through.

use serde_json::Value;

use super::flow::{entry, flow};
use super::schema::{Block, Schema};
use crate::guide_page::Page;

const ABSENT: &str = "*Not in this version: refused as `E000`, never ignored.*\n";

#[test]
fn the_tables_of_keys_are_those_of_the_schema() {
    let page = Page::read("language.md");
    let schema = Schema::new();
    let mut parts = page.text.split("<!-- keys: ");
    let mut expected = parts.next().unwrap().to_owned();
    for part in parts {
        let (path, rest) = part.split_once(" -->\n").unwrap();
        let (_, rest) = rest.split_once("<!-- end -->").expect("a table of keys has an end");
        let table = schema.at(path).map_or(ABSENT.to_owned(), |block| table(&schema, &block));
        expected += &format!("<!-- keys: {path} -->\n{table}<!-- end -->{rest}");
    }
    page.hold(&expected);
}

#[test]
fn every_block_of_the_schema_has_a_table() {
    let page = Page::read("language.md");
    let schema = Schema::new();
    let paths = page.text.split("<!-- keys: ").skip(1);
    let paths = paths.map(|part| part.split_once(" -->").unwrap().0);
    let shown: Vec<_> = paths.filter_map(|path| schema.at(path)).map(says).collect();
    let blocks = schema.blocks().into_iter();
    let missing: Vec<_> = blocks.filter(|(_, block)| !shown.contains(&says(*block))).collect();
    let missing: Vec<_> = missing.into_iter().map(|(at, _)| at).collect();
    let hint = "write `<!-- keys: PATH -->` and `<!-- end -->` where it belongs, and bless";
    assert!(missing.is_empty(), "language.md has no table for {missing:#?}; {hint}");
}

/// What a block says to a reader, wherever it stands.
fn says(block: Block<'_>) -> Vec<(&str, &Value)> {
    block.properties().iter().map(|(key, part)| (key.as_str(), &part["description"])).collect()
}

/// The rows of a block, in the order of the language.
fn table(schema: &Schema, block: &Block<'_>) -> String {
    let rows = schema.order(block).into_iter().map(|key| row(block, key, &block.properties()[key]));
    format!("| key | what it is for | example |\n|---|---|---|\n{}", rows.collect::<String>())
}

fn row(block: &Block<'_>, key: &str, part: &Value) -> String {
    let required = if block.requires(key) { " (required)" } else { "" };
    let words = if block.name.is_some() { words(part) } else { String::new() };
    let default = part.get("default").map(|it| format!(" Default: `{}`.", flow(it)));
    let list = |name: &str| part[name].as_array().into_iter().flatten();
    let blocks = list("defaultSnippets").map(|snippet| &snippet["body"]);
    let examples: Vec<_> = list("examples")
        .chain(blocks)
        .map(|example| format!("`{}`", entry(key, example)))
        .collect();
    let description = part["description"].as_str().unwrap();
    let cells = format!(
        "`{key}`{required} | {description}{words}{} | {}",
        default.unwrap_or_default(),
        examples.join(" or ")
    );
    format!("| {} |\n", cells.trim_end())
}

/// The words that a key takes, with their meanings.
fn words(part: &Value) -> String {
    let choices = part["anyOf"].as_array().into_iter().flatten().chain([part]);
    let lists = choices.filter_map(|it| Some((it["enum"].as_array()?, &it["enumDescriptions"])));
    let pairs = lists.flat_map(|(words, meanings)| {
        words.iter().enumerate().map(|(at, word)| (flow(word), meaning(&meanings[at])))
    });
    let pairs: Vec<_> = pairs.map(|(word, meaning)| format!("`{word}`{meaning}")).collect();
    if pairs.is_empty() { String::new() } else { format!(" {}.", pairs.join("; ")) }
}

/// A sentence in brackets.
fn meaning(sentence: &Value) -> String {
    let sentence = sentence.as_str().unwrap_or_default().trim_end_matches('.');
    let mut letters = sentence.chars();
    let Some(first) = letters.next() else { return String::new() };
    format!(" ({}{})", first.to_lowercase(), letters.as_str())
}

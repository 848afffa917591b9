//! The guide shows what the commands print, because they printed it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::Files;
use crate::guide_page::{Block, Page};

#[test]
fn what_the_guide_shows_is_what_the_commands_print() {
    let pages =
        [("first_policy.md", 5), ("aggregators.md", 1), ("line_check.md", 0), ("samples.md", 0)];
    for (name, least) in pages {
        shows_what_is_printed(&Page::read(name), least);
    }
}

fn shows_what_is_printed(page: &Page, least: usize) {
    let files = Files::new();
    let mut expected = page.text.clone();
    // From the end, so that the places before stay as they are.
    let played: Vec<_> = page.blocks().iter().map(|block| play(block, &files)).collect();
    for (block, answer) in page.blocks().iter().zip(&played).rev() {
        if let Some(answer) = answer {
            expected.replace_range(block.start..block.start + block.text.len(), answer);
        }
    }
    assert!(played.iter().flatten().count() > least, "the page runs no commands");
    page.hold(&expected);
}

/// The screen of `roamgate lookup --verbose` that its own tests hold.
#[test]
fn the_guide_shows_a_conversation() {
    let page = Page::read("samples.md");
    let screen = std::fs::read_to_string("tests/cli/lookup/conversations/accepted.txt").unwrap();
    let (requests, _) = screen.split_once("--- stdout").unwrap();
    let (before, rest) = page.text.split_once("<!-- conversation: accepted -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let block =
        format!("<!-- conversation: accepted -->\n\n```text\n{}\n```\n\n", requests.trim_end());
    page.hold(&format!("{before}{block}<!-- end -->{after}"));
}

#[test]
fn the_guide_shows_the_presets() {
    let page = Page::read("aggregators.md");
    let mut parts = page.text.split("<!-- preset: ");
    let mut expected = parts.next().unwrap().to_owned();
    let mut shown = Vec::new();
    for part in parts {
        let (name, rest) = part.split_once(" -->\n").unwrap();
        let (_, rest) = rest.split_once("<!-- end -->").expect("a preset has an end");
        let text = std::fs::read_to_string(format!("src/camara/presets/{name}.yaml")).unwrap();
        expected += &format!("<!-- preset: {name} -->\n\n```yaml\n{text}```\n\n<!-- end -->{rest}");
        shown.push(name);
    }
    let all = std::fs::read_dir("src/camara/presets").unwrap().count();
    assert!(shown.len() == all, "the page shows {} of {all} presets", shown.len());
    page.hold(&expected);
}

/// Does what the block says: writes its file, changes a part of one, or runs its commands. These
/// have an answer.
fn play(block: &Block, files: &Files) -> Option<String> {
    if let Some(name) = block.says("file") {
        files.add(name, &block.text);
    } else if let Some(name) = block.says("in") {
        let text = std::fs::read_to_string(Path::new(files.path()).join(name)).unwrap();
        files.add(name, &with_part(&text, &block.text));
    } else if block.is("console") {
        let commands = block.text.lines().filter_map(|line| line.strip_prefix("$ "));
        return Some(commands.map(|command| run(command, files)).collect());
    }
    None
}

/// The document with another value for one of its keys.
fn with_part(text: &str, part: &str) -> String {
    let key = &part[..=part.find(':').unwrap()];
    let start = text.find(&format!("\n{key}")).unwrap() + 1;
    let is_next = |at: &usize| !text[at + 1..].starts_with(' ');
    let end = text[start..].match_indices('\n').map(|(at, _)| start + at).find(is_next).unwrap();
    format!("{}{part}{}", &text[..start], &text[end + 1..])
}

/// A command and what it prints, as a shell shows them.
fn run(command: &str, files: &Files) -> String {
    let folder = Path::new(env!("CARGO_BIN_EXE_roamgate")).parent().unwrap();
    let search = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(files.path()).stdin(Stdio::null());
    let output = shell.env("PATH", search).env("COLUMNS", "80").output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_owned()).unwrap();
    let printed = text(&output.stdout) + &text(&output.stderr);
    let printed = printed.trim_end();
    if printed.is_empty() { format!("$ {command}\n") } else { format!("$ {command}\n{printed}\n") }
}

//! `preset`: what a file leaves out, its preset says.
//!
//! Blocks are laid over each other key by key; any other value of the file replaces that of the preset,
//! lists included. Where a block holds one of several kinds (`grant`, `authentication`, a secret),
//! another kind replaces the preset's whole. What came from the preset stands, for messages, where
//! the file names the preset: no problem points into a text that its reader has not written.

use crate::camara::presets::NAMES;
use crate::document::{Finding, Node, NodeKind, Report, Source, flow, list, parse};

/// The file with what its preset adds, or as it is where it names none. `None` where nobody knows
/// the preset: what else is missing hangs on it.
pub(super) fn complete(file: Node, report: &mut Report) -> Option<Node> {
    let Some(named) = file.get("preset").cloned() else { return Some(file) };
    let preset = read(named.expect_word("preset", &NAMES, report)?)?;
    let preset = without(&idle(&file, &preset), &preset, "");
    Some(Overlay { named: &named, report }.block(&file, &preset, ""))
}

/// A preset, with the places of its own text.
pub(super) fn read(text: &str) -> Option<Node> {
    let source = Source::new("preset", text);
    parse(&source, &mut Report::new(&source))
}

/// Does a preset leave this, or a part of it, to the author of the file?
pub(super) fn is_open(node: &Node) -> bool {
    example(node).is_some() || entries(node).iter().any(|(_, value)| is_open(value))
}

/// Does a block hold one of several kinds?
pub(super) fn is_choice(key: &str, block: &Node) -> bool {
    ["grant", "authentication"].contains(&key) || is_secret(block)
}

/// What stands between the brackets of `<…>`.
fn example(node: &Node) -> Option<&str> {
    node.text()?.strip_prefix('<')?.strip_suffix('>')
}

fn is_secret(block: &Node) -> bool {
    block.get("env").or(block.get("file")).is_some()
}

fn entries(node: &Node) -> &[(Node, Node)] {
    match &node.kind {
        NodeKind::Map(entries) => entries,
        _ => &[],
    }
}

/// The parts of a preset that have no use beside what the file says.
fn idle(file: &Node, preset: &Node) -> Vec<&'static str> {
    let says = |key| file.get(key).is_some();
    let asks_nobody = file.get("grant").and_then(Node::text) == Some("none");
    let is_told = says("endpoints") || says("discovery");
    let leaves_address = preset.get("baseUrl").is_some_and(is_open);
    let rows: [(bool, &[&'static str]); 4] = [
        (says("baseUrl"), &["endpoints"]),
        (says("discovery"), &["endpoints.bcAuthorize", "endpoints.token"]),
        (is_told && leaves_address, &["baseUrl"]),
        (asks_nobody, &["client"]),
    ];
    rows.into_iter().filter(|(is_idle, _)| *is_idle).flat_map(|(_, parts)| parts.to_vec()).collect()
}

/// A block without the entries at these paths.
fn without(paths: &[&str], block: &Node, path: &str) -> Node {
    let NodeKind::Map(entries) = &block.kind else { return block.clone() };
    let left = entries.iter().filter_map(|(key, value)| {
        let path = at(path, key);
        let is_left = !paths.contains(&path.as_str());
        is_left.then(|| (key.clone(), without(paths, value, &path)))
    });
    block.with_kind(NodeKind::Map(left.collect()))
}

/// Lays a file over its preset.
struct Overlay<'a> {
    /// The value of the key `preset`.
    named: &'a Node,
    report: &'a mut Report,
}

impl Overlay<'_> {
    /// A block of the file, with the entries that only the preset has. `path` leads there.
    fn block(&mut self, file: &Node, preset: &Node, path: &str) -> Node {
        let below = entries(preset);
        let is_new = |key: &Node| !entries(file).iter().any(|(other, _)| same(path, key, other));
        let added: Vec<_> = below.iter().filter(|(key, _)| is_new(key)).collect();
        for (key, value) in added.iter().filter(|(_, value)| is_open(value)) {
            self.ask(file, path, key, value);
        }
        let mut laid = Vec::new();
        for (key, value) in entries(file) {
            let below = below.iter().find(|(other, _)| same(path, key, other));
            let value = match below {
                Some((_, below)) => self.value(value, below, &at(path, key)),
                None => value.clone(),
            };
            laid.push((key.clone(), value));
        }
        laid.extend(added.iter().map(|(key, value)| (self.moved(key), self.moved(value))));
        file.with_kind(NodeKind::Map(laid))
    }

    /// A value that both have.
    fn value(&mut self, file: &Node, preset: &Node, path: &str) -> Node {
        let are_blocks = [file, preset].iter().all(|node| matches!(node.kind, NodeKind::Map(_)));
        let key = path.rsplit('.').next().unwrap_or_default();
        let is_same_kind = || entries(file).iter().all(|(kind, _)| has(preset, kind));
        if are_blocks && (!is_choice(key, preset) || is_same_kind()) {
            return self.block(file, preset, path);
        }
        file.clone()
    }

    /// Reports what the file must say itself, at the block where it is missing.
    fn ask(&mut self, file: &Node, path: &str, key: &Node, value: &Node) {
        let mut missing = Vec::new();
        open_paths(value, &at(path, key), &mut missing);
        let name = self.named.text().unwrap_or_default();
        let message = format!("`preset: {name}` needs {}", list(&missing));
        let written = flow(&self.moved(&open_part(value)));
        let written = format!("`{}: {written}`", key.text().unwrap_or_default());
        let (place, to) = match path {
            "" => (self.named.place, String::new()),
            _ => (file.place, format!(" to `{path}`")),
        };
        let help = format!("add {written}{to}, with values of your own");
        self.report.add(Finding::error("E018", place, message).help(help));
    }

    /// A part of the preset, as if it stood where the file names the preset, with examples for what
    /// it leaves open.
    fn moved(&self, node: &Node) -> Node {
        self.named.with_kind(match &node.kind {
            NodeKind::Map(entries) => {
                let moved = |(key, value): &(Node, Node)| (self.moved(key), self.moved(value));
                NodeKind::Map(entries.iter().map(moved).collect())
            }
            NodeKind::List(items) => {
                NodeKind::List(items.iter().map(|item| self.moved(item)).collect())
            }
            NodeKind::Text(text) => NodeKind::Text(example(node).unwrap_or(text).to_owned()),
            kind => kind.clone(),
        })
    }
}

fn has(block: &Node, key: &Node) -> bool {
    key.text().is_some_and(|key| block.get(key).is_some())
}

/// Names of headers do not mind how they are written.
fn same(path: &str, one: &Node, other: &Node) -> bool {
    match (one.text(), other.text()) {
        (Some(one), Some(other)) if path == "headers" => one.eq_ignore_ascii_case(other),
        (one, other) => one == other,
    }
}

/// The path of a key in the block at `path`.
fn at(path: &str, key: &Node) -> String {
    let key = key.text().unwrap_or_default();
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// A value without what the preset says itself.
fn open_part(value: &Node) -> Node {
    let NodeKind::Map(entries) = &value.kind else { return value.clone() };
    let open = entries.iter().filter(|(_, value)| is_open(value));
    value.with_kind(NodeKind::Map(
        open.map(|(key, value)| (key.clone(), open_part(value))).collect(),
    ))
}

/// The paths of what is open in a value. Where a secret is, is one answer.
fn open_paths(value: &Node, path: &str, found: &mut Vec<String>) {
    if example(value).is_some() || is_secret(value) && is_open(value) {
        found.push(path.to_owned());
    } else {
        entries(value).iter().for_each(|(key, value)| open_paths(value, &at(path, key), found));
    }
}

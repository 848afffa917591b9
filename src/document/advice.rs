//! The way out of missing keys and wrong types: the example that the table of the file has.

use std::collections::HashMap;

use super::problem::Unhelped;
use super::{Block, Key, Node, NodeKind, Place, Report, Shape, Source, parse};

/// Gives an example to the errors that have no help yet.
pub(crate) fn advise(root: &Node, table: &'static Block, report: &mut Report) {
    let mut wanted: HashMap<_, Vec<Unhelped>> = HashMap::new();
    for unhelped in report.take_unhelped() {
        wanted.entry(unhelped.place).or_default().push(unhelped);
    }
    if wanted.is_empty() {
        return;
    }
    let mut advisor = Advisor { wanted, found: Vec::new() };
    advisor.block(root, table);
    if !matches!(root.kind, NodeKind::Map(_)) {
        let first = "begin with `apiVersion: roamgate/v1`, and write each key in a line of its own";
        advisor.answer(root, |missing| missing.is_none().then(|| first.to_owned()));
    }
    for (unhelped, help) in advisor.found {
        report.help(&unhelped, help);
    }
}

struct Advisor {
    /// By their places.
    wanted: HashMap<Place, Vec<Unhelped>>,
    found: Vec<(Unhelped, String)>,
}

impl Advisor {
    /// Answers what is wanted at a node, as far as this knows an answer for the key that is missing.
    fn answer(&mut self, node: &Node, help: impl Fn(Option<&str>) -> Option<String>) {
        let Some(wanted) = self.wanted.get_mut(&node.place) else { return };
        let found = &mut self.found;
        wanted.retain(|unhelped| match help(unhelped.missing.as_deref()) {
            Some(help) => {
                found.push((unhelped.clone(), help));
                false
            }
            None => true,
        });
    }

    /// What stands in a block, and what is missing there.
    fn block(&mut self, node: &Node, block: &'static Block) {
        let key = |name: &str| block.keys.iter().find(|key| key.name == name);
        self.answer(node, |missing| Some(format!("add it, such as `{}`", entry(key(missing?)?)?)));
        let NodeKind::Map(entries) = &node.kind else { return };
        for (name, value) in entries {
            if let Some(key) = name.text().and_then(key) {
                self.value(value, key.shape, key);
            }
        }
    }

    /// What is wrong with the value of a key, or in it.
    fn value(&mut self, node: &Node, shape: Shape, key: &Key) {
        match (shape, &node.kind) {
            (Shape::Block(block), NodeKind::Map(_)) => self.block(node, block),
            (Shape::List(item) | Shape::Filled(item), NodeKind::List(nodes)) => {
                nodes.iter().for_each(|node| self.value(node, *item, key));
            }
            (Shape::Map(_, _, shape), NodeKind::Map(entries)) => {
                entries.iter().for_each(|(_, node)| self.value(node, *shape, key));
            }
            (Shape::Either(shapes), _) => {
                shapes.iter().for_each(|shape| self.value(node, *shape, key));
            }
            _ => {}
        }
        self.answer(node, |missing| match missing {
            None => Some(format!("write it like this: `{}`", entry(key)?)),
            Some(_) => None,
        });
    }
}

/// A key with its first example, or its only word, as people write it.
fn entry(key: &Key) -> Option<String> {
    let only = || match key.shape {
        Shape::Words([(word, _)]) => Some(*word),
        _ => None,
    };
    let example = key.examples.first().copied().or_else(only)?;
    Some(format!("{}: {}", key.name, written(example)))
}

/// An example of a table, as people write it.
pub(super) fn written(example: &str) -> String {
    let source = Source::new("", example);
    parse(&source, &mut Report::new(&source)).as_ref().map(flow).unwrap_or_default()
}

/// A value as people write it on one line.
pub(crate) fn flow(node: &Node) -> String {
    match &node.kind {
        NodeKind::Text(text) if !is_plain(text) => format!("\"{text}\""),
        NodeKind::List(items) if items.is_empty() => "[]".to_owned(),
        NodeKind::List(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        NodeKind::Map(entries) => {
            let entry = |(key, value): &(Node, Node)| {
                format!("{}: {}", key.text().unwrap_or_default(), flow(value))
            };
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        _ => node.written().unwrap_or_default().to_owned(),
    }
}

/// Does the text need no quotes, whoever reads it?
fn is_plain(text: &str) -> bool {
    const OTHERS: &[&str] = &["yes", "no", "on", "off", "true", "false", "null"];
    let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_other =
        text.parse::<f64>().is_ok() || OTHERS.iter().any(|word| word.eq_ignore_ascii_case(text));
    let is_word = |found: char| found.is_ascii_alphanumeric() || " ./@%-".contains(found);
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphanumeric());
    starts_well && !is_code && !is_other && text.chars().all(is_word)
}

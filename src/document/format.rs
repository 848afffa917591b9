//! One way to write a file: changes at places, so that comments and order stay as they are.
//!
//! What is changed never changes what the file means: line endings, whitespace at the end of
//! lines and of the file, and scalars that have one canonical way to be written.

use std::ops::Range;

use super::edit::Edits;
use super::shape::{Block, Shape};
use super::{Node, NodeKind, Problems, Report, Source, parse};

/// The file in its canonical form.
///
/// # Errors
///
/// The problems of a file whose syntax is broken: `told` has them, where what they show of the
/// file must differ from it.
pub(crate) fn format(source: &Source, told: &Source, shape: &Block) -> Result<String, Problems> {
    let mut report = Report::new(told);
    let checked = parse(told, &mut report);
    let root = parse(source, &mut Report::new(source));
    let (Some(root), Some(_), false) = (root, checked, report.has_errors()) else {
        return Err(report.finish().into_iter().collect());
    };
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let mut writer = Writer { edits: Edits::new(text), file: &root };
    writer.block(shape, &root);
    let mut content = Vec::new();
    writer.whitespace_in(&root, &mut content);
    writer.lines(text, &content);
    Ok(writer.edits.apply())
}

/// What YAML takes for whitespace. A no-break space is a character like any other.
const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

struct Writer<'a> {
    edits: Edits<'a>,
    file: &'a Node,
}

impl Writer<'_> {
    fn block(&mut self, block: &Block, node: &Node) {
        for key in block.keys {
            if let Some(value) = node.get(key.name) {
                self.value(key.shape, value);
            }
        }
        let (Some((_, shape)), NodeKind::Map(entries)) = (block.others, &node.kind) else { return };
        let is_other = |(key, _): &&(Node, Node)| {
            block.keys.iter().all(|known| key.text() != Some(known.name))
        };
        entries.iter().filter(is_other).for_each(|(_, value)| self.value(*shape, value));
    }

    fn value(&mut self, shape: Shape, node: &Node) {
        match (shape, &node.kind) {
            (Shape::Scalar(scalar), NodeKind::Text(text)) => {
                if let Some(canonical) = (scalar.canonical)(text, self.file) {
                    self.scalar(node, text, canonical);
                }
            }
            (Shape::List(item) | Shape::Filled(item), NodeKind::List(items)) => {
                items.iter().for_each(|node| self.value(*item, node));
            }
            (Shape::Block(block), NodeKind::Map(_)) => self.block(block, node),
            (Shape::Map(_, _, value), NodeKind::Map(entries)) => {
                entries.iter().for_each(|(_, node)| self.value(*value, node));
            }
            (Shape::Either(shapes), _) => shapes.iter().for_each(|shape| self.value(*shape, node)),
            _ => {}
        }
    }

    /// A scalar that is written over several lines, or with escapes, is left as it is.
    fn scalar(&mut self, node: &Node, text: &str, canonical: String) {
        let range = node.range();
        let written = self.edits.written(&range);
        let unquoted = ['"', '\''].iter().find_map(|quote| {
            written.strip_prefix(*quote).and_then(|rest| rest.strip_suffix(*quote))
        });
        if unquoted.unwrap_or(written) == text && written != canonical {
            self.edits.replace(range, canonical);
        }
    }

    /// Where whitespace at the end of a line is content: in texts over several lines.
    fn whitespace_in(&self, node: &Node, content: &mut Vec<Range<usize>>) {
        match &node.kind {
            NodeKind::Map(entries) => {
                for (key, value) in entries {
                    self.whitespace_in(key, content);
                    self.whitespace_in(value, content);
                }
            }
            NodeKind::List(items) => {
                items.iter().for_each(|item| self.whitespace_in(item, content));
            }
            NodeKind::Text(text) => content.extend(self.content(node, text)),
            NodeKind::Null | NodeKind::Bool(..) | NodeKind::Number(_) => {}
        }
    }

    fn content(&self, node: &Node, text: &str) -> Option<Range<usize>> {
        let range = node.range();
        let written = self.edits.written(&range);
        if !written.contains('\n') && !text.ends_with('\n') || self.is_plain(&range, written) {
            return None;
        }
        // Blank lines at the end are content only where the text has them too.
        let last = text.strip_suffix('\n').unwrap_or(text);
        let is_blank_at_end = last.is_empty() || last.ends_with([' ', '\t', '\n']);
        let end = if is_blank_at_end { written } else { written.trim_end_matches(BLANK) };
        // The first lines of a block scalar may be blank, and content all the same.
        let before = self.edits.written(&(0..range.start));
        let (_, blank) = before.split_at(before.trim_end_matches(BLANK).len());
        let line = blank.find('\n').map(|at| range.start - blank.len() + at + 1);
        let start = line.unwrap_or(range.start);
        Some(start..range.start + end.len())
    }

    /// A plain text that begins beside its key ends each line without regard to whitespace.
    /// Other texts without quotes may be block scalars, in which it counts.
    fn is_plain(&self, range: &Range<usize>, written: &str) -> bool {
        let before = self.edits.written(&(0..range.start));
        let beside = before.rsplit('\n').next().unwrap_or_default();
        !written.starts_with(['"', '\'', '|', '>']) && !beside.trim_matches(BLANK).is_empty()
    }

    /// Line endings, whitespace at the end of lines, and one line break at the end of the file.
    fn lines(&mut self, text: &str, content: &[Range<usize>]) {
        let is_content = |at: usize| {
            let after = content.partition_point(|range| range.start <= at);
            let range = after.checked_sub(1).and_then(|before| content.get(before));
            range.is_some_and(|range| at < range.end)
        };
        let last = content.last().map_or(0, |range| range.end);
        let end = last.max(text.trim_end_matches(BLANK).len());
        let mut start = 0;
        for line in text.get(..end).unwrap_or_default().split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']);
            let trimmed = bare.trim_end_matches([' ', '\t']);
            let kept = if is_content(start + trimmed.len()) { bare } else { trimmed };
            let ending = if line.ends_with('\n') { "\n" } else { "" };
            if kept.len() + ending.len() < line.len() {
                self.edits.replace(start + kept.len()..start + line.len(), ending);
            }
            start += line.len();
        }
        let is_ended = text.get(..end).is_some_and(|kept| kept.ends_with('\n'));
        let ending = if is_ended || end == 0 { "" } else { "\n" };
        if text.get(end..) != Some(ending) {
            self.edits.replace(end..text.len(), ending);
        }
    }
}

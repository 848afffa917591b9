//! The table for people: what is stopped first, what passes last.

use super::merged::{Merged, merge};
use super::phrases::phrases;
use super::{Route, Sheet};
use crate::paint::{BOLD, DIM, of_effect, paint};
use crate::screen;

/// The indent, the effect, and the gaps between three columns.
const FIXED: usize = 2 + 6 + 2 + 2;
/// A list of countries is readable from here on.
const COMFORTABLE: usize = 44;

/// The head of the last column.
const GROUNDS: &str = "rule (why undecided)";

/// How wide the two columns beside the effect are.
#[derive(Clone, Copy)]
struct Columns {
    line: usize,
    rule: usize,
}

/// An answer, ready to be laid out.
struct Entry<'a> {
    merged: Merged<'a>,
    phrases: Vec<String>,
}

/// The sheet in at most `width` columns, unless a name is longer.
pub(super) fn draw(sheet: &Sheet, width: usize) -> String {
    let merged: Vec<_> = sheet.routes.iter().map(|route| (route, merge(&route.cells))).collect();
    let mut columns = Columns::fitting(width, merged.iter().flat_map(|(_, rows)| rows));
    let blocks: Vec<_> =
        merged.into_iter().map(|(route, rows)| (route, entries(route, rows, columns))).collect();
    columns.shrink(blocks.iter().flat_map(|(_, entries)| entries));
    let head = format!("  {:<6}  {:<line$}  {GROUNDS}", "effect", "line", line = columns.line);
    let body: String =
        blocks.iter().map(|(route, entries)| block(route, entries, columns)).collect();
    let routeless = paint(of_effect(sheet.routeless), sheet.routeless);
    let foot =
        format!("\nrequests that belong to no route: {routeless}\n{}\n", paint(DIM, sheet.policy));
    format!("{}\n{body}{foot}", paint(DIM, head))
}

fn entries<'a>(route: &Route, rows: Vec<Merged<'a>>, columns: Columns) -> Vec<Entry<'a>> {
    // A phrase that is broken hangs by two.
    let room = columns.line.saturating_sub(2);
    let phrases = |merged: &Merged<'_>| match route.needs_line {
        true => phrases(&merged.lines, room),
        false => vec!["any line, known or not".to_owned()],
    };
    rows.into_iter().map(|merged| Entry { phrases: phrases(&merged), merged }).collect()
}

impl Columns {
    fn fitting<'a>(width: usize, rows: impl Iterator<Item = &'a Merged<'a>>) -> Self {
        let room = width.saturating_sub(FIXED);
        let rules: Vec<_> = rows.map(grounds).collect();
        let widest = rules.iter().map(String::len).max().unwrap_or_default();
        let longest_word =
            rules.iter().flat_map(|rule| rule.split(' ')).map(str::len).max().unwrap_or_default();
        // The reason goes below its rule where both beside the line would leave it no room.
        let rule = if room.saturating_sub(widest) >= COMFORTABLE { widest } else { longest_word };
        let rule = rule.max(GROUNDS.len());
        Self { line: room.saturating_sub(rule).max(COMFORTABLE / 2), rule }
    }

    /// Takes no more room than the phrases need.
    fn shrink<'a>(&mut self, entries: impl Iterator<Item = &'a Entry<'a>>) {
        let widths = entries.flat_map(|entry| &entry.phrases).map(|phrase| phrase.chars().count());
        self.line = self.line.min(widths.max().unwrap_or_default().max("line".len()));
    }
}

fn block(route: &Route, entries: &[Entry<'_>], columns: Columns) -> String {
    let lookup = if route.needs_line { "" } else { "  decided without a lookup" };
    let title = format!("\n{}{}\n", paint(BOLD, &route.name), paint(DIM, lookup));
    title + &entries.iter().map(|entry| row(entry, columns)).collect::<String>()
}

fn row(entry: &Entry<'_>, columns: Columns) -> String {
    let mut lines: Vec<String> =
        entry.phrases.iter().flat_map(|phrase| hanging(phrase, columns.line)).collect();
    let grounds = screen::wrapped(&grounds(&entry.merged), columns.rule);
    lines.resize(lines.len().max(grounds.len()), String::new());
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let effect = if at == 0 { entry.merged.effect.name() } else { "" };
        let effect = paint(of_effect(entry.merged.effect), format_args!("{effect:<6}"));
        let ground = grounds.get(at).map(String::as_str).unwrap_or_default();
        let gap = if ground.is_empty() { 0 } else { columns.line };
        text += &format!("  {effect}  {line:<gap$}  {}", paint(DIM, ground));
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

/// A phrase in lines, the later ones indented.
fn hanging(phrase: &str, width: usize) -> Vec<String> {
    if phrase.chars().count() <= width {
        return vec![phrase.to_owned()];
    }
    let lines = screen::wrapped(phrase, width.saturating_sub(2)).into_iter().enumerate();
    lines.map(|(at, line)| if at == 0 { line } else { format!("  {line}") }).collect()
}

fn grounds(merged: &Merged<'_>) -> String {
    let rule = merged.rule.unwrap_or_default();
    merged.reason.map_or_else(|| rule.to_owned(), |reason| format!("{rule} ({reason})"))
}

//! The table for people: what is stopped first, what passes last.

use roamgate::policy::{Situation, TooManyPoints};

use super::merged::{Merged, merge};
use super::phrases::phrases;
use super::{Route, Sheet, ranges};
use crate::paint::{BOLD, CYAN, DIM, of_effect, paint};
use crate::screen;

/// The indent, the effect, and the gaps between three columns.
const FIXED: usize = 2 + 6 + 2 + 2;
/// A list of countries is readable from here on.
const COMFORTABLE: usize = 44;

const WITHOUT: &str = "decided without a lookup";

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

/// A situation with its answers.
struct Block<'a> {
    /// None for the situations of a route that follow its first.
    title: Option<&'a str>,
    situation: &'a Situation,
    entries: Vec<Entry<'a>>,
}

/// The sheet in at most `width` columns, unless a name is longer.
pub(super) fn draw(sheet: &Sheet, width: usize) -> String {
    let mut blocks: Vec<_> = sheet.routes.iter().flat_map(Block::of).collect();
    let entries = || blocks.iter().flat_map(|block| &block.entries);
    let mut columns = Columns::fitting(width, entries().map(|entry| &entry.merged));
    blocks.iter_mut().for_each(|block| block.put_into_words(columns.line));
    columns.shrink(blocks.iter().flat_map(|block| &block.entries));
    let head = format!("  {:<6}  {:<line$}  {GROUNDS}", "effect", "line", line = columns.line);
    let body: String = blocks.iter().map(|block| block.draw(columns, width)).collect();
    let undrawn = sheet.routes.iter().filter_map(|route| Some((route, route.excess?)));
    let undrawn: String = undrawn.map(|(route, excess)| not_drawn(route, excess, width)).collect();
    let body = body + &undrawn;
    let routeless = paint(of_effect(sheet.routeless), sheet.routeless);
    let foot =
        format!("\nrequests that belong to no route: {routeless}\n{}\n", paint(DIM, sheet.policy));
    format!("{}\n{body}{foot}", paint(DIM, head))
}

fn not_drawn(route: &Route, excess: TooManyPoints, width: usize) -> String {
    let told = format!("not drawn: {excess}; {}", ranges::WAY_OUT);
    let lines = screen::wrapped(&told, width.saturating_sub(2)).into_iter();
    let lines: String = lines.map(|line| format!("  {line}\n")).collect();
    format!("\n{}\n{lines}", paint(BOLD, &route.name))
}

impl<'a> Block<'a> {
    fn of(route: &'a Route) -> impl Iterator<Item = Self> {
        let titles = std::iter::once(Some(&*route.name)).chain(std::iter::repeat(None));
        route.situations.iter().zip(titles).map(|(situation, title)| {
            let entry = |merged| Entry { merged, phrases: Vec::new() };
            Self { title, situation, entries: merge(situation).into_iter().map(entry).collect() }
        })
    }

    fn put_into_words(&mut self, room: usize) {
        for entry in &mut self.entries {
            // A phrase that is broken hangs by two.
            entry.phrases = match self.situation.needs_line {
                true => phrases(&entry.merged.lines, room.saturating_sub(2)),
                false => vec!["any line, known or not".to_owned()],
            };
        }
    }

    fn draw(&self, columns: Columns, width: usize) -> String {
        let Situation { when, depends_on, needs_line, .. } = self.situation;
        let mut told = ranges::told(when, depends_on, "which of several answers it is");
        let mut title = self.title.map(|name| paint(BOLD, name)).unwrap_or_default();
        match told.last_mut() {
            _ if *needs_line => {}
            Some(last) => *last += &format!(": {WITHOUT}"),
            None => title += &paint(DIM, format_args!("  {WITHOUT}")),
        }
        let told = told.iter().flat_map(|line| screen::hanging(line, width.saturating_sub(2)));
        let told: String = told.map(|line| format!("  {}\n", paint(CYAN, line))).collect();
        let title = if title.is_empty() { title } else { format!("\n{title}") };
        let entries: String = self.entries.iter().map(|entry| row(entry, columns)).collect();
        format!("{title}\n{told}{entries}")
    }
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

fn row(entry: &Entry<'_>, columns: Columns) -> String {
    let mut lines: Vec<String> =
        entry.phrases.iter().flat_map(|phrase| screen::hanging(phrase, columns.line)).collect();
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

fn grounds(merged: &Merged<'_>) -> String {
    let rule = merged.rule.unwrap_or_default();
    merged.reason.map_or_else(|| rule.to_owned(), |reason| format!("{rule} ({reason})"))
}

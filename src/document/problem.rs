//! Problems: what is wrong, where it stands, what to do.

use std::fmt;
use std::sync::Arc;

use super::hidden::visible;
use super::{Place, Source};

/// How serious a problem is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "the three kinds of codes: E, W, N")]
pub enum Severity {
    /// The file is refused.
    Error,
    /// Probably not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word in messages and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One problem of a file.
///
/// Displays the way `rustc` prints: code and message, `--> FILE:LINE:COLUMN`, the source line
/// with the place underlined, and a way out.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Problem {
    /// The code (`E006`, `W117`), listed in the guide.
    pub code: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, the offending value in backticks.
    pub message: String,
    /// The file as it was named.
    pub file: Arc<str>,
    /// The line, from 1; 0 where the file as a whole is meant.
    pub line: u32,
    /// The column in characters, from 1; 0 where the file as a whole is meant.
    pub column: u32,
    /// What to do, if there is something to say.
    pub help: Option<String>,
    snippet: String,
    indent: u32,
    width: u32,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}[{}]: {}", self.severity.name(), self.code, self.message)?;
        let gutter = " ".repeat(self.line.to_string().len());
        if self.line == 0 {
            writeln!(f, "{gutter}--> {}", self.file)?;
        } else {
            writeln!(f, "{gutter}--> {}:{}:{}", self.file, self.line, self.column)?;
            let indent = " ".repeat(self.indent as usize);
            let carets = "^".repeat(self.width.max(1) as usize);
            writeln!(f, "{gutter} |")?;
            writeln!(f, "{} | {}", self.line, self.snippet)?;
            writeln!(f, "{gutter} | {indent}{carets}")?;
        }
        match &self.help {
            Some(help) => writeln!(f, "{gutter} = help: {help}"),
            None => Ok(()),
        }
    }
}

/// The problems of one or several files, in the order of file, line and column.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The problems, one after another.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sorts by the rank of the file, then by place.
    pub(crate) fn sort_by_place<R: Ord>(&mut self, rank: impl Fn(&Arc<str>) -> R) {
        let place = |of: &Problem| (of.code != "E004", of.line, of.column, of.severity);
        let key = |of: &Problem| (rank(&of.file), place(of));
        self.0.sort_by_cached_key(key);
    }

    /// How many problems of this severity there are.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|problem| problem.severity == severity).count()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Extend<Problem> for Problems {
    fn extend<T: IntoIterator<Item = Problem>>(&mut self, problems: T) {
        self.0.extend(problems);
    }
}

impl FromIterator<Problem> for Problems {
    fn from_iter<T: IntoIterator<Item = Problem>>(problems: T) -> Self {
        Self(problems.into_iter().collect())
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            let gap = if at == 0 { "" } else { "\n" };
            write!(f, "{gap}{problem}")?;
        }
        Ok(())
    }
}

/// Something wrong at a place, before it is tied to its file.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Finding {
    severity: Severity,
    pub(crate) code: &'static str,
    place: Place,
    message: String,
    help: Option<String>,
    /// The key that is missing in the block at this place.
    missing: Option<String>,
}

impl Finding {
    pub(crate) fn error(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            place,
            message: message.into(),
            help: None,
            missing: None,
        }
    }

    pub(crate) fn warning(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    pub(crate) fn note(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, place, message) }
    }

    /// A file without any key of ours has one problem, not one for each key.
    pub(crate) fn foreign(place: Place) -> Self {
        Self::error("E004", place, "the file does not say `apiVersion: roamgate/v1`")
            .help("if it is a policy, begin it so; in a folder such a file is skipped")
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// A key that must be there is not.
    pub(crate) fn missing(what: &str, place: Place, key: &str) -> Self {
        let message = format!("{what} needs the key `{key}`");
        Self { missing: Some(key.to_owned()), ..Self::error("E018", place, message) }
    }

    /// A further word of help, behind the first.
    pub(crate) fn further_help(self, further: &str) -> Self {
        let help = self.help.as_ref().map(|help| format!("{help}; {further}"));
        self.help(help.unwrap_or_else(|| further.to_owned()))
    }

    /// "did you mean `…`", where there is something near.
    pub(crate) fn did_you_mean(self, near: Option<&str>) -> Self {
        match near {
            Some(word) => self.help(format!("did you mean `{word}`?")),
            None => self,
        }
    }
}

/// Collects the problems of one source while it is read.
#[derive(Debug)]
pub(crate) struct Report {
    source: Source,
    /// Found when the first problem is.
    line_starts: Option<Vec<usize>>,
    problems: Vec<Problem>,
    errors: usize,
    unhelped: Vec<Unhelped>,
}

/// An error that says what is wrong and not yet what to do.
#[derive(Clone, Debug)]
pub(super) struct Unhelped {
    pub(super) place: Place,
    pub(super) missing: Option<String>,
    /// Its number among the problems.
    at: usize,
}

/// So many errors of one file are told. Nobody reads more, and a file of 4 MiB has room for millions.
const MOST_ERRORS: usize = 1_000;

impl Report {
    pub(crate) fn new(source: &Source) -> Self {
        Self {
            source: source.clone(),
            line_starts: None,
            problems: Vec::new(),
            errors: 0,
            unhelped: Vec::new(),
        }
    }

    /// The name of the file that is read.
    #[cfg(feature = "camara")]
    pub(crate) fn name(&self) -> &str {
        &self.source.name
    }

    /// What stands behind a text on its line, if it stands there without quotes.
    #[cfg(feature = "camara")]
    pub(crate) fn behind(&self, node: &super::Node) -> Option<&str> {
        let text = self.source.text.strip_prefix('\u{feff}').unwrap_or(&self.source.text);
        let line = line_at(text, &line_starts(text), node.place.line)?;
        let (start, _) = line.char_indices().nth(node.place.column.saturating_sub(1) as usize)?;
        line.get(start..)?.strip_prefix(node.text()?)
    }

    /// A report for what has been reported already.
    pub(crate) fn silent(&self) -> Self {
        Self::new(&self.source)
    }

    /// Are there so many errors that no other is told? Then there is no use in finding more.
    pub(crate) fn is_full(&self) -> bool {
        self.errors > MOST_ERRORS
    }

    /// Notes what was found.
    pub(crate) fn add(&mut self, finding: Finding) {
        self.errors += usize::from(finding.severity == Severity::Error);
        match finding.severity {
            Severity::Error if self.errors > MOST_ERRORS + 1 => {}
            Severity::Error if self.errors > MOST_ERRORS => self.note(too_many(finding.place)),
            _ => self.note(finding),
        }
    }

    fn note(&mut self, finding: Finding) {
        let place = finding.place;
        if finding.help.is_none() && finding.severity == Severity::Error {
            let (missing, at) = (finding.missing.clone(), self.problems.len());
            self.unhelped.push(Unhelped { place, missing, at });
        }
        let text = self.source.text.strip_prefix('\u{feff}').unwrap_or(&self.source.text);
        let starts = self.line_starts.get_or_insert_with(|| line_starts(text));
        let whole = line_at(text, starts, place.line).unwrap_or_default();
        let (snippet, indent) = excerpt(whole, place.column.saturating_sub(1) as usize);
        self.problems.push(Problem {
            code: finding.code,
            severity: finding.severity,
            message: visible(&finding.message),
            file: Arc::clone(&self.source.name),
            line: place.line,
            column: place.column,
            help: finding.help.as_deref().map(visible),
            // A tab would put the underline in the wrong place.
            snippet: visible(&snippet.replace('\t', " ")),
            width: place.width.min(snippet.chars().count() as u32),
            indent: indent as u32,
        });
    }

    pub(super) fn take_unhelped(&mut self) -> Vec<Unhelped> {
        std::mem::take(&mut self.unhelped)
    }

    pub(super) fn help(&mut self, unhelped: &Unhelped, help: String) {
        if let Some(problem) = self.problems.get_mut(unhelped.at) {
            problem.help = Some(help);
        }
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The problems in the order of their places. Who reads a file of another kind wants to know
    /// that first.
    pub(crate) fn finish(mut self) -> Vec<Problem> {
        let key = |of: &Problem| (of.code != "E004", of.line, of.column, of.severity);
        self.problems.sort_by_key(key);
        self.problems
    }
}

fn too_many(place: Place) -> Finding {
    let message = format!("the file has more than {MOST_ERRORS} mistakes");
    Finding::error("E024", place, message).help("the others are not listed: mend these first")
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// A line without its break, found without reading it.
fn line_at<'a>(text: &'a str, starts: &[usize], line: u32) -> Option<&'a str> {
    let at = line.checked_sub(1)? as usize;
    let end = starts.get(at + 1).copied().unwrap_or(text.len());
    let whole = text.get(*starts.get(at)?..end)?;
    let whole = whole.strip_suffix('\n').unwrap_or(whole);
    Some(whole.strip_suffix('\r').unwrap_or(whole))
}

/// A line may be shown with this many characters: a file written by a program can be one line.
const WIDEST: usize = 200;

/// What is shown of a line around a column, and how far the column is from its beginning.
fn excerpt(line: &str, column: usize) -> (String, usize) {
    // Nobody reads such a line, and counting its characters for each problem takes a long time.
    if line.len() > 16 * 1024 {
        return ("…".to_owned(), 0);
    }
    let length = line.chars().count();
    if length <= WIDEST {
        return (line.to_owned(), column);
    }
    let start = column.saturating_sub(WIDEST / 2);
    let [before, after] =
        [start > 0, start + WIDEST < length].map(|cut| if cut { "…" } else { "" });
    let shown: String = line.chars().skip(start).take(WIDEST).collect();
    (format!("{before}{shown}{after}"), column - start + before.chars().count())
}

//! `roamgate check`: load and lint, all problems at once.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use roamgate::Policy;
use roamgate::camara::Aggregator;
use roamgate::policy::suite::Suite;
use roamgate::policy::{CHECKS_NOT_RUN, FileKind, Problem, Problems, Severity, find};
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::{Format, moment, paint, policies, screen};

/// Load and lint policy, test and aggregator files; all problems at once
///
/// A folder means all `*.yaml` and `*.yml` files below it that say `apiVersion: roamgate/v1`.
/// Policies are judged together, as one set. Exits 3 where a file is refused.
#[derive(Args)]
pub(crate) struct Check {
    /// Files and folders.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Exit 5 where there are warnings.
    #[arg(long)]
    deny_warnings: bool,
    /// The moment that counts as now: RFC 3339, or a date.
    #[arg(long, value_name = "T", value_parser = moment::parse)]
    now: Option<SystemTime>,
    /// How problems are written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Serialize)]
struct Answer<'a> {
    problems: Vec<Row<'a>>,
    #[serde(rename = "notRun")]
    not_run: &'a [&'a str],
    files: usize,
}

#[derive(Serialize)]
struct Row<'a> {
    code: &'a str,
    severity: &'a str,
    file: &'a str,
    line: Option<u32>,
    column: Option<u32>,
    message: &'a str,
    help: Option<&'a str>,
}

impl Check {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let files = find(&self.paths).map_err(|error| policies::unreadable(&error))?;
        if files.is_empty() {
            return Err(policies::nothing(&self.paths));
        }
        let (_, mut problems) = Policy::check_at(&files, moment::or_present(self.now));
        for file in files.iter().filter(|file| file.kind == FileKind::Aggregator) {
            problems.extend(Aggregator::check(&file.name, &file.text).iter().cloned());
        }
        for file in files.iter().filter(|file| file.kind == FileKind::Test) {
            problems.extend(Suite::check(file).iter().cloned());
        }
        match self.format {
            Format::Human => screen::print(&format!("{}\n", report(&problems, files.len())))?,
            Format::Json => screen::print_json(&Answer::new(&problems, files.len()))?,
        }
        Ok(self.exit(&problems))
    }

    fn exit(&self, problems: &Problems) -> Exit {
        if problems.count(Severity::Error) > 0 {
            Exit::Invalid
        } else if self.deny_warnings && problems.count(Severity::Warning) > 0 {
            Exit::WarningsDenied
        } else {
            Exit::Fine
        }
    }
}

/// The problems one after another, and their count, without a line break at the end.
pub(crate) fn report(problems: &Problems, files: usize) -> String {
    let mut text: String = problems.iter().map(|problem| paint::problem(problem) + "\n").collect();
    text += &count(problems, files);
    text
}

fn count(problems: &Problems, files: usize) -> String {
    let files = counted(files, "file");
    let kinds = [Severity::Error, Severity::Warning, Severity::Note];
    let kinds =
        kinds.map(|kind| (kind, problems.count(kind))).into_iter().filter(|(_, count)| *count > 0);
    let counts: Vec<_> = kinds
        .map(|(kind, count)| paint::paint(paint::of_severity(kind), counted(count, kind.name())))
        .collect();
    if counts.is_empty() {
        format!("{files}, no problems")
    } else {
        format!("{} in {files}", counts.join(", "))
    }
}

pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

impl<'a> Answer<'a> {
    fn new(problems: &'a Problems, files: usize) -> Self {
        Self { problems: problems.iter().map(Row::new).collect(), not_run: CHECKS_NOT_RUN, files }
    }
}

impl<'a> Row<'a> {
    fn new(problem: &'a Problem) -> Self {
        let counted = |place: u32| Some(place).filter(|place| *place > 0);
        Self {
            code: problem.code,
            severity: problem.severity.name(),
            file: &problem.file,
            line: counted(problem.line),
            column: counted(problem.column),
            message: &problem.message,
            help: problem.help.as_deref(),
        }
    }
}

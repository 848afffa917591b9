//! `roamgate check`: load and lint, all problems at once.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::Args;
use roamgate::Policy;
use roamgate::camara::Aggregator;
use roamgate::policy::service::Manifest;
use roamgate::policy::suite::{Coverage, Suite};
use roamgate::policy::{FileKind, Observed, Problem, Problems, Review, Severity, SourceFile, find};
use roamgate::replay::{Entry, Replayer};
use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::{Format, log, moment, paint, policies, screen, test};

/// Load and lint policy, test, service and aggregator files; all problems at once
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
    /// The service that the policies are for (`kind: Service`): what it lacks is refused.
    #[arg(long, value_name = "FILE")]
    service: Option<PathBuf>,
    /// Tests of the policies, in files or folders: rules that no case tries are warned of (W119).
    #[arg(long, value_name = "PATH")]
    tests: Vec<PathBuf>,
    /// A decision log: waiting times that do not fit the provider's are warned of (W113), and rules
    /// for every route are told what they cost (N114).
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
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
    not_run: Vec<&'a str>,
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
        let tests = match self.tests.is_empty() {
            true => Vec::new(),
            false => test::files(&self.tests)?,
        };
        let files = self.files(&tests)?;
        let service = self.service.as_ref().and_then(|_| files.last()).map(Manifest::read);
        let service = service.and_then(Result::ok);
        let now = moment::or_present(self.now);
        let tried = coverage(&tests, now).filter(|_| !tests.is_empty());
        let seen = self.log.as_ref().map(|path| observed(path, &files)).transpose()?;
        let review = Review::at(now).service(service.as_ref()).tests(tried.as_ref());
        let review = review.log(seen.as_ref().and_then(Option::as_ref));
        let (problems, left_out) = problems(&files, review);
        match self.format {
            Format::Human => {
                let left_out = not_made(left_out);
                screen::print(&format!("{}\n{left_out}", report(&problems, files.len())))?;
            }
            Format::Json => {
                let mut answer = Answer::new(&problems, review, files.len());
                answer.not_run.extend(left_out);
                answer.not_run.sort_unstable();
                screen::print_json(&answer)?;
            }
        }
        Ok(self.exit(&problems))
    }

    /// The files that the paths mean, the tests, and the service's file behind them.
    fn files(&self, tests: &[SourceFile]) -> Result<Vec<SourceFile>, Failure> {
        if self.service.as_ref().is_some_and(|path| path.is_dir()) {
            return Err(Failure::usage("`--service` takes one file, not a folder"));
        }
        let tests: Vec<_> = tests.iter().map(|file| PathBuf::from(&*file.name)).collect();
        let read = |paths: &[&PathBuf]| find(paths).map_err(|error| policies::unreadable(&error));
        let mut paths: Vec<_> = self.paths.iter().collect();
        if read(&paths)?.is_empty() {
            return Err(policies::nothing(&self.paths));
        }
        // Found once, whether a path means it too.
        paths.splice(0..0, &self.service);
        paths.extend(&tests);
        let mut files = read(&paths)?;
        if self.service.is_some() {
            files.rotate_left(1);
            let service = files.last_mut();
            service.into_iter().for_each(|file| file.kind = FileKind::Service);
        }
        Ok(files)
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

fn not_made(codes: &[&str]) -> String {
    match codes {
        [] => String::new(),
        codes => format!(
            "not checked: {}; some rules turn on too many facts at once to look at every decision\n",
            codes.join(", ")
        ),
    }
}

/// The problems, and the checks that were left out.
fn problems(files: &[SourceFile], review: Review<'_>) -> (Problems, &'static [&'static str]) {
    let (policy, mut problems) = Policy::review(files, review);
    for file in files {
        let found = match file.kind {
            FileKind::Aggregator => Aggregator::check(&file.name, &file.text),
            FileKind::Test => Suite::check(file),
            FileKind::Service => Manifest::read(file).err().unwrap_or_default(),
            _ => continue,
        };
        problems.extend(found.iter().cloned());
    }
    (problems, policy.map_or(&[], |policy| policy.checks_left_out()))
}

/// What the cases of all these files try. None where one of them does not load: what it would try
/// is not known.
fn coverage(tests: &[SourceFile], now: SystemTime) -> Option<Coverage> {
    let mut all = Coverage::default();
    for file in tests {
        let suite = Suite::read(file).ok()?;
        let policy = suite.policy().ok()?;
        all.merge(suite.coverage(&policy, suite.now().unwrap_or(now)).ok()?);
    }
    Some(all)
}

/// What a log says of requests under these policies. None where they do not load.
fn observed(path: &Path, files: &[SourceFile]) -> Result<Option<Observed>, Failure> {
    let entries = log::read(path)?;
    let (Some(policy), _) = Policy::check(files) else { return Ok(None) };
    let (replayer, mut observed) = (Replayer::new(&policy), Observed::default());
    for entry in entries {
        if let (_, Entry::Decision(record)) = entry? {
            replayer.observe(&record, &mut observed);
        }
    }
    Ok(Some(observed))
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
    fn new(problems: &'a Problems, review: Review<'_>, files: usize) -> Self {
        let not_run = review.not_run();
        Self { problems: problems.iter().map(Row::new).collect(), not_run, files }
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

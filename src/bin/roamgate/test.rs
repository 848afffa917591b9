//! `roamgate test`: run the tests of policies.

mod human;
mod json;
mod junit;

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, ValueEnum};
use roamgate::policy::suite::{Coverage, CoverageKind, Suite, SuiteReport, TestResult};
use roamgate::policy::{FileKind, Problems, SourceFile, find};

use crate::exit::{Exit, Failure};
use crate::{check, moment, policies, screen};

/// Run the tests of policies: cases, and proofs over the whole domain
///
/// Test files say `kind: RoamingPolicyTest`, and which policies they test. Exits 4 where a test
/// fails.
#[derive(Args)]
pub(crate) struct Test {
    /// Test files, and folders with test files.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Show what no case tries.
    #[arg(long)]
    coverage: bool,
    /// Exit 4 where the cases make fewer percent of the rules apply.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_coverage: Option<u8>,
    /// The moment that counts as now, whatever the files say: RFC 3339, or a date.
    #[arg(long, value_name = "T", value_parser = moment::parse)]
    now: Option<SystemTime>,
    /// How the results are written.
    #[arg(long, value_enum, default_value_t)]
    format: TestFormat,
}

/// How results are written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum TestFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON document.
    Json,
    /// For build servers.
    Junit,
}

/// What came of all files.
struct Outcome {
    suites: Vec<SuiteReport>,
    coverage: Coverage,
}

impl Test {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let files = files(&self.paths)?;
        let outcome = self.results(&files)?;
        match self.format {
            TestFormat::Human => screen::print(&human::tell(&outcome, self.coverage))?,
            TestFormat::Json => screen::print_json(&json::Document::new(&outcome))?,
            TestFormat::Junit => screen::print(&junit::write(&outcome))?,
        }
        Ok(self.exit(&outcome))
    }

    fn results(&self, files: &[SourceFile]) -> Result<Outcome, Failure> {
        let mut outcome = Outcome { suites: Vec::new(), coverage: Coverage::default() };
        let mut problems = Problems::default();
        for file in files {
            match run(file, self.now) {
                Ok(report) => {
                    outcome.coverage.merge(report.coverage.clone());
                    outcome.suites.push(report);
                }
                Err(found) => problems.extend(found.iter().cloned()),
            }
        }
        if problems.is_empty() {
            return Ok(outcome);
        }
        Err(Failure::new(Exit::Invalid, check::report(&problems, files.len())))
    }

    fn exit(&self, outcome: &Outcome) -> Exit {
        let asked = usize::from(self.min_coverage.unwrap_or_default());
        let covered = outcome.coverage.share(CoverageKind::Rules).percent();
        if covered < asked {
            screen::warn(&format!(
                "{}the cases make {covered} % of the rules apply, {asked} % are asked",
                crate::paint::error_label()
            ));
        }
        match outcome.failed() == 0 && covered >= asked {
            true => Exit::Fine,
            false => Exit::TestsFailed,
        }
    }
}

/// The test files that these paths mean.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<SourceFile>, Failure> {
    let mut files = find(paths).map_err(|error| policies::unreadable(&error))?;
    files.retain(|file| file.kind == FileKind::Test);
    match files.is_empty() {
        true => {
            Err(Failure::invalid(format!("there is no test file in {}", policies::quoted(paths))))
        }
        false => Ok(files),
    }
}

fn run(file: &SourceFile, now: Option<SystemTime>) -> Result<SuiteReport, Problems> {
    let suite = Suite::read(file)?;
    let policy = suite.policy()?;
    suite.run(&policy, moment::or_present(now.or(suite.now())))
}

impl Outcome {
    fn results(&self) -> impl Iterator<Item = (&SuiteReport, &TestResult)> {
        self.suites.iter().flat_map(|suite| suite.results.iter().map(move |test| (suite, test)))
    }

    fn failed(&self) -> usize {
        self.results().filter(|(_, test)| !test.is_ok()).count()
    }
}

//! The `roamgate` command: look at policies, and try them against an aggregator.

mod bench;
mod check;
mod demo;
mod diff;
mod exit;
mod explain;
mod fmt;
mod log;
mod lookup;
mod moment;
mod paint;
mod policies;
mod replay;
mod runtime;
mod sandbox;
mod schema;
mod screen;
mod table;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use exit::{Exit, Failure};

/// Gates requests by where the customer's mobile line is.
///
/// Exit codes: 0 fine, 1 failure (I/O, network, a file that `fmt --check` would change), 2 usage,
/// 3 invalid policy or configuration, 4 failing tests or coverage too low, 5 warnings denied,
/// 6 difference not accepted, 7 over the latency budget.
#[derive(Parser)]
#[command(name = "roamgate", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Check),
    Explain(Box<explain::Explain>),
    Table(table::Table),
    Test(test::Test),
    Diff(diff::Compare),
    Replay(replay::Replay),
    Bench(bench::Bench),
    Fmt(fmt::Fmt),
    Schema(schema::Schema),
    Lookup(lookup::Lookup),
    Sandbox(sandbox::Serve),
    Demo(demo::Demo),
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs: one JSON document.
    Json,
}

impl Command {
    fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Check(check) => check.run(),
            Self::Explain(explain) => explain.run(),
            Self::Table(table) => table.run(),
            Self::Test(test) => test.run(),
            Self::Diff(compare) => compare.run(),
            Self::Replay(replay) => replay.run(),
            Self::Bench(bench) => bench.run(),
            Self::Fmt(fmt) => fmt.run(),
            Self::Schema(schema) => schema.run(),
            Self::Lookup(lookup) => lookup.run(),
            Self::Sandbox(serve) => serve.run(),
            Self::Demo(demo) => demo.run(),
        }
    }
}

fn main() -> ExitCode {
    let outcome = match Arguments::try_parse() {
        Ok(arguments) => arguments.command.run(),
        Err(error) => exit::misused(&error),
    };
    exit::conclude(outcome)
}

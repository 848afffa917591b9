//! How many instructions the hot paths take, held against what was recorded: a slowdown that no
//! stopwatch sees on a noisy machine is seen here, to a few in a thousand.
//!
//! ```console
//! $ cargo run --release                         # fails where a path has grown by more than 5 %
//! $ cargo run --release --features metrics      # the same, where metrics are counted
//! $ cargo run --release -- --record             # after a change that is meant: writes counts.txt
//! $ cargo run --release -- gate_hit gate_deny   # these paths only
//! $ callgrind_annotate target/callgrind/gate_hit.out | head -50   # where they go
//! ```
//!
//! The program runs itself under `valgrind --tool=callgrind` once for each path, and collects only
//! what is called from the function [`counted::counted`]. That is all that a harness such as `gungraun`
//! would do for us, which brings a program of its own that has to be installed in exactly the same
//! version; the two minutes of that build are more than all the rest takes.
//!
//! A path is warm when it is counted, and is passed a thousand times, so that what happens every so
//! often (fresh random numbers, a buffer that grows) is spread. What a request is made of is
//! made before. What is counted is what users build: the release profile, features `axum` and, where
//! it says so, `metrics`; the line tables, which `callgrind_annotate` needs, change no path by more than
//! 0.5 %. Two runs of one build differ by no more than that either: hashes have seeds.
//!
//! `counts.txt` says by which compiler its counts were made. Another one makes other code: then a path
//! may grow by 15 %. On another kind of machine, or without valgrind, nothing is compared, and the
//! program says so.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a benchmark fails by panicking")]

mod callgrind;
mod counted;
mod judge;
mod ledger;
mod paths;

use std::io::Error;
use std::process::ExitCode;

use callgrind::Measured;
use judge::{Terms, Verdict};
use ledger::{Column, Ledger};
use paths::PATHS;

/// By which compiler this was built, and for which machine.
const COMPILER: &str = env!("COMPILER");
const MACHINE: &str = env!("MACHINE");
const COLUMN: Column = if cfg!(feature = "metrics") { Column::Metrics } else { Column::Plain };

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [callgrind::PASS, path] => paths::pass(path),
        ["--record"] => record(),
        ref named => check(named),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn record() -> Result<ExitCode, Error> {
    let mut ledger = Ledger::read()?;
    let measured = callgrind::measure(&PATHS.iter().collect::<Vec<_>>())?;
    ledger.renew(COLUMN, &measured, COMPILER, MACHINE);
    ledger.write()?;
    print!("{ledger}");
    Ok(ExitCode::SUCCESS)
}

fn check(named: &[&str]) -> Result<ExitCode, Error> {
    if let Some(unknown) = named.iter().find(|name| paths::find(name).is_none()) {
        let names: Vec<_> = PATHS.iter().map(|path| path.name).collect();
        let known = names.join(", ");
        return Err(Error::other(format!("there is no path `{unknown}`; there are {known}")));
    }
    if !callgrind::is_installed() {
        println!("NOT CHECKED: valgrind is not installed here (`apt-get install valgrind`)");
        return Ok(ExitCode::SUCCESS);
    }
    let paths: Vec<_> =
        PATHS.iter().filter(|path| named.is_empty() || named.contains(&path.name)).collect();
    let measured = callgrind::measure(&paths)?;
    Ok(judge(&Ledger::read()?, &measured))
}

fn judge(ledger: &Ledger, measured: &[Measured]) -> ExitCode {
    let terms = Terms::between((&ledger.compiler, &ledger.machine), (COMPILER, MACHINE));
    println!("{terms}");
    let verdicts: Vec<_> =
        measured.iter().map(|it| Verdict::of(it, ledger.count(it.name, COLUMN), &terms)).collect();
    verdicts.iter().for_each(|verdict| println!("{verdict}"));
    let complaints: Vec<_> = verdicts.iter().filter_map(Verdict::complaint).collect();
    complaints.iter().for_each(|complaint| eprintln!("{complaint}"));
    if verdicts.iter().any(Verdict::fails) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

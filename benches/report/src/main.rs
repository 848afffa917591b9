//! One page of what the benchmarks measured: `target/report.html`, to be looked at, and
//! `target/report.md`, to be quoted.
//!
//! ```console
//! $ benches/run           # measures everything, and ends with this
//! $ cargo run --release --manifest-path benches/report/Cargo.toml   # only this
//! ```
//!
//! It measures nothing. What was not measured is said to be so; nothing is guessed, and nothing is
//! taken from an earlier report. Every part says when its figures were taken, as parts may be
//! measured one by one.

mod claims;
mod draw;
mod figures;
mod machine;
mod markdown;
mod page;
mod sources;
mod words;

use std::io::Error;
use std::path::PathBuf;

use claims::Claim;
use figures::Figures;
use machine::Machine;
use sources::Sources;

fn main() -> Result<(), Error> {
    let root = std::env::args_os().nth(1).map_or_else(repository, PathBuf::from);
    let sources = Sources::under(&root);
    let figures = Figures::of(&sources);
    let (claims, machine) = (Claim::all(&figures), Machine::here());
    for (name, text) in [
        ("report.html", page::page(&figures, &claims, &machine)),
        ("report.md", markdown::tables(&figures, &claims, &machine)),
    ] {
        let path = sources.target().join(name);
        std::fs::write(&path, text)
            .map_err(|error| Error::other(format!("{}: {error}", path.display())))?;
        println!("{}", path.canonicalize()?.display());
    }
    Ok(())
}

fn repository() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", ".."].iter().collect()
}

//! `roamgate fmt`: one way to write files.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use roamgate::Policy;
use roamgate::camara::Aggregator;
use roamgate::policy::service::Manifest;
use roamgate::policy::{FileKind, Override, Problems, SourceFile, find};

use crate::exit::{Exit, Failure};
use crate::{check, policies, screen};

/// Write policy, service and aggregator files in one way
///
/// Country codes in quotes, groups without, durations in their largest whole unit, no whitespace
/// at the end of lines. Nothing is moved, comments stay, and no decision changes. Files that
/// change are named. Exits 3 where a file has no valid syntax; such a file is left alone.
#[derive(Args)]
pub(crate) struct Fmt {
    /// Files and folders.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; name the files that would change, and exit 1 if there are any.
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let files = find(&self.paths).map_err(|error| policies::unreadable(&error))?;
        if files.is_empty() {
            return Err(policies::nothing(&self.paths));
        }
        let mut problems = Problems::default();
        let mut is_canonical = true;
        for file in &files {
            match format(file) {
                Ok(formatted) if *formatted == *file.text => {}
                Ok(formatted) => {
                    is_canonical = false;
                    if !self.check {
                        write(file, &formatted)?;
                    }
                    screen::print(&format!("{}\n", file.name))?;
                }
                Err(found) => problems.extend(found.iter().cloned()),
            }
        }
        if !problems.is_empty() {
            screen::warn(&check::report(&problems, files.len()));
        }
        Ok(match (self.check && !is_canonical, problems.is_empty()) {
            (true, _) => Exit::Failure,
            (false, false) => Exit::Invalid,
            (false, true) => Exit::Fine,
        })
    }
}

fn format(file: &SourceFile) -> Result<String, Problems> {
    match file.kind {
        FileKind::Aggregator => Aggregator::format(&file.name, &file.text),
        FileKind::Service => Manifest::format(file),
        FileKind::Override => Override::format(file),
        _ => Policy::format(file),
    }
}

/// The file is there: it was read.
fn write(file: &SourceFile, text: &str) -> Result<(), Failure> {
    let opened = OpenOptions::new().write(true).truncate(true).open(&*file.name);
    opened
        .and_then(|mut opened| opened.write_all(text.as_bytes()))
        .map_err(|error| Failure::failed(format!("cannot write `{}`: {error}", file.name)))
}

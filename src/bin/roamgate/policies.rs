//! Policies that other commands work on: they load, or the command ends.

use std::path::PathBuf;

use roamgate::policy::{FileKind, find};
use roamgate::{Policy, PolicyError};

use crate::check;
use crate::exit::{Exit, Failure};

/// Loads the policies that these paths mean as one set. Warnings are the business of `check`.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Policy, Failure> {
    let mut files = find(paths).map_err(|error| unreadable(&error))?;
    files.retain(|file| matches!(file.kind, FileKind::Policy | FileKind::Override));
    match Policy::check(&files) {
        (Some(policy), _) => Ok(policy),
        (None, problems) if problems.is_empty() => {
            Err(Failure::invalid(format!("there is no policy in {}", quoted(paths))))
        }
        (None, problems) => Err(Failure::new(Exit::Invalid, check::report(&problems, files.len()))),
    }
}

/// A file that cannot be read.
pub(crate) fn unreadable(error: &PolicyError) -> Failure {
    Failure::failed(error)
}

/// Paths that hold no file of ours.
pub(crate) fn nothing(paths: &[PathBuf]) -> Failure {
    Failure::invalid(format!("no file in {} says `apiVersion: roamgate/v1`", quoted(paths)))
}

/// Paths, for messages.
pub(crate) fn quoted(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    paths.join(", ")
}

//! [`PolicyError`]: why a policy did not load.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::document::{Problems, Severity};

/// Why a set of policies did not load, or does not fit its service: every problem of every file at
/// once, or a file that could not be read.
#[derive(Debug)]
pub struct PolicyError(Kind);

#[derive(Debug)]
enum Kind {
    Problems(Problems),
    /// Of what a service says that it supplies.
    Manifest(Problems),
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    NoPolicy,
}

impl PolicyError {
    pub(crate) fn problems_found(problems: Problems) -> Self {
        Self(Kind::Problems(problems))
    }

    pub(crate) fn in_manifest(problems: Problems) -> Self {
        Self(Kind::Manifest(problems))
    }

    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self(Kind::Io { path: path.to_owned(), source })
    }

    pub(crate) fn no_policy() -> Self {
        Self(Kind::NoPolicy)
    }

    /// The problems, if the files could be read.
    #[must_use]
    pub fn problems(&self) -> Option<&Problems> {
        match &self.0 {
            Kind::Problems(problems) | Kind::Manifest(problems) => Some(problems),
            Kind::Io { .. } | Kind::NoPolicy => None,
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Problems(problems) => write!(f, "{problems}\n{} in the policy", errors(problems)),
            Kind::Manifest(problems) => {
                let errors = errors(problems);
                write!(f, "{problems}\n{errors} in what the service says that it supplies")
            }
            Kind::Io { path, source } => write!(f, "cannot read `{}`: {source}", path.display()),
            Kind::NoPolicy => f.write_str("no policy file was given"),
        }
    }
}

impl std::error::Error for PolicyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::Io { source, .. } => Some(source),
            Kind::Problems(_) | Kind::Manifest(_) | Kind::NoPolicy => None,
        }
    }
}

fn errors(problems: &Problems) -> String {
    let errors = problems.count(Severity::Error);
    format!("{errors} error{}", if errors == 1 { "" } else { "s" })
}

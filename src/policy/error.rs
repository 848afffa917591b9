//! [`PolicyError`]: why a policy did not load.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::document::{Problems, Severity};

/// Why a set of policies did not load: every problem of every file at once, or a file that could
/// not be read.
#[derive(Debug)]
pub struct PolicyError(Kind);

#[derive(Debug)]
enum Kind {
    Problems(Problems),
    Io { path: PathBuf, source: std::io::Error },
    NoPolicy,
}

impl PolicyError {
    pub(crate) fn problems_found(problems: Problems) -> Self {
        Self(Kind::Problems(problems))
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
            Kind::Problems(problems) => Some(problems),
            Kind::Io { .. } | Kind::NoPolicy => None,
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Problems(problems) => {
                write!(f, "{problems}")?;
                let errors = problems.count(Severity::Error);
                write!(f, "\n{errors} error{} in the policy", if errors == 1 { "" } else { "s" })
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
            Kind::Problems(_) | Kind::NoPolicy => None,
        }
    }
}

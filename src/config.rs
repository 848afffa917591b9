//! [`ConfigError`]: why something could not be built from its configuration.

use std::fmt;

use crate::document::Problems;

/// A configuration that cannot be used. It never carries a secret.
///
/// Displays every problem of a file at once, each with its place, or one message where no file
/// is to blame (an environment variable that is not set).
#[derive(Clone, PartialEq)]
pub struct ConfigError(Kind);

#[derive(Clone, PartialEq)]
enum Kind {
    Problems(Problems),
    Message(String),
}

impl ConfigError {
    pub(crate) fn message(message: impl Into<String>) -> Self {
        Self(Kind::Message(message.into()))
    }

    /// The problems of the file, if a file is to blame.
    #[must_use]
    pub fn problems(&self) -> Option<&Problems> {
        match &self.0 {
            Kind::Problems(problems) => Some(problems),
            Kind::Message(_) => None,
        }
    }
}

impl From<Problems> for ConfigError {
    fn from(problems: Problems) -> Self {
        Self(Kind::Problems(problems))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Problems(problems) => problems.fmt(f),
            Kind::Message(message) => f.write_str(message),
        }
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConfigError({self})")
    }
}

impl std::error::Error for ConfigError {}

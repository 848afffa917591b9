//! Secrets, which files name and never hold.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::config::ConfigError;
use crate::document::{Fields, Finding, Known, Node, NodeKind, Report};

/// Where a secret is.
#[derive(Clone, Debug)]
pub(super) enum Reference {
    Env(String),
    File(PathBuf),
    /// In hand: the embedder has fetched it.
    Given(SecretString),
}

impl Reference {
    /// Lowers `{ env: NAME }` or `{ file: PATH }`. A secret written in its place is not repeated.
    pub(super) fn lower(node: &Node, directory: &Path, report: &mut Report) -> Option<Self> {
        if !matches!(node.kind, NodeKind::Map(_)) {
            let message = "a secret is never written into the file";
            let help = "name where it is: `{ env: NAME }` or `{ file: PATH }`";
            report.add(Finding::error("E022", node.place, message).help(help));
            return None;
        }
        let fields = Fields::of(node, REFERENCE, report)?;
        match (fields.text("env", report), fields.text("file", report)) {
            (Some(name), None) if fields.get("file").is_none() => Some(Self::Env(name.to_owned())),
            (None, Some(path)) if fields.get("env").is_none() => {
                Some(Self::File(directory.join(path)))
            }
            _ => {
                let message = "a secret is either in `env` or in `file`";
                report.add(Finding::error("E018", fields.place(), message));
                None
            }
        }
    }

    /// Fetches the secret. One line feed at the end of a file does not belong to it.
    pub(super) fn fetch(&self) -> Result<SecretString, ConfigError> {
        let text = match self {
            Self::Env(name) => std::env::var(name).map_err(|_| {
                ConfigError::message(format!("the environment variable `{name}` is not set"))
            })?,
            Self::File(path) => std::fs::read_to_string(path).map_err(|cause| {
                let path = path.display();
                ConfigError::message(format!("cannot read the secret in `{path}`: {cause}"))
            })?,
            Self::Given(secret) => return Ok(secret.clone()),
        };
        let secret = text.strip_suffix('\n').unwrap_or(&text);
        let secret = secret.strip_suffix('\r').unwrap_or(secret);
        // Some editors begin a text with this mark, and nobody can see it.
        let secret = secret.strip_prefix('\u{feff}').unwrap_or(secret);
        if secret.is_empty() {
            return Err(ConfigError::message(format!("the secret in {self} is empty")));
        }
        Ok(SecretString::from(secret))
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the environment variable `{name}`"),
            Self::File(path) => write!(f, "`{}`", path.display()),
            Self::Given(_) => f.write_str("the secret that was given"),
        }
    }
}

const REFERENCE: Known =
    Known { what: "a reference to a secret", keys: &["env", "file"], unbuilt: &[] };

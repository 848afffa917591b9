//! Secrets, which files name and never hold.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::SecretString;

use crate::config::ConfigError;
use crate::document::{self, Fields, Finding, Known, Node, NodeKind, Report};

/// A secret that a file names, or one in hand. What the file says in its place may itself be the
/// secret, by mistake: messages speak of the key.
#[derive(Clone)]
pub(super) struct Reference {
    place: Place,
    /// The key of the file, from its root on, and the file with the line.
    key: Arc<str>,
    said: Arc<str>,
}

#[derive(Clone)]
enum Place {
    Env(String),
    File(PathBuf),
    /// In hand: the embedder has fetched it.
    Given(SecretString),
}

impl Reference {
    pub(super) fn given(secret: SecretString) -> Self {
        Self { place: Place::Given(secret), key: "".into(), said: "".into() }
    }

    /// Lowers `{ env: NAME }` or `{ file: PATH }` at this key. A secret written in its place is not
    /// repeated.
    pub(super) fn lower(
        node: &Node,
        key: &str,
        directory: &Path,
        report: &mut Report,
    ) -> Option<Self> {
        if !matches!(node.kind, NodeKind::Map(_)) {
            let message = "a secret is never written into the file";
            let help = "name where it is: `{ env: NAME }` or `{ file: PATH }`";
            report.add(Finding::error("E022", node.place, message).help(help));
            return None;
        }
        let fields = Fields::of(node, REFERENCE, report)?;
        let place = match (fields.text("env", report), fields.text("file", report)) {
            (Some(name), None) if fields.get("file").is_none() => {
                let place = fields.get("env").map_or(node.place, |node| node.place);
                Place::Env(variable(name, place, report)?)
            }
            (None, Some(path)) if fields.get("env").is_none() => Place::File(directory.join(path)),
            _ => {
                let message = "a secret is either in `env` or in `file`";
                report.add(Finding::error("E018", fields.place(), message));
                return None;
            }
        };
        let said = format!("{}:{}", report.name(), node.place.line);
        Some(Self { place, key: key.into(), said: said.into() })
    }

    /// The file that it is in, which may change.
    pub(super) fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path) => Some(path),
            Place::Env(_) | Place::Given(_) => None,
        }
    }

    /// Fetches the secret. One line feed at the end of a file does not belong to it.
    pub(super) fn fetch(&self) -> Result<SecretString, ConfigError> {
        let text = match &self.place {
            Place::Env(name) => std::env::var(name)
                .map_err(|_| ConfigError::message(format!("{self} is not set")))?,
            Place::File(path) => std::fs::read_to_string(path)
                .map_err(|cause| ConfigError::message(format!("{self} cannot be read: {cause}")))?,
            Place::Given(secret) => return Ok(secret.clone()),
        };
        let secret = text.strip_suffix('\n').unwrap_or(&text);
        let secret = secret.strip_suffix('\r').unwrap_or(secret);
        // Some editors begin a text with this mark, and nobody can see it.
        let secret = secret.strip_prefix('\u{feff}').unwrap_or(secret);
        if secret.is_empty() {
            return Err(ConfigError::message(format!("{self} is empty")));
        }
        Ok(SecretString::from(secret))
    }
}

/// The name of an environment variable. What is none may be a secret.
fn variable(name: &str, place: document::Place, report: &mut Report) -> Option<String> {
    if is_variable(name) {
        return Some(name.to_owned());
    }
    let message = "`env` is the name of a variable, and this cannot be one";
    let help = "write its name alone: letters, digits and `_`, and no digit first; the secret \
                itself never stands in the file";
    report.add(Finding::error("E022", place, message).help(help));
    None
}

/// Could an environment variable be called so?
pub(super) fn is_variable(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    name.bytes().next().is_some_and(is_letter)
        && name.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit())
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, key, said } = self;
        match place {
            Place::Env(_) => write!(f, "the environment variable that `{key}` names ({said})"),
            Place::File(_) => write!(f, "the file that `{key}` names ({said})"),
            Place::Given(_) => f.write_str("the secret that was given"),
        }
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.place {
            Place::Env(_) => "env",
            Place::File(_) => "file",
            Place::Given(_) => "given",
        };
        write!(f, "Reference({place}, {})", self.key)
    }
}

const REFERENCE: Known =
    Known { what: "a reference to a secret", keys: &["env", "file"], unbuilt: &[] };

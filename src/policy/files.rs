//! Which files a path means.

use std::collections::HashSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::PolicyError;
use crate::document::Source;

/// A file of the product's own format, read but not yet understood.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SourceFile {
    /// The path as it was given or found.
    pub name: Arc<str>,
    /// The content.
    pub text: Arc<str>,
    /// What the file says it is.
    pub kind: FileKind,
}

/// What a file says it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FileKind {
    /// `kind: RoamingPolicy`, or nothing that is known.
    Policy,
    /// `kind: Aggregator`.
    Aggregator,
    /// `kind: RoamingPolicyTest`.
    Test,
    /// `kind: Service`.
    Service,
    /// `kind: Override`.
    Override,
}

/// So much of a file is read, to say how much too large it is.
const MOST: u64 = 64 * 1024 * 1024;

impl SourceFile {
    /// A file with this name and content.
    #[must_use]
    pub fn new(name: &str, text: &str) -> Self {
        let kind = match kind_of(text) {
            Some("Aggregator") => FileKind::Aggregator,
            Some("RoamingPolicyTest") => FileKind::Test,
            Some("Service") => FileKind::Service,
            Some("Override") => FileKind::Override,
            _ => FileKind::Policy,
        };
        Self { name: name.into(), text: text.into(), kind }
    }

    pub(crate) fn source(&self) -> Source {
        Source::new(Arc::clone(&self.name), Arc::clone(&self.text))
    }
}

/// Finds the files that paths mean, in the order of their names: a file is itself; a folder is all
/// `*.yaml` and `*.yml` below it that say `apiVersion: roamgate/…`, except what is hidden: names that
/// begin with a dot, where editors and Kubernetes keep copies. A file that two paths mean is found
/// once.
///
/// # Errors
///
/// [`PolicyError`] says which file could not be read.
pub fn find<P: AsRef<Path>>(
    paths: impl IntoIterator<Item = P>,
) -> Result<Vec<SourceFile>, PolicyError> {
    let found = find_every(paths)?;
    Ok(found.into_iter().filter(|found| found.is_meant).map(|found| found.file).collect())
}

/// A file that was found, and whether it is meant: it says that it is ours, or was given by name.
pub(crate) struct Found {
    pub(crate) file: SourceFile,
    pub(crate) is_meant: bool,
}

/// The same, with those in the folders that do not say whose they are.
pub(crate) fn find_every<P: AsRef<Path>>(
    paths: impl IntoIterator<Item = P>,
) -> Result<Vec<Found>, PolicyError> {
    let mut files = Vec::new();
    for path in paths {
        let path = path.as_ref();
        if path.is_dir() {
            folder(path, &mut files)?;
        } else {
            files.push(Found { file: read(path)?, is_meant: true });
        }
    }
    let mut seen = HashSet::new();
    files.retain(|found| seen.insert(whole(&found.file.name)));
    Ok(files)
}

/// The path without links and detours, where the file system says so.
fn whole(name: &str) -> PathBuf {
    std::fs::canonicalize(name).unwrap_or_else(|_| PathBuf::from(name))
}

fn folder(path: &Path, files: &mut Vec<Found>) -> Result<(), PolicyError> {
    let entries = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut paths: Vec<_> = entries
        .map_err(|error| PolicyError::io(path, error))?
        .iter()
        .map(std::fs::DirEntry::path)
        .collect();
    paths.sort();
    for path in paths {
        let is_yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
        if is_hidden(&path) {
            continue;
        } else if path.is_dir() {
            folder(&path, files)?;
        } else if is_yaml {
            let file = read(&path)?;
            let is_meant = is_ours(&file.text);
            files.push(Found { file, is_meant });
        }
    }
    Ok(())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn read(path: &Path) -> Result<SourceFile, PolicyError> {
    let bytes = bytes(path).map_err(|error| PolicyError::io(path, error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let cause = format!("the file is not UTF-8 text, from byte {at} on");
        PolicyError::io(path, std::io::Error::new(std::io::ErrorKind::InvalidData, cause))
    })?;
    Ok(SourceFile::new(&path.display().to_string(), &text))
}

/// What a file holds, unless it is far beyond what any policy may be: a device has no end.
fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        let cause = "the file has more than 64 MiB, the limit is 4 MiB";
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, cause));
    }
    Ok(bytes)
}

fn is_ours(text: &str) -> bool {
    value_of(text, "apiVersion").is_some_and(|(_, value)| value.starts_with("roamgate/"))
}

fn kind_of(text: &str) -> Option<&str> {
    value_of(text, "kind").map(|(_, value)| value)
}

/// The value of the first such key and where it stands, found without parsing: a broken file is
/// still ours. What stands before a key is read once, however often a line names it.
fn value_of<'a>(text: &'a str, key: &str) -> Option<(usize, &'a str)> {
    let (mut read, mut is_comment) = (0, false);
    text.match_indices(key).find_map(|(at, _)| {
        let between = text.get(read..at).unwrap_or_default();
        let line = between.rsplit('\n').next().unwrap_or_default();
        is_comment = line.contains('#') || is_comment && line.len() == between.len();
        read = at;
        let before = text.get(..at).unwrap_or_default();
        let stands_alone =
            before.is_empty() || before.ends_with([' ', '\n', '{', ',', '"', '\'', '\u{feff}']);
        if is_comment || !stands_alone {
            return None;
        }
        value_behind(text, at + key.len())
    })
}

/// The value behind a key that ends here, and where it stands.
fn value_behind(text: &str, end: usize) -> Option<(usize, &str)> {
    let rest = text.get(end..)?.trim_start_matches(['"', '\'']).trim_start_matches(' ');
    let value = rest.strip_prefix(':')?.trim_start().trim_start_matches(['"', '\'']);
    let start = text.len() - value.len();
    let end = value.find(|found: char| ",}\"'".contains(found) || found.is_whitespace());
    Some((start, value.get(..end.unwrap_or(value.len()))?))
}

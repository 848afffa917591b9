//! [`PolicyFiles`]: policies that change while a gate decides by them.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::fingerprint::Fingerprint;
use super::shrink;
use super::status::Board;
use super::watched::{Active, Applied, Occasion, Watched};
use super::watcher::Reload;
use crate::clock::Clock;
use crate::gate::Gate;
use crate::policy::{FileKind, Policy, PolicyError, PolicyHash, SourceFile, find_every};

/// The files and folders that hold a set of policies. See the [module](super).
#[derive(Clone, Debug)]
#[must_use]
pub struct PolicyFiles {
    paths: Vec<PathBuf>,
    has_end_mark: bool,
    may_shrink: bool,
}

struct Policies {
    files: PolicyFiles,
    source: Arc<str>,
    gate: Gate,
    /// What the files held the last time that they were in order.
    last: Mutex<Option<PolicyHash>>,
}

impl PolicyFiles {
    /// Files, and folders of which all policies are meant.
    pub fn new<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> Self {
        let paths = paths.into_iter().map(Into::into).collect();
        Self { paths, has_end_mark: false, may_shrink: false }
    }

    /// Demands that every policy file ends with the line `# end`, so that one that is half written
    /// is never taken for a whole one, however slowly it is written. In a folder it is demanded of
    /// every `*.yaml` and `*.yml`: a file of which nothing is written yet does not say whose it is.
    pub fn end_mark(self) -> Self {
        Self { has_end_mark: true, ..self }
    }

    /// Takes what has lost most of its rules, every rule that refuses, or a file, without a question.
    pub fn may_shrink(self) -> Self {
        Self { may_shrink: true, ..self }
    }

    /// Reads the policies, for a start: with invalid files, a service does not begin.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] holds every problem of every file, or says which file could not be read.
    pub fn load(&self) -> Result<Policy, PolicyError> {
        Policy::from_files_at(&self.read()?, Clock::system().now())
    }

    /// Watches the files for this gate, and for all clones of it. Take the gate of a layer that is
    /// built: what changes a layer later makes another one of it.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without time.
    pub fn watch(self, gate: &Gate) -> Reload {
        let names: Vec<_> = self.paths.iter().map(|path| format!("`{}`", path.display())).collect();
        let source: Arc<str> = names.join(", ").into();
        let (ours, theirs) = (gate.clone(), gate.clone());
        let clock = Clock::from_fn(move || theirs.now());
        let board = Board::new(Arc::clone(&source), clock, Arc::new(move || active(&ours)));
        Reload::start(
            Policies { files: self, source, gate: gate.clone(), last: Mutex::default() },
            board,
        )
    }

    fn read(&self) -> Result<Vec<SourceFile>, PolicyError> {
        let files = find_every(&self.paths)?;
        // What is half written does not say yet whose it is.
        let is_whole = |file: &SourceFile| {
            !matches!(file.kind, FileKind::Policy | FileKind::Override) || is_ended(&file.text)
        };
        match files.iter().find(|found| !is_whole(&found.file)) {
            Some(found) if self.has_end_mark => {
                let cause = "the last line is not `# end`, so the file may be half written";
                let cause = Error::new(ErrorKind::InvalidData, cause);
                Err(PolicyError::io(Path::new(&*found.file.name), cause))
            }
            _ => Ok(files.into_iter().filter(|it| it.is_meant).map(|it| it.file).collect()),
        }
    }
}

impl Watched for Policies {
    type Contents = Vec<SourceFile>;

    fn read(&self) -> Result<Vec<SourceFile>, String> {
        self.files.read().map_err(|error| error.to_string())
    }

    fn fingerprint(files: &Vec<SourceFile>) -> Fingerprint {
        Fingerprint::of(files.iter().flat_map(|file| [file.name.as_bytes(), file.text.as_bytes()]))
    }

    /// An override is told of, though there may be no request for hours.
    fn tick(&self) {
        self.gate.watch_overrides();
    }

    fn apply(&self, files: Vec<SourceFile>, occasion: Occasion) -> Result<Applied, String> {
        let policy = Policy::from_files_at(&files, self.gate.now());
        let policy = policy.map_err(|error| error.to_string())?;
        let revisions = self.gate.revisions();
        let is_known = |hash| revisions.iter().any(|it| it.hash == hash && it.is_withdrawn);
        let (active, hash) = (self.gate.policy(), policy.hash());
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // What one went back from comes back once the files have held another policy.
        let is_news = last.is_some_and(|last| last != hash);
        if active.hash() == hash || is_known(hash) && !is_news {
            *last = Some(hash);
            return Ok(Applied::Unchanged);
        }
        let may_shrink = self.files.may_shrink || occasion.may_shrink;
        if let Some(loss) = shrink::loss(&active, &policy).filter(|_| !may_shrink) {
            return Err(loss);
        }
        self.gate.replace(policy, Arc::clone(&self.source)).map_err(|error| error.to_string())?;
        *last = Some(hash);
        Ok(Applied::Replaced)
    }
}

fn is_ended(text: &str) -> bool {
    text.lines().next_back().is_some_and(|line| line.trim_end() == "# end")
}

fn active(gate: &Gate) -> Active {
    let (revision, former) = gate.active_and_former();
    let (name, rules) = (revision.hash.to_string(), Some(revision.rules));
    Active { name, rules, since: revision.since, former }
}

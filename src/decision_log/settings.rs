//! [`Builder`]: how a log is kept.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rand::RngExt;

use super::compose::Contents;
use super::file::LogFile;
use super::queue::{Bounds, Queue};
use super::subject_key::SubjectKey;
use super::writer::Writer;
use super::{DecisionLog, Log};

/// What happens to a request whose record finds no room.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum OnFull {
    /// It goes its way. The record is lost, and the file declares the gap.
    #[default]
    Drop,
    /// It waits for room, for at most 50 ms and without holding up a thread; then as [`Self::Deny`].
    Block,
    /// It is refused with 503: nothing happens that is not on record.
    Deny,
}

/// Settings of a [`DecisionLog`]. Made by [`DecisionLog::to`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    path: PathBuf,
    contents: Contents,
    on_full: OnFull,
    bounds: Bounds,
    interval: Duration,
}

impl Builder {
    pub(super) fn new(path: PathBuf) -> Self {
        let left_out = vec![SUBJECT_ID.into()];
        let contents = Contents { left_out, subject_key: None, has_digits: false, in_cells: false };
        let bounds = Bounds { records: 10_000, bytes: 16 * 1024 * 1024, is_prompt: false };
        Self { path, contents, on_full: OnFull::default(), bounds, interval: INTERVAL }
    }

    /// What happens to a request whose record finds no room: [`OnFull::Drop`] if nothing is said.
    pub fn on_full(self, on_full: OnFull) -> Self {
        Self { on_full, ..self }
    }

    /// At most so many records wait, instead of 10,000; and so many bytes, instead of 16 MiB.
    pub fn queue(mut self, records: usize, bytes: usize) -> Self {
        (self.bounds.records, self.bounds.bytes) = (records.max(1), bytes.max(1));
        self
    }

    /// Records are written after at most this time, instead of 200 ms: so much is lost when the
    /// process is killed.
    pub fn flush_every(self, interval: Duration) -> Self {
        Self { interval, ..self }
    }

    /// Every record is written, and the disk has it, before its request goes on: nothing is lost
    /// when the process is killed. A request waits at most 50 ms for that; then it is refused with
    /// 503, or with [`OnFull::Drop`] goes on.
    pub fn sync(mut self, is_synced: bool) -> Self {
        self.bounds.is_prompt = is_synced;
        self
    }

    /// Records name customers by the keyed hash of their lines. Without a key they name nobody.
    pub fn subject_key(mut self, key: SubjectKey) -> Self {
        self.contents.subject_key = Some(key);
        self
    }

    /// Records have the last two digits of the numbers they are about: enough to tell a customer's lines
    /// apart, and one of a hundred customers from the others.
    pub fn last_digits(mut self) -> Self {
        self.contents.has_digits = true;
        self
    }

    /// Records leave out the value of this fact. Decisions that turned on it cannot be replayed.
    /// `subject.id` is left out unless [`keep`](Self::keep) says otherwise.
    pub fn leave_out(mut self, fact: impl Into<Arc<str>>) -> Self {
        self.contents.left_out.push(fact.into());
        self
    }

    /// Records have the value of this fact, where a rule of the request's class asks for it.
    pub fn keep(mut self, fact: &str) -> Self {
        self.contents.left_out.retain(|left_out| **left_out != *fact);
        self
    }

    /// Records have numbers and texts only as far as the policy that decides tells them apart: of an
    /// amount, between which of its bounds it lies. The decision can be made again all the same; and
    /// by another policy, unless that one tells values apart which this one does not.
    pub fn in_cells(mut self) -> Self {
        self.contents.in_cells = true;
        self
    }

    /// Opens the file, and begins.
    ///
    /// # Errors
    ///
    /// Where the file cannot be opened, or no thread can be started.
    pub fn start(self) -> io::Result<DecisionLog> {
        let Self { path, contents, on_full, bounds, interval } = self;
        let mut file = LogFile::new(path.clone());
        file.open_now().map_err(|error| {
            let message = format!("cannot open the decision log `{}`: {error}", path.display());
            io::Error::new(error.kind(), message)
        })?;
        let run = format!("{:016x}", rand::rng().random::<u64>());
        let queue = Arc::new(Queue::new(bounds, run));
        let is_synced = bounds.is_prompt;
        let writer = Writer { queue: Arc::clone(&queue), file, interval, is_synced };
        thread::Builder::new().name("roamgate-log".to_owned()).spawn(|| writer.run())?;
        Ok(DecisionLog(Arc::new(Log { queue, contents, on_full, is_synced })))
    }
}

const SUBJECT_ID: &str = "subject.id";
/// How long a record waits to be written.
pub(super) const INTERVAL: Duration = Duration::from_millis(200);

//! [`DecisionLog`]: every decision in a file, with all that is needed to make it again.
//!
//! 1. A record is composed on the request's path and queued; one thread writes. What is queued is
//!    bounded, and [`OnFull`] says what happens then. What is lost is declared in the file.
//! 2. Each line is a JSON document: a decision (`roamgate.decision/v1`), what shadow rules made of
//!    one (`roamgate.shadow/v1`), that the request of one did not go on after all
//!    (`roamgate.withdrawn/v1`), or a gap (`{"gap":3,"from":17,"to":19,…}`). Every line that is not
//!    a gap has a number of its own, so that they and declared gaps are together all of a `run`.
//! 3. A record names no line and no customer, unless [`Builder::subject_key`] gives a key for it;
//!    [`Builder::last_digits`] keeps the end of numbers.
//!    Paths are reduced to templates, and of the free facts only those are kept for which some rule
//!    of the request's class asks; [`Builder::leave_out`] keeps one out.
//!
//! The file may be renamed or truncated at any time, by `logrotate` for instance. Where it cannot be
//! written, the writer tries again each second.
//!
//! # Example
//!
//! ```
//! use roamgate::decision_log::{DecisionLog, OnFull, SubjectKey};
//! use roamgate::{FixedProvider, Gate, Policy};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("decisions.jsonl");
//! let key = SubjectKey::new("2026-11", b"32 random bytes of your own stay")?;
//! let log = DecisionLog::to(path).on_full(OnFull::Deny).subject_key(key).start()?;
//!
//! let policy = Policy::from_path("policies/payments-eea.yaml")?;
//! let gate = Gate::new(policy, FixedProvider::new()).audit(log.clone());
//! // … and at the very end, when no request is left:
//! if let Err(undone) = log.shutdown() {
//!     eprintln!("{undone}");
//! }
//! # drop(gate);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cells;
mod chunk;
mod compose;
mod facts;
mod file;
mod json;
mod otherwise;
mod queue;
mod record;
mod seen;
mod settings;
mod sheet;
mod subject_key;
mod time;
mod writer;

pub(crate) use record::MISFIT;
pub use record::{Aim, AssuranceSeen, DecisionRecord, LineSeen, SubjectSeen};
pub use settings::{Builder, OnFull};
pub use subject_key::{SubjectKey, WeakKey};

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::time::timeout;

use crate::audit::{AuditSink, Record, ShadowRecord, Taken, Waits};
use compose::{Contents, short};
use otherwise::{Otherwise, Unkept, Withdrawal};
use queue::Queue;
use sheet::Sheet;

/// The name of the form in which decisions are written.
pub const SCHEMA: &str = "roamgate.decision/v1";
/// The name of the form in which is written what shadow rules made of a decision.
pub const SHADOW_SCHEMA: &str = "roamgate.shadow/v1";
/// The name of the form in which is written that the request of a record did not go on.
pub const WITHDRAWN_SCHEMA: &str = "roamgate.withdrawn/v1";

/// How long a request waits for its record.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long a shutdown takes at most.
const FAREWELL: Duration = Duration::from_secs(5);

/// A log of decisions. Cheap to clone: all clones write to one file.
///
/// The last clone that is dropped [shuts it down](Self::shutdown), and holds up its thread for as long:
/// in a task, shut it down first, where blocking is allowed.
#[derive(Clone)]
pub struct DecisionLog(Arc<Log>);

struct Log {
    queue: Arc<Queue>,
    contents: Contents,
    on_full: OnFull,
    is_synced: bool,
}

/// What has become of records so far.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Counts {
    /// They are in the file.
    pub written: u64,
    /// They are not in the file: the queue was full, or the log was being shut down. The file declares
    /// them as gaps, but not those of decisions made after the shutdown.
    pub lost: u64,
    /// They wait.
    pub queued: usize,
    /// Why nothing can be written at the moment, if so.
    pub failure: Option<String>,
}

/// Decisions of which the file says nothing, neither a record nor a gap.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Undone(
    /// So many.
    pub usize,
);

impl DecisionLog {
    /// A log in this file, which is created where it does not exist, readable by its owner alone.
    pub fn to(path: impl Into<PathBuf>) -> Builder {
        Builder::new(path.into())
    }

    /// What has become of records so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let state = self.0.queue.state();
        Counts {
            written: state.written,
            lost: state.lost,
            queued: state.unwritten(),
            failure: state.failure.clone(),
        }
    }

    /// Waits until all records of decisions made until now are written, for at most this time. It
    /// blocks the thread. Where nothing could be written, it is tried again at once.
    ///
    /// # Errors
    ///
    /// [`Undone`] says how many are not written.
    pub fn flush(&self, patience: Duration) -> Result<(), Undone> {
        Undone::of(self.0.queue.flush(patience))
    }

    /// Takes no more records, writes those that are queued, and sees to it that the disk has them.
    /// It blocks the thread for at most five seconds. Decisions that are made afterwards are not on
    /// record, so let it be the last thing that a service does.
    ///
    /// # Errors
    ///
    /// [`Undone`] says how many are not written by then.
    pub fn shutdown(&self) -> Result<(), Undone> {
        self.shutdown_within(FAREWELL)
    }

    /// The same, in at most this time.
    ///
    /// # Errors
    ///
    /// [`Undone`] says how many are not written by then.
    pub fn shutdown_within(&self, patience: Duration) -> Result<(), Undone> {
        Undone::of(self.0.queue.close(patience))
    }
}

impl Undone {
    fn of(count: usize) -> Result<(), Self> {
        if count == 0 { Ok(()) } else { Err(Self(count)) }
    }
}

impl AuditSink for DecisionLog {
    fn record(&self, record: &Record<'_>) {
        let _ = self.try_record(record);
    }

    fn try_record(&self, record: &Record<'_>) -> Taken {
        self.0.take(record)
    }

    fn shadow(&self, record: &ShadowRecord<'_>) {
        let Log { queue, .. } = &*self.0;
        if queue.push(&tail(SHADOW_SCHEMA, &shadow(record))).is_none() {
            queue.lose();
        }
    }
}

impl Log {
    fn take(&self, record: &Record<'_>) -> Taken {
        Sheet::on_own(|sheet| {
            self.contents.write(sheet, record);
            self.taken(record, sheet.as_bytes())
        })
    }

    fn taken(&self, record: &Record<'_>, text: &[u8]) -> Taken {
        let Self { queue, on_full, is_synced, .. } = self;
        let has_runtime = || tokio::runtime::Handle::try_current().is_ok();
        match (queue.push(text), on_full) {
            (Some(number), _) if *is_synced && has_runtime() => self.once_written(number, record),
            (Some(_), _) => Taken::Kept,
            (None, OnFull::Block) if has_runtime() => self.once_there_is_room(text.to_owned()),
            (None, OnFull::Drop) => {
                queue.lose();
                Taken::Kept
            }
            (None, OnFull::Block | OnFull::Deny) => {
                queue.lose();
                Taken::Refused
            }
        }
    }

    /// Waits until the file has a record. Where that takes too long, the record may still be written,
    /// and another line says that it came to nothing.
    fn once_written(&self, number: u64, record: &Record<'_>) -> Taken {
        let queue = Arc::clone(&self.queue);
        let is_kept = self.on_full == OnFull::Drop || record.observed;
        let withdrawal = (!is_kept).then(|| Withdrawal::of(record.decision));
        let mut unless_written = Otherwise::new(Arc::clone(&queue), withdrawal);
        Taken::Waits(Waits::new(async move {
            let written = queue.until(|state| state.is_written(number));
            let is_written = timeout(PATIENCE, written).await.is_ok();
            if is_written {
                unless_written.forget();
            }
            is_written || is_kept
        }))
    }

    fn once_there_is_room(&self, text: Vec<u8>) -> Taken {
        let queue = Arc::clone(&self.queue);
        let mut unless_taken = Otherwise::new(Arc::clone(&queue), Some(Unkept));
        Taken::Waits(Waits::new(async move {
            let is_taken = timeout(PATIENCE, pushed(&queue, &text)).await.is_ok();
            if is_taken {
                unless_taken.forget();
            }
            is_taken
        }))
    }
}

/// Waits for room, and takes it.
async fn pushed(queue: &Queue, text: &[u8]) {
    loop {
        queue.until(|state| queue.has_room(state)).await;
        if queue.push(text).is_some() {
            return;
        }
    }
}

/// A document without its beginning, which the queue adds: number and run.
fn tail(schema: &str, document: &impl Serialize) -> Vec<u8> {
    let mut sheet = Sheet::default();
    sheet.raw(r#""schema":""#).raw(schema).raw("\"");
    let opening = sheet.len();
    sheet.value(document);
    let mut text = sheet.into_bytes();
    if let Some(brace) = text.get_mut(opening) {
        *brace = b',';
    }
    text
}

#[derive(Serialize)]
struct Shadow {
    id: String,
    policy: String,
    route: Option<String>,
    effect: &'static str,
    projected: Option<&'static str>,
    observed: bool,
}

fn shadow(record: &ShadowRecord<'_>) -> Shadow {
    let ShadowRecord { decision, route, observed, projected } = record;
    Shadow {
        id: decision.id().to_string(),
        policy: decision.policy_hash().to_string(),
        route: route.map(|route| short(route).to_owned()),
        effect: decision.effect().name(),
        projected: projected.map(crate::policy::Effect::name),
        observed: *observed,
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Err(undone) = Undone::of(self.queue.close(FAREWELL)) {
            tracing::error!(target: "roamgate::decision_log", undone = undone.0, "{undone}");
        }
    }
}

impl fmt::Display for Undone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count) = self;
        write!(f, "{count} records of decisions could not be written")
    }
}

impl std::error::Error for Undone {}

impl fmt::Debug for DecisionLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecisionLog").field("counts", &self.counts()).finish_non_exhaustive()
    }
}

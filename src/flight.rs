//! One load per key, however many callers wait for it.
//!
//! The load runs in a task of its own with its own deadline; callers only wait, and may be dropped
//! at any moment. A load that was [forgotten](Flights::forget) while it ran answers those who
//! waited already; it is neither joined any more nor kept.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::Instrument;

use crate::metrics::{self, Place};
use crate::status::UnknownReason;

/// The loads under way, by key.
pub(crate) struct Flights<K, V> {
    shared: Arc<Shared<K, V>>,
    deadline: Duration,
    /// Called for each caller who waits for a load that another one began.
    on_company: fn(),
}

struct Shared<K, V> {
    board: Mutex<Board<K, V>>,
    tasks: TaskTracker,
    abort: CancellationToken,
}

struct Board<K, V> {
    flights: HashMap<K, Arrival<V>>,
    closed: bool,
}

type Arrival<V> = watch::Receiver<Option<Result<V, Lost>>>;

/// Why a load brought nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Lost {
    NoRuntime,
    ShutDown,
    TimedOut,
    Panicked,
}

/// What a caller gets at once: a value, or a seat.
enum Seat<V> {
    Kept(V),
    Waiting(Arrival<V>),
}

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// No load under way; each may take `deadline`.
    pub(crate) fn new(deadline: Duration) -> Self {
        let board = Mutex::new(Board { flights: HashMap::new(), closed: false });
        let shared = Shared { board, tasks: TaskTracker::new(), abort: CancellationToken::new() };
        Self { shared: Arc::new(shared), deadline, on_company: || () }
    }

    /// The same, which calls this for each caller who waits for a load that another one began.
    pub(crate) fn on_company(self, on_company: fn()) -> Self {
        Self { on_company, ..self }
    }

    /// How long a load may take.
    pub(crate) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// What is `kept` for `key`, or what its load brings: the one under way, or this one.
    ///
    /// `kept` and `keep` run under the lock and must be quick. A flight keeps its value before it
    /// leaves the board, so that no caller finds neither.
    pub(crate) async fn join(
        &self,
        key: K,
        kept: impl Fn() -> Option<V>,
        load: impl Future<Output = V> + Send + 'static,
        keep: impl FnOnce(&V) + Send + 'static,
    ) -> Result<V, Lost> {
        let mut arrival = match self.seat(key, kept, load, keep)? {
            Seat::Kept(value) => return Ok(value),
            Seat::Waiting(arrival) => arrival,
        };
        let landed = arrival.wait_for(Option::is_some).await;
        landed.ok().and_then(|outcome| outcome.clone()).unwrap_or(Err(Lost::ShutDown))
    }

    /// Begins the load of `key`, unless it is `kept` or under way. Nobody waits for it.
    #[cfg(feature = "camara")]
    pub(crate) fn launch(
        &self,
        key: K,
        kept: impl Fn() -> Option<V>,
        load: impl Future<Output = V> + Send + 'static,
        keep: impl FnOnce(&V) + Send + 'static,
    ) {
        // Where it cannot begin, the next caller who waits is told why.
        let _ = self.seat(key, kept, load, keep);
    }

    /// Cuts the load of `key` loose: later callers start another, and its value is not kept.
    pub(crate) fn forget(&self, key: &K) {
        self.shared.board().flights.remove(key);
    }

    /// Refuses new loads, waits for the running ones up to `grace`, and aborts the rest.
    pub(crate) async fn shutdown(&self, grace: Duration) {
        self.shared.board().closed = true;
        self.shared.tasks.close();
        if tokio::time::timeout(grace, self.shared.tasks.wait()).await.is_err() {
            self.shared.abort.cancel();
            self.shared.tasks.wait().await;
        }
    }

    fn seat(
        &self,
        key: K,
        kept: impl Fn() -> Option<V>,
        load: impl Future<Output = V> + Send + 'static,
        keep: impl FnOnce(&V) + Send + 'static,
    ) -> Result<Seat<V>, Lost> {
        let runtime = Handle::try_current().map_err(|_| Lost::NoRuntime)?;
        let mut board = self.shared.board();
        if let Some(value) = kept() {
            return Ok(Seat::Kept(value));
        }
        if let Some(arrival) = board.flights.get(&key).cloned() {
            drop(board);
            (self.on_company)();
            return Ok(Seat::Waiting(arrival));
        }
        if board.closed {
            return Err(Lost::ShutDown);
        }
        let (announce, arrival) = watch::channel(None);
        board.flights.insert(key.clone(), arrival.clone());
        let landing = Landing {
            key,
            announce: Some(announce),
            arrival: arrival.clone(),
            shared: Arc::clone(&self.shared),
            _counted: self.shared.tasks.token(),
        };
        // A runtime that shuts down drops the task at once, and the landing takes the lock.
        drop(board);
        runtime.spawn(fly(landing, self.deadline, load, keep).in_current_span());
        Ok(Seat::Waiting(arrival))
    }
}

async fn fly<K, V>(
    mut landing: Landing<K, V>,
    deadline: Duration,
    load: impl Future<Output = V>,
    keep: impl FnOnce(&V),
) where
    K: Eq + Hash,
{
    let abort = landing.shared.abort.clone();
    let outcome = tokio::select! {
        loaded = tokio::time::timeout(deadline, load) => loaded.map_err(|_| Lost::TimedOut),
        () = abort.cancelled() => Err(Lost::ShutDown),
    };
    landing.land(outcome, keep);
}

/// Ends a flight exactly once, also when its task panics or is dropped.
struct Landing<K: Eq + Hash, V> {
    key: K,
    announce: Option<watch::Sender<Option<Result<V, Lost>>>>,
    arrival: Arrival<V>,
    shared: Arc<Shared<K, V>>,
    _counted: TaskTrackerToken,
}

impl<K: Eq + Hash, V> Landing<K, V> {
    fn land(&mut self, outcome: Result<V, Lost>, keep: impl FnOnce(&V)) {
        let mut board = self.shared.board();
        let current = board.flights.get(&self.key);
        if current.is_some_and(|arrival| arrival.same_channel(&self.arrival)) {
            if let Ok(value) = &outcome {
                keep(value);
            }
            board.flights.remove(&self.key);
        }
        drop(board);
        if let Some(announce) = self.announce.take() {
            announce.send_replace(Some(outcome));
        }
    }
}

impl<K: Eq + Hash, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        if self.announce.is_some() {
            let lost = if std::thread::panicking() { Lost::Panicked } else { Lost::ShutDown };
            if lost == Lost::Panicked {
                metrics::panicked(Place::Lookup);
            }
            self.land(Err(lost), |_| ());
        }
    }
}

impl<K, V> Shared<K, V> {
    /// The board. A panic under the lock leaves it whole: every change is one call.
    fn board(&self) -> MutexGuard<'_, Board<K, V>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lost {
    /// What the failure means for the line that was asked about.
    pub(crate) fn reason(self) -> UnknownReason {
        match self {
            Self::TimedOut => UnknownReason::Timeout,
            Self::NoRuntime | Self::ShutDown | Self::Panicked => UnknownReason::Unavailable,
        }
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRuntime => "no tokio runtime is running here; lookups need one",
            Self::ShutDown => "lookups have been shut down",
            Self::TimedOut => "the lookup did not end within its deadline",
            Self::Panicked => "the lookup panicked",
        })
    }
}

impl<K, V> fmt::Debug for Flights<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flights({} under way)", self.shared.board().flights.len())
    }
}

//! [`Reload`]: the task that looks at files, and the handle to it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::fingerprint::Fingerprint;
use super::status::{Board, ReloadStatus};
use super::watched::{Applied, Occasion, Watched};

/// Files that are watched. The watching goes on when the handle is dropped, until the runtime ends or
/// [`stop`](Self::stop).
#[derive(Clone)]
pub struct Reload {
    board: Arc<Board>,
    asks: mpsc::Sender<Ask>,
    task: AbortHandle,
}

/// Somebody asks for a look, and may wait for it.
struct Ask {
    may_shrink: bool,
    done: oneshot::Sender<()>,
}

impl Reload {
    pub(super) fn start<W: Watched>(watched: W, board: Board) -> Self {
        let (asks, asked) = mpsc::channel(ASKS);
        let board = Arc::new(board);
        let watcher =
            Watcher { watched: Arc::new(watched), board: Arc::clone(&board), judged: None };
        let task = tokio::spawn(watcher.run(asked)).abort_handle();
        Self { board, asks, task }
    }

    /// How the files are doing.
    #[must_use]
    pub fn status(&self) -> ReloadStatus {
        self.board.status()
    }

    /// Looks at the files now, and tells what came of it. Half a second passes where they have
    /// changed. Files that have not changed are not judged again.
    pub async fn now(&self) -> ReloadStatus {
        self.ask(false).await;
        self.status()
    }

    /// Looks at the files now, and takes them although they hold far fewer rules than those that
    /// decide, or none that refuses, or a file is gone. Once: the next such loss is held back again.
    pub async fn accept_fewer_rules(&self) -> ReloadStatus {
        self.ask(true).await;
        self.status()
    }

    /// Ends the watching. What is active stays.
    pub fn stop(&self) {
        self.task.abort();
    }

    /// Looks at the files whenever the process gets `SIGHUP`, which does not end it any more.
    ///
    /// # Errors
    ///
    /// The system's, where it allows no handler.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without I/O.
    #[cfg(all(unix, feature = "signal"))]
    pub fn on_hangup(&self) -> std::io::Result<()> {
        let mut hangups = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?;
        let reload = self.clone();
        tokio::spawn(async move {
            while hangups.recv().await.is_some() {
                reload.ask(false).await;
            }
        });
        Ok(())
    }

    async fn ask(&self, may_shrink: bool) {
        let (done, answer) = oneshot::channel();
        // Where nobody watches any more, there is nothing to wait for.
        if self.asks.send(Ask { may_shrink, done }).await.is_ok() {
            let _ = answer.await;
        }
    }
}

impl fmt::Debug for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reload").field("status", &self.status()).finish()
    }
}

struct Watcher<W> {
    watched: Arc<W>,
    board: Arc<Board>,
    /// What was judged last, and what is wrong with it.
    judged: Option<(Fingerprint, Result<(), Arc<str>>)>,
}

/// What a look finds.
enum Found<C> {
    /// What was judged already.
    Known(Result<(), Arc<str>>),
    New(C),
    Unreadable(Arc<str>),
}

impl<W: Watched> Watcher<W> {
    async fn run(mut self, mut asked: mpsc::Receiver<Ask>) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let ask = tokio::select! {
                Some(ask) = asked.recv() => Some(ask),
                _ = ticks.tick() => None,
            };
            let may_shrink = ask.as_ref().is_some_and(|ask| ask.may_shrink);
            self.look(may_shrink).await;
            self.watched.tick();
            // Whoever asked may have gone.
            let _ = ask.map(|ask| ask.done.send(()));
        }
    }

    async fn look(&mut self, may_shrink: bool) {
        // What was held back is judged again.
        self.judged.take_if(|(_, judged)| may_shrink && judged.is_err());
        let contents = match self.find().await {
            Found::New(contents) => contents,
            Found::Known(judged) => return self.board.note(judged.map(|()| Applied::Unchanged)),
            Found::Unreadable(error) => return self.board.note(Err(error)),
        };
        let (fingerprint, watched) = (W::fingerprint(&contents), Arc::clone(&self.watched));
        let occasion = Occasion { may_shrink };
        let applied = blocking(move || watched.apply(contents, occasion)).await;
        self.judged = Some((fingerprint, applied.as_ref().map(|_| ()).map_err(Arc::clone)));
        self.board.note(applied);
    }

    /// What the files hold, once they hold the same twice.
    async fn find(&self) -> Found<W::Contents> {
        let mut last = self.read().await;
        if let (Ok((_, read)), Some((judged, outcome))) = (&last, &self.judged)
            && read == judged
        {
            return Found::Known(outcome.clone());
        }
        for _ in 0..READS {
            sleep(SETTLE).await;
            match (self.read().await, last) {
                (Ok((contents, now)), Ok((_, before))) if now == before => {
                    return Found::New(contents);
                }
                (Err(now), Err(before)) if now == before => return Found::Unreadable(now),
                (now, _) => last = now,
            }
        }
        Found::Unreadable("the files change again and again while they are read".into())
    }

    async fn read(&self) -> Result<(W::Contents, Fingerprint), Arc<str>> {
        let watched = Arc::clone(&self.watched);
        blocking(move || {
            let contents = watched.read()?;
            let fingerprint = W::fingerprint(&contents);
            Ok((contents, fingerprint))
        })
        .await
    }
}

/// Runs what may block. A panic there is an error like any other.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, Arc<str>> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(Arc::from),
        Err(_) => Err("the files were not judged: that is our fault, not theirs".into()),
    }
}

/// How often the files are read.
const EVERY: Duration = Duration::from_secs(2);
/// How long they must stay the same.
const SETTLE: Duration = Duration::from_millis(500);
/// How many times a look waits for that.
const READS: usize = 8;
/// How many may wait for a look at a time.
const ASKS: usize = 16;

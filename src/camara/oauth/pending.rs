//! Consents that customers have not given yet: one bounded background task for each.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::line::Line;
use crate::provider::ProviderError;

/// The tasks that wait for consents, by line. Beyond the limit, the oldest is dropped.
#[derive(Debug)]
pub(in crate::camara) struct Pending {
    waiting: Mutex<Waiting>,
    tasks: TaskTracker,
    limit: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    pollers: HashMap<Line, Poller>,
    started: u64,
    closed: bool,
    /// When it was last told that consents are given up.
    told: Option<Instant>,
}

#[derive(Debug)]
struct Poller {
    order: u64,
    /// What the last poll said. Closed when the task has ended.
    latest: watch::Receiver<ProviderError>,
    /// Where the customer can consent.
    consent_url: Option<SecretString>,
    _task: AbortOnDropHandle<()>,
}

impl Pending {
    pub(in crate::camara) fn new(limit: usize) -> Self {
        Self { waiting: Mutex::default(), tasks: TaskTracker::new(), limit }
    }

    /// What is known of a line whose consent is pending.
    pub(in crate::camara) fn latest(&self, line: Line) -> Option<ProviderError> {
        let waiting = self.waiting();
        let poller = waiting.pollers.get(&line).filter(|poller| poller.is_running())?;
        Some(poller.latest.borrow().clone())
    }

    /// Where the customer of a line whose consent is pending can give it.
    pub(in crate::camara) fn consent_url(&self, line: Line) -> Option<SecretString> {
        let waiting = self.waiting();
        let poller = waiting.pollers.get(&line).filter(|poller| poller.is_running())?;
        poller.consent_url.clone()
    }

    /// Keeps the address where the pending consent of `line` can be given.
    pub(in crate::camara) fn offer(&self, line: Line, consent_url: Option<SecretString>) {
        if let Some(poller) = self.waiting().pollers.get_mut(&line) {
            poller.consent_url = consent_url;
        }
    }

    /// Runs `poll` for `line`, which tells through the sender what is known meanwhile. The lines that
    /// had to make room for it come back: nobody waits for their consents any more.
    #[must_use]
    pub(in crate::camara) fn start<F>(
        &self,
        line: Line,
        meanwhile: ProviderError,
        poll: impl FnOnce(watch::Sender<ProviderError>) -> F,
    ) -> Vec<Line>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut waiting = self.waiting();
        if waiting.closed {
            return Vec::new();
        }
        let given_up = waiting.make_room(self.limit);
        waiting.started += 1;
        let (tell, latest) = watch::channel(meanwhile);
        let task = AbortOnDropHandle::new(self.tasks.spawn(poll(tell)));
        let order = waiting.started;
        waiting.pollers.insert(line, Poller { order, latest, consent_url: None, _task: task });
        given_up
    }

    /// How many are waited for.
    pub(in crate::camara) fn count(&self) -> usize {
        self.waiting().pollers.values().filter(|poller| poller.is_running()).count()
    }

    /// Waits until nothing is pending for `line`.
    pub(in crate::camara) async fn settled(&self, line: Line) {
        let poller = self.waiting().pollers.get(&line).map(|poller| poller.latest.clone());
        if let Some(mut latest) = poller {
            while latest.changed().await.is_ok() {}
        }
    }

    /// Ends the task of a line.
    pub(in crate::camara) fn forget(&self, line: Line) {
        self.waiting().pollers.remove(&line);
    }

    /// Ends all tasks, and refuses new ones.
    pub(in crate::camara) fn stop(&self) {
        let mut waiting = self.waiting();
        waiting.closed = true;
        waiting.pollers.clear();
    }

    /// The same, and waits until they have ended.
    pub(in crate::camara) async fn shutdown(&self) {
        self.stop();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn make_room(&mut self, limit: usize) -> Vec<Line> {
        let mut given_up = Vec::new();
        if self.pollers.len() < limit {
            return given_up;
        }
        self.pollers.retain(|_, poller| poller.is_running());
        while self.pollers.len() >= limit.max(1) {
            let oldest = self.pollers.iter().min_by_key(|(_, poller)| poller.order);
            let Some(line) = oldest.map(|(line, _)| *line) else { break };
            self.pollers.remove(&line);
            given_up.push(line);
        }
        if !given_up.is_empty() && self.told.is_none_or(|told| told.elapsed() >= TOLD_AGAIN) {
            self.told = Some(Instant::now());
            tracing::warn!(limit, "so many consents are pending that the oldest are given up");
        }
        given_up
    }
}

impl Poller {
    fn is_running(&self) -> bool {
        self.latest.has_changed().is_ok()
    }
}

const TOLD_AGAIN: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;

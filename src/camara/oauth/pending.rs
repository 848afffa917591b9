//! Consents that customers have not given yet: one bounded background task for each.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;
use tokio::sync::watch;
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

    /// Runs `poll` for `line`, which tells through the sender what is known meanwhile.
    pub(in crate::camara) fn start<F>(
        &self,
        line: Line,
        meanwhile: ProviderError,
        poll: impl FnOnce(watch::Sender<ProviderError>) -> F,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut waiting = self.waiting();
        if waiting.closed {
            return;
        }
        waiting.make_room(self.limit);
        waiting.started += 1;
        let (tell, latest) = watch::channel(meanwhile);
        let task = AbortOnDropHandle::new(self.tasks.spawn(poll(tell)));
        let order = waiting.started;
        waiting.pollers.insert(line, Poller { order, latest, consent_url: None, _task: task });
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
    fn make_room(&mut self, limit: usize) {
        if self.pollers.len() < limit {
            return;
        }
        self.pollers.retain(|_, poller| poller.is_running());
        while self.pollers.len() >= limit.max(1) {
            let oldest = self.pollers.iter().min_by_key(|(_, poller)| poller.order);
            let Some(line) = oldest.map(|(line, _)| *line) else { return };
            self.pollers.remove(&line);
        }
    }
}

impl Poller {
    fn is_running(&self) -> bool {
        self.latest.has_changed().is_ok()
    }
}

#[cfg(test)]
mod tests;

//! What a log still has to say when a request does not wait for its record to the end.

use std::sync::Arc;

use serde::Serialize;

use super::queue::Queue;
use super::{WITHDRAWN_SCHEMA, tail};
use crate::policy::Decision;

/// Says it when it is dropped, unless there is nothing to say any more: also where a client has left.
pub(super) struct Otherwise<S: Saying> {
    queue: Arc<Queue>,
    saying: Option<S>,
}

/// What is said.
pub(super) trait Saying {
    fn say(self, queue: &Queue);
}

impl<S: Saying> Otherwise<S> {
    pub(super) fn new(queue: Arc<Queue>, saying: Option<S>) -> Self {
        Self { queue, saying }
    }

    /// All went well.
    pub(super) fn forget(&mut self) {
        self.saying = None;
    }
}

impl<S: Saying> Drop for Otherwise<S> {
    fn drop(&mut self) {
        if let Some(saying) = self.saying.take() {
            saying.say(&self.queue);
        }
    }
}

/// A record that was not taken.
pub(super) struct Unkept;

impl Saying for Unkept {
    fn say(self, queue: &Queue) {
        queue.lose();
    }
}

/// A record is taken, and its request did not go on.
#[derive(Serialize)]
pub(super) struct Withdrawal {
    id: String,
    policy: String,
}

impl Withdrawal {
    pub(super) fn of(decision: &Decision) -> Self {
        Self { id: decision.id().to_string(), policy: decision.policy_hash().to_string() }
    }
}

impl Saying for Withdrawal {
    fn say(self, queue: &Queue) {
        queue.push_anyway(&tail(WITHDRAWN_SCHEMA, &self));
    }
}

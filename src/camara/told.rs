//! [`Told`]: what the operator has heard of lately.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Each thing is news once a minute, and no more than a few things are.
#[derive(Debug)]
pub(super) struct Told<T>(Mutex<Vec<(T, Instant)>>);

impl<T: PartialEq> Told<T> {
    /// Is this worth a line in the log now?
    pub(super) fn is_news(&self, what: T) -> bool {
        let now = Instant::now();
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|(_, at)| now.saturating_duration_since(*at) < AGAIN);
        let is_news = told.len() < MOST && told.iter().all(|(known, _)| *known != what);
        if is_news {
            told.push((what, now));
        }
        is_news
    }
}

impl<T> Default for Told<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

const AGAIN: Duration = Duration::from_secs(60);
const MOST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_thing_is_news_once_a_minute() {
        let told = Told::default();
        assert_eq!([told.is_news("a"), told.is_news("a"), told.is_news("b")], [true, false, true]);
        tokio::time::advance(AGAIN - Duration::from_millis(1)).await;
        assert!(!told.is_news("a"));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!([told.is_news("a"), told.is_news("a")], [true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_changes_all_the_time_does_not_fill_the_log() {
        let told = Told::default();
        assert_eq!((0..10_000).filter(|number| told.is_news(*number)).count(), MOST);
    }
}

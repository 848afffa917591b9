//! When to ask the token endpoint again: CIBA's poll mode as a function of values.

use std::time::Duration;

use tokio::time::Instant;

use crate::provider::ProviderError;
use crate::status::UnknownReason;

/// The state of one authorization that may still be pending.
#[derive(Debug)]
pub(in crate::camara) struct Polling {
    interval: Duration,
    expires: Instant,
    polled: Instant,
    /// A poll went unanswered, so a token may have been lost on its way.
    unsure: bool,
}

/// What one poll brought.
#[derive(Debug)]
pub(super) enum Polled<T> {
    Answered(Result<T, ProviderError>),
    /// `authorization_pending`
    Pending,
    /// `slow_down`
    SlowDown,
    /// `invalid_grant`: the authorization is unknown, or was used.
    Spent(ProviderError),
    /// No answer, 5xx or 429: the authorization stands.
    Unanswered(ProviderError),
}

/// What follows.
#[derive(Debug)]
pub(in crate::camara) enum Next<T> {
    Done(Result<T, ProviderError>),
    /// Poll again then. Until then, this is what is known.
    Wait {
        until: Instant,
        meanwhile: ProviderError,
    },
}

impl Polling {
    /// An authorization given at `now`, to be polled at once.
    pub(super) fn new(now: Instant, interval: Duration, expires_in: Duration) -> Self {
        let interval = interval.clamp(MIN_INTERVAL, MAX_LIFETIME);
        Self { interval, expires: now + expires_in.min(MAX_LIFETIME), polled: now, unsure: false }
    }

    /// The same, over at this moment if not before.
    pub(super) fn until(self, moment: Instant) -> Self {
        Self { expires: self.expires.min(moment), ..self }
    }

    /// Begins a poll at `now`, unless the authorization has expired.
    pub(super) fn begin(&mut self, now: Instant) -> Result<(), ProviderError> {
        if now >= self.expires {
            let message = "the customer's consent was not given in time";
            return Err(ProviderError::new(UnknownReason::NoConsent, message));
        }
        self.polled = now;
        Ok(())
    }

    /// What follows from what the poll brought.
    pub(super) fn next<T>(&mut self, polled: Polled<T>) -> Next<T> {
        match polled {
            Polled::Answered(outcome) => Next::Done(outcome),
            Polled::Spent(_) if self.unsure => Next::Done(Err(ProviderError::new(
                UnknownReason::Unavailable,
                "the token was lost on its way; the next lookup asks for another",
            ))),
            Polled::Spent(error) => Next::Done(Err(error)),
            Polled::Pending => self.wait(self.interval, pending()),
            Polled::SlowDown => {
                self.interval = (self.interval + SLOWER).min(MAX_LIFETIME);
                self.wait(self.interval, pending())
            }
            Polled::Unanswered(error) => {
                self.unsure = true;
                self.wait((self.interval * 2).max(error.wait().unwrap_or_default()), error)
            }
        }
    }

    /// The wait is counted from when the poll began, and never beyond the expiry.
    fn wait<T>(&self, wait: Duration, meanwhile: ProviderError) -> Next<T> {
        Next::Wait { until: (self.polled + wait).min(self.expires), meanwhile }
    }
}

fn pending() -> ProviderError {
    let message = "the customer was asked for consent and has not answered yet";
    ProviderError::new(UnknownReason::ConsentPending, message)
}

const MIN_INTERVAL: Duration = Duration::from_secs(1);
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
const SLOWER: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;

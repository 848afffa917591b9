//! Whoever waits too long says for what.

use std::time::Duration;

use crate::Outcome;

/// What comes of it within this time.
///
/// # Errors
///
/// It takes longer.
pub async fn within<F: Future>(patience: Duration, what: &str, waited: F) -> Outcome<F::Output> {
    let came = tokio::time::timeout(patience, waited).await;
    came.map_err(|_| format!("{what} takes more than {} s", patience.as_secs()).into())
}

//! The conversation with the aggregator on the standard error, as it happens.

mod hints;
mod human;
mod json;

use std::time::Duration;

use roamgate::camara::Step;
use tokio::time::Instant;

use crate::{Format, screen};

/// Shows each step as it is told.
pub(super) fn shown(format: Format) -> impl Fn(&Step) + Send + Sync + 'static {
    let began = Instant::now();
    move |step| {
        let since = began.elapsed();
        match format {
            Format::Human => screen::warn(&human::step(step, since)),
            Format::Json => json::print(step, since),
        }
    }
}

/// When a step began, counted from when the command did.
fn began(since: Duration, took: Duration) -> u128 {
    since.saturating_sub(took).as_millis()
}
